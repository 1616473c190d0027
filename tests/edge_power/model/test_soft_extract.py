"""Soft-extract: between keeping all and dropping, and the same at every length."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_power.model.extract import PRIORITY
from edge_power.model.soft_extract import EDGE, RESOLUTION, SoftExtract
from edge_power_runtime import RetentionConfig
from tests.edge_power.conftest import make_batch
from tests.tiny import VOCABULARY

# Weights of 1 and 0 leave the same sums over the same words, in another order of float32; as test_model.py has it.
ATOL = 1e-5

NUMBERS = st.floats(0, 1, width=32)


class Steps(SoftExtract):
    """Weights by relative rank that a test gives, (encoders - 1, RESOLUTION)."""

    def __init__(self, steps: torch.Tensor) -> None:
        super().__init__(len(steps) + 1, 33.0)
        self._steps = steps

    def steps(self) -> torch.Tensor:
        return self._steps


def stepped(*fractions: float) -> Steps:
    """Weights that are 1 up to a relative rank, and 0 after it, without an edge."""
    ranks = torch.arange(RESOLUTION)
    return Steps(torch.stack([(ranks < fraction * RESOLUTION).float() for fraction in fractions]))


def soft_at(*retention: float) -> SoftExtract:
    soft = SoftExtract(len(retention) + 1, 33.0)
    with torch.no_grad():
        soft.retention.copy_(torch.tensor(retention))
    return soft


def priorities(words: int, length: int, *, seed: int = 0) -> torch.Tensor:
    """Scores of one text in random order, [CLS] first and padding last, (1, length)."""
    priority = torch.rand(length, generator=torch.Generator().manual_seed(seed))
    priority[0] += PRIORITY
    priority[words:] -= PRIORITY
    return priority.unsqueeze(0)


def weights_of(steps: list[float], words: int, length: int, *, seed: int = 0) -> torch.Tensor:
    """Weights of one text under one encoder's parameters, (length,)."""
    return Steps(torch.tensor([steps])).weights(0, priorities(words, length, seed=seed), torch.tensor([words]))[0]


def test_it_begins_with_the_full_model(model):
    batch = make_batch([30, 2, 17, 5], 30, vocabulary=len(VOCABULARY))
    with torch.no_grad():
        full, soft = model(*batch), model(*batch, soft_extract=SoftExtract(4, 33.0))
    torch.testing.assert_close(soft.logits, full.logits, rtol=0, atol=ATOL)
    for ours, theirs in zip(soft.encoder.states, full.encoder.states, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=ATOL)


@pytest.mark.parametrize("fractions", [(0.75, 0.5, 0.25), (0.5, 0.5, 0.125), (1.0, 0.25, 0.25)])
def test_weights_of_one_and_zero_are_extract(model, fractions):
    """Texts of 8, 16 and 32 words after [CLS], which divide 64, so that a step's end is a word's end."""
    batch = make_batch([33, 9, 17], 33, vocabulary=len(VOCABULARY), seed=3)
    with torch.no_grad():
        soft = model(*batch, soft_extract=stepped(*fractions))
        hard = [_alone(model, batch, row, words, fractions) for row, words in enumerate((33, 9, 17))]
        full = model(*batch)
    expected = torch.cat(hard)
    assert (expected - full.logits).abs().max() > 0.01, "a schedule that changes nothing would show nothing"
    torch.testing.assert_close(soft.logits, expected, rtol=0, atol=ATOL)


def _alone(model, batch, row, words, fractions):
    """Logits of one text without padding, of which [CLS] and a fraction of the other words are kept."""
    keep = [1 + round((words - 1) * fraction) for fraction in fractions]
    text = [tensor[row : row + 1, :words] for tensor in batch]
    return model(*text, retention=RetentionConfig(words, (*keep, 1))).logits


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 130), st.integers(0, 9), st.lists(NUMBERS, min_size=RESOLUTION, max_size=RESOLUTION))
def test_the_weights_of_a_text_sum_to_its_mass(words, padding, steps):
    weights = weights_of(steps, words, words + padding)
    # A float32 sum of up to 130 weights: some 130 ulps of a number near 100.
    assert weights.sum().item() == pytest.approx(1 + (words - 1) * sum(steps) / RESOLUTION, rel=1e-5, abs=1e-5)
    assert (weights[words:] == 0).all(), "padding has no share"
    assert ((weights >= 0) & (weights <= 1 + 1e-6)).all()  # an ulp of float32 is 1.2e-7


def test_cls_is_never_weakened():
    weights = weights_of([0.0] * RESOLUTION, 10, 12)
    assert weights.tolist() == [1.0] + [0.0] * 11


def test_weights_follow_significance_and_not_position():
    falling = [1 - step / RESOLUTION for step in range(RESOLUTION)]
    for seed in range(3):
        priority = priorities(20, 20, seed=seed)[0]
        weights = weights_of(falling, 20, 20, seed=seed)
        assert weights.argsort(descending=True).tolist() == priority.argsort(descending=True).tolist()


def test_a_word_takes_the_mean_over_its_share_of_the_axis():
    """Three words after [CLS]: the second has two thirds of step 21, 22..41, and two thirds of step 42."""
    steps = [0.0] * RESOLUTION
    steps[21], steps[42], steps[30] = 0.9, 0.6, 1.0
    weights = weights_of(steps, 4, 4).sort(descending=True).values
    share = 3 / RESOLUTION
    expected = [1.0, (0.9 * 2 / 3 + 1.0 + 0.6 * 2 / 3) * share, 0.9 * 1 / 3 * share, 0.6 * 1 / 3 * share]
    assert weights.tolist() == pytest.approx(expected, abs=1e-6)  # float32 products of numbers below 1


@pytest.mark.parametrize("retention", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("words", [5, 64, 100, 300])
def test_an_edge_has_a_gradient_in_every_text(words, retention):
    soft = soft_at(retention)
    generator = torch.Generator().manual_seed(0)
    weights = soft.weights(0, priorities(words, words), torch.tensor([words]))[0]
    (weights * (1 + torch.rand(words, generator=generator))).sum().backward()
    assert soft.retention.grad.item() > 0


@given(NUMBERS)
def test_weights_fall_over_the_edge_and_nowhere_else(retention):
    (steps,) = soft_at(retention).steps().detach()
    assert (steps.diff() <= 0).all()
    assert ((steps > 0) & (steps < 1)).sum() <= EDGE
    # The slope of the edge, and nothing steeper: 1 / EDGE a step, in float32.
    assert steps.diff().abs().max().item() <= 1 / EDGE + 1e-5


def test_the_ends_keep_all_and_nothing():
    steps = soft_at(1.0, 0.0).steps().detach()
    assert steps[0].tolist() == [1.0] * RESOLUTION
    assert steps[1].tolist() == [0.0] * RESOLUTION


class Faint(SoftExtract):
    """Weights of 0 are a trace above it, so that no row is left out; its share of attention vanishes in float32."""

    def weights(self, encoder: int, priority: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
        return super().weights(encoder, priority, words).clamp_min(1e-12)


def test_rows_of_weight_zero_are_left_out_and_change_nothing(model):
    retention, batch = (0.8, 0.4, 0.1), make_batch([33, 9, 17], 33, vocabulary=len(VOCABULARY), seed=3)
    found = []
    for kind in (SoftExtract, Faint):
        soft = kind(4, 33.0)
        soft.retention.data = torch.tensor(retention)
        output = model(*batch, soft_extract=soft)
        model.zero_grad()
        output.logits.square().sum().backward()
        weights = model.encoder.encoders[0].expand.weight.grad.clone()
        found.append(
            (output.logits.detach(), weights, soft.retention.grad, [x.shape[1] for x in output.encoder.survivors])
        )
    (logits, weights, taught, rows), (all_logits, all_weights, all_taught, all_rows) = found
    # The edge ends at retention * (63 + 13) of 64 steps, and each of the longest text's 32 words has two of them.
    assert rows == [1 + 31, 1 + 16, 1 + 4]
    assert all_rows == [33, 33, 33]
    torch.testing.assert_close(logits, all_logits, rtol=0, atol=ATOL)
    # Gradients of the same sums in another order: float32's 7 digits of numbers near 1, with room for 40 of them.
    for ours, theirs in ((weights, all_weights), (taught, all_taught)):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def test_the_task_teaches_every_encoder(model):
    soft = SoftExtract(4, 33.0)
    batch = make_batch([30, 12, 17, 9], 30, vocabulary=len(VOCABULARY))
    model(*batch, soft_extract=soft).logits.square().sum().backward()
    model.zero_grad()
    assert torch.isfinite(soft.retention.grad).all()
    assert (soft.retention.grad.abs() > 1e-6).all()


def test_a_weight_of_zero_has_a_finite_gradient(model):
    soft = soft_at(0.5, 0.25, 0.125)
    model(*make_batch([32, 16], 32, vocabulary=len(VOCABULARY)), soft_extract=soft).logits.sum().backward()
    model.zero_grad()
    assert torch.isfinite(soft.retention.grad).all()


def test_padding_changes_no_weight(model):
    batch = make_batch([17, 9], 17, vocabulary=len(VOCABULARY))
    soft = soft_at(0.9, 0.6, 0.3)
    with torch.no_grad():
        short, long = (model(*one, soft_extract=soft).logits for one in (batch, batch.widen(40)))
    torch.testing.assert_close(long, short, rtol=0, atol=ATOL)


def test_clip_puts_parameters_back():
    soft = soft_at(-0.5, 1.5, 0.25)
    soft.clip()
    assert soft.retention.tolist() == [0.0, 1.0, 0.25]
    assert soft.retention.requires_grad


@given(st.lists(NUMBERS, min_size=1, max_size=6))
def test_the_schedule_is_one_whatever_the_masses_are(masses):
    soft = Steps(torch.tensor(masses).unsqueeze(1).expand(-1, RESOLUTION))
    soft.mean_length = 20.0
    fractions = soft.schedule().fractions
    assert len(fractions) == len(masses) + 1
    assert all(0 < fraction <= 1 for fraction in fractions)
    assert fractions[-1] == fractions[-2]
    smallest = 1.0
    for mass, fraction in zip(masses, fractions, strict=False):
        smallest = min(smallest, (1 + 19 * mass) / 20)  # [CLS] is one of 20 words
        assert fraction == pytest.approx(smallest, rel=1e-5)  # a float32 mean of 64 equal numbers
    assert fractions == tuple(sorted(fractions, reverse=True))
