"""What many programs of one artifact cost: resident memory, and the time to load them, with 1, 4 and 12 programs.

    edge-power convert --model MODEL --output BUNDLE --precision fp32,int8 --lengths 16,24,32,40,48,64 \
      --keep 0.8,0.6,0.45,0.3,0.2                        # and --dynamic-length
    python benchmarks/memory.py BUNDLE --engine onnx --output memory.json
    python benchmarks/memory.py --read memory.json       # print the table of a file again

Each sample is a fresh process that loads the programs, lets each answer once, and reads /proc/self/smaps_rollup
(proc_pid_smaps(5)). Anonymous memory is the process's own; file-backed memory is what it maps of files, which other
processes may share and the system may drop. A file that is mapped twice counts twice in both, although its pages are
there once. What the process had when the engine was imported counts too: a phone's app has it as well.
"""

import json
import platform
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from edge_power_runtime import Bundle
from edge_power_runtime.bundle.artifacts import Artifact
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.reading.whole_file import write_whole
from edge_power_runtime.sessions import Session, open_engine
from edge_power_runtime.sessions.loaded import LoadedPrograms
from edge_power_runtime.system.python_process import python_command

COUNTS = (1, 4, 12)
ROLLUP = Path("/proc/self/smaps_rollup")
MEBI = 1 << 20
PACKAGES = {"onnx": ("onnxruntime",), "tflite": ("ai-edge-litert",), "executorch": ("executorch", "torch")}


@dataclass(frozen=True, slots=True)
class Resident:
    """Resident memory of a process.

    Attributes:
        anonymous_bytes: its own.
        file_bytes: mapped of files.
    """

    anonymous_bytes: int
    file_bytes: int

    @property
    def total_bytes(self) -> int:
        """Both."""
        return self.anonymous_bytes + self.file_bytes


@dataclass(frozen=True, slots=True)
class Sample:
    """One process.

    Attributes:
        engine: of the artifact.
        precision: of the artifact.
        programs: how many were loaded.
        load_s: to open the artifact and to load them all.
        answer_s: for one answer of each.
        before: its memory once the runtime is imported.
        after: its memory when each program has answered.
    """

    engine: str
    precision: str
    programs: int
    load_s: float
    answer_s: float
    before: Resident
    after: Resident


def resident() -> Resident:
    """The memory of this process."""
    sizes = {line.split()[0]: int(line.split()[1]) for line in ROLLUP.read_text().splitlines()[1:]}
    anonymous, total = sizes["Anonymous:"] * 1024, sizes["Rss:"] * 1024
    return Resident(anonymous, total - anonymous)


def spread(programs: Sequence[Program], count: int) -> list[Program]:
    """Some of an artifact's programs: of each length all budgets in turn, as an app loads them."""
    return sorted(programs, key=lambda program: (program.length, program.budget))[:count]


def answer(session: Session, program: Program) -> None:
    """Run a program on a text of its whole length."""
    session.run({item.name: np.ones(item.shape, dtype=item.dtype) for item in program.inputs})


def measure(bundle: Bundle, artifact: Artifact, count: int) -> Sample:
    """Load programs in this process, which has loaded none."""
    programs = spread(artifact.programs, count)
    before = resident()
    start = time.perf_counter()
    loaded_programs = LoadedPrograms(lambda: open_engine(bundle.path, artifact))
    sessions = [loaded_programs.session(program) for program in programs]
    loaded = time.perf_counter()
    for session, program in zip(sessions, programs, strict=True):
        answer(session, program)
    answered = time.perf_counter()
    after = resident()
    return Sample(artifact.engine, artifact.precision, count, loaded - start, answered - loaded, before, after)


def measure_apart(bundle: Path, artifact: Artifact, count: int) -> Sample:
    """`measure` in a process of its own."""
    arguments = [str(bundle), "--engine", artifact.engine, "--precision", artifact.precision, "--child", str(count)]
    command = python_command(sys.executable, __file__, *arguments)
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return read_sample(json.loads(printed))


def read_sample(found: dict[str, object]) -> Sample:
    """A sample of what `asdict` made of it."""
    fields = {name: Resident(**value) if isinstance(value, dict) else value for name, value in found.items()}
    return Sample(**fields)


def draw(samples: Iterable[Sample]) -> Table:
    """Medians, with each engine's and precision's ratio to its own single program."""
    table = Table(title="resident memory in MiB, and seconds to load: medians")
    for name in ("engine", "precision", "programs", "resident", "anonymous", "file-backed", "times one", "load s"):
        table.add_column(name, justify="left" if name in ("engine", "precision") else "right")
    groups: dict[tuple[str, str, int], list[Sample]] = {}
    for sample in samples:
        groups.setdefault((sample.engine, sample.precision, sample.programs), []).append(sample)
    one: dict[tuple[str, str], float] = {}
    for (engine, precision, count), found in sorted(groups.items()):
        total = median(item.after.total_bytes for item in found)
        ratio = total / one.setdefault((engine, precision), total)
        own = median(item.after.anonymous_bytes for item in found)
        mapped = median(item.after.file_bytes for item in found)
        sizes = (f"{value / MEBI:.0f}" for value in (total, own, mapped))
        load = median(item.load_s for item in found)
        table.add_row(engine, precision, str(count), *sizes, f"{ratio:.2f}", f"{load:.2f}")
    return table


def measure_all(bundle: Bundle, artifacts: Sequence[Artifact], rounds: int) -> list[Sample]:
    """All artifacts and counts in turn, round by round."""
    cases = [(artifact, count) for artifact in artifacts for count in COUNTS if count <= len(artifact.programs)]
    # The first process reads the file into the page cache for the others, and is not counted.
    for artifact in artifacts:
        measure_apart(bundle.path, artifact, 1)
    return [measure_apart(bundle.path, *case) for _round in range(rounds) for case in cases]


def write(path: Path, samples: Sequence[Sample]) -> None:
    """Every sample, with the machine and the versions."""
    engines = dict.fromkeys(sample.engine for sample in samples)
    report = {
        "system": platform.platform(),
        "versions": {name: version(name) for engine in engines for name in PACKAGES[engine]},
        "samples": [asdict(sample) for sample in samples],
    }
    write_whole(path, json.dumps(report, indent=1) + "\n")


@click.command(help=__doc__.partition("\n")[0])
@click.argument("bundle", type=click.Path(path_type=Path, exists=True), required=False)
@click.option("--engine", multiple=True, help="Only these; by default all of the bundle.")
@click.option("--precision", multiple=True, help="Only these; by default all of the bundle.")
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(min=1))
@click.option("--output", type=click.Path(path_type=Path), help="JSON file for every sample.")
@click.option("--read", type=click.Path(path_type=Path, exists=True), help="Print this file's table.")
@click.option("--child", type=int, hidden=True)
def main(
    bundle: Path | None,
    engine: tuple[str, ...],
    precision: tuple[str, ...],
    rounds: int,
    output: Path | None,
    read: Path | None,
    child: int | None,
) -> None:
    """Measure, or print what was measured."""
    if read is not None:
        samples = [read_sample(item) for item in json.loads(read.read_text(encoding="utf-8"))["samples"]]
        Console(width=120).print(draw(samples))
        return
    if bundle is None:
        raise click.UsageError("name a bundle, or a file to --read")
    opened = Bundle.open(bundle)
    artifacts = [
        item
        for item in opened.manifest.artifacts
        if (not engine or item.engine in engine) and (not precision or item.precision in precision)
    ]
    if not artifacts:
        raise click.UsageError("the bundle has no such artifact")
    if child is not None:
        print(json.dumps(asdict(measure(opened, artifacts[0], child))))
        return
    samples = measure_all(opened, artifacts, rounds)
    Console(width=120).print(draw(samples))
    if output is not None:
        write(output, samples)


if __name__ == "__main__":
    main()
