"""Texts that fall on a program, whatever the tokenizer."""

import string

import pytest

from edge_power_runtime import InputError
from edge_power_runtime.bundle.manifest import TOKENIZER_FILE, TokenizerEntry
from edge_power_runtime.profiler.measure import texts
from edge_power_runtime.profiler.measure.texts import case_texts, read_file, text_of_length
from edge_power_runtime.text import TextEncoder

PAIR = ("a good film", "dull")


def tiny_encoder(tiny) -> TextEncoder:
    return TextEncoder.from_json(tiny.read(TOKENIZER_FILE), tiny.manifest.tokenizer)


def encoder_of(model) -> TextEncoder:
    """An encoder around a model of the tokenizers library: [CLS] and [SEP] are ids 0 and 1."""
    from tokenizers import Tokenizer, pre_tokenizers, processors

    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 0), ("[SEP]", 1)]
    )
    return TextEncoder(tokenizer, TokenizerEntry(pad_id=0, has_token_types=False))


@pytest.mark.parametrize("length", [3, 8, 9, 24, 32, 64, 128, 333, 512])
def test_the_built_in_text_fills_a_program_of_the_tiny_tokenizer(tiny, length):
    encoder = tiny_encoder(tiny)
    encoded = encoder.encode(text_of_length(encoder, length), 512)
    assert encoded.num_tokens == length
    assert not encoded.truncated


def test_it_is_english_from_its_first_word(tiny):
    assert text_of_length(tiny_encoder(tiny), 128).startswith("The film opens")


def test_a_tokenizer_that_knows_no_word_counts_each_as_unknown():
    from tokenizers import models

    encoder = encoder_of(models.WordPiece({"[CLS]": 0, "[SEP]": 1, "[UNK]": 2}, unk_token="[UNK]"))
    for length in (8, 100, 512):
        assert encoder.encode(text_of_length(encoder, length), 512).num_tokens == length


def test_a_tokenizer_of_single_letters_is_filled_too():
    from tokenizers import models

    letters = {letter: index + 3 for index, letter in enumerate(string.ascii_letters + ".,:;'!")}
    vocabulary = {"[CLS]": 0, "[SEP]": 1, "[UNK]": 2, **letters}
    encoder = encoder_of(models.BPE(vocab=vocabulary, merges=[], unk_token="[UNK]"))
    for length in (8, 32, 512):
        assert encoder.encode(text_of_length(encoder, length), 512).num_tokens == length


def test_a_tokenizer_that_makes_nothing_of_words_is_told():
    from tokenizers import models

    encoder = encoder_of(models.BPE(vocab={"[CLS]": 0, "[SEP]": 1}, merges=[]))
    assert case_texts(encoder, (8, 32), 8, ()).num_tokens == 2
    with pytest.raises(InputError, match="the built-in text has 2 tokens at most, too few .* of length 32; .*`texts`"):
        case_texts(encoder, (8, 32), 32, ())


def test_texts_of_a_file_go_to_the_program_that_they_fall_on(tiny):
    encoder = tiny_encoder(tiny)
    short, middle, cut = "good", ("a good film " * 3).strip(), "good " * 100
    found = {length: case_texts(encoder, (8, 24), length, (short, middle, cut, PAIR)) for length in (8, 24)}
    assert found[8].texts == (short, PAIR)
    assert (found[8].num_texts, found[8].num_tokens) == (2, 3)  # [CLS] good [SEP]; the pair has 7
    assert found[24].texts == (middle, cut)
    assert (found[24].num_texts, found[24].num_tokens) == (2, 11)


def test_a_program_that_no_text_falls_on_gets_the_built_in_one(tiny):
    found = case_texts(tiny_encoder(tiny), (8, 24), 24, ("good",))
    assert (found.num_texts, found.num_tokens, len(found.texts)) == (0, 24, 1)


def test_a_file_is_read_up_to_the_cap(tmp_path, monkeypatch):
    monkeypatch.setattr(texts, "MOST_TEXTS", 2)
    path = tmp_path / "in.tsv"
    path.write_text("a\nb\tc\nd\n", encoding="utf-8")
    assert read_file(str(path)) == ("a", ("b", "c"))
    path.write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="has no line; expected one TEXT or TEXT<TAB>PAIR per line"):
        read_file(str(path))
    with pytest.raises(InputError, match="No such file"):
        read_file(str(tmp_path / "absent"))
