"""What can go wrong between programs and a bundle."""

from edge_power_runtime.errors import EdgePowerError


class ConversionError(EdgePowerError):
    """Programs that an engine's tools cannot convert."""


class OutputError(ConversionError):
    """A bundle that cannot be written where it was asked for."""


class ParityError(ConversionError):
    """A converted program does not agree with the eager model, or that with transformers; no bundle was written."""
