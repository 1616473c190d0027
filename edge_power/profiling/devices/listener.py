"""Hears what the runtime's profiler says while it measures on a device."""

import json

from edge_power.progress import Progress
from edge_power_runtime.reading.printable import one_line


class Listener:
    """Takes the profiler's lines one by one: progress is passed on, the rest is kept for the case that it fails."""

    def __init__(self, progress: Progress) -> None:
        """Tell `progress`."""
        self._progress, self._done = progress, 0
        self._error = ""
        self._last = ""

    def __call__(self, line: str) -> None:
        """Hear a line of standard output or standard error."""
        if self._is_progress(line):
            return
        self._last = one_line(line) or self._last
        if line.startswith("error: "):
            self._error = one_line(line.removeprefix("error: "))

    @property
    def error(self) -> str:
        """The error that the runtime gave; empty where it gave none."""
        return self._error

    @property
    def reason(self) -> str:
        """The error, or else the last line that was said: of a traceback, the line that matters."""
        return self._error or self._last

    def _is_progress(self, line: str) -> bool:
        """Pass it on, if the line is one of `edge_power_runtime.profiler.progress.JsonProgress`."""
        if not line.startswith("{"):
            return False
        try:
            match json.loads(line):
                case {"total": int(total)}:
                    self._progress.begin("measuring", total)
                case {"done": int(done), "description": str(description)}:
                    # The step that is told of is being done, and not every one is told of.
                    self._progress.advance(done - 1 - self._done, description)
                    self._done = done - 1
                case _:
                    return False
        except (ValueError, RecursionError):
            return False
        return True
