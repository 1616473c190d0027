"""Where a fit works until it is done: a directory beside its output, by which a killed run goes on."""

import json
import shutil
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from accelerate import PartialState

from edge_power.errors import OptionError
from edge_power.fit.fingerprint import fingerprint
from edge_power.fit.options import FitOptions
from edge_power.fit.prepare import Prepared
from edge_power_runtime.whole_file import write_whole

PLAN_FILE = "plan.json"

# Options that do not change what a fit computes.
_FREE = ("output", "resume", "force", "tensorboard")


class Workplace:
    """The working directory of one fit."""

    def __init__(self, options: FitOptions) -> None:
        """Name the directory; nothing is written yet."""
        self.path = unfinished(options.output)
        self._options = options

    def check(self) -> None:
        """Refuse to begin where a fit was killed and is not to go on, before anything is read.

        Raises:
            OptionError: with the two ways out.
        """
        if (self.path / PLAN_FILE).is_file() and not self._options.resume:
            raise OptionError(
                f"an unfinished fit is in {self.path}; add --resume to go on, or remove that directory to begin anew"
            )

    def open(self, prepared: Prepared) -> None:
        """Write down what is going to be done, or check that it is what an earlier run began.

        Raises:
            OptionError: options, texts or weights are others.
        """
        state = PartialState()
        plan = _plan(self._options, prepared)
        state.wait_for_everyone()  # until all have seen that no fit was begun here
        if state.is_main_process and not (self.path / PLAN_FILE).is_file():
            self.path.mkdir(exist_ok=True)
            write_whole(self.path / PLAN_FILE, json.dumps(plan, indent=1) + "\n")
        state.wait_for_everyone()
        begun: dict[str, str] = json.loads((self.path / PLAN_FILE).read_text(encoding="utf-8"))
        changed = sorted(name for name in plan | begun if plan.get(name) != begun.get(name))
        if changed:
            name = changed[0]
            raise OptionError(
                f"the unfinished fit in {self.path} was begun with {name} {begun.get(name)}, found {plan.get(name)}; "
                "give what it was begun with, or remove that directory to begin anew"
            )

    def remove(self) -> None:
        """Remove the directory, now that the output is in its place."""
        if PartialState().is_main_process:
            shutil.rmtree(self.path, ignore_errors=True)


def unfinished(output: Path) -> Path:
    """Where a fit that is to write `output` works."""
    return output.with_name(f"{output.name}.unfinished")


def _plan(options: FitOptions, prepared: Prepared) -> dict[str, str]:
    named = {name: _written(value) for name, value in asdict(options).items() if name not in _FREE}
    parts = {"train texts": prepared.texts.train, "select texts": prepared.texts.select, "dev texts": prepared.dev}
    texts = {name: _sized(part.arrays(), f"{len(part)} rows") for name, part in parts.items() if part is not None}
    weights = [tensor.detach().cpu().numpy() for tensor in prepared.model.state_dict().values()]
    return {**named, **texts, "weights": _sized(weights, f"{len(weights)} tensors")}


def _written(value: Any) -> str:
    return json.dumps(value, default=str, sort_keys=True)


def _sized(arrays: Iterable[np.ndarray], size: str) -> str:
    return f"{size}, sha256 {fingerprint(arrays)}"
