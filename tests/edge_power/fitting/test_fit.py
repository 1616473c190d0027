"""Whole fits of a tiny model on a task that it can learn; each fit is made once and looked at from many sides."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from edge_power.conversion.plan import default_budgets
from edge_power.fitting.options import Epochs, Goal
from edge_power.fitting.record import FitRecord
from edge_power.fitting.run import fit
from edge_power.fitting.texts.score import score
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.macs import count_macs, count_unpruned
from edge_power_runtime import RetentionSchedule
from tests.tiny import tiny_config
from tests.tiny_fit import (
    ENCODERS,
    make_rows,
    options_of,
    source_of,
    taught_model,
    tokens_of,
    untaught_model,
    write_task,
    write_tsv,
)

TARGET = 0.4
Made = tuple[FitRecord, Path]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The task, a model that knows it, and one that has a head for it and knows nothing."""
    directory = tmp_path_factory.mktemp("fit")
    write_task(directory)
    taught_model(dropout=0.1).save_pretrained(directory / "taught")
    untaught_model().save_pretrained(directory / "untaught")
    return directory


class Lines:
    """A watcher that remembers what stays on the screen."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def begin(self, description: str, total: int, done: int = 0) -> None: ...

    def advance(self, steps: int, note: str = "") -> None: ...

    def line(self, text: str) -> None:
        self.said.append(text)


def make(
    place: Path, name: str, goal: Goal, *, model: str = "taught", lines: Lines | None = None, **changes: Any
) -> Made:
    options = options_of(place / model, source_of(place / "train.tsv"), place / name, goal)
    record = fit(replace(options, dev=source_of(place / "dev.tsv"), **changes), lines)
    return record, place / name


def read(output: Path) -> dict[str, Any]:
    return json.loads((output / "fit.json").read_text(encoding="utf-8"))


def dev_lengths() -> np.ndarray:
    return tokens_of(untaught_model(), make_rows(150, seed=2)).lengths


def left_over(schedule: tuple[float, ...], lengths: np.ndarray, encoders: int = ENCODERS) -> float:
    """Multiply-adds left, text by text."""
    config, whole = (replace(tiny_config(), num_encoders=count) for count in (encoders, ENCODERS))
    kept = sum(count_macs(config, RetentionSchedule(schedule).at(int(length))).total for length in lengths)
    return kept / sum(count_unpruned(whole, int(length)) for length in lengths)


@pytest.fixture(scope="module")
def untaught(place: Path) -> tuple[FitRecord, Path, Lines]:
    lines = Lines()
    return *make(place, "to-a-target", Goal(target=TARGET), model="untaught", lines=lines, learning_rate=3e-3), lines


def test_a_head_that_knows_nothing_is_fine_tuned(untaught):
    record, _, lines = untaught
    assert [phase.name for phase in record.phases] == ["fine-tune", "search", "re-train"]
    assert lines.said[0].endswith("has a head for such labels that is no better than a constant; fine-tuning it")
    assert len(lines.said) == 4
    for line, phase in zip(lines.said[1:], record.phases, strict=True):
        assert line.startswith(f"{phase.title}: accuracy {phase.metric:.4f} on the texts held out, ")
        assert f" {phase.steps} steps in " in line


def test_a_model_that_learned_next_to_nothing_is_told_of(place):
    lines = Lines()
    short = Epochs(0, 0, 0, 0)
    make(
        place, "barely", Goal(target=TARGET), model="untaught", lines=lines, epochs=short, fewest_steps=2,
        learning_rate=1e-6,
    )  # fmt: skip
    assert lines.said[1].startswith("fine-tune: accuracy ")
    assert lines.said[2].startswith("on the 36 texts held out, the fine-tuned model is not clearly better than an ")
    assert lines.said[2].endswith("; give more texts, more epochs of fine-tuning or another learning rate")


def test_steps_follow_from_the_epochs(untaught):
    """324 texts are trained on in batches of 16: 6 epochs, 2 epochs, and the fewest steps where that is more."""
    record, _, _ = untaught
    assert record.data.train_rows == 324
    assert [phase.steps for phase in record.phases] == [122, 41, 20]
    assert all(phase.log[-1].step == phase.steps for phase in record.phases)


def test_the_target_is_met_at_the_true_lengths(untaught):
    record, _, _ = untaught
    (budget,) = record.budgets
    assert TARGET * 0.97 <= record.phases[-1].multiply_adds <= TARGET, "on the texts held out, which it was set on"
    exact = left_over(budget.schedule, dev_lengths())
    assert exact == pytest.approx(TARGET, rel=0.03), "on other texts of the same kind, all of them"
    # 32 lengths stand for 150 texts.
    assert budget.multiply_adds == pytest.approx(exact, abs=0.005)
    full = left_over((1.0,) * ENCODERS, dev_lengths())
    assert budget.of_full == pytest.approx(exact / full, abs=0.01)


def test_it_learns_to_drop_words_and_keep_the_answer(untaught):
    record, _, _ = untaught
    (budget,) = record.budgets
    assert record.unpruned_dev > 0.95 and record.unpruned_select > 0.9
    assert budget.dev_metric > 0.9
    assert budget.schedule[0] < 1
    search = record.phases[1]
    masses = [point.masses for point in search.log if point.masses]
    assert all(len(one) == ENCODERS - 1 for one in masses)
    assert sum(masses[-1]) < 0.8 * sum(masses[0])
    prices = [point.price for point in search.log if point.price is not None]
    assert prices[0] > 0 and prices[-1] > 0
    assert len(set(prices)) > 1, "it is steered"


def test_the_output_is_whole_and_nothing_else_stays(untaught, place):
    record, output, _ = untaught
    expected = {"config.json", "model.safetensors", "retention.json", "fit.json", "report.html", "metrics.jsonl"}
    names = {path.name for path in output.iterdir()}
    assert expected <= names and {"tokenizer.json", "tokenizer_config.json"} <= names
    assert not any(path.suffix in (".bin", ".pt", ".pth") for path in output.rglob("*")), "nothing pickled"
    assert not (place / "to-a-target.unfinished").exists()
    assert json.loads((output / "retention.json").read_text(encoding="utf-8")) == {
        "schedule": list(record.budgets[0].schedule)
    }


def test_fit_json_is_the_record(untaught):
    record, output, _ = untaught
    content = read(output)
    assert content.pop("schema_version") == 1
    assert set(content) == {
        "model", "task", "metric", "encoders", "unpruned_select", "unpruned_dev", "data", "phases", "candidates",
        "budgets", "options", "versions", "seconds", "files",
    }  # fmt: skip
    assert (content["model"], content["task"], content["metric"], content["encoders"]) == (
        "untaught", "classification", "accuracy", ENCODERS,
    )  # fmt: skip
    assert content["data"] == {
        "train_rows": 324, "select_rows": 36, "dev_rows": 150, "truncated": 0,
        "mean_length": content["data"]["mean_length"], "dev_mean_length": pytest.approx(dev_lengths().mean()),
    }  # fmt: skip
    assert content["files"] == sorted(path.name for path in output.iterdir())
    assert content["seconds"] == pytest.approx(sum(phase["seconds"] for phase in content["phases"]))
    assert content["budgets"][0]["dev_metric"] == record.budgets[0].dev_metric
    assert set(content["versions"]) == {"edge-power", "torch", "transformers", "accelerate"}
    assert content["options"]["seed"] == "0" and "output" not in content["options"]


def test_metrics_are_logged_line_by_line(untaught):
    record, output, _ = untaught
    lines = [json.loads(line) for line in (output / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    assert list(dict.fromkeys(line["phase"] for line in lines)) == [phase.title for phase in record.phases]
    for phase in record.phases:
        logged = [line for line in lines if line["phase"] == phase.title]
        assert len([line for line in logged if "loss" in line]) >= 20
        assert [line["eval_metric"] for line in logged if "eval_metric" in line][-1] == phase.metric
        steps = [line["step"] for line in logged]
        assert steps == sorted(steps) and steps[-1] == phase.steps


def test_the_report_is_one_file(untaught):
    _, output, _ = untaught
    page = (output / "report.html").read_text(encoding="utf-8")
    assert "fine-tune" in page and "re-train" in page
    assert "http://" not in page.replace("http://www.w3.org", "") and "<script src" not in page


def test_the_fitted_checkpoint_scores_what_the_record_says(untaught):
    record, output, _ = untaught
    model = PowerForSequenceClassification.from_pretrained(output)
    dev = tokens_of(model, make_rows(150, seed=2))
    schedule = model.budgets["balanced"].schedule
    assert score(model, dev, "accuracy", schedule) == record.budgets[0].dev_metric
    assert schedule.fractions == record.budgets[0].schedule


@pytest.fixture(scope="module")
def budgets(place: Path) -> Made:
    return make(place, "budgets", Goal(budgets={"balanced": 0.5, "fast": 0.3}))


def test_a_model_that_knows_the_task_is_not_fine_tuned_again(budgets):
    record, _ = budgets
    assert [phase.name for phase in record.phases] == ["search", "re-train"]
    assert record.unpruned_dev > 0.95


def test_several_budgets_share_one_set_of_weights(budgets):
    record, output = budgets
    assert [budget.name for budget in record.budgets] == ["balanced", "fast"]
    for budget, target in zip(record.budgets, (0.5, 0.3), strict=True):
        assert left_over(budget.schedule, dev_lengths()) == pytest.approx(target, rel=0.03)
        assert budget.dev_metric > 0.85
    assert record.phases[-1].schedule == ()
    # Each is scaled down to its own target on the texts held out.
    assert 0.4 * 0.97 <= record.phases[-1].multiply_adds <= 0.4


def test_convert_takes_every_budget(budgets):
    record, output = budgets
    content = json.loads((output / "retention.json").read_text(encoding="utf-8"))
    assert content == {"budgets": {budget.name: {"schedule": list(budget.schedule)} for budget in record.budgets}}
    model = PowerForSequenceClassification.from_pretrained(output)
    offered = default_budgets(model)
    assert list(offered)[:2] == ["balanced", "fast"]
    for budget in record.budgets:
        assert offered[budget.name].at(24, encoders=ENCODERS) == RetentionSchedule(budget.schedule).at(24)


@pytest.fixture(scope="module")
def priced(place: Path) -> Made:
    return make(place, "priced", Goal(price=0.02), encoders=2)


@pytest.mark.thorough
def test_the_papers_price_is_held(priced):
    record, _ = priced
    depth, search, retrain = record.phases
    assert [phase.name for phase in record.phases] == ["depth", "search", "re-train"]
    assert {point.price for point in search.log if point.price is not None} == {0.02}
    assert search.schedule == retrain.schedule == record.budgets[0].schedule
    assert search.schedule[0] < 0.9, "a price of 0.02 a word is dear"


@pytest.mark.thorough
def test_a_cheaper_price_keeps_more(place, priced):
    record, _ = make(place, "cheaper", Goal(price=1e-5), encoders=2)
    assert record.budgets[0].multiply_adds > priced[0].budgets[0].multiply_adds + 0.05


def test_fewer_encoders_are_a_checkpoint_of_their_own(priced):
    record, output = priced
    assert record.encoders == 2 and len(record.budgets[0].schedule) == 2
    config = json.loads((output / "config.json").read_text(encoding="utf-8"))
    assert config["num_hidden_layers"] == 2
    model = PowerForSequenceClassification.from_pretrained(output)
    assert model.config.num_encoders == 2
    # Against all three encoders, not against the two that are left.
    exact = left_over(record.budgets[0].schedule, dev_lengths(), encoders=2)
    assert record.budgets[0].multiply_adds == pytest.approx(exact, abs=0.005)
    assert record.phases[0].multiply_adds < 0.55
    assert record.budgets[0].dev_metric > 0.85


@pytest.fixture(scope="module")
def explored(place: Path) -> Made:
    return make(place, "explored", Goal(max_loss=5.0), fewest_steps=12)


@pytest.mark.thorough  # cli/test_fit.py asks for a loss, too
def test_the_cheapest_within_a_loss_is_chosen(explored):
    record, _ = explored
    (chosen,) = [one for one in record.candidates if one.chosen]
    assert chosen.metric >= record.unpruned_select - 0.05
    assert chosen.schedule == record.budgets[0].schedule and chosen.encoders == record.encoders
    assert chosen.metric == record.budgets[0].select_metric
    whole = next(one for one in record.candidates if one.stage == "fine-tuned")
    assert chosen.expected_latency < whole.expected_latency
    shared = [one for one in record.candidates if one.stage == "shared weights" and one.metric >= whole.metric - 0.05]
    dearest = max(one.expected_latency for one in shared)
    assert chosen.expected_latency <= dearest


@pytest.mark.thorough
def test_what_was_tried_is_told(explored):
    record, output = explored
    assert {one.encoders for one in record.candidates} == {2, 3}
    assert {one.stage for one in record.candidates} >= {"fine-tuned", "shared weights", "re-trained"}
    targets = [one.multiply_adds for one in record.candidates if one.stage == "shared weights" and one.encoders == 3]
    steps = np.diff(targets)
    # Each is 0.05 below the one before, or a word of 32 lengths less.
    assert len(targets) >= 6 and steps == pytest.approx(0.05, abs=0.01)
    page = (output / "report.html").read_text(encoding="utf-8")
    assert "re-trained" in page
    assert {phase.name for phase in record.phases} == {"depth", "search", "re-train"}


def test_nothing_good_enough_leaves_the_model_whole(place):
    """A rate that tears the model apart: whatever is trained is worse than a tenth of a point allows."""
    record, output = make(
        place, "hopeless", Goal(max_loss=0.1), fewest_steps=4, learning_rate=1.0, encoders=2, retention_rate=0.5
    )
    (chosen,) = [one for one in record.candidates if one.chosen]
    assert chosen.stage == "fine-tuned"
    assert record.budgets[0].schedule == (1.0,) * ENCODERS
    assert record.encoders == ENCODERS
    ours = PowerForSequenceClassification.from_pretrained(output).state_dict()
    theirs = PowerForSequenceClassification.from_pretrained(place / "taught").state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


@pytest.fixture(scope="module")
def regression(place: Path) -> Made:
    """Pairs of texts whose value says which of them holds a telling word; the model is fitted from its encoder."""
    rows = [
        (first, second, str(round(1.5 * (left == "positive") + 0.5 * (right == "positive"), 2)))
        for (first, left), (second, right) in zip(make_rows(360, seed=3), make_rows(360, seed=4)[::-1], strict=True)
    ]
    write_tsv(place / "pairs.tsv", rows, header=("text_a", "text_b", "label"))
    options = options_of(place / "taught", source_of(place / "pairs.tsv"), place / "pairs", Goal(target=0.5))
    record = fit(replace(options, select=source_of(place / "pairs.tsv"), max_length=40))
    return record, place / "pairs"


def test_a_regression_of_pairs(regression):
    record, output = regression
    assert (record.task, record.metric) == ("regression", "spearman")
    assert record.phases[0].name == "fine-tune", "a head for labels is no head for values"
    assert record.unpruned_select > 0.5
    assert record.budgets[0].select_metric > 0.4
    assert record.budgets[0].dev_metric is None and record.unpruned_dev is None
    assert record.data.dev_rows == 0
    model = PowerForSequenceClassification.from_pretrained(output)
    assert model.config.task == "regression" and model.config.num_logits == 1


def test_texts_to_choose_by_may_be_given(regression):
    record, _ = regression
    assert record.data.train_rows == record.data.select_rows == 360


def test_longer_texts_are_cut_and_counted(regression):
    record, output = regression
    texts = [len(line.split("\t")[0].split() + line.split("\t")[1].split()) + 3 for line in _lines(output.parent)]
    long = sum(length > 40 for length in texts)
    assert long > 0
    assert record.data.truncated == read(output)["data"]["truncated"] == 2 * long, "those to train on and to choose by"


def _lines(place: Path) -> list[str]:
    return (place / "pairs.tsv").read_text(encoding="utf-8").splitlines()[1:]
