"""The tiers of a cascade as values, and whether they can stand together."""

import math
import reprlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from edge_power_runtime.answerer import Answerer
from edge_power_runtime.cascade.reading import is_answerer
from edge_power_runtime.cascade.remote import Answer
from edge_power_runtime.errors import InputError
from edge_power_runtime.tasks import Task
from edge_power_runtime.text import Text


@dataclass(frozen=True, slots=True)
class Tier:
    """One of those that a cascade asks.

    Attributes:
        name: no other tier of the cascade has it.
        answerer: whom to ask; a callable that is no answerer may be the last tier alone.
        temperature: above 0; divides the logits before the confidence is taken.
        threshold: the answer stands where the confidence is at least this; None in the last tier, whose answer always
            stands.
    """

    name: str
    answerer: Answerer | Callable[[Text], Answer]
    temperature: float = 1.0
    threshold: float | None = None


def check_tiers(tiers: Sequence[Tier]) -> tuple[Task, tuple[str, ...]]:
    """Check that tiers answer the same question, and that their numbers can be.

    Returns:
        The task and the labels that they share.

    Raises:
        InputError: they cannot stand together; the message says why.
    """
    first = _check_first(tiers[0])
    names = [tier.name for tier in tiers]
    if len(set(names)) < len(names):
        raise InputError(f"the tiers are named {', '.join(names)}; give each a name of its own with `names`")
    for tier in tiers[1:]:
        _check_same(tier, first)
    for tier in tiers:
        if not (_is_number(tier.temperature) and 0 < tier.temperature):
            raise InputError(f"the temperature of {tier.name} is {tier.temperature!r}, must be a number above 0")
        _check_threshold(tier, len(first.labels), is_last=tier is tiers[-1])
    return first.task, first.labels


def check_timeout(timeout_s: float | None, last: Tier) -> None:
    """Check how long the last tier may take.

    Raises:
        InputError: it is no time, or the tier is an answerer of this process.
    """
    if timeout_s is None:
        return
    if not (_is_number(timeout_s) and timeout_s > 0):
        raise InputError(f"`timeout_s` is {timeout_s!r}, must be a number of seconds above 0")
    if is_answerer(last.answerer):
        raise InputError(
            f"`timeout_s` is for a callable that may be late, and {last.name} is a {type(last.answerer).__name__}; "
            "leave it out, or give a function that calls it"
        )


def _check_first(tier: Tier) -> Answerer:
    answerer = tier.answerer
    if not is_answerer(answerer):
        raise InputError(
            f"{tier.name} is a {type(answerer).__name__}, expected an answerer such as a Classifier; "
            "only the last tier may be any callable"
        )
    if (why := answerer.task.no_confidence) is not None:
        raise InputError(f"a cascade compares the confidence of one answer, and {why}; ask one model alone")
    return answerer


def _check_same(tier: Tier, first: Answerer) -> None:
    answerer = tier.answerer
    if not callable(answerer):
        raise InputError(f"{tier.name} is a {type(answerer).__name__}, expected an answerer or a callable")
    if not is_answerer(answerer):
        return
    if answerer.task.name != first.task.name:
        raise InputError(
            f"{tier.name} does {answerer.task.name} and the first tier {first.task.name}; must be the same"
        )
    if tuple(answerer.labels) != tuple(first.labels):
        found, expected = reprlib.repr(list(answerer.labels)), reprlib.repr(list(first.labels))
        raise InputError(
            f"{tier.name} has the labels {found} and the first tier {expected}; must be the same, in order"
        )


def _check_threshold(tier: Tier, labels: int, *, is_last: bool) -> None:
    threshold = tier.threshold
    if is_last:
        if threshold is not None:
            raise InputError(f"the last tier {tier.name} has the threshold {threshold!r}; its answer always stands")
    elif not (_is_number(threshold) and 1 / labels < threshold <= 1):
        raise InputError(
            f"the threshold of {tier.name} is {threshold!r}, must be above 1/{labels}, the confidence of a tier that "
            "knows nothing, and at most 1"
        )


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
