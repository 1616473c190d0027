"""retention.json: a schedule for every length, or one configuration per length; or several of these by name.

    {"schedule": [0.9, 0.8, 0.7, 0.6, 0.5]}
    {"configurations": {"32": [29, 26, 23, 20, 16, 1], "64": [58, 52, 45, 39, 32, 1]}}
    {"budgets": {"balanced": {"schedule": [0.9, 0.8, 0.7, 0.6, 0.5]}, "fast": {"schedule": [0.8, 0.6, 0.4, 0.2, 0.1]}}}

A bare list of fractions is read as a schedule. A checkpoint's file says besides, or alone, behind which encoders there
are exits, whose heads are among its weights: "exits": [2, 4].
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge_power.model.checkpoint.files import unique_keys
from edge_power.model.exits import Exits
from edge_power_runtime.errors import RetentionError
from edge_power_runtime.retention import RetentionConfig, RetentionSchedule

RETENTION_FILE = "retention.json"

# What a single retention is called where nobody named it, and the name of the budget that drops nothing.
DEFAULT_BUDGET, FULL = "balanced", "full"

_LARGEST = 2**20  # bytes; a file of 10 budgets for 100 lengths of 24 encoders has some 100,000
_MOST_ENCODERS, _LONGEST_NAME = 512, 64

Budgets = dict[str, "Retention"]  # by name, the default first


@dataclass(frozen=True, slots=True)
class Retention:
    """What a checkpoint or a caller says of retention.

    Attributes:
        schedule: serves every length; None where configurations are given.
        configurations: by length, used before the schedule.
    """

    schedule: RetentionSchedule | None = None
    configurations: Mapping[int, RetentionConfig] = field(default_factory=dict)

    def at(self, length: int, *, encoders: int) -> RetentionConfig:
        """The configuration of a model with `encoders` encoders at one length.

        The last encoder keeps what is read of it, whatever is written: no other row reaches the answer.

        Raises:
            RetentionError: nothing is known for this length, or for another number of encoders.
        """
        if length in self.configurations:
            keep, readout = self.configurations[length].keep, self.configurations[length].readout
            passing = readout.passing(encoders)
            if len(keep) not in (encoders, passing):
                raise RetentionError(
                    f"length {length} has {len(keep)} numbers, the model has {encoders} encoders; "
                    f"give {encoders} whole numbers"
                )
            return RetentionConfig(length, readout.complete(keep[:passing]), readout)
        if self.schedule is None:
            known = ", ".join(str(known) for known in sorted(self.configurations)) or "none"
            raise RetentionError(
                f"retention has no configuration for length {length}, only for {known}; add one, or give a schedule"
            )
        return self.schedule.for_encoders(encoders).at(length)

    def content(self) -> dict[str, Any]:
        """What the file says of it."""
        if self.configurations:
            table = {str(length): list(config.keep) for length, config in sorted(self.configurations.items())}
            return {"configurations": table}
        return {"schedule": list(self.schedule.fractions if self.schedule else ())}


@dataclass(frozen=True, slots=True)
class RetentionFile:
    """What a checkpoint's file says.

    Attributes:
        budgets: none where it speaks of exits alone.
        exits: as they are written; whether the model can have them is for whoever knows the model.
    """

    budgets: Budgets
    exits: Exits


def retention_to_json(budgets: Budgets, exits: Exits = ()) -> str:
    """Write the file's text; `parse_retention` gives equal values back."""
    content: dict[str, Any] = {"exits": list(exits)} if exits else {}
    if list(budgets) == [DEFAULT_BUDGET]:
        content |= budgets[DEFAULT_BUDGET].content()
    elif budgets:
        content["budgets"] = {name: retention.content() for name, retention in budgets.items()}
    return json.dumps(content, indent=1) + "\n"


def read_budgets(path: Path) -> Budgets:
    """Read a retention file for its budgets, of which there is at least one.

    Raises:
        RetentionError: it cannot be read, or what it says is no retention.
    """
    budgets = read_retention(path).budgets
    if not budgets:
        raise RetentionError(f"{path}: it speaks of exits alone; expected a schedule or budgets")
    return budgets


def read_retention(path: Path) -> RetentionFile:
    """Read a checkpoint's retention file.

    Raises:
        RetentionError: it cannot be read, or what it says is no retention.
    """
    try:
        with path.open("rb") as stream:  # which may be a pipe, so nothing asks for its size first
            data = stream.read(_LARGEST + 1)
        text = data.decode("utf-8")
    except FileNotFoundError as error:
        raise RetentionError(f"no retention file at {path}; see `edge-power convert --help` for its form") from error
    except (OSError, UnicodeDecodeError) as error:
        raise RetentionError(f"cannot read the retention file {path}: {error}") from error
    if len(data) > _LARGEST:
        raise RetentionError(f"the retention file {path} has more than {_LARGEST:,} bytes; it holds a few numbers")
    try:
        return parse_retention(text)
    except RetentionError as error:
        raise RetentionError(f"{path}: {error}") from error


def parse_retention(text: str) -> RetentionFile:
    """Read the text of a retention file; what has no name is called `balanced`.

    Raises:
        RetentionError: it is not JSON, or not of the form above.
    """
    try:
        content = json.loads(text, object_pairs_hook=unique_keys)
    except (ValueError, RecursionError) as error:
        raise RetentionError(f"not valid JSON ({error}); expected {{'schedule': [0.9, ...]}}") from error
    exits = _exits(content["exits"]) if isinstance(content, dict) and "exits" in content else ()
    match content:
        case {"budgets": dict() as named} if named:
            return RetentionFile({checked_budget_name(name): _retention(one) for name, one in named.items()}, exits)
        case {"exits": list(), **others} if not others:
            return RetentionFile({}, exits)
        case _:
            return RetentionFile({DEFAULT_BUDGET: _retention(content)}, exits)


def checked_budget_name(name: str) -> str:
    """Give back a name that files and methods can bear.

    Raises:
        RetentionError: it is none, or that of the budget that drops nothing.
    """
    if not name.isidentifier() or name == FULL or len(name) > _LONGEST_NAME:
        raise RetentionError(
            f"the budget name {_shorten(name)} cannot be used; take letters, digits, _, and not {FULL!r}, "
            "which drops nothing"
        )
    return name


def _retention(content: Any) -> Retention:
    match content:
        case list() as fractions:
            return Retention(schedule=_schedule(fractions))
        case {"schedule": list() as fractions}:
            return Retention(schedule=_schedule(fractions))
        case {"configurations": dict() as table} if table:
            return Retention(configurations=dict(_configuration(length, keep) for length, keep in table.items()))
        case _:
            raise RetentionError(
                "expected {'schedule': [0.9, ...]} or {'configurations': {'32': [29, ...]}}, "
                f"found {_shorten(content)}"
            )


def parse_keep(text: str) -> Retention:
    """Read fractions as a command line gives them: `0.9,0.8,0.7`.

    Raises:
        RetentionError: one is no number, or the schedule is not one.
    """
    fractions: list[float] = []
    for part in text.split(","):
        try:
            fractions.append(float(part))
        except ValueError as error:
            raise RetentionError(
                f"{part.strip()!r} in {text!r} is not a number; give fractions as 0.9,0.8,0.7"
            ) from error
    return Retention(schedule=RetentionSchedule(tuple(fractions)))


def _exits(numbers: Any) -> Exits:
    if not isinstance(numbers, list) or not all(type(number) is int for number in numbers):
        raise RetentionError(f"exits holds numbers of encoders such as [2, 4], found {_shorten(numbers)}")
    _check_count(numbers)
    return tuple(numbers)


def _schedule(fractions: list[Any]) -> RetentionSchedule:
    _check_count(fractions)
    for fraction in fractions:
        if isinstance(fraction, bool) or not isinstance(fraction, int | float):
            raise RetentionError(f"a schedule holds fractions such as 0.9, found {_shorten(fraction)}")
    return RetentionSchedule(tuple(map(_as_float, fractions)))


def _as_float(number: int | float) -> float:
    try:
        return float(number)
    except OverflowError:  # a whole number of 400 digits
        return math.inf


def _check_count(numbers: list[Any]) -> None:
    if len(numbers) > _MOST_ENCODERS:
        raise RetentionError(f"expected a number per encoder, at most {_MOST_ENCODERS}, found {len(numbers)}")


def _configuration(length: str, keep: Any) -> tuple[int, RetentionConfig]:
    if not (length.isascii() and length.isdigit()) or len(length) > 9 or str(int(length)) != length:
        raise RetentionError(f"a configuration is listed under a length such as '32', found {_shorten(length)}")
    if not isinstance(keep, list) or not all(type(kept) is int for kept in keep):
        raise RetentionError(f"length {length}: expected whole numbers, one per encoder, found {_shorten(keep)}")
    _check_count(keep)
    return int(length), RetentionConfig(int(length), tuple(keep))


def _shorten(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
