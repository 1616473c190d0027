"""Who used the CPU: this machine's own counters, with real competitors."""

import os
from pathlib import Path

import pytest

from edge_power_runtime.profiler.machine.system_files import SystemFiles
from edge_power_runtime.profiler.machine.usage import CoreTicks, UsageMeter, core_ticks, usable_cores
from tests.machines.busy import busy_for, busy_loops

STAT = """cpu  300 0 30 1000 9 3 3 12 0 0
cpu0 100 5 10 500 4 1 2 7 50 1
cpu1 200 0 20 500 5 2 1 5 0 0
intr 12 0 0
cpux 1 2 3
"""
linux = pytest.mark.skipif(not Path("/proc/stat").exists(), reason="needs /proc/stat")


def test_ticks_of_the_given_cores_alone():
    assert core_ticks(STAT, [0]) == CoreTicks(100 + 5 + 10 + 1 + 2, 7)
    assert core_ticks(STAT, [1]) == CoreTicks(200 + 20 + 2 + 1, 5)
    assert core_ticks(STAT, [0, 1]) == CoreTicks(118 + 223, 12)


@pytest.mark.parametrize("stat", [None, "", "cpu0", "cpu0 1 2 3", "cpu0 1 2 3 4 5 6 7 x", "cpu0 1 2 3 4 5 6 7 -8"])
def test_nothing_is_told_where_a_line_is_missing_or_malformed(stat):
    assert core_ticks(stat, [0]) is None


def test_a_core_that_is_not_listed_spoils_the_sum():
    assert core_ticks(STAT, [0, 2]) is None
    assert core_ticks(STAT, []) is None


def test_any_text_is_read_or_refused():
    hypothesis = pytest.importorskip("hypothesis")
    st = hypothesis.strategies
    words = st.sampled_from(["cpu", "cpu0", "cpu1", "7", "0", "-1", "x", "9" * 25, "9" * 5000, "\n", "\u0663", "\0"])
    texts = st.lists(words, max_size=30).map(" ".join)

    @hypothesis.settings(deadline=None, max_examples=50)
    @hypothesis.given(st.one_of(texts, st.text(max_size=30)))
    def check(stat):
        ticks = core_ticks(stat, [0, 1])
        assert ticks is None or (ticks.busy >= 0 and ticks.stolen >= 0)

    check()


def test_without_system_files_only_our_own_time_is_known(tmp_path):
    meter = UsageMeter(SystemFiles(tmp_path), usable_cores())
    busy_for(0.05)
    usage = meter.stop()
    assert usage.wall_s >= 0.05
    assert 0 < usage.own_cpu_s
    assert usage.other_cpu_s is None and usage.stolen_s is None


def test_counters_that_step_back_count_as_nothing(tmp_path):
    cores = usable_cores()
    write_stat(tmp_path, cores, busy=5000)
    meter = UsageMeter(SystemFiles(tmp_path), cores)
    write_stat(tmp_path, cores, busy=10)
    usage = meter.stop()
    assert (usage.other_cpu_s, usage.stolen_s) == (0.0, 0.0)


def test_others_are_all_that_is_not_ours(tmp_path):
    cores = usable_cores()
    write_stat(tmp_path, cores, busy=100, stolen=10)
    meter = UsageMeter(SystemFiles(tmp_path), cores)
    write_stat(tmp_path, cores, busy=400, stolen=30)
    usage = meter.stop()
    tick_s = 1 / os.sysconf("SC_CLK_TCK")
    assert usage.other_cpu_s == pytest.approx(300 * tick_s * len(cores) - usage.own_cpu_s)
    assert usage.stolen_s == pytest.approx(20 * tick_s * len(cores))


@pytest.mark.alone
@linux
def test_a_competitor_on_our_cores_is_seen():
    with busy_loops(1):
        meter = UsageMeter(SystemFiles(Path("/")), usable_cores())
        busy_for(0.5)
        usage = meter.stop()
    # It takes half a core from us, or one of our cores whole: 0.25 to 0.5 s, less what a third one takes.
    assert usage.other_cpu_s is not None and usage.other_cpu_s > 0.1
    assert usage.own_cpu_s + usage.other_cpu_s <= usage.wall_s * len(usable_cores()) + 0.1


def write_stat(root: Path, cores: tuple[int, ...], *, busy: int, stolen: int = 0) -> None:
    """Lay out /proc/stat."""
    (root / "proc").mkdir(exist_ok=True)
    lines = [f"cpu{core} {busy} 0 0 900 0 0 0 {stolen} 0 0" for core in cores]
    (root / "proc" / "stat").write_text("\n".join(lines) + "\n")
