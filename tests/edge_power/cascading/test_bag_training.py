"""A bag tier that is trained: it learns, is small, and is the same for the same seed."""

from functools import cache
from importlib.resources import files
from typing import Any, cast

import numpy as np
import pytest
from safetensors.numpy import load
from scipy.special import softmax

from edge_power.cascading.bag.features import layout, matrix
from edge_power.cascading.bag.learn import Learned
from edge_power.cascading.bag.rounding import rounded
from edge_power.cascading.bag.train import Lesson, train_bag
from edge_power.errors import OptionError
from edge_power_runtime.cascade.bag import BagTier
from edge_power_runtime.text import EncodedText, TextEncoder

LABELS = 10


@cache
def banking(split: str) -> tuple[tuple[EncodedText, ...], np.ndarray]:
    """The demo's data, a word an id: no tokenizer is needed to learn from them."""
    words: dict[str, int] = {}
    found = {}
    for part in ("train", "dev"):
        lines = (files("edge_power") / "data_files" / "banking" / f"{part}.tsv").read_text(encoding="utf-8").split("\n")
        rows = [line.split("\t") for line in lines[1:] if line]
        ids = [tuple(2 + words.setdefault(word, len(words)) for word in row[1].lower().split()) for row in rows]
        texts = tuple(EncodedText((0, *one, 1), (0,) * (len(one) + 2), truncated=False) for one in ids)
        names = sorted({row[0] for row in rows})
        found[part] = texts, np.array([names.index(row[0]) for row in rows])
    return found[split]


def trained(lesson: Lesson, **others: Any) -> bytes:
    options = {"labels": LABELS, "vocabulary": 4000, "max_bytes": 200_000, **others}
    return train_bag(lesson, **options)


def tier(data: bytes) -> BagTier:
    labels = tuple(map(str, range(LABELS)))
    return BagTier.from_bytes(data, cast(TextEncoder, None), labels, max_length=64)


def logits(data: bytes, split: str = "dev") -> np.ndarray:
    found = tier(data)
    return np.array([found.logits(text) for text in banking(split)[0]])


@pytest.fixture(scope="module")
def data() -> bytes:
    return trained(Lesson(*banking("train")))


def test_learns_and_is_surest_where_it_is_right(data: bytes) -> None:
    found, truth = logits(data), banking("dev")[1]
    right = found.argmax(axis=1) == truth
    # 0.90 measured with words for pieces; ten labels by chance are 0.10.
    assert right.mean() > 0.85
    surest = np.argsort(-softmax(found, axis=1).max(axis=1))[: len(truth) // 2]
    assert right[surest].mean() > 0.97


@pytest.mark.thorough
def test_is_the_same_for_the_same_seed(data: bytes) -> None:
    assert trained(Lesson(*banking("train"))) == data
    assert trained(Lesson(*banking("train")), seed=1) != data


def test_safetensors_reads_the_file(data: bytes) -> None:
    found, table = load(data), tier(data).table
    assert sorted(found) == ["bias", "pieces", "rows", "scale", "shifts"]
    for name, array in found.items():
        np.testing.assert_array_equal(array, getattr(table, name), strict=True)


@pytest.mark.thorough
def test_keeps_to_its_size_and_asks_for_no_more() -> None:
    lesson = Lesson(*banking("train"))
    small = trained(lesson, max_bytes=60_000)
    assert 50_000 < len(small) <= 60_000
    # Eight times as many buckets as there are pairs are enough: a larger limit changes nothing.
    assert len(trained(lesson, max_bytes=4_000_000)) == len(trained(lesson, max_bytes=2_000_000))
    with pytest.raises(
        OptionError, match=r"`bag_mb` is 0.02, and a vocabulary of 4000 with \d+ pieces .* at least 0.0"
    ):
        trained(lesson, max_bytes=20_000)


@pytest.mark.thorough
def test_learns_from_a_second_tier(data: bytes) -> None:
    """Texts without labels, whose answers a second tier gives, are learned too."""
    texts, truth = banking("train")
    few = np.random.default_rng(0).permutation(len(texts))[:60]
    labelled = Lesson([texts[place] for place in few], truth[few])
    taught = np.concatenate([labelled_logits(truth[few]), labelled_logits(truth)])
    both = Lesson([*labelled.texts, *texts], truth[few], taught)
    right = [(logits(trained(lesson)).argmax(axis=1) == banking("dev")[1]).mean() for lesson in (labelled, both)]
    assert right[1] > right[0] + 0.1


def labelled_logits(truth: np.ndarray) -> np.ndarray:
    return np.eye(LABELS)[truth] * 6


def test_targets_mix_labels_and_answers() -> None:
    texts = banking("train")[0][:3]
    taught = np.log([[0.5, 0.25, 0.25], [0.2, 0.2, 0.6], [0.1, 0.8, 0.1]])
    found = Lesson(texts, np.array([2, 0]), taught).targets(3, 0.25)
    np.testing.assert_allclose(found, [[0.125, 0.0625, 0.8125], [0.8, 0.05, 0.15], [0.1, 0.8, 0.1]], rtol=0, atol=1e-12)


def test_rounding_keeps_seven_bits_of_each_row() -> None:
    columns = layout(banking("train")[0], vocabulary=4000, labels=3, max_bytes=100_000)
    seeded = np.random.default_rng(0)
    rows = seeded.normal(size=(columns.known + columns.buckets, 3)) * np.exp2(
        -seeded.integers(0, 12, (columns.known + columns.buckets, 1))
    )
    rows[5] = 0
    table = rounded(columns, Learned(rows.astype(np.float32), np.array([1, 2, 3], np.float32)))
    back = (table.rows.astype(float) * np.exp2(table.shifts.astype(float))[:, None]) * table.scale
    # A step is at most 1/64 of the row's largest weight, and rounding is off by half a step; none is below `scale`.
    assert (np.abs(back - rows).max(axis=1) <= np.maximum(np.abs(rows).max(axis=1) / 127, table.scale[0])).all()


def test_features_are_what_the_runtime_sums() -> None:
    texts = banking("train")[0][:20]
    columns = layout(texts, vocabulary=4000, labels=2, max_bytes=100_000)
    seeded = np.random.default_rng(0)
    rows = seeded.normal(size=(columns.known + columns.buckets, 2)).astype(np.float32)
    table = rounded(columns, Learned(rows, np.zeros(2, np.float32)))
    found = BagTier(table, cast(TextEncoder, None), ("a", "b"), max_length=64)
    exact = (table.rows.astype(float) * np.exp2(table.shifts.astype(float))[:, None]) * table.scale
    unknown = EncodedText((0, 3999, 5, 4100), (0,) * 4, truncated=False)  # pieces without a row, or no pieces at all
    known = [*texts, EncodedText(unknown.ids[:3], (0,) * 3, truncated=False)]
    # The matrix is float32, 24 bits, of sums of some tens of numbers near 1.
    np.testing.assert_allclose(
        matrix(known, columns) @ exact, [found.logits(text) for text in known], rtol=0, atol=1e-5
    )
    assert np.isfinite(found.logits(unknown)).all()
