"""The device and what ran on it, watched from right before the first timed answer to right after the last."""

import platform
from collections.abc import Mapping
from pathlib import Path

from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.machine.device_facts import (
    android_property,
    cpu_model,
    describe_cores,
    device_model,
    memory_bytes,
    system_name,
)
from edge_power_runtime.profiler.machine.state import take_state
from edge_power_runtime.profiler.machine.system_files import SystemFiles
from edge_power_runtime.profiler.machine.usage import UsageMeter, usable_cores
from edge_power_runtime.profiler.report.environment import Environment, State


class Observer:
    """Watches the machine while answers are timed; it does nothing between `start` and `stop`."""

    def __init__(self, root: Path = Path("/")) -> None:
        """Watch the machine whose system files lie below `root`."""
        self._files = SystemFiles(root)
        self._cores = usable_cores()
        self._before: State | None = None
        self._meter: UsageMeter | None = None

    def start(self) -> None:
        """Call it after the warm-up, right before the first timed answer."""
        self._before = take_state(self._files, self._cores)
        self._meter = UsageMeter(self._files, self._cores)

    def stop(self, versions: Mapping[str, str]) -> Environment:
        """Call it right after the last timed answer.

        Args:
            versions: of Python and the packages that ran, by name.

        Raises:
            InputError: `start` was not called.
        """
        if self._meter is None or self._before is None:
            raise InputError("the observer was stopped before it was started; call start() first")
        usage = self._meter.stop()  # first, since what follows uses the CPU as well
        after = take_state(self._files, self._cores)
        files = self._files
        return Environment(
            device=device_model(files),
            cpu=cpu_model(files),
            architecture=platform.machine(),
            cores=describe_cores(files, self._cores),
            memory_bytes=memory_bytes(files),
            system=system_name(files),
            kernel=platform.release(),
            android=android_property(files, "ro.build.fingerprint"),
            versions=dict(versions),
            before=self._before,
            after=after,
            usage=usage,
        )
