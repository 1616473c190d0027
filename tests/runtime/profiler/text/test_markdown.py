from dataclasses import replace

import numpy as np
import pytest

from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.report.figures import (
    change,
    interval,
    list_of,
    milliseconds,
    rate,
    scaled,
    size,
    times,
)
from edge_power_runtime.profiler.report.record import Case, CaseResult, Flag, Report
from edge_power_runtime.profiler.report.rows import is_unpruned, rows, shared, short_name
from edge_power_runtime.profiler.text.markdown import escaped, markdown
from edge_power_runtime.profiler.text.table import columns, flag_lines, text_table
from tests.profile_records import (
    bare_report,
    bundle,
    cascade_mix,
    cases,
    environment,
    flags,
    full_report,
    report,
    result,
    run_alone,
    whole,
)

NASTY = "<b>|x`y`|\x1b[31m*z*\nnew_line & [a](b)"


def steady(case: Case, run_ms: float, count: int = 10) -> CaseResult:
    """A case whose every answer takes the same time."""
    made = result(case, count=count)
    return replace(made, spans=whole((0.5,) * count, (0.25,) * count, (run_ms,) * count, (0.25,) * count))


def known() -> Report:
    """Figures that can be worked out by hand: 9 and 4 ms, each with 1 ms beside the engine."""
    full, fast = Case("onnx", "fp32", "full", 64, 1), Case("onnx", "fp32", "balanced", 64, 1)
    return report((steady(full, 9.0), steady(fast, 4.0)))


def test_rows_hold_what_the_samples_say():
    full, pruned = rows(known())
    assert (full.total.median, full.run_ms, full.answers_per_s) == (10.0, 9.0, 100.0)
    assert (pruned.total.median, pruned.run_ms, pruned.answers_per_s) == (5.0, 4.0, 200.0)
    assert full.macs_per_s == pytest.approx(1000 * full.result.macs / 9)
    assert full.speed_up is None  # nothing has more multiply-adds
    assert pruned.speed_up is not None
    assert pruned.speed_up.baseline == full.case
    assert (pruned.speed_up.ratio, pruned.speed_up.low, pruned.speed_up.high) == (2.0, 2.0, 2.0)
    assert pruned.speed_up.macs_ratio == full.result.macs / pruned.result.macs


def test_speed_up_is_against_the_same_engine_precision_length_and_threads():
    made = full_report()
    for row in rows(made):
        if row.speed_up is None:
            assert row.case.budget == "full"
        else:
            assert row.speed_up.baseline == replace(row.case, budget="full")


def test_rows_carry_their_own_flags():
    made = full_report()
    first, *others = rows(made)
    assert [flag.kind for flag in first.flags] == ["few-samples", "wide-spread"]
    assert not any(row.flags for row in others)  # what concerns them all is no row's own


def test_unpruned_passes_on_all_but_at_the_end():
    full, pruned = (result(case) for case in cases(lengths=(32,)))
    assert is_unpruned(full) and not is_unpruned(pruned)


def test_names_tell_what_differs():
    some = list(cases(lengths=(32, 64)))
    assert shared(some) == "onnx fp32, 1 thread"
    assert short_name(some[0], some) == "full 32"
    assert short_name(some[0], some[:1]) == "onnx fp32 full 32, 1 thread"
    both = [Case("onnx", "fp32", "full", 32, threads) for threads in (1, 2)]
    assert [short_name(case, both) for case in both] == ["1 thread", "2 threads"]
    assert shared(both) == "onnx fp32 full 32"
    assert shared([Case("onnx", "fp32", "a", 8, 1), Case("tflite", "int8", "b", 16, 2)]) == ""


def test_the_text_table():
    lines = text_table(known()).splitlines()
    assert lines[0] == (
        "minilm-sst2 on Example Board 5, Cortex-A76, 2 cores: onnx fp32 64, 1 thread; "
        "10 timed answers a case after 10 to warm up"
    )
    assert lines[2].split("  ")[0] == "case" and lines[2].endswith("MAC/s")
    assert lines[3].split() == [
        "full", "10.0", "10.0–10.0", "10.0", "10.0", "10.0", "100", "–", "382", "111", "MB", "66.9", "G",
    ]  # fmt: skip
    assert lines[4].split()[:9] == ["balanced", "5.00", "5.00–5.00", "5.00", "5.00", "5.00", "200", "2.00x", "382"]
    assert len({len(line) for line in lines[2:5]}) == 1  # columns stand below each other
    assert lines[6:] == [
        "Times are from text to prediction; memory is resident, beyond what the process had before.",
        "Speed-up is over full, of the same engine, precision, length and threads.",
        "Nothing was found that speaks against these figures.",
    ]


def test_an_engines_part_is_said_to_be_that():
    alone = [replace(one, spans=run_alone(one.run_ms)) for one in report().results]
    said = "Times are of the engine's run alone, without what an answer needs around it; memory"
    assert said in text_table(report(tuple(alone)))


def test_flags_are_warnings_in_the_text():
    made = report()
    made = replace(made, flags=flags(made.results))
    text = text_table(made)
    assert text.splitlines()[-3:] == [
        "warning: Other processes took 38 % of the cores that the profiler may use; under 5 % is well.",
        "warning: onnx fp32 full 32, 1 thread: p99 rests on 40 samples; ask for --iterations 100 or more.",
        "warning: onnx fp32 full 32, 1 thread: The median is known to 7 % either way; within 5 % is well.",
    ]
    assert "Nothing was found" not in text


def test_the_columns_are_the_percentiles_that_were_asked_for():
    made = report(settings=replace(report().settings, percentiles=(99.9, 50.0)))
    assert columns(made)[:5] == ("case", "p50 ms", "95 % interval", "p99.9 ms", "answers/s")
    assert "p99.9 ms" in markdown(made) and "p90 ms" not in markdown(made)


def test_many_doubts_of_one_kind_take_one_line():
    made = report()
    wide = tuple(Flag("wide-spread", one.case, "The median is not sure.") for one in full_report().results[:5])
    assert len(flag_lines(replace(made, flags=wide[:3]))) == 3
    assert flag_lines(replace(made, flags=(*wide, Flag("throttled", None, "Hot.")))) == [
        f"{wide[0].case}: The median is not sure. (wide-spread in 4 more; the report has each)",
        "Hot.",
    ]


def test_what_goes_beyond_the_cases_is_said():
    made = full_report()
    lines = text_table(made).splitlines()
    [mix, *_] = made.mixes
    half, most = np.percentile(mix.total_ms, [50, 99])
    said = next(line for line in lines if line.startswith("The mix, 200 texts of "))
    assert f"{mix.engine} fp32 {mix.budget}, 1 thread: p50 {milliseconds(half)} ms, " in said
    assert said.endswith(f"p99 {milliseconds(most)} ms; 3 texts cut at the longest length.")
    looked = next(one for one in made.operations if one.unavailable is None)
    total = milliseconds(sum(operation.time_ms for operation in looked.operations))
    assert any(line.startswith(f"Operations of {looked.case}: {total} ms, of it attention ") for line in lines)
    reasons = {f"{one.case.engine}: {one.unavailable}" for one in made.operations if one.unavailable}
    assert reasons and all(lines.count(reason) == 1 for reason in reasons)
    assert any(line.startswith("The latency table of tflite fp32, 1 thread is within ") for line in lines)


def test_a_cascade_is_told_with_its_tail():
    made = report()
    made = replace(made, mixes=(cascade_mix(made.results[0].case),))
    said = next(line for line in text_table(made).splitlines() if line.startswith("The mix, 10 texts of "))
    assert said.endswith(
        "Of these bag answers 60 % in 0.100 ms and full answers 40 % in 2.00 ms, as medians of a tier's own time where "
        "it is asked; mean 0.975 ms where full alone has 2.10 ms (2.15x as fast) and p95 2.25 ms where full alone has "
        "2.55 ms (1.13x as fast)."
    )
    assert ": p50 0.125 ms, p90 2.25 ms, " in said


def test_a_machine_that_tells_nothing():
    text = text_table(bare_report())
    assert text.startswith("minilm-sst2 on Debian GNU/Linux 12, aarch64: tflite fp32 balanced 128, 1 thread; 1 timed")
    assert text.splitlines()[3].split()[-5:] == ["–", "–", "–", "52.0", "G"]  # speed-up, load, memory
    assert "Speed-up" not in text
    assert markdown(bare_report()).splitlines()[-1] == "Debian GNU/Linux 12, kernel 6.1.0, 2025-05-04T09:30:00Z"


def test_markdown():
    lines = markdown(known()).splitlines()
    assert lines[0].startswith(
        "**minilm-sst2 on Example Board 5, Cortex-A76, 2 cores: onnx fp32 64, 1 thread; 10 timed"
    )
    assert lines[2] == f"| {' | '.join(columns(known()))} |"
    assert lines[3] == "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    assert lines[4] == "| full | 10.0 | 10.0–10.0 | 10.0 | 10.0 | 10.0 | 100 | – | 382 | 111 MB | 66.9 G |"
    assert lines[5].startswith("| balanced | 5.00 | 5.00–5.00 | 5.00 | 5.00 | 5.00 | 200 | 2.00x | 382 | 111 MB | ")
    assert lines[-1] == (
        "edge-power-runtime 0.1.0, numpy 2.2.0, onnxruntime 1.31.0, python 3.11.2, Debian GNU/Linux 12, kernel 6.1.0, "
        "2025-05-04T09:30:00Z"
    )
    assert "WARNING" not in markdown(known())


def test_flags_are_warnings_in_markdown():
    made = report()
    lines = markdown(replace(made, flags=flags(made.results))).splitlines()
    first = lines.index("> [!WARNING]")
    assert lines[first + 1 : first + 4] == [
        "> These figures are in doubt:",
        ">",
        "> - Other processes took 38 % of the cores that the profiler may use; under 5 % is well.",
    ]


def test_names_cannot_break_the_table():
    one = replace(steady(Case("onnx", "fp32", "full", 64, 1), 9.0), case=Case("onnx", "fp32", NASTY, 64, 1))
    made = report(
        (one, steady(Case("onnx", "fp32", "full", 64, 1), 9.0)),
        bundle=bundle(name=NASTY), environment=environment(device=NASTY, versions={NASTY: NASTY}),
        flags=(Flag("on-battery", None, NASTY),),
    )  # fmt: skip
    lines = markdown(made).splitlines()
    table = [line for line in lines if line.startswith("| ")]
    assert len(table) == 4
    assert {line.replace("\\|", "").count("|") for line in table} == {len(columns(made)) + 1}
    assert "&lt;b&gt;\\|x\\`y\\`\\|\\\\x1b\\[31m\\*z\\*\\\\nnew\\_line &amp; \\[a\\](b)" in table[2]
    for text in ("<b>", "\x1b"):
        assert text not in "\n".join(lines)
        assert text == "<b>" or text not in text_table(made)


def test_a_case_without_samples_is_refused():
    empty = replace(result(Case("onnx", "fp32", "full", 64, 1)), spans=run_alone(()), rounds=())
    made = report((empty,))
    for write in (markdown, text_table):
        with pytest.raises(InputError, match="no samples"):
            write(made)


def test_a_clock_too_coarse_to_see_a_run_gives_no_rates():
    case = Case("onnx", "fp32", "full", 64, 1)
    still = replace(result(case, count=2), spans=run_alone((0.0, 0.0)), rounds=(2,))
    pruned = steady(Case("onnx", "fp32", "balanced", 64, 1), 4.0)
    first, second = rows(report((still, pruned)))
    assert (first.answers_per_s, first.macs_per_s, second.speed_up) == (None, None, None)


def test_figures_have_three_digits():
    written = [milliseconds(value) for value in (0.0123, 0.99949, 0.9996, 9.994, 9.996, 99.94, 99.96, 1234.5)]
    assert written == ["0.012", "0.999", "1.00", "9.99", "10.0", "99.9", "100", "1,234"]
    assert milliseconds(None) == size(None) == rate(None) == "–"
    assert interval(1.0, 2.0) == "1.00–2.00"
    assert [scaled(value) for value in (999, 999_600, 22.7e6, 1.364e9, 61.2e9)] == [
        "999 ", "1.00 M", "22.7 M", "1.36 G", "61.2 G",
    ]  # fmt: skip
    assert size(91_000_000) == "91.0 MB"
    assert [times(value) for value in (1.934, 123.4)] == ["1.93x", "123x"]
    assert [rate(value) for value in (12.34, 1234.5)] == ["12.3", "1,234"]
    assert [change(part) for part in (0.0123, -0.0123, -0.0004, 0.0)] == ["+1.2 %", "−1.2 %", "0.0 %", "0.0 %"]
    assert [list_of(parts) for parts in ([], ["a"], ["a", "b", "c"])] == ["", "a", "a, b and c"]


def test_markdown_escapes_its_own_marks():
    assert escaped("a|b\\") == "a\\|b\\\\"
