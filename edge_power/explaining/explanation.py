"""What becomes of a text's words on their way through the encoders, as a value."""

import json
from dataclasses import asdict, dataclass
from unicodedata import category

from edge_power.explaining.words import Reading, Word
from edge_power_runtime.prediction import TierRun
from edge_power_runtime.reading.printable import printable_json
from edge_power_runtime.tasks import likeliest
from edge_power_runtime.text import Text

# How strong a word is drawn of which no score is known.
UNKNOWN_STRENGTH = 0.4


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the model says of the text.

    Attributes:
        label: the likeliest; None for regression.
        score: its probability; the value for regression.
        scores: the probability of every label; the value alone for regression.
        labels: those that the text has, the likeliest first: the one label of a classification, of a multi-label model
            those above its threshold, perhaps none, and none for regression.
    """

    label: str | None
    score: float
    scores: tuple[float, ...]
    labels: tuple[str, ...]

    def __str__(self) -> str:
        if self.label is None:
            return f"{self.score:.3f}"
        if not self.labels:
            return f"no label; the likeliest is {self.label} {self.score:.3f}"
        chances = likeliest(self.scores, len(self.labels))
        return ", ".join(f"{label} {score:.3f}" for label, score in zip(self.labels, chances, strict=True))


@dataclass(frozen=True, slots=True)
class Stage:
    """What one encoder passes on.

    Attributes:
        kept: positions of tokens, 0 being [CLS]; the others as the encoder ranks them, the most significant first.
        scores: significance by position, a mean over heads; None for a token that did not enter. Empty where the
            encoder drops nothing, and where a bundle does not tell.
    """

    kept: tuple[int, ...]
    scores: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A word piece, or two neighbours, and what it adds to the answer of a tier that looks them up in a table.

    Attributes:
        pieces: one, or two.
        weight: what it adds to the label's logit, beyond what it adds to the logits on average.
    """

    pieces: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """The way of one text through a model.

    Attributes:
        source: the model or program, in words.
        text: as given.
        reading: its tokens and words.
        stages: one per encoder; the last keeps [CLS] alone. None where a tier without encoders answered.
        labels: in the order of a verdict's scores; empty for regression.
        prediction: by the words that survive.
        unpruned: by all words; None for a bundle, whose program is what it is.
        multiply_adds: multiply-adds as a fraction of the unpruned model's at the text's true length; None for a bundle.
        tiers: of a cascade, those that were asked; the last that did not fail answered.
        parts: where a bag tier answered, what spoke most for the label, the heaviest first.
    """

    source: str
    text: Text
    reading: Reading
    stages: tuple[Stage, ...]
    labels: tuple[str, ...]
    prediction: Verdict
    unpruned: Verdict | None = None
    multiply_adds: float | None = None
    tiers: tuple[TierRun, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def words(self) -> tuple[Word, ...]:
        """Of the text, special tokens included."""
        return self.reading.words

    @property
    def num_tokens(self) -> int:
        """Word-vectors that enter the first encoder."""
        return len(self.reading.tokens)

    def survives(self, stage: Stage) -> tuple[bool, ...]:
        """Whether each word leaves an encoder; a word does while any of its pieces does."""
        kept = set(stage.kept)
        return tuple(not kept.isdisjoint(word.pieces) for word in self.words)

    def strengths(self, stage: Stage) -> tuple[float | None, ...]:
        """How significant each word is to an encoder, as a fraction of its most significant word.

        A word counts as its most significant piece does, which is what keeps it. Special tokens are no measure for
        words, since they gather attention that has nowhere else to go: theirs is cut at 1. [CLS] has 1 throughout, as
        it is kept whatever it gets.

        Returns:
            In 0..1, one per word; None where nothing is known.
        """
        if not stage.scores:
            return (1.0, *(None for _ in self.words[1:]))
        scores = [_highest(stage.scores, word) for word in self.words]
        of_words = [score for word, score in zip(self.words, scores, strict=True) if word.part is not None]
        most = max((score for score in of_words if score is not None), default=0)
        shares = (None if score is None else min(1.0, score / most) if most else 1.0 for score in scores[1:])
        return (1.0, *shares)

    def asked(self) -> str:
        """The tiers that were asked and how sure each was, in words; empty where there is no cascade."""
        sure = [f"{run.name} {run.confidence:.3f}" for run in self.tiers if run.confidence is not None]
        return f"{', then '.join(sure)}, which answers" if sure else ""

    def spoken_for(self) -> str:
        """The heaviest of `parts`, in words."""
        return ", ".join(f"{' '.join(part.pieces)} {part.weight:+.2f}" for part in self.parts)

    def last_words(self) -> tuple[str, ...]:
        """The words of the text that enter the last encoder, in text order; punctuation is left out."""
        entering = self.survives(self.stages[-2]) if len(self.stages) > 1 else (True,) * len(self.words)
        return tuple(
            word.spelling
            for word, enters in zip(self.words, entering, strict=True)
            if enters and word.part is not None and not _is_punctuation(word.spelling)
        )

    def to_json(self) -> str:
        """Write one JSON object, on one line."""
        prediction, unpruned = asdict(self.prediction), asdict(self.unpruned) if self.unpruned else None
        fields = {
            "source": self.source,
            "text": self.text,
            "tokens": self.reading.tokens,
            "words": [asdict(word) for word in self.words],
            "cut": self.reading.cut,
            "encoders": [asdict(stage) for stage in self.stages],
            "labels": self.labels,
            "prediction": prediction,
            "unpruned": unpruned,
            "multiply_adds": self.multiply_adds,
        }
        if self.tiers:
            fields["tiers"] = [run._asdict() for run in self.tiers]
        if self.parts:
            fields["parts"] = [asdict(part) for part in self.parts]
        return printable_json(json.dumps(fields, ensure_ascii=False, allow_nan=False))


def _highest(scores: tuple[float | None, ...], word: Word) -> float | None:
    return max((score for piece in word.pieces if (score := scores[piece]) is not None), default=None)


def _is_punctuation(spelling: str) -> bool:
    return all(category(character).startswith("P") for character in spelling)
