"""The price of a word: what it charges, and how it is steered."""

import math

import pytest
import torch

from edge_power.fitting.training.price import FALLEN, Price
from edge_power.model.soft_extract import SoftExtract


def soft_of(*retention: float) -> SoftExtract:
    soft = SoftExtract(len(retention) + 1, 14.0)
    with torch.no_grad():
        soft.retention.copy_(torch.tensor(retention))
    return soft


def steered(*, worth: float = 0.025, target: float = 0.5) -> Price:
    return Price(20.0, worth=worth, start=0.9, target=target)


def test_a_fixed_charge_is_the_papers():
    """lambda * sum_j j * mass(j), in words."""
    soft = soft_of(0.75, 0.25)
    first, second = soft.mass().tolist()
    charge = Price(20.0, fixed=0.1).charge(soft)
    assert charge.item() == pytest.approx(0.1 * 20 * (first + 2 * second), rel=1e-6)  # float32
    charge.backward()
    # Both edges lie wholly inside, so each moves its mass alike.
    torch.testing.assert_close(soft.retention.grad[1], soft.retention.grad[0] * 2)


def test_a_steered_charge_is_the_same_in_every_encoder():
    price, soft = steered(), soft_of(0.75, 0.25)
    price.steer(price.wanted(0.05), step=5, steps=100)
    charge = price.charge(soft)
    assert charge.item() == pytest.approx(price.value * 20 * soft.mass().sum().item(), rel=1e-6)  # float32
    charge.backward()
    torch.testing.assert_close(soft.retention.grad[1], soft.retention.grad[0])


def test_the_wanted_path_falls_in_a_straight_line_and_holds():
    price = Price(20.0, start=0.9, target=0.5)
    assert price.wanted(0.0) == 0.9
    assert price.wanted(FALLEN / 2) == pytest.approx(0.7)
    assert price.wanted(FALLEN) == price.wanted(1.0) == pytest.approx(0.5)


def test_the_first_price_is_a_two_hundredth_of_what_a_word_is_worth():
    assert steered(worth=0.3).value == pytest.approx(0.3 / 200)


def test_more_than_wanted_raises_the_price_and_less_lowers_it():
    prices = {}
    for distance in (-0.02, 0.0, 0.02):
        price = steered()
        for step in range(5, 40):
            price.steer(price.wanted(step / 100) + distance, step=step, steps=100)
        prices[distance] = price.value
    assert prices[-0.02] < prices[0.0] < prices[0.02]
    # 35 steps at two thirds of full force, each e^(0.3 * 2 / 3), and the pull of the last one at once.
    assert math.log(prices[0.02] / prices[0.0]) == pytest.approx(35 * 0.3 * 2 / 3 + 2 / 3)


def test_the_pull_is_bounded():
    near, far = steered(), steered()
    near.steer(near.wanted(0.5) + 0.03, step=50, steps=100)
    far.steer(far.wanted(0.5) + 0.3, step=50, steps=100)
    assert near.value == pytest.approx(far.value)


def test_far_too_few_words_are_paid_for_until_enough_are_back():
    price = steered()
    price.steer(price.wanted(0.5), step=50, steps=100)
    held = price.value
    for step in range(51, 60):
        price.steer(price.wanted(step / 100) - 0.04, step=step, steps=100)
        assert price.value == pytest.approx(-held)
    price.steer(price.wanted(0.6), step=60, steps=100)
    assert price.value == pytest.approx(held)


def test_an_overshoot_returns_where_the_task_asks_for_nothing():
    """The steering alone moves the edges here, by the sign of the price, as Adam does without another gradient."""
    price, soft, left = steered(), soft_of(0.3, 0.3, 0.3), []
    with torch.no_grad():
        for step in range(75, 100):
            left.append(float(soft.mass().mean()))
            price.steer(left[-1], step=step, steps=100)
            soft.retention -= 0.02 * math.copysign(1, price.value)
    assert left[0] < 0.3
    # Back up to full force's distance; what is left of that the price falls for, as before.
    assert 0.45 < max(left) < 0.5


def test_words_that_are_worth_nothing_still_have_a_price():
    price = steered(worth=0.0)
    price.steer(1.0, step=50, steps=100)
    assert 0 < price.value < 1e-9 and math.isfinite(price.value)


def test_a_fixed_price_never_changes():
    price = Price(20.0, fixed=0.003)
    for step in range(1, 100):
        price.steer(1.0, step=step, steps=100)
    assert price.value == 0.003


@pytest.mark.parametrize("begun", [2, 30])
def test_a_saved_price_goes_on_exactly(begun):
    """As a killed search does: the rest of the steering is the same to the last bit."""
    price = steered()
    for step in range(1, begun):
        price.steer(0.8, step=step, steps=100)
    again = Price(20.0, start=0.9, target=0.5)
    again.load_state_dict(price.state_dict())
    assert again.value == price.value, "what the next step charges, before it steers"
    for step in range(begun, 60):
        for one in (price, again):
            one.steer(0.9 - step / 190, step=step, steps=100)
        assert again.value == price.value
    assert price.value > 0
