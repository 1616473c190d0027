"""What one unit of the benchmark measured, as it is written to a file."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Self

from edge_power.errors import FitError
from edge_power.fitting.record import PhaseRecord
from edge_power_runtime.errors import BundleError
from edge_power_runtime.reading.jsonnode import Node, parse
from edge_power_runtime.reading.records import read_record
from edge_power_runtime.reading.whole_file import write_whole


def _read_search(node: Node) -> tuple[float, float]:
    if len(node.items()) != 2:
        node.fail("an array of lambda and multiply-adds")
    price, left = node.items()
    return price.number(), left.number()


@dataclass(frozen=True, slots=True)
class Scan:
    """How the paper's lambda was found, and what its padding costs.

    Attributes:
        length: N, that every text is padded to.
        of_padded: multiply-adds left, of the unpruned model padded to N: the paper's own comparison.
        searches: lambda and the multiply-adds that its search ended with, of the unpruned model at the true lengths.
        chosen: lambda of the search that was gone on with.
        seconds: of the searches that were not.
    """

    length: int
    of_padded: float
    searches: tuple[Annotated[tuple[float, float], _read_search], ...]
    chosen: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Served:
    """A budget that the weights of a fit serve.

    Attributes:
        name: of the budget.
        multiply_adds: fraction of the unpruned model's at the true lengths of the dev texts.
        dev: the metric.
    """

    name: str
    multiply_adds: float
    dev: float


@dataclass(frozen=True, slots=True)
class Found:
    """What an arm came to.

    Attributes:
        encoders: of the model that it ended with.
        schedule: fractions, one per encoder; empty where nothing is dropped.
        multiply_adds: fraction of the unpruned model's at the true lengths of the dev texts.
        expected_latency: the same of latency, by a floor per encoder and a slope per word.
        select_multiply_adds: fraction for the texts held out, on which the target was met (of the paper's scheme: dev).
        dev: the metric, which nothing was chosen by.
        select: on the texts held out.
        steps: of the optimiser that the final weights took, after fine-tuning.
        phases: all that were run.
        scan: of the paper's scheme; None elsewhere.
        served: all budgets of a fit, this one first; empty of arms that are none.
    """

    encoders: int
    schedule: tuple[float, ...]
    multiply_adds: float
    expected_latency: float
    select_multiply_adds: float
    dev: float
    select: float
    steps: int
    phases: tuple[PhaseRecord, ...]
    scan: Scan | None = None
    served: tuple[Served, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """One arm of one task with one seed.

    Attributes:
        task: by name.
        arm: by name.
        seed: of everything random.
        metric: by name.
        target: multiply-adds that were asked for, a fraction of the unpruned model's at the true lengths.
        found: what came out.
        unpruned_dev: the metric of the fine-tuned model that all arms of this task and seed begin with.
        unpruned_select: on the texts held out.
        rows: of train, select and dev.
        tokens: of a dev text, on average.
        seconds: of all phases.
        options: of training.
        versions: of packages.
        machine: what it ran on.
    """

    task: str
    arm: str
    seed: int
    metric: str
    target: float
    found: Found
    unpruned_dev: float
    unpruned_select: float
    rows: tuple[int, ...]
    tokens: float
    seconds: float
    options: dict[str, str]
    versions: dict[str, str]
    machine: dict[str, str]

    @property
    def loss(self) -> float:
        """Points of the dev metric that were lost."""
        return 100 * (self.unpruned_dev - self.found.dev)

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `write` wrote.

        Raises:
            FitError: it holds something else.
        """
        try:
            return read_record(cls, parse(path.read_bytes(), path.name))
        except BundleError as error:
            raise FitError(
                f"{path} is no result as this version writes it; remove it and run its unit again"
            ) from error
