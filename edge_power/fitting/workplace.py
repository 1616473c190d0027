"""Where a fit works until it is done: a directory beside its output, by which a killed run goes on."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from accelerate import PartialState

from edge_power.errors import OptionError
from edge_power.fitting.contents import PLAN_FILE, look, remove_made
from edge_power.fitting.options import FitOptions
from edge_power.fitting.prepare import Prepared
from edge_power.fitting.texts.fingerprint import fingerprint
from edge_power.progress import Progress
from edge_power_converters.errors import OutputError
from edge_power_converters.output.ownership import Kind, read_listing
from edge_power_converters.output.staging import Place, check_output, staged_directory
from edge_power_runtime.reading.jsonnode import parse

# Options that do not change what a fit computes.
_FREE = ("output", "resume", "force", "tensorboard")


def _read_plan(data: bytes) -> dict[str, str]:
    """Read a plan.

    Raises:
        BundleError: it is none.
    """
    node = parse(data, PLAN_FILE)
    node.field("weights").text()
    return {name: value.text() for name, value in node.entries().items()}


def _files_at_first(plan: bytes) -> frozenset[str]:
    _read_plan(plan)
    return frozenset({PLAN_FILE})


WORKPLACE = Kind("working directory of a fit", PLAN_FILE, _files_at_first, remedy="move it away, and begin again")


class Workplace:
    """The working directory of one fit."""

    def __init__(self, options: FitOptions) -> None:
        """Name the directory; nothing is written yet."""
        self.path = unfinished(options.output)
        self._options = options
        self._free: Place | None = None  # where nothing was there

    def check(self) -> None:
        """Refuse a place that is another's, or where a fit was killed and is not to go on, before anything is read.

        Raises:
            OptionError: with the ways out.
            OutputError: it cannot be made.
        """
        if not os.path.lexists(self.path):
            self._free = check_output(self.path, force=False, kind=WORKPLACE)
            return
        way_out = f"a fit to {self._options.output} works there; move it away, or choose another `output`"
        try:
            read_listing(self.path, WORKPLACE)
            foreign = look(self.path).named
        except OutputError as error:
            raise OptionError(f"{self.path} exists and {error}; {way_out}") from error
        except OSError as error:
            raise OptionError(f"cannot read {self.path}: {error.strerror or error}; {way_out}") from error
        if foreign:
            raise OptionError(
                f"{self.path} holds what no fit wrote: {foreign}; move that away, or choose another `output`"
            )
        if not self._options.resume:
            raise OptionError(
                f"an unfinished fit is in {self.path}; add `resume` to go on, or remove that directory to begin anew"
            )

    def open(self, prepared: Prepared) -> None:
        """Write down what is going to be done, or check that it is what an earlier run began.

        Raises:
            OptionError: options, texts or weights are others.
            OutputError: something came to stand there since `check`.
        """
        state = PartialState()
        plan = _plan(self._options, prepared)
        state.wait_for_everyone()  # until all have seen that no fit was begun here
        if state.is_main_process and self._free is not None:
            with staged_directory(self._free) as directory:  # so that there is none without a plan
                (directory / PLAN_FILE).write_text(json.dumps(plan, indent=1) + "\n", encoding="utf-8")
        state.wait_for_everyone()
        begun = _read_plan((self.path / PLAN_FILE).read_bytes())
        changed = sorted(name for name in plan | begun if plan.get(name) != begun.get(name))
        if changed:
            name = changed[0]
            raise OptionError(
                f"the unfinished fit in {self.path} was begun with {name} {begun.get(name)}, found {plan.get(name)}; "
                "give what it was begun with, or remove that directory to begin anew"
            )

    def remove(self, progress: Progress) -> None:
        """Remove what the fit wrote, now that the output is in its place; what others put there stays, and is told."""
        if PartialState().is_main_process and not remove_made(self.path):
            progress.line(f"{self.path} was not removed: it holds {look(self.path).named}")


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
