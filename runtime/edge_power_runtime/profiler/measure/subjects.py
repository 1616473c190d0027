"""What is timed: each case with its classifier and its texts, and the classifiers for the mix of a file's texts."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_power_runtime.bundle.bundle import Bundle, programs_of, takes_any_length
from edge_power_runtime.model import Classifier, Model
from edge_power_runtime.profiler.measure.plan import cascades_asked
from edge_power_runtime.profiler.measure.texts import CaseTexts, case_texts
from edge_power_runtime.profiler.report.record import Case
from edge_power_runtime.text import Text


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
    """Opens the cases of one bundle; each artifact is opened once for a number of threads, whatever the budgets."""

    def __init__(self, bundle: Bundle, texts: Sequence[Text]) -> None:
        """Begin with nothing open.

        Args:
            bundle: of all cases.
            texts: of the user's file; empty takes built-in ones.
        """
        self._bundle = bundle
        self._texts = texts
        self._models: dict[tuple[str, str, int], Model] = {}
        self._classifiers: dict[tuple[Model, str], Classifier] = {}

    def open(self, case: Case) -> Subject:
        """Make a case ready; its program loads at the first answer.

        Raises:
            InputError: no text falls on the program.
            BundleError: a file is missing or altered.
            EngineError: the engine does not load.
        """
        model = self._model(case)
        if (model, case.budget) not in self._classifiers:
            self._classifiers[model, case.budget] = model.at(case.budget)
        lengths = [program.length for program in programs_of(model.artifact, case.budget)]
        # A text would run at its own length, of which a case's multiply-adds are not; the mix tells of such texts.
        given = () if takes_any_length(model.artifact, case.budget) else self._texts
        texts = case_texts(model.encoder, lengths, case.length, given)
        return Subject(case, self._classifiers[model, case.budget], texts)

    def cascades(self, names: Sequence[str]) -> list[Classifier]:
        """Open the cascades of these names, and all where there are none, of every artifact that a case was opened of.

        Raises:
            BundleError: a file is missing or altered.
            EngineError: an engine does not load.
        """
        return [
            model.at(name)
            for model in self._models.values()
            for name in cascades_asked(self._bundle, [model.artifact], names)
        ]

    def _model(self, case: Case) -> Model:
        key = (case.engine, case.precision, case.threads)
        if key not in self._models:
            self._models[key] = Model.open(
                self._bundle, engine=case.engine, precision=case.precision, num_threads=case.threads
            )
        return self._models[key]
