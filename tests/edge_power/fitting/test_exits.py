"""Heads behind some encoders, trained while the model is re-trained for its budgets."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from edge_power.errors import OptionError
from edge_power.fitting.options import Goal
from edge_power.fitting.record import FitRecord
from edge_power.fitting.run import fit
from edge_power.fitting.texts.score import metric_of, predict, predict_all
from edge_power.fitting.training.module import FitModel
from edge_power.fitting.training.objective import Distillation, logits_distance
from edge_power.fitting.training.phase import Phase, Texts, Training
from edge_power.fitting.training.trainer import EXITS_RATE, EXITS_WEIGHT, PhaseTrainer
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power_runtime import RetentionSchedule
from tests.tiny_fit import make_rows, options_of, source_of, taught_model, tokens_of, untaught_model, write_task

EXITS = (1, 2)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The task, and a model that knows it, with exits that it learned elsewhere."""
    directory = tmp_path_factory.mktemp("exits")
    write_task(directory, rows=160)
    model = taught_model()
    model.put_exits((2,))
    model.save_pretrained(directory / "taught")
    return directory


@pytest.fixture(scope="module")
def fitted(place: Path) -> tuple[FitRecord, PowerForSequenceClassification]:
    """For two budgets with exits, and read back."""
    goal = Goal(budgets={"balanced": 0.6, "fast": 0.4})
    options = options_of(place / "taught", source_of(place / "train.tsv"), place / "out", goal)
    record = fit(replace(options, dev=source_of(place / "dev.tsv"), exits=EXITS))
    return record, PowerForSequenceClassification.from_pretrained(place / "out")


def test_each_budget_tells_what_its_exits_say(fitted, place):
    record, model = fitted
    dev = tokens_of(model, make_rows(150, seed=2))
    assert model.config.exits == EXITS
    for budget in record.budgets:
        schedule = RetentionSchedule(budget.schedule)
        found = [metric_of(logits, dev, "accuracy") for logits in predict_all(model, dev, schedule)]
        assert [one.dev_metric for one in budget.exits] == found[:-1]
        assert budget.dev_metric == found[-1] == metric_of(predict(model, dev, schedule), dev, "accuracy")
        assert [one.encoder for one in budget.exits] == list(EXITS)
    assert json.loads((place / "out" / "fit.json").read_text())["options"]["exits"] == "1, 2"
    page = (place / "out" / "report.html").read_text()
    assert "Exits, each answering every text" in page and page.count("behind encoder") == 1


def test_exits_learn(fitted):
    """They began as copies of a head that reads another encoder."""
    record, model = fitted
    assert min(one.dev_metric for budget in record.budgets for one in budget.exits) > 0.8
    assert not torch.equal(model.exits["1"].pooler.weight, model.head.pooler.weight)


def test_a_fit_without_exits_leaves_none_of_other_weights(place):
    options = options_of(place / "taught", source_of(place / "train.tsv"), place / "plain", Goal(target=0.5))
    record = fit(replace(options, fewest_steps=2))
    assert PowerForSequenceClassification.from_pretrained(place / "plain").config.exits == ()
    assert record.budgets[0].exits == ()


def test_exits_lose_what_the_head_loses_at_their_weight(tmp_path):
    model, teacher = untaught_model(), taught_model()
    texts = Texts(tokens_of(model, make_rows(8, seed=1)), tokens_of(model, make_rows(8, seed=2)))
    model.put_exits(EXITS)
    phase = Phase("re-train", "re-train", 1, 1e-3, distillation=Distillation(logits=1.0, augment=0.0))
    trainer = PhaseTrainer(
        phase, Training(batch_size=8), texts, FitModel(model), directory=tmp_path, teacher=teacher, callbacks=[]
    )
    batch = trainer.data_collator([texts.train[row] for row in range(8)])
    loss = trainer.compute_loss(trainer.model, dict(batch))
    words = {name: tensor for name, tensor in batch.items() if name != "labels"}
    answer, taught = model(**words), teacher(**words).logits.detach()
    first, second = (logits_distance(logits, taught) for logits in answer.exits)
    expected = logits_distance(answer.logits, taught) + EXITS_WEIGHT * (first + second) / 2
    torch.testing.assert_close(loss, expected, rtol=1e-5, atol=0)  # the same products, in another batch's order
    own = {id(parameter) for parameter in model.exits.parameters()}
    groups = trainer.create_optimizer().param_groups
    rates = {id(one): group["lr"] for group in groups for one in group["params"]}
    assert all(rate == (1e-3 * EXITS_RATE if one in own else 1e-3) for one, rate in rates.items())
    assert len(rates) == sum(1 for _ in model.parameters()) and own <= set(rates)
    factors = [factor(0) for factor in trainer.create_scheduler(10).lr_lambdas]
    assert len(factors) == len(groups) == 3 and len(set(factors)) == 1


@pytest.mark.parametrize(
    ("exits", "changes", "expected"),
    [
        ((3,), {}, "`exits`: no exit can be at encoder 3, behind which the model's own head stands; of this model's 3"),
        ((1, 1), {}, "`exits`: the exit at encoder 1 is there twice; name each once"),
        ((2,), {"encoders": 2}, "`exits`: no exit can be at encoder 2, behind which the model's own head stands"),
        ((2,), {"goal": Goal(max_loss=1.0)}, "`exits` stand behind encoders of a known depth, and `max_loss` may end"),
    ],
)
def test_exits_that_cannot_be(place, exits, changes, expected):
    options = options_of(place / "taught", source_of(place / "train.tsv"), place / "none", Goal(target=0.5))
    with pytest.raises(OptionError) as caught:
        fit(replace(options, exits=exits, **changes))
    assert str(caught.value).startswith(expected)
    assert not (place / "none").exists() and not (place / "none.unfinished").exists()
