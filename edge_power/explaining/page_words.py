"""The words of one row of the page: tinted while they survive, fading once they are dropped."""

from collections.abc import Iterator, Sequence

from edge_power.explaining.explanation import UNKNOWN_STRENGTH, Explanation
from edge_power.explaining.words import Word
from edge_power.report.markup import Html, element, joined

OLDEST = 4

_SIDES = {0: "", 1: " second", None: " special"}
_DOTS = element("span", {"class": "dots", "aria-hidden": "true"}, "·")


def whole_text(words: Sequence[Word]) -> Html:
    """The row of the text itself."""
    return _paragraphs(words, [_drawn(word, "whole") for word in words])


def encoder_rows(explanation: Explanation, *, shrink: bool) -> Iterator[Html]:
    """One row per encoder.

    Args:
        explanation: whose words to mark.
        shrink: leave out what was dropped before, but for a dot; otherwise it fades and the row keeps its shape.
    """
    words = explanation.words
    alive = [explanation.survives(stage) for stage in explanation.stages]
    ages = [0] * len(words)
    for stage, lives, next_lives in zip(explanation.stages, alive, [*alive[1:], (False,) * len(words)], strict=True):
        ages = [0 if here else age + 1 for here, age in zip(lives, ages, strict=True)]
        strengths = explanation.strengths(stage)
        shown: list[Html | None] = []
        for index, word in enumerate(words):
            if not lives[index]:
                shown.append(None if shrink and ages[index] > 1 else _gone(word, ages[index]))
            else:
                shown.append(_alive(word, strengths[index], last=not next_lives[index]))
        yield _paragraphs(words, shown)


def _paragraphs(words: Sequence[Word], shown: Sequence[Html | None]) -> Html:
    """Put words together, the second text of a pair as a paragraph of its own; None leaves a word out."""
    second = next((index for index, word in enumerate(words) if word.part == 1), len(words))
    parts = [part for part in (range(second), range(second, len(words))) if part]
    kind = {"class": "words", "dir": "auto", "lang": ""}
    return joined(*(element("p", kind, *_row(words, shown, part)) for part in parts))


def _row(words: Sequence[Word], shown: Sequence[Html | None], part: range) -> list[str]:
    row: list[str] = []
    left_out = False
    for index in part:
        drawn = shown[index]
        if drawn is None:
            row += [] if left_out else [" ", _DOTS]
        else:
            row += [" " if words[index].spaced or left_out else "", drawn]
        left_out = drawn is None
    return row[1:] if row[:1] == [" "] else row


def _alive(word: Word, strength: float | None, *, last: bool) -> Html:
    share = UNKNOWN_STRENGTH if strength is None else strength
    return _drawn(word, "w last" if last else "w", {"style": f"--s:{share:.2f}"})


def _gone(word: Word, age: int) -> Html:
    return _drawn(word, f"gone age{min(age, OLDEST)}", {"aria-hidden": "true"})


def _drawn(word: Word, kind: str, attributes: dict[str, str] | None = None) -> Html:
    side, tight = _SIDES[word.part], "" if word.spaced else " tight"
    # Isolated, since the letters of [CLS] would say that the paragraph is written from left to right.
    spelling = element("bdi", {}, word.spelling) if word.part is None else word.spelling
    return element("span", {"class": f"{kind}{side}{tight}", **(attributes or {})}, spelling)
