"""Two reports: faster, slower, or no difference that one can tell."""

import re
from dataclasses import replace

import numpy as np
import pytest

from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.judge.compare import compare
from edge_power_runtime.profiler.report.record import Case, CaseResult, Report
from edge_power_runtime.profiler.text.comparison_text import comparison_text
from tests.profile_records import bundle, cases, environment, flags, report, result, run_alone, whole

SHORT = Case("onnx", "fp32", "full", 32, 1)
LONG = Case("onnx", "fp32", "full", 128, 1)


def measured(case: Case, median_ms: float, seed: int, *, rounds: int = 20, noise: float = 0.02) -> CaseResult:
    """A case of five samples a round around a median; the noise comes anew with each round."""
    generator = np.random.default_rng(seed)
    by_round = generator.normal(1, noise, rounds).repeat(5) * generator.normal(1, noise / 4, 5 * rounds)
    run_ms = tuple((median_ms * by_round).tolist())
    nothing = (0.0,) * len(run_ms)
    return replace(result(case), rounds=(5,) * rounds, spans=whole(nothing, nothing, run_ms, nothing))


def of(*results: CaseResult, **changes: object) -> Report:
    """A report of these cases."""
    return report(results, **changes)


def test_the_same_bundle_twice_makes_no_difference():
    # The issue asks for 9 of 10; without any drift between the runs it is all of them.
    verdicts = [
        compare(of(measured(SHORT, 4.0, seed)), of(measured(SHORT, 4.0, seed + 100))).verdict for seed in range(10)
    ]
    assert verdicts == ["no difference"] * 10


@pytest.mark.parametrize(
    ("b_ms", "verdict"), [(3.6, "faster"), (4.4, "slower"), (3.9, "no difference"), (4.1, "no difference")]
)
def test_a_difference_counts_from_three_percent(b_ms, verdict):
    found = compare(of(measured(SHORT, 4.0, 1)), of(measured(SHORT, b_ms, 2)))
    assert (found.verdict, found.cases[0].verdict) == (verdict, verdict)
    assert found.cases[0].ratio == pytest.approx(b_ms / 4.0, rel=0.02)
    assert found.cases[0].low < b_ms / 4.0 < found.cases[0].high


def test_how_much_counts_can_be_chosen():
    reports = of(measured(SHORT, 4.0, 1)), of(measured(SHORT, 3.6, 2))
    assert compare(*reports, least=0.2).verdict == "no difference"
    with pytest.raises(InputError, match=r"must be in 0\.\.1, such as 0.03; got 1"):
        compare(*reports, least=1)


def test_an_interval_that_reaches_into_no_difference_decides():
    # 10 % faster at the median, but six samples that vary by 20 % could be anything.
    shaky = measured(SHORT, 4.0, 1, rounds=6, noise=0.2), measured(SHORT, 3.6, 5, rounds=6, noise=0.2)
    assert compare(of(shaky[0]), of(shaky[1])).verdict == "no difference"


def test_exchanged_reports_give_the_inverse():
    first, second = of(measured(SHORT, 4.0, 1)), of(measured(SHORT, 3.0, 2))
    there, back = compare(first, second), compare(second, first)
    assert (there.verdict, back.verdict) == ("faster", "slower")
    assert there.ratio * back.ratio == pytest.approx(1)


def test_cases_are_matched_by_their_key_and_summed_up_by_the_geometric_mean():
    first = of(measured(SHORT, 2.0, 1), measured(LONG, 8.0, 2), measured(replace(LONG, threads=2), 5.0, 3))
    second = of(measured(replace(SHORT, budget="fast"), 1.0, 6), measured(LONG, 4.0, 4), measured(SHORT, 2.0, 5))
    found = compare(first, second)
    assert [case.case for case in found.cases] == [SHORT, LONG]
    assert [case.verdict for case in found.cases] == ["no difference", "faster"]
    assert found.ratio == pytest.approx(np.sqrt(found.cases[0].ratio * found.cases[1].ratio))
    assert found.low < np.sqrt(0.5) < found.high < 0.8
    assert found.verdict == "faster"
    assert found.only_a == (replace(LONG, threads=2),)
    assert found.only_b == (replace(SHORT, budget="fast"),)


def test_what_hurt_all_cases_of_a_run_is_not_averaged_away():
    def drifting(seed: int) -> Report:
        # The rounds of all cases share their noise, as when another process ran for a while.
        return of(*(measured(case, 4.0, seed, noise=0.1) for case in cases()))

    many = compare(drifting(1), drifting(2))
    one = many.cases[0]
    assert many.high - many.low == pytest.approx(one.high - one.low, rel=0.01)


def test_no_case_in_common():
    with pytest.raises(InputError) as error:
        compare(of(result(replace(SHORT, budget="fast"))), report())
    assert str(error.value) == (
        "the reports have no case in common: the first measured onnx fp32 fast 32, 1 thread; the second "
        "onnx fp32 full 32, 1 thread / onnx fp32 balanced 32, 1 thread / onnx fp32 full 64, 1 thread / 3 more"
    )


def test_different_texts():
    other = report()
    other = replace(other, settings=replace(other.settings, texts="reviews.txt", num_texts=12))
    message = "different texts: the built-in texts and 12 texts of reviews.txt; profile both with the same `texts`"
    with pytest.raises(InputError, match=message):
        compare(report(), other)


def test_a_narrow_terminal_has_short_names_and_fewer_columns():
    everyone = [measured(case, 4.0, seed) for seed, case in enumerate(cases())]
    comparison = compare(of(*everyone), of(*everyone))
    wide = comparison_text(comparison, width=120)
    assert wide == comparison_text(comparison)
    narrow = comparison_text(comparison, width=80).splitlines()
    table = narrow[narrow.index("all cases: onnx fp32, 1 thread") + 1 :]
    assert table[0].split("  ")[0] == "case" and "first ms" in table[0] and "95 % interval" in table[0]
    assert table[1].startswith("full 32  ") and table[-1].startswith("geometric mean")
    assert max(map(len, table)) <= 80
    narrower = comparison_text(comparison, width=60)
    assert "No room here for first ms and second ms: they are in the reports." in narrower.splitlines()


def test_an_engines_part_is_not_compared_with_whole_answers():
    answers = measured(SHORT, 4.0, 1)
    alone = replace(answers, spans=run_alone(answers.run_ms))
    with pytest.raises(InputError, match="the second report timed the engine's run alone, the other whole answers; "):
        compare(of(answers), of(alone))
    assert compare(of(alone), of(alone)).ratio == 1.0


def test_different_numbers_of_words():
    first = measured(SHORT, 4.0, 1)
    with pytest.raises(InputError, match="onnx fp32 full 32, 1 thread: 31 and 9 tokens; profile both"):
        compare(of(first), of(replace(first, num_tokens=9)))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ({"rounds": (5,) * 21}, "full 32, 1 thread: the rounds count 105 samples, there are 100"),
        ({"rounds": (), "spans": whole((), (), (), ())}, "full 32, 1 thread: there are no samples"),
        ({"spans": whole((0.0,), (), (), ())}, "spans have different numbers of samples"),
        ({"rounds": (2,), "spans": whole(*((0.0, 0.0),) * 4)}, "must be above 0"),
    ],
)
def test_a_damaged_report(damage, message):
    first = measured(SHORT, 4.0, 1)
    with pytest.raises(InputError, match=message):
        compare(of(first), report((replace(first, **damage),), settings=report().settings))


def test_five_samples_prove_nothing():
    found = compare(of(measured(SHORT, 4.0, 1)), of(measured(SHORT, 1.0, 2, rounds=1)))
    assert (found.verdict, found.cases[0].verdict) == ("too few samples", "too few samples")
    assert comparison_text(found).startswith("too few samples: a case needs 6 in each report")


def test_what_else_differs_is_noted():
    other = report(
        environment=environment(device="Example Phone", versions={"python": "3.12.1", "numpy": "2.2.0"}),
        bundle=bundle(manifest_sha256="0" * 64),
        flags=flags(report().results),
    )
    assert compare(report(), report()).notes == ()
    assert compare(report(), other).notes == (
        "different devices: Example Board 5 and Example Phone",
        "different bundles: 5f3aa6cfa45d and 000000000000",
        "different versions of python: 3.11.2 and 3.12.1",
        "the second report is flagged (cores-taken, few-samples, wide-spread), so do not lean on its figures",
    )


def test_the_text_for_a_terminal():
    first = of(measured(SHORT, 4.0, 1), measured(LONG, 16.0, 2))
    second = of(measured(SHORT, 2.0, 3), measured(replace(LONG, budget="fast"), 8.0, 4))
    lines = comparison_text(compare(first, second)).splitlines()
    assert lines[0].startswith("the second is faster: ratio 0.")
    assert lines[0].endswith("a difference counts where the whole interval is outside 0.97 to 1.03")
    assert lines[2] == "case                         first ms  second ms  ratio   95 % interval  the second is"
    assert re.fullmatch(
        r"onnx fp32 full 32, 1 thread {6}\d\.\d\d {7}\d\.\d\d  0\.\d{3}  0\.\d{3} to 0\.\d{3}  faster", lines[3]
    )
    assert lines[5:] == [
        "only the first measured: onnx fp32 full 128, 1 thread",
        "only the second measured: onnx fp32 fast 128, 1 thread",
    ]


def test_several_cases_end_with_a_row_over_all():
    text = comparison_text(compare(report(), report()))
    assert text.startswith("no difference: ratio 1.000")
    assert "all cases (geometric mean)" in text.splitlines()[-1]


def test_a_name_that_would_command_the_terminal_is_made_harmless():
    other = report(environment=environment(device="evil\x1b[2J\nname"))
    text = comparison_text(compare(report(), other))
    assert "\x1b" not in text
    assert len([line for line in text.splitlines() if "evil" in line and "name" in line]) == 1
