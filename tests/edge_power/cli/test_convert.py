"""`edge-power convert`: what it makes, and one line with status 2 for everything that it cannot."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import types

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import edge_power.conversion.artifacts
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power_converters.output.ownership import BUNDLE, judge
from edge_power_runtime import Bundle, Classifier
from tests.edge_power.conftest import assert_refused
from tests.interrupts import listening

EDGE_POWER = (sys.executable, "-c", "from edge_power.cli import main; main()")
QUICK = ("--format", "onnx", "--lengths", "8", "--keep", "0.8,0.5,0.3", "--no-full")
SMALL = ("--format", "onnx", "--lengths", "8", "--keep", "0.5", "--no-full")  # of `small_checkpoint`


@pytest.fixture(scope="module")
def converted(small_checkpoint, tmp_path_factory):
    """One bundle that the command made, with all options that name something; read only."""
    directory = tmp_path_factory.mktemp("converted")
    data = directory / "texts.tsv"
    data.write_text("label\ttext_a\tpart\npositive\ta good film\tx\nnegative\tdull\ty\n", encoding="utf-8")
    arguments = [
        *("convert", "--model", str(small_checkpoint), "--output", str(directory / "my bundle"), "--format", "ort"),
        *("--lengths", "16,8", "--keep", "0.8,0.5", "--budget", "quick", "--verify-with", str(data)),
    ]
    result = subprocess.run([*EDGE_POWER, *arguments], capture_output=True, text=True)
    return directory / "my bundle", result


def test_the_bundle_holds_what_was_asked(converted):
    output, result = converted
    assert result.returncode == 0, result.stderr
    manifest = Bundle.open(output).manifest
    assert [budget.name for budget in manifest.budgets] == ["quick", "full"]
    assert [item.length for item in manifest.budgets[0].configurations] == [8, 16]
    assert manifest.budgets[0].schedule == (0.8, 0.5)
    assert manifest.budgets[0].configurations[1].keep == (13, 1)
    assert [artifact.engine for artifact in manifest.artifacts] == ["onnx"]
    assert [program.name for program in manifest.artifacts[0].programs] == ["quick_8", "quick_16", "full_8", "full_16"]
    assert (manifest.name, manifest.architecture, manifest.labels) == ("tiny", "bert", ("negative", "positive"))
    assert manifest.max_length == 16
    assert {entry.path for entry in manifest.files} >= {"tokenizer.json", "golden.json", "config.json"}


def test_the_bundle_has_a_readme_that_is_proven_ours(converted):
    output, _ = converted
    bundle = Bundle.open(output)
    page = bundle.read("README.md").decode()  # listed, and its digest compared
    assert page.startswith("# `tiny`\n") and "0. `negative`\n1. `positive`\n" in page
    assert "against transformers on " in page and f"| onnx | fp32 | {figures(bundle, 'quick_8')}" in page
    assert not judge(output, BUNDLE).foreign  # so --force replaces it


def figures(bundle, program):
    artifact = bundle.manifest.artifacts[0]
    parity = next(item.parity for item in artifact.programs if item.name == program)
    size, error = f"{artifact.size_bytes / 1e6:.1f} MB", f"{parity.max_abs_error:.1e}"
    return f"{size} | `{program}` | {error} | 100.0% | 100.0% | {parity.texts} |"


def test_every_program_was_checked_and_the_line_says_so(converted):
    output, result = converted
    programs = Bundle.open(output).manifest.artifacts[0].programs
    for program in programs:
        assert program.parity.max_abs_error <= 1e-4
        assert program.parity.kept_agreement == 1
        assert f"✓ onnx {program.name}: largest difference" in result.stderr
    assert "a good film" in (output / "golden.json").read_text(encoding="utf-8") or programs[0].parity.texts >= 3
    assert f"wrote {output}; try: edge-power run '{output}' \"some text\"" in result.stdout


def test_the_bundle_classifies_as_eager_does(converted, small_checkpoint):
    model = PowerForSequenceClassification.from_pretrained(small_checkpoint)
    classifier = Classifier.open(converted[0], engine="onnx", budget="full")
    inputs = model.tokenizer(["the film was not bad"], return_tensors="pt")
    logits = model(inputs["input_ids"], inputs["attention_mask"]).logits[0].tolist()
    np.testing.assert_allclose(classifier("the film was not bad").logits, logits, rtol=0, atol=1e-4)


def test_nothing_is_left_beside_the_bundle(converted):
    assert sorted(path.name for path in converted[0].parent.iterdir()) == ["my bundle", "texts.tsv"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("onx", "did you mean 'onnx'"),
        ("tflight", "did you mean 'tflite'"),
        ("executorh", "did you mean 'executorch'"),
        ("onnx,coreml", "no engine is called 'coreml'; this runtime runs onnx, tflite, executorch"),
    ],
)
def test_an_unknown_format(cli, checkpoint, tmp_path, typed, expected):
    result = cli("convert", "--model", checkpoint, "--output", tmp_path / "out", "--format", typed)
    assert_refused(result, expected)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--keep", "0.5,0.8,0.3"), ("encoder 2 has 0.8, more than the 0.5 before",)),
        (("--keep", "0.5,0,0"), ("encoder 2 has the fraction 0.0, must be in (0, 1]",)),
        (("--keep", "1.5,1,1"), ("encoder 1 has the fraction 1.5",)),
        (("--keep", "nan,0.5,0.5"), ("encoder 1 has the fraction nan",)),
        (("--keep", "0.8,0.5"), ("has 2 fractions", "4 encoders", "give 3 fractions")),
        (("--keep", "0.8,0.5,0.4,0.3,0.2"), ("has 5 fractions", "4 encoders")),
        (("--keep", "0.8;0.5"), ("--keep takes numbers with commas between", "'0.8;0.5'")),
        (("--keep", ""), ("expected one fraction per encoder, found none",)),
        (("--lengths", "8,x"), ("--lengths takes whole numbers with commas between", "'8,x'")),
        (("--lengths", "8.5"), ("--lengths takes whole numbers", "'8.5'")),
        (("--lengths", "-8"), ("length -8 cannot hold [CLS] and [SEP]",)),
        (("--lengths", "8,16,8"), ("length 8 is given twice; give each of --lengths once",)),
        (("--lengths", "65"), ("length 65 exceeds the model's position table of 64; give --lengths of at most 64",)),
        (("--lengths", "1"), ("length 1 cannot hold [CLS] and [SEP]",)),
        (("--lengths", "0"), ("length 0 cannot hold",)),
        (("--lengths", ","), ("no length is given",)),
        (("--budget", "my budget"), ("the budget name 'my budget'", "take letters, digits, _")),
        (("--budget", "full"), ("the budget name 'full' cannot be used", "not 'full', which drops nothing")),
        (("--atol", "0"), ("--atol is 0.0, must be above 0",)),
        (("--atol", "nan"), ("--atol is nan",)),
        (("--atol", "tight"), ("'tight' is not a valid float",)),
        (("--min-agreement", "nan"), ("--min-agreement is nan, must be in 0..1",)),
        (("--precision", "int4"), ("--precision has 'int4', must be out of fp32, fp16, int8",)),
        (("--precision", ","), ("no precision is given; give --precision out of fp32, fp16, int8",)),
        (("--lowering", "magic"), ("'magic' is not one of 'topk', 'compare'",)),
        (("--retention", "r.json"), ("--keep and --retention both say what to keep",)),
        (("--verify-with", "absent.tsv"), ("absent.tsv", "No such file")),
        (("--speed", "11"), ("No such option", "--help")),
    ],
    ids=str,
)
def test_options_that_cannot_be(cli, checkpoint, tmp_path, arguments, expected):
    result = cli("convert", "--model", checkpoint, "--output", tmp_path / "out", *QUICK, *arguments)
    assert_refused(result, *expected)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", ("r.json", "not valid JSON")),
        ("[0.5, 0.8, 0.1]", ("r.json", "encoder 2 has 0.8, more than the 0.5 before")),
        ('{"schedule": [0.8, true, 0.1]}', ("r.json", "fractions such as 0.9, found True")),
        ('{"sched": [1]}', ("expected {'schedule': [0.9, ...]}", "found {'sched': [1]}")),
        ('{"configurations": {"8": [9, 5, 3, 1]}}', ("encoder 1 keeps 9 word-vectors, must be 1..8",)),
        ('{"configurations": {"8": [4, 5, 3, 1]}}', ("encoder 2 keeps 5 word-vectors, must be 1..4",)),
        ('{"configurations": {"8": [4, 0, 0, 0]}}', ("encoder 2 keeps 0 word-vectors, must be 1..4",)),
        ('{"configurations": {"8": [4, 3]}}', ("length 8 has 2 numbers, the model has 4 encoders",)),
        ('{"configurations": {"16": [8, 4, 3, 1]}}', ("no configuration for length 8, only for 16",)),
        ('{"configurations": {"8": [4.5, 3, 2, 1]}}', ("expected whole numbers, one per encoder",)),
        ('{"configurations": {"eight": [4, 3, 2, 1]}}', ("listed under a length such as '32', found 'eight'",)),
        (b"\xff\xfe", ("cannot read the retention file",)),
        (None, ("no retention file at",)),
    ],
    ids=str,
)
def test_retention_files_that_cannot_be(cli, checkpoint, tmp_path, content, expected):
    path = tmp_path / "r.json"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    result = cli(
        *("convert", "--model", checkpoint, "--output", tmp_path / "out"),
        *("--format", "onnx", "--lengths", "8", "--retention", path),
    )
    assert_refused(result, *expected)
    assert not (tmp_path / "out").exists()
    assert {path.name for path in tmp_path.iterdir()} <= {"r.json"}


def edit_config(directory, **changes):
    config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    (directory / "config.json").write_text(json.dumps({**config, **changes}), encoding="utf-8")


def only_pickles(directory):
    (directory / "model.safetensors").rename(directory / "pytorch_model.bin")


def without_head(directory):
    weights = load_file(directory / "model.safetensors")
    save_file(
        {name: array for name, array in weights.items() if "classifier" not in name}, directory / "model.safetensors"
    )


MODELS = {
    "masked language model": (
        lambda d: edit_config(d, architectures=["BertForMaskedLM"]),
        ("has no classification head", "'BertForMaskedLM' with a masked-language-model head", "fine-tune it"),
    ),
    "token classification": (
        lambda d: edit_config(d, architectures=["BertForTokenClassification"]),
        ("no classification head", "a token-classification head"),
    ),
    "bare encoder": (
        lambda d: edit_config(d, architectures=["BertModel"]),
        ("no classification head", "no head at all"),
    ),
    "head undeclared and missing": (
        lambda d: (edit_config(d, architectures=None), without_head(d)),
        ("lacks the weights classifier.bias, classifier.weight",),
    ),
    "pickled": (only_pickles, ("holds only pickled weights (pytorch_model.bin)", "safe_serialization=True")),
    "no weights": (lambda d: (d / "model.safetensors").unlink(), ("holds no weights; expected model.safetensors",)),
    "truncated weights": (
        lambda d: (d / "model.safetensors").write_bytes((d / "model.safetensors").read_bytes()[:5000]),
        ("model.safetensors is no whole safetensors file", "download it again"),
    ),
    "weights that are none": (
        lambda d: (d / "model.safetensors").write_bytes(b"PK\3\4 no"),
        ("model.safetensors is a zip archive",),
    ),
    "no config": (lambda d: (d / "config.json").unlink(), ("holds no config.json",)),
    "config that is no JSON": (lambda d: (d / "config.json").write_text("{"), ("config.json is not valid JSON",)),
    "another architecture": (
        lambda d: edit_config(d, model_type="gpt2", architectures=["GPT2ForSequenceClassification"]),
        ("is a 'gpt2' model; supported architectures: bert",),
    ),
    "unknown architecture": (lambda d: edit_config(d, model_type="quark"), ("quark",)),
    "several labels per text, of one": (
        lambda d: edit_config(d, problem_type="multi_label_classification", id2label={"0": "toxic"}),
        ("multi-label classifier of one label; expected two or more: remove problem_type from config.json",),
    ),
    "another activation": (lambda d: edit_config(d, hidden_act="smelu"), ("the activation 'smelu'; supported: gelu",)),
    "another size": (lambda d: edit_config(d, hidden_size=64), ("of shape", "its config.json asks for")),
    "no tokenizer": (
        lambda d: ((d / "tokenizer.json").unlink(), (d / "tokenizer_config.json").unlink()),
        ("has no tokenizer; expected tokenizer.json or vocab.txt",),
    ),
    "retention that grows": (
        lambda d: (d / "retention.json").write_text("[0.5, 0.9, 0.1]"),
        ("retention.json", "more than the 0.5 before"),
    ),
    "retention for others": (lambda d: (d / "retention.json").write_text("[0.5]"), ("1 fractions", "4 encoders")),
}


@pytest.mark.parametrize("case", MODELS)
def test_models_that_cannot_be(cli, checkpoint, tmp_path, case):
    change, expected = MODELS[case]
    model = tmp_path / "model"
    shutil.copytree(checkpoint, model)
    change(model)
    result = cli("convert", "--model", model, "--output", tmp_path / "out", "--format", "onnx", "--lengths", "8")
    assert_refused(result, *expected)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_model_that_is_not_there(cli, tmp_path):
    result = cli("convert", "--model", tmp_path / "absent", "--output", tmp_path / "out")
    assert_refused(result, "no model directory at", "give a directory that holds config.json")
    (tmp_path / "file").write_text("")
    result = cli("convert", "--model", tmp_path / "file", "--output", tmp_path / "out")
    assert_refused(result, "is a file; give the directory")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_output_that_is_there(cli, checkpoint, tmp_path, tiny_bundle):
    """Refused before the model is even read, so that no minutes are lost."""
    shutil.copytree(tiny_bundle, tmp_path / "bundle")
    before = (tmp_path / "bundle" / "bundle.json").read_bytes()
    assert_refused(cli("convert", "--model", "nowhere", "--output", tmp_path / "bundle"), "exists; add --force")
    assert (tmp_path / "bundle" / "bundle.json").read_bytes() == before
    (tmp_path / "notes").mkdir()
    result = cli("convert", "--model", checkpoint, "--output", tmp_path / "notes", "--force")
    assert_refused(result, "exists and is no bundle; choose another --output")
    result = cli("convert", "--model", checkpoint, "--output", tmp_path / "absent" / "bundle")
    assert_refused(result, "there is no directory", "make it first")


def test_a_project_with_a_bundle_json_of_its_own(cli, checkpoint, tmp_path):
    project = tmp_path / "proj"
    (project / ".git").mkdir(parents=True)
    (project / ".git" / "HEAD").write_text("ref: refs/heads/main")
    (project / "bundle.json").write_text("")
    result = cli("convert", "--model", checkpoint, "--output", project, *QUICK, "--force")
    assert_refused(result, "proj exists and is no bundle that can be read (bundle.json is not valid JSON")
    assert (project / ".git" / "HEAD").read_text() == "ref: refs/heads/main"


def test_a_bundle_that_appears_while_the_model_is_read(cli, small_checkpoint, tmp_path, tiny_bundle, monkeypatch):
    """Not replaced though --force is there: it was not there when the command began."""
    read = PowerForSequenceClassification.from_pretrained

    def appear(model):
        shutil.copytree(tiny_bundle, tmp_path / "bundle")
        return read(model)

    monkeypatch.setattr(PowerForSequenceClassification, "from_pretrained", appear)
    result = cli("convert", "--model", small_checkpoint, "--output", tmp_path / "bundle", *SMALL, "--force")
    assert result.status == 2
    assert result.err.splitlines()[-1] == (
        f"error: {tmp_path / 'bundle'} appeared while the bundle was made, and was not replaced; "
        f"the finished bundle is in {tmp_path / 'bundle.new'}"
    )
    assert len(Bundle.open(tmp_path / "bundle").manifest.artifacts) == 3
    assert len(Bundle.open(tmp_path / "bundle.new").manifest.artifacts) == 1


def test_force_replaces_a_bundle(cli, small_checkpoint, tmp_path, tiny_bundle):
    shutil.copytree(tiny_bundle, tmp_path / "bundle")
    result = cli("convert", "--model", small_checkpoint, "--output", tmp_path / "bundle", *SMALL, "--force")
    assert result.status == 0, result.err
    assert [item.engine for item in Bundle.open(tmp_path / "bundle").manifest.artifacts] == ["onnx"]
    assert not (tmp_path / "bundle" / "model.pte").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


LATER = [pytest.param(kilobytes, (), marks=pytest.mark.thorough) for kilobytes in (16, 100, 200)]


@pytest.mark.parametrize(("kilobytes", "more"), [(4, ()), *LATER, (100, ("--format", "tflite"))])
def test_a_full_disk(cli, checkpoint, small_disk, kilobytes, more):
    """Full at the tokenizer, at the golden examples, at the weights, at a graph, at the checkpoint for the second
    process: one line, nothing left.
    """
    disk = small_disk(kilobytes=kilobytes)
    result = cli("convert", "--model", checkpoint, "--output", disk / "bundle", *QUICK, *more)
    assert result.status == 2, result
    assert "Traceback" not in result.err
    assert result.err.splitlines()[-1].startswith("error: no space left on the disk of")
    assert not list(disk.iterdir())


def after_conversion(monkeypatch, change):
    """Let `change` have the directory of each artifact that a converter wrote, before it is checked."""
    converter_for = edge_power.conversion.artifacts.converter_for

    def changing(engine):
        converter = converter_for(engine)

        def convert(programs, directory, recipe, **options):
            artifact = converter.convert(programs, directory, recipe, **options)
            change(directory)
            return artifact

        return types.SimpleNamespace(steps=converter.steps, convert=convert)

    monkeypatch.setattr(edge_power.conversion.artifacts, "converter_for", changing)


def test_a_program_that_differs_from_eager_is_refused_with_status_1(
    cli, small_checkpoint, tmp_path, monkeypatch, tiny_bundle
):
    """Corrupt the weights between conversion and check, over an old bundle that must stay."""

    def corrupt(directory):
        weights = directory / "onnx" / "weights.bin"
        content = np.fromfile(weights, dtype=np.float32)
        content.round(1).tofile(weights)

    after_conversion(monkeypatch, corrupt)
    shutil.copytree(tiny_bundle, tmp_path / "bundle")
    before = (tmp_path / "bundle" / "bundle.json").read_bytes()
    result = cli("convert", "--model", small_checkpoint, "--output", tmp_path / "bundle", *SMALL, "--force")
    assert result.status == 1
    assert "✗ onnx balanced_8: largest difference" in result.err
    last = result.err.splitlines()[-1]
    assert last.startswith("error: onnx: 1 of 1 programs differ from eager, balanced_8 by")
    assert "with a tolerance of 1e-04" in last
    assert "no bundle was written" in last
    assert (tmp_path / "bundle" / "bundle.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_a_tolerance_that_no_engine_meets_is_a_failed_check(cli, small_checkpoint, tmp_path):
    result = cli("convert", "--model", small_checkpoint, "--output", tmp_path / "out", *SMALL, "--atol", "1e-12")
    assert result.status == 1
    assert "the model in PyTorch differs from transformers on" in result.err
    assert "to 1e-12; no bundle was written" in result.err
    assert not list(tmp_path.iterdir())


# The process stops itself where it opens the file that is written last, so that no signal comes too late.
STOPS_ITSELF = f"""
import os, signal, sys
def stop(event, arguments):
    if event == "open" and str(arguments[0]).endswith("/golden.json"):
        os.kill(os.getpid(), signal.SIGSTOP)
sys.addaudithook(stop)
{EDGE_POWER[-1]}
"""


@pytest.mark.thorough  # tests/converters/test_kills.py stops the step that puts a bundle in its place
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
def test_a_conversion_stopped_on_its_way_leaves_the_old_bundle(small_checkpoint, tmp_path, tiny_bundle, sign):
    shutil.copytree(tiny_bundle, tmp_path / "bundle")
    before = (tmp_path / "bundle" / "bundle.json").read_bytes()
    arguments = ["convert", "--model", str(small_checkpoint), "--output", str(tmp_path / "bundle"), *SMALL, "--force"]
    command = [*listening(STOPS_ITSELF), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), process.stderr.read()
        assert list(tmp_path.glob(".bundle.edge-power-*/new/onnx"))
        process.send_signal(sign)
        process.send_signal(signal.SIGCONT)
        _, err = process.communicate(timeout=60)
    assert (tmp_path / "bundle" / "bundle.json").read_bytes() == before
    if sign == signal.SIGINT:
        assert process.returncode == 130
        assert err.splitlines()[-1] == "error: interrupted; nothing was written"
        assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_texts_to_verify_with_that_make_no_sense(cli, checkpoint, tmp_path):
    data = tmp_path / "texts.tsv"
    data.write_text("label\ttext_a\n1\ta\tb\n", encoding="utf-8")
    result = cli("convert", "--model", checkpoint, "--output", tmp_path / "out", *QUICK, "--verify-with", data)
    assert_refused(result, "row 2 has 3 fields, expected 2")
    data.write_text("label\ttxt\n1\ta\n", encoding="utf-8")
    result = cli("convert", "--model", checkpoint, "--output", tmp_path / "out", *QUICK, "--verify-with", data)
    assert_refused(result, "no column text_a")
    assert [path.name for path in tmp_path.iterdir()] == ["texts.tsv"]


def test_two_precisions_are_two_artifacts_of_one_bundle(cli, small_checkpoint, tmp_path):
    """Each is checked by what it must reach, and chosen wherever a bundle is opened."""
    output, data = tmp_path / "bundle", tmp_path / "dev.tsv"
    data.write_text("label\ttext_a\npositive\ta good film\nnegative\tdull\n", encoding="utf-8")
    made = cli("convert", "--model", small_checkpoint, "--output", output, *SMALL, "--precision", "int8,fp32")
    assert made.status == 0, made.err
    exact, small = Bundle.open(output).manifest.artifacts
    assert (exact.precision, small.precision) == ("fp32", "int8")
    assert {entry.path.split("/")[0] for entry in small.files} == {"onnx-int8"}
    assert (exact.acceptance.repeat_error, small.acceptance.label_agreement) == (None, 0.98)
    program = small.programs[0]
    assert f"✓ onnx int8 {program.name}: largest difference" in made.err
    assert "(at least 98%)" in made.err
    for command in (
        ("run", output, "a good film"),
        ("verify", output),
        ("evaluate", output, "--data", data),
        ("explain", "--model", output, "a good film"),
        ("inspect", output),
    ):
        for precision in ("fp32", "int8"):
            result = cli(*command, "--precision", precision)
            assert result.status == 0, (command, result.err)
        assert_refused(cli(*command, "--precision", "fp16"), "has no artifact fp16", "it has: onnx fp32, onnx int8")
    assert "onnx int8" in cli("verify", output, "--precision", "int8").out


def test_int8_that_agrees_too_little_is_not_written(cli, small_checkpoint, tmp_path, monkeypatch):
    """Take the weights away between conversion and check: labels are counted on fifty questions that are built in."""

    def corrupt(directory):
        weights = directory / "onnx-int8" / "weights.bin"
        weights.write_bytes(bytes(weights.stat().st_size))  # one answer for every text

    after_conversion(monkeypatch, corrupt)
    arguments = ("--output", tmp_path / "out", *SMALL, "--lengths", "64", "--precision", "int8")
    result = cli("convert", "--model", small_checkpoint, *arguments)
    assert result.status == 1
    last = result.err.splitlines()[-1]
    assert last.startswith("error: onnx int8: 1 of 1 programs differ from eager, balanced_64 by")
    assert re.search(r"with the same label on [\d.]+% of [56]\d texts", last)
    assert "expected at least 98% and 80%: check on more texts of your own with --verify-with, or accept less" in last
    assert not (tmp_path / "out").exists()


def test_an_empty_file_to_verify_with_is_refused(cli, small_checkpoint, tmp_path):
    data = tmp_path / "empty.tsv"
    data.write_text("label\ttext_a\n", encoding="utf-8")
    arguments = ("--output", tmp_path / "out", *SMALL, "--precision", "int8", "--verify-with", data)
    assert_refused(cli("convert", "--model", small_checkpoint, *arguments), "empty.tsv", "no row")
    assert not (tmp_path / "out").exists()
