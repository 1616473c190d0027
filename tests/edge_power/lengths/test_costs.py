"""How long texts are, and what they cost at some lengths: values by hand."""

import pytest

from edge_power.lengths.counts import TokenCounts, count_tokens
from edge_power.lengths.expected import length_cost
from edge_power.model.tokenizer import text_encoder
from edge_power_runtime import InputError


def test_texts_and_pairs_are_counted_as_the_model_reads_them(model):
    told = []
    counts = count_tokens(["a", "a film", ("a", "film"), "a"], text_encoder(model), progress=told.append)
    # [CLS] a [SEP]; [CLS] a film [SEP]; [CLS] a [SEP] film [SEP]
    assert counts == TokenCounts((3, 4, 5), (2, 1, 1))
    assert counts.total == sum(told) == 4
    assert count_tokens(["a " * 100], text_encoder(model)).tokens == (102,)  # not cut


def test_what_is_no_text_is_refused(model):
    with pytest.raises(InputError, match="lone surrogate"):
        count_tokens(["caf\udce9"], text_encoder(model))


def test_long_texts_are_counted_with_the_longest_that_fit():
    counts = TokenCounts((3, 10, 20, 30), (5, 4, 3, 2))
    assert counts.at_most(10) == TokenCounts((3, 10), (5, 9), cut=5)
    assert counts.at_most(15) == TokenCounts((3, 10, 15), (5, 4, 5), cut=5)
    assert counts.at_most(30) == counts.at_most(99) == counts
    assert counts.at_most(20).at_most(64).cut == 2  # what was cut once stays cut


def test_costs_by_hand():
    counts = TokenCounts((3, 10, 20), (5, 4, 1))
    found = length_cost("full", counts, [8, 16], float, float)
    # 5 texts at 8, 5 at 16, of which one is cut; at their own lengths 5 * 3 + 4 * 10 + 16.
    assert (found.texts, found.cut) == (10, 1)
    assert (found.expected, found.padded, found.true) == (12.0, 16.0, 7.1)
    assert (found.of_padded, found.of_true) == (0.75, pytest.approx(12 / 7.1))


def test_the_true_cost_of_a_budget_without_a_schedule_is_unknown():
    found = length_cost("full", TokenCounts((3,), (5,)), [8, 16], {8: 1.0, 16: 2.0}.__getitem__, None)
    assert (found.expected, found.padded, found.true, found.of_true) == (1.0, 2.0, None, None)
