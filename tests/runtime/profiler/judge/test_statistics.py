"""What a series of samples says."""

import numpy as np
import pytest

from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.judge.statistics import median_draws, ratio_interval, summarise


def test_the_figures_of_a_series_worked_out_by_hand():
    summary = summarise([4.0, 1.0, 2.0, 3.0, 10.0, 5.0, 6.0, 7.0, 8.0, 90.0], (0, 50, 90, 100))
    assert (summary.count, summary.minimum, summary.maximum) == (10, 1.0, 90.0)
    assert summary.mean == pytest.approx(13.6)
    assert summary.median == 5.5
    # Ten samples lose one at each end: 1 and 90.
    assert summary.trimmed_mean == pytest.approx(45 / 8)
    assert summary.std == pytest.approx(np.std([1, 2, 3, 4, 5, 6, 7, 8, 10, 90], ddof=1))
    # p90 lies between the 9th and the 10th of ten: at 0.9 * 9 = 8.1, so 10 + 0.1 * 80.
    assert summary.percentiles == pytest.approx({0.0: 1.0, 50.0: 5.5, 90.0: 18.0, 100.0: 90.0})


def test_a_single_sample_is_all_there_is():
    summary = summarise([2.5])
    assert (summary.std, summary.trimmed_mean, summary.median_low, summary.median_high) == (0.0, 2.5, 2.5, 2.5)
    assert set(summary.percentiles.values()) == {2.5}


@pytest.mark.parametrize(
    ("samples", "rounds", "message"),
    [
        ([], None, "no samples"),
        ([1.0, float("nan")], None, "not a finite number"),
        ([1.0, float("inf")], None, "not a finite number"),
        ([1.0, 2.0], [1, 2], "count 3 samples, there are 2"),
    ],
)
def test_samples_that_cannot_be_summarised(samples, rounds, message):
    with pytest.raises(InputError, match=message):
        summarise(samples, rounds=rounds)


def test_the_interval_holds_the_true_median_about_95_times_in_100():
    generator = np.random.default_rng(5)
    hits = 0
    for _ in range(100):
        summary = summarise(generator.exponential(size=60), ())
        hits += summary.median_low <= np.log(2) <= summary.median_high
    # Of 100 at 95 %, 95 are expected with a standard deviation of 2.2; the bootstrap of a median is a little off.
    assert 87 <= hits <= 99


def test_samples_that_are_alike_within_a_round_widen_the_interval():
    generator = np.random.default_rng(7)
    of_rounds = generator.normal(10, 1, size=20).repeat(10) + generator.normal(0, 0.01, size=200)
    by_rounds = summarise(of_rounds, (), rounds=[10] * 20)
    by_samples = summarise(of_rounds, ())
    width, narrow = (one.median_high - one.median_low for one in (by_rounds, by_samples))
    # 200 samples that are 20 in truth: by sqrt(10), were the median a mean; 20 seeds gave 1.9 to 4.
    assert width > 1.5 * narrow


def test_too_few_rounds_are_as_good_as_none():
    samples = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    assert (median_draws(samples, [2, 2, 2, 2]) == median_draws(samples)).all()
    assert not (median_draws(samples, [2, 2, 2, 1, 1]) == median_draws(samples)).all()


def test_weighted_medians_are_those_of_the_resampled_rounds():
    # Rounds of different sizes; every draw must be the median of some multiset of rounds.
    samples, rounds = [5.0, 1.0, 9.0, 2.0, 7.0, 3.0, 8.0], [2, 1, 1, 1, 2]
    parts = np.split(np.array(samples), np.cumsum(rounds)[:-1])
    drawn = np.random.default_rng(0).integers(0, 5, (1000, 5))
    wanted = [np.median(np.concatenate([parts[index] for index in row])) for row in drawn]
    assert median_draws(samples, rounds) == pytest.approx(wanted, rel=1e-12)


def test_many_samples_are_drawn_in_parts_of_bounded_size():
    generator = np.random.default_rng(1)
    samples = generator.normal(100, 1, size=30_000)
    summary = summarise(samples, (), rounds=[5] * 6000)
    assert summary.median_low < 100 < summary.median_high
    # The median of n normal samples varies by 1.2533 / sqrt(n), so its interval is 0.028 wide; 200 blocks and 1000
    # draws tell that to some 15 %.
    assert summary.median_high - summary.median_low == pytest.approx(0.028, rel=0.35)


def test_the_same_samples_give_the_same_interval():
    samples = np.random.default_rng(2).gamma(3, size=50).tolist()
    assert summarise(samples) == summarise(samples)


def test_a_ratio_and_its_interval():
    generator = np.random.default_rng(3)
    a, b = generator.normal(10, 0.2, size=100), generator.normal(8, 0.2, size=100)
    ratio, low, high = ratio_interval(a, b, [5] * 20, [5] * 20)
    assert ratio == np.median(b) / np.median(a)
    assert low < 0.8 < high
    assert high - low < 0.03  # of two medians known to 0.5 % each


def test_what_hurts_both_of_a_run_leaves_their_ratio():
    generator = np.random.default_rng(4)
    drift = np.linspace(1, 1.5, 20).repeat(5)
    a, b = (centre * drift * generator.normal(1, 0.002, size=100) for centre in (10.0, 8.0))
    rounds = [5] * 20
    together, apart = (ratio_interval(a, b, rounds, rounds, same_run=same) for same in (True, False))
    assert together[0] == apart[0] == pytest.approx(0.8, rel=0.01)
    assert (together[2] - together[1]) * 10 < apart[2] - apart[1]


def test_no_ratio_without_time():
    with pytest.raises(InputError, match="must be above 0"):
        ratio_interval([1.0, 0.0], [1.0, 2.0])
