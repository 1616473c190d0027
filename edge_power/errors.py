"""What can go wrong on the host, under the runtime's one tree of errors."""

import os
import re

from edge_power_runtime.errors import EdgePowerError


class CheckpointError(EdgePowerError):
    """A model directory or name that cannot be read as a supported classifier."""


class NoClassifierError(CheckpointError):
    """A checkpoint of a supported family that has no classification head."""


class OptionError(EdgePowerError):
    """An option whose value cannot be used: a format, a length, a budget."""


class FitError(EdgePowerError):
    """A fit cannot go on."""


def system_error(error: Exception) -> OSError | None:
    """The system's error behind one of a library written in Rust, which gives its number only in the text."""
    number = re.search(r"\(os error (\d+)\)", str(error))
    return OSError(int(number[1]), os.strerror(int(number[1]))) if number else None
