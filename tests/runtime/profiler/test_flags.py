"""Reasons not to believe a profile: on machines made up one change at a time, and on this one under load."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from edge_power_runtime.profiler.judge.flags import find_flags, samples_needed
from edge_power_runtime.profiler.machine.environment import Observer
from edge_power_runtime.profiler.machine.usage import usable_cores
from edge_power_runtime.profiler.report.environment import Battery, Core, Environment, State, Usage
from edge_power_runtime.profiler.report.record import Case, CaseResult, Flag, Settings
from tests.machines.busy import busy_for, busy_loops
from tests.profile_records import environment, mix, report, result, run_alone, spans, state

CASE = Case("onnx", "fp32", "full", 32, 1)
SETTINGS = Settings(10, 100, None, 5, (50.0, 90.0, 95.0, 99.0), "built-in", 0)


def flags_of(machine: Environment, *, count: int = 100, threads: int = 1) -> tuple[Flag, ...]:
    """Flags of a machine whose samples are beyond doubt."""
    return find_flags(machine, [result(replace(CASE, threads=threads), count=count)], SETTINGS)


def only(flags: tuple[Flag, ...]) -> Flag:
    """The one flag that there is."""
    assert len(flags) == 1, flags
    return flags[0]


def at(mhz: float, **changes: object) -> State:
    """A quiet machine whose two cores run at such a clock."""
    return replace(state(), clocks_mhz={"0": mhz, "1": mhz / 2}, **changes)


def test_a_quiet_machine_with_the_default_settings_raises_none():
    assert flags_of(environment()) == ()
    assert find_flags(environment(), report().results, replace(SETTINGS, percentiles=(50.0, 90.0, 95.0))) == ()


def test_a_machine_that_tells_nothing_raises_none():
    silent = State({}, {}, {}, (), None, None)
    usage = Usage(2.0, 1.99, None, None, None)
    assert flags_of(environment(cores=(), before=silent, after=silent, usage=usage)) == ()


@pytest.mark.parametrize(("before", "after"), [(2400.0, 2100.0), (2000.0, 2300.0)])
def test_a_clock_that_changed(before, after):
    flag = only(flags_of(environment(before=at(before), after=at(after))))
    assert (flag.kind, flag.case) == ("clock-changed", None)
    assert f"at {before:.0f} MHz before and at {after:.0f} MHz after, more than 10%" in flag.reason


def test_a_clock_that_changed_by_less_and_idle_cores_do_not_count():
    before = replace(state(), clocks_mhz={"0": 2400.0, "1": 600.0})
    after = replace(state(), clocks_mhz={"0": 1200.0, "1": 2200.0})
    assert flags_of(environment(before=before, after=after)) == ()


def test_a_clock_held_far_under_its_highest():
    flag = only(flags_of(environment(before=at(1500.0), after=at(1500.0))))
    assert flag.kind == "clock-changed"
    assert "1500 MHz, under 75% of what core 0 can (governor performance)" in flag.reason


def test_a_small_core_at_its_own_highest_clock_is_well():
    cores = (Core(0, 300.0, 1800.0, "schedutil"), Core(1, 300.0, 2800.0, "schedutil"))
    both = replace(state(), clocks_mhz={"0": 1800.0, "1": 900.0})
    assert flags_of(environment(cores=cores, before=both, after=both)) == ()


def test_a_clock_whose_highest_is_not_told_is_well():
    cores = (Core(0, None, None, None),)
    assert flags_of(environment(cores=cores, before=at(800.0), after=at(800.0))) == ()


def test_a_core_that_was_throttled():
    flag = only(flags_of(environment(after=replace(state(), throttle_counts={"0": 3, "1": 1}))))
    assert flag.kind == "throttled"
    assert "(core 0 3 times, core 1 1 time)" in flag.reason


def test_a_temperature_that_rose():
    flag = only(flags_of(environment(before=state(temperature=40.0), after=state(temperature=45.0))))
    assert flag.kind == "temperature-rose"
    assert "x86_pkg_temp warmed from 40.0 to 45.0 °C" in flag.reason
    assert flags_of(environment(before=state(temperature=40.0), after=state(temperature=44.9))) == ()


@pytest.mark.parametrize(
    ("usage", "reason"),
    [
        (Usage(10.0, 9.9, 3.0, 0.0, 5), r"others used 15% of the 2 cores .* \(3\.0 s of CPU in 10\.0 s\)"),
        (Usage(10.0, 9.9, 0.5, 2.5, 5), "others used 15% of the 2 cores"),
        (Usage(10.0, 6.0, None, None, None), "had a core only 60% of the time, less than 90%"),
        (Usage(10.0, 6.0, 0.0, 0.0, 0), "had a core only 60% of the time"),
        (Usage(10.0, 9.9, None, None, 1500), "took a core from the profiler 150 times a second"),
    ],
)
def test_cores_taken_by_others(usage, reason):
    flag = only(flags_of(environment(usage=usage)))
    assert (flag.kind, flag.case) == ("cores-taken", None)
    assert re.search(reason, flag.reason), flag.reason


@pytest.mark.parametrize(
    "usage",
    [
        Usage(10.0, 9.9, 1.5, 0.2, 200),  # 8.5 % of the cores, 20 interruptions a second
        Usage(0.05, 0.05, 0.03, 0.0, 8),  # three ticks of a run so short that they would be 30 %
        Usage(0.02, 0.015, None, None, 1),  # one turn of another process, 25 % of such a run
    ],
)
def test_what_a_quiet_machine_does_besides(usage):
    assert flags_of(environment(usage=usage)) == ()


def test_our_own_threads_may_take_cores_from_each_other():
    usage = Usage(10.0, 19.0, 0.1, 0.0, 5000)
    assert flags_of(environment(usage=usage), threads=2) == ()


@pytest.mark.parametrize("status", ["Discharging", "discharging"])
def test_a_machine_on_its_battery(status):
    flag = only(flags_of(environment(after=state(battery=Battery(64.0, status)))))
    assert (flag.kind, flag.reason.count("(64 %)")) == ("on-battery", 1)


@pytest.mark.parametrize("status", ["Full", "Charging", "Not charging", "Unknown"])
def test_a_machine_on_the_mains(status):
    assert flags_of(environment(after=state(battery=Battery(64.0, status)))) == ()


@pytest.mark.parametrize(
    ("percentile", "needed"), [(50, 6), (90, 10), (95, 20), (99, 100), (99.9, 1000), (1, 100), (0, 6), (100, 6)]
)
def test_samples_that_a_percentile_needs(percentile, needed):
    assert samples_needed(percentile) == needed


def test_too_few_samples_for_a_percentile():
    flag = only(flags_of(environment(), count=19))
    assert (flag.kind, flag.case) == ("few-samples", CASE)
    assert flag.reason == "19 samples for p95, p99, which need 100; ask for --iterations 100 or more"


def test_too_few_samples_since_the_time_was_up():
    settings = replace(SETTINGS, max_seconds=2.0)
    flag = only(find_flags(environment(), [result(CASE, count=60)], settings))
    assert flag.reason == "60 samples for p99, which needs 100; --max-seconds ended the run: allow more"


def test_too_few_samples_of_every_case_are_said_once():
    other = replace(CASE, length=64)
    flag = only(find_flags(environment(), [result(CASE, count=60), result(other, count=40)], SETTINGS))
    assert flag.case is None
    assert flag.reason.startswith("as few as 40 samples for p99")
    flag = only(find_flags(environment(), [result(CASE, count=100), result(other, count=40)], SETTINGS))
    assert flag.case == other


def few_texts(samples: int, **changes: object) -> list[str]:
    """Reasons that speak against a mix of as many texts as the settings say, beside a case without doubt."""
    mixes = [mix(replace(CASE, budget=budget), count=samples) for budget in ("full", "balanced")]
    settings = replace(SETTINGS, texts="texts.tsv", **changes)
    flags = find_flags(environment(), [result(CASE, count=100)], settings, mixes)
    assert all((flag.kind, flag.case) == ("few-samples", None) for flag in flags)
    return [flag.reason for flag in flags]


def test_too_few_texts_for_a_percentile_of_the_mix():
    (reason,) = few_texts(60, num_texts=60)
    assert reason == "the mix has 60 samples, one a text, for p99, which needs 100; give 100 texts or more"
    assert few_texts(100, num_texts=100) == []
    assert few_texts(60, num_texts=60, percentiles=(50.0, 90.0)) == []


def test_a_mix_that_the_time_was_up_for():
    (reason,) = few_texts(60, num_texts=200, max_seconds=2.0)
    assert reason.endswith("for p99, which needs 100; --max-seconds ended the run: allow more")


def test_a_percentile_that_no_mix_can_have():
    settings = replace(SETTINGS, texts="texts.tsv", num_texts=2000, percentiles=(99.99,))
    (flag,) = find_flags(environment(), [], settings, [mix(CASE, count=2000)])
    assert flag.reason.endswith("which needs 10000; no more than 2,000 texts are read: leave p99.99 out")


def wide(case: Case, high_ms: float) -> CaseResult:
    """Rounds of 3 ms and of another time in turn."""
    run_ms = tuple(3.0 if index // 5 % 2 else high_ms for index in range(100))
    return replace(
        result(case), rounds=(5,) * 20, spans=(*spans(1.0, 100, 1)[:2], *run_alone(run_ms), *spans(1.0, 100, 1)[3:])
    )


def test_a_spread_too_wide_to_know_the_median():
    sure = result(replace(CASE, length=64), count=100)
    flag = only(find_flags(environment(), [wide(CASE, 5.0), sure], SETTINGS))
    assert (flag.kind, flag.case) == ("wide-spread", CASE)
    assert re.match(r"the median of 4\.\d+ ms is sure only to 3\.\d+ to 5\.\d+ ms", flag.reason)
    assert "more than 5% to a side" in flag.reason


def test_wide_spreads_of_every_case_are_said_once_with_the_worst():
    worst = replace(CASE, length=64)
    flag = only(find_flags(environment(), [wide(CASE, 5.0), wide(worst, 9.0)], SETTINGS))
    assert flag.case is None
    assert flag.reason.startswith(
        "no case's median is sure; the worst is onnx fp32 full 64, 1 thread, where the median"
    )


def test_seconds_are_not_written_as_a_power_of_ten():
    flag = only(find_flags(environment(), [wide(CASE, 5_000.0)], SETTINGS))
    assert flag.reason.startswith("the median of 2,500 ms is sure only to 3.15 to 5,000 ms ")


def test_microseconds_are_not_a_wide_spread():
    run_ms = tuple(0.010 + 0.004 * (index // 5 % 2) for index in range(100))
    tiny = replace(result(CASE), rounds=(5,) * 20, spans=run_alone(run_ms))
    assert find_flags(environment(), [tiny], SETTINGS) == ()


@pytest.mark.alone
@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="needs /proc/stat")
def test_a_busy_loop_on_every_core_is_flagged_each_time():
    kinds = []
    with busy_loops(len(usable_cores())):
        for _ in range(10):
            observer = Observer()
            observer.start()
            busy_for(0.25)
            kinds.append([flag.kind for flag in flags_of(observer.stop({}))])
    assert sum("cores-taken" in found for found in kinds) == 10, kinds
