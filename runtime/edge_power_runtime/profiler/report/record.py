"""The profile report: every sample, with the device and the versions; PROFILE.md says the same in prose."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from edge_power_runtime.bundle.programs import Delegation as Delegation
from edge_power_runtime.profiler.report.cascade import MixCascade
from edge_power_runtime.profiler.report.environment import Environment
from edge_power_runtime.profiler.report.figures import count
from edge_power_runtime.profiler.report.number import Number
from edge_power_runtime.profiler.report.spans import SpanTimes, total_of
from edge_power_runtime.reading.printable import printable_json

SCHEMA_VERSION = 3

FlagKind = Literal[
    "clock-changed", "throttled", "temperature-rose", "cores-taken", "few-samples", "wide-spread", "on-battery"
]
OperationGroup = Literal["attention", "extract", "ffn", "rest"]


@dataclass(frozen=True, slots=True)
class Case:
    """What one series of samples is of; unique in a report.

    Attributes:
        engine: onnx, executorch or tflite.
        precision: fp32, fp16 or int8.
        budget: of the bundle.
        length: of the program.
        threads: that one run may use.
    """

    engine: str
    precision: str
    budget: str
    length: int
    threads: int

    def __str__(self) -> str:
        """Such as `onnx fp32 balanced 128, 1 thread`."""
        return f"{self.engine} {self.precision} {self.budget} {self.length}, {count(self.threads, 'thread')}"


@dataclass(frozen=True, slots=True)
class Baseline:
    """What speed-ups are over: for each case the one that has what is named here, and is like it otherwise.

    Attributes:
        engine: as in Case; None where it is that of the case.
        precision: likewise.
        budget: likewise.
    """

    engine: str | None = None
    precision: str | None = None
    budget: str | None = None

    def __str__(self) -> str:
        """Such as `fp32 full`."""
        return " ".join(self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """What is named, in this order."""
        return tuple(name for name in (self.engine, self.precision, self.budget) if name is not None)

    def of(self, case: Case) -> Case:
        """Give the case that `case` is held against."""
        return dataclasses.replace(
            case,
            engine=case.engine if self.engine is None else self.engine,
            precision=case.precision if self.precision is None else self.precision,
            budget=case.budget if self.budget is None else self.budget,
        )


@dataclass(frozen=True, slots=True)
class Startup:
    """What a fresh process needs for one case; its engine's Python package is imported before the clock starts.

    Attributes:
        load_ms: opening the bundle (files checked) and loading the program.
        first_answer_ms: the first text to its prediction, after that.
        steady_bytes: resident memory after some answers, less what the process had before it opened the bundle; None
            where the system does not tell.
        peak_bytes: the largest resident memory until then, counted likewise.
        process_bytes: resident memory of the whole process at the end.
    """

    load_ms: Number
    first_answer_ms: Number
    steady_bytes: int | None
    peak_bytes: int | None
    process_bytes: int | None


@dataclass(frozen=True, slots=True)
class CaseResult:
    """All that was measured of a case.

    Attributes:
        case: its key.
        keep: word-vectors that leave each encoder.
        macs: multiply-adds of the program.
        artifact_bytes: of all files of the artifact, which holds every program of its engine and precision.
        num_tokens: of the timed text, [CLS] and [SEP] included; the median where several take turns.
        startup: None where it was not measured.
        rounds: how many of the samples each round took, in order; their sum is the number of samples.
        spans: the samples: at least one span, all with as many.
        num_texts: texts of the file that fall on this program and take turns; 0 where the built-in text was timed.
    """

    case: Case
    keep: tuple[int, ...]
    macs: int
    artifact_bytes: int
    num_tokens: int
    startup: Startup | None
    rounds: tuple[int, ...]
    spans: tuple[SpanTimes, ...]
    num_texts: int = 0

    @property
    def total_ms(self) -> tuple[float, ...]:
        """Of each sample, the sum of its spans: text to prediction, unless `is_run_alone`."""
        return total_of(self.spans)

    @property
    def run_ms(self) -> tuple[float, ...]:
        """Of each sample, what the engine took of it."""
        engine = [span for span in self.spans if span.in_engine]
        return total_of(engine) if engine else (0.0,) * len(self.spans[0].times_ms)

    @property
    def is_run_alone(self) -> bool:
        """Whether only the engine's run was timed, as an engine's own benchmark program does."""
        return all(span.in_engine for span in self.spans)


@dataclass(frozen=True, slots=True)
class Reference:
    """A fixed computation, timed between the turns of the cases: how fast the machine itself was meanwhile.

    Attributes:
        work: what was computed; times of different work say nothing of each other.
        rounds: how many of the samples each round of the cases took, in order; their sum is the number of samples.
        times_ms: of each sample, above 0, in the order they were taken.
    """

    work: str
    rounds: tuple[int, ...]
    times_ms: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class MixResult:
    """What a user of the given texts would feel: each text on the program that it falls on.

    Attributes:
        engine: as in Case.
        precision: as in Case.
        budget: as in Case, or a cascade of the bundle.
        threads: as in Case.
        lengths: of the program that gave each sample's answer; 0 where a tier without programs did.
        num_tokens: of the text of each sample.
        total_ms: of each sample, text to prediction.
        truncated: samples of texts that were cut at the longest length.
        cascade: who answered; None where `budget` is no cascade's name.
    """

    engine: str
    precision: str
    budget: str
    threads: int
    lengths: tuple[int, ...]
    num_tokens: tuple[int, ...]
    total_ms: tuple[Number, ...]
    truncated: int
    cascade: MixCascade | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """A reason not to believe the figures.

    Attributes:
        kind: which.
        case: that it concerns; None where it concerns them all.
        reason: a sentence for people, with what was found and what would be well.
    """

    kind: FlagKind
    case: Case | None
    reason: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a program.

    Attributes:
        name: in the engine's graph.
        kind: the engine's type of operation, such as MatMul.
        encoder: from 1; None outside of the encoders.
        group: attention, extract, ffn, or the rest.
        time_ms: the median over the profiled runs.
    """

    name: str
    kind: str
    encoder: int | None
    group: OperationGroup
    time_ms: Number


@dataclass(frozen=True, slots=True)
class Operations:
    """Where a program's time goes.

    Attributes:
        case: whose program.
        runs: that were profiled, apart from the timed answers since profiling slows them.
        operations: in the order they run; empty where the engine does not tell.
        unavailable: why it does not; None where it does.
    """

    case: Case
    runs: int
    operations: tuple[Operation, ...]
    unavailable: str | None


@dataclass(frozen=True, slots=True)
class LatencyRates:
    """The coefficients that a latency table is made of, the same for every encoder but the last.

    Attributes:
        entering_ms: of a word-vector that enters.
        square_ms: of each pair of them.
        leaving_ms: of a word-vector that leaves.
    """

    entering_ms: Number
    square_ms: Number
    leaving_ms: Number


@dataclass(frozen=True, slots=True)
class LatencyTable:
    """Milliseconds by encoder and number of word-vectors, fitted to the programs of one engine, precision and threads.

    The expected time of a configuration is `fixed_ms` + `token_ms` times its length + over all encoders, the entry of
    `entering_ms` for the word-vectors that enter and that of `leaving_ms` for those that leave, between the grid's
    points on straight lines, + `extract_ms` for each encoder but the last that drops some.

    Attributes:
        engine: as in Case.
        precision: as in Case.
        threads: as in Case.
        word_vectors: the grid, rising.
        fixed_ms: what every program costs.
        token_ms: embeddings of one position.
        entering_ms: per encoder, per point of the grid.
        leaving_ms: per encoder, per point of the grid.
        fitted: names of the programs that it was fitted to.
        errors: relative error at each of them: predicted / measured - 1.
        extract_ms: of dropping word-vectors in one encoder, however many.
        rates: what the entries follow from; None in an older report.
    """

    engine: str
    precision: str
    threads: int
    word_vectors: tuple[int, ...]
    fixed_ms: Number
    token_ms: Number
    entering_ms: tuple[tuple[Number, ...], ...]
    leaving_ms: tuple[tuple[Number, ...], ...]
    fitted: tuple[str, ...]
    errors: tuple[Number, ...]
    extract_ms: Number = 0.0
    rates: LatencyRates | None = None


@dataclass(frozen=True, slots=True)
class BundleFacts:
    """What was profiled.

    Attributes:
        name: of the model.
        architecture: the family, such as bert.
        manifest_sha256: of bundle.json, which holds the digests of all other files.
        schedules: fractions of each budget; empty where a budget has none, only configurations.
        delegation: by program, where the manifest tells.
    """

    name: str
    architecture: str
    manifest_sha256: str
    schedules: Mapping[str, tuple[Number, ...]]
    delegation: Mapping[str, Delegation]


@dataclass(frozen=True, slots=True)
class Settings:
    """How it was measured.

    Attributes:
        warmup: answers before the first timed one, per case.
        iterations: timed answers per case that were asked for.
        max_seconds: ended the timing of the cases, and that of the mix; None for no end.
        burst: timed answers of one case before the next one's turn; one more goes before them untimed.
        percentiles: that were asked for, in 0..100.
        texts: `built-in`, or the name of the file.
        num_texts: of the file; 0 for built-in.
        baseline: what speed-ups are over; None for the unpruned budget, as in older reports.
    """

    warmup: int
    iterations: int
    max_seconds: Number | None
    burst: int
    percentiles: tuple[Number, ...]
    texts: str
    num_texts: int
    baseline: Baseline | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The whole of a profile report.

    Attributes:
        schema_version: of the format; a report of an earlier version is read as one of this.
        created: UTC, ISO 8601.
        bundle: what was profiled.
        settings: how.
        environment: on what.
        results: one per case, in the order of their turns.
        mixes: of the file's texts; empty for built-in texts.
        operations: per program that was looked into; empty where nobody asked.
        latency_tables: empty where nobody asked.
        flags: reasons not to believe the figures.
        reference: None in reports that are older than it, and of an engine's own benchmark program.
    """

    schema_version: int
    created: str
    bundle: BundleFacts
    settings: Settings
    environment: Environment
    results: tuple[CaseResult, ...]
    mixes: tuple[MixResult, ...]
    operations: tuple[Operations, ...]
    latency_tables: tuple[LatencyTable, ...]
    flags: tuple[Flag, ...]
    reference: Reference | None = None

    @property
    def is_run_alone(self) -> bool:
        """Whether it is of an engine's own benchmark program, which knows no text."""
        return all(result.is_run_alone for result in self.results)

    def to_json(self) -> str:
        """Write the report; `report_file.read_report` gives an equal one back."""
        text = json.dumps(dataclasses.asdict(self), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return printable_json(text) + "\n"
