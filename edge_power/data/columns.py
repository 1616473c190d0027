"""Which columns of a table, or keys of an object, hold the text, its pair and the label."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from edge_power.data.example import DataError, quote

# The names by which a column goes; the first is the one that we write ourselves.
TEXT_COLUMNS = ("text_a", "sentence", "text")
PAIR_COLUMNS = ("text_b",)
# One label a row, and several.
LABEL_COLUMNS = ("label", "labels")
# Between the labels of a row in a table's column `labels`; names of labels hardly ever hold it, as they do commas.
SEPARATOR = "|"
# Public sets (MRPC, RTE and STS-B; QQP; MNLI and SNLI; QNLI) name the two texts of a pair so.
COUPLES = (
    ("sentence1", "sentence2"),
    ("question1", "question2"),
    ("premise", "hypothesis"),
    ("question", "sentence"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """The names that a table or an object has for what we read; None for what is not there."""

    text: str | None
    pair: str | None
    label: str | None


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of columns that the caller gives; None is looked for among the names that are usual.

    Where neither text is named, the first of these that stands there is read: a text (`TEXT_COLUMNS`) with `text_b`; a
    couple of `COUPLES`, in their order; a text alone. A text that is named stands alone unless its pair is named too.
    For a pair that is named, the text is the other of its couple, or one of `TEXT_COLUMNS`.

    Attributes:
        text: what is classified; the first of two where there is a pair.
        pair: the second text.
        label: a name or a number, or several.
        separator: between the labels of a row, where a text holds several. None splits the texts of a table's column
            `labels` at each `|`, and no others.

    Raises:
        DataError: one name is given twice, or the separator is empty.
    """

    text: str | None = None
    pair: str | None = None
    label: str | None = None
    separator: str | None = None

    def __post_init__(self) -> None:
        named = [name for name in (self.text, self.pair, self.label) if name is not None]
        for name in named:
            if named.count(name) > 1:
                raise DataError(f"the column {quote(name)} is named twice; text, pair and label are different columns")
        if self.separator == "":
            raise DataError("the separator of labels is empty; give what stands between two labels, such as ;")

    def table_separator(self, found: Found) -> str | None:
        """What stands between the labels of a row of a table; None where a row has one label."""
        return SEPARATOR if self.separator is None and found.label == LABEL_COLUMNS[1] else self.separator

    def find(self, names: Sequence[str], *, where: str, noun: Literal["column", "key"]) -> Found:
        """Find what we read among the names that stand there.

        Args:
            names: of columns or keys, as the data has them.
            where: they are, for the error.
            noun: what to call them in the error.

        Raises:
            DataError: two of them mean the same.
        """

        def one(*accepted: str) -> str | None:
            found = [name for name in names if name in accepted]
            if len(found) > 1:
                raise DataError(f"{where}: the {noun}s {' and '.join(found)} mean the same; keep one of them")
            return found[0] if found else None

        named = (self.text, self.pair, self.label)
        texts, pairs, labels = self._accepted([name for name in names if name not in named])
        return Found(one(*texts), one(*pairs), one(*labels))

    def missing(self, found: Found, *, need_labels: bool) -> str:
        """Describe the first that had to be found and was not; empty where nothing is missing."""
        if found.text is None:
            return f"{TEXT_COLUMNS[0]} (or {', '.join(TEXT_COLUMNS[1:])})" if self.text is None else quote(self.text)
        if self.pair is not None and found.pair is None:
            return quote(self.pair)
        if found.label is None and self.label is not None:
            return quote(self.label)
        return LABEL_COLUMNS[0] if found.label is None and need_labels else ""

    def _accepted(self, free: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Names under which text, pair and label may stand; `free` are those that the caller did not name."""
        labels = _only(LABEL_COLUMNS, free) if self.label is None else (self.label,)
        if self.text is not None:
            return (self.text,), () if self.pair is None else (self.pair,), labels
        if self.pair is not None:
            partner = [text for text, pair in COUPLES if pair == self.pair and text in free]
            return tuple(partner[:1]) or _only(TEXT_COLUMNS, free), (self.pair,), labels
        own = _only(TEXT_COLUMNS, free), _only(PAIR_COLUMNS, free)
        couples = [((text,), (pair,)) for text, pair in COUPLES if text in free and pair in free]
        texts, pairs = couples[0] if couples and not all(own) else own
        return texts, pairs, labels


def _only(accepted: Sequence[str], free: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in accepted if name in free)


USUAL_COLUMNS = Columns()  # none named
