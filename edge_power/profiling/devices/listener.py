"""Hears what the runtime's profiler says while it measures on a device."""

import json
from typing import Protocol

from edge_power_runtime.reading.printable import one_line


class Watch(Protocol):
    """Is told how far a profile is."""

    def stage(self, description: str) -> None:
        """Hear what begins, of unknown length."""
        ...

    def begin(self, total: int) -> None:
        """Hear how many steps the measuring has."""
        ...

    def at(self, done: int, description: str) -> None:
        """Hear how many of them are done, and what is being done now."""
        ...

    def warn(self, text: str) -> None:
        """Hear of something that the user should know and that stops nothing."""
        ...


class Listener:
    """Takes the profiler's lines one by one: progress goes to `watch`, the rest is kept for the case that it fails."""

    def __init__(self, watch: Watch) -> None:
        """Tell `watch`."""
        self._watch = watch
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
        """Tell the watch, if the line is one of `edge_power_runtime.profiler.progress.JsonProgress`."""
        if not line.startswith("{"):
            return False
        try:
            match json.loads(line):
                case {"total": int(total)}:
                    self._watch.begin(total)
                case {"done": int(done), "description": str(description)}:
                    self._watch.at(done, description)
                case _:
                    return False
        except (ValueError, RecursionError):
            return False
        return True
