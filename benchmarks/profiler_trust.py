"""The profiler's p50 of a run against a bare loop over the engine's own API: same program, same process, in turn.

    edge-power convert --model MODEL --output BUNDLE --lengths 32,128 --keep 0.8,0.6,0.45,0.3,0.2
    python benchmarks/profiler_trust.py --bare BUNDLE --output docs/profiler-trust.json

The bare loop calls what the session calls, with arrays made beforehand, and nothing between two calls. The profiler
answers texts: it tokenizes, pads, runs, names the label, and takes the clock around each. Their bursts take turns in
an order drawn anew, so that whatever else the machine does hurts both alike. The bar is 3 % or 0.05 ms. Every sample
goes into the JSON file. A few minutes.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import click

from edge_power.cli.screens.screen import say
from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.choice import Choice
from edge_power_runtime.model import Classifier
from edge_power_runtime.profiler.machine.versions import versions_of
from edge_power_runtime.profiler.measure.plan import plan_cases
from edge_power_runtime.profiler.measure.rounds import Series
from edge_power_runtime.profiler.measure.subjects import Subject, SubjectOpener
from edge_power_runtime.profiler.options import Options
from edge_power_runtime.reading.whole_file import write_whole

WARM_UP = 20
SEED = 0
BAR, BAR_MS = 0.03, 0.05


@dataclass(frozen=True, slots=True)
class Pair:
    """Samples of one case, both ways.

    Attributes:
        case: such as `onnx fp32 fast 128, 1 thread`.
        profiler_ms: what the profiler says that a run took.
        bare_ms: the engine's own call.
    """

    case: str
    profiler_ms: tuple[float, ...]
    bare_ms: tuple[float, ...]

    @property
    def difference_ms(self) -> float:
        """Of the medians: above 0 where the profiler's is the longer."""
        return median(self.profiler_ms) - median(self.bare_ms)

    @property
    def passes(self) -> bool:
        """Whether the medians are within the bar."""
        return abs(self.difference_ms) <= max(BAR_MS, BAR * median(self.bare_ms))


def bare_call(classifier: Classifier, choice: Choice) -> Callable[[], object]:
    """Give the engine's own call on ready inputs; it is private to the session, since nobody else has use for it."""
    session: Any = choice.session
    program = next(item for item in classifier.artifact.programs if item.name == session_program(session))
    bound = session._binder.bind(choice.inputs)
    match classifier.artifact.engine:
        case "onnx":
            feed = dict(zip(session._inputs, bound, strict=True))
            return lambda: session._run(session._outputs, feed)
        case "tflite":
            feed = dict(zip(session._inputs, bound, strict=True))
            return lambda: session._runner(**feed)
        case _:
            engine = session._engine
            tensors = [engine._torch.from_numpy(bound[index].copy()) for index in session._order]
            engine._torch.set_num_threads(classifier.num_threads)
            method = engine.method(session.path, program)
            return lambda: method.execute(tensors)


def session_program(session: Any) -> str:
    """The name of a session's program: ExecuTorch's keeps the program, the others its name."""
    program = session._program
    return str(getattr(program, "name", program))


def measure(subject: Subject, rounds: int, burst: int) -> Pair:
    """Time one case both ways, in turn."""
    classifier, text = subject.classifier, subject.texts.texts[0]
    series = Series(str(subject.case), classifier, (text,), rounds * burst)
    series.warm_up(WARM_UP)
    call = bare_call(classifier, classifier.choose(classifier.encode(text)))
    bare: list[float] = []
    shuffle = random.Random(SEED)
    for _ in range(rounds):
        for turn in shuffle.sample((True, False), 2):
            if turn:
                series.take_turn(1, burst)
            else:
                call()
                bare += timed(call, burst)
    (run_ms,) = (span.times_ms for span in series.spans() if span.in_engine)
    return Pair(series.name, run_ms, tuple(bare))


def timed(call: Callable[[], object], burst: int) -> Iterator[float]:
    """Milliseconds of each of `burst` calls."""
    for _ in range(burst):
        start = time.perf_counter_ns()
        call()
        yield (time.perf_counter_ns() - start) / 1e6


def describe(pair: Pair) -> str:
    """One line of the result."""
    profiler, bare = median(pair.profiler_ms), median(pair.bare_ms)
    verdict = "within the bar" if pair.passes else "OUTSIDE the bar"
    return f"{pair.case}: profiler {profiler:.3f} ms, bare {bare:.3f} ms, {profiler / bare - 1:+.1%}, {verdict}"


@click.command()
@click.option("--bare", "bundle", type=click.Path(path_type=Path), required=True, help="The bundle to run both ways.")
@click.option("--engine", "engines", multiple=True, help="Default: all installed.")
@click.option("--rounds", default=150)
@click.option("--burst", default=2)
@click.option("--output", type=click.Path(path_type=Path))
def main(bundle: Path, engines: tuple[str, ...], rounds: int, burst: int, output: Path | None) -> None:
    """Measure, print, and keep every sample."""
    opened = Bundle.open(bundle)
    opener = SubjectOpener(opened, ())
    cases = plan_cases(opened, Options(engines=engines))
    pairs = [measure(opener.open(case), rounds, burst) for case in cases]
    for pair in pairs:
        say(describe(pair))
    if output is not None:
        versions = versions_of({case.engine for case in cases})
        record = {"rounds": rounds, "burst": burst, "versions": versions, "pairs": [asdict(pair) for pair in pairs]}
        write_whole(output, json.dumps(record) + "\n")
    raise SystemExit(0 if all(pair.passes for pair in pairs) else 1)


if __name__ == "__main__":
    main()
