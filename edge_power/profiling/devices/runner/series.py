"""Samples of one case from an engine's own benchmark program, a start at a time."""

import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_power.profiling.devices.prepare.workplace import Workplace
from edge_power.profiling.devices.reach.device import Device
from edge_power.profiling.devices.reach.errors import DeviceError
from edge_power.profiling.devices.runner.output import Turn
from edge_power.profiling.devices.runner.programs import Benchmark, Start
from edge_power.profiling.devices.runner.shell import run_guarded
from edge_power.progress import Progress
from edge_power_runtime import Bundle
from edge_power_runtime.bundle.manifest import TOKENIZER_FILE
from edge_power_runtime.profiler.measure.plan import configuration_of, program_of
from edge_power_runtime.profiler.measure.texts import case_texts
from edge_power_runtime.profiler.options import Options
from edge_power_runtime.profiler.report.figures import last_line
from edge_power_runtime.profiler.report.record import Case, CaseResult, Startup
from edge_power_runtime.profiler.report.spans import SpanTimes
from edge_power_runtime.text import TextEncoder

# Every start loads the model and warms up again, which takes longer than the runs that are timed; ten starts a case
# still spread its samples over the whole time.
_MOST_STARTS = 10
_SEED = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where all is on the device.

    Attributes:
        device: it.
        benchmark: what kind of program the runner is.
        bundle: on this machine.
        runner: its path there.
        work: folders of this run there, the bundle in one, all else in the other.
        scratch: a folder here.
    """

    device: Device
    benchmark: Benchmark
    bundle: Bundle
    runner: str
    work: Workplace
    scratch: Path


class Series:
    """The samples of one case so far.

    Attributes:
        case: its key.
        run_ms: in the order they were taken.
        rounds: how many of them each start took.
        cpu_s: CPU time of all starts.
    """

    def __init__(self, case: Case, place: Place) -> None:
        """Begin with no samples; nothing is copied yet."""
        self.case = case
        self.run_ms: list[float] = []
        self.rounds: list[int] = []
        self.cpu_s = 0.0
        self._artifact = place.bundle.artifact(case.engine, case.precision)
        self._program = program_of(place.bundle, case)
        self._place = place
        self._first: Turn | None = None
        self._num_tokens = 0

    @property
    def _inputs(self) -> str:
        return f"{self._place.work.run}/inputs-{self.case.precision}-{self._program.name}"

    def push_inputs(self) -> None:
        """Copy the text that fills the program to the device, as the runtime's own profiler takes it."""
        place, manifest = self._place, self._place.bundle.manifest
        lengths = [item.length for item in self._artifact.programs if item.budget == self.case.budget]
        encoder = TextEncoder.from_json(place.bundle.read(TOKENIZER_FILE), manifest.tokenizer)
        encoded = encoder.encode(case_texts(encoder, lengths, self.case.length, ()).texts[0], max(lengths))
        self._num_tokens = encoded.num_tokens
        arrays = encoder.pad(encoded, self.case.length)
        for name, content in place.benchmark.input_files(self._program, arrays).items():
            (place.scratch / name).write_bytes(content)
            place.device.push(place.scratch / name, f"{self._inputs}/{name}")

    def take_turn(self, warmup: int, runs: int) -> None:
        """Start the benchmark program once.

        Raises:
            DeviceError: it failed, or wrote what nobody can read.
        """
        place = self._place
        start = Start(
            runner=place.runner,
            bundle=place.work.copy,
            inputs=self._inputs,
            results=f"{self._inputs}-{len(self.rounds)}-{self.case.threads}.csv",
            artifact=self._artifact,
            program=self._program,
            threads=self.case.threads,
            warmup=warmup,
            runs=runs,
        )
        command = ["env", f"LD_LIBRARY_PATH={place.work.run}", *place.benchmark.command(start)]
        ran = run_guarded(place.device, command, remove=place.work.folders)
        if ran.status != 0:
            last = last_line(ran.text) or "it said nothing"
            name = place.runner.rpartition("/")[2]
            raise DeviceError(f"{name} on {place.device.name} failed with exit status {ran.status}: {last[:300]}")
        turn = place.benchmark.read(start, ran.text)
        self._first = self._first or turn
        self.cpu_s += ran.cpu_s
        self.run_ms.extend(turn.run_ms)
        self.rounds.append(len(turn.run_ms))

    def result(self) -> CaseResult:
        """Give all that was measured."""
        configuration = configuration_of(self._place.bundle, self.case)
        return CaseResult(
            case=self.case,
            keep=configuration.keep,
            macs=configuration.macs,
            artifact_bytes=self._artifact.size_bytes,
            num_tokens=self._num_tokens,
            startup=_startup(self._first),
            rounds=tuple(self.rounds),
            spans=(SpanTimes("run", True, tuple(self.run_ms)),),
        )


def _startup(first: Turn | None) -> Startup | None:
    if first is None or first.load_ms is None or first.first_ms is None:
        return None
    return Startup(first.load_ms, first.first_ms, None, first.peak_bytes, first.process_bytes)


def runs_per_start(benchmark: Benchmark, options: Options) -> int:
    """How many timed runs each start should take."""
    return benchmark.most_runs(max(options.burst, math.ceil(options.iterations / _MOST_STARTS)))


def take_rounds(series: Sequence[Series], options: Options, runs: int, progress: Progress) -> None:
    """Give every case its turn in each round, in an order of its own, so that a drifting device hurts all alike.

    Args:
        series: of the cases; every one keeps its first turn when the time is over.
        options: warm-up, iterations and the end.
        runs: timed runs a turn.
        progress: hears of every turn.
    """
    deadline = math.inf if options.max_seconds is None else time.monotonic() + options.max_seconds
    shuffle = random.Random(_SEED)
    progress.begin("measuring", len(series) * math.ceil(options.iterations / runs))
    while waiting := [item for item in series if len(item.run_ms) < options.iterations]:
        for item in shuffle.sample(waiting, len(waiting)):
            if item.rounds and time.monotonic() > deadline:
                continue
            progress.advance(0, f"timing: {item.case}")
            item.take_turn(options.warmup, min(runs, options.iterations - len(item.run_ms)))
            progress.advance(1)
        if time.monotonic() > deadline:
            return
