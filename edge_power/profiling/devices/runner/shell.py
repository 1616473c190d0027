"""Runs a program on a device that has a shell and no Python: what `guard.py` is elsewhere, and how long it computed."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from edge_power.profiling.devices.reach.device import Device
from edge_power.profiling.devices.reach.shell import remove_script

# `read` hears the beats of the host, and fails when the connection ends and its input is closed. A program in a session
# of its own is the leader of a group, which is killed with all that it started. Then the shell that waits for the
# program goes on, and would end the guard, which has yet to remove the folders.
_GUARD = """
exec 3<&0
if command -v setsid >/dev/null; then setsid "$@" </dev/null 3<&- & else "$@" </dev/null 3<&- & fi
child=$!
( while read -r beat; do :; done; trap '' TERM; kill -9 -$child || kill -9 $child; {remove} ) <&3 >/dev/null 2>&1 &
guard=$!
wait $child; status=$?
kill $guard 2>/dev/null
echo; echo {mark}; times
exit $status
"""
_TIME = re.compile(r"(?:(\d+)m)?(\d+(?:\.\d+)?)s")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended.

    Attributes:
        status: its exit status.
        text: what it wrote to both outputs.
        cpu_s: CPU time that it took; 0 where the shell does not tell.
    """

    status: int
    text: str
    cpu_s: float


def run_guarded(device: Device, command: Sequence[str], *, remove: Sequence[str]) -> Ran:
    """Run a program; it ends with the connection.

    Args:
        device: where.
        command: its path and arguments.
        remove: folders that the device removes by itself, if the connection is lost.

    Raises:
        LostConnectionError: it was.
    """
    mark = f"edge-power-{secrets.token_hex(8)}"  # that no program prints by chance
    script = _GUARD.format(mark=mark, remove="; ".join(map(remove_script, remove)) or ":")
    lines: list[str] = []
    status = device.run(["sh", "-c", script, "sh", *command], on_line=lines.append)
    text, _, times = "\n".join(lines).partition(mark)
    return Ran(status, text, _children_seconds(times))


def _children_seconds(times: str) -> float:
    """Read the shell's `times`: user and system time of the shell itself, then those of all that it waited for."""
    found = [int(minutes or 0) * 60 + float(seconds) for minutes, seconds in _TIME.findall(times)]
    return sum(found[2:4])
