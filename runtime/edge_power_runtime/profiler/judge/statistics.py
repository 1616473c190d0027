"""What a series of samples says: its centre, its tail, and how sure the centre is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from edge_power_runtime.errors import InputError

DEFAULT_PERCENTILES = (50.0, 90.0, 95.0, 99.0)
TRIM = 0.1
"""Part of the samples that the trimmed mean leaves out at each end."""

RESAMPLES = 1000
"""Of a bootstrap; the ends of a 95 % interval then rest on 25 draws each, and 100 samples take some milliseconds."""

_INTERVAL = (2.5, 97.5)
# With fewer rounds than this, whole rounds make too few different resamples (4 rounds: 35) for a 95 % interval.
_LEAST_ROUNDS = 5
# More say no more about the interval and cost time; neighbours are then drawn together.
_MOST_BLOCKS = 200
# Bounds the memory of a bootstrap to some 8 MB, since a phone runs it too.
_CHUNK = 1_000_000  # samples times draws


@dataclass(frozen=True, slots=True)
class Summary:
    """A series of samples in a few figures, all in the unit of the samples.

    Attributes:
        count: number of samples.
        mean: of all.
        std: standard deviation of the samples (n - 1); 0 for a single one.
        minimum: the least.
        maximum: the largest.
        trimmed_mean: of the samples without the lowest and the highest 10 %.
        percentiles: by the percentages that were asked for, between neighbours on a straight line.
        median: half of the samples lie below.
        median_low: lower end of its 95 % interval.
        median_high: upper end of its 95 % interval.
    """

    count: int
    mean: float
    std: float
    minimum: float
    maximum: float
    trimmed_mean: float
    percentiles: Mapping[float, float]
    median: float
    median_low: float
    median_high: float


def summarise(
    samples: Sequence[float],
    percentiles: Sequence[float] = DEFAULT_PERCENTILES,
    *,
    rounds: Sequence[int] | None = None,
) -> Summary:
    """Summarise samples.

    Args:
        samples: at least one, in the order they were taken.
        percentiles: in 0..100.
        rounds: how many of the samples each round took, in order. The samples of a round are alike, because what
            disturbs a machine lasts longer than one of them; so the interval of the median resamples whole rounds.
            None resamples single samples.

    Raises:
        InputError: there are no samples, one is not finite, or `rounds` count another number of them.
    """
    values = _checked(samples, rounds)
    ordered = np.sort(values)
    cut = int(len(ordered) * TRIM)
    low, high = np.percentile(median_draws(samples, rounds), _INTERVAL)
    return Summary(
        count=len(ordered),
        mean=float(ordered.mean()),
        std=float(ordered.std(ddof=1)) if len(ordered) > 1 else 0.0,
        minimum=float(ordered[0]),
        maximum=float(ordered[-1]),
        trimmed_mean=float(ordered[cut : len(ordered) - cut].mean()),
        percentiles={float(percent): float(np.percentile(ordered, percent)) for percent in percentiles},
        median=float(np.median(ordered)),
        median_low=float(low),
        median_high=float(high),
    )


def ratio_interval(
    a: Sequence[float],
    b: Sequence[float],
    rounds_a: Sequence[int] | None = None,
    rounds_b: Sequence[int] | None = None,
    *,
    same_run: bool = False,
) -> tuple[float, float, float]:
    """Compare two series by their medians.

    Args:
        a: samples above 0.
        b: samples above 0.
        rounds_a: as in `summarise`.
        rounds_b: as in `summarise`.
        same_run: both were measured in the same rounds, side by side. The same rounds of both are then drawn, so that
            what hurt both alike leaves the ratio as it is.

    Returns:
        median of b / median of a, and both ends of its 95 % interval.

    Raises:
        InputError: as in `summarise`, or a sample is not above 0.
    """
    ratio = float(np.median(_positive(b, rounds_b)) / np.median(_positive(a, rounds_a)))
    return ratio, *interval(ratio_draws(a, b, rounds_a, rounds_b, same_run=same_run))


def ratio_draws(
    a: Sequence[float],
    b: Sequence[float],
    rounds_a: Sequence[int] | None = None,
    rounds_b: Sequence[int] | None = None,
    *,
    same_run: bool = False,
) -> np.ndarray:
    """Bootstrap the ratio of medians, b / a; arguments and errors as in `ratio_interval`.

    Returns:
        `(RESAMPLES,)`. Series with equally many rounds draw the same ones, so the draws of cases that were measured
        in the same rounds go together, and a drift that hurt them all stays visible in their mean.
    """
    _positive(a, rounds_a)
    _positive(b, rounds_b)
    # Of two runs, equal draws would pair rounds that have nothing to do with each other.
    seed_b = 0 if same_run else 1
    return np.asarray(median_draws(b, rounds_b, seed=seed_b) / median_draws(a, rounds_a, seed=0))


def interval(draws: np.ndarray) -> tuple[float, float]:
    """Both ends of the 95 % interval of a bootstrap's draws, `(n,)`."""
    low, high = np.percentile(draws, _INTERVAL)
    return float(low), float(high)


def median_draws(samples: Sequence[float], rounds: Sequence[int] | None = None, *, seed: int = 0) -> np.ndarray:
    """Bootstrap the median: draw as many rounds as there are, with repeats, and take the median of their samples.

    A draw is a weight per round, so the median is where half of the weights of the sorted samples is reached; rounds
    may differ in size. The same arguments give the same draws, and equally many rounds are drawn alike.

    Args:
        samples: as in `summarise`.
        rounds: as in `summarise`; fewer than 5 are as good as None.
        seed: of the draws.

    Returns:
        `(RESAMPLES,)` medians.

    Raises:
        InputError: as in `summarise`.
    """
    values = _checked(samples, rounds)
    order = np.argsort(values, kind="stable")
    ordered, block_of = values[order], _blocks(len(values), rounds)[order]
    blocks = int(block_of.max()) + 1
    generator = np.random.default_rng(seed)
    medians, left = [], RESAMPLES
    while left > 0:
        chunk = min(left, max(1, _CHUNK // len(values)))
        drawn = generator.integers(0, blocks, (chunk, blocks)) + blocks * np.arange(chunk)[:, None]
        weights = np.bincount(drawn.ravel(), minlength=chunk * blocks).astype(np.int32).reshape(chunk, blocks)
        medians.append(_weighted_medians(ordered, weights[:, block_of]))  # from (chunk, samples)
        left -= chunk
    return np.concatenate(medians)


def _blocks(count: int, rounds: Sequence[int] | None) -> np.ndarray:
    """The block, from 0, that each sample is drawn with; `(count,)`."""
    sizes = [size for size in rounds or () if size > 0]
    if len(sizes) < _LEAST_ROUNDS:
        sizes = [1] * count
    blocks = min(len(sizes), _MOST_BLOCKS)
    return np.repeat(np.arange(len(sizes)) * blocks // len(sizes), sizes)


def _weighted_medians(ordered: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Medians of sorted values `(n,)` repeated `weights` `(draws, n)` times; `(draws,)`."""
    reached = np.cumsum(weights, axis=1, dtype=np.int32)
    total = reached[:, -1:]
    # Of t values in order, the middle two are the ceil(t / 2)-th and the (floor(t / 2) + 1)-th; equal where t is odd.
    lower = np.argmax(reached >= (total + 1) // 2, axis=1)
    upper = np.argmax(reached >= total // 2 + 1, axis=1)
    return np.asarray((ordered[lower] + ordered[upper]) / 2)


def _checked(samples: Sequence[float], rounds: Sequence[int] | None) -> np.ndarray:
    values = np.asarray(samples, dtype=np.float64)
    if values.size == 0:
        raise InputError("there are no samples to summarise; measure at least one")
    if not np.isfinite(values).all():
        raise InputError("a sample is not a finite number, so there is nothing to summarise; measure again")
    if rounds is not None and sum(rounds) != len(values):
        raise InputError(f"the rounds count {sum(rounds)} samples, there are {len(values)}; measure again")
    return values


def _positive(samples: Sequence[float], rounds: Sequence[int] | None) -> np.ndarray:
    values = _checked(samples, rounds)
    if values.min() <= 0:
        raise InputError(f"a sample of {values.min():g} has no ratio; samples to compare must be above 0")
    return values
