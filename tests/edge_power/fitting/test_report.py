import re
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from edge_power.fitting.page.trade_off import trade_off
from edge_power.fitting.page.whole import render
from edge_power.fitting.page.words import difference, duration, fractions, points
from edge_power.fitting.record import BudgetRecord, DataRecord, LogPoint, PhaseRecord
from edge_power_runtime.reading.printable import printable
from tests.fit_records import (
    FAST,
    SEARCHED,
    TWO_BUDGETS,
    explored,
    losses,
    phases,
    record,
    search_phase,
    slope,
)
from tests.page_outline import Outline, assert_stands_alone

NASTY = "<img src=x onerror=alert(1)> $x_1$ \"&' \x00\ud800 漢字"
NO_DEV = DataRecord(60615, 6734, 0, 12, 13.3, None)

RECORDS = {
    "one budget": record(),
    "two budgets": record(budgets=TWO_BUDGETS, phases=phases(SEARCHED, retrained=())),
    "explored": record(
        candidates=explored(), encoders=4, budgets=(BudgetRecord("default", slope(4), 0.33, 0.4, 0.9122, 0.8945),)
    ),
    "no dev": record(
        unpruned_dev=None, data=NO_DEV, budgets=(BudgetRecord("default", SEARCHED, 0.49, 0.565, 0.917, None),)
    ),
    "regression": record(
        task="regression", metric="spearman", unpruned_select=0.8841, unpruned_dev=0.8719,
        budgets=(BudgetRecord("default", SEARCHED, 0.49, 0.565, 0.879, 0.8719),),
    ),  # fmt: skip
    "12 encoders": record(
        encoders=12, phases=phases(slope(12)), budgets=(BudgetRecord("default", slope(12), 0.49, 0.5, 0.917, 0.9),)
    ),
    "24 encoders": record(
        encoders=24, phases=(*phases(slope(24)), search_phase(slope(24), 40_000, every=4)),
        budgets=tuple(BudgetRecord(f"b{last}", slope(24, last), 0.49, 0.5, 0.917, 0.9) for last in (0.3, 0.1, 0.02)),
    ),  # fmt: skip
    "1 encoder": record(
        encoders=1, budgets=(BudgetRecord("default", (1.0,), 0.17, 0.5, 0.8, 0.79),),
        phases=(PhaseRecord("depth", "1 encoder", 500, 20.0, 0.8, 0.17, (), losses(500, begin=0.5, end=0.3)),),
    ),  # fmt: skip
    "nothing logged": record(phases=tuple(replace(phase, log=()) for phase in phases(SEARCHED))),
    "nasty": record(
        model=NASTY, metric="<b>&", options={NASTY: NASTY}, versions={NASTY: NASTY},
        phases=tuple(replace(phase, title=NASTY) for phase in phases(SEARCHED)),
        budgets=tuple(replace(budget, name=NASTY) for budget in TWO_BUDGETS),
        candidates=tuple(replace(point, title=NASTY, stage=NASTY) for point in explored()),
    ),  # fmt: skip
}  # fmt: skip


@cache
def written(name: str) -> str:
    return render(RECORDS[name])


def outline(name: str) -> Outline:
    return Outline(written(name))


def tables(name: str) -> list[list[list[str]]]:
    """Cells of every table, by table and row."""
    return [
        [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", body)]
        for body in re.findall(r"<table>(.*?)</table>", written(name))
    ]


def alternatives(name: str) -> list[str]:
    return [str(attributes["aria-label"]) for attributes in outline(name).named("svg")]


@pytest.mark.parametrize("name", RECORDS)
def test_a_page_is_whole_and_stands_alone(name):
    source = written(name)
    assert_stands_alone(source, most_bytes=1_000_000)
    assert not Outline(source).named("a")


@pytest.mark.parametrize("name", RECORDS)
def test_a_page_can_be_heard(name):
    page = outline(name)
    assert len(page.named("h1")) == len(page.named("main")) == 1
    assert len(page.named("figure")) == len(page.named("figcaption")) == len(page.named("svg"))
    for picture in page.named("svg"):
        assert picture["role"] == "img"
        assert re.search(r"\d", picture["aria-label"] or ""), picture
    assert all(header["scope"] in ("row", "col") for header in page.named("th"))
    assert len(page.named("caption")) == len(page.named("table"))


@pytest.mark.parametrize("name", RECORDS)
def test_charts_take_their_colours_from_the_page(name):
    for picture in re.findall(r"<svg.*?</svg>", written(name)):
        assert not re.search(r"(fill|stroke): #", picture)


def test_equal_records_give_equal_bytes():
    assert render(record()) == render(record())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("one budget", "minilm-sst2: 0.49 of the multiply-adds, accuracy 89.9 (unpruned 90.4, −0.5 points)"),
        ("two budgets", "minilm-sst2, balanced: 0.49 of the multiply-adds, accuracy 89.9 (unpruned 90.4, −0.5 points)"),
        ("no dev", "minilm-sst2: 0.49 of the multiply-adds, accuracy 91.7 (unpruned 92.1, −0.4 points)"),
        (
            "regression",
            "minilm-sst2: 0.49 of the multiply-adds, Spearman correlation 87.2 (unpruned 87.2, 0.0 points)",
        ),
    ],
)
def test_the_headline_is_the_outcome(name, expected):
    assert outline(name).texts["h1"] == [expected]


def test_other_budgets_follow_the_headline():
    expected = "fast: 0.35 of the multiply-adds, accuracy 88.6 (unpruned 90.4, −1.7 points)"
    assert outline("two budgets").texts["li"] == [expected]
    assert "li" not in outline("one budget").texts


def test_the_texts_that_judged_are_named():
    assert outline("one budget").texts["p"][0] == "edge-power fit: classification, 6 encoders, judged on 872 dev texts"
    assert outline("no dev").texts["p"][0].endswith("judged on 6,734 texts held out")
    assert "regression, 6 encoders" in outline("regression").texts["p"][0]
    assert "classification, 1 encoder," in outline("1 encoder").texts["p"][0]


def test_phases_and_budgets_are_tabled():
    of_phases, of_budgets = tables("two budgets")
    assert of_phases == [
        ["phase", "accuracy, held out", "multiply-adds left", "retention per encoder", "steps", "time"],
        ["fine-tune", "92.1", "1.00", "all words", "4,200", "21 min 0 s"],
        ["search", "89.4", "0.47", "0.99 0.79 0.55 0.17 0.11 [CLS]", "2,000", "9 min 1 s"],
        ["re-train", "91.7", "0.47", "by budget", "4,200", "13 min 23 s"],
    ]
    assert of_budgets[1:] == [
        ["unpruned", "92.1", "–", "90.4", "–", "1.00", "–"],
        ["balanced", "91.7", "−0.4", "89.9", "−0.5", "0.49", "0.56"],
        ["fast", "90.8", "−1.3", "88.6", "−1.7", "0.35", "0.40"],
    ]


def test_without_dev_there_are_no_dev_columns():
    _, of_budgets = tables("no dev")
    assert of_budgets[0] == [
        "budget", "accuracy, held out", "points against unpruned", "multiply-adds of the unpruned model",
        "multiply-adds of our full program",
    ]  # fmt: skip
    assert of_budgets[1:] == [
        ["unpruned", "92.1", "–", "1.00", "–"],
        ["default", "91.7", "−0.4", "0.49", "0.56"],
    ]
    assert "dev" not in outline("no dev").texts["dt"]


def test_tried_points_are_tabled_the_cheapest_first():
    tried = tables("explored")[2]
    assert tried[0] == ["tried", "accuracy, held out", "multiply-adds left", "expected latency", "weights"]
    assert len(tried) == 1 + len(explored())
    costs = [float(row[3]) for row in tried[1:]]
    assert costs == sorted(costs)
    assert ["4 encoders, 0.33, chosen", "91.2", "0.33", "0.38", "re-trained"] in tried
    assert len(tables("one budget")) == 2
    assert "Expected latency" in written("explored") and "Expected latency" not in written("one budget")


def test_the_trade_off_has_no_place_above_the_best_metric_there_is():
    """A task that is learned wholly: every point is at 100, and the axis ends there."""
    whole = BudgetRecord("default", SEARCHED, 0.49, 0.565, 1.0, 1.0)
    picture = trade_off("trade-off", record(unpruned_select=1.0, budgets=(whole,)))
    ticks = [float(text) for text in re.findall(r">(\d+\.\d)</text>", picture)]
    of_metric = [tick for tick in ticks if tick > 1]  # the others are parts of the multiply-adds
    assert max(of_metric) == 100.0 and 98.0 <= min(of_metric) < 100.0


def test_pictures_say_their_finding():
    assert alternatives("one budget") == [
        "Of 100 words, encoder 1 passes on 99, encoder 2 passes on 79, encoder 3 passes on 55, "
        "encoder 4 passes on 17, encoder 5 passes on 11 "
        "and the last encoder passes on [CLS] alone, from which the answer is read.",
        "Loss: 0.662 at step 50, 0.138 at step 4,200. Accuracy, held out: 86.7 at step 850, 89.7 at step 4,200.",
        "Loss: 0.0538 at step 25, 0.0826 at step 2,000, at most 0.084.",
        "Loss: 0.193 at step 50, 0.0995 at step 4,200. Accuracy, held out: 86.7 at step 850, 89.7 at step 4,200.",
        "At step 2,000 the fraction of the words that is passed on is: encoder 1: 0.99, encoder 2: 0.79, "
        "encoder 3: 0.55, encoder 4: 0.17 and encoder 5: 0.11.",
        "Multiply-adds left: 0.84 at step 25, 0.45 at step 2,000."
        " Price of a word: 1.02e-08 at step 25, 0.000165 at step 2,000, at most 0.0022.",
        "1 point. The unpruned model has accuracy 92.1. "
        "Chosen: default has accuracy 91.7 at 0.49 of the multiply-adds.",
    ]
    assert alternatives("1 encoder")[0] == (
        "Of 100 words, the last encoder passes on [CLS] alone, from which the answer is read."
    )
    assert alternatives("explored")[-1] == (
        "14 points. The unpruned model has accuracy 92.1. "
        "Chosen: 4 encoders, 0.33 has accuracy 91.2 at 0.33 of the multiply-adds."
    )


def test_a_staircase_is_as_wide_as_what_is_left():
    picture = re.findall(r"<svg.*?</svg>", render(record(budgets=TWO_BUDGETS[1:])))[0]
    bars = re.findall(r'd="M ([\d.]+) [\d.]+ L ([\d.]+) [^"]*"[^>]* style="fill: var\(--accent\)', picture)
    widths = [float(end) - float(begin) for begin, end in bars]
    kept = [80, 55, 35, 11, 6, 1]
    # A hundred words are 274 units wide; ends are written with two digits.
    assert widths == pytest.approx([2.74 * words for words in kept], abs=0.02)
    assert FAST == (0.8, 0.55, 0.35, 0.11, 0.06, 0.06)


def test_every_tried_point_is_marked_and_chosen_ones_are_named():
    picture = re.findall(r"<svg.*?</svg>", written("explored"))[-1]
    # Each point has a mark, the chosen one a ring as well, and the unpruned model has a square.
    assert picture.count("<use ") == len(explored()) + 2
    texts = re.findall(r">([^<>]+)</text>", picture)
    assert "4 encoders, 0.33 91.2" in texts and "unpruned 92.1" in texts
    assert Counter(text for text in texts if text in "346") == {"6": 6, "4": 5, "3": 3}


def test_where_nothing_was_logged_there_are_no_curves():
    headings = outline("nothing logged").texts["h2"]
    assert headings == [
        "What came out",
        "Of 100 words, how many each encoder passes on",
        "Trade-off",
        "What it was run with",
        "How to read this page",
    ]
    assert outline("one budget").texts["h2"][2:4] == ["Loss and metric over steps", "What the search did, step by step"]


def test_a_loss_that_is_not_finite_is_left_out():
    tuned = phases(SEARCHED)[0]
    broken = replace(tuned, log=(LogPoint(1, 0.5), LogPoint(2, 0.4), LogPoint(3, float("nan"))))
    made = Outline(render(record(phases=(broken,))))
    assert made.named("svg")[1]["aria-label"] == "Loss: 0.5 at step 1, 0.4 at step 2."


def test_what_came_from_outside_is_text():
    page = outline("nasty")
    shown = printable(NASTY)
    assert page.texts["title"] == [f"edge-power fit: {shown}"]
    assert page.texts["h1"][0].startswith(f"{shown}, {shown}: 0.49")
    assert page.texts["dt"].count(shown) == page.texts["dd"].count(shown) == 2
    assert any(text.startswith("<img src=x onerror=") and "$" not in text[:19] for text in page.texts["text"])


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.4, "0 s"), (59.6, "1 min 0 s"), (3599.7, "1 h 0 min"), (3840, "1 h 4 min"), (90000, "25 h 0 min")],
)  # fmt: skip
def test_times_are_for_people(seconds, expected):
    assert duration(seconds) == expected


def test_metrics_are_hundredths():
    assert points(0.8991) == "89.9"
    assert points(-0.031) == "−3.1"
    assert difference(0.9, 0.91) == "−1.0"
    assert difference(0.93, 0.91) == "+2.0"
    assert difference(0.9001, 0.9) == difference(0.8999, 0.9) == "0.0"
    assert fractions((0.9, 0.125, 0.125)) == "0.90 0.12 [CLS]"
    assert fractions((1.0,)) == "[CLS]"


# A text is cut where it leaves its drawing; a unit's slack is for rounding to pixels.
CUT_TEXTS = """
[...document.querySelectorAll("svg")].flatMap(svg => {
  const outer = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")].filter(text => {
    const inner = text.getBoundingClientRect();
    return inner.left < outer.left - 1 || inner.right > outer.right + 1
      || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
  }).map(text => text.textContent);
})
"""


@pytest.mark.parametrize("name", RECORDS)
def test_a_browser_shows_it(browser, tmp_path: Path, name):
    path = tmp_path / "report.html"
    path.write_text(written(name), encoding="utf-8")
    for width, scheme in ((1200, "light"), (390, "dark")):
        browser.open(path, width=width, scheme=scheme)
        assert browser.complaints() == []
        assert browser.requests() == [path.as_uri()]
        assert browser.evaluate("document.documentElement.scrollWidth") == width
        assert browser.evaluate(CUT_TEXTS) == []
        smallest = browser.evaluate(
            'Math.min(...[...document.querySelectorAll("svg")].map(svg => svg.getScreenCTM().a))'
        )
        # Charts have text of 9 to 11.5 units; below nine tenths of a pixel each it could not be read.
        assert smallest > 0.9


def test_the_browser_would_see_a_fault(browser, tmp_path: Path):
    path = tmp_path / "bad.html"
    path.write_text('<script>console.error("x"); nothing()</script><img src="http://127.0.0.1:9/x.png">')
    browser.open(path)
    assert len(browser.complaints()) >= 2
    assert "http://127.0.0.1:9/x.png" in browser.requests()
