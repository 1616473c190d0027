"""Text in, label out, the face of the runtime: an artifact opened once, and its classifiers, views at one budget.

A model makes classifiers and a classifier can open a model, so the two share a file.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from threading import get_ident
from time import perf_counter_ns
from typing import Self

import numpy as np

from edge_power_runtime.answerer import Span
from edge_power_runtime.bundle.artifacts import Artifact
from edge_power_runtime.bundle.bundle import Bundle, programs_of
from edge_power_runtime.bundle.manifest import TOKENIZER_FILE
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.bundle.ways import Ways
from edge_power_runtime.cascade.cascade import Cascade
from edge_power_runtime.cascade.opening import open_cascade
from edge_power_runtime.cascade.staged import StageAnswerer
from edge_power_runtime.choice import Choice
from edge_power_runtime.decoding import predict
from edge_power_runtime.errors import InputError
from edge_power_runtime.prediction import Prediction, Step
from edge_power_runtime.sessions import Session, open_engine
from edge_power_runtime.sessions.loaded import LoadedPrograms
from edge_power_runtime.system import lifetime
from edge_power_runtime.system.lifetime import ANSWERING
from edge_power_runtime.tasks import Task
from edge_power_runtime.text import EncodedText, Text, TextEncoder


class Model:
    """An artifact of a bundle, opened once: its engine, its programs as they load, and the tokenizer.

    Many threads may use it at once, and so may all its classifiers, which share what is loaded. In a forked child it
    loads its programs again, when they are asked. A copy, and one that was pickled, opens the bundle at its path again.

    Attributes:
        bundle: that it reads from.
        artifact: of this bundle.
        num_threads: that one run may use.
        max_loaded_programs: that are held at once; None is all that were asked for.
        encoder: the bundle's tokenizer.
    """

    def __init__(
        self,
        bundle: Bundle,
        artifact: Artifact,
        encoder: TextEncoder,
        *,
        num_threads: int = 1,
        max_loaded_programs: int | None = None,
    ) -> None:
        """Put checked parts together; `Model.open` finds them.

        Raises:
            EngineError: the engine is not installed or does not load.
        """
        self.bundle = bundle
        self.artifact = artifact
        self.num_threads = num_threads
        self.max_loaded_programs = max_loaded_programs
        self.encoder = encoder
        self._loaded = LoadedPrograms(
            lambda: open_engine(bundle.path, artifact, num_threads=num_threads), most=max_loaded_programs
        )

    @classmethod
    def open(
        cls,
        bundle: Bundle | str | os.PathLike[str],
        *,
        engine: str | None = None,
        precision: str | None = None,
        num_threads: int = 1,
        max_loaded_programs: int | None = None,
    ) -> Self:
        """Open an artifact and check, once, the files that will be used; programs load on first use.

        Args:
            bundle: opened, or its directory.
            engine: see `Bundle.artifact`.
            precision: see `Bundle.artifact`.
            num_threads: that one run may use.
            max_loaded_programs: that are held at once; before one more loads, the least recently used is dropped. None
                sets no limit. ONNX Runtime and ExecuTorch give a dropped program's memory back, as soon as no thread
                runs it. LiteRT prepares all programs of a file as one, and frees nothing.

        Raises:
            InputError: an option is none that this bundle has.
            BundleError: the bundle is incomplete, altered or malformed.
            EngineError: the engine is not installed or does not load.
        """
        if not _is_count(num_threads):
            raise InputError(f"num_threads is {num_threads!r}, must be a whole number of at least 1")
        if max_loaded_programs is not None and not _is_count(max_loaded_programs):
            raise InputError(f"`max_loaded_programs` is {max_loaded_programs!r}, must be a whole number of at least 1")
        if not isinstance(bundle, Bundle):
            bundle = Bundle.open(bundle)
        artifact = bundle.artifact(engine, precision)
        bundle.check(artifact.files)
        encoder = TextEncoder.from_json(bundle.read(TOKENIZER_FILE), bundle.manifest.tokenizer)
        return cls(bundle, artifact, encoder, num_threads=num_threads, max_loaded_programs=max_loaded_programs)

    def at(self, budget: str | None = None) -> "Classifier":
        """Give a classifier of one budget, for which nothing is opened or read, or of a cascade, whose tiers are.

        Args:
            budget: a name of the manifest; None takes the first cascade, else the first budget.

        Raises:
            InputError: the artifact has no such budget or cascade.
            BundleError: a tier's file is missing, altered or malformed.
            EngineError: a tier's engine is not installed or does not load.
        """
        return Classifier(self, self.bundle.choose_budget(self.artifact, budget))

    def stage(self, budget: str, last: int) -> StageAnswerer:
        """Give an answerer by the head behind one encoder of a budget; in a cascade it goes on from another such.

        Args:
            budget: a name of the manifest.
            last: the encoder that the answer is read behind, counted from 1.

        Raises:
            InputError: the artifact has no such stages.
        """
        return StageAnswerer(self, budget, last)

    def beside(self, bundle: Bundle) -> Self:
        """Open another bundle as this one is: the artifact that is most like this one, with the same options.

        Raises:
            BundleError: it is incomplete, altered or malformed.
            EngineError: its engine is not installed or does not load.
        """
        return self._opening(bundle, bundle.artifact_like(self.artifact))()

    def session(self, program: Program) -> Session:
        """Give a program of the artifact; it loads when it is first asked for, whichever classifier asks.

        With `max_loaded_programs` another one may be dropped for it. Who holds that one's session can go on using it.

        Raises:
            EngineError: it does not load.
            BundleError: see `Engine.session`.
        """
        return self._loaded.session(program)

    def load(self, program: Program) -> Session:
        """Load a program for the caller alone, who lets go of it when done; it counts towards no limit.

        Raises:
            EngineError: it does not load.
            BundleError: see `Engine.session`.
        """
        return self._loaded.load(program)

    def __reduce__(self) -> tuple[Callable[[], "Model"], tuple[()]]:
        """Say how to make another: what is loaded cannot be copied, so it is opened again."""
        return self._opening(os.path.abspath(self.bundle.path), self.artifact), ()

    def _opening(self, bundle: Bundle | str, artifact: Artifact) -> Callable[[], Self]:
        return partial(
            type(self).open,
            bundle,
            engine=artifact.engine,
            precision=artifact.precision,
            num_threads=self.num_threads,
            max_loaded_programs=self.max_loaded_programs,
        )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


class Classifier:
    """A model at one budget or cascade, ready for texts; an `Answerer`.

    It holds nothing that is loaded: that is the model's, and what `Model` says of threads, forks and copies holds here.
    At a cascade it asks the tiers; what it does besides, such as `encode`, `choose` and `tokens`, is that of the budget
    that is asked last.

    Attributes:
        model: whose view it is.
        bundle: the model's.
        artifact: the model's.
        num_threads: the model's.
        budget: a name of the manifest, of a budget or a cascade.
        cascade: whose tiers answer; None at a budget.
        task: reads the logits.
        labels: of the bundle, in the order of a prediction's scores; empty for regression.
        spans: the parts of a call: tokenize and cut the text, choose the program and pad, run it, name the label.
        encoder: the model's.
        max_length: the length of the longest program, where texts are cut.
    """

    spans: tuple[Span, ...] = (Span("encode"), Span("choose"), Span("run", in_engine=True), Span("decode"))

    def __init__(self, model: Model, budget: str, *, task: Task | None = None) -> None:
        """Look at `model` at a budget of which its artifact has programs, or at a cascade; `Model.at` chooses one.

        Args:
            model: whose view it is.
            budget: a name of the manifest.
            task: reads the logits; None is what the manifest says.

        Raises:
            BundleError: a tier's file is missing, altered or malformed.
            EngineError: a tier's engine is not installed or does not load.
        """
        self.model = model
        self.bundle = model.bundle
        self.artifact = model.artifact
        self.num_threads = model.num_threads
        self.budget = budget
        self.task = model.bundle.manifest.answers() if task is None else task
        self.labels = model.bundle.manifest.labels
        self.cascade: Cascade | None = None
        if (entry := model.bundle.manifest.cascade(budget)) is not None:
            self.cascade = open_cascade(entry, model)
            self.spans = self.cascade.spans
        self._programs = programs_of(model.artifact, model.bundle.plain_budget(model.artifact, budget))
        self._ways = Ways(model.bundle.manifest, self._programs)
        self.encoder = model.encoder
        self.max_length = self._programs[-1].length
        self._siblings: dict[str, Self] = {}

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        engine: str | None = None,
        precision: str | None = None,
        budget: str | None = None,
        num_threads: int = 1,
        max_loaded_programs: int | None = None,
        threshold: float | None = None,
        sigmoid: bool = False,
    ) -> Self:
        """Open a bundle and check the files that will be used; programs load on first use.

        Args:
            path: the bundle's directory.
            engine: see `Bundle.artifact`.
            precision: see `Bundle.artifact`.
            budget: a name of the manifest; None takes the first cascade, else the first budget.
            num_threads: that one run may use.
            max_loaded_programs: that are held at once, of all budgets; see `Model.open`.
            threshold: of a multi-label model, the probability above which a text has a label; None takes the bundle's.
            sigmoid: of a model of one value, give its sigmoid, as the pipeline of transformers does.

        Raises:
            InputError: an option is none that this bundle has.
            BundleError: the bundle is incomplete, altered or malformed.
            EngineError: the engine is not installed or does not load.
        """
        bundle = Bundle.open(path)
        task = bundle.manifest.answers(threshold=threshold, sigmoid=sigmoid)
        if budget is not None:  # told before files are read and an engine is imported, which takes seconds
            bundle.choose_budget(bundle.artifact(engine, precision), budget)
        model = Model.open(
            bundle, engine=engine, precision=precision, num_threads=num_threads, max_loaded_programs=max_loaded_programs
        )
        return cls(model, bundle.choose_budget(model.artifact, budget), task=task)

    def at(self, budget: str | None = None) -> Self:
        """Give the same model's classifier of another budget or cascade, which reads logits as this one does.

        It is made once, and kept; see `Model.at`.

        Raises:
            InputError: the artifact has no such budget or cascade.
            BundleError: see `Model.at`.
            EngineError: see `Model.at`.
        """
        name = self.bundle.choose_budget(self.artifact, budget)
        if name == self.budget:
            return self
        # A sibling does not know whose it is: were they to hold each other, their model would outlive its last user.
        return self._siblings.setdefault(name, type(self)(self.model, name, task=self.task))

    def __call__(self, text: Text, *, budget: str | None = None) -> Prediction:
        """Classify one text or one pair: encode, choose, run, decode.

        Args:
            text: or pair.
            budget: at which to answer this text, as `at(budget)` does; None is the classifier's own.

        Raises:
            InputError: it is no text, or the artifact has no such budget.
            EngineError: the engine failed.
        """
        if budget is not None and budget != self.budget:
            return (self._siblings.get(budget) or self.at(budget))(text)
        if self.cascade is not None:
            return self.cascade(text)
        thread = get_ident()
        ANSWERING.add(thread)  # what lifetime.answering() does, without its microseconds
        try:
            if lifetime.is_ending:
                lifetime.refuse_at_the_end()
            choice = self.choose(self.encode(text))
            return self.decode(choice, choice.run())
        finally:
            ANSWERING.discard(thread)

    def timed(self, text: Text) -> tuple[Prediction, tuple[int, ...]]:
        """Do what a call does, and read the clock before, between and after its `spans`; see `Answerer.timed`.

        Raises:
            InputError: it is no text.
            EngineError: the engine failed.
        """
        if self.cascade is not None:
            return self.cascade.timed(text)
        with lifetime.answering():
            start = perf_counter_ns()
            encoded = self.encode(text)
            read = perf_counter_ns()
            prediction, times = self._time(encoded, read)
        return prediction, (read - start, *times)

    def answer_encoded(self, encoded: EncodedText) -> Prediction:
        """Classify a text of which `encode` gave the ids, or that of a classifier whose `encoder` reads alike.

        Raises:
            EngineError: the engine failed.
        """
        thread = get_ident()
        ANSWERING.add(thread)
        try:
            if lifetime.is_ending:
                lifetime.refuse_at_the_end()
            choice = self.choose(encoded)
            return self.decode(choice, choice.run())
        finally:
            ANSWERING.discard(thread)

    def timed_encoded(self, encoded: EncodedText) -> tuple[Prediction, tuple[int, ...]]:
        """Do what `answer_encoded` does, and give the nanoseconds of each of `spans` but the first.

        Raises:
            EngineError: the engine failed.
        """
        with lifetime.answering():
            return self._time(encoded, perf_counter_ns())

    def _time(self, encoded: EncodedText, start: int) -> tuple[Prediction, tuple[int, ...]]:
        choice = self.choose(encoded)
        chosen = perf_counter_ns()
        outputs = choice.run()
        ran = perf_counter_ns()
        prediction = self.decode(choice, outputs)
        return prediction, (chosen - start, ran - chosen, perf_counter_ns() - ran)

    def encode(self, text: Text) -> EncodedText:
        """Tokenize a text or a pair and cut it to the longest program: the first span of a call.

        Raises:
            InputError: it is no text.
        """
        return self.encoder.encode(text, self.max_length)

    def choose(self, encoded: EncodedText) -> Choice:
        """Choose the shortest program that holds a text, load it if nobody did, and pad the text: the second span.

        A text is not padded where the program takes any length.

        Raises:
            EngineError: the program does not load.
        """
        way = self._ways[encoded.num_tokens]
        return Choice(encoded, way, self.model.session(way.program), self.encoder.pad(encoded, way.length))

    def decode(self, choice: Choice, outputs: Mapping[str, np.ndarray]) -> Prediction:
        """Name the label: the fourth span, after `choice.run()`.

        Raises:
            EngineError: a logit is not finite.
        """
        (program, length, retention), encoded = choice.way, choice.encoded
        steps = (Step(program.name, length, retention, outputs.get("kept")),)
        return predict(self.task, self.labels, encoded, outputs["logits"], steps)

    def classify(self, texts: Iterable[Text], *, budget: str | None = None) -> list[Prediction]:
        """Classify several texts or pairs, one after the other; by a cascade as `Cascade.classify` does.

        Args:
            texts: or pairs.
            budget: at which to answer them; None is the classifier's own.

        Raises:
            InputError: `texts` is one text, one of them is no text, or the artifact has no such budget.
            EngineError: the engine failed.
        """
        if isinstance(texts, str):
            raise InputError("classify() takes several texts, found one str; call classifier(text) or classify([text])")
        classifier = self if budget is None else self.at(budget)
        if classifier.cascade is not None:
            return classifier.cascade.classify(texts)
        return [classifier(text) for text in texts]

    def tokens(self, text: Text) -> tuple[str, ...]:
        """Give the word pieces that the model reads, [CLS] and [SEP] included, as `Prediction.survivors` counts them.

        Raises:
            InputError: it is no text.
        """
        with lifetime.answering():
            return self.encoder.tokens(text, self.max_length)

    def warm_up(self) -> None:
        """Load every program of the budget, or of all tiers, and run each once, so that no later text waits for it.

        With `max_loaded_programs` below their number it is as many as stay, the shortest: they load quickest, and most
        texts are short.

        Raises:
            EngineError: a program does not load or run.
        """
        if self.cascade is not None:
            return self.cascade.warm_up()
        with lifetime.answering():
            empty = self.encoder.encode("", self.max_length)
            for program in self._programs[: self.model.max_loaded_programs]:
                self.model.session(program).run(self.encoder.pad(empty, program.length))

    def __reduce__(self) -> tuple[Callable[[], "Classifier"], tuple[()]]:
        """Say how to make another, with a model of its own: what is loaded cannot be copied, so it is opened again."""
        return partial(_of_model, type(self), self.model.__reduce__()[0], self.budget, self.task), ()


def _of_model(cls: type[Classifier], reopen: Callable[[], Model], budget: str, task: Task) -> Classifier:
    return cls(reopen(), budget, task=task)
