"""How a profile tells how far it is: on a terminal, into a file, and to another program."""

import io
import json

import pytest

from edge_power_runtime.profiler import progress
from edge_power_runtime.profiler.progress import JsonProgress, PlainProgress, Silent


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch):
    """A clock that each look moves by the seconds set with clock(seconds)."""
    state = {"now": 100.0, "step": 1.0}

    def now() -> float:
        state["now"] += state["step"]
        return state["now"]

    monkeypatch.setattr(progress.time, "monotonic", now)
    return lambda seconds: state.update(step=seconds)


def tell(watch, *descriptions: str) -> None:
    watch.begin(len(descriptions))
    for description in descriptions:
        watch.step(description)
    watch.close()


def test_a_terminal_sees_one_line_that_overwrites_itself(clock):
    stream = Terminal()
    tell(PlainProgress(stream), "starting: a long name", "timing: b")
    assert stream.getvalue() == "\r 50% starting: a long name\r100% timing: b            \r              \r"
    assert "\n" not in stream.getvalue()


def test_a_line_is_cut_before_it_wraps(clock, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    stream = Terminal()
    watch = PlainProgress(stream)
    watch.begin(1)
    watch.step("timing: a name that is longer than the terminal")
    assert stream.getvalue() == "\r100% timing: a name"


def test_a_file_gets_a_line_per_stage():
    stream = io.StringIO()
    tell(PlainProgress(stream), "starting: a", "starting: b", "timing: a", "timing: b", "looking into the programs")
    assert stream.getvalue() == "starting ...\ntiming ...\nlooking into the programs ...\n"


def test_another_program_gets_lines_of_json(clock):
    stream = io.StringIO()
    tell(JsonProgress(stream), "starting: größer", "timing: b")
    assert [json.loads(line) for line in stream.getvalue().splitlines()] == [
        {"total": 2},
        {"done": 1, "description": "starting: größer"},
        {"done": 2, "description": "timing: b"},
    ]


@pytest.mark.parametrize("kind", [PlainProgress, JsonProgress])
def test_nobody_is_told_more_than_ten_times_a_second(clock, kind):
    clock(0.01)
    stream = Terminal()
    watch = kind(stream)
    watch.begin(100)
    before = len(stream.getvalue())
    for index in range(100):
        watch.step(f"timing: {index}")
    told = stream.getvalue()[before:].count("timing")
    assert 9 <= told <= 11


def test_silence_is_silent(capsys):
    tell(Silent(), "starting: a")
    assert capsys.readouterr() == ("", "")
