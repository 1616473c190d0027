"""What a conversion says of its comparisons: a line each, with a mark in front."""

import math
from collections.abc import Iterator, Sequence

from edge_power.conversion.against_transformers import SourceReport
from edge_power_converters import ParityError, ProgramParity, Recipe
from edge_power_runtime.bundle.artifacts import Artifact
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


def checked(artifact: Artifact, checks: Sequence[ProgramParity], *, how: str = "") -> Iterator[str]:
    """How each program of an artifact compares with eager; `how` it ran, where it may run in two ways."""
    accepted = artifact.acceptance
    bound = "" if accepted.max_abs_error is None else f" (tolerance {accepted.max_abs_error:.0e})"
    least = f" (at least {share(accepted.label_agreement)})" if accepted.label_agreement else ""
    for check in checks:
        parity, mark = check.parity, "✓" if check.passed else "✗"
        ties = f", {parity.near_ties} near ties apart" if parity.near_ties else ""
        yield (
            f"{mark} {artifact.title} {check.program}{how}: largest difference {parity.max_abs_error:.1e}{bound}, "
            f"labels {share(parity.label_agreement)}{least}, kept words {share(parity.kept_agreement)}, "
            f"{parity.texts} texts{ties}"
        )


def no_stages(recipe: Recipe) -> str:
    """That a model's exits are of no use to an artifact."""
    return f"- {recipe.title}: no stages for the model's exits, as a graph for any length has none"


def share(fraction: float) -> str:
    """A fraction as percent; a part of a percent is told, so that less than all is never said to be all."""
    return f"{fraction:.0%}" if round(fraction, 2) == fraction else f"{math.floor(1000 * fraction) / 10:.1f}%"


def refuse_failures(artifact: Artifact, checks: Sequence[ProgramParity]) -> None:
    """Refuse an artifact of which a program does not reach what is accepted.

    Raises:
        ParityError: the message tells of the worst, and what a user can do.
    """
    failed = [check for check in checks if not check.passed]
    if not failed:
        return
    worst = max(failed, key=lambda check: (-check.parity.label_agreement, check.parity.max_abs_error))
    parity, accepted = worst.parity, artifact.acceptance
    tolerance = "" if accepted.max_abs_error is None else f" with a tolerance of {accepted.max_abs_error:.0e}"
    advice = ""
    if accepted.repeat_error is not None:
        advice = (
            f"; expected at least {share(accepted.label_agreement)} and {share(accepted.kept_agreement)}: "
            "check on more texts of your own with `verify_with`, or accept less with `min_agreement`"
        )
    raise ParityError(
        f"{artifact.title}: {len(failed)} of {len(checks)} programs differ from eager, {worst.program} by "
        f"{parity.max_abs_error:.1e}{tolerance}, with the same label on {share(parity.label_agreement)} of "
        f"{parity.texts} texts and {share(parity.kept_agreement)} of the kept words{advice}; no bundle was written"
    )
