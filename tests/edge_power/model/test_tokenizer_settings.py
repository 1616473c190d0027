"""Ids and logits are transformers' own, whatever a checkpoint's tokenizer files say."""

import json
import random

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from edge_power.conversion.artifacts import ENGINES
from edge_power.conversion.convert import convert
from edge_power.conversion.plan import Plan
from edge_power.errors import CheckpointError
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.tokenizer import text_encoder, tokenizer_entry
from edge_power_runtime import Bundle, Classifier
from edge_power_runtime.bundle.manifest import TokenizerEntry
from edge_power_runtime.reading.jsonnode import Node
from edge_power_runtime.reading.records import read_record
from tests.tiny_families import family_checkpoint
from tests.tokenizer_cases import CASES, Case, any_text

# The shortest holds a pair's special tokens and a little more, so that most texts are cut; the longest cuts few.
LENGTHS = (6, 13, 40)
# Both sum in float32, in other orders; 1e-5 is some 80 ulps of a logit near 1.
ATOL = 1e-5
# Engines sum in yet other orders; the bar of the project for fp32.
ENGINE_ATOL = 1e-4


@pytest.fixture(scope="module", params=CASES)
def case(request, tmp_path_factory):
    """A checkpoint's directory, its tokenizer by transformers, and our model of it; read only."""
    directory = CASES[request.param].write(tmp_path_factory.mktemp(request.param))
    return (
        directory,
        AutoTokenizer.from_pretrained(directory),
        PowerForSequenceClassification.from_pretrained(directory),
    )


def their_inputs(tokenizer, text, length, **options):
    """What transformers gives its model for one text; a batch of one, which keeps an empty second text."""
    first, second = (text, None) if isinstance(text, str) else text
    return tokenizer([first], second if second is None else [second], truncation=True, max_length=length, **options)


def assert_same_ids(tokenizer, model, *, seed, count):
    rng = random.Random(seed)
    encoder = text_encoder(model)
    for _ in range(count):
        text = any_text(rng)
        for length in LENGTHS:
            theirs, ours = their_inputs(tokenizer, text, length), encoder.encode(text, length)
            assert list(ours.ids) == theirs["input_ids"][0], (text, length)
            padded = encoder.pad(ours, length)
            assert ("token_type_ids" in padded) == ("token_type_ids" in theirs and model.config.has_token_types)
            if "token_type_ids" in padded:
                assert padded["token_type_ids"][0, : ours.num_tokens].tolist() == theirs["token_type_ids"][0], text


def test_the_cases_are_as_many_and_as_different_as_the_bar_says(tmp_path_factory):
    assert len(CASES) >= 20
    assert {item.family for item in CASES.values()} == {
        *("bert", "albert", "distilbert", "electra", "roberta", "xlm-roberta", "camembert")
    }


def test_ids_and_types_are_transformers_own(case):
    _, tokenizer, model = case
    assert_same_ids(tokenizer, model, seed=1, count=60)


def test_what_we_save_reads_texts_alike(case, tmp_path):
    """A fitted checkpoint, and the second process of a conversion, read what save_pretrained wrote."""
    _, tokenizer, model = case
    model.save_pretrained(tmp_path)
    again = PowerForSequenceClassification.from_pretrained(tmp_path)
    assert tokenizer_entry(again) == tokenizer_entry(model)
    assert_same_ids(tokenizer, again, seed=2, count=20)
    assert_same_ids(AutoTokenizer.from_pretrained(tmp_path), model, seed=3, count=20)


def test_logits_are_transformers_own(case):
    directory, tokenizer, model = case
    theirs = AutoModelForSequenceClassification.from_pretrained(directory, attn_implementation="eager").eval()
    rng, encoder, logits = random.Random(4), text_encoder(model), []
    for text in (*(any_text(rng) for _ in range(15)), f"a {tokenizer.pad_token} good {tokenizer.pad_token} film"):
        inputs = encoder.pad(encoder.encode(text, 13), 16)
        with torch.no_grad():
            expected = theirs(**their_inputs(tokenizer, text, 13, return_tensors="pt")).logits
            found = model(**{name: torch.from_numpy(value) for name, value in inputs.items()}).logits
        torch.testing.assert_close(found, expected, rtol=0, atol=ATOL)
        logits.append(expected)
    assert torch.cat(logits).std() > 0.02, "logits that are all alike would hide a difference"


@pytest.mark.slow
def test_ids_of_100_000_texts(case):
    _, tokenizer, model = case
    assert_same_ids(tokenizer, model, seed=5, count=-(-100_000 // len(CASES)))


def assert_engines_agree(directory, output, engines):
    """Convert, and compare the whole way of a device, from text to logits, with transformers."""
    tokenizer, model = (
        AutoTokenizer.from_pretrained(directory),
        PowerForSequenceClassification.from_pretrained(directory),
    )
    theirs = AutoModelForSequenceClassification.from_pretrained(directory, attn_implementation="eager").eval()
    manifest = convert(model, output, Plan(engines=engines, lengths=(13,)))
    assert manifest.tokenizer == tokenizer_entry(model)
    rng = random.Random(6)
    texts = [*(any_text(rng) for _ in range(20)), f"a {tokenizer.pad_token} good {tokenizer.pad_token} film", ("a", "")]
    for engine in engines:
        classifier = Classifier.open(output, engine=engine)
        for text in texts:
            with torch.no_grad():
                expected = theirs(**their_inputs(tokenizer, text, 13, return_tensors="pt")).logits[0].numpy()
            np.testing.assert_allclose(classifier(text).logits, expected, rtol=0, atol=ENGINE_ATOL, err_msg=repr(text))


@pytest.mark.parametrize(
    "name", ["bert-left-no-types", pytest.param("xlm-roberta-split-special", marks=pytest.mark.thorough)]
)
def test_onnx_answers_as_transformers_does(name, tmp_path):
    assert_engines_agree(CASES[name].write(tmp_path / "model"), tmp_path / "bundle", ("onnx",))


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_every_engine_answers_as_transformers_does(name, tmp_path):
    assert_engines_agree(CASES[name].write(tmp_path / "model"), tmp_path / "bundle", ENGINES)


# settings, one by one


def entry_of(tmp_path, family="bert", **config):
    return tokenizer_entry(PowerForSequenceClassification.from_pretrained(Case(family, config).write(tmp_path)))


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, TokenizerEntry(0, True, "right", False)),
        ({"truncation_side": "left"}, TokenizerEntry(0, True, "left", False)),
        ({"split_special_tokens": True}, TokenizerEntry(0, True, "right", True)),
        ({"model_input_names": ["input_ids", "attention_mask"]}, TokenizerEntry(0, False, "right", False)),
        # What fills up is the model's: config.json says it.
        ({"pad_token": "[MASK]"}, TokenizerEntry(0, True, "right", False)),
        ({"padding_side": "left"}, TokenizerEntry(0, True, "right", False)),
        ({"tokenizer_class": "PreTrainedTokenizerFast"}, TokenizerEntry(0, False, "right", False)),
    ],
)
def test_the_manifest_has_what_tokenizer_json_has_not(tmp_path, config, expected):
    assert entry_of(tmp_path, **config) == expected


def test_the_direction_in_tokenizer_json_is_a_side(tmp_path):
    case = CASES["bert-template"]
    assert entry_of(tmp_path, **case.config).truncation_side == "right"
    model = PowerForSequenceClassification.from_pretrained(case.write(tmp_path))
    assert tokenizer_entry(model).truncation_side == "left"


# Each beside a text that it would change; all of them leave the ids as they are.
IGNORED = {
    "padding_side": "left",
    "pad_to_multiple_of": 8,
    "model_max_length": 5,
    "max_length": 5,
    "truncation": True,
    "stride": 1,
    "truncation_strategy": "only_first",
    "add_bos_token": True,
    "add_eos_token": True,
    "clean_up_tokenization_spaces": True,
    "errors": "ignore",
    "legacy": True,
    "chat_template": "{{ messages }}",
    "never_split": ["goodness"],
    "do_basic_tokenize": False,
    "use_fast": False,
    "return_token_type_ids": False,
    "processor_class": "NoneSuch",
    "auto_map": {"AutoTokenizer": ["evil.Tokenizer", None]},
}


@pytest.mark.parametrize("setting", IGNORED)
def test_settings_that_change_no_ids(tmp_path, setting):
    plain = PowerForSequenceClassification.from_pretrained(Case("bert").write(tmp_path / "plain"))
    with_it = PowerForSequenceClassification.from_pretrained(
        Case("bert", {setting: IGNORED[setting]}).write(tmp_path / "with")
    )
    (tmp_path / "with" / "evil.py").write_text("raise SystemExit('code of a checkpoint ran')", encoding="utf-8")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "with", trust_remote_code=False)
    text = "a goodness of the [SEP] day . never ! " * 2
    assert text_encoder(with_it).encode(text, 12) == text_encoder(plain).encode(text, 12)
    assert list(text_encoder(with_it).encode(text, 12).ids) == their_inputs(tokenizer, text, 12)["input_ids"][0]
    assert tokenizer_entry(with_it) == tokenizer_entry(plain)


def changed_model(directory, **model):
    path = directory / "tokenizer.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["model"] |= model
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("family", "config", "change", "expected"),
    [
        ("bert", {"add_special_tokens": False}, None, "add_special_tokens conflicts with the method"),
        ("bert", {"truncation_side": "both"}, None, "Truncation side should be selected between 'right' and 'left'"),
        ("bert", {"cls_token": 5}, None, "cannot read the tokenizer of"),
        ("bert", {"added_tokens_decoder": {"5": "x"}}, None, "cannot read the tokenizer of"),
        (
            "roberta",
            {"tokenizer_class": "PreTrainedTokenizerFast"},
            lambda path: changed_model(path, dropout=0.1),
            "leaves out merges at random (dropout 0.1",
        ),
        (
            "bert",
            {"tokenizer_class": "PreTrainedTokenizerFast"},
            lambda path: changed_model(path, unk_token=7),
            "cannot read the tokenizer of",
        ),
        ("bert", {}, lambda path: (path / "tokenizer.json").write_text("{"), "cannot read the tokenizer of"),
    ],
    ids=lambda value: "changed" if callable(value) else str(value),  # the same in every process
)
def test_what_is_refused_is_told_in_one_line(tmp_path, family, config, change, expected):
    directory = Case(family, config, change=change or (lambda path: None)).write(tmp_path)
    with pytest.raises(CheckpointError) as caught:
        PowerForSequenceClassification.from_pretrained(directory)
    assert expected in str(caught.value) and "\n" not in str(caught.value)


def test_a_panic_in_a_checkpoints_tokenizer_is_one_line(tmp_path, capfd):
    def explode(directory):
        path = directory / "tokenizer.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        content["post_processor"]["special_tokens"] = {}
        path.write_text(json.dumps(content), encoding="utf-8")

    directory = Case("bert", {"tokenizer_class": "PreTrainedTokenizerFast"}, change=explode).write(tmp_path)
    capfd.readouterr()
    with pytest.raises(CheckpointError, match="cannot read the tokenizer of .*panicked"):
        PowerForSequenceClassification.from_pretrained(directory)
    assert "panicked" not in capfd.readouterr().err


def test_settings_made_in_memory_are_saved(tmp_path):
    """transformers writes what a tokenizer was made with, not what was set since."""
    model = PowerForSequenceClassification.from_pretrained(Case("bert").write(tmp_path / "model"))
    model.tokenizer.truncation_side = "left"
    model.tokenizer.model_input_names = ["input_ids"]
    model.tokenizer.split_special_tokens = True
    model.save_pretrained(tmp_path / "saved")
    again = PowerForSequenceClassification.from_pretrained(tmp_path / "saved")
    assert tokenizer_entry(again) == tokenizer_entry(model) == TokenizerEntry(0, False, "left", True)
    assert not again.reads_token_types


def test_a_model_without_token_types_is_given_none(tmp_path):
    """Its programs take none, and say of a pair what transformers says, whose types are then all 0."""
    family_checkpoint(tmp_path / "model", "bert")
    model = PowerForSequenceClassification.from_pretrained(tmp_path / "model")
    model.tokenizer.model_input_names = ["input_ids", "attention_mask"]
    convert(model, tmp_path / "bundle", Plan(engines=("onnx",), lengths=(16,)))
    program = Bundle.open(tmp_path / "bundle").manifest.artifacts[0].programs[0]
    assert [item.name for item in program.inputs] == ["input_ids", "attention_mask"]
    ids = torch.tensor([model.tokenizer("good", "bad").input_ids])
    with torch.no_grad():
        expected = model(ids, torch.ones_like(ids), torch.zeros_like(ids)).logits[0]
        typed = model(ids, torch.ones_like(ids), torch.tensor([[0, 0, 0, 1, 1]])).logits[0]
    found = Classifier.open(tmp_path / "bundle", engine="onnx")(("good", "bad")).logits
    np.testing.assert_allclose(found, expected, rtol=0, atol=ENGINE_ATOL)
    assert (typed - expected).abs().max() > 100 * ENGINE_ATOL  # the types would have told


def test_an_entry_reads_as_it_was_written():
    entry = TokenizerEntry(3, False, "left", True)
    written = {"pad_id": 3, "has_token_types": False, "truncation_side": "left", "split_special_tokens": True}
    assert read_record(TokenizerEntry, Node(written, "bundle.json")) == entry
