"""The rules of a cascade, with answerers whose every number can be seen."""

import copy
import math
import pickle
from dataclasses import dataclass, field

import pytest

from edge_power_runtime import Cascade, InputError, Prediction, Span, TierCount
from edge_power_runtime.cascade.tier import Tier
from edge_power_runtime.tasks import Classification, MultiLabelClassification, Regression, Task, softmax
from edge_power_runtime.text import EncodedText

LABELS = ("no", "yes")


def said(logits: tuple[float, ...], labels: tuple[str, ...] = LABELS) -> Prediction:
    """What an answerer with these logits says."""
    label, score, scores, named = Classification().decode(logits, labels)
    return Prediction(label, score, scores, named, logits, 3, False, ())


@dataclass
class Toy:
    """Gives each text the logits that it has for it, and notes what it was asked."""

    logits: dict[str, tuple[float, ...]]
    labels: tuple[str, ...] = LABELS
    task: Task = Classification()
    spans: tuple[Span, ...] = (Span("run", in_engine=True), Span("name"))
    asked: list[str] = field(default_factory=list)

    def __call__(self, text: str) -> Prediction:
        self.asked.append(text)
        return said(self.logits[text], self.labels)

    def timed(self, text: str) -> tuple[Prediction, tuple[int, ...]]:
        return self(text), (7, 2)


@dataclass
class Several(Toy):
    """Answers lists by itself."""

    lists: list[list[str]] = field(default_factory=list)

    def classify(self, texts: list[str]) -> list[Prediction]:
        self.lists.append(list(texts))
        return [self(text) for text in texts]


@dataclass
class Encoder:
    """Two encoders read alike where their names are the same."""

    name: str

    def reads_as(self, other: "Encoder | None") -> bool:
        return other is not None and other.name == self.name


@dataclass
class Reads(Toy):
    """Reads token ids: one for each letter."""

    encoder: Encoder = field(default_factory=lambda: Encoder("a"))
    max_length: int = 4
    encoded: int = 0
    spans: tuple[Span, ...] = (Span("encode"), Span("run", in_engine=True))

    def encode(self, text: str) -> EncodedText:
        self.encoded += 1
        ids = tuple(map(ord, text[: self.max_length]))
        return EncodedText(ids, (0,) * len(ids), len(text) > self.max_length)

    def answer_encoded(self, encoded: EncodedText) -> Prediction:
        return self("".join(map(chr, encoded.ids)))

    def timed_encoded(self, encoded: EncodedText) -> tuple[Prediction, tuple[int, ...]]:
        return self.answer_encoded(encoded), (5,)


# softmax of (0, x) is 1 / (1 + e^-x) for the second label: 0.9 and 0.6.
SURE, UNSURE = (0.0, math.log(9)), (0.0, math.log(1.5))


def test_an_answer_stands_where_its_confidence_is_the_threshold():
    first, second = Toy({"a": SURE, "b": UNSURE}), Toy({"b": (3.0, 0.0)})
    exactly = softmax(SURE)[1]
    cascade = Cascade(first, second, exactly)
    found = cascade("a")
    assert (found.label, found.tier, second.asked) == ("yes", "tier1", [])
    assert [(run.name, run.confidence, run.failure) for run in found.tiers] == [("tier1", exactly, None)]
    found = cascade("b")
    assert (found.label, found.tier, second.asked) == ("no", "tier2", ["b"])
    assert [run.name for run in found.tiers] == ["tier1", "tier2"]
    assert found.tiers[1].confidence == found.score == softmax((3.0, 0.0))[0]
    assert all(run.time_ms > 0 for run in found.tiers)
    above = Cascade(first, Toy({"a": (3.0, 0.0)}), math.nextafter(exactly, 1))
    assert above("a").tier == "tier2"


def test_a_temperature_divides_the_logits():
    """Of (0, ln 9) at temperature 2 it is sqrt(9) / (1 + sqrt(9)), three quarters; the prediction's score stays."""
    cascade = Cascade(Toy({"a": SURE}), Toy({"a": SURE}), 0.8, temperature=2)
    found = cascade("a")
    assert found.tiers[0].confidence == pytest.approx(0.75, abs=1e-15)
    assert found.tier == "tier2" and found.score == pytest.approx(0.9, abs=1e-15)
    assert Cascade(Toy({"a": SURE}), Toy({"a": SURE}), 0.75, temperature=1.99)("a").tier == "tier1"


def test_the_example_of_the_page():
    """BUNDLE.md, section 12."""
    bag = Toy({"a": (0.0, 2.1972245773362196), "b": (0.0, 2.0)})
    cascade = Cascade(bag, Toy({"b": SURE}), 0.75, temperature=2)
    found = cascade("a")
    assert (found.tier, found.label, found.tiers[0].confidence) == ("tier1", "yes", 0.75)
    assert found.score == pytest.approx(0.9, abs=1e-15)
    assert cascade("b").tiers[0].confidence == 0.7310585786300049 and cascade("b").tier == "tier2"


def test_nothing_overflows():
    cascade = Cascade(Toy({"a": (-1e300, 1e300)}), Toy({"a": SURE}), 0.8, temperature=1e-300)
    assert cascade("a").tiers[0].confidence == 1


def test_more_tiers_by_nesting():
    tiers = Toy({"a": UNSURE}), Toy({"a": UNSURE}), Toy({"a": SURE})
    cascade = Cascade(tiers[0], Cascade(*tiers[1:], 0.7, temperature=3), 0.8, temperature=2)
    assert [tier.name for tier in cascade.tiers] == ["tier1", "tier2", "tier3"]
    assert [(tier.temperature, tier.threshold) for tier in cascade.tiers] == [(2, 0.8), (3, 0.7), (1, None)]
    assert [run.name for run in cascade("a").tiers] == ["tier1", "tier2", "tier3"]
    named = Cascade(tiers[0], Cascade(*tiers[1:], 0.7, names=("small", "large")), 0.8)
    assert [tier.name for tier in named.tiers] == ["tier1", "small", "large"]
    assert Cascade.of(named.tiers)("a").tier == "large"


def test_a_cascade_may_be_the_first_tier():
    inner = Cascade(Toy({"a": UNSURE}), Toy({"a": SURE}), 0.8)
    outer = Cascade(inner, Toy({"a": SURE}), 0.7)
    found = outer("a")
    assert (found.tier, [run.name for run in found.tiers]) == ("tier1", ["tier1"])
    assert [span.name for span in outer.spans[:2]] == ["tier1.tier1.run", "tier1.tier1.name"]


def test_a_text_is_tokenized_once_where_tiers_read_alike():
    first, second = Reads({"abc": UNSURE}), Reads({"abc": SURE})
    found = Cascade(first, second, 0.8)("abc")
    assert found.tier == "tier2" and (first.encoded, second.encoded) == (1, 0)
    other = Reads({"abc": SURE}, encoder=Encoder("b"))
    assert Cascade(first, other, 0.8)("abc").tier == "tier2" and other.encoded == 1


@pytest.mark.parametrize(("text", "length", "encoded"), [("abc", 9, 0), ("abcd", 9, 0), ("abcde", 9, 1), ("abc", 2, 1)])
def test_a_text_that_another_tier_cuts_elsewhere_is_read_again(text, length, encoded):
    first, second = Reads({text[:4]: UNSURE}), Reads({text[:length]: SURE}, max_length=length)
    assert Cascade(first, second, 0.8)(text).tier == "tier2"
    assert (first.encoded, second.encoded) == (1, encoded) and second.asked == [text[:length]]


def test_spans_are_those_of_the_tiers_and_the_whole_is_their_sum():
    cascade = Cascade(Reads({"a": SURE, "b": UNSURE}), Toy({"b": SURE}), 0.8, names=("bag", "full"))
    assert [(span.name, span.in_engine) for span in cascade.spans] == [
        ("bag.encode", False),
        ("bag.run", True),
        ("full.run", True),
        ("full.name", False),
        ("decide", False),
    ]
    found, times = cascade.timed("a")
    assert found.tier == "bag" and times[1:4] == (5, 0, 0) and times[0] > 0 and times[4] > 0
    found, times = cascade.timed("b")
    assert found.tier == "full" and times[1:4] == (5, 7, 2)
    # To the nanosecond: the cascade rounds a sum of integers.
    assert found.tiers[0].time_ms == (times[0] + 5) / 1e6 and found.tiers[1].time_ms == 9 / 1e6


def test_a_list_is_answered_as_one_by_one():
    texts = [f"{'abc'[number % 3]}" for number in range(600)]  # three portions
    logits = {"a": SURE, "b": UNSURE, "c": (0.3, 0.0)}
    second = Several({"b": (1.0, 0.0), "c": SURE})
    cascade = Cascade(Toy(logits), second, 0.8)
    found = cascade.classify(iter(texts))
    assert found == [cascade(text) for text in texts]
    assert [one.tier for one in found[:3]] == ["tier1", "tier2", "tier2"]
    # 256 texts a portion: of the first, 85 are "b" and 85 "c"
    assert [len(several) for several in second.lists] == [170, 171, 59] and second.lists[0][:3] == ["b", "c", "b"]
    assert cascade.classify([]) == []
    with pytest.raises(InputError, match="several texts, found one str"):
        cascade.classify("abc")


def test_counts():
    cascade = Cascade(Toy({"a": SURE, "b": UNSURE}), Toy({"b": SURE}), 0.8, names=("bag", "full"))
    cascade.classify(["a", "a", "b"])
    cascade("b")
    cascade.timed("a")
    assert cascade.stats() == (TierCount("bag", 5, 3, 0), TierCount("full", 2, 2, 0))
    again = pickle.loads(pickle.dumps(cascade))
    assert again.stats() == (TierCount("bag", 0, 0, 0), TierCount("full", 0, 0, 0))
    assert again("b").tier == copy.copy(cascade)("b").tier == "full"


def test_an_answerer_that_fails_raises():
    cascade = Cascade(Toy({"a": UNSURE}), Toy({}), 0.8)
    with pytest.raises(KeyError):
        cascade("a")
    assert cascade.stats()[0].answered == 0


def test_answers_that_others_have_too_are_not_changed():
    answer = said(SURE)
    first = Toy({})
    first.__class__ = type("Cached", (Toy,), {"__call__": lambda self, text: answer})
    assert Cascade(first, Toy({}), 0.8)("a").tiers and answer.tiers == ()


@pytest.mark.parametrize(
    ("second", "options", "message"),
    [
        (Toy({}, labels=("yes", "no")), {}, r"tier2 has the labels \['yes', 'no'\] and the first tier \['no', 'yes'\]"),
        (
            Toy({}, task=MultiLabelClassification()),
            {},
            "tier2 does multi_label_classification and the first tier class",
        ),
        (
            Toy({}),
            {"threshold": 0.5},
            "the threshold of tier1 is 0.5, must be above 1/2, the confidence of a tier that",
        ),
        (Toy({}), {"threshold": 1.01}, "the threshold of tier1 is 1.01, must be above 1/2"),
        (Toy({}), {"threshold": math.nan}, "the threshold of tier1 is nan"),
        (Toy({}), {"threshold": True}, "the threshold of tier1 is True"),
        (Toy({}), {"threshold": None}, "the threshold of tier1 is None"),
        (Toy({}), {"temperature": 0}, "the temperature of tier1 is 0, must be a number above 0"),
        (Toy({}), {"temperature": math.inf}, "the temperature of tier1 is inf"),
        (Toy({}), {"timeout_s": 1}, "`timeout_s` is for a callable that may be late, and tier2 is a Toy"),
        (len, {"timeout_s": 0}, "`timeout_s` is 0, must be a number of seconds above 0"),
        (Cascade(Toy({}), Toy({}), 0.8), {"timeout_s": 1}, "the second is a cascade: give it where that is made"),
        (Toy({}), {"names": ("a",)}, r"`names` is \('a',\), expected one name for each of 2 tiers"),
        (Toy({}), {"names": "ab"}, "`names` is 'ab'"),
        (Toy({}), {"names": ("a", "a")}, "the tiers are named a, a; give each a name of its own with `names`"),
        (7, {}, "tier2 is a int, expected an answerer or a callable"),
    ],
)
def test_what_cannot_stand_together_is_refused_in_one_line(second, options, message):
    with pytest.raises(InputError, match=message) as told:
        Cascade(Toy({}), second, **{"threshold": 0.8, **options})
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("first", "message"),
    [
        (
            Toy({}, labels=(), task=Regression()),
            "confidence of one answer, and a value has no probability; ask one model",
        ),
        (Toy({}, task=MultiLabelClassification()), "several labels a text are as many answers, each with its own"),
        (len, "tier1 is a builtin_function_or_method, expected an answerer such as a Classifier; only the last"),
    ],
)
def test_a_first_tier_without_confidence_is_refused(first, message):
    with pytest.raises(InputError, match=message):
        Cascade(first, Toy({}), 0.8)


def test_a_cascade_of_one_tier_is_none():
    with pytest.raises(InputError, match="a cascade needs two tiers or more, found 1"):
        Cascade.of([Tier("a", Toy({}))])
    with pytest.raises(InputError, match="the last tier b has the threshold 0.8; its answer always stands"):
        Cascade.of([Tier("a", Toy({}), 1.0, 0.7), Tier("b", Toy({}), 1.0, 0.8)])
