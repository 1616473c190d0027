"""Parameters read off a signature and a docstring, lists as a command line gives them, and names in messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Literal

import pytest

from edge_power_runtime import InputError
from edge_power_runtime.reading.parameters import (
    Parameter,
    check_choices,
    listed,
    parameters_of,
    several,
    with_flags,
    without_flags,
)


def call(
    place: str | PathLike[str],
    *,
    lengths: Sequence[int] = (8, 16),
    keep: Sequence[float] | None = None,
    way: Literal["fast", "slow"] | None = None,
    rate: float = 0.5,
    force: bool = False,
    model: "NoSuchType | None" = None,  # noqa: F821  # what a caller need not import
) -> None:
    """Do something.

    More of it: none of this is a parameter.

    Args:
        place: where, over
            two lines.
        lengths: in tokens: several.
        keep: fractions; see `lengths`.
        way: how.
        rate: of it.
        force: replace what is there.
        model: in memory.

    Returns:
        rate: no parameter either.
    """


@dataclass
class Value:
    """A value.

    Attributes:
        count: how many.
    """

    count: int = 3


def test_a_function_is_read():
    found = parameters_of(call)
    assert list(found) == ["place", "lengths", "keep", "way", "rate", "force", "model"]
    assert found["place"] == Parameter("place", str, False, (), None, True, "where, over two lines.")
    assert found["lengths"] == Parameter("lengths", int, True, (), (8, 16), False, "in tokens: several.")
    assert (found["keep"].kind, found["keep"].is_list, found["keep"].default) == (float, True, None)
    assert found["way"].choices == ("fast", "slow")
    assert (found["rate"].kind, found["force"].kind, found["model"].kind) == (float, bool, str)
    assert [item.written_default for item in found.values()] == ["", "8,16", "", "", "0.5", "False", ""]


def test_a_dataclass_is_read():
    assert parameters_of(Value) == {"count": Parameter("count", int, False, (), 3, False, "how many.")}


def test_without_a_docstring_nothing_is_told():
    """As under `python -OO`."""
    assert parameters_of(lambda text: None)["text"].help == ""


def test_lists_have_commas_or_repeat():
    lengths = parameters_of(call)["lengths"]
    assert listed(("8, 16", "32", ",,"), lengths) == (8, 16, 32)
    assert listed((",",), lengths) == ()
    with pytest.raises(InputError, match="^`lengths` takes whole numbers with commas between, found '8,x'$"):
        listed(("8,x",), lengths)
    with pytest.raises(InputError, match="^`keep` takes numbers with commas between, found '0.8;0.5'$"):
        listed(("0.8;0.5",), parameters_of(call)["keep"])


def test_a_choice_is_one_of_those_that_there_are():
    check_choices(call, way="fast")
    check_choices(call, way=None)
    with pytest.raises(InputError, match="^`way` is 'magic', must be one of fast, slow$"):
        check_choices(call, way="magic")


@pytest.mark.parametrize("value", ["onnx", 8, None, {"a": 1}])
def test_one_value_is_no_list(value):
    with pytest.raises(InputError, match="^`engines` is .*, must be a list; give "):
        several("engines", value)
    assert several("engines", ["onnx"]) == ("onnx",)


def test_a_message_has_the_flags_of_a_command_and_names_again():
    flags = {"threads": "--num-threads", "max_seconds": "--max-seconds"}
    message = "`threads` is 0, and `max_seconds` `other` too; see `edge-power --help`"
    typed = "--num-threads is 0, and --max-seconds `other` too; see `edge-power --help`"
    assert with_flags(message, flags) == typed
    assert without_flags(typed, flags) == message
