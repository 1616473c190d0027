"""What a conversion says of its comparisons: a line each, with a mark in front."""

from collections.abc import Iterator, Sequence

from edge_power.conversion.against_transformers import SourceReport
from edge_power_converters import ProgramParity
from edge_power_runtime.reading.printable import one_line


def compared(report: SourceReport) -> str:
    """How the eager model compares with transformers, all words kept."""
    if report.max_abs_error is None:
        return (
            f"- transformers: ids the same, {report.texts} texts; logits not compared: {one_line(report.not_run or '')}"
        )
    same = report.same_labels == report.texts
    labels = "ids and labels the same" if same else f"ids the same, labels on {report.same_labels} texts"
    return (
        f"✓ transformers: {labels}, largest difference {report.max_abs_error:.1e} "
        f"(tolerance {report.atol:.0e}), {report.texts} texts"
    )


def checked(engine: str, checks: Sequence[ProgramParity]) -> Iterator[str]:
    """How each program of an engine compares with eager."""
    for check in checks:
        parity, mark = check.parity, "✓" if check.passed else "✗"
        ties = f", {parity.near_ties} near ties apart" if parity.near_ties else ""
        yield (
            f"{mark} {engine} {check.program}: largest difference {parity.max_abs_error:.1e} "
            f"(tolerance {parity.atol:.0e}), labels {parity.label_agreement:.0%}, "
            f"kept words {parity.kept_agreement:.0%}, {parity.texts} texts{ties}"
        )
