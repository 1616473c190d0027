"""What a schedule costs, against a hand count and against what PyTorch counts of transformers' own models."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from edge_power.errors import OptionError
from edge_power.fitting.cost import FLOOR, Cost
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.config import ModelConfig
from edge_power.model.macs import count_unpruned
from edge_power_runtime import RetentionSchedule
from edge_power_runtime.profiler.report.record import LatencyRates, LatencyTable
from tests.tiny import tiny_config
from tests.tiny_families import family_checkpoint

LENGTHS = np.array([3, 5, 8, 9, 13, 13, 17, 24, 31, 40])
# By hand: see test_macs.py. Length 4, of which encoder 1 keeps 2, leaves 144 + 36 + 8 of 2 * 176 + 8.
SMALL = replace(tiny_config(), hidden_size=2, num_heads=1, intermediate_size=3, num_encoders=2)
HALF = RetentionSchedule((0.5, 0.5))


@pytest.fixture(scope="module")
def cost() -> Cost:
    return Cost.of(tiny_config(), LENGTHS)


@pytest.mark.parametrize("family", ["bert", "albert", "distilbert", "roberta", "electra"])
@pytest.mark.parametrize("length", [2, 19])
def test_unpruned_is_what_pytorch_counts_of_transformers_own_model(tmp_path, family, length):
    theirs = family_checkpoint(tmp_path, family, num_labels=3)
    theirs.set_attn_implementation("eager")  # PyTorch counts no multiply-adds of the fused kernel on CPU
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        theirs(input_ids=torch.ones(1, length, dtype=torch.int64), attention_mask=torch.ones(1, length))
    config = PowerForSequenceClassification.from_pretrained(tmp_path).config
    assert count_unpruned(config, length) == counter.get_total_flops() / 2


def test_a_fraction_by_hand():
    assert Cost.of(SMALL, np.array([4])).fraction(HALF) == 220 / 360
    # Length 2 of which 1 is kept: 24 + 8 + 12 + 4 + 4 + 12, then 16 + 4 + 12, of 2 * (32 + 16 + 24); 8 for the head.
    assert Cost.of(SMALL, np.array([2, 4])).fraction(HALF) == (220 + 64 + 32 + 8) / (360 + 2 * 72 + 8)


def test_fewer_encoders_are_a_fraction_of_all():
    whole = replace(SMALL, num_encoders=3)
    cost = Cost.of(SMALL, np.array([4]), whole=whole)
    assert cost.fraction(HALF) == 220 / (3 * 176 + 8)


def test_each_text_counts_at_its_own_length(cost):
    schedule = RetentionSchedule((0.8, 0.5, 0.3, 0.3))
    alone = [Cost.of(tiny_config(), np.array([length])) for length in LENGTHS]
    expected = sum(one.fraction(schedule) * one.unpruned for one in alone) / sum(one.unpruned for one in alone)
    assert cost.fraction(schedule) == pytest.approx(expected, rel=1e-12)  # float64


def test_many_texts_are_sampled_evenly():
    """32 quantiles against every one of 5,000 texts of a skewed distribution."""
    lengths = np.random.default_rng(0).geometric(0.05, 5000) + 2
    sampled = Cost.of(tiny_config(), lengths)
    every = Cost(tiny_config(), tiny_config(), tuple(lengths.tolist()), sum(map(_unpruned, lengths.tolist())))
    assert len(sampled.lengths) == 32
    for schedule in (RetentionSchedule((0.8, 0.5, 0.3)), RetentionSchedule((0.2, 0.1, 0.1))):
        # The target of a fit is held to 3%: the sample may take a fifth of that.
        assert sampled.fraction(schedule) == pytest.approx(every.fraction(schedule), abs=0.006)


def _unpruned(length: int) -> int:
    return count_unpruned(tiny_config(), length)


def test_even_the_full_schedule_saves_the_last_encoders_rows(cost):
    assert cost.least < 0.5 < cost.full < 1
    assert cost.full == cost.fraction(RetentionSchedule.full(4))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(0.02, 1), min_size=4, max_size=4), st.floats(0.2, 1.0))
def test_a_scaled_schedule_meets_its_target_from_below(cost, fractions, target):
    assume(target >= cost.least)
    schedule = RetentionSchedule(tuple(sorted(fractions, reverse=True)))
    scaled = cost.scaled(schedule, target)
    assert cost.fraction(scaled) <= target
    # The smallest step up passes the target, unless nothing is left to keep. (A ceiling has a slack of 1e-6.)
    more = RetentionSchedule(tuple(min(1.0, fraction * (1 + 1e-6)) for fraction in scaled.fractions))
    assert cost.fraction(more) > target or scaled.fractions[:3] == (1.0,) * 3


def test_a_scaled_schedule_keeps_its_shape(cost):
    scaled = cost.scaled(RetentionSchedule((0.8, 0.4, 0.2, 0.2)), 0.45)
    first, second, third, _ = scaled.fractions
    assert (first / second, second / third) == pytest.approx((2, 2))


def test_a_target_that_cannot_be_met(cost):
    expected = (
        rf"a target of 0\.05 of the multiply-adds is below {cost.least:.3f}, which is left when every encoder passes "
        r"on a single word; raise the target, or leave encoders out with `encoders`"
    )
    with pytest.raises(OptionError, match=expected):
        cost.check(0.05)
    with pytest.raises(OptionError, match=expected):
        cost.scaled(RetentionSchedule.full(4), 0.05)
    cost.check(cost.least)
    one_word = cost.scaled(RetentionSchedule.full(4), cost.least)
    assert all(one_word.at(int(length)).keep == (1, 1, 1, 1) for length in LENGTHS)


def per_word(config: ModelConfig) -> int:
    return config.num_encoders * (4 * config.hidden_size**2 + 2 * config.hidden_size * config.intermediate_size)


def test_latency_has_a_floor_for_each_encoder():
    cost = Cost.of(SMALL, np.array([4]))
    floor = FLOOR * per_word(SMALL)
    assert cost.latency(HALF) == pytest.approx((220 + floor) / (360 + floor))
    assert per_word(SMALL) == 2 * (4 * 4 + 2 * 2 * 3)


def test_of_two_models_with_the_same_multiply_adds_the_shallow_one_is_faster(cost):
    shallow = Cost.of(replace(tiny_config(), num_encoders=2), LENGTHS, whole=tiny_config())
    same = cost.scaled(RetentionSchedule((0.8, 0.5, 0.3, 0.3)), shallow.full)
    assert cost.fraction(same) == pytest.approx(shallow.full, abs=0.01)
    assert shallow.latency(RetentionSchedule.full(2)) < cost.latency(same) - 0.1


RATES = LatencyRates(entering_ms=0.5, square_ms=0.01, leaving_ms=2.0)
TABLE = LatencyTable("onnx", "fp32", 1, (1,), 3.0, 0.25, ((0.0,),) * 4, ((0.0,),) * 4, (), (), 0.75, RATES)


def test_a_table_tells_latency_at_every_depth():
    """Counted by hand for texts of 8 words: half of them pass the first encoder, and all of those the others."""
    cost = Cost.of(tiny_config(), np.array([8]), table=TABLE)
    pruned = 3 + 8 * 0.25 + (8 * 0.5 + 64 * 0.01 + 4 * 2 + 0.75) + 2 * (4 * 0.5 + 16 * 0.01 + 4 * 2)
    whole = 3 + 8 * 0.25 + 3 * (8 * 0.5 + 64 * 0.01 + 8 * 2)
    assert cost.latency(RetentionSchedule((0.5, 0.5, 0.5, 0.5))) == pytest.approx(pruned / whole)
    assert cost.latency(RetentionSchedule.full(4)) == 1
    shallow = 3 + 8 * 0.25 + (8 * 0.5 + 64 * 0.01 + 8 * 2)
    assert cost.with_encoders(2).latency(RetentionSchedule.full(2)) == pytest.approx(shallow / whole)


def test_another_depth_costs_as_if_made_anew(cost):
    lowest = cost.with_encoders(2)
    assert lowest == Cost.of(replace(tiny_config(), num_encoders=2), LENGTHS, whole=tiny_config())
    assert lowest.with_encoders(4) == cost
