import html
import re
from html.parser import HTMLParser

import matplotlib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from edge_power.report.charts import WIDTH, add_axes, draw, scale_axes
from edge_power.report.lines import Line, Panel, labelled_lines, panels, spread, thinned
from edge_power.report.markup import Column, Html, element, joined, showable, table
from edge_power.report.page import page
from edge_power.report.style import Colour, style_sheet


def paint(figure: Figure) -> None:
    axes = add_axes(figure, left=40, bottom=20, right=20, top=10)
    axes.plot([0, 1, 2], [1, 0.123456, 3], "o-", color=Colour.ACCENT)
    axes.text(1, 1, "a $<b>$ \x00\ud800 漢", color=Colour.INK)
    scale_axes(axes, x=str, y=str)


class Texts(HTMLParser):
    """Collects the text and the attributes that a browser would see."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.text = ""
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(source)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs


@given(st.text(st.characters(exclude_categories=[])))  # lone surrogates too
def test_text_comes_back_as_it_went_in(text):
    made = element("p", {"title": text}, text)
    made.encode("utf-8")
    seen = Texts(made)
    assert seen.text == showable(text)
    assert seen.attributes == [("title", showable(text))]


def test_only_html_is_trusted():
    inner = element("b", {}, "x < y")
    assert inner == "<b>x &lt; y</b>"
    assert joined(inner, "<b>") == "<b>x &lt; y</b>&lt;b&gt;"
    assert joined(f"{inner}") == html.escape(inner)  # formatting gives plain text, which is escaped
    assert isinstance(joined(inner), Html)


def test_characters_that_no_page_may_hold():
    assert showable("a\x00b\x1f\x7f\u202e\ud800\ufffe") == "a\\x00b\\x1f\\x7f\\u202e\\ud800\ufffd"
    assert showable("tab\t, line\n, 漢 \U0001f600") == "tab\\t, line\\n, 漢 \U0001f600"


def test_a_table_names_its_rows_and_columns():
    made = table("Cap", [Column("name"), Column("value", is_number=True)], [["a&b", "1"]])
    assert made == (
        '<div class="scroll" role="region" tabindex="0" aria-label="Cap"><table><caption>Cap</caption>'
        '<thead><tr><th scope="col">name</th><th scope="col" class="number">value</th></tr></thead>'
        '<tbody><tr><th scope="row">a&amp;b</th><td class="number">1</td></tr></tbody></table></div>'
    )
    with pytest.raises(ValueError, match="shorter"):
        table("Cap", [Column("name"), Column("value")], [["a"]])


def test_a_page_forbids_what_it_does_not_need():
    made = page("T<", element("p", {}, "x"))
    assert made.startswith('<!doctype html>\n<html lang="en"><head><meta charset="utf-8">')
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in made
    assert "<title>T&lt;</title>" in made
    assert made.endswith("<main><p>x</p></main></body></html>\n")


def test_every_colour_is_defined_for_light_and_dark():
    light, dark = style_sheet().split("@media screen", 1)
    for colour in Colour:
        assert f"{colour.variable}: {colour};" in light
        assert re.search(rf"{colour.variable}: #[0-9a-f]{{6}};", dark), colour


@pytest.mark.parametrize("colour", [Colour.INK, Colour.MUTED, Colour.ACCENT, Colour.SECOND])
def test_colours_of_text_can_be_read(colour):
    dark = style_sheet().split("@media screen", 1)[1]
    on_dark = re.search(rf"{colour.variable}: (#[0-9a-f]{{6}});", dark)[1]
    ground = re.search(rf"{Colour.CARD.variable}: (#[0-9a-f]{{6}});", dark)[1]
    # WCAG 2.2 asks for 4.5 between text and its ground.
    assert contrast(colour, Colour.CARD) >= 4.5
    assert contrast(on_dark, ground) >= 4.5


def contrast(first: str, second: str) -> float:
    """WCAG 2.2's ratio of relative luminances."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    brighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_a_chart_fits_into_a_page():
    made = draw("one", 100, paint, alternative='says "so" \x01')
    assert made.startswith(f'<svg viewBox="0 0 {WIDTH} 100" role="img" aria-label="says &quot;so&quot; \\x01">')
    assert "a $&lt;b&gt;$ \\x00\\ud800 漢</text>" in made
    assert "var(--accent)" in made and "var(--ink)" in made
    for unwanted in ("#0b67b2", "font-family", "xmlns", "xlink", "<style", "<metadata", "<?xml", "\n", "0.123456"):
        assert unwanted not in made, unwanted
    ids = re.findall(r' id="([^"]+)"', made)
    assert ids and len(set(ids)) == len(ids) and all(name.startswith("one-") for name in ids)
    assert set(re.findall(r'(?:href="|url\()#([^")]+)', made)) <= set(ids)


def test_a_chart_does_not_depend_on_settings_and_leaves_them():
    expected = draw("one", 100, paint, alternative="")
    settings = {"svg.fonttype": "path", "font.size": 30.0, "text.color": "red", "axes.facecolor": "yellow"}
    with matplotlib.rc_context(settings):
        before = dict(matplotlib.rcParams)
        assert draw("one", 100, paint, alternative="") == expected
        assert dict(matplotlib.rcParams) == before
    assert draw("two", 100, paint, alternative="") == expected.replace("one-", "two-")


def test_panels_share_their_steps_and_say_their_last_values():
    rising = Panel("loss", [(1, 0.1), (100, 0.75)], lambda value: f"{value:.2f}")
    single = Panel("metric", [(50, 0.5)], lambda value: f"{value:.0%}", has_marks=True)
    made = panels("p", [rising, single], alternative="both")
    texts = re.findall(r">([^<>]+)</text>", made)
    for text in ("loss", "metric", "0.75", "50%", "100"):
        assert text in texts, texts
    assert texts.count("100") == 1  # steps stand below the lowest panel only


def test_lines_carry_their_names():
    lines = [Line(f"line {index}", [(1, 1.0), (10, 0.5)]) for index in range(23)]
    made = labelled_lines("l", lines, alternative="")
    places = [float(y) for y in re.findall(r' y="([\d.]+)"[^>]*>\s*line \d+ 0\.50<', made)]
    assert len(places) == 23
    gaps = [below - above for above, below in zip(places, places[1:], strict=False)]
    # Thirteen units hold a line of text; places are written with two digits.
    assert min(gaps) >= 13 - 0.02
    assert "var(--ramp-1)" in made and "var(--ramp-6)" in made


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.floats(0, 1))
def test_labels_are_spread_in_order(wanted, share):
    gap = share / max(1, len(wanted) - 1)
    places = spread(wanted, gap=gap)
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], -index))
    slack = 1e-9  # sums of up to twenty gaps are rounded
    assert all(-slack <= place <= 1 + slack for place in places)
    for lower, upper in zip(order, order[1:], strict=False):
        assert places[upper] - places[lower] >= gap - slack
    if gap == 0:
        assert places == wanted


@given(st.integers(1, 2000))
def test_thinned_points_keep_the_ends(count):
    points = [(step, step / 7) for step in range(count)]
    kept = thinned(points)
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    assert len(kept) == min(count, 160) == len(set(kept))
    assert kept == sorted(kept)
