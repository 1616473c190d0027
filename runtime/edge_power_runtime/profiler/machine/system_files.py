"""The kernel's text files under /proc and /sys: whatever is absent, forbidden or malformed reads as None."""

import math
from dataclasses import dataclass
from pathlib import Path

# A regular file of the kernel is far smaller; whatever else lies there is not read whole into a phone's memory.
_LONGEST = 1_000_000
_LARGEST = 2**63 - 1  # of a whole number in a report


@dataclass(frozen=True, slots=True)
class SystemFiles:
    """Reads below a root, so that a test can lay out a machine in a folder.

    Attributes:
        root: `/` on a real machine.
    """

    root: Path

    def text(self, path: str) -> str | None:
        """Give a file's text without surrounding blanks; None where it is empty or cannot be read.

        Args:
            path: from the root, without a leading slash.
        """
        try:
            with (self.root / path).open("rb") as file:
                data = file.read(_LONGEST)
        except OSError:
            return None
        # The device tree ends its strings with a NUL.
        return data.decode("utf-8", errors="replace").replace("\0", "").strip() or None

    def number(self, path: str) -> float | None:
        """Give a file that is one finite number."""
        return finite(self.text(path))

    def count(self, path: str) -> int | None:
        """Give a file that is one whole number of at least 0."""
        return whole(self.text(path))

    def names(self, path: str) -> tuple[str, ...]:
        """Give a folder's entries, `zone2` before `zone10`; empty where it cannot be read."""
        try:
            entries = [entry.name for entry in (self.root / path).iterdir()]
        except OSError:
            return ()
        return tuple(sorted(entries, key=lambda name: (len(name), name)))


def finite(text: str | None) -> float | None:
    """Read a finite number; None where there is none."""
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def whole(text: str | None) -> int | None:
    """Read a whole number from 0 to 2^63 - 1; None where there is none."""
    if text is None:
        return None
    try:
        value = int(text)
    except ValueError:
        return None
    return value if 0 <= value <= _LARGEST else None


def fields(text: str | None) -> dict[str, str]:
    """Read lines of `name: value`, the first where a name comes twice; other lines are skipped."""
    found: dict[str, str] = {}
    for line in (text or "").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip(), value.strip())
    return found


def kibibytes(text: str | None) -> int | None:
    """Read `1024 kB` as bytes, the way /proc/meminfo writes sizes."""
    number, _, unit = (text or "").partition(" ")
    value = whole(number)
    if value is None or unit.strip() != "kB" or value > _LARGEST // 1024:
        return None
    return value * 1024
