"""A schedule in a batch: every text keeps what it keeps alone."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_power.model.classifier import KeepPlan
from edge_power_runtime import RetentionError, RetentionSchedule
from tests.edge_power.conftest import Batch, make_batch
from tests.tiny import VOCABULARY

# A batch sums over muted rows too, which add exact zeros in another order; as test_model.py has it.
ATOL = 1e-5
WORDS = [30, 2, 17, 3, 29, 1]
SCHEDULES = [
    RetentionSchedule((0.8, 0.5, 0.3, 0.3)),
    RetentionSchedule((0.34, 0.34, 0.02, 0.02)),
    RetentionSchedule((1.0, 0.6, 0.6, 0.1)),
]


def alone(batch: Batch, row: int, words: int) -> Batch:
    """One text of a batch without its padding."""
    return Batch(*(item[row : row + 1, :words] for item in batch))


@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
@pytest.mark.parametrize("seed", [0, 1])
def test_each_text_of_a_batch_is_as_it_is_alone(model, schedule, seed):
    batch = make_batch(WORDS, 32, vocabulary=len(VOCABULARY), seed=seed)
    with torch.no_grad():
        together = model(*batch, retention=schedule)
        for row, words in enumerate(WORDS):
            config = schedule.at(words)
            single = model(*alone(batch, row, words), retention=config)
            torch.testing.assert_close(together.logits[row : row + 1], single.logits, rtol=0, atol=ATOL)
            for kept, own, count in zip(
                together.encoder.survivors, single.encoder.survivors, config.keep, strict=False
            ):
                assert sorted(kept[row, :count].tolist()) == sorted(own[0].tolist())


@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
def test_cls_stays_first_and_padding_comes_last(model, schedule):
    batch = make_batch(WORDS, max(WORDS), vocabulary=len(VOCABULARY))
    with torch.no_grad():
        survivors = model(*batch, retention=schedule).encoder.survivors
    for encoder, kept in enumerate(survivors):
        assert kept.shape[1] == max(schedule.at(words).keep[encoder] for words in WORDS)
        for row, words in zip(kept.tolist(), WORDS, strict=True):
            count = schedule.at(words).keep[encoder]
            assert row[0] == 0
            assert len(set(row)) == len(row)
            assert all(position < words for position in row[:count])


def test_a_full_schedule_is_no_retention(model):
    batch = make_batch(WORDS, 30, vocabulary=len(VOCABULARY))
    with torch.no_grad():
        full, none = model(*batch, retention=RetentionSchedule.full(4)), model(*batch)
    assert torch.equal(full.logits, none.logits)


def test_a_schedule_may_leave_the_last_encoder_out(model):
    batch = make_batch(WORDS, 30, vocabulary=len(VOCABULARY))
    with torch.no_grad():
        short = model(*batch, retention=RetentionSchedule((0.8, 0.5, 0.3)))
        long = model(*batch, retention=RetentionSchedule((0.8, 0.5, 0.3, 0.3)))
    assert torch.equal(short.logits, long.logits)


def test_a_schedule_of_another_model_is_refused(model):
    with pytest.raises(RetentionError, match="the schedule has 6 fractions and the model has 4 encoders"):
        model(*make_batch([4], 4, vocabulary=len(VOCABULARY)), retention=RetentionSchedule((0.5,) * 6))


def test_gradients_flow_through_a_schedule(model):
    batch = make_batch(WORDS, 32, vocabulary=len(VOCABULARY))
    model(*batch, retention=SCHEDULES[0]).logits.sum().backward()
    gradients = [parameter.grad for parameter in model.encoder.embeddings.parameters()]
    assert all(gradient is not None and torch.isfinite(gradient).all() for gradient in gradients)
    model.zero_grad()


@st.composite
def schedules(draw: st.DrawFn) -> RetentionSchedule:
    fractions = draw(st.lists(st.floats(0.01, 1), min_size=2, max_size=6))
    return RetentionSchedule(tuple(sorted(fractions, reverse=True)))


@settings(deadline=None, max_examples=50)
@given(schedules(), st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_a_plan_holds_what_each_text_keeps(schedule, words):
    length = max(words)
    mask = (torch.arange(length) < torch.tensor(words).unsqueeze(1)).long()
    encoders = len(schedule.fractions)
    plan = KeepPlan.of(schedule, mask, encoders)
    for row, count in enumerate(words):
        assert plan.own[row].tolist() == [count, *schedule.at(count).keep]
    largest = (max(schedule.at(count).keep[encoder] for count in words) for encoder in range(encoders))
    assert plan.keep == (length, *largest)
    for encoder in range(1, encoders + 1):
        before = [count if encoder == 1 else schedule.at(count).keep[encoder - 2] for count in words]
        after = [schedule.at(count).keep[encoder - 1] for count in words]
        assert plan.drops(encoder) == (before != after)
