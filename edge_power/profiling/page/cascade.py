"""Who answers the given texts in a cascade, and whether it pays: the mean and the tail beside the last tier alone."""

from collections.abc import Sequence
from statistics import fmean, median

from edge_power.report.markup import Column, Html, table
from edge_power_runtime.profiler.report.cascade import MixCascade, p95
from edge_power_runtime.profiler.report.figures import NONE, count, milliseconds, times
from edge_power_runtime.profiler.report.record import MixResult


def cascade_tables(mixes: Sequence[MixResult]) -> list[Html]:
    """A table of tiers and one against the last tier alone; nothing where no mix is a cascade's."""
    found = [(one, one.cascade) for one in mixes if one.cascade is not None]
    return [_tiers(found), _against_the_last(found)] if found else []


def _tiers(found: Sequence[tuple[MixResult, MixCascade]]) -> Html:
    numbers = ("stands at", "asked", "answers", "its own time, ms")
    columns = [Column("cascade"), Column("tier"), *(Column(name, is_number=True) for name in numbers)]
    rows = [row for one, cascade in found for row in _tier_rows(one, cascade)]
    caption = "Tiers of the cascades: what part of the texts each is asked and answers, and its median time"
    return table(caption, columns, rows)


def _tier_rows(one: MixResult, cascade: MixCascade) -> list[list[str]]:
    asked = (1.0, *cascade.passed_on)
    return [
        [
            _name(one) if place == 0 else "",
            tier.name,
            "always" if tier.threshold is None else f"{tier.threshold:.3f}",
            _percent(asked[place]),
            _percent(cascade.share(place)),
            milliseconds(median(own)) if (own := cascade.asked_ms(place)) else NONE,
        ]
        for place, tier in enumerate(cascade.tiers)
    ]


def _against_the_last(found: Sequence[tuple[MixResult, MixCascade]]) -> Html:
    numbers = ("mean, ms", "alone", "times as fast", "p95, ms", "alone", "times as fast")
    columns = [Column("cascade"), Column("last tier"), *(Column(name, is_number=True) for name in numbers)]
    caption = "Each cascade against its last tier alone, on the same texts in the same rounds: the mean and the tail"
    return table(caption, columns, [_beside(one, cascade) for one, cascade in found])


def _beside(one: MixResult, cascade: MixCascade) -> list[str]:
    cells = [_name(one), cascade.tiers[-1].name]
    for of in (fmean, p95):
        ratio = cascade.speed_up(one.total_ms, of)
        cells += [milliseconds(of(one.total_ms)), milliseconds(of(cascade.alone_ms))]
        cells.append(NONE if ratio is None else times(ratio))
    return cells


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _name(one: MixResult) -> str:
    return f"{one.engine} {one.precision} {one.budget}, {count(one.threads, 'thread')}"
