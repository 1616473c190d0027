"""Scoring: predictions of a stand-in, counted by hand, and the eager predictor against the model itself."""

import json

import numpy as np
import pytest
import torch

from edge_power.data import DataError
from edge_power.errors import OptionError
from edge_power.evaluation import CHUNK, Answer, EagerPredictor, evaluate
from edge_power.model.retention_file import parse_keep
from edge_power_runtime.tasks import Regression, task_named
from tests.edge_power.conftest import assert_refused
from tests.tiny import tiny_config, tiny_model


class Parrot:
    """Answers a text with the numbers written in it."""

    tiers = ()

    def __init__(self, labels=("no", "yes")):
        self.labels = labels
        self.task = task_named("classification" if labels else "regression")
        self.asked = []

    def answer(self, texts):
        self.asked.append(len(texts))
        return [
            Answer(tuple(map(float, (text if isinstance(text, str) else text[1]).split())), "9" in text, macs=len(text))
            for text in texts
        ]


def write(tmp_path, *rows, header="label\ttext_a"):
    path = tmp_path / "dev.tsv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def test_a_hand_count(tmp_path):
    """yes: two of three found; no: one of two. One tie, which goes to the first label."""
    path = write(tmp_path, "yes\t0 1", "yes\t-5 -4", "yes\t2 1", "no\t1 1", "no\t0 9")
    found = evaluate(Parrot(), path)
    assert found.rows == 5
    assert found.truncated == 1
    assert found.metrics["accuracy"] == pytest.approx(3 / 5)
    assert found.metrics["f1"] == pytest.approx(2 * 2 / (2 * 2 + 1 + 1))
    assert found.metrics["matthews"] == pytest.approx((2 * 1 - 1 * 1) / (3 * 3 * 2 * 2) ** 0.5)


def test_labels_by_number_and_pairs(tmp_path):
    path = write(tmp_path, "1\tx\t0 1", "0\tx\t0 1", header="label\ttext_a\ttext_b")
    assert evaluate(Parrot(), path).metrics["accuracy"] == 0.5


def test_regression(tmp_path):
    path = write(tmp_path, "0.5\t1", "1.5\t2", "4.0\t7")
    found = evaluate(Parrot(labels=()), path).metrics
    assert found["pearson"] == pytest.approx(np.corrcoef([0.5, 1.5, 4], [1, 2, 7])[0, 1])
    assert found["spearman"] == pytest.approx(1)


def test_rows_are_streamed_and_counted(tmp_path):
    parrot, done = Parrot(), []
    evaluate(parrot, write(tmp_path, *["yes\t0 1"] * (2 * CHUNK + 3)), progress=done.append)
    assert parrot.asked == done == [CHUNK, CHUNK, 3]


def test_an_unknown_label_is_named_with_its_row(tmp_path):
    with pytest.raises(DataError, match=r"dev\.tsv, row 3: the label 'maybe' is unknown to the model"):
        evaluate(Parrot(), write(tmp_path, "yes\t0 1", "maybe\t0 1"))


@pytest.mark.parametrize("keep", [None, "0.8,0.5,0.3"])
def test_eager_pads_to_the_smallest_length_that_holds_a_text(model, keep):
    retention = None if keep is None else parse_keep(keep)
    texts = ["a good film", "the way it was not bad again , never", "dull", ("good ?", "no")]
    answers = EagerPredictor(model, [24, 8], retention).answer(texts)
    for text, answer in zip(texts, answers, strict=True):
        inputs = model.tokenizer(*((text,) if isinstance(text, str) else text))
        length = 8 if len(inputs.input_ids) <= 8 else 24
        padded = model.tokenizer.pad({name: [item] for name, item in inputs.items()}, "max_length", length)
        tensors = {name: torch.tensor(item) for name, item in padded.items()}
        config = None if retention is None else retention.at(length, encoders=4)
        with torch.no_grad():
            expected = model(**tensors, retention=config).logits[0].tolist()
        np.testing.assert_allclose(answer.logits, expected, rtol=0, atol=1e-5)
        assert not answer.truncated


def test_eager_cuts_at_the_longest_length(model):
    (answer,) = EagerPredictor(model, [8]).answer(["film " * 50])
    assert answer.truncated
    (same,) = EagerPredictor(model, [8]).answer(["film " * 6])
    assert answer.logits == pytest.approx(same.logits, abs=1e-6)
    assert not same.truncated


def test_eager_refuses_lengths(model):
    with pytest.raises(OptionError, match="position table of 64"):
        EagerPredictor(model, [65])


def test_eager_knows_its_task():
    regression = EagerPredictor(tiny_model(tiny_config(labels=(), task="regression")), [8])
    assert (regression.task, regression.labels) == (Regression(), ())
    assert len(regression.answer(["dull"])[0].logits) == 1


def test_the_default_lengths_go_as_far_as_the_model(cli, checkpoint, tmp_path):
    """The tiny model has 64 positions: a text of 70 words is cut there, and no default asks for 128."""
    data = write(tmp_path, "negative\tdull", "positive\t" + "film " * 70)
    default = cli("evaluate", checkpoint, "--data", data, "--json")
    assert (default.status, default.err) == (0, "")
    assert json.loads(default.out)["truncated"] == 1
    assert default.out == cli("evaluate", checkpoint, "--data", data, "--lengths", "32,64", "--json").out
    assert_refused(cli("evaluate", checkpoint, "--data", data, "--lengths", ","), "length")
