"""How long a set of texts is, in tokens."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from edge_power_runtime.text import Text, TextEncoder


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """The numbers of tokens that texts have.

    Attributes:
        tokens: each number once, rising; [CLS] and [SEP] included.
        texts: how many texts have it.
        cut: how many texts are longer than the last number, and counted with it.
    """

    tokens: tuple[int, ...]
    texts: tuple[int, ...]
    cut: int = 0

    @property
    def total(self) -> int:
        """How many texts there are."""
        return sum(self.texts)

    def at_most(self, longest: int) -> "TokenCounts":
        """The same texts, each cut to `longest` tokens."""
        found: Counter[int] = Counter()
        for tokens, texts in zip(self.tokens, self.texts, strict=True):
            found[min(tokens, longest)] += texts
        cut = sum(texts for tokens, texts in zip(self.tokens, self.texts, strict=True) if tokens > longest)
        return _counts(found, cut=self.cut if longest >= self.tokens[-1] else cut)


def count_tokens(
    texts: Iterable[Text], encoder: TextEncoder, *, progress: Callable[[int], None] = lambda texts: None
) -> TokenCounts:
    """Count the tokens of texts and pairs, none of them cut; the texts themselves are not kept.

    Args:
        texts: at least one.
        encoder: tokenizes as the device will.
        progress: told how many texts were just counted.

    Raises:
        InputError: a text is none that UTF-8 can hold.
        BundleError: the tokenizer fails on one.
    """
    found: Counter[int] = Counter()
    for text in texts:
        found[encoder.count(text)] += 1
        progress(1)
    return _counts(found)


def _counts(found: Counter[int], *, cut: int = 0) -> TokenCounts:
    tokens = tuple(sorted(found))
    return TokenCounts(tokens, tuple(found[number] for number in tokens), cut)
