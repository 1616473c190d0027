"""Whether a cascade loses no more than was promised, told from some rows with a confidence.

A row's loss is 1 where the last tier alone is right and the cascade wrong, -1 the other way round, and 0 where they are
equally right; its mean is the accuracy that the cascade loses. The promise is that the mean over all texts like these
rows is at most `max_loss`. It is made where the test of the opposite, a mean of `max_loss` or more, rejects that.

The test is exact for any number of rows. Given how many rows differ, those that cost are binomial; how many rows differ
at all is a nuisance, over which the worst case is taken within a confidence interval whose error is added (Berger and
Boos, J. Am. Stat. Assoc. 89 (1994), 1012-1016). Hoeffding's and Bentkus's bounds of Learn-then-Test
(arXiv:2110.01052) hold for any loss in an interval, and pay for it: nearly all of these rows are 0.
"""

import math

import numpy as np
from scipy.stats import beta, binom, norm

# Of the test's error, what the interval of the nuisance may take.
_NUISANCE = 0.05
# Points of the interval at which the worst case is looked for: the tail is smooth in between.
_POINTS = 8


def p_value(losses: np.ndarray, max_loss: float, *, error: float) -> float:
    """How likely a total of at most this would be, were the mean loss of all texts `max_loss`; at most 1.

    Args:
        losses: -1, 0 or 1 for each row.
        max_loss: as a fraction, above 0.
        error: at which the result will be compared; a twentieth of it is the interval's.
    """
    rows, differing, total = losses.size, int(np.count_nonzero(losses)), int(losses.sum())
    if total >= rows * max_loss:
        return 1.0
    interval = error * _NUISANCE
    # Clopper and Pearson's upper limit of the share of rows that differ.
    most = 1.0 if differing == rows else float(beta.ppf(1 - interval, differing + 1, rows - differing))
    shares = np.linspace(max_loss, max(most, max_loss), _POINTS)
    return min(1.0, max(_tail(rows, total, float(share), max_loss) for share in shares) + interval)


def _tail(rows: int, total: int, share: float, mean: float) -> float:
    """P(total or less), where `share` of all texts differ and the mean loss is `mean`."""
    least, most = (int(limit) for limit in binom.ppf([1e-9, 1 - 1e-9], rows, share))
    counts = np.arange(least, most + 1)
    # Of d rows that differ, c cost: the total is 2 c - d.
    costing = np.floor((total + counts) / 2)
    cost_share = min(1.0, (share + mean) / (2 * share))
    return float((binom.pmf(counts, rows, share) * binom.cdf(costing, counts, cost_share)).sum() + 2e-9)


def rows_needed(max_loss: float, *, error: float) -> int:
    """The fewest rows from which the promise can be made at all: none of them may lose then."""
    low, high = 1, 2 ** math.ceil(math.log2(8 / (error * max_loss)))
    while low < high:
        middle = (low + high) // 2
        if p_value(np.zeros(middle), max_loss, error=error) <= error:
            high = middle
        else:
            low = middle + 1
    return low


def rows_for(losses: np.ndarray, max_loss: float, *, error: float) -> int | None:
    """About how many rows another promise needs at the same thresholds; None where the loss is larger than that.

    By the normal approximation, at which the test would as likely as not reject.
    """
    spare = max_loss - float(losses.mean())
    if spare <= 0:
        return None
    wanted = float(losses.var()) * (float(norm.ppf(1 - error)) / spare) ** 2
    return max(math.ceil(wanted), rows_needed(max_loss, error=error))
