"""How long a unit takes, about: texts times tokens times passes through the model."""

import math

from benchmarks.accuracy.bench import options_of
from benchmarks.accuracy.tasks import Settings
from benchmarks.accuracy.units import Unit
from edge_power.data import count_rows
from edge_power.fitting.prepare import HELD_OUT

# Of one token in one forward pass of the whole MiniLM, on 2 cores of a shared x86-64 machine.
SECONDS = 0.0003

# A step is a forward pass and one backward, which takes twice as long; the teacher answers each text and copy once.
_TRAIN, _TEACH = 3.0, 1.0

# Of MiniLM.
_ENCODERS = 6

# Searches of a scan, usually.
_SEARCHES = 4


def steps(unit: Unit, settings: Settings) -> dict[str, int]:
    """Steps of each phase of `fit`, and batches that the teacher answers."""
    options = options_of(unit.task, unit.seed, settings)
    assert not isinstance(options.train, str)
    rows = round((1 - HELD_OUT) * count_rows(options.train))
    epochs = options.epochs
    named = {"fine-tune": epochs.fine_tune, "depth": epochs.depth, "search": epochs.search, "retrain": epochs.retrain}
    whole = {phase: options.steps(number, rows) for phase, number in named.items()}
    return whole | {"teach": math.ceil(rows * (1 + options.copies(rows)) / options.batch_size)}


def minutes(unit: Unit, settings: Settings) -> float:
    """Of a unit on 2 cores; of `unpruned`, the first of a task, that is the fine-tuning."""
    task, left = unit.task, unit.task.target_of(unit.arm)
    taken = steps(unit, settings)
    search, retrain, teach = taken["search"], taken["retrain"], taken["teach"] * _TEACH
    match unit.arm:
        case "unpruned":
            passes = 0.0 if task.checkpoint else taken["fine-tune"] * _TRAIN
        case "unpruned+":
            passes = teach + (search + retrain) * _TRAIN
        case "learned" | "more" | "less" | "shared":
            passes = teach + (search + retrain * left) * _TRAIN
        case "learned+depth":
            passes = teach + ((taken["depth"] + search) * task.depth / _ENCODERS + retrain * left) * _TRAIN
        case "paper":
            passes = _SEARCHES * search * _TRAIN * task.published.length / task.tokens + retrain * _TRAIN * left
        case _:
            passes = teach + (search + retrain) * left * _TRAIN
    return passes * options_of(task, unit.seed, settings).batch_size * task.tokens * SECONDS / 60
