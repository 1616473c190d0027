"""Tells whoever watches a fit, and a log file, what the trainer does."""

import json
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from edge_power.progress import Progress


class WatchCallback(TrainerCallback):
    """Passes the steps of a phase on, from the first process alone."""

    def __init__(self, title: str, progress: Progress) -> None:
        """Tell `progress`."""
        self._title, self._progress = title, progress
        self._note = ""

    def on_train_begin(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        """Begin, or go on where an earlier run was killed."""
        if state.is_world_process_zero:
            self._progress.begin(self._title, state.max_steps, state.global_step)

    def on_step_end(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        """Advance."""
        if state.is_world_process_zero:
            self._progress.advance(1, self._note)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **others: Any) -> None:
        """Remember what to show beside the bar."""
        shown = [(name, logs[key]) for name, key in _SHOWN if key in logs]
        if shown:
            self._note = "  ".join(f"{name} {value:.3f}" for name, value in shown)


_SHOWN = (("loss", "loss"), ("held out", "eval_metric"), ("multiply-adds", "multiply_adds"))


class MetricsLog(TrainerCallback):
    """Writes what is logged to a file of JSON lines; a run that goes on writes again what it had before."""

    def __init__(self, path: Path, phase: str) -> None:
        """Write to `path`."""
        self._path, self._phase = path, phase

    def on_train_begin(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        """Begin with what the checkpoint remembers."""
        if state.is_world_process_zero:
            self._path.write_text("".join(map(self._line, state.log_history)), encoding="utf-8")

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **others: Any) -> None:
        """Append."""
        if state.is_world_process_zero:
            with self._path.open("a", encoding="utf-8") as stream:
                stream.write(self._line({**logs, "step": state.global_step}))

    def _line(self, logs: dict[str, float]) -> str:
        return json.dumps({"phase": self._phase, **logs}) + "\n"
