"""Tokenizing, cutting and padding."""

import itertools
import json
import time
from dataclasses import replace

import numpy as np
import pytest
from tokenizers import Tokenizer

from edge_power_runtime import BundleError, InputError
from edge_power_runtime.bundle.manifest import TokenizerEntry
from edge_power_runtime.text import EncodedText, TextEncoder, rows_that_fit

ENTRY = TokenizerEntry(pad_id=0, has_token_types=True)
CUT = 8


@pytest.fixture
def tokenizer_json(toy_bundle) -> bytes:
    return (toy_bundle / "tokenizer.json").read_bytes()


@pytest.fixture
def special_json(tokenizer_json) -> bytes:
    """The same with a [SEP] that a text may spell out."""
    tokenizer = Tokenizer.from_str(tokenizer_json.decode())
    tokenizer.add_special_tokens(["[SEP]"])
    return tokenizer.to_str().encode()


@pytest.fixture
def encoder(tokenizer_json) -> TextEncoder:
    return TextEncoder.from_json(tokenizer_json, ENTRY)


def test_one_text(encoder):
    assert encoder.encode("A good film", CUT) == EncodedText((2, 4, 5, 7, 3), (0, 0, 0, 0, 0), truncated=False)
    assert encoder.encode("A good film", CUT).num_tokens == 5
    assert encoder.tokens("A good films", CUT) == ("[CLS]", "a", "good", "film", "##s", "[SEP]")


def test_pair(encoder):
    assert encoder.encode(("good", "bad film"), CUT) == EncodedText(
        (2, 5, 3, 6, 7, 3), (0, 0, 0, 1, 1, 1), truncated=False
    )


@pytest.mark.parametrize("text", ["", "   ", "\t\n", "\0", "\u200b\u00a0"])
def test_text_without_words(encoder, text):
    assert encoder.encode(text, CUT).ids == (2, 3)


@pytest.mark.parametrize("text", ["a\0good", "\U0001f600 good", "\u0641\u064a\u0644\u0645 \u202e", "\ufeffa"])
def test_odd_text_is_text(encoder, text):
    assert encoder.encode(text, CUT).ids[0] == 2


@pytest.mark.parametrize("text", ["a\ud800", "\udfff", ("a", "b\udc80"), ("\udc80", "b")])
def test_lone_surrogates_are_refused(encoder, text):
    with pytest.raises(InputError, match=r"lone surrogate, U\+D[8CF][08F][0F] at character"):
        encoder.encode(text, CUT)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, "NoneType"),
        (5, "int"),
        (b"a", "bytes"),
        (("a", "b", "c"), r"a tuple of \(str, str, str\)"),
        (("a",), r"a tuple of \(str\)"),
        (("a", None), r"a tuple of \(str, NoneType\)"),
        (["a", "b"], r"a list of \(str, str\)"),
    ],
)
def test_what_is_no_text_is_named(encoder, text, found):
    for method in (encoder.encode, encoder.tokens):
        with pytest.raises(InputError, match=f"expected a text .*, found {found}$"):
            method(text, CUT)


def test_long_text_is_cut_at_its_end(encoder):
    encoded = encoder.encode("a good bad film the very dull", CUT)
    assert encoded == EncodedText((2, 4, 5, 6, 7, 8, 10, 3), (0,) * 8, truncated=True)
    assert len(encoder.tokens("a good bad film the very dull", CUT)) == 8


def test_text_that_just_fits_is_not_cut(encoder):
    encoded = encoder.encode("a good bad film the very", CUT)
    assert encoded.num_tokens == 8
    assert not encoded.truncated


def test_each_call_says_where_it_cuts(encoder):
    text = "a good bad film the very dull"
    assert [encoder.encode(text, cut).ids for cut in (3, 9, 4)] == [
        (2, 4, 3), (2, 4, 5, 6, 7, 8, 10, 11, 3), (2, 4, 5, 3),
    ]  # fmt: skip
    assert [encoder.encode(text, cut).truncated for cut in (8, 9)] == [True, False]
    assert (encoder.tokens(text, 4), encoder.cut(text, 4)[1]) == (("[CLS]", "a", "good", "[SEP]"), [0, 1, 2, 8])


def test_long_text_is_cut_at_its_beginning_where_the_manifest_says_so(tokenizer_json):
    encoder = TextEncoder.from_json(tokenizer_json, replace(ENTRY, truncation_side="left"))
    assert encoder.encode("a good bad film the very dull", 6).ids == (2, 7, 8, 10, 11, 3)
    assert encoder.tokens("a good bad film the very dull", 6) == ("[CLS]", "film", "the", "very", "dull", "[SEP]")
    pair = encoder.encode(("a good film", "the very bad film"), 6)
    assert pair == EncodedText((2, 7, 3, 6, 7, 3), (0, 0, 0, 1, 1, 1), truncated=True)


def test_spelled_out_special_tokens_are_what_the_manifest_says(special_json):
    as_tokens = TextEncoder.from_json(special_json, ENTRY)
    assert as_tokens.tokens("good [SEP] film", CUT) == ("[CLS]", "good", "[SEP]", "film", "[SEP]")
    as_text = TextEncoder.from_json(special_json, replace(ENTRY, split_special_tokens=True))
    assert as_text.tokens("good [SEP] film", CUT) == ("[CLS]", "good", "[UNK]", "[UNK]", "[UNK]", "film", "[SEP]")


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("max_length", [3, 8, 9])
def test_cut_is_that_of_the_tokenizers_library(special_json, max_length, side):
    encoder = TextEncoder.from_json(special_json, replace(ENTRY, truncation_side=side))
    reference = Tokenizer.from_str(special_json.decode())
    reference.no_padding()
    reference.enable_truncation(max_length, strategy="longest_first", direction=side)
    for first, second in itertools.product(range(12), repeat=2):
        # Every third word is another, so that the side shows; a spelled-out [SEP] counts as a word.
        pair = tuple(" ".join(itertools.islice(itertools.cycle(("good", "[SEP]", "bad")), n)) for n in (first, second))
        expected, found = reference.encode(*pair), encoder.encode(pair, max_length)
        assert (found.ids, found.type_ids) == (tuple(expected.ids), tuple(expected.type_ids)), (first, second)
        assert found.truncated == (first + second + 3 > max_length)


def test_special_tokens_alone_may_be_too_many():
    with pytest.raises(InputError, match="special tokens alone do not fit the length 2"):
        rows_that_fit([None, 0, None, 1, None], 2)


def test_padding_and_truncation_of_the_file_are_switched_off(tokenizer_json):
    assert json.loads(tokenizer_json)["padding"] is not None
    loaded = Tokenizer.from_str(tokenizer_json.decode())
    loaded.enable_truncation(3)
    encoder = TextEncoder.from_json(loaded.to_str().encode(), ENTRY)
    assert encoder.encode("a good film", CUT).ids == (2, 4, 5, 7, 3)


def test_pair_of_100_kb_takes_no_quadratic_time(encoder):
    text = "good film " * 10_000
    start = time.perf_counter()
    assert encoder.encode((text, text), CUT).ids == (2, 5, 7, 3, 5, 7, 5, 3)
    # 0.1 s on a slow core; with the library's own truncation it would be more than 30 s.
    assert time.perf_counter() - start < 5


def test_pad(encoder):
    inputs = encoder.pad(encoder.encode(("good", "bad"), CUT), 7)
    assert list(inputs) == ["input_ids", "attention_mask", "token_type_ids"]
    np.testing.assert_array_equal(inputs["input_ids"], [[2, 5, 3, 6, 3, 0, 0]])
    np.testing.assert_array_equal(inputs["attention_mask"], [[1, 1, 1, 1, 1, 0, 0]])
    np.testing.assert_array_equal(inputs["token_type_ids"], [[0, 0, 0, 1, 1, 0, 0]])
    assert {array.dtype for array in inputs.values()} == {np.dtype(np.int64)}


def test_pad_id_and_types_are_those_of_the_manifest(tokenizer_json):
    encoder = TextEncoder.from_json(tokenizer_json, TokenizerEntry(pad_id=9, has_token_types=False))
    inputs = encoder.pad(encoder.encode("good", CUT), 5)
    assert list(inputs) == ["input_ids", "attention_mask"]
    np.testing.assert_array_equal(inputs["input_ids"], [[2, 5, 3, 9, 9]])


def test_padded_inputs_are_the_callers_own(encoder):
    encoded = encoder.encode("good film", CUT)
    first, second = encoder.pad(encoded, 8), encoder.pad(encoded, 8)
    for array in first.values():
        array[:] = 7
    np.testing.assert_array_equal(second["input_ids"], [[2, 5, 7, 3, 0, 0, 0, 0]])
    np.testing.assert_array_equal(second["attention_mask"], [[1, 1, 1, 1, 0, 0, 0, 0]])
    np.testing.assert_array_equal(second["token_type_ids"], [[0] * 8])
    assert all(array.flags.c_contiguous for array in second.values())  # engines copy what is not


def test_pad_refuses_a_longer_text(encoder):
    with pytest.raises(InputError, match="a text of 5 tokens does not fit the length 4"):
        encoder.pad(encoder.encode("a good film", CUT), 4)


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", b'{"version": "1.0"}'])
def test_malformed_tokenizer_is_a_bundle_error(data):
    with pytest.raises(BundleError, match="tokenizer.json cannot be read by the tokenizers library"):
        TextEncoder.from_json(data, ENTRY)
