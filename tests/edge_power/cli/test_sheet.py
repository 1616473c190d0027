"""Tables on every width of a terminal: no value is cut, and nothing in it is markup."""

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from edge_power.cli.screens.progress_screen import ProgressScreen
from edge_power.cli.screens.screen import shown, table
from edge_power.cli.sheet import Sheet


def drawn(sheet: Sheet | Text, width: int) -> list[str]:
    console = Console(file=io.StringIO(), force_terminal=True, color_system=None, highlight=False, width=width)
    console.print(sheet)
    return [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in console.file.getvalue().splitlines()]


def verified() -> Sheet:
    made = table("", "engine", "largest error", "labels", numbers=("labels",))
    made.add_row(Text("✓", "green"), "onnx", "7.2e-07", "100%")
    made.add_row("✗", "executorch", "1.0e-01", "9%")
    return made


def test_a_wide_screen_has_a_line_for_each_row():
    assert drawn(verified(), 40) == [
        "   engine      largest error  labels",
        "✓  onnx        7.2e-07          100%",
        "✗  executorch  1.0e-01            9%",
    ]


def test_a_narrower_one_breaks_words_apart():
    assert drawn(verified(), 34) == [
        "   engine      largest      labels",
        "               error",
        "✓  onnx        7.2e-07        100%",
        "✗  executorch  1.0e-01          9%",
    ]


def test_a_narrow_one_has_a_line_for_each_value():
    assert drawn(verified(), 20) == [
        "✓", "engine: onnx", "largest error: ", "7.2e-07", "labels: 100%", "",
        "✗", "engine: executorch", "largest error: ", "1.0e-01", "labels: 9%",
    ]  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.text(max_size=12), min_size=3, max_size=3), min_size=1, max_size=3),
    st.integers(12, 90),
)
def test_no_value_is_cut(rows, width):
    made = table("one", "two words", "three", numbers=("three",))
    for row in rows:
        made.add_row(*row)
    lines = drawn(made, width)
    assert all(cell_len(line) <= width for line in lines)
    letters = "".join("".join(lines).split())
    for value in (value for row in rows for value in row):
        for word in shown(value).plain.split():
            # A cell that breaks has its words in other lines; a record breaks words longer than the screen.
            assert word in letters or cell_len(word) > width - 12


@pytest.mark.parametrize("name", ["m[/x]", "[bold]b", ":smile:", "[link=http://a]", "a\x1b[2J\tb\n"])
def test_a_name_is_no_markup(name):
    made = table(name, "second")
    made.add_row(name, Text("2"))
    said = name.replace("\x1b", r"\x1b").replace("\t", r"\t").replace("\n", r"\n")
    assert [line.split()[0] for line in drawn(made, 80)] == [said, said]
    console = Console(file=io.StringIO(), highlight=False, width=80)
    with ProgressScreen(console) as screen:
        screen.begin(name, 1)
        screen.advance(1, name)
        screen.styled(shown((name, "bold"), name))
        screen.line(name)
    assert console.file.getvalue() == f"{said}{said}\n{said}\n"
