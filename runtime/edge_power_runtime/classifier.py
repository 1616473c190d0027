"""Text in, label out: the face of the runtime."""

import math
import os
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import get_ident
from typing import NamedTuple, Self

import numpy as np

from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.bundle.manifest import TOKENIZER_FILE, Artifact, Program
from edge_power_runtime.errors import EngineError, InputError
from edge_power_runtime.retention import RetentionConfig, survivors
from edge_power_runtime.sessions import Session, open_engine
from edge_power_runtime.system import lifetime
from edge_power_runtime.system.lifetime import ANSWERING, keep_forever, start_afresh_after_fork
from edge_power_runtime.tasks import Task, likeliest
from edge_power_runtime.text import EncodedText, Text, TextEncoder


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model says about one text.

    Attributes:
        label: the likeliest label; None for regression.
        score: its probability; the value for regression.
        scores: the probability of every label, in the manifest's order; the value alone for regression.
        labels: those that the text has, the likeliest first: the one label of a classification, of a multi-label model
            those above the threshold, perhaps none, and none for regression.
        logits: what the program gave.
        program: the name of the program that ran.
        length: of that program.
        num_tokens: tokens of the text that it read, [CLS] and [SEP] included.
        truncated: whether the text was longer than the longest program.
        retention: the program's configuration.
    """

    label: str | None
    score: float
    scores: tuple[float, ...]
    labels: tuple[str, ...]
    logits: tuple[float, ...]
    program: str
    length: int
    num_tokens: int
    truncated: bool
    retention: RetentionConfig = field(repr=False)
    # Few callers ask for the rows, so they stay as the engine gave them. An array cannot be compared as a field is, so
    # equality goes by the others.
    _rows: np.ndarray | None = field(repr=False, compare=False)

    @property
    def label_scores(self) -> tuple[float, ...]:
        """The probability of each of `labels`."""
        return likeliest(self.scores, len(self.labels))

    @property
    def kept(self) -> tuple[int, ...]:
        """The program's output `kept`; empty where nothing is dropped."""
        return () if self._rows is None else tuple(self._rows.tolist())

    @property
    def survivors(self) -> tuple[tuple[int, ...], ...]:
        """Positions of the words that each encoder but the last passes on, likeliest to matter first after [CLS].

        Positions index `Classifier.tokens`; padding is left out. Empty where the program drops nothing.

        Raises:
            RetentionError: the program gave rows that cannot be.
        """
        if self._rows is None:
            return ()
        found = survivors(self._rows, self.retention)
        return tuple(tuple(position for position in words if position < self.num_tokens) for words in found)


class Choice(NamedTuple):
    """A text on its way to a program; a tuple since it is made for every text, and a dataclass takes 1 us longer.

    Attributes:
        encoded: the text.
        order: of the program, counted from the shortest of the classifier's budget.
        session: the program, loaded.
        inputs: what it is given.
    """

    encoded: EncodedText
    order: int
    session: Session
    inputs: dict[str, np.ndarray]

    def run(self) -> dict[str, np.ndarray]:
        """Run the program: the third stage of a call.

        Raises:
            EngineError: the engine failed.
        """
        return self.session.run(self.inputs)


class Classifier:
    """A bundle's artifact at one budget, ready for texts; many threads may use it at once.

    In a forked child it loads its programs again, when they are asked. A copy, and one that was pickled, opens the
    bundle at its path again.
    """

    def __init__(
        self,
        bundle: Bundle,
        artifact: Artifact,
        budget: str,
        encoder: TextEncoder,
        *,
        num_threads: int = 1,
        task: Task | None = None,
    ) -> None:
        """Put checked parts together; `Classifier.open` finds them.

        Args:
            bundle: to read from.
            artifact: of this bundle.
            budget: of which the artifact has programs.
            encoder: its `max_length` is that of the longest program.
            num_threads: that one run may use.
            task: reads the logits; None is what the manifest says.
        """
        self.bundle = bundle
        self.artifact = artifact
        self.budget = budget
        self.num_threads = num_threads
        self._programs = programs_of(artifact, budget)
        self._lengths = [program.length for program in self._programs]
        self._retentions = [retention_of(bundle, program) for program in self._programs]
        self._encoder = encoder
        self._labels = bundle.manifest.labels
        self.task = bundle.manifest.answers() if task is None else task
        self._engine = open_engine(bundle.path, artifact, num_threads=num_threads)
        self._sessions: dict[str, Session] = {}
        self._loading = threading.Lock()
        self._is_inherited = False
        start_afresh_after_fork(self)

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        engine: str | None = None,
        precision: str | None = None,
        budget: str | None = None,
        num_threads: int = 1,
        threshold: float | None = None,
        sigmoid: bool = False,
    ) -> Self:
        """Open a bundle and check the files that will be used; programs load on first use.

        Args:
            path: the bundle's directory.
            engine: see `Bundle.artifact`.
            precision: see `Bundle.artifact`.
            budget: a name of the manifest; None takes the first.
            num_threads: that one run may use.
            threshold: of a multi-label model, the probability above which a text has a label; None takes the bundle's.
            sigmoid: of a model of one value, give its sigmoid, as the pipeline of transformers does.

        Raises:
            InputError: an option is none that this bundle has.
            BundleError: the bundle is incomplete, altered or malformed.
            EngineError: the engine is not installed or does not load.
        """
        if isinstance(num_threads, bool) or not isinstance(num_threads, int) or num_threads < 1:
            raise InputError(f"num_threads is {num_threads!r}, must be a whole number of at least 1")
        bundle = Bundle.open(path)
        task = bundle.manifest.answers(threshold=threshold, sigmoid=sigmoid)
        artifact = bundle.artifact(engine, precision)
        name = choose_budget(bundle, artifact, budget)
        bundle.check(artifact.files)
        longest = programs_of(artifact, name)[-1].length
        encoder = TextEncoder.from_json(bundle.read(TOKENIZER_FILE), bundle.manifest.tokenizer, longest)
        return cls(bundle, artifact, name, encoder, num_threads=num_threads, task=task)

    def __call__(self, text: Text) -> Prediction:
        """Classify one text or one pair, in four stages: encode, choose, run, decode.

        Raises:
            InputError: it is no text.
            EngineError: the engine failed.
        """
        thread = get_ident()
        ANSWERING.add(thread)  # what lifetime.answering() does, without its microseconds
        try:
            if lifetime.is_ending:
                lifetime.refuse_at_the_end()
            choice = self.choose(self.encode(text))
            return self.decode(choice, choice.run())
        finally:
            ANSWERING.discard(thread)

    def encode(self, text: Text) -> EncodedText:
        """Tokenize a text or a pair and cut it to the longest program: the first of the four stages of a call.

        Raises:
            InputError: it is no text.
        """
        return self._encoder.encode(text)

    def choose(self, encoded: EncodedText) -> Choice:
        """Choose the shortest program that holds a text, load it if nobody did, and pad the text: the second stage.

        Raises:
            EngineError: the program does not load.
        """
        index = bisect_left(self._lengths, encoded.num_tokens)
        program = self._programs[index]
        return Choice(encoded, index, self._session(program), self._encoder.pad(encoded, program.length))

    def decode(self, choice: Choice, outputs: Mapping[str, np.ndarray]) -> Prediction:
        """Name the label: the fourth stage, after `choice.run()`.

        Raises:
            EngineError: a logit is not finite.
        """
        program, encoded = self._programs[choice.order], choice.encoded
        logits = tuple(outputs["logits"].tolist()[0])
        # One call sees them all: programs give float32, whose sum in doubles is finite unless one of them is not.
        if not math.isfinite(sum(logits)):
            raise EngineError(
                f"program {program.name} gave the logits {logits}, expected finite numbers; verify the bundle"
            )
        label, score, scores, labels = self.task.decode(logits, self._labels)
        return Prediction(
            label=label,
            score=score,
            scores=scores,
            labels=labels,
            logits=logits,
            program=program.name,
            length=program.length,
            num_tokens=encoded.num_tokens,
            truncated=encoded.truncated,
            retention=self._retentions[choice.order],
            _rows=outputs.get("kept"),
        )

    def classify(self, texts: Iterable[Text]) -> list[Prediction]:
        """Classify several texts or pairs, one after the other.

        Raises:
            InputError: `texts` is one text, or one of them is no text.
            EngineError: the engine failed.
        """
        if isinstance(texts, str):
            raise InputError("classify() takes several texts, found one str; call classifier(text) or classify([text])")
        return [self(text) for text in texts]

    def tokens(self, text: Text) -> tuple[str, ...]:
        """Give the word pieces that the model reads, [CLS] and [SEP] included, as `Prediction.survivors` counts them.

        Raises:
            InputError: it is no text.
        """
        with lifetime.answering():
            return self._encoder.tokens(text)

    def warm_up(self) -> None:
        """Load every program of the budget and run each once, so that no later text waits for it.

        Raises:
            EngineError: a program does not load or run.
        """
        with lifetime.answering():
            empty = self._encoder.encode("")
            for program in self._programs:
                self._session(program).run(self._encoder.pad(empty, program.length))

    def start_afresh(self) -> None:
        """Forget the loaded programs: a forked child has them without their threads, and perhaps with held locks."""
        keep_forever(self._engine, self._sessions)
        self._is_inherited, self._sessions, self._loading = True, {}, threading.Lock()

    def __reduce__(self) -> tuple[Callable[..., "Classifier"], tuple[object, ...]]:
        """Say how to make another: what is loaded cannot be copied, so it is opened again."""
        path = os.path.abspath(self.bundle.path)
        asked = (self.artifact.engine, self.artifact.precision, self.budget, self.num_threads, self.task)
        return _reopen, (type(self), path, *asked)

    def _session(self, program: Program) -> Session:
        session = self._sessions.get(program.name)
        if session is None:
            with self._loading:
                session = self._sessions.get(program.name)
                if session is None:
                    if self._is_inherited:
                        self._engine = open_engine(self.bundle.path, self.artifact, num_threads=self.num_threads)
                        self._is_inherited = False
                    session = self._sessions[program.name] = self._engine.session(program)
        return session


def _reopen(
    cls: type[Classifier], path: str, engine: str, precision: str, budget: str, num_threads: int, task: Task
) -> Classifier:
    opened = cls.open(path, engine=engine, precision=precision, budget=budget, num_threads=num_threads)
    opened.task = task
    return opened


def programs_of(artifact: Artifact, budget: str) -> list[Program]:
    """Give an artifact's programs of one budget, the shortest first."""
    return sorted((item for item in artifact.programs if item.budget == budget), key=lambda item: item.length)


def retention_of(bundle: Bundle, program: Program) -> RetentionConfig:
    """Give the configuration of a program of `bundle`; reading the manifest made sure that there is one."""
    configuration = bundle.manifest.configuration(program.budget, program.length)
    assert configuration is not None
    return configuration.retention


def choose_budget(bundle: Bundle, artifact: Artifact, budget: str | None) -> str:
    """Choose the budget `budget`, or where it is None the manifest's first that the artifact has.

    Raises:
        InputError: the artifact has no such budget; the message lists those that it has.
    """
    programs = {program.budget for program in artifact.programs}
    have = [entry.name for entry in bundle.manifest.budgets if entry.name in programs]
    if budget is None:
        return have[0]
    if budget not in have:
        where = f"{artifact.engine} {artifact.precision} of the bundle {bundle.path}"
        raise InputError(f"no budget {budget!r} in {where}; it has: {', '.join(have)}")
    return budget
