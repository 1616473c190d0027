"""What is timed: each case with its classifier and its texts, and the classifiers for the mix of a file's texts."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.bundle.manifest import TOKENIZER_FILE, Artifact
from edge_power_runtime.classifier import Classifier, programs_of
from edge_power_runtime.profiler.measure.texts import CaseTexts, case_texts
from edge_power_runtime.profiler.report.record import Case
from edge_power_runtime.text import Text, TextEncoder


@dataclass(frozen=True, slots=True)
class Subject:
    """A case that is ready to be timed.

    Attributes:
        case: which.
        classifier: of the case's artifact, budget and threads; cases that differ by length share it.
        texts: that fall on the case's program.
    """

    case: Case
    classifier: Classifier
    texts: CaseTexts


class SubjectOpener:
    """Opens the cases of one bundle; files are checked once, and what cases can share they share."""

    def __init__(self, bundle: Bundle, texts: Sequence[Text]) -> None:
        """Begin with nothing open.

        Args:
            bundle: of all cases.
            texts: of the user's file; empty takes built-in ones.
        """
        self._bundle = bundle
        self._texts = texts
        self._encoders: dict[int, TextEncoder] = {}
        self._classifiers: dict[tuple[str, str, str, int], Classifier] = {}

    def open(self, case: Case) -> Subject:
        """Make a case ready; its program loads at the first answer.

        Raises:
            InputError: no text falls on the program.
            BundleError: a file is missing or altered.
            EngineError: the engine does not load.
        """
        artifact = self._bundle.artifact(case.engine, case.precision)
        lengths = [program.length for program in programs_of(artifact, case.budget)]
        encoder = self._encoder(lengths[-1])
        key = (case.engine, case.precision, case.budget, case.threads)
        if key not in self._classifiers:
            self._check(artifact)
            self._classifiers[key] = Classifier(self._bundle, artifact, case.budget, encoder, num_threads=case.threads)
        return Subject(case, self._classifiers[key], case_texts(encoder, lengths, case.length, self._texts))

    def _encoder(self, longest: int) -> TextEncoder:
        if longest not in self._encoders:
            data, entry = self._bundle.read(TOKENIZER_FILE), self._bundle.manifest.tokenizer
            self._encoders[longest] = TextEncoder.from_json(data, entry, longest)
        return self._encoders[longest]

    def _check(self, artifact: Artifact) -> None:
        if not any(known[:2] == (artifact.engine, artifact.precision) for known in self._classifiers):
            self._bundle.check(artifact.files)
