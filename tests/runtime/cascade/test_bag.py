"""The bag tier: what BUNDLE.md says, digit by digit, and what is refused."""

import copy
import json
import pickle
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edge_power_runtime import Bundle, BundleError, Cascade, Classifier
from edge_power_runtime.cascade.bag import BagTier, hash_pairs
from edge_power_runtime.cascade.bag_file import FILE_BYTES
from edge_power_runtime.text import EncodedText, TextEncoder
from tests.conftest import TINY_BUNDLE

BUNDLE_PAGE = Path(__file__).parents[3] / "runtime" / "BUNDLE.md"
DTYPES = {"int32": "I32", "float32": "F32", "int8": "I8", "uint8": "U8"}

# The example of BUNDLE.md, section 11.
TENSORS = {
    "pieces": np.array([-1, 0, 1, -1, 2, 0], np.int32),
    "scale": np.array([0.0078125, 0.1], np.float32),
    "bias": np.array([0.25, -0.5], np.float32),
    "rows": np.array([[3, -2], [-127, 127], [5, 0], [1, 1], [0, -9], [64, -64], [-7, 2]], np.int8),
    "shifts": np.array([0, 2, 15, 1, 0, 3, 7], np.uint8),
}
IDS = (1, 2, 4, 3, 7, 5)
LOGITS = (380.7902946604509, 29.98279739104097)

Header = dict[str, dict[str, object]]


def bag_bytes(
    tensors: dict[str, np.ndarray], buckets: int = 4, edit: Callable[[Header], None] = lambda _: None
) -> bytes:
    """A file of these tensors, its header edited."""
    header: Header = {"__metadata__": {"format": "edge-power bag", "version": "1", "buckets": str(buckets)}}
    body = b""
    for name, array in tensors.items():
        offsets = [len(body), len(body) + array.nbytes]
        header[name] = {"dtype": DTYPES[str(array.dtype)], "shape": list(array.shape), "data_offsets": offsets}
        body += array.tobytes()
    edit(header)
    written = json.dumps(header).encode()
    return len(written).to_bytes(8, "little") + written + body


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    bundle = Bundle.open(TINY_BUNDLE)
    return TextEncoder.from_json(bundle.read("tokenizer.json"), bundle.manifest.tokenizer)


def read(data: bytes, encoder: TextEncoder, labels: tuple[str, ...] = ("a", "b")) -> BagTier:
    return BagTier.from_bytes(data, encoder, labels, max_length=16, name="bag.safetensors")


def encoded(*ids: int) -> EncodedText:
    return EncodedText(ids, (0,) * len(ids), truncated=False)


def test_hash_is_that_of_the_page() -> None:
    rows = re.findall(r"^\| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", BUNDLE_PAGE.read_text(encoding="utf-8"), re.M)
    assert len(rows) == 8
    for first, second, hashed, bucket in rows:
        found = int(hash_pairs(np.array([first, second], dtype=np.uint32))[0])
        assert (found, found % 50000) == (int(hashed), int(bucket))


def test_logits_are_those_of_the_page(encoder: TextEncoder) -> None:
    tier = read(bag_bytes(TENSORS), encoder)
    # No tolerance: the page promises the same bits everywhere.
    assert tier.logits(encoded(*IDS)) == LOGITS
    page = BUNDLE_PAGE.read_text(encoding="utf-8")
    assert all(repr(logit) in page for logit in LOGITS)


def test_logits_are_those_of_plain_integers(encoder: TextEncoder) -> None:
    seeded = np.random.default_rng(0)
    tensors = {
        "pieces": seeded.integers(-1, 40, 200).astype(np.int32),
        "scale": seeded.random(5).astype(np.float32),
        "bias": seeded.normal(size=5).astype(np.float32),
        "rows": seeded.integers(-127, 128, (40 + 64, 5)).astype(np.int8),
        "shifts": seeded.integers(0, 16, 40 + 64).astype(np.uint8),
    }
    tier = read(bag_bytes(tensors, buckets=64), encoder, tuple("abcde"))
    for size in (1, 2, 17, 300):
        ids = seeded.integers(0, 220, size).tolist()
        rows = [int(tensors["pieces"][one]) for one in ids if one < 200]
        rows = [row for row in rows if row >= 0] + [40 + hashed(a, b) % 64 for a, b in zip(ids, ids[1:], strict=False)]
        for label, logit in enumerate(tier.logits(encoded(*ids))):
            total = sum(int(tensors["rows"][row, label]) << int(tensors["shifts"][row]) for row in rows)
            scaled = float(tensors["scale"][label]) * total / (2 * size - 1) ** 0.5
            assert logit == float(tensors["bias"][label]) + scaled


def hashed(first: int, second: int) -> int:
    """The page's hash in Python's own integers."""
    found = (first * 2654435761 + second * 2246822519) % 2**32
    found ^= found >> 15
    found = found * 3266489917 % 2**32
    return found ^ found >> 13


def test_contributions_add_up_to_the_logits(encoder: TextEncoder) -> None:
    tier = read(bag_bytes(TENSORS), encoder)
    parts = tier.contributions(encoded(*IDS))
    assert [(part.position, part.is_pair) for part in parts] == [
        *((place, False) for place in range(6)), *((place, True) for place in range(5)),
    ]  # fmt: skip
    assert parts[3].logits == (0.0, 0.0)  # no row
    # Eleven doubles of at most 400, added one by one.
    np.testing.assert_allclose(np.sum([part.logits for part in parts], axis=0) + [0.25, -0.5], LOGITS, rtol=1e-12)


def test_answers_a_text(encoder: TextEncoder) -> None:
    tier = read(bag_bytes(TENSORS), encoder)
    prediction = tier("a good film")
    assert prediction.label == "ab"[int(np.argmax(prediction.logits))]
    assert prediction.scores == pytest.approx(np.exp(prediction.logits) / np.exp(prediction.logits).sum(), abs=1e-12)
    assert prediction.num_tokens == len(tier.encode("a good film").ids)
    assert (prediction.steps, prediction.program, prediction.truncated) == ((), None, False)
    timed, times = tier.timed("a good film")
    assert timed == prediction
    assert len(times) == len(tier.spans) and all(time > 0 for time in times)
    assert tier("a good film " * 9).truncated


@pytest.mark.parametrize("again", [copy.deepcopy, lambda tier: pickle.loads(pickle.dumps(tier))])
def test_a_copy_answers_alike(again: Callable[[BagTier], BagTier], encoder: TextEncoder) -> None:
    tier = read(bag_bytes(TENSORS), encoder)
    assert again(tier)("a good film") == tier("a good film")


def test_is_the_first_tier_of_a_cascade(encoder: TextEncoder) -> None:
    classifier = Classifier.open(TINY_BUNDLE, budget="full")
    labels = classifier.labels
    tensors = {**TENSORS, "scale": np.ones(len(labels), np.float32), "bias": np.zeros(len(labels), np.float32)}
    tensors["rows"] = np.resize(TENSORS["rows"], (7, len(labels)))
    tier = read(bag_bytes(tensors), classifier.encoder, labels)
    answered = Cascade(tier, classifier, 0.5 + 0.5 / len(labels))("a good film")
    assert [run.name for run in answered.tiers][0] == "tier1"
    assert Cascade(tier, classifier, 1.0).classify(["a good film", "bad"])[0].label in labels


def drop_scale(header: Header) -> None:
    del header["scale"]


def test_refuses_in_one_line(encoder: TextEncoder) -> None:
    whole = bag_bytes(TENSORS)

    def changed(name: str, array: np.ndarray) -> bytes:
        return bag_bytes({**TENSORS, name: array})

    def edited(name: str, key: str, value: object) -> bytes:
        return bag_bytes(TENSORS, edit=lambda header: header[name].update({key: value}))

    faults = {
        b"": "its header has 0 bytes",
        whole[:20]: "its header has",
        b"\xff" * 8 + whole[8:]: "its header has 18446744073709551615 bytes, must have 2 to 65536",
        whole[:-1]: "data_offsets",
        whole + b"\0": "describes .* bytes of tensors",
        whole.replace(b'{"__', b'["__', 1): "is not valid JSON",
        bytes(FILE_BYTES + 1): "must be at most 4194304",
        edited("__metadata__", "format", "pt"): "__metadata__ must be of format",
        edited("__metadata__", "version", "2"): "__metadata__ must be of format",
        edited("__metadata__", "buckets", "0"): "__metadata__.buckets must be a whole number in 1..",
        edited("__metadata__", "buckets", "7"): "7 buckets and 7 rows",
        edited("rows", "dtype", "F32"): "rows.dtype must be one of I8",
        edited("rows", "shape", [7, 3]): "rows.shape must be as large as its data_offsets",
        edited("rows", "shape", [14]): "rows.shape must be 2 sizes",
        edited("rows", "shape", [0, 2]): r"rows.shape\[0\] must be a whole number in 1..",
        edited("scale", "data_offsets", [8, 16]): "must be a range that begins at",
        bag_bytes(TENSORS, edit=drop_scale): "scale is missing",
        bag_bytes(TENSORS, edit=lambda header: header.update(more=header["scale"])): "without 'more'",
        changed("shifts", TENSORS["shifts"][:6]): "6 shifts for 7 rows",
        changed("shifts", np.array([16, 0, 0, 0, 0, 0, 0], np.uint8)): "a shift is 16, must be at most 15",
        changed("pieces", np.array([3], np.int32)): r"a piece has a row outside 0..2",
        changed("pieces", np.array([-2], np.int32)): r"a piece has a row outside 0..2",
        changed("scale", np.array([1, np.nan], np.float32)): "scale has values that are not finite",
        changed("bias", np.array([1], np.float32)): "bias has 1 values, its rows have 2",
        changed("rows", TENSORS["rows"][:, :1]): "its rows have 1 label",
    }
    for data, message in faults.items():
        with pytest.raises(BundleError, match=message) as caught:
            read(data, encoder)
        assert "\n" not in str(caught.value)
    with pytest.raises(BundleError, match="knows 2 labels, the bundle has 3"):
        read(whole, encoder, ("a", "b", "c"))


def test_random_damage_is_refused_or_read(encoder: TextEncoder) -> None:
    """Nothing but a BundleError comes out, whatever byte is another."""
    whole, seeded = bag_bytes(TENSORS), np.random.default_rng(0)
    for place, byte in zip(seeded.integers(0, len(whole), 400), seeded.integers(0, 256, 400), strict=True):
        data = whole[:place] + bytes([byte]) + whole[place + 1 :]
        try:
            tier = read(data, encoder)
        except BundleError:
            continue
        assert all(np.isfinite(tier.logits(encoded(*IDS))))
