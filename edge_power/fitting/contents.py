"""What a fit writes where it works, by name: this much of a directory is ours, and is removed when it is done with."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from transformers.trainer import TRAINER_STATE_NAME

from edge_power.fitting.record import PhaseName
from edge_power_converters.output.ownership import Contents, remove_ours, survey

PLAN_FILE, DONE_FILE, WEIGHTS_FILE, LOG_FILE = "plan.json", "done.json", "model.safetensors", "metrics.jsonl"
CHECKPOINTS = "checkpoints"
# What the names of files begin with that keep the teacher's answers.
ANSWERS = "taught-"

# What transformers' Trainer writes into a checkpoint.
_IN_CHECKPOINT = (
    r"model\.safetensors|(?:optimizer|scheduler|scaler)\.pt|rng_state(?:_\d+)?\.pth"
    r"|trainer_state\.json|training_args\.bin"
)
_PHASE = rf"\d{{2,}}-(?:{'|'.join(map(re.escape, get_args(PhaseName)))})"
_CHECKPOINT = rf"{_PHASE}/{CHECKPOINTS}/checkpoint-\d+"
_RUNS = rf"{_PHASE}/{CHECKPOINTS}/runs"
_WRITTEN_WHOLE = rf"{re.escape(PLAN_FILE)}|{ANSWERS}[0-9a-f]{{16}}\.npy|{_PHASE}/{re.escape(DONE_FILE)}"

_FILES = re.compile(
    rf"{_WRITTEN_WHOLE}"
    rf"|(?:{_PHASE}/)?\.(?:plan\.json|done\.json|{ANSWERS}[0-9a-f]{{16}}\.npy)\.partial-[0-9a-f]{{8}}"
    rf"|{_PHASE}/(?:{re.escape(LOG_FILE)}|{re.escape(WEIGHTS_FILE)})"
    rf"|{_CHECKPOINT}/(?:{_IN_CHECKPOINT})"
    rf"|{_RUNS}/[^/]+/events\.out\.tfevents\.[^/]+"
)
_FOLDERS = re.compile(rf"{_PHASE}|{_PHASE}/{CHECKPOINTS}|{_CHECKPOINT}|{_RUNS}(?:/[^/]+)?")


def look(directory: Path) -> Contents:
    """Tell what of a working directory is a fit's.

    Raises:
        OSError: it cannot be read.
    """
    return survey(directory, _FILES.fullmatch, _FOLDERS.fullmatch)


def remove_made(directory: Path) -> bool:
    """Remove what a fit wrote where it works, and nothing else.

    Returns:
        Whether the directory is gone.
    """
    return remove_ours(directory, _FILES.fullmatch, _FOLDERS.fullmatch, marker=PLAN_FILE)


def checkpoints_of(directory: Path) -> list[Path]:
    """The checkpoints in the directory that a trainer writes them to, the first of them first."""
    found = [path for path in directory.glob("checkpoint-*") if re.fullmatch(r"checkpoint-\d+", path.name)]
    return sorted(found, key=lambda path: int(path.name.rpartition("-")[2]))


def remove_checkpoint(checkpoint: Path) -> None:
    """Remove one of `checkpoints_of`; what somebody else put in it stays.

    The trainer's state goes first, without which nobody takes what a kill leaves for a whole one.
    """
    (checkpoint / TRAINER_STATE_NAME).unlink(missing_ok=True)
    remove_ours(checkpoint, re.compile(_IN_CHECKPOINT).fullmatch, lambda path: False, marker=TRAINER_STATE_NAME)


def event_files(directory: Path) -> Iterator[tuple[Path, str]]:
    """TensorBoard's files in a working directory, each with a path that names its phase."""
    for entry in sorted(look(directory).ours, key=lambda entry: entry.path):
        if "/events.out.tfevents." in entry.path:
            yield directory / entry.path, entry.path.replace(f"{CHECKPOINTS}/runs/", "", 1)
