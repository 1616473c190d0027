"""Copies of training texts with words swapped: what stays, what changes, and how many there are."""

from pathlib import Path

import numpy as np
import pytest

from edge_power.data import Source
from edge_power.errors import OptionError
from edge_power.fitting.options import FitOptions, Goal
from edge_power.fitting.texts.augment import augmented
from edge_power.fitting.texts.dataset import TokenizedExamples
from edge_power.fitting.training.objective import SWAPPED, Distillation

CLS, SEP = 2, 3
ROWS = 200


def pairs(*, words: range = range(10, 30)) -> TokenizedExamples:
    """Pairs of texts, [CLS] a [SEP] b [SEP], of 2 to 20 words."""
    generator = np.random.default_rng(0)
    ids, types, lengths = [], [], []
    for _ in range(ROWS):
        first, second = (generator.choice(words, generator.integers(1, 11)).tolist() for _ in range(2))
        text = [CLS, *first, SEP, *second, SEP]
        ids += text
        types += [0] * (len(first) + 2) + [1] * (len(second) + 1)
        lengths.append(len(text))
    return TokenizedExamples(
        np.array(ids, dtype=np.int32),
        np.array(types, dtype=np.int8),
        np.concatenate(([0], np.cumsum(lengths))),
        np.arange(ROWS) % 2,
        np.arange(ROWS) % 50 == 0,
        task="classification",
    )


def copies_of(texts: TokenizedExamples, part: float, copies: int, *, seed: int = 0) -> TokenizedExamples:
    return augmented(texts, part, copies, special=(0, 1, CLS, SEP), seed=seed)


def same(ours, theirs) -> bool:
    return all(np.array_equal(ours[name], theirs[name]) for name in ("input_ids", "token_type_ids", "labels"))


def test_the_texts_come_first_and_their_copies_keep_all_but_words():
    texts = pairs()
    found = copies_of(texts, 0.5, 2)
    assert len(found) == 3 * ROWS
    assert found.lengths.tolist() == texts.lengths.tolist() * 3
    assert (found.truncated, found.input_ids.dtype, found.task) == (3 * 4, np.int32, "classification")
    for row in range(3 * ROWS):
        text, copy = texts[row % ROWS], found[row]
        assert same(text, copy) or row >= ROWS
        assert np.array_equal(copy["token_type_ids"], text["token_type_ids"])
        assert copy["labels"] == text["labels"]
        special = np.isin(text["input_ids"], (CLS, SEP))
        assert np.array_equal(copy["input_ids"][special], text["input_ids"][special])
        assert not np.isin(copy["input_ids"][~special], (CLS, SEP)).any()


def test_each_word_is_swapped_with_the_same_probability_for_one_that_the_texts_have():
    texts = pairs(words=range(10, 1010))
    (copy,) = np.split(copies_of(texts, 0.15, 1).input_ids, 2)[1:]
    words = texts.input_ids > SEP
    swapped = (copy != texts.input_ids)[words]
    # Some 2,200 words: the standard deviation of the part is 0.008; a swap finds the same word in a thousandth.
    assert 0.12 < swapped.mean() < 0.18
    assert set(copy) <= set(texts.input_ids)
    # Alike at the beginning and at the end of the texts.
    assert 0.1 < swapped[: len(swapped) // 2].mean() < 0.2


def test_words_are_drawn_as_often_as_the_texts_have_them():
    ids = np.array([10] * 9000 + [11] * 1000, dtype=np.int32)
    rows = len(ids)  # texts of one word each, since a text's words are swapped alike
    texts = TokenizedExamples(
        ids, None, np.arange(rows + 1), np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=bool),
        task="classification",
    )  # fmt: skip
    copy = copies_of(texts, 1.0, 1).input_ids[rows:]
    # 10,000 draws: the standard deviation of the part is 0.003.
    assert 0.885 < (copy == 10).mean() < 0.915


def test_a_word_is_swapped_for_the_same_one_wherever_its_text_has_it_and_in_no_other_text():
    texts = pairs()
    found = copies_of(texts, 0.5, 1)
    shared = 0
    swaps: dict[int, set[int]] = {}
    for row in range(ROWS):
        before, after = texts[row]["input_ids"], found[ROWS + row]["input_ids"]
        shared += len(before) - len(set(before))
        for word in set(before):
            became = set(after[before == word].tolist())
            assert len(became) == 1
            swaps.setdefault(word, set()).update(became)
    assert shared > 500, "the texts have words several times"
    assert all(len(swaps[word]) > 3 for word in range(10, 30)), "each text is swapped by itself"


def test_a_seed_repeats_and_copies_differ():
    texts = pairs()
    one, again, other = (copies_of(texts, 0.15, 2, seed=seed).input_ids for seed in (7, 7, 8))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    _, first, second = np.split(one, 3)
    assert not np.array_equal(first, second)


def test_texts_without_a_word_have_copies_too():
    texts = TokenizedExamples(
        np.array([CLS, SEP], dtype=np.int32), None, np.array([0, 2]), np.zeros(1, dtype=np.int64),
        np.zeros(1, dtype=bool), task="classification",
    )  # fmt: skip
    assert copies_of(texts, 1.0, 1).input_ids.tolist() == [CLS, SEP, CLS, SEP]


@pytest.mark.parametrize(
    ("rows", "copies"),
    [
        (60_615, 1),  # four epochs, each text and one copy twice
        (2_241, 8),  # the 1,200 steps that there are at least draw 17 times as many texts as there are
        (10, 1919),
    ],
)
def test_there_are_so_many_copies_that_each_is_seen_about_twice(rows, copies):
    options = FitOptions("model", Source("train.tsv"), Path("fit"), Goal(target=0.5))
    assert options.copies(rows) == copies


def test_texts_are_augmented_where_no_label_counts():
    assert Distillation().swapped == Distillation().augment == SWAPPED == 0.15
    assert Distillation(augment=0.3).swapped == 0.3
    assert Distillation(augment=0.0).swapped == 0.0
    assert Distillation(logits=0.5).swapped == Distillation(logits=0.5).augment == 0.0
    with pytest.raises(OptionError, match="`augment` 0.3 needs `distil` 1, found 0.5"):
        Distillation(logits=0.5, augment=0.3)
