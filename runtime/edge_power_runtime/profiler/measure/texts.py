"""What the profiler reads: a built-in text that fills a program, or the texts of a file that fall on it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from os import PathLike
from statistics import median_low

from edge_power_runtime.errors import InputError
from edge_power_runtime.reading.lines import read_texts
from edge_power_runtime.text import Text, TextEncoder

MOST_TEXTS = 2000
"""Of a file; the rest is left out, since a mix is known long before that and each text runs on every case."""

# Repeated as often as a long program needs: what the words say does not change how long a static graph takes.
_PASSAGE = """
The film opens on a quiet street early in the morning, and for a while nothing happens at all. A man walks his dog, a
woman buys bread, and the sea lies grey behind the houses. Then the phone rings, and the story begins. I did not expect
to like it as much as I did. The acting is warm and never loud, the music knows when to stop, and the last half hour is
as good as anything I have seen this year. It is not without faults: the middle is long, one of the brothers is hardly
more than a name, and a joke about the train is told three times. But these are small things. What stays is the way the
camera looks at people when they think that nobody is watching them, and a final scene in the kitchen that says more
with a cup of tea than most films say with a war. My neighbour slept through it and called it dull; my daughter wants to
see it again. If you have an evening free and like stories that take their time, go and see it while it is still shown.
"""
_FILLERS = (" a", " i", ".", " the", "!")
"""Short words, most likely one token each, that fill what whole words of the passage leave."""


@dataclass(frozen=True, slots=True)
class CaseTexts:
    """The texts of one case; all fall on its program.

    Attributes:
        texts: at least one, to be taken in turn.
        num_tokens: of the text, [CLS] and [SEP] included; the median where there are several.
        num_texts: how many are from the file; 0 where it is the built-in text.
    """

    texts: tuple[Text, ...]
    num_tokens: int
    num_texts: int


def read_file(name: str | PathLike[str]) -> tuple[Text, ...]:
    """Read the first `MOST_TEXTS` texts or pairs of a file; see `lines.read_texts`.

    Raises:
        InputError: the file cannot be read, has no line, or a line is neither a text nor a pair.
    """
    texts = tuple(islice(read_texts(os.fspath(name)), MOST_TEXTS))
    if not texts:
        raise InputError(f"{name} has no line; expected one TEXT or TEXT<TAB>PAIR per line")
    return texts


def case_texts(encoder: TextEncoder, lengths: Sequence[int], length: int, file_texts: Sequence[Text]) -> CaseTexts:
    """Choose the texts of a case.

    Args:
        encoder: of the bundle.
        lengths: of all programs of the case's budget; the longest cuts.
        length: of the case's program.
        file_texts: of the file; the built-in text is taken where none of them falls on the program.

    Raises:
        InputError: no text falls on the program.
    """
    shorter = max((other for other in lengths if other < length), default=0)
    longest = max(lengths)
    counts = [encoder.encode(text, longest).num_tokens for text in file_texts]
    falling = [(text, count) for text, count in zip(file_texts, counts, strict=True) if shorter < count <= length]
    if falling:
        texts = tuple(text for text, _ in falling)
        return CaseTexts(texts, median_low(count for _, count in falling), len(texts))
    text = text_of_length(encoder, length)
    num_tokens = encoder.encode(text, longest).num_tokens
    if num_tokens <= shorter:
        raise InputError(
            f"the built-in text has {num_tokens} tokens at most, too few for the program of length {length}; "
            "give texts that are long enough with `texts`"
        )
    return CaseTexts((text,), num_tokens, 0)


def text_of_length(encoder: TextEncoder, length: int) -> str:
    """Make an English text that fills a program.

    Args:
        encoder: of the bundle.
        length: of the program.

    Returns:
        A text of at most `length` tokens, and of exactly as many where the tokenizer allows.
    """
    words = _PASSAGE.split()
    words *= -(-length // len(words))
    low, high = 0, length  # no tokenizer makes less than a token of a word
    while low < high:
        middle = (low + high + 1) // 2
        if not encoder.encode(" ".join(words[:middle]), length).truncated:
            low = middle
        else:
            high = middle - 1
    return _fill(encoder, " ".join(words[:low]), length)


def _fill(encoder: TextEncoder, text: str, length: int) -> str:
    count = encoder.encode(text, length).num_tokens
    while count < length:
        candidates = ((text + filler).strip() for filler in _FILLERS)
        encoded = ((candidate, encoder.encode(candidate, length)) for candidate in candidates)
        better = next(((c, e) for c, e in encoded if e.num_tokens > count and not e.truncated), None)
        if better is None:
            return text
        text, count = better[0], better[1].num_tokens
    return text
