"""Dataclasses are read by their annotations: each kind of field, its bounds, and what cannot be read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Self

import pytest

from edge_power_runtime import BundleError
from edge_power_runtime.reading.jsonnode import Node, parse
from edge_power_runtime.reading.records import Most, fill, one_of, read_record, whole


@dataclass(frozen=True)
class Inner:
    """A dataclass within one."""

    x: int


@dataclass(frozen=True)
class Doubled:
    """One that reads itself, in part."""

    twice: int
    name: str

    @classmethod
    def from_node(cls, node: Node) -> Self:
        """Read `once`, and what else there is."""
        return fill(cls, node, twice=2 * node.field("once").integer())


def _read_upper(node: Node) -> str:
    if not node.text().isupper():
        node.fail("in capitals")
    return node.text()


@dataclass(frozen=True)
class Every:
    """One field of each kind."""

    text: str
    flag: bool
    count: int
    size: float
    side: Literal["left", "right"]
    inner: Inner
    grid: tuple[tuple[float, ...], ...]
    counts: Mapping[str, Annotated[int, whole(1, 9)]]
    plain: dict[str, Inner]
    few: Annotated[tuple[int, ...], Most(2)]
    upper: Annotated[str, _read_upper]
    maybe: Annotated[str, one_of(("a", "b"))] | None
    doubled: tuple[Doubled, ...]
    later: Inner | None = None
    first: bool = field(default=False, kw_only=True)


GOOD: dict[str, Any] = {
    "text": "größer",
    "flag": True,
    "count": 3,
    "size": 2,
    "side": "left",
    "inner": {"x": 1},
    "grid": [[1, 2.5], []],
    "counts": {"k": 9},
    "plain": {"k": {"x": 2}},
    "few": [1, 2],
    "upper": "UP",
    "maybe": None,
    "doubled": [{"once": 4, "name": "n"}],
    "first": True,
}
READ = Every(
    "größer", True, 3, 2.0, "left", Inner(1), ((1.0, 2.5), ()), {"k": 9}, {"k": Inner(2)}, (1, 2), "UP", None,
    (Doubled(8, "n"),), first=True,
)  # fmt: skip


def read(**changes: object) -> Every:
    return read_record(Every, parse(json.dumps({**GOOD, **changes}), "a.json"))


def test_each_kind_of_field_is_read():
    assert read() == READ
    assert type(read().size) is float
    assert read(unknown=1) == READ, "a member that has no field is ignored"
    assert read(maybe="b").maybe == "b"


def test_only_a_field_whose_default_is_none_may_be_missing():
    assert read(later=None) == READ
    assert read(later={"x": 5}).later == Inner(5)
    for name in GOOD:
        rest = {key: value for key, value in GOOD.items() if key != name}
        with pytest.raises(BundleError, match=rf"^a.json: {name} is missing$"):
            read_record(Every, Node(rest, "a.json"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"text": 1}, "text must be a string, found 1"),
        ({"flag": 0}, "flag must be true or false, found 0"),
        ({"count": -1}, r"count must be a whole number in 0\.\.2\^63-1, found -1"),
        ({"count": None}, "count must be a whole number, found None"),
        ({"size": "2"}, "size must be a number, found '2'"),
        ({"side": "up"}, "side must be one of left, right, found 'up'"),
        ({"side": ["left"]}, r"side must be one of left, right, found \['left'\]"),
        ({"inner": []}, r"inner must be an object, found \[\]"),
        ({"inner": {}}, "inner.x is missing"),
        ({"grid": [[1], ["1"]]}, r"grid\[1\]\[0\] must be a number, found '1'"),
        ({"counts": {"k": 0}}, r"counts.k must be a whole number in 1\.\.9, found 0"),
        ({"counts": {"k": 10}}, r"counts.k must be a whole number in 1\.\.9, found 10"),
        ({"counts": []}, r"counts must be an object, found \[\]"),
        ({"plain": {"k": {"x": None}}}, "plain.k.x must be a whole number"),
        ({"few": [1, 2, 3]}, r"few must be an array of at most 2 elements \(this one has 3\), found \[1, 2, 3\]"),
        ({"upper": "Up"}, "upper must be in capitals, found 'Up'"),
        ({"maybe": "c"}, "maybe must be one of a, b, found 'c'"),
        ({"doubled": [{"once": 1}]}, r"doubled\[0\].name is missing"),
        ({"doubled": [{"once": "1", "name": ""}]}, r"doubled\[0\].once must be a whole number"),
        ({"later": {"x": True}}, "later.x must be a whole number, found True"),
    ],
)
def test_a_mistake_is_told_with_its_place(change, message):
    with pytest.raises(BundleError, match=f"^a.json: {message}"):
        read(**change)


def test_what_is_no_object_is_told():
    with pytest.raises(BundleError, match=r"^a.json: the document must be an object, found \[\]$"):
        read_record(Every, Node([], "a.json"))


@dataclass(frozen=True)
class Turned:
    """The choices of `Every`, in another order; Python takes the two Literals for equal."""

    side: Literal["right", "left"]


def test_choices_are_told_in_their_own_order():
    for _ in range(2):
        with pytest.raises(BundleError, match="side must be one of left, right"):
            read(side="up")
        with pytest.raises(BundleError, match="side must be one of right, left"):
            read_record(Turned, Node({"side": "up"}, "a.json"))


@dataclass(frozen=True)
class Misplaced:
    """A bound that stands where there is no array would bound nothing."""

    x: Annotated[str, Most(2)]


@dataclass(frozen=True)
class Pair:
    """A tuple of another kind would lose its length."""

    x: tuple[int, int]


@dataclass(frozen=True)
class Either:
    """Of two types, none says which it is."""

    x: int | str


@dataclass(frozen=True)
class Strange:
    """JSON has no sets."""

    x: set[int]


@pytest.mark.parametrize("kind", [Misplaced, Pair, Either, Strange])
def test_an_annotation_that_cannot_be_kept_is_refused_and_not_passed_over(kind):
    with pytest.raises(TypeError, match="is read as"):
        read_record(kind, Node({"x": []}, "a.json"))
