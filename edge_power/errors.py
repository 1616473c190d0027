"""What can go wrong on the host, under the runtime's one tree of errors."""

from edge_power_runtime.errors import EdgePowerError


class CheckpointError(EdgePowerError):
    """A model directory or name that cannot be read as a supported classifier."""


class NoClassifierError(CheckpointError):
    """A checkpoint of a supported family that has no classification head."""


class OptionError(EdgePowerError):
    """An option whose value cannot be used: a format, a length, a budget."""


class FitError(EdgePowerError):
    """A fit cannot go on."""
