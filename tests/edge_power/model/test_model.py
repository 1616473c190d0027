"""The eager model: parity with transformers, and the invariants that make dropping words safe."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification

from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.extract import significance
from edge_power_runtime import RetentionConfig, RetentionError, RetentionSchedule
from tests.edge_power.conftest import make_batch
from tests.tiny import VOCABULARY, tiny_config, tiny_model, tiny_tokenizer

# Both sum in float32, in other orders; 1e-5 is some 80 ulps of a logit near 1, the bar of the project.
ATOL = 1e-5
WORDS = [30, 2, 17, 3, 29]
SCHEDULE = RetentionSchedule((0.8, 0.5, 0.3, 0.3))


def hugging_face(directory, **options):
    """A random BERT with weights ten times wider than usual, so that the logits are not all alike, on disk."""
    config = BertConfig(
        vocab_size=len(VOCABULARY),
        **{
            "hidden_size": 48,
            "num_hidden_layers": 3,
            "num_attention_heads": 6,
            "intermediate_size": 80,
            "max_position_embeddings": 40,
            "initializer_range": 0.2,
            "pad_token_id": 0,
            **options,
        },
    )
    torch.manual_seed(7)
    theirs = BertForSequenceClassification(config).eval()
    with torch.no_grad():
        for name, parameter in theirs.named_parameters():
            if name.endswith("bias") or "LayerNorm" in name:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    theirs.save_pretrained(directory)
    tiny_tokenizer().save_pretrained(directory)
    return theirs


def assert_same_logits(ours, theirs, batch):
    with torch.no_grad():
        expected = theirs(**batch._asdict()).logits
        actual = ours(**batch._asdict()).logits
    assert expected.std() > 0.01, "logits that are all alike would hide a difference"
    torch.testing.assert_close(actual, expected, rtol=0, atol=ATOL)


@pytest.mark.parametrize(
    "options",
    [
        {"num_labels": 2},
        {"num_labels": 7},
        {"num_labels": 1},
        {"num_labels": 1, "problem_type": "regression"},
        {"num_labels": 3, "problem_type": "multi_label_classification"},
        {"num_labels": 3, "hidden_act": "gelu_new"},
        {"num_labels": 3, "hidden_act": "relu"},
        {"num_labels": 3, "hidden_act": "silu", "num_hidden_layers": 1, "num_attention_heads": 1},
        {"num_labels": 2, "layer_norm_eps": 1e-3, "type_vocab_size": 3, "num_attention_heads": 12},
    ],
    ids=str,
)
def test_full_retention_equals_transformers(tmp_path, options):
    theirs = hugging_face(tmp_path, **options)
    ours = PowerForSequenceClassification.from_pretrained(tmp_path)
    assert_same_logits(ours, theirs, make_batch(WORDS, 30, vocabulary=len(VOCABULARY)))
    expected = options.get("problem_type", "regression" if options["num_labels"] == 1 else "classification")
    assert ours.config.task == expected
    assert len(ours.config.labels) == (0 if options["num_labels"] == 1 else options["num_labels"])


def test_token_types_may_be_left_out(model):
    batch = make_batch([9], 12, vocabulary=len(VOCABULARY))
    zeros = torch.zeros_like(batch.input_ids)
    with torch.no_grad():
        left_out = model(batch.input_ids, batch.attention_mask).logits
        assert torch.equal(left_out, model(batch.input_ids, batch.attention_mask, zeros).logits)
        assert not torch.equal(left_out, model(*batch).logits)


@pytest.mark.real
def test_full_retention_equals_transformers_on_minilm(real_checkpoint):
    theirs = BertForSequenceClassification.from_pretrained(real_checkpoint, dtype=torch.float32).eval()
    ours = PowerForSequenceClassification.from_pretrained(real_checkpoint)
    texts = ["A warm, funny film.", "dull", "It is long, and worse: it is empty of anything to say. " * 5]
    batch = ours.tokenizer(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        torch.testing.assert_close(ours(**batch).logits, theirs(**batch).logits, rtol=0, atol=ATOL)


@pytest.mark.parametrize("seed", range(4))
def test_cls_stays_first_and_words_go_before_padding(model, seed):
    length = 30
    config = SCHEDULE.at(length)
    batch = make_batch(WORDS, length, vocabulary=len(VOCABULARY), seed=seed)
    with torch.no_grad():
        survivors = model(*batch, retention=config).encoder.survivors
    assert [kept.shape[1] for kept in survivors] == list(config.keep[:-1])
    for kept, count in zip(survivors, config.keep, strict=False):
        assert torch.all(kept[:, 0] == 0)
        for row, words in zip(kept.tolist(), WORDS, strict=True):
            assert len(set(row)) == count
            assert sum(position < words for position in row) == min(words, count)


def test_words_kept_by_an_encoder_were_kept_by_the_one_before(model):
    batch = make_batch(WORDS, 30, vocabulary=len(VOCABULARY))
    with torch.no_grad():
        survivors = model(*batch, retention=SCHEDULE.at(30)).encoder.survivors
    for before, after in zip(survivors, survivors[1:], strict=False):
        for row_before, row_after in zip(before.tolist(), after.tolist(), strict=True):
            assert set(row_after) <= set(row_before)


def test_kept_words_are_the_most_significant(model):
    batch = make_batch([30], 30, vocabulary=len(VOCABULARY))
    with torch.no_grad():
        found = model(*batch, retention=SCHEDULE.at(30)).encoder
    entering = set(range(30))
    for kept, scores in zip(found.survivors, found.scores, strict=True):
        words, score = set(kept[0].tolist()), scores[0]
        assert {position for position in range(30) if not torch.isnan(score[position])} == entering
        dropped = entering - words
        assert dropped
        assert min(score[position] for position in words - {0}) >= max(score[position] for position in dropped - {0})
        entering = words


def test_significance_is_what_the_definition_says(model):
    """The first encoder's scores against a plain loop: mean over heads, sum over words, without the diagonal."""
    words, length = 9, 12
    batch = make_batch([words], length, vocabulary=len(VOCABULARY))
    encoder = model.encoder.stack()[0]
    with torch.no_grad():
        x = model.encoder.embeddings(batch.input_ids, batch.token_type_ids)[0]
        query, key = (
            part(x).unflatten(-1, (model.config.num_heads, -1)).transpose(0, 1) for part in (encoder.query, encoder.key)
        )
        attention = torch.softmax(
            (query @ key.transpose(1, 2) / model.config.head_size**0.5)[:, :, :words], dim=-1
        )  # padding keys have no part in it
        scores = model(*batch, retention=SCHEDULE.at(length)).encoder.scores[0][0]
    expected = [
        sum(attention[:, query, key].mean().item() for query in range(words) if query != key) for key in range(words)
    ]
    np.testing.assert_allclose(scores[:words], expected, rtol=0, atol=1e-5)
    np.testing.assert_allclose(scores[words:], 0, rtol=0, atol=1e-6)


def test_mixed_precision_does_not_round_significance():
    generator = torch.Generator().manual_seed(0)
    probabilities = torch.rand((2, 4, 9, 9), generator=generator).softmax(-1)
    votes = torch.ones((2, 4, 1, 9))
    with torch.autocast("cpu", torch.bfloat16):
        found = significance(probabilities, votes)
        assert (votes @ probabilities).dtype == torch.bfloat16, "other products are rounded here"
    assert torch.equal(found, significance(probabilities, votes))


@pytest.mark.parametrize("words", [2, 3, 11, 16])
def test_the_same_text_in_a_longer_graph(model, words):
    """However much padding follows: the same words, the same logits, where as many are kept."""
    keep = (11, 6, 3, 1)
    batch = make_batch([words], 16, vocabulary=len(VOCABULARY), seed=words)
    with torch.no_grad():
        short = model(*batch, retention=RetentionConfig(16, keep))
        for length in (17, 33, 64):
            long = model(*batch.widen(length), retention=RetentionConfig(length, keep))
            torch.testing.assert_close(long.logits, short.logits, rtol=0, atol=ATOL)
            for kept_long, kept_short in zip(long.encoder.survivors, short.encoder.survivors, strict=True):
                found = [
                    [position for position in kept[0].tolist() if position < words] for kept in (kept_long, kept_short)
                ]
                assert found[0] == found[1]


def test_padding_does_not_vote(model):
    """What stands under the padding changes nothing: neither words kept nor scores nor logits."""
    batch = make_batch([9, 14], 20, vocabulary=len(VOCABULARY))
    noise = make_batch([20, 20], 20, vocabulary=len(VOCABULARY), seed=5)
    noisy = type(batch)(
        torch.where(batch.attention_mask == 1, batch.input_ids, noise.input_ids),
        batch.attention_mask,
        torch.where(batch.attention_mask == 1, batch.token_type_ids, 1),
    )
    config = SCHEDULE.at(20)
    with torch.no_grad():
        plain, other = model(*batch, retention=config), model(*noisy, retention=config)
    torch.testing.assert_close(other.logits, plain.logits, rtol=0, atol=1e-6)
    for row, words in enumerate((9, 14)):
        for ours, theirs in zip(plain.encoder.scores, other.encoder.scores, strict=True):
            torch.testing.assert_close(ours[row, :words], theirs[row, :words], rtol=0, atol=1e-6, equal_nan=True)
        for ours, theirs in zip(plain.encoder.survivors, other.encoder.survivors, strict=True):
            assert [p for p in ours[row].tolist() if p < words] == [p for p in theirs[row].tolist() if p < words]


def test_left_padding_is_no_form_that_we_take(model):
    """[CLS] is position 0 by definition: padding there goes as all padding does. Texts are padded on the right."""
    batch = make_batch([8], 12, vocabulary=len(VOCABULARY))
    left = type(batch)(*(torch.roll(item, 4, dims=1) for item in batch))
    with torch.no_grad():
        kept = model(*left, retention=RetentionConfig(12, (8, 5, 3, 1))).encoder.survivors[0]
    assert sorted(kept[0].tolist()) == list(range(4, 12))


def test_a_hole_in_the_mask_is_padding(model):
    batch = make_batch([10], 10, vocabulary=len(VOCABULARY))
    batch.attention_mask[0, 4] = 0
    with torch.no_grad():
        kept = model(*batch, retention=RetentionConfig(10, (9, 9, 9, 1))).encoder.survivors[0]
    assert set(kept[0].tolist()) == set(range(10)) - {4}


def test_the_last_encoder_keeps_one_row_whatever_is_asked(model):
    batch = make_batch(WORDS, 30, vocabulary=len(VOCABULARY))
    with torch.no_grad():
        one = model(*batch, retention=RetentionConfig(30, (20, 10, 5, 1)))
        five = model(*batch, retention=RetentionConfig(30, (20, 10, 5, 5)))
    assert torch.equal(one.logits, five.logits)
    assert len(one.encoder.survivors) == len(one.encoder.scores) == model.config.num_encoders - 1


def test_keeping_everything_is_full_retention(model):
    batch = make_batch(WORDS, 30, vocabulary=len(VOCABULARY))
    with torch.no_grad():
        full, unnamed = model(*batch, retention=RetentionSchedule.full(4).at(30)), model(*batch)
    assert torch.equal(full.logits, unnamed.logits)
    assert all(kept.tolist() == [list(range(30))] * len(WORDS) for kept in full.encoder.survivors)
    assert all(torch.isnan(scores).all() for scores in full.encoder.scores)


def test_retention_that_does_not_fit_is_refused(model):
    batch = make_batch([5], 8, vocabulary=len(VOCABULARY))
    with pytest.raises(RetentionError, match="does not fit 4 encoders at length 8"):
        model(*batch, retention=RetentionConfig(9, (9, 5, 3, 1)))
    with pytest.raises(RetentionError, match="does not fit 4 encoders at length 8"):
        model(*batch, retention=RetentionConfig(8, (5, 3, 1)))


def test_a_link_is_replaced_and_not_the_file_that_it_leads_to(tmp_path):
    """The hub's cache keeps its files elsewhere, and links to them; another model's links may lead to the same."""
    place, blob = tmp_path / "snapshot", tmp_path / "blob"
    place.mkdir()
    (place / "notes.txt").write_text("mine")
    for name in ("model.safetensors", "config.json"):
        blob.write_text("the hub's")
        (place / name).symlink_to(blob)
    tiny_model().save_pretrained(place)
    assert blob.read_text() == "the hub's"
    assert (place / "notes.txt").read_text() == "mine"
    assert not any(path.is_symlink() or path.is_dir() for path in place.iterdir())


def test_a_model_that_cannot_be_saved_leaves_the_old_one(tmp_path):
    tiny_model().save_pretrained(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    broken = tiny_model(seed=1)
    broken.tokenizer.save_pretrained = None  # after the weights are written
    with pytest.raises(TypeError):
        broken.save_pretrained(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("labels", [("negative", "positive"), ("a", "b", "c"), ()])
def test_round_trip_is_exact(tmp_path, labels):
    task = "classification" if labels else "regression"
    ours = tiny_model(tiny_config(labels=labels, task=task))
    ours.save_pretrained(tmp_path)
    again = PowerForSequenceClassification.from_pretrained(tmp_path)
    assert again.config == ours.config
    for name, parameter in ours.state_dict().items():
        assert torch.equal(again.state_dict()[name], parameter), name
    assert len(again.state_dict()) == len(ours.state_dict())
    assert not again.training
    assert again.tokenizer("a good film").input_ids == ours.tokenizer("a good film").input_ids
    again.save_pretrained(tmp_path / "again")
    assert (tmp_path / "again" / "model.safetensors").read_bytes() == (tmp_path / "model.safetensors").read_bytes()
    assert not list(tmp_path.glob("**/*.bin"))


def test_transformers_reads_what_we_save(tmp_path, model):
    model.save_pretrained(tmp_path)
    theirs, report = BertForSequenceClassification.from_pretrained(tmp_path, output_loading_info=True)
    assert not any(report.values()), report
    assert theirs.config.id2label == {0: "negative", 1: "positive"}
    assert_same_logits(model, theirs.eval(), make_batch(WORDS, 30, vocabulary=len(VOCABULARY)))


def test_a_checkpoint_keeps_its_own_config(tmp_path):
    hugging_face(tmp_path, num_labels=2)
    PowerForSequenceClassification.from_pretrained(tmp_path).save_pretrained(tmp_path / "again")
    config = json.loads((tmp_path / "again" / "config.json").read_text(encoding="utf-8"))
    assert config["classifier_dropout"] is None
    assert config["attention_probs_dropout_prob"] == 0.1


def test_labels_and_shape_are_read(tmp_path):
    hugging_face(tmp_path, id2label={0: "no", 1: "maybe", 2: "yes"})
    config = PowerForSequenceClassification.from_pretrained(tmp_path).config
    assert config == dataclasses.replace(
        tiny_config(labels=("no", "maybe", "yes")),
        hidden_size=48,
        num_encoders=3,
        num_heads=6,
        intermediate_size=80,
        max_positions=40,
        dropout=0.1,
        attention_dropout=0.1,
    )
