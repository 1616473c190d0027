import re

import pytest

from edge_power.report.bars import Key, Part
from edge_power.report.stairs import BarColumn, stairs
from edge_power.report.style import Colour
from edge_power_runtime.readout import Readout
from edge_power_runtime.retention import RetentionConfig

CONFIG = RetentionConfig(100, (80, 55, 55, 1))
TIME = BarColumn(
    title="time, ms",
    rows=[[Part(part, Colour.SECOND), Part(1.0, Colour.MUTED)] for part in (3.0, 2.0, 1.0, 0.0)],
    figures=["4.00", "3.00", "2.00", "1.00"],
    highest=8.0,
    alternative="Milliseconds by encoder: 4.00, 3.00, 2.00, 1.00.",
    keys=(Key(Colour.SECOND, "attention"), Key(Colour.MUTED, "rest")),
)


def widths(picture: str, colour: Colour) -> list[float]:
    """Of the bars of a colour, from the top; what has no width is not drawn as a bar."""
    found = re.findall(r'd="M ([\d.]+) [\d.]+ L ([\d.]+) [^"]*"[^>]* style="fill: var\(([^)]+)\)', picture)
    return [float(right) - float(left) for left, right, name in found if name == colour.variable]


def texts(picture: str) -> list[str]:
    return re.findall(r">([^<>]+)</text>", picture)


def alternative(picture: str) -> str:
    return re.search(r'aria-label="([^"]*)"', picture)[1]


def test_a_step_is_as_wide_as_what_is_left():
    picture = stairs("s", CONFIG, words="words")
    # A hundred words are 274 units wide: 340 less margins of 24 and 42; ends are written with two digits.
    assert widths(picture, Colour.TRACK) == pytest.approx([274] * 4, abs=0.02)
    assert widths(picture, Colour.ACCENT) == pytest.approx([2.74 * words for words in (80, 55, 55, 1)], abs=0.02)
    assert widths(picture, Colour.PALE) == pytest.approx([2.74 * words for words in (20, 25, 0, 54)], abs=0.02)
    assert texts(picture) == ["words left", "80", "55", "55", "1", "encoder", "1", "2", "3", "4"]


def test_bars_stand_beside_the_steps_on_a_scale_of_their_own():
    picture = stairs("s", CONFIG, words="word-vectors", beside=TIME)
    # Half of 340 + 24 units is 182; less 24 and 42 for the steps, and less 182, 14 and 42 for what stands beside them.
    assert widths(picture, Colour.ACCENT) == pytest.approx([1.16 * words for words in (80, 55, 55, 1)], abs=0.02)
    assert widths(picture, Colour.TRACK) == pytest.approx([116] * 4 + [102] * 4, abs=0.02)
    assert widths(picture, Colour.SECOND)[:3] == pytest.approx([102 * part / 8 for part in (3, 2, 1)], abs=0.02)
    assert texts(picture)[:3] == ["attention", "rest", "word-vectors left"]
    assert texts(picture)[-5:] == ["time, ms", "4.00", "3.00", "2.00", "1.00"]


def test_it_says_what_it_shows():
    steps = (
        "Of 100 words, encoder 1 passes on 80, encoder 2 passes on 55, encoder 3 passes on 55 "
        "and the last encoder passes on [CLS] alone, from which the answer is read."
    )
    assert alternative(stairs("s", CONFIG, words="words")) == steps
    assert alternative(stairs("s", CONFIG, words="words", beside=TIME)) == f"{steps} {TIME.alternative}"


def test_what_the_last_encoder_passes_on_is_the_readouts():
    two = RetentionConfig(2000, (1200, 2), Readout("the first two", rows=2))
    assert alternative(stairs("s", two, words="words")) == (
        "Of 2,000 words, encoder 1 passes on 1,200 "
        "and the last encoder passes on the first two alone, from which the answer is read."
    )
    more = RetentionConfig(8, (4, 3))
    assert (
        alternative(stairs("s", more, words="words")) == "Of 8 words, encoder 1 passes on 4 and encoder 2 passes on 3."
    )


def test_times_of_nothing_have_a_scale_too():
    nothing = BarColumn("time, ms", [[Part(0.0, Colour.SECOND)]], ["0.000"], 0.0, "Milliseconds by encoder: 0.000.")
    picture = stairs("s", RetentionConfig(8, (1,)), words="words", beside=nothing)
    assert "0.000" in texts(picture) and "nan" not in picture and "inf" not in picture


def test_many_encoders_make_low_steps():
    heights = [
        float(
            re.search(r'viewBox="0 0 340 ([\d.]+)"', stairs("s", RetentionConfig(8, (1,) * encoders), words="words"))[1]
        )
        for encoders in (1, 6, 12, 24)
    ]
    # 30 units are beside the steps; a step has 30 at most, and 15 at least.
    assert heights == pytest.approx([30 + 30, 30 + 6 * 30, 30 + 260, 30 + 24 * 15])
