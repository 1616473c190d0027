"""What can go wrong between this machine and another."""

from edge_power_runtime.errors import EdgePowerError


class DeviceError(EdgePowerError):
    """A device that cannot be reached, or does not do what it was told."""


class LostConnectionError(DeviceError):
    """The connection to a device ended in the middle."""
