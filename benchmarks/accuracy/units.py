"""Units: one arm of one task with one seed. A unit that is done is not run again; a killed one goes on."""

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import torch

from benchmarks.accuracy.arms import ARMS
from benchmarks.accuracy.bench import Bench, open_bench
from benchmarks.accuracy.result import Result
from benchmarks.accuracy.tasks import TASKS, Settings, Task
from benchmarks.efficiency import processor
from edge_power.fitting.contents import remove_made
from edge_power.fitting.options import FitOptions
from edge_power.fitting.prepare import mean_length
from edge_power.progress import Progress

_PACKAGES = ("edge-power", "torch", "transformers", "accelerate")

# Options that name places of the machine, or say nothing of the training.
_PLACES = ("model", "train", "dev", "output", "resume", "force")


@dataclass(frozen=True, slots=True)
class Unit:
    """One arm of one task with one seed.

    Attributes:
        task: with its bar.
        arm: by name.
        seed: of everything random.
    """

    task: Task
    arm: str
    seed: int

    def path(self, settings: Settings) -> Path:
        """The file of its result."""
        return settings.output / self.task.name / f"seed{self.seed}" / f"{self.arm}.json"

    def options(self) -> str:
        """How to ask for it on the command line."""
        return f"--task {self.task.name} --arm {self.arm} --seed {self.seed}"


def units(tasks: Sequence[str], arms: Sequence[str], seeds: Sequence[int]) -> Iterator[Unit]:
    """Name units, in an order in which each finds what it needs.

    Args:
        tasks: by name; none is all.
        arms: likewise.
        seeds: none is what each task says.
    """
    for task in (TASKS[name] for name in TASKS if not tasks or name in tasks):
        for seed in seeds or task.seeds:
            for arm in ARMS:
                if not arms or arm in arms:
                    yield Unit(task, arm, seed)


def run(unit: Unit, settings: Settings, progress: Progress) -> Result:
    """Run a unit and write its result.

    Raises:
        EdgePowerError: see `open_bench` and the arms.
    """
    bench = open_bench(unit.task, unit.seed, settings, progress)
    found = ARMS[unit.arm].run(bench)
    texts = bench.prepared.texts
    unpruned = bench.scores(bench.model)
    result = Result(
        task=unit.task.name,
        arm=unit.arm,
        seed=unit.seed,
        metric=unit.task.metric,
        target=unit.task.target_of(unit.arm),
        found=found,
        unpruned_dev=unpruned.dev,
        unpruned_select=unpruned.select,
        rows=(len(texts.train), len(texts.select), len(bench.dev)),
        tokens=mean_length(bench.dev),
        seconds=sum(phase.seconds for phase in found.phases),
        options=_options(bench.options),
        versions={package: version(package) for package in _PACKAGES},
        machine=_machine(bench),
    )
    result.write(unit.path(settings))
    remove_made(bench.work(unit.arm))  # only the arms that train here have one
    return result


def _options(options: FitOptions) -> dict[str, str]:
    shown = {name: value for name, value in asdict(options).items() if name not in _PLACES}
    return {name: str(value) for name, value in shown.items() if value not in (None, False)}


def _machine(bench: Bench) -> dict[str, str]:
    device = "cpu" if not torch.cuda.is_available() else torch.cuda.get_device_name()
    return {
        "device": device,
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "threads": str(torch.get_num_threads()),
        "python": platform.python_version(),
    }
