"""Whatever a checkpoint says: the right model, or one line that tells what to do, and nothing allocated before it."""

import json
import os
import resource
import shlex
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from edge_power.errors import CheckpointError
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power_runtime.errors import EdgePowerError
from tests.tiny_families import family_checkpoint

# Both sum in float32, in other orders; the bar of the project.
ATOL = 1e-5
TEXTS = ["a good film", "the woman was not bad, and not dull", ""]
WORDS = "bert.embeddings.word_embeddings.weight"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    directory = tmp_path_factory.mktemp("made")
    for family in ("bert", "albert", "distilbert", "roberta"):
        family_checkpoint(directory / family, family)
    return directory


@pytest.fixture
def bert(made, tmp_path):
    return shutil.copytree(made / "bert", tmp_path / "model")


def edit(directory, **changes):
    """Change config.json; ... takes a key away."""
    content = json.loads((directory / "config.json").read_text(encoding="utf-8")) | changes
    kept = {key: value for key, value in content.items() if value is not ...}
    (directory / "config.json").write_text(json.dumps(kept), encoding="utf-8")


def rewrite(directory, change):
    save_file(change(load_file(directory / "model.safetensors")), directory / "model.safetensors")


def rename(directory, change):
    rewrite(directory, lambda weights: {change(name): tensor for name, tensor in weights.items()})


def logits(model, directory):
    batch = AutoTokenizer.from_pretrained(directory)(TEXTS, padding=True, return_tensors="pt")
    with torch.no_grad():
        return model(**batch).logits


def assert_refused(model, *expected):
    for read in (
        PowerForSequenceClassification.from_pretrained,
        lambda model: PowerForSequenceClassification.from_encoder(model, ("x", "y")),
    ):
        with pytest.raises(CheckpointError) as caught:
            read(model)
        assert "\n" not in str(caught.value) and str(model) in str(caught.value)
        for words in expected:
            assert words in str(caught.value), str(caught.value)


BILLION = 10**9
# Of every size: below 1, far too large, and no number. What is too large is compared with the weights' own shapes.
SIZES = {
    "bert": ("hidden_size", "intermediate_size", "vocab_size", "max_position_embeddings", "type_vocab_size"),
    "albert": ("embedding_size", "hidden_size", "intermediate_size"),
    "distilbert": ("dim", "hidden_dim"),
}


@pytest.mark.parametrize("value", [-1, 0, BILLION, "many", None, 2.5, True])
@pytest.mark.parametrize(("family", "name"), [(family, name) for family, names in SIZES.items() for name in names])
def test_sizes_that_cannot_be(made, tmp_path, family, name, value):
    model = shutil.copytree(made / family, tmp_path / "model")
    edit(model, **{name: value})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if value == BILLION:
        assert_refused(model, f"{BILLION}")
    else:
        assert_refused(model, f"'{name}'" if value in ("many", None, 2.5) or value is True else f"{name} {value}")
    # A vector for each of a billion tokens would be some 200 GB; 64 MiB are what a process may grow by at any time.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


@pytest.mark.parametrize(
    ("family", "changes", "expected"),
    [
        ("bert", {"num_hidden_layers": 0}, ("num_hidden_layers 0; expected a whole number in 1..512",)),
        ("bert", {"num_hidden_layers": BILLION}, ("num_hidden_layers 1000000000; expected",)),
        ("albert", {"num_hidden_layers": BILLION}, ("num_hidden_layers 1000000000; expected",)),
        ("bert", {"num_hidden_layers": "many"}, ("'num_hidden_layers' expected int, got str (value: 'many')",)),
        ("bert", {"num_hidden_layers": 4}, ("lacks the weights bert.encoder.layer.3.",)),
        (
            "bert",
            {"vocab_size": 2**31 - 1, "hidden_size": 999_996, "intermediate_size": 10**6, "type_vocab_size": 2**31 - 1},
            ("of shape (48,), its config.json asks for (999996,)",),
        ),
        ("bert", {"num_attention_heads": 0}, ("num_attention_heads 0",)),
        ("bert", {"num_attention_heads": 5}, ("5 attention heads for a hidden size of 48", "must divide")),
        ("distilbert", {"n_heads": 0}, ("n_heads 0",)),
        ("distilbert", {"num_attention_heads": "many"}, ("n_heads 'many'; expected a whole number",)),
        ("distilbert", {"hidden_size": 48.0}, ("dim 48.0; expected a whole number",)),
        ("bert", {"hidden_dropout_prob": 2.0}, ("hidden_dropout_prob 2.0; expected a probability",)),
        ("distilbert", {"attention_dropout": -0.1}, ("attention_dropout -0.1",)),
        ("bert", {"layer_norm_eps": "x"}, ("'layer_norm_eps' expected float, got str",)),
        ("bert", {"layer_norm_eps": -1e-5}, ("layer_norm_eps -1e-05; expected a number in 0..1",)),
        ("bert", {"initializer_range": 1e30}, ("initializer_range 1e+30",)),
        ("bert", {"hidden_act": "smelu"}, ("the activation 'smelu'; supported: gelu, gelu_python",)),
        ("bert", {"hidden_act": 5}, ("'hidden_act' expected str",)),
        ("bert", {"quantization_config": {"bits": 8}}, ("quantization_config", "convert the model that they were")),
        ("bert", {"add_cross_attention": True}, ("add_cross_attention", "expected an encoder")),
        ("bert", {"per_layer_config": {"0": {"intermediate_size": 8}}}, ("per_layer_config", "all encoders alike")),
        ("bert", {"transformers_weights": "x.bin"}, ("transformers_weights", "expected model.safetensors")),
        ("bert", {"pad_token_id": -1}, ("pad_token_id -1; expected the id of a token, in 0..108",)),
        ("bert", {"pad_token_id": 109}, ("pad_token_id 109",)),
        ("roberta", {"pad_token_id": None}, ("has no pad_token_id, after which its positions are counted",)),
        ("roberta", {"pad_token_id": 41}, ("has room for 0 tokens",)),
        ("bert", {"architectures": "BertForSequenceClassification"}, ("architectures 'Bert", "expected a list")),
        ("bert", {"architectures": [1]}, ("architectures [1]; expected a list of names",)),
        ("bert", {"model_type": ..., "architectures": None}, ("does not say its model_type",)),
        ("bert", {"model_type": 5}, ("is a 5 model; supported architectures: bert",)),
        ("bert", {"model_type": "distilbert"}, ("weights called 'bert.", "its config.json is of another model")),
    ],
    ids=str,
)
def test_configurations_that_cannot_be(made, tmp_path, family, changes, expected):
    model = shutil.copytree(made / family, tmp_path / "model")
    edit(model, **changes)
    assert_refused(model, *expected)


@pytest.mark.parametrize(
    "changes",
    [
        {"dtype": "float99"},
        {"torch_dtype": "float16"},
        {"_attn_implementation": "flash_attention_2"},
        {"attn_implementation": "flash_attention_3"},
        {"chunk_size_feed_forward": 3},
        {"pad_token_id": None},
        {"auto_map": {"AutoConfig": "code.Config", "AutoModelForSequenceClassification": "code.Model"}},
        {"to_dict": 1, "to_json_string": 2, "validate": 3, "name_or_path": 4, "__class__": 5},
        {"return_dict": False, "output_attentions": True, "output_hidden_states": True},
        {"model_type": ...},
        {"deep": json.loads("[" * 200 + "]" * 200)},
        {"huge": 1e308, "label2id": [1]},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_changes_no_number_is_ignored(made, bert, changes):
    edit(bert, **changes)
    ours = PowerForSequenceClassification.from_pretrained(bert)
    expected = logits(AutoModelForSequenceClassification.from_pretrained(made / "bert"), made / "bert")
    torch.testing.assert_close(logits(ours, made / "bert"), expected, rtol=0, atol=ATOL)
    ours.save_pretrained(bert / "saved")
    saved = AutoModelForSequenceClassification.from_pretrained(bert / "saved")
    assert (saved.dtype, saved.config.id2label) == (torch.float32, {0: "LABEL_0", 1: "LABEL_1"})


def test_the_lowest_encoders_of_more(made, bert):
    edit(bert, num_hidden_layers=2)
    theirs = AutoModelForSequenceClassification.from_pretrained(bert)
    torch.testing.assert_close(
        logits(PowerForSequenceClassification.from_pretrained(bert), bert), logits(theirs, bert), rtol=0, atol=ATOL
    )


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"0": 1, "1": 2}, ("1", "2")),
        ({"0": 1.5, "1": True}, ("1.5", "True")),
        ({"1": "b", "0": "a"}, ("a", "b")),
        ({"0": "a\x1b[2J\t\n", "1": "b\u202e"}, ("a\x1b[2J\t\n", "b\u202e")),  # whoever shows it escapes it
        (None, ("LABEL_0", "LABEL_1")),
    ],
    ids=str,
)
def test_labels_are_what_transformers_shows(bert, table, expected):
    edit(bert, id2label=table, label2id={"x": 0})
    ours = PowerForSequenceClassification.from_pretrained(bert)
    theirs = AutoModelForSequenceClassification.from_pretrained(bert).config.id2label
    assert ours.config.labels == expected == tuple(str(theirs[index]) for index in range(2))
    ours.save_pretrained(bert / "saved")
    again = AutoModelForSequenceClassification.from_pretrained(bert / "saved").config
    assert again.id2label == dict(enumerate(expected))
    assert again.label2id == {name: index for index, name in enumerate(expected)}


@pytest.mark.parametrize(("name", "kept"), [("stars", "stars"), (None, "LABEL_0"), ("", "LABEL_0")])
def test_the_name_of_a_regressors_value_is_kept_where_it_has_one(tmp_path, name, kept):
    family_checkpoint(tmp_path, "bert", num_labels=1)
    edit(tmp_path, id2label={"0": name})
    ours = PowerForSequenceClassification.from_pretrained(tmp_path)
    assert (ours.config.task, ours.config.labels) == ("regression", ())
    ours.save_pretrained(tmp_path / "saved")
    assert AutoModelForSequenceClassification.from_pretrained(tmp_path / "saved").config.id2label == {0: kept}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"id2label": {"0": "", "1": "b"}}, "calls logit 0 '' in id2label; expected a name"),
        ({"id2label": {"0": "a", "1": " \t"}}, r"calls logit 1 ' \t'"),
        ({"id2label": {"0": None, "1": "b"}}, "calls logit 0 None"),
        ({"id2label": {"0": ["a"], "1": "b"}}, "calls logit 0 ['a']"),
        ({"id2label": {"0": "\ud800", "1": "b"}}, r"calls logit 0 '\ud800'"),
        ({"id2label": {"0": "a", "1": "a"}}, "calls both logit 0 and logit 1 'a' in id2label; give each a name"),
        ({"id2label": {"0": "a", "2": "b"}}, "names the logits [0, 2] in id2label, and not 1"),
        ({"id2label": {"-1": "a", "0": "b"}}, "and not 1"),
        ({"id2label": {"0": "a", "00": "b"}}, "names logit 0 twice"),
        ({"id2label": {"a": "0", "b": "1"}}, "has 'a' in id2label; expected numbers of logits"),
        ({"id2label": ["a", "b"]}, "has id2label ['a', 'b']; expected"),
        ({"id2label": {}}, "has id2label {}; expected"),
        ({"id2label": {str(n): f"l{n}" for n in range(3)}}, "classifier of 2 outputs, and its config.json names 3"),
        ({"id2label": ..., "num_labels": BILLION}, "num_labels 1000000000"),
        ({"id2label": ..., "num_labels": -1}, "num_labels -1"),
        ({"problem_type": "ranking"}, "problem_type 'ranking'; expected single_label_classification, regression, "),
        (
            {"problem_type": "multi_label_classification", "id2label": {"0": "toxic"}},
            "is a multi-label classifier of one label; expected two or more",
        ),
        ({"problem_type": "regression"}, "regresses 2 values; supported: one"),
    ],
    ids=str,
)  # fmt: skip
def test_labels_that_cannot_be(bert, changes, expected):
    edit(bert, **changes)
    with pytest.raises(CheckpointError) as caught:
        PowerForSequenceClassification.from_pretrained(bert)
    assert expected in str(caught.value) and "\n" not in str(caught.value)
    # A new head has names of its own.
    if "problem_type" not in changes:
        assert PowerForSequenceClassification.from_encoder(bert, ("x", "y")).config.labels == ("x", "y")


def replace_config(directory, content):
    (directory / "config.json").write_bytes(content)


FILES = {
    "a list": (lambda d: replace_config(d, b"[]"), ("config.json holds a list; expected an object",)),
    "empty": (lambda d: replace_config(d, b""), ("config.json is empty",)),
    "not UTF-8": (lambda d: replace_config(d, '{"model_type": "bert"}'.encode("utf-16")), ("not valid JSON in UTF-8",)),
    "NaN": (lambda d: replace_config(d, b'{"x": NaN}'), ("NaN is not a JSON value",)),
    "a key twice": (lambda d: replace_config(d, b'{"x": 1, "x": 2}'), ("the key 'x' is there twice",)),
    "too deep": (lambda d: replace_config(d, b"[" * 10**6), ("nested too deep",)),
    "a gigabyte": (lambda d: os.truncate(d / "config.json", 2**30), ("config.json has 1,073,741,824 bytes",)),
    "a directory": (
        lambda d: ((d / "config.json").unlink(), (d / "config.json").mkdir()),
        ("config.json is a directory; expected a file",),
    ),
    "a dangling link": (
        lambda d: ((d / "config.json").unlink(), (d / "config.json").symlink_to("gone")),
        ("config.json is a link to nothing",),
    ),
    "a pipe": (
        lambda d: ((d / "config.json").unlink(), os.mkfifo(d / "config.json")),
        ("config.json is a device or pipe; expected a file",),
    ),
    "a pipe of weights": (
        lambda d: ((d / "model.safetensors").unlink(), os.mkfifo(d / "model.safetensors")),
        ("model.safetensors is a device or pipe",),
    ),
    "a web page": (
        lambda d: (d / "model.safetensors").write_bytes(b"\n<!DOCTYPE html><html>"),
        ("model.safetensors is a web page; download the file itself",),
    ),
    "a zip": (lambda d: (d / "model.safetensors").write_bytes(b"PK\3\4" + bytes(90)), ("is a zip archive",)),
    "a pickle": (lambda d: (d / "model.safetensors").write_bytes(b"\x80\2" + bytes(90)), ("is a pickle",)),
    "no byte": (lambda d: (d / "model.safetensors").write_bytes(b""), ("model.safetensors is empty",)),
    "seven bytes": (lambda d: os.truncate(d / "model.safetensors", 7), ("no whole safetensors file",)),
    "a header cut": (lambda d: os.truncate(d / "model.safetensors", 900), ("no whole safetensors file",)),
    "weights cut": (lambda d: os.truncate(d / "model.safetensors", 90_000), ("no whole safetensors file",)),
    "an adapter": (
        lambda d: (d / "model.safetensors").rename(d / "adapter_model.safetensors"),
        ("holds an adapter alone", "merge_and_unload()"),
    ),
    "another name": (
        lambda d: (d / "model.safetensors").rename(d / "weights.safetensors"),
        ("holds 'weights.safetensors'; expected model.safetensors",),
    ),
    "int8": (
        lambda d: rewrite(d, lambda weights: {name: tensor.to(torch.int8) for name, tensor in weights.items()}),
        ("as 'I8'; supported: F32, F16, BF16, F64",),
    ),
    "LoRA": (
        lambda d: rewrite(d, lambda weights: weights | {f"{WORDS}.lora_A": torch.ones(2)}),
        ("holds the adapter", "merge it first"),
    ),
    "two of one": (
        lambda d: rewrite(d, lambda weights: weights | {WORDS.removeprefix("bert."): torch.ones(109, 48)}),
        (f"'{WORDS}'", "expected one of them"),
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_files_that_are_something_else(bert, case):
    change, expected = FILES[case]
    change(bert)
    assert_refused(bert, *expected)


def test_a_pointer_of_git_lfs_comes_with_the_command(made, tmp_path):
    model = shutil.copytree(made / "bert", tmp_path / "my model")
    (model / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
    with pytest.raises(CheckpointError, match="is a pointer of git-lfs") as caught:
        PowerForSequenceClassification.from_pretrained(model)
    assert shlex.split(str(caught.value).partition("fetch it: ")[2]) == ["git", "-C", str(model), "lfs", "pull"]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["bert.encoder.layer.1.output.dense.weight", "classifier.bias", WORDS])
def test_a_weight_that_is_no_number(bert, name, value):
    def spoil(weights):
        weights[name].view(-1)[-1] = value
        return weights

    rewrite(bert, spoil)
    with pytest.raises(CheckpointError, match=rf"has 1 of \d+ numbers of {name} not finite, the first {value}"):
        PowerForSequenceClassification.from_pretrained(bert)
    if name == "classifier.bias":  # which a new head replaces
        assert PowerForSequenceClassification.from_encoder(bert, ("x", "y", "z")).head.classifier.bias.isfinite().all()


def test_finite_weights_that_overflow(bert):
    rewrite(bert, lambda weights: {name: tensor * 1e38 if "dense" in name else tensor for name, tensor in weights.items()})  # fmt: skip  # noqa: E501
    with pytest.raises(CheckpointError, match="answers an empty text with the logits nan, nan; its weights overflow"):
        PowerForSequenceClassification.from_pretrained(bert)


def test_what_does_not_count_may_be_anything(made, bert):
    unused = torch.full((3,), float("nan"))
    rewrite(
        bert, lambda weights: weights | {"cls.predictions.bias": unused, "bert.embeddings.position_ids": unused + 0}
    )
    torch.testing.assert_close(
        logits(PowerForSequenceClassification.from_pretrained(bert), bert),
        logits(PowerForSequenceClassification.from_pretrained(made / "bert"), bert),
        rtol=0,
        atol=0,
    )


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_floats_are_read_as_float32(bert, dtype):
    rewrite(bert, lambda weights: {name: tensor.to(dtype) for name, tensor in weights.items()})
    theirs = AutoModelForSequenceClassification.from_pretrained(bert, dtype=torch.float32)
    ours = PowerForSequenceClassification.from_pretrained(bert)
    assert {parameter.dtype for parameter in ours.parameters()} == {torch.float32}
    torch.testing.assert_close(logits(ours, bert), logits(theirs, bert), rtol=0, atol=ATOL)


@pytest.mark.parametrize("prefix", ["module.", "model.", "_orig_mod.", "module.model."])
def test_a_prefix_on_all_names_is_taken_off(made, bert, prefix):
    rename(bert, lambda name: prefix + name)
    torch.testing.assert_close(
        logits(PowerForSequenceClassification.from_pretrained(bert), bert),
        logits(PowerForSequenceClassification.from_pretrained(made / "bert"), bert),
        rtol=0,
        atol=0,
    )


def test_a_prefix_on_some_names_is_named(bert):
    rename(bert, lambda name: f"model.{name}" if name.startswith("bert") else name)
    assert_refused(bert, f"such as {WORDS}: take 'model.' off all names")


def test_half_of_the_names(bert):
    rename(bert, lambda name: f"module.{name}" if "layer.1" in name else name)
    assert_refused(bert, "lacks the weights bert.encoder.layer.1.", "has others, such as 'module.bert.encoder.layer.1")


def test_names_of_early_checkpoints(made, bert):
    rename(bert, lambda name: name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"))  # fmt: skip  # noqa: E501
    torch.testing.assert_close(
        logits(PowerForSequenceClassification.from_pretrained(bert), bert),
        logits(PowerForSequenceClassification.from_pretrained(made / "bert"), bert),
        rtol=0,
        atol=0,
    )


def split(directory):
    """As save_pretrained does with a model that is too large for one file."""
    weights = load_file(directory / "model.safetensors")
    (directory / "model.safetensors").unlink()
    names = sorted(weights)
    parts = {"model-1-of-2.safetensors": names[::2], "model-2-of-2.safetensors": names[1::2]}
    for file, part in parts.items():
        save_file({name: weights[name] for name in part}, directory / file)
    index = {name: file for file, part in parts.items() for name in part}
    (directory / "model.safetensors.index.json").write_text(json.dumps({"weight_map": index}), encoding="utf-8")
    return index


def test_shards(made, bert):
    split(bert)
    torch.testing.assert_close(
        logits(PowerForSequenceClassification.from_pretrained(bert), bert),
        logits(PowerForSequenceClassification.from_pretrained(made / "bert"), bert),
        rtol=0,
        atol=0,
    )


@pytest.mark.parametrize("file", ["../other.safetensors", "/etc/passwd", "..", "", "a\\b", "a\0b"])
def test_a_shard_outside_is_not_looked_at(bert, file):
    index = split(bert) | {WORDS: file}
    (bert / "model.safetensors.index.json").write_text(json.dumps({"weight_map": index}), encoding="utf-8")
    (bert.parent / "other.safetensors").write_bytes(b"")
    assert_refused(bert, "lists the file", "expected a name without directories")


def test_shards_that_are_not_there_or_hold_something_else(bert):
    index = split(bert)
    file = bert / "model.safetensors.index.json"
    file.write_text(json.dumps({"weight_map": index | {"x": "model-1-of-2.safetensors"}}), encoding="utf-8")
    assert_refused(bert, "says that 'x' is in 'model-1-of-2.safetensors', which does not hold it")
    file.write_text('{"weight_map": [1]}', encoding="utf-8")
    assert_refused(bert, "has no weight_map")
    file.write_text(json.dumps({"weight_map": index}), encoding="utf-8")
    (bert / "model-2-of-2.safetensors").unlink()
    assert_refused(bert, "lists 'model-2-of-2.safetensors', which is not there")


def test_a_token_that_the_embedding_has_no_row_for(made, tmp_path):
    for family in ("bert", "albert", "roberta"):
        model = shutil.copytree(made / family, tmp_path / family)
        tokenizer = AutoTokenizer.from_pretrained(model)
        rows = len(tokenizer)
        tokenizer.add_tokens(["zqfirst", "zqsecond"])
        tokenizer.save_pretrained(model)
        assert_refused(
            model,
            "has 2 tokens that its model has no vector for",
            f"the first 'zqfirst': token {rows} of an embedding of {rows} rows",
            "model.resize_token_embeddings(len(tokenizer))",
        )
        theirs = AutoModelForSequenceClassification.from_pretrained(model)
        theirs.resize_token_embeddings(len(tokenizer))
        theirs.save_pretrained(model)
        torch.testing.assert_close(
            logits(PowerForSequenceClassification.from_pretrained(model), model),
            logits(theirs, model),
            rtol=0,
            atol=ATOL,
        )


def test_a_model_on_the_hub_is_read_from_its_cache(made, tmp_path, monkeypatch):
    """As a download leaves it: links from a snapshot to blobs, one file split in two."""
    from huggingface_hub import constants

    repository = tmp_path / "hub" / "models--somebody--films"
    snapshot, blobs = repository / "snapshots" / "abc", repository / "blobs"
    for directory in (snapshot, blobs, repository / "refs"):
        directory.mkdir(parents=True)
    source = shutil.copytree(made / "bert", tmp_path / "source")
    split(source)
    for path in source.iterdir():
        path.rename(blobs / path.name)
        (snapshot / path.name).symlink_to(blobs / path.name)
    (repository / "refs" / "main").write_text("abc", encoding="utf-8")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr("transformers.utils.hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    ours = PowerForSequenceClassification.from_pretrained("somebody/films")
    torch.testing.assert_close(
        logits(ours, made / "bert"),
        logits(PowerForSequenceClassification.from_pretrained(made / "bert"), made / "bert"),
        rtol=0,
        atol=0,
    )
    with pytest.raises(CheckpointError, match="cannot read the model 'somebody/else'"):
        PowerForSequenceClassification.from_pretrained("somebody/else")


def test_a_model_may_be_saved_where_it_was_read(bert):
    """Tensors that were only mapped from the file would change, or be gone, while it is written anew."""
    ours = PowerForSequenceClassification.from_pretrained(bert)
    before = {name: tensor.clone() for name, tensor in ours.state_dict().items()}
    (bert / "model.safetensors").write_bytes(b"")
    assert all(torch.equal(tensor, before[name]) for name, tensor in ours.state_dict().items())
    ours.save_pretrained(bert)
    assert all(
        torch.equal(tensor, before[name])
        for name, tensor in PowerForSequenceClassification.from_pretrained(bert).state_dict().items()
    )


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "no/such/place"])
def test_names_that_are_no_directory(name):
    with pytest.raises(EdgePowerError) as caught:
        PowerForSequenceClassification.from_pretrained(name)
    assert "\n" not in str(caught.value)
