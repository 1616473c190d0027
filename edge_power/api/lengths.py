"""`lengths` of a conversion: numbers, or `auto`, those that cost the texts of a file least."""

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from edge_power_runtime.errors import InputError
from edge_power_runtime.reading.parameters import several

if TYPE_CHECKING:
    from edge_power.data import Kept, Source
    from edge_power.model.classifier import PowerForSequenceClassification
    from edge_power.model.retention_file import Budgets
    from edge_power.progress import Progress
    from edge_power_runtime.profiler.report.record import LatencyTable

AUTO = "auto"
MOST = 6
"""Programs of a budget where the caller says no number; what more would bring: docs/lengths.md."""


def asked_lengths(
    lengths: Sequence[int] | Literal["auto"], lengths_from: object, max_programs: int | None, latency: object
) -> tuple[int, ...]:
    """Give the numbers that a caller asks for; none where they are to be chosen.

    Raises:
        InputError: they are no list, auto has no texts, or another value has no use without auto.
    """
    if isinstance(lengths, str):
        if lengths != AUTO:
            raise InputError(f"`lengths` is {lengths!r}, must be a list of numbers, or auto")
        if lengths_from is None:
            raise InputError("`lengths` auto chooses them for the texts of a file; name it with `lengths_from`")
        if max_programs is not None and max_programs < 1:
            raise InputError(f"`max_programs` is {max_programs}, must be at least 1")
        return ()
    for name, value in (("lengths_from", lengths_from), ("max_programs", max_programs), ("latency", latency)):
        if value is not None:
            raise InputError(f"`{name}` is for `lengths` auto; give both, or leave `{name}` out")
    return several("lengths", lengths)


@dataclass(frozen=True, slots=True)
class AutoLengths:
    """What lengths are to be chosen by.

    Attributes:
        source: of the texts; it can be read more than once.
        most: lengths.
        table: of a device; None counts multiply-adds.
    """

    source: "Path | Source | Kept"
    most: int
    table: "LatencyTable | None"

    @classmethod
    def read(
        cls, lengths_from: str | PathLike[str], max_programs: int | None, latency: str | PathLike[str] | None
    ) -> "AutoLengths":
        """Look through both files, so that a bad one is told before the model is read.

        Raises:
            DataError: a row of the texts cannot be read, or there is none.
            InputError: the report cannot be read.
            BundleError: it is no report.
            OptionError: it has not one latency table.
        """
        from edge_power.data import Source, count_rows, keep
        from edge_power.fitting.latency import read_table

        source = keep(Source(fspath(lengths_from)), need_labels=False)
        count_rows(source)
        table = None if latency is None else read_table(Path(latency))
        return cls(source, MOST if max_programs is None else max_programs, table)

    def choose(
        self,
        model: "PowerForSequenceClassification",
        budgets: "Budgets",
        progress: "Progress",
        *,
        any_length: bool = False,
    ) -> tuple[int, ...]:
        """Choose the lengths; see `plan_lengths`.

        Raises:
            OptionError: the latency table is of another model, or a budget has no schedule.
            CheckpointError: the model has no tokenizer.
        """
        from edge_power.fitting.latency import check_table
        from edge_power.lengths.plan import plan_lengths

        if self.table is not None:
            check_table(self.table, model.config.num_encoders)
        return plan_lengths(
            model, budgets, self.source, most=self.most, table=self.table, any_length=any_length, progress=progress
        )
