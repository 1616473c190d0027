"""What a caller asks to be kept: fractions, a file of them, or the name of a budget that a checkpoint or file has."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from edge_power_runtime.errors import InputError
from edge_power_runtime.reading.parameters import several

if TYPE_CHECKING:
    from edge_power.model.retention_file import Budgets


def asked_budgets(keep: Sequence[float] | None, retention: str | PathLike[str] | None) -> "Budgets":
    """What `keep` or `retention` says; nothing where neither is given.

    Raises:
        InputError: both are given.
        RetentionError: it is no retention.
    """
    from edge_power.model.retention_file import DEFAULT_BUDGET, Retention, read_budgets
    from edge_power_runtime.retention import RetentionSchedule

    if keep is not None and retention is not None:
        raise InputError("`keep` and `retention` both say what to keep; give one of them")
    if keep is not None:
        return {DEFAULT_BUDGET: Retention(schedule=RetentionSchedule(several("keep", keep)))}
    return {} if retention is None else read_budgets(Path(retention))


def chosen_budgets(budgets: "Budgets", name: str | None) -> "Budgets":
    """The one budget of that name; all of them where none is named.

    Raises:
        InputError: there is no such budget.
    """
    if name is None or not budgets:
        return budgets
    if name not in budgets:
        raise InputError(f"no budget {name!r}; there are: {', '.join(budgets)}")
    return {name: budgets[name]}
