"""Chooses thresholds: the cheapest of those whose loss is promised, as Learn-then-Test does it (arXiv:2110.01052).

The rows are shared out. A fifth tells each tier's temperature, and where the thresholds to be tried lie; on the others
they are tested, so that what is tested does not depend on what it is tested on. Along a path the first tier's threshold
falls from one that passes everything on; each step is tested at the whole error, and the first that fails ends the path
(fixed sequence testing, section 3.2 there). With more than two tiers each choice of the later thresholds is a path of
its own, where several cascades may be chosen, of each; the error is divided among all paths (Bonferroni).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from edge_power.cascading.answers import Answers
from edge_power.cascading.thresholds.mixture import Mixture, Tiers
from edge_power.cascading.thresholds.promise import p_value, rows_for, rows_needed
from edge_power.cascading.thresholds.temperature import fitted_temperature
from edge_power.errors import CascadeError

CONFIDENCE = 0.95

# Part of the rows that tells temperatures and where thresholds lie; no more than these are of use.
_TUNING, _MOST_TUNING = 0.2, 1000
_STEPS = 50
# Of the texts that reach a later tier, the parts that it answers on the paths.
_LATER = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, and what it was chosen from.

    Attributes:
        places: of the tiers to ask, among those that answered.
        temperatures: of each tier to ask.
        mixture: of the chosen thresholds, on the rows that were tested.
        curve: of all that were looked at with the chosen later thresholds, from safe to bold, on the same rows.
        promised: how many of the curve, from its beginning, keep the promise.
        tested: rows that were tested.
        tuned: rows that told the temperatures.
        max_loss: that was promised, as a fraction.
        tighter: half of that.
        tighter_rows: about how many rows a promise of that would need at these thresholds; None where they lose more.
    """

    places: tuple[int, ...]
    temperatures: tuple[float, ...]
    mixture: Mixture
    curve: tuple[Mixture, ...]
    promised: int
    tested: int
    tuned: int
    max_loss: float
    tighter: float
    tighter_rows: int | None


@dataclass(frozen=True, slots=True, eq=False)
class _Path:
    """Thresholds from safe to bold, of which the first `promised`, one at least, keep the promise."""

    places: tuple[int, ...]
    rest: Tiers
    curve: tuple[Mixture, ...]
    promised: int

    @property
    def cheapest(self) -> Mixture:
        return min(self.curve[: self.promised], key=lambda one: one.mean)


def choose(answers: Answers, max_loss: float, *, seed: int, among: Sequence[Sequence[int]] | None = None) -> Choice:
    """Choose each tier's temperature and threshold, and which tiers to ask.

    Args:
        answers: to rows that nothing was trained on.
        max_loss: accuracy that may be lost against the last tier alone, as a fraction, above 0.
        seed: of which rows tell the temperatures.
        among: the places of the tiers of each cascade that may be chosen; None asks all.

    Raises:
        CascadeError: there are too few rows to promise anything, or no threshold keeps the promise.
    """
    among = among or [range(len(answers.tiers))]
    order = np.random.default_rng(seed).permutation(len(answers))
    tuned = min(_MOST_TUNING, round(_TUNING * len(answers)))
    tested = len(answers) - tuned
    error = (1 - CONFIDENCE) / sum(len(_LATER) ** (len(places) - 2) for places in among)
    _check_rows(len(answers), tested, max_loss, error)
    tuning, testing = answers.of(order[:tuned]), answers.of(order[tuned:])
    temperatures = tuple(fitted_temperature(tier.logits, tuning.truth) for tier in tuning.tiers)

    def tiers(part: Answers, places: Sequence[int]) -> Tiers:
        return Tiers(part.asking(places), [temperatures[place] for place in places])

    found = [
        path
        for places in among
        for path in _paths(places, tiers(tuning, places), tiers(testing, places), max_loss, error)
    ]
    if not found:
        raise _none(tiers(testing, among[0]), tiers(tuning, among[0]), max_loss, error)
    best = min(found, key=lambda path: path.cheapest.mean)
    return Choice(
        places=best.places,
        temperatures=tuple(temperatures[place] for place in best.places),
        mixture=best.cheapest,
        curve=best.curve,
        promised=best.promised,
        tested=tested,
        tuned=tuned,
        max_loss=max_loss,
        tighter=max_loss / 2,
        tighter_rows=rows_for(best.rest.losses(best.cheapest.thresholds), max_loss / 2, error=error),
    )


def _paths(places: Sequence[int], known: Tiers, rest: Tiers, max_loss: float, error: float) -> Iterator[_Path]:
    """Those of a cascade that promise something; `known` rows tell where thresholds lie, the `rest` are tested."""
    for later in _later_thresholds(known):
        steps = [(first, *later) for first in _first_thresholds(known)]
        promised = _promised(rest, steps, max_loss, error)
        if promised:
            yield _Path(tuple(places), rest, tuple(rest.mixture(step) for step in steps), promised)


def _promised(rest: Tiers, steps: Sequence[Sequence[float]], max_loss: float, error: float) -> int:
    """How many steps pass before the first that fails."""
    for number, step in enumerate(steps):
        if p_value(rest.losses(step), max_loss, error=error) > error:
            return number
    return len(steps)


def _first_thresholds(known: Tiers) -> list[float]:
    """Falling; each lets the first tier answer about as many texts more, at last all."""
    return _at_shares(known.confidences[0], np.linspace(0, 1, _STEPS + 1)[1:])


def _later_thresholds(known: Tiers) -> Iterator[tuple[float, ...]]:
    return product(*(_at_shares(tier, _LATER) for tier in known.confidences[1:]))


def _at_shares(confidences: np.ndarray, shares: Sequence[float] | np.ndarray) -> list[float]:
    """Thresholds that let a tier answer these fractions of the texts."""
    return [float(np.quantile(confidences, 1 - share)) for share in shares]


def _check_rows(rows: int, tested: int, max_loss: float, error: float) -> None:
    needed = rows_needed(max_loss, error=error)
    if tested >= needed:
        return
    whole = max(round(needed / (1 - _TUNING)), needed + 1)
    raise CascadeError(
        f"{rows} rows to select by are too few to promise with {CONFIDENCE:.0%} confidence that at most "
        f"{100 * max_loss:g} points are lost: at least {whole} are needed, where hardly one of them loses; give more "
        "with `select`, or a larger `max_loss`"
    )


def _none(rest: Tiers, known: Tiers, max_loss: float, error: float) -> CascadeError:
    safest = [_first_thresholds(known)[0], *next(_later_thresholds(known))]
    losses = rest.losses(safest)
    found = 100 * float(losses.mean())
    needed = rows_for(losses, max_loss, error=error)
    wanted = "more rows would not help" if needed is None else f"about {needed} rows might tell"
    return CascadeError(
        f"no threshold is sure to lose at most {100 * max_loss:g} points: where the first tier answers least, "
        f"{found:.2f} points are lost on {losses.size} rows ({wanted}); give a larger `max_loss`, or another first tier"
    )
