"""Was the machine itself faster or slower: the references of two reports, and what that makes of a difference."""

from dataclasses import dataclass

import numpy as np

from edge_power_runtime.profiler.judge.comparison import Interval, Judged, MachineComparison, Verdict
from edge_power_runtime.profiler.judge.flags import LEAST_SAMPLES
from edge_power_runtime.profiler.judge.statistics import interval, ratio_draws
from edge_power_runtime.profiler.report.environment import Environment
from edge_power_runtime.profiler.report.record import Reference, Report


@dataclass(frozen=True, slots=True)
class MachineSpeed:
    """How much longer the reference took in the second report.

    Attributes:
        found: its medians and their ratio.
        draws: a bootstrap of the ratio, `(RESAMPLES,)`, of the same rounds as those of the cases.
    """

    found: MachineComparison
    draws: np.ndarray


def machine_speed(a: Report, b: Report) -> MachineSpeed | None:
    """Hold the references of two reports against each other.

    Returns:
        None where the reports are of different machines, or one has too little of the reference, or another one.
    """
    references = _comparable(a, b)
    if references is None:
        return None
    first, second = references
    draws = ratio_draws(first.times_ms, second.times_ms, first.rounds, second.rounds)
    a_ms, b_ms = (float(np.median(reference.times_ms)) for reference in references)
    return MachineSpeed(MachineComparison(a_ms, b_ms, Interval(b_ms / a_ms, *interval(draws))), draws)


def judge(ratio: float, draws: np.ndarray, machine: MachineSpeed | None, *, least: float) -> Judged:
    """Call it a difference where it stands as measured, and beside the reference too.

    Both must: the reference is of one kind of work on one core, so that it may clear a bundle, but not accuse it.

    Args:
        ratio: as measured.
        draws: of the ratio, `(RESAMPLES,)`.
        machine: None where it is not known, and the ratio stands as measured.
        least: part by which a whole interval must be away from 1.
    """
    measured = verdict_of(*interval(draws), least=least)
    if machine is None:
        return Judged(measured, measured)
    relative = Interval(ratio / machine.found.change.ratio, *interval(draws / machine.draws))
    verdict = verdict_of(relative.low, relative.high, least=least)
    if verdict == measured:
        return Judged(measured, measured, relative, verdict)
    is_cleared = measured != "no difference" and not relative.low <= ratio <= relative.high
    return Judged("no difference", measured, relative, verdict, is_cleared)


def verdict_of(low: float, high: float, *, least: float) -> Verdict:
    """Name what an interval says, if enough samples are behind it."""
    if high < 1 - least:
        return "faster"
    return "slower" if low > 1 + least else "no difference"


def _comparable(a: Report, b: Report) -> tuple[Reference, Reference] | None:
    """The references of both, where one can be held against the other."""
    first, second = a.reference, b.reference
    if first is None or second is None or first.work != second.work:
        return None
    if min(len(first.times_ms), len(second.times_ms)) < LEAST_SAMPLES:
        return None
    machine = _machine(a.environment)
    return (first, second) if machine is not None and machine == _machine(b.environment) else None


def _machine(environment: Environment) -> tuple[str | None, ...] | None:
    """What must agree for the reference to tell the machine's speed; None where the system does not name it."""
    if environment.device is None and environment.cpu is None:
        return None
    # NumPy brings the product along: another version may compute it in another way.
    return environment.device, environment.cpu, environment.architecture, environment.versions.get("numpy")
