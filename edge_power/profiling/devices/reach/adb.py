"""An Android device, or another machine that runs adbd, by the system's adb."""

import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from edge_power.profiling.devices.reach.adb_listing import READY, choose, list_devices, run_adb
from edge_power.profiling.devices.reach.device import OnLine
from edge_power.profiling.devices.reach.errors import DeviceError, LostConnectionError
from edge_power.profiling.devices.reach.process import stream
from edge_power.profiling.devices.reach.shell import (
    command_line,
    digests_script,
    free_script,
    read_digests,
    read_free,
    remove_script,
)
from edge_power_runtime.profiler.report.figures import last_line

# adb's own exit status cannot be trusted with a command's: it is 0 where the connection was lost in the middle, and
# always 0 before Android 7. So the device's shell says it in its last line, and without that line the connection broke.
_END = "edge-power-exit"
_LAST_LINE = re.compile(rf"(.*){_END}:(\d+)")

# The one folder that adb's user may write to and run programs from on every Android; as over ssh on another Linux.
_ROOT_SCRIPT = 'd=/data/local/tmp; [ -d "$d" ] && [ -w "$d" ] || d=$HOME/.cache; echo "$d/edge-power"'

# adbd leaves it to nobody: what its shell makes, all could write to.
_UMASK = "umask 022"

# For what takes a moment there; a digest of some hundred megabytes is the slowest.
_TIMEOUT_S = 180


class AdbDevice:
    """Commands through `adb shell`, files through `adb push` and `adb pull`."""

    def __init__(self, serial: str | None = None, *, root: str | None = None) -> None:
        """Find the device.

        Args:
            serial: as `adb devices` gives it; None for the only one.
            root: the folder for all that we bring along; None for the one that fits the device.

        Raises:
            DeviceError: there is no adb on the PATH, or the device takes no commands.
            InputError: there is no such device, or there are several and none is named.
        """
        self._serial = choose(list_devices(), serial)
        self.root = root or self._say(_ROOT_SCRIPT)[-1]

    @property
    def name(self) -> str:
        """Such as `adb:emulator-5554`."""
        return f"adb:{self._serial}"

    def run(self, argv: Sequence[str], *, on_line: OnLine) -> int:
        """See Device."""
        last, status = "", None

        def read(line: str) -> None:
            nonlocal last, status
            match = _LAST_LINE.fullmatch(line)
            if match:
                line, status = match[1], int(match[2])
            if line or not match:
                last = line.strip() or last
                on_line(line)

        stream(["adb", "-s", self._serial, "shell", _told(f"{command_line(argv)} 2>&1")], on_line=read)
        if status is None:
            raise self._lost(last)
        return status

    def digests(self, folder: str) -> Mapping[str, str]:
        """See Device."""
        return read_digests(self._say(digests_script(folder)))

    def push(self, source: Path, target: str) -> None:
        """See Device."""
        partial = f"{target}.partial"
        folder, _, _ = target.rpartition("/")
        if folder:
            self._say(command_line(["mkdir", "-p", folder]))
        try:
            self._copy(["push", str(source), partial], f"copy {source} to")
        except LostConnectionError:
            raise
        except DeviceError:
            self._say(remove_script(partial))
            raise
        self._say(command_line(["mv", partial, target]))

    def pull(self, source: str, target: Path) -> None:
        """See Device."""
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".edge-power-") as folder:
            copy = Path(folder) / "copy"
            self._copy(["pull", source, str(copy)], f"copy {source} from")
            copy.replace(target)

    def remove(self, path: str) -> None:
        """See Device."""
        self._say(remove_script(path))

    def free_bytes(self, folder: str) -> int:
        """See Device."""
        lines = self._say(free_script(folder))
        free = read_free(lines)
        if free is None:
            raise DeviceError(f"cannot tell how much room is left on {self.name}: df said {' '.join(lines[-1:])!r}")
        return free

    def close(self) -> None:
        """Nothing is to be ended: adb's server holds the connection, and other programs use it too."""

    def _say(self, script: str) -> list[str]:
        """Run a short script of ours, and give the lines that it writes."""
        done = run_adb(["-s", self._serial, "shell", _told(f"exec 2>&1; {script}")], timeout_s=_TIMEOUT_S)
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        match = _LAST_LINE.fullmatch(lines[-1]) if lines else None
        if match is None:
            raise self._lost(last_line(done.stderr))
        lines[-1:] = [match[1]] if match[1] else []
        if match[2] != "0":
            raise DeviceError(f"{self.name} refused a command: {' '.join(lines[-1:]) or f'exit status {match[2]}'}")
        return lines

    def _copy(self, arguments: Sequence[str], what: str) -> None:
        done = run_adb(["-s", self._serial, *arguments])
        if done.returncode != 0:
            reason = last_line(done.stderr) or last_line(done.stdout) or f"exit status {done.returncode}"
            raise DeviceError(f"cannot {what} {self.name}: {reason}") if self._answers() else self._lost(reason)

    def _answers(self) -> bool:
        done = run_adb(["-s", self._serial, "get-state"], timeout_s=_TIMEOUT_S)
        return done.stdout.strip() == READY

    def _lost(self, reason: str) -> LostConnectionError:
        return LostConnectionError(f"the connection to {self.name} was lost" + (f" ({reason})" if reason else ""))


def _told(script: str) -> str:
    """Let the device's shell say how the script ended; in a shell of its own, so that its `exit` ends no more."""
    return f"{_UMASK}; ( {script}\n); echo {_END}:$?"
