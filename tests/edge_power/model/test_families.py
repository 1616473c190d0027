"""Every model family: parity with transformers, both ways, and programs on all engines."""

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, processors
from torch.utils.flop_counter import FlopCounterMode
from transformers import AutoModel, AutoModelForMaskedLM, AutoModelForSequenceClassification, AutoTokenizer

from edge_power.conversion.artifacts import ENGINES
from edge_power.conversion.convert import convert
from edge_power.conversion.plan import Plan
from edge_power.conversion.tracing import Tracer
from edge_power.errors import CheckpointError, NoClassifierError
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.families import FAMILIES
from edge_power.model.macs import count_macs, count_unpruned
from edge_power.model.retention_file import parse_keep
from edge_power.model.tokenizer import text_encoder, tokenizer_entry
from edge_power_runtime import Bundle, Classifier, RetentionConfig, RetentionSchedule
from tests.tiny import tiny_model
from tests.tiny_families import OPTIONS, POSITIONS, family_checkpoint, family_tokenizer

# Both sum in float32, in other orders; 1e-5 is some 80 ulps of a logit near 1, the bar of the project.
ATOL = 1e-5
# Engines sum in yet other orders; the bar of the project for fp32.
ENGINE_ATOL = 1e-4
SCHEDULE = RetentionSchedule((0.8, 0.5, 0.3))
TEXTS = ["a good film", "the woman was not bad, and not dull", "", "a long story of the sea: never again!"]
PAIRS = ["never", "a good night for that", "music", "all"]
# transformers 5 gives ALBERT no token types, though it has them, and its tokenizer.json says which.
WITH_TYPES = ("bert", "electra")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """By family: the directory that transformers wrote, its model and ours; read only."""
    found = {}
    for family in FAMILIES:
        directory = tmp_path_factory.mktemp(family)
        theirs = family_checkpoint(directory, family)
        found[family] = directory, theirs, PowerForSequenceClassification.from_pretrained(directory)
    return found


def padded(model, texts, pairs=None):
    """A batch as the runtime makes it: token types from tokenizer.json, padding on the right."""
    encoder = text_encoder(model)
    encoded = [
        encoder.encode(text, POSITIONS) for text in (texts if pairs is None else list(zip(texts, pairs, strict=True)))
    ]
    rows = [encoder.pad(item, max(item.num_tokens for item in encoded)) for item in encoded]
    return {name: torch.cat([torch.from_numpy(row[name]) for row in rows]) for name in rows[0]}


def logits(model, batch, **options):
    with torch.no_grad():
        return model(**batch, **options).logits


def assert_same_logits(ours, theirs, batch):
    expected = logits(theirs, batch)
    assert expected.std() > 0.05, "logits that are all alike would hide a difference"
    torch.testing.assert_close(logits(ours, batch), expected, rtol=0, atol=ATOL)


def test_the_families_are_those_that_have_a_tiny_checkpoint():
    assert list(FAMILIES) == ["bert", "albert", "distilbert", "roberta", "xlm-roberta", "camembert", "electra"]
    assert set(FAMILIES) == set(OPTIONS)


@pytest.mark.parametrize("pairs", [None, PAIRS], ids=["texts", "pairs"])
@pytest.mark.parametrize("family", FAMILIES)
def test_full_retention_equals_transformers(made, family, pairs):
    _, theirs, ours = made[family]
    batch = padded(ours, TEXTS, pairs)
    assert not batch["attention_mask"].all(), "a batch without padding would not show that padding is ignored"
    assert ("token_type_ids" in batch) == (family in WITH_TYPES)
    assert_same_logits(ours, theirs, batch)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_text_as_long_as_the_positions(made, family):
    _, theirs, ours = made[family]
    batch = padded(ours, [" ".join(["never"] * POSITIONS)])
    assert batch["input_ids"].shape[1] == ours.config.max_positions == POSITIONS
    assert_same_logits(ours, theirs, batch)


def with_padding(model):
    """Texts that spell out the padding token: at the beginning, several times, and nothing else."""
    pad = model.tokenizer.pad_token
    return [f"a {pad} good film", f"{pad}{pad} the day {pad} was bad {pad}", pad, ("never " + pad, f"{pad} again")]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_padding_token_in_a_text_is_what_it_is_in_transformers(made, family):
    """One text at a time, unpadded there and padded here; RoBERTa counts no position for it, the others do."""
    _, theirs, ours = made[family]
    for text in with_padding(ours):
        parts = (text,) if isinstance(text, str) else text
        batch = padded(ours, [text])
        assert (batch["input_ids"] == ours.config.pad_id).any() and batch["attention_mask"].all()
        expected = logits(theirs, ours.tokenizer(*parts, return_tensors="pt"))
        for more in (0, 7, POSITIONS - batch["input_ids"].shape[1]):
            fill = {"input_ids": ours.config.pad_id}
            wide = {
                name: torch.nn.functional.pad(item, (0, more), value=fill.get(name, 0)) for name, item in batch.items()
            }
            torch.testing.assert_close(logits(ours, wide), expected, rtol=0, atol=ATOL)


@pytest.mark.parametrize("family", ["roberta", "xlm-roberta", "camembert", "bert"])
def test_programs_place_padding_tokens_as_eager_does(made, family):
    assert_traced_is_eager(made[family][2], padded(made[family][2], with_padding(made[family][2])))


@pytest.mark.parametrize("family", FAMILIES)
def test_ids_and_types_are_those_of_transformers(made, family):
    """The runtime's tokenizer against the checkpoint's."""
    directory, _, ours = made[family]
    tokenizer, encoder = AutoTokenizer.from_pretrained(directory), text_encoder(ours)
    for text, pair in zip(TEXTS, PAIRS, strict=True):
        for arguments, item in (((text,), text), ((text, pair), (text, pair))):
            expected = tokenizer(*arguments, return_token_type_ids=True)
            assert list(encoder.encode(item, POSITIONS).ids) == expected.input_ids
            if family in (*WITH_TYPES, "albert"):
                assert list(encoder.encode(item, POSITIONS).type_ids) == expected.token_type_ids
    assert tokenizer_entry(ours).pad_id == tokenizer.pad_token_id
    assert encoder.encode(TEXTS[0], POSITIONS).ids[0] == tokenizer.cls_token_id


@pytest.mark.parametrize("family", FAMILIES)
def test_transformers_reads_what_we_save(made, family, tmp_path):
    directory, _, ours = made[family]
    ours.save_pretrained(tmp_path)
    theirs, report = AutoModelForSequenceClassification.from_pretrained(tmp_path, output_loading_info=True)
    assert type(theirs).__name__ == FAMILIES[family].classifier
    assert not any(report.values()), report
    assert_same_logits(ours, theirs.eval(), padded(ours, TEXTS, PAIRS))
    # Every number that was read is written, those included that no word uses: RoBERTa's first positions.
    before, after = (load_file(path / "model.safetensors") for path in (directory, tmp_path))
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert PowerForSequenceClassification.from_pretrained(tmp_path).config == ours.config


@pytest.mark.parametrize("family", FAMILIES)
def test_a_model_made_in_memory_round_trips(made, family, tmp_path):
    config = made[family][2].config
    ours = tiny_model(config)
    ours.tokenizer = family_tokenizer(family)
    ours.save_pretrained(tmp_path)
    theirs, report = AutoModelForSequenceClassification.from_pretrained(tmp_path, output_loading_info=True)
    assert not any(report.values()), report
    assert_same_logits(ours, theirs.eval(), padded(ours, TEXTS))
    assert PowerForSequenceClassification.from_pretrained(tmp_path).config == config


@pytest.mark.parametrize("family", FAMILIES)
def test_regression(family, tmp_path):
    theirs = family_checkpoint(tmp_path, family, num_labels=1)
    ours = PowerForSequenceClassification.from_pretrained(tmp_path)
    assert (ours.config.task, ours.config.labels) == ("regression", ())
    assert_same_logits(ours, theirs, padded(ours, TEXTS))


def test_shapes_are_read(made):
    configs = {family: model.config for family, (_, _, model) in made.items()}
    assert {family: config.head_activation for family, config in configs.items()} == {
        "bert": "tanh",
        "albert": "tanh",
        "distilbert": "relu",
        "roberta": "tanh",
        "xlm-roberta": "tanh",
        "camembert": "tanh",
        "electra": "gelu",
    }
    assert {family for family, config in configs.items() if config.embedding_size == 16} == {"albert", "electra"}
    assert {family for family, config in configs.items() if config.shared_encoders} == {"albert"}
    assert {family: config.position_offset for family, config in configs.items() if config.position_offset} == {
        "roberta": 2,
        "xlm-roberta": 2,
        "camembert": 2,
    }
    assert configs["albert"].activation == "gelu_tanh"
    assert (configs["distilbert"].num_token_types, configs["roberta"].num_token_types) == (0, 1)


@pytest.mark.parametrize(
    ("family", "options", "expected"),
    [
        ("albert", {}, (0.0, 0.0)),
        ("albert", {"hidden_dropout_prob": 0.2, "attention_probs_dropout_prob": 0.3}, (0.2, 0.3)),
        ("distilbert", {"dropout": 0.2, "attention_dropout": 0.3}, (0.2, 0.3)),
        ("electra", {"hidden_dropout_prob": 0.2, "classifier_dropout": 0.4}, (0.2, 0.1)),
        ("roberta", {"attention_probs_dropout_prob": 0.0}, (0.1, 0.0)),
    ],
    ids=str,
)
def test_dropout_is_read(family, options, expected, tmp_path):
    family_checkpoint(tmp_path, family, **options)
    config = PowerForSequenceClassification.from_pretrained(tmp_path).config
    assert (config.dropout, config.attention_dropout) == expected


@pytest.mark.parametrize(
    ("family", "options"),
    [
        ("electra", {"embedding_size": 48}),  # transformers has no projection then
        ("albert", {"embedding_size": 48}),  # and here it has
        ("roberta", {"type_vocab_size": 2}),  # of which its tokenizer only ever gives the first
        ("bert", {"type_vocab_size": 1}),
        ("distilbert", {"sinusoidal_pos_embds": True, "activation": "relu"}),
    ],
    ids=str,
)
def test_less_common_shapes(family, options, tmp_path):
    theirs = family_checkpoint(tmp_path, family, **options)
    ours = PowerForSequenceClassification.from_pretrained(tmp_path)
    batch = padded(ours, TEXTS)
    assert_same_logits(ours, theirs, batch)
    assert_traced_is_eager(ours, batch)


@pytest.mark.parametrize("family", FAMILIES)
def test_kept_words(made, family):
    """[CLS] first, padding last, the same words however much padding follows; every encoder drops on its own."""
    ours = made[family][2]
    batch = padded(ours, TEXTS, PAIRS)
    words, length = batch["attention_mask"].sum(1), batch["input_ids"].shape[1]
    with torch.no_grad():
        short = ours(**batch, retention=RetentionConfig(length, (8, 5, 1)))
        wide = {name: torch.nn.functional.pad(item, (0, POSITIONS - length)) for name, item in batch.items()}
        long = ours(**wide, retention=RetentionConfig(POSITIONS, (8, 5, 1)))
    torch.testing.assert_close(long.logits, short.logits, rtol=0, atol=ATOL)
    assert [kept.shape[1] for kept in short.encoder.survivors] == [8, 5]
    for kept, also in zip(short.encoder.survivors, long.encoder.survivors, strict=True):
        assert torch.all(kept[:, 0] == 0)
        for row in range(len(words)):
            real = [position for position in kept[row].tolist() if position < words[row]]
            assert real == [position for position in also[row].tolist() if position < words[row]]
            assert len(real) == min(words[row], kept.shape[1])


def assert_traced_is_eager(model, batch):
    length = batch["input_ids"].shape[1]
    config = SCHEDULE.at(length)
    tracer = Tracer(model)
    program = tracer.trace(config)
    assert set(tracer.input_names) == {"input_ids", "attention_mask"} | (
        {"token_type_ids"} if model.reads_token_types else set()
    )
    expected = logits(model, batch, retention=config)
    for row in range(len(expected)):
        inputs = {name: batch[name][row : row + 1] for name in tracer.input_names}
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            found = program.module()(**inputs)["logits"][0]
        torch.testing.assert_close(found, expected[row], rtol=0, atol=ATOL)
        assert count_macs(model.config, config).total == counter.get_total_flops() / 2


@pytest.mark.parametrize("family", FAMILIES)
def test_traced_is_eager_and_costs_what_we_count(made, family):
    ours = made[family][2]
    assert_traced_is_eager(ours, padded(ours, TEXTS, PAIRS))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_unpruned_model_costs_what_transformers_computes(made, family):
    _, theirs, ours = made[family]
    batch = padded(ours, TEXTS[:1])
    config = theirs.config
    config._attn_implementation = "eager"
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        theirs(**batch)
    assert count_unpruned(ours.config, batch["input_ids"].shape[1]) == counter.get_total_flops() / 2


def test_one_token_type_joins_the_positions(made):
    """A graph of RoBERTa holds one table of positions, that of padding first, and none of types."""
    ours = made["roberta"][2]
    traced = Tracer(ours).trace(SCHEDULE.at(12))
    shapes = {name: tuple(tensor.shape) for name, tensor in traced.state_dict.items() if "embeddings" in name}
    assert shapes == {
        "embeddings.word.weight": (len(ours.tokenizer), 48),
        "embeddings.position.weight": (POSITIONS + 1, 48),
        "embeddings.norm.weight": (48,),
        "embeddings.norm.bias": (48,),
    }


def test_albert_has_its_encoder_once(made, tmp_path):
    _, theirs, ours = made["albert"]
    stack = ours.encoder.stack()
    assert len(stack) == 3 and len(set(stack)) == 1
    assert sum(parameter.numel() for parameter in ours.parameters()) == theirs.num_parameters()
    ours.save_pretrained(tmp_path)
    assert (
        sum(tensor.numel() for tensor in load_file(tmp_path / "model.safetensors").values()) == theirs.num_parameters()
    )
    traced = Tracer(ours).trace(SCHEDULE.at(12))
    large = {tensor.data_ptr() for tensor in traced.state_dict.values() if tuple(tensor.shape) == (80, 48)}
    assert len(large) == 1


def test_training_albert_reaches_its_encoder_from_every_place(made):
    directory, theirs, _ = made["albert"]
    ours = PowerForSequenceClassification.from_pretrained(directory)
    batch = padded(ours, TEXTS)
    for model in (ours, theirs):
        model.zero_grad()
        model(**batch).logits.square().sum().backward()
    expected = theirs.albert.encoder.albert_layer_groups[0].albert_layers[0].ffn.weight.grad
    # Sums over all words and encoders, in another order.
    torch.testing.assert_close(ours.encoder.stack()[0].expand.weight.grad, expected, rtol=1e-4, atol=1e-4)
    theirs.zero_grad()


@pytest.mark.parametrize("kind", [AutoModel, AutoModelForMaskedLM], ids=["bare", "masked"])
@pytest.mark.parametrize("family", FAMILIES)
def test_an_encoder_gets_a_new_head(made, family, kind, tmp_path):
    directory, theirs, fitted = made[family]
    kind.from_pretrained(directory).save_pretrained(tmp_path)
    fitted.tokenizer.save_pretrained(tmp_path)
    with pytest.raises(NoClassifierError, match="has no classification head"):
        PowerForSequenceClassification.from_pretrained(tmp_path)
    torch.manual_seed(3)
    ours = PowerForSequenceClassification.from_encoder(tmp_path, ("x", "y", "z"))
    assert (ours.config.labels, ours.config.task, ours.training) == (("x", "y", "z"), "classification", False)
    batch = padded(ours, TEXTS)
    with torch.no_grad():
        expected = theirs.base_model(**batch).last_hidden_state[:, 0]
        torch.testing.assert_close(ours.encoder(**batch).cls, expected, rtol=0, atol=ATOL)
    assert ours.head.classifier.weight.shape == (3, 48) and not ours.head.classifier.bias.any()
    # The family's own deviation, from 3 * 48 numbers: within a third of it in all but one of 10^8 draws.
    assert ours.head.classifier.weight.std().item() == pytest.approx(theirs.config.initializer_range, rel=0.33)
    torch.manual_seed(3)
    again = PowerForSequenceClassification.from_encoder(tmp_path, ("x", "y", "z")).state_dict()
    assert all(torch.equal(tensor, again[name]) for name, tensor in ours.state_dict().items())
    ours.save_pretrained(tmp_path / "saved")
    saved = AutoModelForSequenceClassification.from_pretrained(tmp_path / "saved").eval()
    torch.testing.assert_close(logits(ours, batch), logits(saved, batch), rtol=0, atol=ATOL)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_fitted_classifier_gets_another_head(made, family, tmp_path):
    """Other labels than the checkpoint's, as many or not, and regression."""
    directory, _, fitted = made[family]
    for labels, task in (
        (("p", "q"), "classification"),
        (("x", "y", "z"), "classification"),
        ((), "regression"),
        (("x", "y"), "multi_label_classification"),
    ):
        ours = PowerForSequenceClassification.from_encoder(directory, labels, task=task)
        assert (ours.config.labels, ours.config.task) == (labels, task)
        assert ours.head.classifier.weight.shape == (len(labels) or 1, 48)
        assert torch.equal(ours.head.pooler.weight, fitted.head.pooler.weight)
        assert not torch.equal(ours.head.classifier.weight[:1], fitted.head.classifier.weight[:1])
    ours.save_pretrained(tmp_path)
    assert PowerForSequenceClassification.from_pretrained(tmp_path).config == ours.config


def test_weights_without_a_head_or_without_an_encoder(made, tmp_path):
    model = shutil.copytree(made["roberta"][0], tmp_path / "model")
    weights = load_file(model / "model.safetensors")
    save_file({name: weights[name] for name in weights if "classifier" not in name}, model / "model.safetensors")
    with pytest.raises(NoClassifierError, match=r"lacks the weights classifier\.dense\.bias, classifier\.dense"):
        PowerForSequenceClassification.from_pretrained(model)
    save_file({name: weights[name] for name in weights if "layer.1" not in name}, model / "model.safetensors")
    with pytest.raises(CheckpointError, match=r"lacks the weights roberta\.encoder\.layer\.1") as caught:
        PowerForSequenceClassification.from_encoder(model, ("x", "y"))
    assert not isinstance(caught.value, NoClassifierError)


@pytest.mark.parametrize(
    "model_type", ["deberta", "deberta-v2", "modernbert", "xlnet", "gpt2", "t5", "funnel", "longformer", "xlm"]
)
def test_other_architectures_are_refused(made, model_type, tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": model_type}), encoding="utf-8")
    shutil.copy(made["bert"][0] / "model.safetensors", tmp_path)
    supported = "bert, albert, distilbert, roberta, xlm-roberta, camembert, electra"
    with pytest.raises(CheckpointError, match=f"is a '{model_type}' model; supported architectures: {supported}, "):
        PowerForSequenceClassification.from_pretrained(tmp_path)
    with pytest.raises(CheckpointError, match="supported architectures"):
        PowerForSequenceClassification.from_encoder(tmp_path, ("x", "y"))


@pytest.mark.parametrize(
    ("family", "changes", "expected"),
    [
        ("albert", {"inner_group_num": 2}, "has inner_group_num 2; supported: 1"),
        ("albert", {"num_hidden_groups": 3}, "has num_hidden_groups 3; supported: 1"),
        ("albert", {"hidden_act": "prelu"}, "has the activation 'prelu'; supported: gelu"),
        ("distilbert", {"activation": "laplace"}, "has the activation 'laplace'; supported: gelu"),
        (
            "electra",
            {"position_embedding_type": "relative_key"},
            "has position_embedding_type 'relative_key'; expected",
        ),
        ("roberta", {"is_decoder": True}, "is a decoder, whose words see only those before them"),
    ],
    ids=str,
)
def test_shapes_that_we_do_not_compute_are_refused(family, changes, expected, tmp_path):
    family_checkpoint(tmp_path, family, **changes)
    with pytest.raises(CheckpointError, match=expected) as caught:
        PowerForSequenceClassification.from_pretrained(tmp_path)
    assert str(tmp_path) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("template", "found"), [("$A [SEP] [CLS]", r"'\[SEP\]'"), ("$A", "nothing")], ids=["behind", "nowhere"]
)
def test_an_encoding_that_does_not_begin_with_cls_is_refused(made, tmp_path, template, found):
    model = shutil.copytree(made["bert"][0], tmp_path / "model")
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.post_processor = processors.TemplateProcessing(
        single=template, pair=f"{template} $B", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(model / "tokenizer.json"))
    (model / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast", "cls_token": "[CLS]"}')
    with pytest.raises(CheckpointError, match=rf"begins a text with {found} and not with \[CLS\]; supported"):
        PowerForSequenceClassification.from_pretrained(model)


@pytest.mark.parametrize("family", FAMILIES)
def test_no_tokenizer(made, family, tmp_path):
    model = shutil.copytree(made[family][0], tmp_path / "model")
    for path in (*model.glob("tok*"), *model.glob("voc*"), *model.glob("special*")):
        path.unlink()
    with pytest.raises(CheckpointError, match="tokenizer"):
        PowerForSequenceClassification.from_pretrained(model)


# BERT's bundle is in tests/e2e. ALBERT is large and deep enough for its size to tell how often it holds its encoder.
CONVERTED = {
    "albert": {"hidden_size": 96, "intermediate_size": 768, "num_hidden_layers": 3},
    "distilbert": {"n_layers": 2},
    "roberta": {"num_hidden_layers": 2},
    "electra": {"num_hidden_layers": 2},
}
KEEP = {2: parse_keep("0.6,0.3"), 3: parse_keep("0.7,0.4,0.3")}
# ONNX Runtime takes a second, and every engine gets the same exported program. What a family has of its own, embeddings
# and head, ALBERT has as well: it goes through all engines often, the others once in a while.
ALBERT = pytest.param(("albert", ENGINES), marks=pytest.mark.thorough)
WHOLE = [pytest.param((family, ENGINES), marks=pytest.mark.slow) for family in CONVERTED if family != "albert"]


@pytest.fixture(
    scope="session",
    params=[*((family, ("onnx",)) for family in CONVERTED), ALBERT, *WHOLE],
    ids=lambda param: f"{param[0]}-{len(param[1])}",
)
def bundle(request, tmp_path_factory):
    """A pruned budget at one length, and the model that it was made of."""
    family, engines = request.param
    directory = tmp_path_factory.mktemp("family")
    family_checkpoint(directory / "model", family, **CONVERTED[family])
    model = PowerForSequenceClassification.from_pretrained(directory / "model")
    # A second process would load PyTorch again, for each family.
    plan = Plan(engines, lengths=(16,), budgets={"fast": KEEP[model.config.num_encoders]}, one_process=True)
    convert(model, directory / "bundle", plan, name=family)
    return directory / "bundle", model


def test_every_engine_says_what_eager_says(bundle):
    """The whole way of a device, from text to logits; parity and kept words were checked when it was written."""
    path, model = bundle
    manifest = Bundle.open(path).manifest
    assert manifest.architecture == model.config.architecture
    assert manifest.tokenizer == tokenizer_entry(model)
    names = ["input_ids", "attention_mask"] + ["token_type_ids"] * model.reads_token_types
    encoder = text_encoder(model)
    config = KEEP[model.config.num_encoders].at(16, encoders=model.config.num_encoders)
    for artifact in manifest.artifacts:
        assert [item.name for item in artifact.programs[0].inputs] == names
        assert artifact.programs[0].parity.kept_agreement == 1
        classifier = Classifier.open(path, engine=artifact.engine)
        for text in (*TEXTS, f"a {model.tokenizer.pad_token} film", ("a film", "never ! " * 20)):
            inputs = encoder.pad(encoder.encode(text, 16), 16)
            expected = logits(model, {name: torch.from_numpy(item) for name, item in inputs.items()}, retention=config)
            found = classifier(text)
            torch.testing.assert_close(torch.tensor([found.logits]), expected, rtol=0, atol=ENGINE_ATOL)
            assert found.truncated == (isinstance(text, tuple) or encoder.encode(text, 16).truncated)


@pytest.mark.parametrize("bundle", [ALBERT], indirect=True, ids=["albert"])
def test_artifacts_of_albert_hold_its_encoder_once(bundle):
    path, model = bundle
    encoder = 4 * sum(parameter.numel() for parameter in model.encoder.stack()[0].parameters())
    rest = 4 * sum(parameter.numel() for parameter in model.parameters()) - encoder
    # The last encoder takes its weights transposed for its one row, and LiteRT keeps both forms of most of them.
    copies = {"onnx": 1, "executorch": 1, "tflite": 2}
    for artifact in Bundle.open(path).manifest.artifacts:
        size = sum(entry.size_bytes for entry in artifact.files)
        assert size - rest < (copies[artifact.engine] + 0.25) * encoder, artifact.engine
