"""Stages as tiers: each runs a part of a budget's encoders, from where the tier before it stopped.

DeeBERT (Xin et al., arXiv:2004.12993) and The Right Tool for the Job (Schwartz et al., arXiv:2004.07453) leave a model
early where a head behind one of its encoders is sure. Here each part of the encoders is a static program of its own,
and the host decides between them.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from time import perf_counter_ns
from typing import Protocol

import numpy as np

from edge_power_runtime.answerer import Span
from edge_power_runtime.bundle.artifacts import Artifact
from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.bundle.tensors import handed_on
from edge_power_runtime.cascade.reading import Reading
from edge_power_runtime.decoding import predict
from edge_power_runtime.errors import InputError
from edge_power_runtime.prediction import Prediction, Step
from edge_power_runtime.sessions import Session
from edge_power_runtime.system import lifetime
from edge_power_runtime.text import EncodedText, Text, TextEncoder


class StageSource(Protocol):
    """What runs stages: a model, as this file sees it."""

    @property
    def bundle(self) -> Bundle:
        """Whose stages they are."""
        ...

    @property
    def artifact(self) -> Artifact:
        """That is opened."""
        ...

    @property
    def encoder(self) -> TextEncoder:
        """The bundle's tokenizer."""
        ...

    def session(self, program: Program) -> Session:
        """Give a program, loaded."""
        ...


@dataclass(frozen=True, slots=True)
class Stopped:
    """Where a text stopped between two stages.

    Attributes:
        source: that ran the stages.
        budget: of them.
        encoded: the text.
        rest: the stages that are left at the length that was chosen.
        inputs: of the first of these.
    """

    source: StageSource
    budget: str
    encoded: EncodedText
    rest: tuple[Program, ...]
    inputs: Mapping[str, np.ndarray]


class StageAnswerer:
    """Answers by the head behind one encoder; an `Answerer`, and a `ReadingAnswerer` that goes on from another.

    Alone it runs every stage up to its own. Behind a tier that ran some of these for the same text, it runs the others;
    its answer has the steps of those alone, to which a cascade adds the ones before.

    Attributes:
        budget: of the stages.
        task: a classification.
        labels: of the bundle.
        encoder: the bundle's tokenizer.
        max_length: the length of the longest program, where texts are cut.
        gives_new: see `ReadingAnswerer`.
        spans: the parts of a call; of a text that goes on from another stage the first takes no time.
    """

    spans: tuple[Span, ...] = (Span("encode"), Span("choose"), Span("run", in_engine=True), Span("decode"))
    gives_new = True

    def __init__(self, source: StageSource, budget: str, last: int) -> None:
        """Look at a model's stages.

        Args:
            source: runs them.
            budget: of them.
            last: the encoder that the answer is read behind, counted from 1.

        Raises:
            InputError: the artifact has no such stages.
        """
        self._source, self.budget, self._last = source, budget, last
        runs = [run for run in source.artifact.runs if len(run) > 1 and run[0].budget == budget]
        runs.sort(key=lambda run: run[0].length)
        lengths = sorted(program.length for program in source.artifact.programs if program.budget == budget)
        ends = [{stage.last for stage in run} for run in runs]
        if not runs or [run[0].length for run in runs] != lengths or not all(last in end for end in ends):
            have = ", ".join(map(str, sorted(set.intersection(*ends)))) if ends else "none"
            raise InputError(
                f"{source.artifact.key} of the bundle {source.bundle.path} has no stage of {budget!r} that ends with "
                f"encoder {last} at every length; its stages end with: {have}"
            )
        self.task, self.labels = source.bundle.manifest.answers(), source.bundle.manifest.labels
        self.encoder, self.max_length = source.encoder, lengths[-1]
        self._lengths = lengths
        self._runs = runs
        self._retentions = {stage.name: source.bundle.retention_of(stage) for run in runs for stage in run}

    def __call__(self, text: Text) -> Prediction:
        """Answer one text or one pair.

        Raises:
            InputError: it is no text.
            EngineError: the engine failed.
        """
        return self.answer_reading(Reading(text))

    def timed(self, text: Text) -> tuple[Prediction, tuple[int, ...]]:
        """Answer as a call does, and take the time of each of `spans`; see `Answerer.timed`.

        Raises:
            InputError: it is no text.
            EngineError: the engine failed.
        """
        return self.timed_reading(Reading(text))

    def answer_reading(self, reading: Reading) -> Prediction:
        """Answer a text on its way through tiers, and leave there where it stopped.

        Raises:
            InputError: it is no text.
            EngineError: the engine failed.
        """
        return self.timed_reading(reading)[0]

    def timed_reading(self, reading: Reading) -> tuple[Prediction, tuple[int, ...]]:
        """Do what `answer_reading` does, and give the nanoseconds of each of `spans`.

        Raises:
            InputError: it is no text.
            EngineError: the engine failed.
        """
        start = perf_counter_ns()
        before = self._before(reading)
        encoded = reading.encoded_for(self) if before is None else before.encoded
        read = perf_counter_ns()
        prediction, reading.handed_on, times = self._answer(encoded, before)
        return prediction, (read - start, *times)

    def encode(self, text: Text) -> EncodedText:
        """Tokenize a text or a pair and cut it to the longest program; see `TokenReader`.

        Raises:
            InputError: it is no text.
        """
        return self.encoder.encode(text, self.max_length)

    def answer_encoded(self, encoded: EncodedText) -> Prediction:
        """Answer a text that is encoded; see `TokenReader`.

        Raises:
            EngineError: the engine failed.
        """
        return self._answer(encoded, None)[0]

    def timed_encoded(self, encoded: EncodedText) -> tuple[Prediction, tuple[int, ...]]:
        """Do what `answer_encoded` does, and give the nanoseconds of each of `spans` but the first.

        Raises:
            EngineError: the engine failed.
        """
        prediction, _, times = self._answer(encoded, None)
        return prediction, times

    def warm_up(self) -> None:
        """Load every stage up to this one and run each once, so that no later text waits for it.

        Raises:
            EngineError: a program does not load or run.
        """
        with lifetime.answering():
            empty = self.encoder.encode("", self.max_length)
            for run in self._runs:
                inputs = self.encoder.pad(empty, run[0].length)
                for stage in run:
                    if stage.last <= self._last:
                        inputs = handed_on(self._source.session(stage).run(inputs))

    def _answer(self, encoded: EncodedText, before: Stopped | None) -> tuple[Prediction, Stopped, tuple[int, int, int]]:
        """Run the stages up to this one that did not run yet; the answer, where the text stopped, and times."""
        with lifetime.answering():
            start = perf_counter_ns()
            if before is None:
                before = self._begin(encoded)
            stages = [stage for stage in before.rest if stage.last <= self._last]
            sessions = [self._source.session(stage) for stage in stages]
            chosen = perf_counter_ns()
            inputs, steps, outputs = before.inputs, tuple[Step, ...](), dict[str, np.ndarray]()
            for stage, session in zip(stages, sessions, strict=True):
                outputs = session.run(inputs)
                inputs = handed_on(outputs)
                steps += (self._step(stage, outputs),)
            ran = perf_counter_ns()
            prediction = predict(self.task, self.labels, encoded, outputs["logits"], steps)
            rest = before.rest[len(stages) :]
            stopped = Stopped(self._source, self.budget, encoded, rest, inputs)
            return prediction, stopped, (chosen - start, ran - chosen, perf_counter_ns() - ran)

    def _begin(self, encoded: EncodedText) -> Stopped:
        run = self._runs[bisect_left(self._lengths, encoded.num_tokens)]
        inputs = self.encoder.pad(encoded, run[0].length)
        return Stopped(self._source, self.budget, encoded, run, inputs)

    def _before(self, reading: Reading) -> Stopped | None:
        """Where a stage of the same programs stopped, if there is anything left to run up to this one."""
        found = reading.handed_on
        if not isinstance(found, Stopped) or found.source is not self._source or found.budget != self.budget:
            return None
        return found if found.rest and found.rest[0].last <= self._last else None

    def _step(self, stage: Program, outputs: Mapping[str, np.ndarray]) -> Step:
        return Step(stage.name, stage.length, self._retentions[stage.name], outputs.get("kept"), stage.first)

    def __reduce__(self) -> tuple[Callable[[], "StageAnswerer"], tuple[()]]:
        """Say how to make another: of a model that is copied, or opened again."""
        return partial(StageAnswerer, self._source, self.budget, self._last), ()
