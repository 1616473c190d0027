"""`edge-power fit` on the command line: what it says where, and what it refuses."""

import io
import json
import math
import re
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from rich.console import Console

from edge_power.cli.screens import progress_screen
from edge_power.cli.screens.progress_screen import ProgressScreen
from edge_power.errors import FitError
from edge_power.fitting.training.saving import saving
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power_converters.output.staging import OutputError, check_output, staged_directory
from tests.edge_power.conftest import Result, assert_refused
from tests.interrupts import listening
from tests.tiny import tiny_config, tiny_model
from tests.tiny_fit import FILLERS, make_rows, taught_model, write_task, write_tsv

Fit = Callable[..., Result]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("cli-fit")
    write_task(directory, rows=160)
    taught_model().save_pretrained(directory / "taught")
    return directory


@pytest.fixture
def run(cli: Fit, place: Path, tmp_path: Path) -> Fit:
    """`edge-power fit` with a model, texts and an output, in a few steps."""

    def with_defaults(
        *options: object,
        model: Path = place / "taught",
        train: Path = place / "train.tsv",
        output: Path = tmp_path / "fitted",
    ) -> Result:
        return cli(
            "fit", "--model", model, "--train", train, "--output", output, "--min-steps", 4, "--search-epochs", 0,
            "--retrain-epochs", 0, "--fine-tune-epochs", 0, "--batch-size", 16, *options,
        )  # fmt: skip

    return with_defaults


def test_a_fit_from_end_to_end(run, tmp_path):
    long = " ".join(FILLERS * 3)
    dev = write_tsv(tmp_path / "dev.tsv", [*make_rows(20, seed=2), (long, "negative"), (long[::-1], "negative")])
    output = tmp_path / "fitted"
    result = run("--dev", dev)
    assert result.status == 0, result
    for line, title in zip(result.err.splitlines(), ("search (3 encoders)", "re-train"), strict=True):
        assert line.startswith(f"{title}: accuracy "), "without a terminal there are only the lines of phases"
    record = json.loads((output / "fit.json").read_text(encoding="utf-8"))
    table, budgets = result.out.split("\n\n")
    assert [line.split("  ")[0] for line in table.splitlines()] == ["phase", "search (3 encoders)", "re-train"]
    for phase, line in zip(record["phases"], table.splitlines()[1:], strict=True):
        assert f"{phase['metric']:.4f}" in line and f"{phase['multiply_adds']:.2f}" in line
        assert " ".join(f"{fraction:.2f}" for fraction in phase["schedule"][:-1]) in line
    (budget,) = record["budgets"]
    assert budget["name"] == "balanced"
    assert f"{budget['dev_metric']:.4f}" in budgets and "unpruned" in budgets
    assert "multiply-adds: of the unpruned model's, each dev text at its own length; with all words we take" in budgets
    assert re.search(r"^0\.[67]\d of them, as our last encoder", budgets, re.MULTILINE)  # of three encoders
    assert record["data"]["truncated"] == 2
    assert "too long, and cut: 2 texts" in budgets
    assert result.out.splitlines()[-1] == f"  edge-power convert --model {output} --output {output}-bundle"
    # The default target, on the texts held out; a search of 4 steps finds a schedule all the same.
    assert 0.5 * 0.97 <= record["phases"][-1]["multiply_adds"] <= 0.5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dev.tsv", "fitted"]

    again = run()
    assert_refused(again, f"the fitted checkpoint {output} exists; add --force to replace it")


def test_a_target_that_drops_nothing_is_told(run):
    """The default target, half, is more than two of three encoders take with all words."""
    result = run("--encoders", 2, "--depth-epochs", 0)
    assert result.status == 0, result
    told, *phases = result.err.splitlines()
    assert re.fullmatch(
        r"a target of 0\.5 of the multiply-adds drops no word: 2 encoders with all words take 0\.3\d; lower the target",
        told,
    )
    assert [line.partition(":")[0] for line in phases] == ["2 encoders", "search (2 encoders)", "re-train"]


def test_what_was_tried_is_summed_up(run, tmp_path):
    result = run("--max-loss", 99, "--encoders", 3)
    assert result.status == 0, result
    candidates = json.loads((tmp_path / "fitted" / "fit.json").read_text(encoding="utf-8"))["candidates"]
    (chosen,) = [one for one in candidates if one["chosen"]]
    assert (
        f"tried: {len(candidates)} points at 3 encoders, all of them in report.html; "
        f"chosen: {chosen['title']} (re-trained)"
    ) in result.out.splitlines()


def test_an_output_of_another_kind_is_never_replaced(run, tmp_path):
    output = tmp_path / "fitted"
    output.mkdir()
    (output / "thesis").write_text("three years", encoding="utf-8")
    assert_refused(run("--force"), f"{output} exists and is no fitted checkpoint; choose another --output")
    assert [path.name for path in output.iterdir()] == ["thesis"]


REFUSED = {
    "two goals": (["--lambda", 0.1, "--target-macs", 0.5], "--lambda and --target-macs given; a fit has one goal"),
    "three goals": (["--lambda", 1, "--max-loss", 1, "--budget", "a=.5"], "--lambda and --max-loss and --budget given"),
    "no target": (["--target-macs", 0], "--target-macs asks for 0.0 of the multiply-adds, must be in (0, 1]"),
    "more than all": (["--target-macs", 1.5], "--target-macs asks for 1.5 of the multiply-adds, must be in (0, 1]"),
    "no number": (["--target-macs", "nan"], "--target-macs asks for nan of the multiply-adds, must be in (0, 1]"),
    "a large budget": (["--budget", "a=.5", "--budget", "b=2"], "--budget b asks for 2.0 of the multiply-adds"),
    "too little": (["--target-macs", 0.05], "a target of 0.05 of the multiply-adds is below 0.1", "--encoders"),
    "one budget too little": (["--budget", "a=.5", "--budget", "b=.01"], "a target of 0.01 of the multiply-adds"),
    "a price": (["--lambda", -1], "--lambda is -1.0, must be a number above 0"),
    "a price that is none": (["--lambda", "nan"], "--lambda is nan, must be a number above 0"),
    "a loss": (["--max-loss", 0], "--max-loss is 0.0, must be a number above 0"),
    "no part": (["--budget", "fast"], "--budget 'fast' is no NAME=PART; give one such as fast=0.35"),
    "a word": (["--budget", "fast=most"], "--budget 'fast=most' is no NAME=PART"),
    "no name": (["--budget", "=0.5"], "the budget name '' cannot be used"),
    "a path": (["--budget", "../x=0.5"], "the budget name '../x' cannot be used; take letters, digits, _"),
    "full": (["--budget", "full=0.5"], "the budget name 'full' cannot be used"),
    "a budget twice": (["--budget", "a=.5", "--budget", "a=.4"], "--budget names 'a' twice; name each budget once"),
    "no encoders": (["--encoders", 0], "--encoders is 0, must be in 2..3"),
    "one encoder": (["--encoders", 1], "--encoders is 1, must be in 2..3"),
    "more encoders": (["--encoders", 4], "--encoders is 4, must be in 2..3"),
    "no length": (["--max-length", 0], "--max-length is 0, must be in 3..64, the positions of this model"),
    "a short length": (["--max-length", 2], "--max-length is 2, must be in 3..64"),
    "a long length": (["--max-length", 65], "--max-length is 65, must be in 3..64"),
    "a metric": (["--metric", "spearman"], "the metric 'spearman' is none of a classification's; choose from: acc"),
    "an exit behind the last": (["--exits", "1,3"], "--exits: no exit can be at encoder 3, behind which the"),
    "exits that are no numbers": (["--exits", "all"], "--exits takes whole numbers with commas between, found 'all'"),
    "no batch": (["--batch-size", 0], "--batch-size is 0, must be 1 or more"),
    "no steps": (["--min-steps", 0], "--min-steps is 0, must be 1 or more"),
    "no rate": (["--learning-rate", 0], "--learning-rate is 0.0, must be a number above 0"),
    "a rate of retention": (["--retention-rate", -0.1], "--retention-rate is -0.1, must be a number above 0"),
    "too much of the teacher": (["--distil", 2], "--distil is 2.0, must be in 0..1"),
    "less than none of it": (["--distil", -0.5], "--distil is -0.5, must be in 0..1"),
    "no number of it": (["--distil", "nan"], "--distil is nan, must be in 0..1"),
    "too many words swapped": (["--augment", 1.5], "--augment is 1.5, must be in 0..1, a part of the words"),
    "no number of them": (["--augment", "nan"], "--augment is nan, must be in 0..1, a part of the words"),
    "words swapped under labels": (
        ["--augment", 0.2, "--distil", 0.5],
        "--augment 0.2 needs --distil 1, found 0.5: a text whose words were swapped has no label; leave one of the "
        "two out",
    ),
    "its states": (["--distil-states", -1], "--distil-states is -1.0, must be a number that is not negative"),
    "epochs": (["--search-epochs", -1], "--search-epochs is -1.0, must be a number that is not negative"),
    "epochs that are no number": (["--fine-tune-epochs", "nan"], "--fine-tune-epochs is nan, must be a number"),
    "epochs without end": (["--retrain-epochs", "inf"], "--retrain-epochs is inf, must be a number"),
    "a negative seed": (["--seed", -1], "--seed is -1, must be in 0..4294967295"),
    "a large seed": (["--seed", 2**32], "--seed is 4294967296, must be in 0..4294967295"),
    "a precision": (["--precision", "int8"], "'int8' is not one of 'fp32', 'bf16', 'fp16'"),
    "other labels": (["--labels", "yes,no"], "the label 'negative' is unknown to the model; expected one of yes, no"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_before_anything_is_written(run, tmp_path, name):
    options, *expected = REFUSED[name]
    assert_refused(run(*options), *expected)
    assert not list(tmp_path.iterdir())


@pytest.mark.thorough  # test_resume.py kills a fit, and goes on
def test_a_fit_that_is_interrupted_can_go_on(place, tmp_path):
    """Ctrl-C in the middle of the search."""
    options = ["--model", place / "taught", "--train", place / "train.tsv", "--output", tmp_path / "fitted"]
    fit = listening("from edge_power.cli import main; main()")
    command = [*fit, "fit", *map(str, options), "--min-steps", "4000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        until = time.monotonic() + 120
        while not list(tmp_path.glob("fitted.unfinished/01-search/metrics.jsonl")) and time.monotonic() < until:
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
    expected = f"interrupted; what was trained is in {tmp_path / 'fitted.unfinished'}, go on with --resume"
    assert (process.returncode, err.splitlines()[-1]) == (130, f"error: {expected}")
    assert [path.name for path in tmp_path.iterdir()] == ["fitted.unfinished"]


def test_texts_of_one_class(run, tmp_path):
    train = write_tsv(tmp_path / "one.tsv", [(text, "positive") for text, _ in make_rows(40)])
    assert_refused(run(train=train), "one.tsv", "only the label 'positive'; expected two different labels or more")
    assert [path.name for path in tmp_path.iterdir()] == ["one.tsv"]


def test_a_label_that_only_dev_has(run, tmp_path):
    dev = write_tsv(tmp_path / "dev.tsv", [*make_rows(4), ("a film", "neutral")])
    assert_refused(run("--dev", dev), "dev.tsv", "row 6", "'neutral' is unknown", "one of negative, positive")
    assert [path.name for path in tmp_path.iterdir()] == ["dev.tsv"]


@pytest.mark.parametrize("content", ["", "sentence\tlabel\n"])
def test_a_file_without_texts(run, tmp_path, content):
    empty = tmp_path / "empty.tsv"
    empty.write_text(content, encoding="utf-8")
    assert_refused(run(train=empty), "empty.tsv")
    for option in ("--dev", "--select"):
        assert_refused(run(option, empty), "empty.tsv")
    assert [path.name for path in tmp_path.iterdir()] == ["empty.tsv"]


def test_too_few_texts(run, tmp_path):
    train = write_tsv(tmp_path / "few.tsv", make_rows(2))
    assert_refused(run(train=train), "too few rows to hold some out: 2 rows have 2 different texts")


def test_an_output_without_a_parent(run, tmp_path):
    assert_refused(run(output=tmp_path / "absent" / "fitted"), "there is no directory", "make it first")


def test_a_model_that_is_not_there(run, tmp_path):
    assert_refused(run(model=tmp_path / "absent"), "no model directory at")


def test_a_model_of_one_encoder(run, tmp_path):
    tiny_model(replace(tiny_config(), num_encoders=1)).save_pretrained(tmp_path / "flat")
    result = run(model=tmp_path / "flat")
    assert (result.status, result.out) == (2, "")
    # The first line says that its head knows nothing.
    assert result.err.splitlines()[-1].startswith("error: the model has one encoder, which computes the row of [CLS]")
    assert [path.name for path in tmp_path.iterdir()] == ["flat"]


def test_a_loss_that_is_no_number(run, tmp_path):
    """The rate tears the weights apart at the first step; what was saved stays."""
    result = run("--learning-rate", 1e30)
    checkpoint = tmp_path / "fitted.unfinished" / "01-search" / "checkpoints" / "checkpoint-1"
    expected = f"nan at step 2; the last good checkpoint is {checkpoint}; begin anew with a lower --learning-rate"
    assert_refused(result, f"search (3 encoders): the loss is {expected}")
    assert (checkpoint / "model.safetensors").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["fitted.unfinished"]


def test_a_checkpoint_with_a_weight_that_is_no_number(run, place, tmp_path):
    model = PowerForSequenceClassification.from_pretrained(place / "taught")
    with torch.no_grad():
        model.encoder.encoders[0].query.weight[0, 0] = torch.nan
    model.save_pretrained(tmp_path / "poisoned")
    result = run(model=tmp_path / "poisoned")
    assert result.status == 2 and result.out == ""
    complaint = result.err.splitlines()[-1]
    assert "numbers of bert.encoder.layer.0.attention.self.query.weight not finite, the first nan" in complaint
    assert [path.name for path in tmp_path.iterdir()] == ["poisoned"]


def test_a_full_disk_keeps_what_was_done(run, small_disk):
    """Room for the plan and not for a checkpoint; with room, the same command goes on."""
    disk = small_disk(kilobytes=120)
    result = run(output=disk / "fitted")
    assert_refused(result, "cannot write in", "fitted.unfinished", "MB left", "mend that, and go on with --resume")
    assert [path.name for path in disk.iterdir()] == ["fitted.unfinished"]


def test_no_room_for_the_plan(run, small_disk):
    disk = small_disk(kilobytes=4)
    (disk / "fill").write_bytes(bytes(4096))
    assert_refused(
        run(output=disk / "fitted"), "no space left on the disk of", "fitted.unfinished", "free some and repeat"
    )


@pytest.mark.parametrize("left", [-4, 0, 4])
def test_a_full_disk_while_the_output_is_written(small_disk, tmp_path, left):
    """No room for the weights, for config.json, for the tokenizer: three libraries, each with an error of its own.

    The place where the checkpoint was to be stays empty.
    """
    taught_model().save_pretrained(tmp_path / "whole")
    weights = (tmp_path / "whole" / "model.safetensors").stat().st_size
    page = 4096  # a file takes whole pages of this disk
    disk = small_disk(kilobytes=math.ceil(weights / page) * 4 + left)
    with (
        pytest.raises((FitError, OutputError), match=r"cannot write in .*, on a disk with 0\.\d MB left: .*space"),
        staged_directory(check_output(disk / "fitted", force=False)) as partial,
        saving(disk),
    ):
        taught_model().save_pretrained(partial)
    assert not list(disk.iterdir())


def test_a_log_hears_once_a_minute_how_far_it_is(monkeypatch):
    log, now = io.StringIO(), iter(range(0, 10_000, 25))
    monkeypatch.setattr(progress_screen.time, "monotonic", lambda: next(now))
    with ProgressScreen(Console(file=log, width=100)) as screen:
        screen.begin("re-train", 25, 5)
        for step in range(6, 14):
            screen.advance(1, f"loss {1 / step:.3f}")
        screen.begin("scoring", 300)
        screen.advance(64)
        screen.advance(64)
    # The clock is read at each step, and again for a line.
    assert log.getvalue().splitlines() == [
        "re-train: 8 of 25  loss 0.125",
        "re-train: 11 of 25  loss 0.091",
        "scoring: 64 of 300",
    ]
