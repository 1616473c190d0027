"""The command line that runs another one under `guard.py` on a device."""

from collections.abc import Sequence
from importlib.resources import files

from edge_power.profiling.devices.reach.process import BEAT_S
from edge_power_runtime.system.python_process import python_command

# A beat may be late by a slow network or a busy host; six lost in a row are a lost connection.
PATIENCE_S = 6 * BEAT_S


def guarded(python: str, command: Sequence[str], *, remove: Sequence[str] = ()) -> list[str]:
    """Let `command` end with the connection.

    Args:
        python: on the device.
        command: its arguments, the program first.
        remove: folders that nobody needs once the connection is lost.
    """
    source = files("edge_power.profiling.devices").joinpath("guard.py").read_text(encoding="utf-8")
    return python_command(python, "-c", source, str(PATIENCE_S), str(len(remove)), *remove, *command)
