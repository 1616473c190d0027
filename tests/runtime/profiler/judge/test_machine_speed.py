"""The machine or the bundle: a difference that the reference shares is none of the bundle's."""

from dataclasses import replace

import pytest

from edge_power_runtime.profiler.judge.compare import compare
from edge_power_runtime.profiler.report.environment import Environment
from edge_power_runtime.profiler.report.record import CaseResult, Reference, Report
from edge_power_runtime.profiler.text.comparison_text import comparison_text
from tests.profile_records import cases, environment, reference, report, result, run_alone

BUNDLES_OWN = "the second is slower: ratio 1.0"


def slowed(measured: CaseResult, factor: float) -> CaseResult:
    """Every span took longer by a factor."""
    spans = [replace(span, times_ms=tuple(factor * ms for ms in span.times_ms)) for span in measured.spans]
    return replace(measured, spans=tuple(spans))


def taken(factor: float = 1.0, machine: Reference | None = None, **changes: object) -> Report:
    """Six cases of 100 samples in 20 rounds, all longer by a factor, beside what the reference took."""
    results = tuple(slowed(result(case, count=100), factor) for case in cases())
    return report(results, reference=machine, **changes)


def timed(factor: float, seed: int = 3) -> Reference:
    """A reference that took longer by a factor."""
    return reference(1.5 * factor, seed=seed)


def test_a_slower_machine_is_no_difference_of_the_bundle():
    found = compare(taken(1.0, timed(1.0)), taken(1.08, timed(1.08, seed=4)))
    assert found.verdict == "no difference"
    assert {case.verdict for case in found.cases} == {"no difference"}
    assert {case.judged.measured for case in found.cases} == {"slower"}
    assert (found.judged.measured, found.judged.relative_verdict) == ("slower", "no difference")
    assert found.judged.is_cleared
    assert found.ratio == pytest.approx(1.08)
    # 40 samples with 1 % of noise on each side: the ratio of their medians is known to some 0.3 %.
    assert found.machine.change.ratio == pytest.approx(1.08, abs=0.01)
    assert found.judged.relative.ratio == pytest.approx(1.0, abs=0.01)


def test_the_text_says_that_it_was_the_machine():
    lines = comparison_text(compare(taken(1.0, timed(1.0)), taken(1.08, timed(1.08)))).splitlines()
    assert lines[0].startswith("no difference but the machine's: slower as measured (ratio 1.080, 95 % interval 1.0")
    assert lines[0].endswith(
        " beside the fixed product; a difference counts where the whole interval is outside 0.97 to 1.03"
    )
    assert lines[3].endswith("  no difference *")
    assert "* faster or slower as measured, but not beside the fixed product: the machine, not the bundle" in lines
    assert lines[-1].startswith("the machine itself was 8.0 % slower in the second [7.")
    assert lines[-1].endswith("]: a fixed product took 1.50 ms and 1.62 ms")


def test_a_slower_bundle_on_a_machine_as_before_is_slower():
    found = compare(taken(1.0, timed(1.0)), taken(1.08, timed(1.0, seed=4)))
    assert (found.verdict, {case.verdict for case in found.cases}) == ("slower", {"slower"})
    text = comparison_text(found)
    assert text.startswith(BUNDLES_OWN)
    assert "the machine itself was as fast both times, as far as one can tell (" in text
    assert "*" not in text


def test_a_faster_machine_is_told_as_such():
    found = compare(taken(1.0, timed(1.0)), taken(0.9, timed(0.9)))
    assert found.verdict == "no difference"
    assert "the machine itself was 10.0 % faster in the second [9." in comparison_text(found)


def test_a_difference_that_the_machine_may_hide_does_not_count():
    found = compare(taken(1.0, timed(1.0)), taken(1.0, timed(1.08)))
    assert (found.verdict, found.judged.measured, found.judged.relative_verdict) == (
        "no difference", "no difference", "faster",
    )  # fmt: skip
    text = comparison_text(found)
    assert text.startswith("no difference: ratio 1.000")
    assert "\n** no difference as measured, but one beside the fixed product: the machine may hide it; " in text


def test_an_unsure_reference_leaves_the_difference_unsure():
    # As large as the difference: 20 % of noise leave each median of 40 samples unsure by 4 %, a standard error.
    shaky = [reference(1.5, seed=seed, noise=0.2) for seed in (3, 4)]
    found = compare(taken(1.0, shaky[0]), taken(1.08, shaky[1]))
    assert (found.verdict, found.judged.measured, found.judged.is_cleared) == ("no difference", "slower", False)
    text = comparison_text(found)
    assert text.startswith("no difference that is sure: slower as measured (ratio 1.0")
    assert "\n*** faster or slower as measured, but not surely beside the fixed product, whose time varied: " in text
    assert "the machine, not the bundle" not in text
    relative = found.judged.relative
    assert relative.high - relative.low > 3 * (found.high - found.low)


OTHER_WORK = replace(timed(1.08), work="another product")
FEW = Reference("a fixed product", (5,), (1.62,) * 5)
NAMELESS = environment(device=None, cpu=None)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (taken(1.0), taken(1.08)),
        (taken(1.0, timed(1.0)), taken(1.08)),
        (taken(1.0), taken(1.08, timed(1.08))),
        (taken(1.0, timed(1.0)), taken(1.08, OTHER_WORK)),
        (taken(1.0, timed(1.0)), taken(1.08, FEW)),
        (taken(1.0, timed(1.0), environment=NAMELESS), taken(1.08, timed(1.08), environment=NAMELESS)),
    ],
    ids=["neither has it", "only the first", "only the second", "other work", "five samples", "nameless machines"],
)
def test_without_a_reference_that_tells_times_stand_as_measured(first, second):
    found = compare(first, second)
    assert (found.verdict, found.machine, found.judged.relative) == ("slower", None, None)
    text = comparison_text(found)
    assert text.startswith(BUNDLES_OWN)
    assert "machine itself" not in text


@pytest.mark.parametrize(
    "other",
    [
        environment(device="Example Phone"),
        environment(cpu="Cortex-A55"),
        environment(architecture="armv7l"),
        environment(versions=environment().versions | {"numpy": "2.3.0"}),
    ],
    ids=["device", "cpu", "architecture", "numpy"],
)
def test_other_machines_are_compared_as_measured(other: Environment):
    found = compare(taken(1.0, timed(1.0)), taken(1.08, timed(1.08), environment=other))
    assert (found.verdict, found.machine) == ("slower", None)
    assert "machine itself" not in comparison_text(found)


def test_what_hurt_the_reference_in_the_same_rounds_is_taken_out():
    # Both follow the machine from round to round; the ratio of the two is then surer than the times are.
    wave = [1 + 0.1 * (index % 4) for index in range(20)]
    by_sample = [factor for factor in wave for _ in range(5)]

    def drifting(seed: int) -> Report:
        base = taken(1.0, timed(1.0, seed))
        results = tuple(
            replace(one, spans=run_alone(tuple(map(float.__mul__, one.run_ms, by_sample)))) for one in base.results
        )
        times = tuple(ms * wave[index // 2] for index, ms in enumerate(base.reference.times_ms))
        return replace(base, results=results, reference=replace(base.reference, times_ms=times))

    found = compare(drifting(3), drifting(4))
    relative = found.judged.relative
    assert relative.high - relative.low < 0.5 * (found.high - found.low)
