import pickle  # data loaders hand datasets to their workers this way
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_power.data import DataError, Example
from edge_power.fitting.texts.dataset import CHUNK, Collator, TokenizedExamples, hold_out, tokenize
from edge_power.model.tokenizer import text_encoder
from edge_power.tasks.target import Target
from edge_power_runtime.bundle.manifest import TokenizerEntry
from edge_power_runtime.errors import InputError
from edge_power_runtime.text import TextEncoder
from tests.tiny import WORDS, tiny_model, tiny_tokenizer

LABELS = ("negative", "positive")
TO_ID = Target("classification", LABELS).convert
MAX_LENGTH = 8


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return text_encoder(tiny_model())


def examples_of(*texts: str | tuple[str, str], labels: str = "01") -> list[Example]:
    """Examples with labels of `labels` in turn."""
    parts = [text if isinstance(text, tuple) else (text, None) for text in texts]
    return [
        Example(first, second, labels[index % len(labels)], index + 2) for index, (first, second) in enumerate(parts)
    ]


def dataset_of(tokens: list[int], labels: list[int], *, task="classification") -> TokenizedExamples:
    """Texts of one token each, so that texts are the same where their tokens are."""
    return TokenizedExamples(
        np.array(tokens, dtype=np.int32),
        None,
        np.arange(len(tokens) + 1),
        np.array(labels, dtype=np.int64 if task == "classification" else np.float32),
        np.zeros(len(tokens), dtype=bool),
        task=task,
    )


def tokens_of(dataset: TokenizedExamples) -> list[int]:
    return [int(dataset[row]["input_ids"][0]) for row in range(len(dataset))]


TEXTS = ["a fine film", "", "not so good , was it ?", ("a film", "the same film"), ("dull", ""), "bad " * 20]


def test_items_are_what_a_device_reads(encoder):
    dataset = tokenize(examples_of(*TEXTS), encoder, TO_ID, task="classification", max_length=MAX_LENGTH)
    assert len(dataset) == len(TEXTS)
    for row, text in enumerate(TEXTS):
        expected = encoder.encode(text, MAX_LENGTH)
        item = dataset[row]
        assert item["input_ids"].tolist() == list(expected.ids)
        assert item["token_type_ids"].tolist() == list(expected.type_ids)
        assert item["labels"] == row % 2
        assert dataset.lengths[row] == expected.num_tokens
    assert dataset.lengths.dtype == dataset.labels.dtype == np.int64
    assert dataset[0]["input_ids"].dtype == np.int32
    assert dataset[-1]["input_ids"].tolist() == dataset[len(TEXTS) - 1]["input_ids"].tolist()


def test_long_texts_are_cut_and_counted(encoder):
    dataset = tokenize(
        examples_of("a film", "bad " * 20, ("warm " * 9, "dull " * 9)),
        encoder,
        TO_ID,
        task="classification",
        max_length=MAX_LENGTH,
    )
    assert dataset.lengths.tolist() == [4, MAX_LENGTH, MAX_LENGTH]
    assert dataset.truncated == 2
    assert dataset.select([0, 1]).truncated == 1


def test_no_token_types_where_the_model_has_none():
    entry = TokenizerEntry(pad_id=0, has_token_types=False)
    plain = TextEncoder(tiny_tokenizer().backend_tokenizer, entry)
    dataset = tokenize(examples_of(("a", "film")), plain, TO_ID, task="classification", max_length=MAX_LENGTH)
    assert dataset[0].keys() == {"input_ids", "labels"}
    assert Collator(0)([dataset[0]]).keys() == {"input_ids", "attention_mask", "labels"}
    assert dataset.select([0])[0].keys() == {"input_ids", "labels"}


def test_progress_counts_every_row(encoder):
    done: list[int] = []
    tokenize(
        examples_of(*["film"] * (CHUNK + 3)),
        encoder,
        TO_ID,
        task="classification",
        max_length=MAX_LENGTH,
        progress=done.append,
    )
    assert done == [CHUNK, 3]


def test_a_bad_label_names_its_row(encoder):
    with pytest.raises(DataError, match="row 4: the label '2' is unknown"):
        tokenize(examples_of("a", "b", "c", labels="012"), encoder, TO_ID, task="classification", max_length=MAX_LENGTH)


def test_rows_beyond_the_end_are_refused():
    dataset = dataset_of([5, 6], [0, 1])
    for index in (2, -3):
        with pytest.raises(IndexError, match=f"text {index} of 2"):
            dataset[index]


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=12), min_size=1, max_size=12), st.data())
@settings(deadline=None)
def test_selected_texts_are_the_same_texts(encoder, texts, data):
    dataset = tokenize(examples_of(*map(" ".join, texts)), encoder, TO_ID, task="classification", max_length=MAX_LENGTH)
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1)))
    chosen = pickle.loads(pickle.dumps(dataset.select(rows)))
    assert len(chosen) == len(rows)
    assert chosen.task == "classification"
    for index, row in enumerate(rows):
        for name, values in dataset[row].items():
            np.testing.assert_array_equal(chosen[index][name], values)


def test_a_batch_is_padded_to_its_longest(encoder):
    dataset = tokenize(
        examples_of("film", ("a film", "warm"), ""), encoder, TO_ID, task="classification", max_length=MAX_LENGTH
    )
    batch = Collator(pad_id=9)([dataset[row] for row in range(3)])
    film, a, warm = (encoder.encode(word, MAX_LENGTH).ids[1] for word in ("film", "a", "warm"))
    assert batch["input_ids"].tolist() == [[2, film, 3, 9, 9, 9], [2, a, film, 3, warm, 3], [2, 3, 9, 9, 9, 9]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 0, 0, 0], [1] * 6, [1, 1, 0, 0, 0, 0]]
    assert batch["token_type_ids"].tolist() == [[0] * 6, [0, 0, 0, 0, 1, 1], [0] * 6]
    assert batch["labels"].tolist() == [0, 1, 0]
    assert {values.dtype for values in batch.values()} == {torch.int64}


def test_a_batch_of_regression_has_float_labels(encoder):
    examples = examples_of("film", "dull", labels="35")
    batch = Collator(0)(
        list(
            map(
                tokenize(
                    examples, encoder, Target("regression").convert, task="regression", max_length=MAX_LENGTH
                ).__getitem__,
                range(2),
            )
        )
    )
    assert batch["labels"].dtype == torch.float32
    assert batch["labels"].tolist() == [3.0, 5.0]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 2)), min_size=1, max_size=60), st.integers(0, 3))
def test_a_split_loses_nothing_and_leaks_nothing(rows, seed):
    dataset = dataset_of([token for token, _ in rows], [label for _, label in rows])
    try:
        train, held = hold_out(dataset, 0.25, seed=seed)
    except DataError as error:
        # A text of several labels counts for the label of its first row.
        assert len({dict(reversed(rows))[token] for token, _ in rows}) == len({token for token, _ in rows})
        assert "\n" not in str(error)
        return
    assert len(train) and len(held)
    assert not set(tokens_of(train)) & set(tokens_of(held))
    pairs = [
        (token, int(label)) for part in (train, held) for token, label in zip(tokens_of(part), part.labels, strict=True)
    ]
    assert Counter(pairs) == Counter(rows)


def test_labels_are_held_out_in_proportion():
    labels = [0] * 600 + [1] * 300 + [2] * 100
    dataset = dataset_of(list(range(1000)), labels)
    train, held = hold_out(dataset, seed=1)
    # A share may be off by the one text whose place falls on the border of two labels.
    np.testing.assert_allclose(np.bincount(held.labels), [60, 30, 10], rtol=0, atol=1)
    assert len(held) == 100
    assert tokens_of(train) == sorted(tokens_of(train)) and tokens_of(held) == sorted(tokens_of(held))


def test_a_rare_label_stays_in_training():
    dataset = dataset_of(list(range(200)), [0] * 100 + list(range(1, 101)))
    for seed in range(5):
        train, held = hold_out(dataset, seed=seed)
        assert set(train.labels.tolist()) == set(range(101))
        assert len(held) == 20 - 10  # the hundred labels of one text give none


def test_a_seed_gives_one_split_and_seeds_differ():
    for task in ("classification", "regression"):
        dataset = dataset_of(list(range(300)), [row % 3 for row in range(300)], task=task)
        splits = [tokens_of(hold_out(dataset, seed=seed)[1]) for seed in (0, 0, 1)]
        assert splits[0] == splits[1] != splits[2]


def test_regression_is_split_without_strata():
    dataset = dataset_of(list(range(100)), [row / 7 for row in range(100)], task="regression")
    train, held = hold_out(dataset, 0.2, seed=0)
    assert (len(train), len(held)) == (80, 20)


def sets_of(tokens: list[int], labels: list[tuple[int, ...]], count: int) -> TokenizedExamples:
    """As `dataset_of`, with several labels a text."""
    truth = np.zeros((len(tokens), count), dtype=bool)
    for row, ids in enumerate(labels):
        truth[row, list(ids)] = True
    plain = dataset_of(tokens, [0] * len(tokens))
    offsets, cut = np.arange(len(tokens) + 1), np.zeros(len(tokens), dtype=bool)
    return TokenizedExamples(plain.input_ids, None, offsets, truth, cut, task="multi_label_classification")


def test_several_labels_are_held_out_by_the_rarest():
    labels = [(0,)] * 500 + [(0, 1)] * 300 + [(1, 2)] * 100 + [(0, 1, 2, 3)]
    train, held = hold_out(sets_of(list(range(901)), labels, 4), seed=1)
    # A tenth of each stratum: of 500, of 300, of 100, and none of the one; off by the one text at a border.
    assert len(held) == pytest.approx(90, abs=1)
    assert held.labels.sum(axis=0)[2] == pytest.approx(10, abs=1) and held.labels.sum(axis=0)[3] == 0
    assert train.labels.sum(axis=0)[3] == 1


def test_copies_and_parts_keep_several_labels():
    texts = sets_of([5, 6, 7], [(0,), (1, 2), (2,)], 3)
    twice = texts.with_copies([texts.input_ids, texts.input_ids + 10])
    assert (len(twice), tokens_of(twice)) == (6, [5, 6, 7, 15, 16, 17])
    np.testing.assert_array_equal(twice.labels, np.concatenate((texts.labels, texts.labels)))
    part = twice.select([4, 0])
    assert part.labels.tolist() == [[False, True, True], [True, False, False]]
    batch = Collator(0)([twice[row] for row in (1, 2)])
    assert (batch["labels"].dtype, batch["labels"].tolist()) == (
        torch.bool,
        [[False, True, True], [False, False, True]],
    )


def test_one_large_group_of_equal_texts_is_not_held_out_for_a_tenth():
    for seed in range(5):
        train, held = hold_out(dataset_of([7] * 80 + list(range(10, 30)), [0] * 100), seed=seed)
        assert 7 in tokens_of(train)
        assert 1 <= len(held) <= 10


def test_few_rows_still_give_one_to_each_side():
    train, held = hold_out(dataset_of([5, 6, 7], [0, 0, 1]), seed=0)
    assert (len(train), len(held)) == (2, 1)


@pytest.mark.parametrize(("tokens", "labels"), [([5], [0]), ([5, 6], [0, 1]), ([5, 5, 5], [0, 0, 0])])
def test_too_few_rows(tokens, labels):
    with pytest.raises(DataError) as caught:
        hold_out(dataset_of(tokens, labels), seed=0)
    assert str(caught.value) == (
        f"too few rows to hold some out: {len(tokens)} rows have {len(set(tokens))} different texts, and one text of "
        "each label stays for training; add rows, or give rows to choose by with `select`"
    )


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.1, float("nan")])
def test_a_fraction_that_is_none(fraction):
    with pytest.raises(InputError, match="the fraction to hold out is .*, must be between 0 and 1"):
        hold_out(dataset_of([5, 6], [0, 0]), fraction, seed=0)
