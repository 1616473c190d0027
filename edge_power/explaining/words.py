"""Word pieces put together to the words of a text, in the text's own spelling."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge_power_runtime.text import Text, TextEncoder

if TYPE_CHECKING:
    from tokenizers import Encoding


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text, or a special token.

    Attributes:
        spelling: as the text has it; a special token's name.
        pieces: positions of its tokens, rising.
        part: 0 in the first text, 1 in the second of a pair; None for a special token.
        spaced: whether something keeps it apart from the word before: white space, or a special token.
    """

    spelling: str
    pieces: tuple[int, ...]
    part: int | None
    spaced: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as the model reads it.

    Attributes:
        tokens: word pieces, [CLS] and [SEP] included.
        words: in text order; each token belongs to one.
        cut: word pieces that were left out because the text is too long.
    """

    tokens: tuple[str, ...]
    words: tuple[Word, ...]
    cut: int


@dataclass(slots=True)
class _Span:
    """A word that still grows; `number` is the tokenizer's, `start` and `end` are characters of the text."""

    part: int
    number: int | None
    start: int
    end: int
    spaced: bool
    pieces: list[int]


def read_words(encoder: TextEncoder, text: Text, max_length: int) -> Reading:
    """Tokenize a text and put the pieces of each word together.

    The tokenizer's word numbers and offsets decide, so that WordPiece, BPE and Unigram are read alike. White space
    ends a word whatever the tokenizer says, as some give a whole sentence one number; pieces that share a character
    are of one word.

    Args:
        encoder: cuts the text as a device does.
        text: a text or a pair.
        max_length: the largest number of tokens.

    Raises:
        InputError: it is no text.
        BundleError: tokenizer.json fails on it.
    """
    encoding, rows = encoder.cut(text, max_length)
    texts = (text,) if isinstance(text, str) else text
    whole = encoding.tokens
    tokens = tuple(whole[row] for row in rows)
    words = tuple(_words(encoding, rows, tokens, texts))
    return Reading(tokens, words, cut=len(whole) - len(rows))


def _words(encoding: "Encoding", rows: Sequence[int], tokens: Sequence[str], texts: Sequence[str]) -> Iterator[Word]:
    parts, numbers, offsets = encoding.sequence_ids, encoding.word_ids, encoding.offsets  # each is made anew when read
    span: _Span | None = None
    for position, row in enumerate(rows):
        part, number = parts[row], numbers[row]
        start, end = (0, 0) if part is None else _strip(texts[part], *offsets[row])
        before = span if span is not None and span.part == part else None
        spaced = before is None or any(character.isspace() for character in texts[before.part][before.end : start])
        if before is not None and (start < before.end or (number == before.number and not spaced)):
            before.end = max(before.end, end)
            before.pieces.append(position)
            continue
        if span is not None:
            yield _finish(span, tokens, texts)
        span = None if part is None else _Span(part, number, start, end, spaced, [position])
        if part is None:
            yield Word(tokens[position], (position,), None, spaced=True)
    if span is not None:
        yield _finish(span, tokens, texts)


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    """Take white space off both ends of a span: byte-level BPE and Unigram count a word's leading space to it."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _finish(span: _Span, tokens: Sequence[str], texts: Sequence[str]) -> Word:
    # A piece may stand for white space alone, such as a line break; its token then says what it is.
    spelling = texts[span.part][span.start : span.end] or "".join(tokens[piece] for piece in span.pieces)
    return Word(spelling, tuple(span.pieces), span.part, span.spaced)
