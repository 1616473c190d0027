"""What can go wrong on the host, under the runtime's one tree of errors."""

from edge_power_runtime.errors import EdgePowerError


class CheckpointError(EdgePowerError):
    """A model directory or name that cannot be read as a supported classifier."""


class OptionError(EdgePowerError):
    """An option whose value cannot be used: a format, a length, a budget."""
