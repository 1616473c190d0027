"""A comparison for a terminal: the verdict, a row per case, the machine itself, and what else to know."""

from collections.abc import Sequence

from edge_power_runtime.profiler.judge.comparison import CaseComparison, Comparison, Interval, Judged, MachineComparison
from edge_power_runtime.profiler.judge.flags import LEAST_SAMPLES
from edge_power_runtime.profiler.report.figures import milliseconds
from edge_power_runtime.profiler.report.rows import listed, shared, short_name
from edge_power_runtime.profiler.text.columns import aligned, fitting, left_out
from edge_power_runtime.reading.printable import one_line, printable

_CLEARED, _HIDDEN, _UNSURE = " *", " **", " ***"
_FOOTNOTES = {
    _CLEARED: "faster or slower as measured, but not beside the fixed product: the machine, not the bundle",
    _HIDDEN: "no difference as measured, but one beside the fixed product: the machine may hide it; measure both again",
    _UNSURE: "faster or slower as measured, but not surely beside the fixed product, whose time varied: measure again",
}


def comparison_text(comparison: Comparison, *, width: int | None = None) -> str:
    """Write a comparison; ends with a newline.

    Args:
        comparison: any.
        width: that the table should keep within, in characters; None for no end.
    """
    cases = [case.case for case in comparison.cases]
    rows = _rows(comparison, list(map(str, cases)), "all cases (geometric mean)")
    lines = [_headline(comparison), ""]
    if width is not None and max(map(len, aligned(rows))) > width:
        rows = _rows(comparison, [short_name(case, cases) for case in cases], "geometric mean")
        lines += [one_line(f"all cases: {shared(cases)}")] if len(cases) > 1 and shared(cases) else []
    shown = fitting(rows, width, spare=(1, 2, 4))
    lines += [*aligned([[row[place] for place in shown] for row in rows], words=(0, len(shown) - 1)), ""]
    omitted = left_out(rows[0], shown, "the reports")
    lines += [omitted] if omitted else []
    lines += _footnotes(comparison)
    lines += [] if comparison.machine is None else [machine_line(comparison.machine)]
    for name, only in (("first", comparison.only_a), ("second", comparison.only_b)):
        if only:
            lines.append(one_line(f"only the {name} measured: {listed(only)}"))
    lines += [one_line(f"note: {note}") for note in comparison.notes]
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def machine_line(machine: MachineComparison) -> str:
    """Say by how much the machine itself differed."""
    by = 100 * (machine.change.ratio - 1)
    low, high = (100 * (end - 1) for end in (machine.change.low, machine.change.high))
    if low > 0:
        differed = f"was {by:.1f} % slower in the second [{low:.1f}, {high:.1f}]"
    elif high < 0:
        # In time, as the ratios of the cases: 3 % faster takes 3 % less of it.
        differed = f"was {-by:.1f} % faster in the second [{-high:.1f}, {-low:.1f}]"
    else:
        differed = f"was as fast both times, as far as one can tell ({by:+.1f} % [{low:+.1f}, {high:+.1f}])"
    took = f"a fixed product took {milliseconds(machine.a_ms)} ms and {milliseconds(machine.b_ms)} ms"
    return f"the machine itself {differed}: {took}"


def _rows(comparison: Comparison, names: Sequence[str], mean: str) -> list[tuple[str, ...]]:
    """The table's cells, the columns' names first and the mean of several cases last."""
    rows = [("case", "first ms", "second ms", "ratio", "95 % interval", "the second is")]
    for name, case in zip(names, comparison.cases, strict=True):
        rows.append((name, milliseconds(case.a_ms), milliseconds(case.b_ms), *_ratio_cells(case)))
    if len(comparison.cases) > 1:
        rows.append((mean, "", "", *_ratio_cells(comparison)))
    return [tuple(map(printable, row)) for row in rows]


def _ratio_cells(compared: CaseComparison | Comparison) -> tuple[str, str, str]:
    return f"{compared.ratio:.3f}", _ends(compared), f"{compared.verdict}{_mark(compared.judged)}"


def _mark(judged: Judged) -> str:
    """The footnote of a verdict that one of its two parts would not have given; empty where both agree."""
    if judged.relative is None or judged.measured == judged.relative_verdict:
        return ""
    if judged.measured == "no difference":
        return _HIDDEN
    return _CLEARED if judged.is_cleared else _UNSURE


def _footnotes(comparison: Comparison) -> list[str]:
    marks = {_mark(judged) for judged in (comparison.judged, *(case.judged for case in comparison.cases))}
    return [f"{mark.strip()} {text}" for mark, text in _FOOTNOTES.items() if mark in marks]


def _headline(comparison: Comparison) -> str:
    judged = comparison.judged
    low, high = 1 - comparison.least, 1 + comparison.least
    rule = f"a difference counts where the whole interval is outside {low:.2f} to {high:.2f}"
    if judged.verdict == "too few samples":
        return f"too few samples: a case needs {LEAST_SAMPLES} in each report; ask for more --iterations"
    found = f"ratio {comparison.ratio:.3f}, 95 % interval {_ends(comparison)}"
    if judged.verdict != "no difference":
        return f"the second is {judged.verdict}: {found}; {rule}"
    if judged.relative is not None and judged.measured != "no difference":
        beside = f"{judged.relative.ratio:.3f}, {_ends(judged.relative)}, beside the fixed product"
        whose = "but the machine's" if judged.is_cleared else "that is sure"
        return f"no difference {whose}: {judged.measured} as measured ({found}), but {beside}; {rule}"
    return f"no difference: {found}; {rule}"


def _ends(found: Interval | CaseComparison | Comparison) -> str:
    return f"{found.low:.3f} to {found.high:.3f}"
