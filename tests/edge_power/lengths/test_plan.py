"""The lengths of a conversion: what they are chosen by, and what is said of them."""

import io
import sys
import types
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edge_power.api.lengths import AutoLengths
from edge_power.data import Source, read_examples
from edge_power.errors import OptionError
from edge_power.lengths.choose import choose_lengths
from edge_power.lengths.counts import TokenCounts, count_tokens
from edge_power.lengths.expected import length_cost
from edge_power.lengths.plan import mean_cost, plan_lengths, price
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.macs import count_macs
from edge_power.model.retention_file import FULL, Retention, parse_keep
from edge_power.model.tokenizer import text_encoder
from edge_power_runtime.profiler.report.record import LatencyRates
from edge_power_runtime.retention import RetentionConfig, RetentionSchedule
from tests.edge_power.conftest import SHARED
from tests.profile_records import latency_table

ALL = Retention(schedule=RetentionSchedule.full(4))
HALF = parse_keep("0.5,0.25,0.25")


class Told:
    """Keeps the lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def begin(self, description: str, total: int | None = None, done: int = 0) -> None:
        """Nothing."""

    def advance(self, steps: int, note: str = "") -> None:
        """Nothing."""

    def line(self, text: str) -> None:
        self.lines.append(text)


@pytest.fixture
def texts(tmp_path: Path) -> Source:
    """Ten texts of 3 tokens, five of 6, one of 12."""
    rows = ["a"] * 10 + ["a film a film"] * 5 + ["a film " * 5]
    path = tmp_path / "texts.tsv"
    path.write_text("text_a\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return Source(str(path))


def test_lengths_and_what_is_said_of_them(model, texts):
    told = Told()
    assert plan_lengths(model, {FULL: ALL}, texts, most=2, progress=told) == (6, 12)
    macs = {length: count_macs(model.config, RetentionSchedule.full(4).at(length)).total for length in (3, 6, 12)}
    spent = 15 * macs[6] + macs[12]
    assert spent < 10 * macs[3] + 6 * macs[12]  # what 3 and 12 would cost
    true = 10 * macs[3] + 5 * macs[6] + macs[12]
    assert told.lines == [
        f"lengths 6,12 for 16 texts of {texts}: {spent / 16 / macs[12]:.2f} of the multiply-adds of padding all to 12, "
        f"{spent / true:.2f} of their true lengths'"
    ]


def test_each_budget_counts_alike(model, texts):
    """Of two budgets each relative to its own cost at the true lengths, so that the dear one does not decide alone."""
    told = Told()
    plan_lengths(model, {"half": HALF, FULL: ALL}, texts, most=1, progress=told)
    (line,) = told.lines
    expected = []
    for retention in (HALF, ALL):
        cost = price(model.config, retention)
        expected.append(16 * cost(12) / (10 * cost(3) + 5 * cost(6) + cost(12)))
    assert line.endswith(
        f": 1.00 of the multiply-adds of padding all to 12, {np.mean(expected):.2f} of their true "
        "lengths', mean of 2 budgets"
    )


def test_a_dear_budget_does_not_decide_alone():
    """Its cost a thousand times the other's, and hardly rising: the other's rise is what is seen."""
    counts = TokenCounts((2, 4), (1, 1))
    found = mean_cost(counts, [float, lambda tokens: 1000.0 + 100 * (tokens == 4)])
    # (2 / 3 + 1000 / 1050) / 2 and (4 / 3 + 1100 / 1050) / 2
    assert found == pytest.approx([0.80952, 1.19048], abs=1e-5)


def test_a_latency_table_makes_time_least(model, texts):
    """Where a length costs its floor whatever it is, nothing is gained by a second program."""
    told = Told()
    table = replace(
        latency_table(encoders=4), fixed_ms=5.0, token_ms=0.0, extract_ms=0.0, rates=LatencyRates(0.0, 0.0, 0.0)
    )
    assert plan_lengths(model, {FULL: ALL}, texts, most=3, table=table, progress=told) == (12,)
    assert "1.00 of the milliseconds of padding all to 12, 1.00 of their true lengths'" in told.lines[0]
    assert price(model.config, ALL, table)(7) == 5.0
    dear = replace(table, fixed_ms=0.0, token_ms=1.0)
    assert plan_lengths(model, {FULL: ALL}, texts, most=3, table=dear, progress=told) == (3, 6, 12)
    assert price(model.config, ALL, dear)(7) == 7.0


def test_texts_longer_than_the_position_table_are_counted(model, tmp_path):
    path = tmp_path / "long.tsv"
    path.write_text("text_a\na\n" + f"{'a ' * 100}\n" * 2, encoding="utf-8")
    told = Told()
    assert plan_lengths(model, {FULL: ALL}, Source(str(path)), most=6, progress=told) == (3, 64)
    assert told.lines[1:] == ["! 2 of 3 texts have more than 64 tokens, the model's position table, and will be cut"]


def test_texts_may_come_from_standard_input(model, monkeypatch):
    """Which can be read once; they are looked through before the model is read, and counted after it."""
    rows = b"text_a\na\na film\n"
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(rows)))
    told = Told()
    assert AutoLengths.read("-", None, None).choose(model, {FULL: ALL}, told) == (3, 4)
    assert told.lines[0].startswith("lengths 3,4 for 2 texts of standard input: ")


def test_configurations_alone_have_no_cost_at_other_lengths(model, texts):
    one = Retention(configurations={8: RetentionConfig(8, (4, 2, 2, 1)), 16: RetentionConfig(16, (8, 4, 4, 1))})
    message = "`lengths` auto needs a schedule, and the budget mine has configurations of the lengths 8, 16 alone"
    with pytest.raises(OptionError, match=message):
        plan_lengths(model, {"mine": one}, texts, most=2, progress=Told())


@pytest.mark.real
def test_six_lengths_of_sst2(real_checkpoint):
    """Against all padded to 64. Of the true lengths' cost six cannot have less than 1.13: the choice is exact."""
    data = SHARED / "data" / "SST-2" / "dev.tsv"
    if not data.exists():
        pytest.skip("the data are not beside the checkout")
    real = PowerForSequenceClassification.from_pretrained(real_checkpoint)
    cost = price(real.config, Retention(schedule=RetentionSchedule.full(6)))
    counts = count_tokens((row.content for row in read_examples(data, need_labels=False)), text_encoder(real))
    lengths = choose_lengths(counts, np.array([cost(tokens) for tokens in counts.tokens]), 6)
    assert lengths == (14, 20, 26, 32, 41, 55)
    found = length_cost(FULL, counts, lengths, cost, cost)
    assert found.expected / cost(64) < 0.45
    assert found.of_true == pytest.approx(1.128, abs=0.001)
