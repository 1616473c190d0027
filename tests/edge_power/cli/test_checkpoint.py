"""Every command that reads a checkpoint says the same of a broken one: one line, status 2, and nothing is written."""

import json
import os
import shutil
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from edge_power_runtime import Bundle, Classifier
from tests.edge_power.conftest import assert_refused


def edit(directory, **changes):
    content = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    (directory / "config.json").write_text(json.dumps(content | changes), encoding="utf-8")


def not_a_number(directory):
    weights = load_file(directory / "model.safetensors")
    weights["bert.encoder.layer.2.output.dense.weight"][0, 0] = torch.nan
    save_file(weights, directory / "model.safetensors")


def pipe(directory):
    (directory / "config.json").unlink()
    os.mkfifo(directory / "config.json")


def pointer(directory):
    (directory / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\n", encoding="utf-8")


BROKEN = {
    "size": (lambda d: edit(d, vocab_size=10**9), "its config.json asks for"),
    "label": (lambda d: edit(d, id2label={"0": "", "1": "b"}), "calls logit 0 '' in id2label"),
    "quantized": (
        lambda d: edit(d, quantization_config={"bits": 4}),
        "convert the model that they were quantized from",
    ),
    "NaN": (not_a_number, "numbers of bert.encoder.layer.2.output.dense.weight not finite"),
    "pipe": (pipe, "config.json is a device or pipe; expected a file"),
    "git-lfs": (pointer, "is a pointer of git-lfs and not the file itself; fetch it: git -C "),
    "retention": (lambda d: (d / "retention.json").write_text("[1" + "0" * 400 + "]"), "retention.json: encoder 1 has"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_every_command_says_the_same(cli, checkpoint, tmp_path, case):
    change, expected = BROKEN[case]
    shutil.copytree(checkpoint, tmp_path / "model")
    change(tmp_path / "model")
    rows = "".join(f"{label}\ta film {number}\n" for number in range(20) for label in ("negative", "positive"))
    (tmp_path / "texts.tsv").write_text("label\ttext_a\n" + rows, encoding="utf-8")
    model, texts, output = tmp_path / "model", tmp_path / "texts.tsv", tmp_path / "out"
    said = []
    for arguments in (
        ("convert", "--model", model, "--output", output, "--format", "onnx", "--lengths", "8"),
        ("evaluate", model, "--data", texts),
        ("explain", "--model", model, "a film", "--keep", "0.9,0.8,0.7", "--html", tmp_path / "page.html"),
        ("fit", "--model", model, "--train", texts, "--output", output),
    ):
        result = cli(*arguments)
        assert_refused(result._replace(err=result.err.splitlines(keepends=True)[-1]), expected)
        said.append(result.err.splitlines()[-1])
    assert len(set(said)) == 1, said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model", "texts.tsv"]


def test_labels_that_are_numbers_are_text_in_the_bundle(cli, small_checkpoint, tmp_path):
    shutil.copytree(small_checkpoint, tmp_path / "model")
    edit(tmp_path / "model", id2label={"0": 1, "1": 5})
    result = cli(
        *("convert", "--model", tmp_path / "model", "--output", tmp_path / "out", "--format", "onnx"),
        *("--lengths", "8", "--keep", "0.5", "--no-full"),
    )
    assert result.status == 0, result.err
    assert Bundle.open(tmp_path / "out").manifest.labels == ("1", "5")
    assert Classifier.open(tmp_path / "out", engine="onnx")("a good film").label in ("1", "5")
    said = json.loads((tmp_path / "out" / "config.json").read_text(encoding="utf-8"))
    assert (said["id2label"], said["label2id"]) == ({"0": "1", "1": "5"}, {"1": 0, "5": 1})


def test_a_bundle_that_cannot_be_read_back_is_not_written(cli, checkpoint, tmp_path):
    """A name that JSON cannot hold as UTF-8, from Python: no checkpoint has one, but a caller may give it."""
    from edge_power.conversion.convert import convert
    from edge_power.conversion.plan import Plan
    from edge_power_converters import ConversionError
    from edge_power_runtime.errors import EdgePowerError
    from tests.tiny import tiny_config, tiny_model

    model = tiny_model(replace(tiny_config(labels=("", "b")), num_encoders=2))
    with pytest.raises(ConversionError, match="cannot be read back, so none was written: bundle.json: labels"):
        convert(model, tmp_path / "out", Plan(engines=("onnx",), lengths=(8,)))
    assert issubclass(ConversionError, EdgePowerError) and not list(tmp_path.iterdir())


def test_a_text_that_overflows_is_named(tmp_path):
    from edge_power.conversion.convert import convert
    from edge_power.conversion.plan import Plan
    from edge_power.errors import CheckpointError
    from tests.tiny import VOCABULARY, tiny_model

    model = tiny_model()
    with torch.no_grad():
        model.encoder.embeddings.word.weight[VOCABULARY.index("great")] = 3e38
        model.encoder.embeddings.word.weight[VOCABULARY.index("great")][::2] = -3e38
    with pytest.raises(CheckpointError, match="the model answers the text 'great' with the logits nan, nan"):
        convert(model, tmp_path / "out", Plan(engines=("onnx",), lengths=(8,), texts=("great",)))
    assert not list(tmp_path.iterdir())
