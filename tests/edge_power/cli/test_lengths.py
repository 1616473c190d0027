"""Lengths chosen from data: `edge-power convert --lengths auto`, and what `inspect` says they cost."""

import io
import json
import shutil
import sys
import types

import pytest

import edge_power as ep
from edge_power.model.macs import count_macs
from edge_power_runtime import Bundle
from edge_power_runtime.bundle.manifest import MANIFEST_FILE
from edge_power_runtime.bundle.seal import write_manifest
from edge_power_runtime.retention import RetentionSchedule
from tests.edge_power.conftest import assert_refused
from tests.tiny import tiny_model

ROWS = ["a"] * 6 + ["a film"] * 3 + ["it is a good film , is it"] * 2 + ["a " * 100]
AUTO = ("--format", "onnx", "--lengths", "auto", "--keep", "0.8,0.5,0.3")


@pytest.fixture
def texts(tmp_path):
    """Texts of 3, 4 and 9 tokens, and one that is too long for the model."""
    path = tmp_path / "texts.tsv"
    path.write_text("label\ttext_a\n" + "".join(f"positive\t{row}\n" for row in ROWS), encoding="utf-8")
    return path


def test_lengths_are_chosen_for_a_file(cli, checkpoint, texts, tmp_path):
    output = tmp_path / "out"
    command = ("convert", "--model", checkpoint, "--output", output, *AUTO, "--no-full")
    result = cli(*command, "--lengths-from", texts, "--max-programs", "2")
    assert result.status == 0, result.err
    assert "! 1 of 12 texts have more than 64 tokens, the model's position table, and will be cut" in result.err
    manifest = Bundle.open(output).manifest
    assert manifest.max_length == 64
    lengths = tuple(item.length for item in manifest.budgets[0].configurations)
    assert len(lengths) == 2
    (cost,) = ep.length_costs(output, texts)
    assert (cost.budget, cost.texts, cost.cut, cost.lengths) == ("balanced", 12, 1, lengths)
    assert (
        f"lengths {lengths[0]},64 for 12 texts of {texts}: {cost.of_padded:.2f} of the multiply-adds of padding all to "
        f"64, {cost.of_true:.2f} of their true lengths'\n"
    ) in result.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "texts.tsv"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--lengths", "auto"), "--lengths auto chooses them for the texts of a file; name it with --lengths-from"),
        (("--lengths-from", "t.tsv"), "--lengths-from is for --lengths auto; give both, or leave --lengths-from out"),
        (("--max-programs", "4"), "--max-programs is for --lengths auto; give both, or leave --max-programs out"),
        (("--latency", "r.json"), "--latency is for --lengths auto; give both, or leave --latency out"),
        (("--lengths", "automatic"), "--lengths takes whole numbers with commas between, or auto, found 'automatic'"),
        (("--lengths", "auto,8"), "--lengths takes whole numbers with commas between, or auto, found 'auto,8'"),
        (
            ("--lengths", "auto", "--lengths-from", "TEXTS", "--max-programs", "0"),
            "--max-programs is 0, must be at lea",
        ),
        (("--lengths", "auto", "--lengths-from", "absent.tsv"), "cannot read the data file absent.tsv: No such file"),
        (
            ("--lengths", "auto", "--lengths-from", "TEXTS", "--latency", "absent.json"),
            "cannot read absent.json: No su",
        ),
        (
            ("--lengths", "auto", "--lengths-from", "-", "--verify-with", "-"),
            "--verify-with and --lengths-from both read standard input; give one of them a file",
        ),
    ],
    ids=str,
)
def test_what_cannot_be_is_told_before_the_model_is_read(cli, texts, tmp_path, arguments, expected):
    given = [str(texts) if argument == "TEXTS" else argument for argument in arguments]
    result = cli("convert", "--model", tmp_path / "no-model", "--output", tmp_path / "out", *given)
    assert_refused(result, expected)
    assert [path.name for path in tmp_path.iterdir()] == ["texts.tsv"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "is empty; expected a header such as label<TAB>text_a"),
        ("label\ttext_a\n", "has no rows; expected at least one text"),
        ("label\tpart\npositive\tx\n", "no column text_a (or sentence, text)"),
    ],
)
def test_a_file_without_texts(cli, checkpoint, tmp_path, tiny_bundle, content, expected):
    (tmp_path / "texts.tsv").write_text(content, encoding="utf-8")
    command = ("convert", "--model", checkpoint, "--output", tmp_path / "out", *AUTO)
    assert_refused(cli(*command, "--lengths-from", tmp_path / "texts.tsv"), expected)
    assert [path.name for path in tmp_path.iterdir()] == ["texts.tsv"]
    assert_refused(cli("inspect", tiny_bundle, "--lengths-from", tmp_path / "texts.tsv"), expected)


def test_a_table_of_another_model(cli, checkpoint, texts, tmp_path):
    from tests.edge_power.fitting.test_latency import TABLE, write

    report = write(tmp_path, TABLE)
    command = ("convert", "--model", checkpoint, "--output", tmp_path / "out", *AUTO, "--lengths-from", texts)
    assert_refused(cli(*command, "--latency", report), "the latency table of --latency is of 6 encoders, and this mod")
    assert not (tmp_path / "out").exists()


def test_configurations_by_length(cli, checkpoint, texts, tmp_path):
    retention = tmp_path / "r.json"
    retention.write_text('{"configurations": {"16": [8, 4, 2, 1]}}', encoding="utf-8")
    command = ("convert", "--model", checkpoint, "--output", tmp_path / "out", "--format", "onnx", "--lengths", "auto")
    result = cli(*command, "--lengths-from", texts, "--retention", retention)
    assert result.status == 2 and not (tmp_path / "out").exists()
    assert "--lengths auto needs a schedule, and the budget balanced has configurations of the lengths 16" in result.err


def test_python_takes_the_same_words(texts, tmp_path):
    for arguments, expected in (
        ({"lengths": "all"}, "^`lengths` is 'all', must be a list of numbers, or auto$"),
        ({"lengths": "auto"}, "^`lengths` auto chooses them for the texts of a file; name it with `lengths_from`$"),
        ({"lengths": "auto", "lengths_from": texts, "max_programs": -1}, "^`max_programs` is -1, must be at least 1$"),
    ):
        with pytest.raises(ep.InputError, match=expected):
            ep.convert(tiny_model(), tmp_path / "out", **arguments)


def test_auto_for_graphs_of_any_length_is_the_longest_text(cli, checkpoint, texts, tmp_path):
    output = tmp_path / "out"
    command = ("convert", "--model", checkpoint, "--output", output, *AUTO, "--no-full", "--dynamic-length")
    result = cli(*command, "--lengths-from", texts, "--max-programs", "2")
    assert result.status == 0, result.err
    assert f"length 64, the longest of 12 texts of {texts}: no text is padded\n" in result.err
    assert [program.length for program in Bundle.open(output).manifest.artifacts[0].programs] == [64]
    (cost,) = ep.length_costs(output, texts)
    assert (cost.any_length, cost.of_true) == (True, 1)


def test_inspect_shows_what_lengths_cost(cli, tiny_bundle, tmp_path, monkeypatch):
    data = b"text_a\na\na film\nit is it a film , is it a film\n"  # 3, 4 and 12 tokens for 8 and 24
    (tmp_path / "texts.tsv").write_bytes(data)
    found = json.loads(cli("inspect", tiny_bundle, "--lengths-from", tmp_path / "texts.tsv", "--json").out)
    manifest, config = Bundle.open(tiny_bundle).manifest, tiny_model().config
    for cost, budget in zip(found, manifest.budgets, strict=True):
        short, long = (item.macs for item in budget.configurations)
        assert (cost["budget"], cost["lengths"], cost["texts"], cost["cut"]) == (budget.name, [8, 24], 3, 0)
        assert (cost["expected"], cost["padded"]) == ((2 * short + long) / 3, long)
        own = [count_macs(config, RetentionSchedule(budget.schedule).at(length)).total for length in (3, 4, 12)]
        assert cost["true"] == sum(own) / 3

    shown = cli("inspect", tiny_bundle, "--lengths-from", tmp_path / "texts.tsv").out.splitlines()
    assert shown[0].split("  ")[0] == "budget" and shown[0].endswith("of one length  of true lengths")
    fast = found[0]
    share, over = fast["expected"] / fast["padded"], fast["expected"] / fast["true"]
    assert shown[1].split() == [
        "fast",
        "8",
        "24",
        "3",
        "0",
        f"{fast['expected'] / 1e6:.1f}",
        "M",
        *(f"{value:.2f}" for value in (share, over)),
    ]
    assert shown[3].startswith(f"of a text of {tmp_path / 'texts.tsv'}, mean; one length: all padded to the largest")

    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(data)))
    piped = cli("inspect", tiny_bundle, "--lengths-from", "-").out.splitlines()
    assert piped[:3] == shown[:3] and piped[3].startswith("of a text of standard input, mean")


def test_inspect_where_the_true_cost_is_unknown(cli, tiny_bundle, texts, tmp_path):
    bundle = shutil.copytree(tiny_bundle, tmp_path / "bundle")
    content = json.loads((bundle / MANIFEST_FILE).read_text(encoding="utf-8"))
    content["budgets"][0]["schedule"] = None
    write_manifest(bundle, json.dumps(content).encode())
    fast, full = cli("inspect", bundle, "--lengths-from", texts).out.splitlines()[1:3]
    assert fast.split()[-1] == "-" and float(full.split()[-1]) > 1
