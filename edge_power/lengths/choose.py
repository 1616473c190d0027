"""The lengths that serve texts at the least expected cost, exactly."""

import numpy as np

from edge_power.lengths.counts import TokenCounts


def choose_lengths(counts: TokenCounts, costs: np.ndarray, most: int) -> tuple[int, ...]:
    """Choose at most `most` of the texts' own numbers of tokens, so that the mean cost of a text is least.

    A text is padded to the smallest length that holds it, and the largest length is what the longest text needs. A
    length between two numbers of tokens would only pad more. So the texts, in order of length, fall into groups that
    each pay for their longest: with c_i the cost of the i-th number of tokens and W_i the texts that have no more,

        best(k, i) = min over h < i of best(k - 1, h) + (W_i - W_h) c_i

    is the least cost of the first i numbers in k groups, by Bellman's principle of optimality: O(most n^2) for n
    numbers. Of equals, fewer lengths win.

    Args:
        counts: of the texts, at least one.
        costs: of a text padded to each number of tokens, above 0, float (numbers,).
        most: lengths, at least 1.

    Returns:
        The lengths, rising.
    """
    number = len(counts.tokens)
    below = np.concatenate([[0], np.cumsum(counts.texts)]).astype(float)
    best = np.full(number + 1, np.inf)
    best[0] = 0
    starts, totals = [], []
    for _ in range(min(most, number)):
        start = np.zeros(number + 1, dtype=np.int64)
        following = np.full(number + 1, np.inf)
        for end in range(1, number + 1):
            reached = best[:end] + (below[end] - below[:end]) * costs[end - 1]
            start[end] = reached.argmin()
            following[end] = reached[start[end]]
        best = following
        starts.append(start)
        totals.append(best[number])
    chosen, end = [], number
    for start in reversed(starts[: int(np.argmin(totals)) + 1]):
        chosen.append(counts.tokens[end - 1])
        end = int(start[end])
    return tuple(reversed(chosen))
