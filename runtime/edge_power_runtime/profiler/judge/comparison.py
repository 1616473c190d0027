"""What comes out when two profile reports are held against each other."""

from dataclasses import dataclass
from typing import Literal

from edge_power_runtime.profiler.report.record import Case

Verdict = Literal["faster", "slower", "no difference", "too few samples"]


@dataclass(frozen=True, slots=True)
class Interval:
    """A ratio of the second report to the first.

    Attributes:
        ratio: of the medians.
        low: lower end of its 95 % interval.
        high: upper end.
    """

    ratio: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MachineComparison:
    """How fast the machine itself was in each report, by the reference that was timed between the answers.

    Attributes:
        a_ms: median of the reference in the first report.
        b_ms: in the second.
        change: b_ms / a_ms.
    """

    a_ms: float
    b_ms: float
    change: Interval


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, and the two that it is made of: a difference has to stand in both.

    Attributes:
        verdict: on the second report.
        measured: by the times as they were measured.
        relative: after each report's times were divided by its own reference; None where that says nothing.
        relative_verdict: by that; None likewise.
        is_cleared: whether a difference as measured was shown to be the machine's: beside the reference it is less, and
            surely so. Where it is not, the reference varied too much to tell.
    """

    verdict: Verdict
    measured: Verdict
    relative: Interval | None = None
    relative_verdict: Verdict | None = None
    is_cleared: bool = False


@dataclass(frozen=True, slots=True)
class CaseComparison:
    """A case that both reports measured.

    Attributes:
        case: its key.
        a_ms: median of the first report, text to prediction.
        b_ms: median of the second.
        ratio: b_ms / a_ms.
        low: lower end of the ratio's 95 % interval.
        high: upper end.
        judged: the verdict, and why.
    """

    case: Case
    a_ms: float
    b_ms: float
    ratio: float
    low: float
    high: float
    judged: Judged

    @property
    def verdict(self) -> Verdict:
        """On the second report."""
        return self.judged.verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two reports side by side; `a` is what `b` is held against.

    Attributes:
        least: part by which the whole interval must be away from 1 for a difference to count.
        cases: that both measured, in the order of the first.
        ratio: geometric mean of the cases' ratios, as they were measured.
        low: lower end of its 95 % interval.
        high: upper end.
        judged: the verdict over all cases, and why.
        machine: None where the reports do not tell, or are of different machines.
        only_a: cases that only the first measured.
        only_b: cases that only the second measured.
        notes: what else differs, or speaks against the figures; sentences for people.
    """

    least: float
    cases: tuple[CaseComparison, ...]
    ratio: float
    low: float
    high: float
    judged: Judged
    machine: MachineComparison | None
    only_a: tuple[Case, ...]
    only_b: tuple[Case, ...]
    notes: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """Over all cases."""
        return self.judged.verdict
