"""The promise: the test has its size, says how many rows it needs, and thresholds keep what is promised."""

import numpy as np
import pytest
from scipy.stats import binom

from edge_power.cascading.answers import Answers, TierAnswers
from edge_power.cascading.thresholds.choose import choose
from edge_power.cascading.thresholds.mixture import Tiers
from edge_power.cascading.thresholds.promise import p_value, rows_for, rows_needed
from edge_power.cascading.thresholds.temperature import confidences, fitted_temperature
from edge_power.errors import CascadeError

ERROR = 0.05


def losses(costing: int, gaining: int, rows: int) -> np.ndarray:
    found = np.zeros(rows, dtype=np.int64)
    found[:costing], found[costing : costing + gaining] = 1, -1
    return found


def test_never_rejects_more_often_than_its_error() -> None:
    """All outcomes with at most a few that gain, weighed exactly at the edge of the hypothesis."""
    rows, max_loss = 600, 0.01
    for gain in (0.0, 0.002):
        cost = max_loss + gain
        rejected = sum(
            binom.pmf(costing, rows, cost) * binom.pmf(gaining, rows - costing, gain / (1 - cost))
            for costing in range(40)
            for gaining in range(12 if gain else 1)
            if p_value(losses(costing, gaining, rows), max_loss, error=ERROR) <= ERROR
        )
        assert rejected <= ERROR


def test_is_stricter_the_more_is_lost() -> None:
    values = [p_value(losses(costing, 0, 2000), 0.01, error=ERROR) for costing in (0, 5, 10, 15, 20)]
    assert values == sorted(values)
    assert values[0] < ERROR < values[-1] == 1.0
    # What is gained weighs against it: five that gain make fifteen that cost count as ten, with more noise.
    assert values[2] < p_value(losses(15, 5, 2000), 0.01, error=ERROR) < values[3]


def test_tells_how_many_rows_it_needs() -> None:
    for max_loss in (0.02, 0.005):
        needed = rows_needed(max_loss, error=ERROR)
        assert p_value(losses(0, 0, needed), max_loss, error=ERROR) <= ERROR
        assert p_value(losses(0, 0, needed - 1), max_loss, error=ERROR) > ERROR
    found = losses(12, 4, 2000)
    assert rows_for(found, 0.004, error=ERROR) is None  # just that is lost
    wanted = rows_for(found, 0.008, error=ERROR)
    assert wanted is not None and wanted > rows_needed(0.008, error=ERROR)
    many = np.tile(found, 1 + 2 * wanted // 2000)
    assert p_value(many, 0.008, error=ERROR) <= ERROR


def drawn(rows: int, seed: int) -> Answers:
    """A first tier that is right as often as it says, at a temperature of 2, before one that is right in 95 %."""
    seeded = np.random.default_rng(seed)
    logits = seeded.normal(size=(rows, 3)) * 4
    chances = np.exp(logits / 2) / np.exp(logits / 2).sum(axis=1, keepdims=True)
    truth = (seeded.random((rows, 1)) > np.cumsum(chances, axis=1)).sum(axis=1).clip(0, 2)
    second = np.where(seeded.random(rows) < 0.95, truth, (truth + 1) % 3)
    return Answers(
        truth, (TierAnswers(logits, np.zeros(rows)), TierAnswers(np.eye(3)[second] * 5, np.linspace(1, 2, rows)))
    )


def test_finds_the_temperature() -> None:
    answers = drawn(20_000, 0)
    found = fitted_temperature(answers.tiers[0].logits, answers.truth)
    # 20,000 rows tell it to a few hundredths.
    assert found == pytest.approx(2.0, abs=0.1)
    sure = confidences(answers.tiers[0].logits, found)
    right = answers.tiers[0].logits.argmax(axis=1) == answers.truth
    for low in (0.4, 0.6, 0.8):
        inside = (sure >= low) & (sure < low + 0.2)
        assert right[inside].mean() == pytest.approx(sure[inside].mean(), abs=0.03)


def test_keeps_the_promise_on_texts_alike() -> None:
    """The true loss exceeds the promise in at most 5 % of draws: 4 of 10 would be bad luck of one in a thousand."""
    whole, exceeded = drawn(100_000, 1), 0
    for seed in range(10):
        choice = choose(drawn(3000, 100 + seed), 0.01, seed=seed)
        mixture = Tiers(whole, choice.temperatures).mixture(choice.mixture.thresholds)
        exceeded += mixture.lost > 0.01
        assert 0.2 < mixture.passed_on[0] < 1  # something is answered, and not everything
    assert exceeded <= 3


def test_mixture_is_that_of_one_row_after_the_other() -> None:
    answers, thresholds = drawn(500, 2), (0.7,)
    mixture = Tiers(answers, (2.0, 1.0)).mixture(thresholds)
    sure = confidences(answers.tiers[0].logits, 2.0)
    right, spent, passed = 0, [], 0
    for row in range(500):
        tier = 0 if sure[row] >= 0.7 else 1
        right += int(answers.tiers[tier].logits[row].argmax() == answers.truth[row])
        spent.append(sum(answers.tiers[place].cost[row] for place in range(tier + 1)))
        passed += tier
    assert mixture.accuracy == pytest.approx(right / 500)
    assert mixture.passed_on == (passed / 500,)
    assert (mixture.mean, mixture.p95) == (pytest.approx(np.mean(spent)), pytest.approx(np.percentile(spent, 95)))
    assert mixture.last_mean == pytest.approx(1.5)


def test_three_tiers_share_the_error_out() -> None:
    two = drawn(4000, 3)
    middle = TierAnswers(two.tiers[1].logits * 0.4, np.full(4000, 0.3))
    three = Answers(two.truth, (two.tiers[0], middle, two.tiers[1]))
    choice = choose(three, 0.01, seed=0)
    assert len(choice.temperatures) == 3 and len(choice.mixture.thresholds) == 2
    # The middle answers as the last does, for less, so whatever it takes on costs nothing.
    assert choice.mixture.mean < choose(two, 0.01, seed=0).mixture.mean
    assert choice.mixture.lost <= 0.01


def test_too_few_rows_are_told_how_many_are_needed() -> None:
    with pytest.raises(
        CascadeError, match=r"300 rows .* at most 0.5 points are lost: at least (\d+) are needed"
    ) as caught:
        choose(drawn(300, 0), 0.005, seed=0)
    needed = int(str(caught.value).split("at least ")[1].split()[0])
    answers = drawn(needed, 0)
    perfect = Answers(answers.truth, (answers.tiers[0], answers.tiers[0]))
    assert choose(perfect, 0.005, seed=0).mixture.lost == 0


def test_a_first_tier_that_is_never_right_is_refused() -> None:
    answers = drawn(2000, 0)
    wrong = TierAnswers(np.eye(3)[(answers.truth + 1) % 3] * 9.0, np.zeros(2000))
    with pytest.raises(CascadeError, match="no threshold is sure to lose at most 0.5 points"):
        choose(Answers(answers.truth, (wrong, answers.tiers[1])), 0.005, seed=0)
