"""The file that ONNX Runtime's profiler writes: the time of every node in every run."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_power_runtime.errors import BundleError, EngineError
from edge_power_runtime.reading.jsonnode import Node, parse

# One event per node and run has this ending; others, of older versions, tell of waiting for a device.
_KERNEL = "_kernel_time"


@dataclass(frozen=True, slots=True)
class NodeTime:
    """A node of a graph in the order of a run.

    Attributes:
        name: as ONNX Runtime calls it once it has optimised the graph.
        kind: its type of operation.
        time_us: that its kernel took.
    """

    name: str
    kind: str
    time_us: float


def read_runs(path: Path) -> tuple[tuple[NodeTime, ...], ...]:
    """Read the nodes of each run, in order.

    Args:
        path: a file in the trace event format, as ONNX Runtime writes it: a run's nodes come before its `model_run`.

    Raises:
        EngineError: the file is missing or of another form.
    """
    try:
        events = parse(path.read_bytes(), path.name).items()
        return _runs(events)
    except OSError as error:
        raise EngineError(f"ONNX Runtime wrote no profile to {path}: {error.strerror}") from error
    except BundleError as error:
        raise EngineError(f"this version of ONNX Runtime writes its profile in another form: {error}") from error


def median_times(runs: Sequence[Sequence[NodeTime]]) -> tuple[NodeTime, ...]:
    """The median time of each node over runs of one graph, in the order of the first.

    Raises:
        EngineError: there is no run, or the runs do not have the same nodes.
    """
    if not runs or not runs[0]:
        raise EngineError("ONNX Runtime's profile tells of no operation; it was expected to time every run")
    by_name = [{node.name: node for node in run} for run in runs]
    if any(run.keys() != by_name[0].keys() for run in by_name):
        raise EngineError("ONNX Runtime's profile has other operations in one run than in the next; profile again")
    return tuple(
        NodeTime(node.name, node.kind, statistics.median(run[node.name].time_us for run in by_name))
        for node in by_name[0].values()
    )


def _runs(events: Sequence[Node]) -> tuple[tuple[NodeTime, ...], ...]:
    runs: list[tuple[NodeTime, ...]] = []
    nodes: list[NodeTime] = []
    for event in events:
        name = event.field("name").text()
        if name == "model_run":
            runs.append(tuple(nodes))
            nodes = []
        elif event.field("cat").text() == "Node" and name.endswith(_KERNEL):
            nodes.append(_node_time(event, name.removesuffix(_KERNEL)))
    return tuple(runs)


def _node_time(event: Node, name: str) -> NodeTime:
    time_us = event.field("dur")
    if not 0 <= time_us.number() < math.inf:
        time_us.fail("a number of microseconds of at least 0")
    return NodeTime(name, event.field("args").field("op_name").text(), time_us.number())
