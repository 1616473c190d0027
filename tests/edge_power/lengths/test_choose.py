"""The lengths chosen are the best there are: against every choice, and by hand."""

from itertools import combinations

import numpy as np
import pytest

from edge_power.lengths.choose import choose_lengths
from edge_power.lengths.counts import TokenCounts


def spent(counts: TokenCounts, costs: np.ndarray, lengths: tuple[int, ...]) -> float:
    """What all texts cost, each padded to the smallest length that holds it."""
    price = dict(zip(counts.tokens, costs.tolist(), strict=True))
    pairs = zip(counts.tokens, counts.texts, strict=True)
    return sum(texts * price[min(length for length in lengths if length >= tokens)] for tokens, texts in pairs)


def every_choice(counts: TokenCounts, most: int):
    """All sets of at most `most` lengths that hold the longest text."""
    *others, longest = counts.tokens
    for number in range(min(most, len(counts.tokens))):
        for chosen in combinations(others, number):
            yield (*chosen, longest)


@pytest.mark.parametrize("seed", range(60))
def test_no_other_choice_costs_less(seed):
    random = np.random.default_rng(seed)
    number = int(random.integers(1, 9))
    tokens = np.sort(random.choice(np.arange(2, 40), number, replace=False))
    counts = TokenCounts(tuple(tokens.tolist()), tuple(random.integers(1, 20, number).tolist()))
    # Costs rise with the length, as multiply-adds nearly do; every third set is of any costs at all.
    costs = random.uniform(1, 100, number) if seed % 3 == 0 else tokens.astype(float) ** random.uniform(0.2, 2)
    for most in range(1, number + 2):
        chosen = choose_lengths(counts, costs, most)
        assert len(chosen) <= most and chosen[-1] == tokens[-1]
        best = min(spent(counts, costs, lengths) for lengths in every_choice(counts, most))
        # The same numbers are added in another order.
        assert spent(counts, costs, chosen) == pytest.approx(best, rel=1e-12)


def test_a_choice_by_hand():
    counts = TokenCounts((4, 5, 10), (1, 10, 2))
    costs = np.array([4.0, 5.0, 10.0])
    # One length: 13 texts of 10 are 130. Two: with 4 beside it 4 + 120 = 124; with 5, 11 * 5 + 20 = 75.
    assert choose_lengths(counts, costs, 1) == (10,)
    assert choose_lengths(counts, costs, 2) == (5, 10)
    assert choose_lengths(counts, costs, 3) == choose_lengths(counts, costs, 99) == (4, 5, 10)


def test_many_long_texts_take_the_lengths():
    counts = TokenCounts((2, 8, 9, 10), (1, 50, 50, 50))
    assert choose_lengths(counts, np.array([2.0, 8.0, 9.0, 10.0]), 3) == (8, 9, 10)


def test_a_length_that_saves_nothing_is_left_out():
    """Each is a program more in the bundle: where a floor is all that a text costs, one will do."""
    assert choose_lengths(TokenCounts((3, 4, 5), (7, 7, 7)), np.ones(3), 3) == (5,)


def test_a_single_length():
    assert choose_lengths(TokenCounts((7,), (3,)), np.array([1.0]), 6) == (7,)
