"""Schedules, configurations, and the words that a program's output names."""

import numpy as np
import pytest

from edge_power_runtime import RetentionConfig, RetentionError, RetentionSchedule
from edge_power_runtime.readout import Readout
from edge_power_runtime.retention import survivors


def test_config_says_what_enters_and_what_is_reported():
    config = RetentionConfig(16, (16, 8, 8, 1))
    assert config.entering == (16, 16, 8, 8)
    assert config.drops == (1,)
    assert not config.is_full


@pytest.mark.parametrize("keep", [(8, 8, 1), (8, 8, 8), (1,)])
def test_full_configuration_reports_nothing(keep):
    config = RetentionConfig(8, keep)
    assert config.is_full
    assert config.drops == ()


def test_last_encoder_is_reported_only_when_it_chooses():
    assert RetentionConfig(8, (4, 1)).drops == (0,)
    assert RetentionConfig(8, (4, 2)).drops == (0, 1)


@pytest.mark.parametrize(
    ("length", "keep", "message"),
    [
        (8, (), "found none"),
        (8, (9, 1), r"encoder 1 keeps 9 word-vectors, must be 1\.\.8"),
        (8, (4, 5), r"encoder 2 keeps 5 word-vectors, must be 1\.\.4"),
        (8, (4, 0), r"encoder 2 keeps 0"),
        (0, (1,), r"must be 1\.\.0"),
    ],
)
def test_impossible_configurations_are_refused(length, keep, message):
    with pytest.raises(RetentionError, match=message):
        RetentionConfig(length, keep)


@pytest.mark.parametrize(
    ("fractions", "length", "keep"),
    [
        ((1.0, 1.0, 1.0), 7, (7, 7, 1)),
        ((0.5, 0.25, 0.25), 16, (8, 4, 1)),
        ((0.5, 0.25, 0.25), 7, (4, 2, 1)),  # 3.5 and 1.75, upwards
        ((0.35, 0.1), 20, (7, 1)),  # 0.35 * 20 is 7.000000000000001
        ((0.01, 0.01, 0.01), 3, (1, 1, 1)),
        ((0.5,), 1, (1,)),
    ],
)
def test_schedule_at_a_length(fractions, length, keep):
    assert RetentionSchedule(fractions).at(length) == RetentionConfig(length, keep)


def test_every_schedule_gives_a_configuration_at_every_length():
    hypothesis = pytest.importorskip("hypothesis")
    st = hypothesis.strategies
    fractions = st.lists(st.floats(0, 1, exclude_min=True), min_size=1, max_size=12)

    @hypothesis.given(fractions, st.integers(1, 512))
    def check(values, length):
        config = RetentionSchedule(tuple(sorted(values, reverse=True))).at(length)
        assert config.keep[-1] == 1
        for value, kept in zip(sorted(values, reverse=True)[:-1], config.keep, strict=False):
            assert kept >= min(length, max(1, value * length - 1e-5))

    check()


@pytest.mark.parametrize(
    ("fractions", "message"),
    [
        ((), "found none"),
        ((0.0,), "encoder 1 has the fraction 0.0"),
        ((1.5,), r"must be in \(0, 1\]"),
        ((float("nan"),), "fraction nan"),
        ((0.5, 0.6), "encoder 2 has 0.6, more than the 0.5 before"),
    ],
)
def test_impossible_schedules_are_refused(fractions, message):
    with pytest.raises(RetentionError, match=message):
        RetentionSchedule(fractions)


def test_schedule_is_completed_for_the_last_encoder():
    schedule = RetentionSchedule((0.5, 0.25))
    assert schedule.for_encoders(2) is schedule
    assert schedule.for_encoders(3).at(16).keep == (8, 4, 1)
    for encoders in (1, 4):
        with pytest.raises(RetentionError, match=f"has 2 fractions and the model has {encoders} encoders"):
            schedule.for_encoders(encoders)


def test_full_schedule():
    assert RetentionSchedule.full(3).at(8).is_full


def test_survivors_are_composed_to_positions_in_the_text():
    config = RetentionConfig(8, (8, 4, 4, 2, 1))
    kept = np.array([0, 5, 2, 7, 0, 3])
    assert survivors(kept, config) == (tuple(range(8)), (0, 5, 2, 7), (0, 5, 2, 7), (0, 7))


def test_survivors_of_a_full_configuration_are_everyone():
    assert survivors(np.array([], dtype=np.int64), RetentionConfig(3, (3, 3, 1))) == ((0, 1, 2), (0, 1, 2))


@pytest.mark.parametrize(
    ("kept", "message"),
    [
        ([0, 1], r"expected integers of shape \(3,\)"),
        ([[0, 1, 2]], r"int64\(1, 3\)"),
        ([0.0, 1.0, 2.0], "kept is float64"),
        ([1, 0, 2], r"the first must be 0, which is \[CLS\]"),
        ([0, 1, 8], r"each must be in 0\.\.7"),
        ([0, -1, 2], r"each must be in 0\.\.7"),
        ([0, 1, 1], "each may be kept once"),
    ],
)
def test_impossible_rows_are_refused(kept, message):
    with pytest.raises(RetentionError, match=message):
        survivors(np.array(kept), RetentionConfig(8, (3, 1)))


def test_retention_goes_by_what_is_read_of_the_last_encoder():
    """Only [CLS] is built; a readout of two rows shows that nothing else assumes one."""
    two = Readout("the first two", rows=2)
    schedule = RetentionSchedule((0.5,), two).for_encoders(2)
    config = schedule.at(8)
    assert (schedule.fractions, config) == ((0.5, 0.5), RetentionConfig(8, (4, 2), two))
    assert (schedule.passing, config.passing, config.drops) == (1, 1, (0,))
    assert RetentionConfig(8, (4, 2)).drops == (0, 1), "of [CLS] two rows are a choice"
    with pytest.raises(RetentionError, match=r"give 2 fractions \(the last encoder keeps 2 word\) or 3"):
        RetentionSchedule((0.5,), two).for_encoders(3)
