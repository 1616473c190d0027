"""A machine that can be told to run something: the seam between the profile command and ssh, adb or nothing at all."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

OnLine = Callable[[str], None]


class Device(Protocol):
    """A machine with a POSIX shell; every path on it is text, relative to where its commands start.

    Every method raises DeviceError, in one line that names the device, and LostConnectionError where the connection
    ended in the middle. Whoever opened a device closes it.
    """

    @property
    def name(self) -> str:
        """As the user gave it, such as `ssh://pi@board`; for messages."""
        ...

    @property
    def root(self) -> str:
        """The folder for all that we bring along; it need not exist."""
        ...

    def run(self, argv: Sequence[str], *, on_line: OnLine) -> int:
        """Run a command to its end.

        Its standard input stays open as long as the connection, and a newline arrives there every few seconds
        (`process.BEAT_S`), so that `guard.py` on the other side can tell when nobody listens any more.

        Args:
            argv: the command and its arguments, none of which the device's shell may interpret.
            on_line: called with each line that it writes to standard output or standard error, as soon as it is there.

        Returns:
            The command's exit status; 127 where there is no such command.
        """
        ...

    def digests(self, folder: str) -> Mapping[str, str]:
        """The sha256 of every file under `folder`, in hexadecimal, by its path from there; empty without a folder."""
        ...

    def push(self, source: Path, target: str) -> None:
        """Copy a file to the device, under a temporary name first; folders on the way are made."""
        ...

    def pull(self, source: str, target: Path) -> None:
        """Copy a file from the device; `target` is replaced."""
        ...

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with all that is in it, and the folder that it stood in, if that is empty then.

        Nothing happens where there is none.
        """
        ...

    def free_bytes(self, folder: str) -> int:
        """Space that is left for files in `folder`, which need not exist."""
        ...

    def close(self) -> None:
        """End the connection; what was copied stays."""
        ...


def output(device: Device, argv: Sequence[str]) -> tuple[int, list[str]]:
    """Run a short command.

    Returns:
        Its exit status, and the lines that it wrote.
    """
    lines: list[str] = []
    return device.run(argv, on_line=lines.append), lines
