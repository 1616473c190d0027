"""Text to token ids, as the model was trained on them, cut where the caller says."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from edge_power_runtime.bundle.manifest import TOKENIZER_FILE, Side, TokenizerEntry
from edge_power_runtime.errors import BundleError, InputError
from edge_power_runtime.tokenizer_file import failure, read_tokenizer

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

Text = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class EncodedText:
    """A text as the model reads it.

    Attributes:
        ids: token ids, [CLS] and [SEP] included, padding not.
        type_ids: per id, 0 for the first text and 1 for the second, as the tokenizer says.
        truncated: whether words were cut off.
    """

    ids: tuple[int, ...]
    type_ids: tuple[int, ...]
    truncated: bool

    @property
    def num_tokens(self) -> int:
        """How many ids there are."""
        return len(self.ids)


class TextEncoder:
    """A Hugging Face tokenizer that cuts by `longest_first` and pads to the length of a program.

    The cut is made here, on the whole encoding: the tokenizers library also builds every piece that it cut off, and for
    a pair every combination of pieces, which took 5 s and 41 000 pieces for two texts of 20 kB.
    """

    def __init__(self, tokenizer: "Tokenizer", entry: TokenizerEntry, *, digest: bytes | None = None) -> None:
        """Take over a tokenizer; its own padding and truncation are switched off, which tokenizer.json may hold.

        Args:
            tokenizer: of the `tokenizers` library.
            entry: what the manifest adds.
            digest: sha256 of the tokenizer.json that it is from; None where that is not known.
        """
        tokenizer.no_padding()
        tokenizer.no_truncation()
        tokenizer.encode_special_tokens = entry.split_special_tokens
        self._tokenizer = tokenizer
        self._entry = entry
        self._digest = digest

    @classmethod
    def from_json(cls, data: bytes, entry: TokenizerEntry) -> Self:
        """Read tokenizer.json.

        Raises:
            BundleError: it is no tokenizer that the installed `tokenizers` reads.
        """
        return cls(read_tokenizer(data), entry, digest=hashlib.sha256(data).digest())

    def reads_as(self, other: "TextEncoder | None") -> bool:
        """Whether `other` gives every text the same ids, being made of the same file, whichever bundle that lies in."""
        if other is None or other is self:
            return other is self
        return self._digest is not None and self._digest == other._digest and self._entry == other._entry

    def encode(self, text: Text, max_length: int) -> EncodedText:
        """Tokenize a text or a pair and cut it by `longest_first`.

        Args:
            text: one text, or a pair.
            max_length: the largest number of ids, [CLS] and [SEP] included.

        Raises:
            InputError: it is neither, or UTF-8 cannot hold it.
            BundleError: tokenizer.json fails on it.
        """
        encoding = self._tokenize(text)
        ids, type_ids = encoding.ids, encoding.type_ids
        if len(ids) <= max_length:
            return EncodedText(tuple(ids), tuple(type_ids), truncated=False)
        rows = self._rows(encoding, max_length)
        return EncodedText(tuple(ids[row] for row in rows), tuple(type_ids[row] for row in rows), truncated=True)

    def count(self, text: Text) -> int:
        """Count the ids of a text or a pair, none of it cut.

        Raises:
            InputError: see `encode`.
            BundleError: see `encode`.
        """
        return len(self._tokenize(text))

    def tokens(self, text: Text, max_length: int) -> tuple[str, ...]:
        """Give the word pieces that `encode` gives the ids of.

        Args:
            text: see `encode`.
            max_length: see `encode`.

        Raises:
            InputError: see `encode`.
            BundleError: see `encode`.
        """
        encoding, rows = self.cut(text, max_length)
        tokens = encoding.tokens
        return tuple(tokens[row] for row in rows)

    def cut(self, text: Text, max_length: int) -> tuple["Encoding", list[int]]:
        """Tokenize a text whole, and say which of its tokens `encode` keeps, as positions in order.

        Args:
            text: see `encode`.
            max_length: see `encode`.

        Raises:
            InputError: see `encode`.
            BundleError: see `encode`.
        """
        encoding = self._tokenize(text)
        return encoding, self._rows(encoding, max_length)

    def pad(self, encoded: EncodedText, length: int) -> dict[str, np.ndarray]:
        """Fill a text up to the length of a program.

        Args:
            encoded: a text of at most `length` ids.
            length: of the program.

        Returns:
            input_ids and attention_mask, and token_type_ids where the model takes them; int64, (1, length).

        Raises:
            InputError: the text is longer.
        """
        size = len(encoded.ids)
        if size > length:
            raise InputError(f"a text of {size} tokens does not fit the length {length}")
        # One array for all three: each text follows an engine's run, which leaves the CPU's caches cold, and there a
        # call of numpy costs some 10 us (docs/overhead.md).
        rest = length - size
        ids = encoded.ids + (self._entry.pad_id,) * rest
        block = np.array((ids, (1,) * size + (0,) * rest, encoded.type_ids + (0,) * rest), dtype=np.int64)
        inputs = {"input_ids": block[:1], "attention_mask": block[1:2]}
        if self._entry.has_token_types:
            inputs["token_type_ids"] = block[2:]
        return inputs

    def _rows(self, encoding: "Encoding", max_length: int) -> list[int]:
        return rows_that_fit(encoding.sequence_ids, max_length, self._entry.truncation_side)

    def _tokenize(self, text: Text) -> "Encoding":
        first: str
        second: str | None
        if isinstance(text, str) and text.isascii():  # most texts, and nothing can be wrong with them
            first, second = text, None
        else:
            first, second = _parts(text)
            _refuse_surrogates(first)
            if second is not None:
                _refuse_surrogates(second)
        try:
            return self._tokenizer.encode(first, second)
        except BaseException as error:  # a panic of Rust is no Exception
            if reason := failure(error):
                raise BundleError(
                    f"{TOKENIZER_FILE} fails on this text: {reason}; mend it, or leave the text out"
                ) from error
            raise


def rows_that_fit(sequence_ids: Sequence[int | None], max_length: int, side: Side = "right") -> list[int]:
    """Choose the tokens that stay when the longer text is cut until both fit (`longest_first`).

    Args:
        sequence_ids: per token the text it belongs to, 0 or 1; None for special tokens, which always stay.
        max_length: the largest number of tokens.
        side: on which both texts are cut: `right` keeps their beginnings, `left` their ends.

    Returns:
        The tokens that stay, as positions, in order.

    Raises:
        InputError: the special tokens alone are too many.
    """
    if len(sequence_ids) <= max_length:
        return list(range(len(sequence_ids)))
    sizes = (sequence_ids.count(0), sequence_ids.count(1))
    room = max_length - (len(sequence_ids) - sum(sizes))
    if room < 0:
        raise InputError(f"the special tokens alone do not fit the length {max_length}; use a bundle with longer ones")
    # The longer text gives words up first; when both are cut it has the odd one.
    shorter = min(*sizes, room // 2)
    left = [room - shorter, shorter] if sizes[0] > sizes[1] else [shorter, room - shorter]
    order = range(len(sequence_ids)) if side == "right" else range(len(sequence_ids) - 1, -1, -1)
    rows = []
    for row in order:
        sequence = sequence_ids[row]
        if sequence is None:
            rows.append(row)
        elif left[sequence] > 0:
            left[sequence] -= 1
            rows.append(row)
    return rows if side == "right" else rows[::-1]


def _refuse_surrogates(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        found = f"U+{ord(text[error.start]):04X} at character {error.start}"
        raise InputError(f"the text holds a lone surrogate, {found}, which is no text; decode it anew") from error


def _parts(text: Text) -> tuple[str, str | None]:
    match text:
        case str():
            return text, None
        case (str() as first, str() as second) if isinstance(text, tuple):
            return first, second
        case tuple() | list():
            found = f"a {type(text).__name__} of ({', '.join(type(item).__name__ for item in text)})"
        case _:
            found = type(text).__name__
    raise InputError(f"expected a text (str) or a pair of texts (tuple of two str), found {found}")
