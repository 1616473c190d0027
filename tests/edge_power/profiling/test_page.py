import argparse
import html
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from edge_power.cli.profile import command as profile_command
from edge_power.profiling.page import page
from edge_power.profiling.page.conditions import command
from edge_power.profiling.page.drift import drifted
from edge_power.profiling.page.encoders.time import GROUPS, by_operations, by_table
from edge_power.profiling.page.verdict import KINDS
from edge_power.report.bands import Band, BandPoint, apart, bands, shortened
from edge_power.report.bars import Bar, Key, Part, bars, key_rows
from edge_power.report.style import Colour, style_sheet
from edge_power_runtime.profiler.arguments import add_arguments, options_from
from edge_power_runtime.profiler.report.baseline import with_baseline
from edge_power_runtime.profiler.report.record import Case, Flag, FlagKind, Operation, Operations, Reference
from edge_power_runtime.profiler.report.spans import SpanTimes
from edge_power_runtime.reading.printable import printable
from tests.edge_power.report.test_report import contrast
from tests.page_outline import Outline, assert_stands_alone
from tests.profile_records import (
    bare_report,
    bundle,
    cascade_mix,
    cases,
    environment,
    full_report,
    large_report,
    latency_table,
    mix,
    operations_of,
    report,
    result,
    run_alone,
)

NASTY = "</style><img src=x onerror=alert(1)> $x_1$ \"&' \x00\ud800 漢字"


def nasty_report():
    """HTML wherever a report holds text; the unpruned budget is named as the baseline."""
    full, pruned = (
        replace(result(case), case=replace(case, budget=f"{case.budget}{NASTY}")) for case in cases(lengths=(32,))
    )
    named = Operation(NASTY, NASTY, 1, "rest", 0.1)
    made = report(
        (full, pruned),
        created=NASTY,
        bundle=bundle(name=NASTY, architecture=NASTY, schedules={NASTY: (1.0,)}),
        environment=environment(device=NASTY, cpu=NASTY, system=NASTY, android=NASTY, versions={NASTY: NASTY}),
        mixes=(mix(full.case),),
        operations=(Operations(full.case, 1, (named,), None), Operations(pruned.case, 0, (), NASTY)),
        flags=(Flag("on-battery", None, NASTY), Flag("few-samples", full.case, NASTY)),
        reference=Reference(NASTY, (1,), (1.5,)),
        latency_tables=(replace(latency_table(), fitted=(NASTY,), errors=(0.1,)),),
    )  # fmt: skip
    return with_baseline(made, [full.case.budget])


def precisions_report():
    """Two precisions on two engines, one of which has one of them only; int8 pruned is held against fp32 full."""
    both = (*cases(precisions=("fp32", "int8")), *cases(engines=("tflite",), precisions=("int8",)))
    return with_baseline(report(tuple(map(result, both))), ["fp32", "full"])


def cascade_report():
    """A mix on a budget and one on a cascade."""
    measured = tuple(map(result, cases(lengths=(32,))))
    return report(measured, mixes=(mix(measured[0].case), cascade_mix(measured[0].case)))


REPORTS = {
    "plain": report,
    "full": full_report,
    "large": large_report,
    "bare": bare_report,
    "nasty": nasty_report,
    "precisions": precisions_report,
    "cascade": cascade_report,
}


@cache
def written(name: str) -> str:
    return page(REPORTS[name]())


@cache
def outline(name: str) -> Outline:
    return Outline(written(name))


def tables(source: str) -> dict[str, list[list[str]]]:
    """Cells of every table by its caption."""
    return {
        caption: [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", body)]
        for caption, body in re.findall(r"<table><caption>(.*?)</caption>(.*?)</table>", source)
    }


@pytest.mark.parametrize("name", REPORTS)
def test_a_page_is_whole_and_stands_alone(name):
    assert_stands_alone(written(name), most_bytes=2_000_000)


@pytest.mark.parametrize("name", REPORTS)
def test_a_page_can_be_heard(name):
    found = outline(name)
    for tag in ("h1", "main", "header", "nav"):
        assert len(found.named(tag)) == 1, tag
    levels = [int(tag[1]) for tag, _ in found.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1 and all(below - above <= 1 for above, below in zip(levels, levels[1:], strict=False))
    assert len(found.named("figure")) == len(found.named("figcaption")) == len(found.named("svg"))
    for picture in found.named("svg"):
        assert picture["role"] == "img"
        assert re.search(r"\d", picture["aria-label"] or ""), picture
    assert {header["scope"] for header in found.named("th")} <= {"row", "col", "rowgroup"}
    assert len(found.named("caption")) == len(found.named("table"))
    regions = [attributes["aria-label"] for attributes in found.named("div") if attributes.get("role") == "region"]
    assert len(set(regions)) == len(regions)  # a list of landmarks tells them apart


@pytest.mark.parametrize("name", REPORTS)
def test_every_section_is_linked(name):
    links = [attributes["href"] for attributes in outline(name).named("a") if attributes["href"] != "#verdict"]
    assert links == [f"#{attributes['id']}" for attributes in outline(name).named("section")]


@pytest.mark.parametrize("name", REPORTS)
def test_charts_take_their_colours_from_the_page(name):
    for picture in re.findall(r"<svg.*?</svg>", written(name)):
        assert not re.search(r"(fill|stroke): #", picture)


def test_equal_reports_give_equal_bytes():
    assert page(report()) == page(report())


def test_what_was_not_measured_has_no_section():
    def headings(name: str) -> list[str]:
        return outline(name).texts["h2"]

    assert headings("full") == [
        "Summary", "Latency by length", "Pruned against unpruned", "By engine and precision", "By number of threads",
        "Words and time, encoder by encoder", "An answer in parts", "Memory and start",
        "What a user of these texts would feel", "Answer by answer", "The fitted latency table",
        "Operations that ExecuTorch delegates", "The machine", "How it was measured", "How to read this page",
    ]  # fmt: skip
    assert headings("bare") == [
        "Summary", "Latency by length", "Words and time, encoder by encoder",
        "An answer in parts", "The machine", "How it was measured", "How to read this page",
    ]  # fmt: skip


def test_the_headline_is_the_fastest_at_the_greatest_length():
    assert outline("plain").texts["h1"] == ["minilm-sst2: 9.92 ms for 128 tokens, 2.03x as fast as full."]
    assert outline("bare").texts["h1"] == ["minilm-sst2: 11.6 ms for 128 tokens."]
    assert "onnx int8 balanced 128, 2 threads: nine of ten answers within" in written("full")


def test_doubts_stand_above_all():
    calm = outline("plain").texts["strong"][0]
    assert calm == "No doubts."
    assert outline("full").texts["strong"][:4] == [
        "3 reasons to doubt these figures",
        "Others used the cores:",
        "Too few samples (onnx fp32 full 32, 1 thread):",
        "The spread is wide (onnx fp32 full 32, 1 thread):",
    ]
    assert written("full").index("verdict doubt") < written("full").index("<nav")
    latency = tables(written("full"))["Latency, text to prediction"]
    doubted = [row[0] for row in latency if "in doubt" in row[0]]
    assert doubted == ['full 32 <a href="#verdict" class="doubted">in doubt: 2 reasons</a>']


def test_every_kind_of_flag_has_a_name():
    assert set(KINDS) == set(get_args(FlagKind))


def test_the_summary_has_a_row_per_case():
    latency = tables(written("plain"))["Latency, text to prediction, onnx fp32, 1 thread"]
    assert latency[0] == [
        "budget and tokens", "p50, ms", "its 95 % interval", "p90, ms", "p99, ms", "answers a second",
        "speed-up over full",
    ]  # fmt: skip
    assert [row[0] for row in latency[1:]] == [
        "full 32", "balanced 32", "full 64", "balanced 64", "full 128", "balanced 128",
    ]  # fmt: skip
    assert latency[1][1] == "5.06" and latency[1][-1] == "–" and latency[2][-1] == "1.89x"
    costs = tables(written("plain"))["What it costs, onnx fp32, 1 thread"]
    assert costs[1] == ["full 32", "382", "6.33", "111 MB", "91.0 MB", "298 M", "60.6 G"]


def test_many_engines_are_groups_of_one_table():
    latency = tables(written("full"))["Latency, text to prediction"]
    titles = [re.sub(r"<.*?>", "", row[0]) for row in latency if len(row) == 1]
    assert titles == [
        "onnx fp32, 1 thread", "onnx fp32, 2 threads", "onnx int8, 1 thread", "onnx int8, 2 threads",
        "tflite fp32, 1 thread", "executorch fp32, 1 thread",
    ]  # fmt: skip
    assert len(latency) == 1 + 6 + 36


def test_pictures_say_their_finding():
    said = [attributes["aria-label"] for attributes in outline("plain").named("svg")]
    assert said[0] == (
        "Median latency by tokens. full: 5.06 ms at 32 tokens, 10.0 ms at 64 tokens, 20.2 ms at 128 tokens; "
        "balanced: 2.68 ms at 32 tokens, 5.06 ms at 64 tokens, 9.92 ms at 128 tokens."
    )
    assert said[1].startswith("balanced 32 is 1.89x as fast as full, at 1.98x fewer multiply-adds; balanced 64")
    assert said[3] == (
        "Of 128 word-vectors, encoder 1 passes on 103, encoder 2 passes on 77, encoder 3 passes on 58, "
        "encoder 4 passes on 39, encoder 5 passes on 26 "
        "and the last encoder passes on [CLS] alone, from which the answer is read."
    )


def test_without_time_by_encoder_the_page_says_how_to_get_it():
    assert "Ask for it with --operations" in written("plain")
    assert "Ask for it with --operations" not in written("full")
    # The engines that do not tell say why.
    assert "tflite: tflite does not time its operations." in written("full")


def test_a_baseline_that_is_pruned_itself_is_said():
    among_pruned = tuple(map(result, cases(budgets=("balanced", "fast"), lengths=(64,))))
    source = page(report(among_pruned))
    assert "Where no unpruned budget was measured" in source and "speed-up over balanced" in source
    assert "Where no unpruned budget was measured" not in written("plain")


def test_the_speed_ups_of_a_named_baseline():
    drawn = written("precisions")
    assert "Speed-up over fp32 full" in outline("precisions").texts["h2"]
    # The engine without fp32 has nothing to be held against, and the fastest case is one of the other's.
    assert outline("precisions").texts["h1"] == ["minilm-sst2: 5.09 ms for 128 tokens, 3.97x as fast as fp32 full."]
    found = tables(drawn)["Speed-up over fp32 full"]
    assert [re.sub(r"<.*?>", "", row[0]) for row in found if len(row) == 1] == [
        "onnx fp32, 1 thread",
        "onnx int8, 1 thread",
    ]
    # What a multiply-add costs is another thing at another precision, so nothing is said of saved work becoming time.
    assert found[0] == ["budget and tokens", "speed-up", "95 % interval", "multiply-adds saved"]
    assert ["balanced 128", "3.97x", "3.95–4.00", "2.07x"] in found and [
        "full 32",
        "1.91x",
        "1.90–1.91",
        "1.00x",
    ] in found
    assert "Each is held against fp32 full, of the same engine, length and threads." in drawn
    latency = tables(drawn)["Latency, text to prediction"]
    assert latency[0][-1] == "speed-up over fp32 full" and latency[-1][-1] == "–"
    assert command(precisions_report())[-2:] == ["--baseline", "fp32,full"]


def test_precisions_of_a_budget_do_the_same_work():
    drawn = page(with_baseline(precisions_report(), ["fp32"]))
    found = tables(drawn)["Speed-up over fp32, onnx int8, 1 thread"]
    assert found[0] == ["budget and tokens", "speed-up", "95 % interval"] and len(found) == 7
    assert "Tick: how many times fewer" not in drawn and "full 32 is 1.91x as fast as fp32; balanced 32" in drawn


def test_charts_side_by_side_have_one_scale():
    """A speed-up of 4 is drawn twice as long as one of 2, though it stands in another chart."""
    drawn = re.search(r'<section[^>]* id="speed-up".*?</section>', written("precisions"), re.DOTALL)[0]
    lengths = [
        float(right) - float(left)
        for left, right in re.findall(
            r'd="M ([\d.]+) [\d.]+ L ([\d.]+) [^"]*"[^>]* style="fill: var\(--accent\)', drawn
        )
    ]
    ratios = [
        float(row[1].removesuffix("x"))
        for row in tables(drawn)["Speed-up over fp32 full"]
        if row[1:2] and "x" in row[1]
    ]
    assert len(lengths) == len(ratios) == 9
    # Ratios are written with two digits after the point, of a bar of some hundred units.
    assert [abs(length) / max(map(abs, lengths)) for length in lengths] == pytest.approx(
        [ratio / max(ratios) for ratio in ratios], abs=0.005
    )


def test_operations_are_added_up_by_encoder_and_group():
    measured = result(Case("onnx", "fp32", "balanced", 64, 1))
    time = by_operations(operations_of(measured), 6)
    assert time is not None and len(time.by_encoder) == 6 and time.has_groups
    first, last = sum(time.by_encoder[0]), sum(time.by_encoder[-1])
    # 64 rows enter the first encoder and 52 leave; 13 enter the last and 1 leaves.
    assert first / last == pytest.approx((64 + 4 * 52) / (13 + 4 * 1), rel=1e-3)  # times have five digits
    assert time.by_encoder[0][GROUPS.index("ffn")] / first == pytest.approx(0.56, rel=1e-3)


def test_operations_that_do_not_tell_their_encoder():
    measured = result(Case("onnx", "fp32", "balanced", 64, 1))
    unnamed = Operations(measured.case, 20, (Operation("node_bmm", "MatMul", None, "rest", 0.5),), None)
    assert by_operations(unnamed, 6) is None
    source = page(report((measured,), operations=(unnamed,)))
    assert "Convert it again" in source and "Ask for it with" not in source
    assert "Where the time goes, by operation" not in source
    assert tables(source)[f"{measured.case}, median of 20 profiled runs"][1] == ["node_bmm", "MatMul", "0.500"]


def test_many_flags_of_a_kind_are_one_item():
    made = report()
    wide = tuple(Flag("wide-spread", one.case, "too <wide>") for one in made.results)
    source = page(replace(made, flags=wide))
    assert "The spread is wide, 6 times." in source
    folded = re.findall(r"<details><summary>Each with its reason</summary>(.*?)</details>", source)
    assert len(folded) == 1 and folded[0].count("<li>") == 6
    assert "<li>onnx fp32 full 32, 1 thread: too &lt;wide&gt;</li>" in folded[0]


def test_red_and_green_can_be_read():
    light, dark = style_sheet().split("@media screen", 1)

    def value(colour: Colour, source: str) -> str:
        return re.search(rf"{colour.variable}: (#[0-9a-f]{{6}});", source)[1]

    for source in (light, dark):
        # WCAG 2.2 asks for 4.5 between text and its ground.
        assert contrast(value(Colour.BAD, source), value(Colour.BAD_GROUND, source)) >= 4.5
        assert contrast(value(Colour.INK, source), value(Colour.BAD_GROUND, source)) >= 4.5
        assert contrast(value(Colour.ACCENT, source), value(Colour.BAD_GROUND, source)) >= 4.5
        assert contrast(value(Colour.BAD, source), value(Colour.GROUND, source)) >= 4.5
        assert contrast(value(Colour.GOOD, source), value(Colour.CARD, source)) >= 4.5


def test_a_latency_table_gives_time_by_encoder():
    measured = result(Case("onnx", "fp32", "balanced", 64, 1))
    time = by_table(measured, [latency_table("tflite"), latency_table("onnx")])
    assert time is not None and not time.has_groups
    # 64 word-vectors enter, at 0.004 n + 0.00001 n^2; 52 leave, at 0.016 n.
    assert time.by_encoder[0][0] == pytest.approx(0.004 * 64 + 0.00001 * 64**2 + 0.016 * 52)
    assert time.by_encoder[-1] == (0.0,)
    assert "the last encoder is part of what every program costs" in time.source
    assert by_table(measured, [latency_table("tflite")]) is None
    assert by_table(measured, [latency_table("onnx", encoders=5)]) is None


def test_choosing_costs_only_where_an_encoder_chooses():
    table = latency_table()
    choosing = replace(table, extract_ms=0.5)
    for budget, expected in (("balanced", [0.5] * 5 + [0.0]), ("full", [0.0] * 6)):
        measured = result(Case("onnx", "fp32", budget, 64, 1))
        before, after = (by_table(measured, [one]).by_encoder for one in (table, choosing))
        # Sums of a few milliseconds differ by their rounding alone.
        assert [late - soon for (late,), (soon,) in zip(after, before, strict=True)] == pytest.approx(
            expected, abs=1e-12
        )


def test_where_the_time_goes_is_tabled():
    rows = tables(written("full"))["Where the time goes, by operation"]
    assert rows[0] == [
        "case", "attention, ms", "extract, ms", "feed-forward, ms", "rest, ms", "outside of encoders, ms", "all, ms",
    ]  # fmt: skip
    assert [re.sub(r".*\((.*)\)", r"\1", cell) for cell in rows[1][1:-1]] == ["34 %", "4 %", "53 %", "4 %", "5 %"]


def parts_of(drawn: str) -> list[list[str]]:
    """The table of an answer's parts."""
    (rows,) = [rows for name, rows in tables(drawn).items() if name.startswith("Medians of each part")]
    return rows


def test_whatever_spans_the_report_names_are_drawn():
    first, second, *_ = report().results
    tiers = ("look up", "ask", "run a", "run b", "judge")
    two_runs = tuple(SpanTimes(name, name.startswith("run"), (0.25,) * 40) for name in tiers)
    drawn = page(report((first, replace(second, spans=two_runs))))
    head, *rows = parts_of(drawn)
    assert head[1:] == [
        "encode, ms", "choose, ms", "run, ms", "decode, ms", *(f"{name}, ms" for name in tiers), "outside of the engine"
    ]  # fmt: skip
    assert rows[0][5:10] == ["–"] * 5 and rows[1][1:5] == ["–"] * 4
    assert rows[1][5:] == ["0.250"] * 5 + ["60.0 %"]
    assert "look up 0.250 ms, ask 0.250 ms, run a 0.250 ms, run b 0.250 ms, judge 0.250 ms" in drawn


def test_a_run_alone_has_nothing_around_it():
    alone = [replace(one, spans=run_alone(one.run_ms)) for one in report().results]
    drawn = page(report(tuple(alone)))
    head, *rows = parts_of(drawn)
    assert head[1:] == ["run, ms", "outside of the engine"]
    assert all(float(row[1]) > 0 and row[2] == "–" for row in rows)
    assert "timed its run alone; what an answer needs around it was not timed" in html.unescape(drawn)
    assert "Latency, the engine's run alone" in html.unescape(drawn)
    assert "text to prediction" not in drawn and "from a text to its prediction" not in drawn


def test_texts_and_delegation_are_tabled():
    found = tables(written("full"))
    assert "Latency over the 200 texts of reviews.txt" in found
    shares = found["Part of the texts that fall on the programs of 32, 64 and 128 tokens"]
    for row in shares[1:]:
        # Three shares, each rounded by half a percent at most.
        assert sum(int(cell.removesuffix(" %")) for cell in row[1:]) == pytest.approx(100, abs=1)
    delegated = found["Operations of each program, counted when the bundle was converted"]
    assert delegated[1:] == [
        ["balanced_128", "XnnpackBackend", "55", "5", "5 topk"],
        ["full_128", "XnnpackBackend", "55", "15", "10 index_select and 5 topk"],
    ]


def test_the_machine_is_told():
    page_of_machine = outline("full").texts
    assert {"device", "processor", "2 cores", "kernel", "numpy"} <= set(page_of_machine["dt"])
    assert "600–2,400 MHz, governor performance" in page_of_machine["dd"]
    changed = tables(written("full"))["What may change meanwhile"]
    assert ["battery", "81 %, Discharging", "80 %, Discharging"] in changed
    assert ["x86_pkg_temp, °C", "41.0", "43.5"] in tables(written("plain"))["What may change meanwhile"]
    assert "What may change meanwhile" not in tables(written("bare"))


def test_how_fast_the_machine_itself_was_is_told_where_it_was_timed():
    # 16 samples around 1.5 ms with 1 % of noise.
    assert re.search(
        r"<dt>a fixed product between the answers</dt><dd>median 1\.(49|5\d) ms of 16 times", written("full")
    )
    assert "a fixed product" not in written("plain")


def test_the_command_measures_the_same_cases_again():
    made = full_report()
    words = command(made)
    assert words[:3] == ["edge-power", "profile", "BUNDLE"]
    # Here and on a device, the command line takes every one of these words and understands the same.
    typed = profile_command.make_context("profile", words[2:]).params
    assert (typed["warmup"], typed["iterations"], typed["burst"], typed["texts"]) == (10, 40, 5, "reviews.txt")
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    options = options_from(vars(parser.parse_args(words[3:])))
    assert (options.engines, options.precisions) == (("onnx", "tflite", "executorch"), ("fp32", "int8"))
    assert (options.budgets, options.lengths, options.threads) == (("full", "balanced"), (32, 64, 128), (1, 2))
    assert (options.warmup, options.iterations, options.burst, options.max_seconds) == (10, 40, 5, 600.0)
    assert (options.texts, options.operations, options.latency_table) == ("reviews.txt", True, True)


def test_a_drift_is_a_part_of_the_first_third():
    assert drifted([1.0, 1.0, 5.0, 5.0, 1.5, 1.5]) == pytest.approx(0.5)
    assert drifted([2.0]) == 0.0


def test_what_came_from_outside_is_text():
    shown = printable(NASTY)
    found = outline("nasty")
    assert found.texts["title"] == [f"edge-power profile: {shown}"]
    assert found.texts["dd"].count(shown) >= 3
    assert found.texts["h1"][0].startswith(shown)
    written("nasty").encode("utf-8")


def test_figures_below_an_axis_stay_apart():
    assert apart([8, 16, 32, 64, 128], least=20) == [8, 32, 64, 128]
    assert apart([5], least=20) == [5]
    assert shortened("a  b\nc", 9) == "a b c" and shortened("abcdefghij", 9) == "abcdefgh…"


def test_bands_name_their_lines():
    line = Band("full", [BandPoint(1, 0.9, 1.0, 1.4), BandPoint(2, 1.9, 2.0, 2.5)])
    made = bands("b", [line], below="tokens", unit="ms", written=str, highest=2.5, alternative="2")
    texts = [text.strip() for text in re.findall(r">([^<>]+)</text>", made)]
    assert {"ms", "tokens", "1", "2", "full 2.0"} <= set(texts)


def test_bars_are_as_long_as_their_values():
    shown = [Bar("a", "10", [Part(4, Colour.ACCENT), Part(6, Colour.SECOND)]), Bar("b", "5", [Part(5, Colour.ACCENT)])]
    made = bars("b", shown, alternative="10 and 5")
    boxes = re.findall(r'd="M ([\d.]+) [\d.]+ L ([\d.]+) [^"]*"[^>]* style="fill: var\(--(accent|second)\)', made)
    widths = [round(abs(float(right) - float(left)), 1) for left, right, _ in boxes]
    # The whole is 340 units less margins of 1 and 8.
    assert widths == [pytest.approx(331 * value / 10, abs=0.1) for value in (4, 6, 5)]


def test_keys_break_into_rows():
    assert [len(row) for row in key_rows([Key(Colour.ACCENT, "x" * 20)] * 5)] == [2, 2, 1]
    assert key_rows([]) == []


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

# Clicks every summary, which opens what it folds away, then every link, which has to lead into view.
CLICK_THROUGH = """
(() => {
  const wrong = [];
  for (const summary of document.querySelectorAll("summary")) {
    summary.click();
    if (!summary.parentElement.open) wrong.push(summary.textContent);
  }
  for (const link of document.querySelectorAll("a")) {
    link.click();
    const target = document.querySelector(location.hash);
    const box = target.getBoundingClientRect();
    if (box.top > innerHeight || box.bottom < 0) wrong.push(location.hash);
  }
  return wrong;
})()
"""

FOLDED = """
[...document.querySelectorAll("details")].filter(
  one => getComputedStyle(one, "::details-content").contentVisibility !== "visible").length
"""


@pytest.mark.parametrize("name", REPORTS)
def test_a_browser_shows_it(browser, tmp_path: Path, name):
    path = tmp_path / "report.html"
    path.write_text(written(name), encoding="utf-8")
    for width, scheme in ((1200, "light"), (360, "dark")):
        browser.open(path, width=width, scheme=scheme)
        assert browser.evaluate(CLICK_THROUGH) == []
        assert browser.complaints() == []
        assert browser.requests() == [path.as_uri()]
        assert browser.evaluate("document.documentElement.scrollWidth") == width
        assert browser.evaluate(CUT_TEXTS) == []
        smallest = browser.evaluate(
            'Math.min(...[...document.querySelectorAll("svg")].map(svg => svg.getScreenCTM().a))'
        )
        # Charts have text of 11 units; below 0.85 of a pixel each it could not be read on a phone.
        assert smallest > 0.85
        ground = browser.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(18, 22, 28)")


def test_on_paper_nothing_is_folded_away(browser, tmp_path: Path):
    path = tmp_path / "report.html"
    path.write_text(written("full"), encoding="utf-8")
    browser.open(path)
    assert browser.evaluate(FOLDED) == len(outline("full").named("details")) > 0
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.evaluate(FOLDED) == 0
    browser.call("Emulation.setEmulatedMedia", media="")


def test_the_keyboard_reaches_what_scrolls_and_its_focus_is_seen(browser, tmp_path: Path):
    path = tmp_path / "report.html"
    path.write_text(written("plain"), encoding="utf-8")
    browser.open(path, width=360)
    reached = set()
    for _ in range(40):
        for kind in ("keyDown", "keyUp"):
            browser.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        reached.add(browser.evaluate("document.activeElement.localName"))
        outlined = browser.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outlined == "solid" or browser.evaluate("document.activeElement === document.body")
    assert {"a", "div", "summary", "pre"} <= reached


def test_a_cascade_is_shown_with_its_tail():
    found = tables(written("cascade"))
    assert len(tables(written("full"))) > 0 and not any("Tiers of" in caption for caption in tables(written("full")))
    (tiers,) = [rows for caption, rows in found.items() if caption.startswith("Tiers of the cascades")]
    assert tiers[1:] == [
        ["onnx fp32 cascade, 1 thread", "bag", "0.750", "100 %", "60 %", "0.100"],
        ["", "full", "always", "40 %", "40 %", "2.00"],
    ]
    (beside,) = [rows for caption, rows in found.items() if caption.startswith("Each cascade against its last tier")]
    # The mean of 0.125 and 2.25 is 0.975 against 2.1; p95 is 2.25 against 2.55, on a straight line from 2 to 3.
    assert beside[1:] == [
        ["onnx fp32 cascade, 1 thread", "full", "0.975", "2.10", "2.15x", "2.25", "2.55", "1.13x"],
    ]
    assert any("no program" in row for rows in found.values() for row in rows)
