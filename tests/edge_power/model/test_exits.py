"""Heads behind some encoders: what they read, and a checkpoint that carries them."""

import json
import re
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification

from edge_power.errors import CheckpointError
from edge_power.fitting.depth import lowest_encoders
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.exits import exits_fault
from edge_power.model.families import FAMILIES
from edge_power.model.macs import count_macs
from edge_power.model.retention_file import parse_retention, read_budgets
from edge_power_runtime import RetentionConfig, RetentionError, RetentionSchedule
from edge_power_runtime.tasks import task_named
from tests.edge_power.conftest import make_batch
from tests.tiny import tiny_config, tiny_model
from tests.tiny_families import family_checkpoint

SCHEDULE = RetentionSchedule((0.8, 0.5, 0.3, 0.3))


def with_exits(model, exits=(1, 3)):
    """The model with heads that differ from one another and from its own."""
    model.put_exits(exits)
    with torch.no_grad():
        for head in model.exits.values():
            head.pooler.weight.add_(torch.randn_like(head.pooler.weight) * 0.1)
    return model


def test_an_exit_reads_the_mean_of_the_words_behind_its_encoder():
    model = with_exits(tiny_model())
    batch = make_batch([9, 16], 16, vocabulary=model.config.vocab_size)
    with torch.no_grad():
        output = model(*batch, retention=SCHEDULE)
        plain = tiny_model()(*batch, retention=SCHEDULE)
        first = model.exits["1"](output.encoder.means[0])
        longer = model(*batch.widen(24), retention=SCHEDULE)
    assert [tuple(logits.shape) for logits in output.exits] == [(2, 2), (2, 2)]
    assert torch.equal(output.exits[0], first)
    # Padding counts for nothing; the sums are of other lengths.
    torch.testing.assert_close(longer.exits[0], output.exits[0], rtol=0, atol=1e-5)
    assert not torch.equal(output.exits[0], output.exits[1])
    assert torch.equal(output.logits, plain.logits), "exits change nothing of the model's own answer"
    assert plain.exits == ()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_checkpoint_carries_them_and_transformers_reads_it(tmp_path, family):
    theirs = family_checkpoint(tmp_path / "theirs", family)
    model = with_exits(PowerForSequenceClassification.from_pretrained(tmp_path / "theirs"), (2,))
    model.save_pretrained(tmp_path / "ours")
    assert json.loads((tmp_path / "ours" / "retention.json").read_text()) == {"exits": [2]}
    again = PowerForSequenceClassification.from_pretrained(tmp_path / "ours")
    assert again.config.exits == (2,) and again.config == model.config
    expected = model.state_dict()
    assert {"exits.2.pooler.weight", "exits.2.classifier.bias"} <= set(expected)
    assert again.state_dict().keys() == expected.keys()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in again.state_dict().items())
    stock = AutoModelForSequenceClassification.from_pretrained(tmp_path / "ours").eval()
    ids = torch.tensor([[2, 8, 9, 3]])
    with torch.no_grad():
        # The first attends with another kernel than the second, which the fixture made; 1e-5 is the project's bar.
        torch.testing.assert_close(stock(ids).logits, theirs.eval()(ids).logits, rtol=0, atol=1e-5)


def test_they_stand_beside_budgets(tmp_path):
    model = with_exits(tiny_model())
    model.budgets = parse_retention('{"schedule": [0.8, 0.5, 0.3]}').budgets
    model.save_pretrained(tmp_path)
    found = json.loads((tmp_path / "retention.json").read_text())
    assert found == {"exits": [1, 3], "schedule": [0.8, 0.5, 0.3]}
    assert list(PowerForSequenceClassification.from_pretrained(tmp_path).budgets) == ["balanced"]
    (tmp_path / "retention.json").write_text('{"exits": [1, 3]}')
    with pytest.raises(RetentionError, match="it speaks of exits alone; expected a schedule or budgets"):
        read_budgets(tmp_path / "retention.json")


@pytest.mark.parametrize(
    ("exits", "expected"),
    [
        ("[9]", "no exit can be at encoder 9; of this model's 4, those are 1..3"),
        ("[0]", "no exit can be at encoder 0; of this model's 4, those are 1..3"),
        ("[4]", "no exit can be at encoder 4, behind which the model's own head stands; of this model's 4, those are"),
        ("[3, 3]", "the exit at encoder 3 is there twice; name each once"),
        ("[true]", "exits holds numbers of encoders such as [2, 4], found [True]"),
        ('"2"', "exits holds numbers of encoders such as [2, 4], found '2'"),
        (f"[{'1, ' * 600}1]", "a number per encoder, at most 512, found 601"),
    ],
)
def test_exits_that_no_checkpoint_has(tmp_path, exits, expected):
    with_exits(tiny_model()).save_pretrained(tmp_path)
    (tmp_path / "retention.json").write_text(f'{{"exits": {exits}}}')
    with pytest.raises(RetentionError, match=re.escape(expected)) as caught:
        PowerForSequenceClassification.from_pretrained(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_checkpoint_without_their_weights(tmp_path):
    with_exits(tiny_model()).save_pretrained(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    del weights["exits.3.classifier.bias"]
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(CheckpointError, match=r"lacks the weights exits\.3\.classifier\.bias"):
        PowerForSequenceClassification.from_pretrained(tmp_path)


@pytest.mark.parametrize("task", ["regression", "multi_label_classification"])
def test_a_task_without_a_likeliest_label_has_none(task):
    assert exits_fault((), encoders=4, task=task) is None
    assert exits_fault((1,), encoders=4, task=task) == (
        f"a model for {task} has no exits, since {task_named(task).no_confidence}, so that none can be sure"
    )


def test_fewer_encoders_take_none_along():
    shallow = lowest_encoders(with_exits(tiny_model()), 3)
    assert shallow.config.exits == () and not list(shallow.exits)


def test_a_head_costs_far_less_than_an_encoder():
    """Of MiniLM at 32 words a tenth of the last encoder, which computes one row, and a hundredth of any other."""
    minilm = replace(tiny_config(), hidden_size=384, num_encoders=6, num_heads=12, intermediate_size=1536)
    count = count_macs(minilm, RetentionConfig(32, (32, 32, 32, 16, 8, 1)))
    assert count.head < count.encoders[-1] / 10 and count.head < min(count.encoders[:-1]) / 100
