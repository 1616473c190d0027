"""`convert` asks transformers itself: what is the same, what differs, and what cannot be asked."""

import json
import shutil
from dataclasses import replace

import pytest
import torch

import edge_power.model.classifier
from edge_power.conversion.against_transformers import SourceReport, compare_with_transformers
from edge_power.conversion.convert import convert
from edge_power.conversion.plan import Plan
from edge_power.conversion.references import encode_texts
from edge_power.conversion.told import compared
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.tokenizer import save_tokenizer, text_encoder, tokenizer_entry
from edge_power.progress import Silent
from edge_power_converters import ParityError
from edge_power_runtime.tasks import Classification
from edge_power_runtime.text import TextEncoder
from tests.tiny import tiny_model
from tests.tiny_families import family_checkpoint
from tests.tokenizer_cases import Case

TEXTS = ["a good film", "the day was \u202e [SEP] long\x1b[31m " * 9, ("never", "again the sea"), ("a", ""), ""]
# Both sum in float32, in other orders; 1e-5 is some 80 ulps of a logit near 1.
TASK = Classification()
ATOL = 1e-5


@pytest.fixture
def directory(tmp_path):
    """A checkpoint that transformers wrote."""
    family_checkpoint(tmp_path / "model", "bert")
    return tmp_path / "model"


@pytest.fixture
def ours(directory):
    return PowerForSequenceClassification.from_pretrained(directory)


def compare(model, encoder=None):
    encoder = encoder or text_encoder(model)
    texts = encode_texts(encoder, TEXTS, 12)
    return compare_with_transformers(model, encoder, texts, TASK, max_length=12, atol=ATOL)


def test_the_same_model_is_found_the_same(ours):
    report = compare(ours)
    assert (report.texts, report.same_labels, report.not_run) == (len(TEXTS), len(TEXTS), None)
    assert 0 < report.max_abs_error <= report.atol == ATOL


def test_the_comparison_leaves_the_tokenizer_as_it_was(ours):
    ours.tokenizer.backend_tokenizer.enable_truncation(5)
    before = ours.tokenizer.backend_tokenizer.to_str()
    compare(ours)
    assert ours.tokenizer.backend_tokenizer.to_str() == before


def with_entry(model, tmp_path, **changes):
    """A device's encoder under a manifest that says something else than the checkpoint."""
    save_tokenizer(model, tmp_path)
    entry = replace(tokenizer_entry(model), **changes)
    return TextEncoder.from_json((tmp_path / "tokenizer.json").read_bytes(), entry)


def test_other_ids_are_refused_with_the_text_and_the_place(ours, tmp_path):
    with pytest.raises(ParityError) as caught:
        compare(ours, with_entry(ours, tmp_path / "device", truncation_side="left"))
    said = str(caught.value)
    assert r"the token ids of 'the day was \u202e [SEP] long\x1b[31m the day was" in said
    assert "..." in said and "\x1b" not in said and "\u202e" not in said
    assert "found [" in said and ", expected [" in said and "] at 1 of 12" in said and "no bundle was written" in said


def test_other_types_are_refused(ours, tmp_path):
    texts = encode_texts(text_encoder(ours), [("never", "again")], 12)
    wrong = [replace(item, encoded=replace(item.encoded, type_ids=(0,) * item.encoded.num_tokens)) for item in texts]
    with pytest.raises(ParityError, match=r"the token types of 'never' and 'again' .* found \[0, 0\] at 3 of 5, exp"):
        compare_with_transformers(ours, text_encoder(ours), wrong, TASK, max_length=12, atol=ATOL)


def test_other_logits_are_refused(ours):
    """The same weights, read as half as many heads."""
    for encoder in ours.encoder.stack():
        encoder.num_heads //= 2
    with pytest.raises(
        ParityError, match=r"differs from transformers on 'a good film': found the logits \[.*, expected"
    ):
        compare(ours)


def test_logits_that_are_no_numbers_are_refused(ours):
    ours.head.activation = lambda x: x * torch.nan
    with pytest.raises(ParityError, match=r"found the logits \[nan, nan\]"):
        compare(ours)


def test_what_was_made_in_memory_has_no_source():
    report = compare(tiny_model())
    assert (report.max_abs_error, report.not_run) == (None, "the model was read from no checkpoint")
    assert report.texts == len(TEXTS)


def test_weights_that_were_trained_since_are_not_compared(ours, directory):
    with torch.no_grad():
        ours.head.classifier.bias += 1
    assert compare(ours).not_run == f"the model's weights are no longer those of {directory}"


def test_a_checkpoint_that_went_away_is_told(ours, directory):
    shutil.rmtree(directory)
    assert compare(ours).not_run.startswith(f"transformers cannot read {directory}: ")


def test_a_checkpoint_that_transformers_cannot_run_is_told(tmp_path):
    """Its tokenizer gives a type for which the model has no row; on a device all types are 0 then."""
    case = Case("roberta", {"tokenizer_class": "PreTrainedTokenizerFast", "model_input_names": ["token_type_ids"]})

    def typed(directory):
        path = directory / "tokenizer.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        opening = {"SpecialToken": {"id": "<s>", "type_id": 0}}
        first, second = ({"Sequence": {"id": name, "type_id": type_id}} for type_id, name in enumerate("AB"))
        content["post_processor"] = {
            "type": "TemplateProcessing",
            "single": [opening, first],
            "pair": [opening, first, second],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]}},
        }
        path.write_text(json.dumps(content), encoding="utf-8")

    directory = replace(case, change=typed).write(tmp_path)
    report = compare(PowerForSequenceClassification.from_pretrained(directory))
    assert report.not_run == f"transformers cannot run {directory}: index out of range in self"


class Reports(Silent):
    """Keeps what a conversion says of transformers."""

    def __init__(self):
        self.found = []

    def line(self, text):
        if "transformers" in text:
            self.found.append(text)


def test_texts_of_the_caller_and_texts_that_are_too_long_are_compared(ours, tmp_path):
    watcher, plan = Reports(), Plan(engines=("onnx",), lengths=(16,), texts=("good", ("bad", "film")))
    convert(ours, tmp_path / "bundle", plan, progress=watcher)
    plan = replace(plan, texts=(), force=True)
    convert(ours, tmp_path / "bundle", plan, progress=watcher)
    assert all(line.startswith("✓ transformers: ids and labels the same, ") for line in watcher.found)
    more, less = (int(line.split()[-2]) for line in watcher.found)
    assert more == less + 2


def test_the_command_says_how_many_texts_were_the_same(cli, directory, tmp_path):
    result = cli("convert", "--model", directory, "--output", tmp_path / "out", "--format", "onnx", "--lengths", "8")
    assert result.status == 0, result.err
    assert "✓ transformers: ids and labels the same, largest difference " in result.err
    assert result.err.index("transformers: ids") < result.err.index("onnx full_8: largest difference")


def test_it_is_said_why_logits_were_not_compared():
    reports = (
        SourceReport(7, None, 0, 1e-4, "transformers cannot run [x]: no"),
        SourceReport(7, 2.4e-6, 6, 1e-4, None),  # a tie within the tolerance
    )
    assert list(map(compared, reports)) == [
        "- transformers: ids the same, 7 texts; logits not compared: transformers cannot run [x]: no",
        "✓ transformers: ids the same, labels on 6 texts, largest difference 2.4e-06 (tolerance 1e-04), 7 texts",
    ]


def test_a_model_that_differs_ends_with_status_1_and_nothing_is_written(cli, directory, tmp_path, monkeypatch):
    """Break it: a head that computes something else."""
    monkeypatch.setitem(edge_power.model.classifier._HEAD_ACTIVATIONS, "tanh", torch.relu)
    command = ("convert", "--model", directory, "--output", tmp_path / "out", "--format", "onnx", "--lengths", "8")
    result = cli(*command)
    assert result.status == 1 and result.out == ""
    assert "error: the model in PyTorch differs from transformers on 'Fine.': found the logits [" in result.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model"]
