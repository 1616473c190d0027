"""How a profile tells how far it is: the seam that the command lines of device and host fill."""

import json
import shutil
import time
from typing import IO, Protocol

from edge_power_runtime.reading.printable import one_line, printable_json

_INTERVAL_S = 0.1
"""Least time between two signs of life, so that telling takes no time from what is measured."""


class Watcher(Protocol):
    """Is told how far a profile is, always between timed answers and on the thread that times them.

    Whoever draws should do so inside of these calls, or in another process: a thread that draws meanwhile takes the
    interpreter and a core from what is measured.
    """

    def begin(self, total: int) -> None:
        """Hear, once and first, how many steps there are at most; the last ones may be left out."""
        ...

    def step(self, description: str) -> None:
        """Hear that one more step is about to start, and which."""
        ...


class Silent:
    """Tells nobody."""

    def close(self) -> None:
        """Do nothing."""

    def begin(self, total: int) -> None:
        """Do nothing."""

    def step(self, description: str) -> None:
        """Do nothing."""


class PlainProgress:
    """A line that overwrites itself on a terminal; elsewhere a line whenever the stage changes."""

    def __init__(self, stream: IO[str]) -> None:
        """Write to `stream`."""
        self._stream = stream
        self._overwrites = stream.isatty()
        self._total = self._done = 0
        self._told_at = 0.0
        self._stage = ""
        self._width = 0

    def begin(self, total: int) -> None:
        """Remember the total."""
        self._total = total

    def step(self, description: str) -> None:
        """Tell it, if it is time to."""
        self._done += 1
        stage = description.partition(":")[0]
        if self._overwrites:
            now = time.monotonic()
            if now - self._told_at >= _INTERVAL_S:
                self._told_at = now
                self._overwrite(f"{self._done / self._total:4.0%} {one_line(description)}")
        elif stage != self._stage:
            print(f"{one_line(stage)} ...", file=self._stream, flush=True)
        self._stage = stage

    def close(self) -> None:
        """Wipe the line."""
        if self._width:
            self._overwrite("")
            print(end="\r", file=self._stream, flush=True)

    def _overwrite(self, line: str) -> None:
        line = line[: shutil.get_terminal_size().columns - 1]  # a line that wraps cannot be overwritten
        print(end=f"\r{line:{self._width}}", file=self._stream, flush=True)
        self._width = len(line)


class JsonProgress:
    """One JSON object per line: {"total": N} first, then {"done": n, "description": "..."}, at most ten a second."""

    def __init__(self, stream: IO[str]) -> None:
        """Write to `stream`."""
        self._stream = stream
        self._done = 0
        self._told_at = 0.0

    def begin(self, total: int) -> None:
        """Write the total."""
        self._write({"total": total})

    def step(self, description: str) -> None:
        """Count the step, and write it if it is time to."""
        self._done += 1
        now = time.monotonic()
        if now - self._told_at >= _INTERVAL_S:
            self._told_at = now
            self._write({"done": self._done, "description": description})

    def close(self) -> None:
        """Write nothing: whoever reads sees the end of the stream."""

    def _write(self, line: dict[str, object]) -> None:
        print(printable_json(json.dumps(line, ensure_ascii=False)), file=self._stream, flush=True)
