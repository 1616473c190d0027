"""Does the profiler say the same twice, and does it notice a loaded machine? As a user runs it, process by process.

    edge-power convert --model MODEL --output BUNDLE --lengths 32,128 --keep 0.8,0.6,0.45,0.3,0.2
    python -m benchmarks.profiler_repeat BUNDLE --output docs/profiler-repeat.json

Ten pairs of profiles of one bundle, minutes apart: `--compare` should find no difference in nine. Then ten profiles
beside a busy loop on every core: each should raise a flag. Leave the machine alone meanwhile, for a quarter of an hour.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click

from edge_power.cli.screens.screen import say
from edge_power_runtime.profiler.judge.compare import compare
from edge_power_runtime.profiler.judge.comparison import Comparison
from edge_power_runtime.profiler.report.file import read_report
from edge_power_runtime.profiler.report.record import Report
from edge_power_runtime.reading.whole_file import write_whole
from edge_power_runtime.system.python_process import python_command
from tests.machines.busy import busy_loops

AGREEING, FLAGGED = 9, 10  # the bars, of ten


def profile(bundle: Path, engines: tuple[str, ...]) -> Report:
    """Profile at the defaults in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "report.json"
        chosen = [f"--json={target}", *(f"--engine={engine}" for engine in engines)]
        command = python_command(sys.executable, "-m", "edge_power_runtime", "profile", str(bundle), *chosen)
        subprocess.run(command, check=True, capture_output=True)
        return read_report(target.read_bytes(), target.name)


def repeat(bundle: Path, engines: tuple[str, ...], pairs: int, pause_s: float) -> tuple[list[Report], list[Comparison]]:
    """Profile, wait, profile again; each is held against the one before."""
    reports = [profile(bundle, engines)]
    comparisons: list[Comparison] = []
    while len(comparisons) < pairs:
        time.sleep(pause_s)
        reports.append(profile(bundle, engines))
        comparisons.append(compare(reports[-2], reports[-1]))
        found = comparisons[-1]
        told = f"{found.verdict}, ratio {found.ratio:.3f} ({found.judged.measured} without the reference)"
        say(f"pair {len(comparisons)}: {told}, {kinds(reports[-1])}")
    return reports, comparisons


def kinds(report: Report) -> str:
    """What a report was flagged with, for people."""
    return ", ".join(sorted({flag.kind for flag in report.flags})) or "no flag"


def medians(comparison: Comparison) -> dict[str, tuple[float, float, str, str]]:
    """Both medians and the verdict of each case, and what it would have been without the reference."""
    return {
        str(item.case): (round(item.a_ms, 4), round(item.b_ms, 4), item.verdict, item.judged.measured)
        for item in comparison.cases
    }


def facts(comparison: Comparison) -> dict[str, object]:
    """What is kept of a pair."""
    return {
        "verdict": comparison.verdict,
        "without_reference": comparison.judged.measured,
        "ratio": comparison.ratio,
        "low": comparison.low,
        "high": comparison.high,
        "relative": None if comparison.judged.relative is None else asdict(comparison.judged.relative),
        "machine": None if comparison.machine is None else asdict(comparison.machine),
        "cases": medians(comparison),
    }


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--engine", "engines", multiple=True, help="Default: all installed.")
@click.option("--pairs", default=10)
@click.option("--pause", default=45.0, help="Seconds between two profiles.")
@click.option("--loaded", default=10, help="Profiles beside busy loops.")
@click.option("--output", type=click.Path(path_type=Path), required=True)
def main(bundle: Path, engines: tuple[str, ...], pairs: int, pause: float, loaded: int, output: Path) -> None:
    """Measure, print, and keep what each profile found."""
    quiet, comparisons = repeat(bundle, engines, pairs, pause)
    with busy_loops(len(os.sched_getaffinity(0))):
        busy = [profile(bundle, engines) for _ in range(loaded)]
    agreeing = sum(item.verdict == "no difference" for item in comparisons)
    flagged = sum(any(flag.kind == "cores-taken" for flag in report.flags) for report in busy)
    without = sum(item.judged.measured == "no difference" for item in comparisons)
    say(f"without the reference: no difference in {without} of {pairs}")
    say(f"no difference: {agreeing} of {pairs}; loaded and flagged for it: {flagged} of {loaded}")
    record = {
        "environment": asdict(quiet[0].environment),
        "settings": asdict(quiet[0].settings),
        "pause_s": pause,
        "verdicts": Counter(item.verdict for item in comparisons),
        "without_reference": Counter(item.judged.measured for item in comparisons),
        "pairs": [facts(item) for item in comparisons],
        "references": [None if report.reference is None else asdict(report.reference) for report in quiet],
        "quiet_flags": [kinds(report) for report in quiet],
        "loaded_flags": [kinds(report) for report in busy],
    }
    write_whole(output, json.dumps(record, indent=1) + "\n")
    raise SystemExit(0 if agreeing * 10 >= AGREEING * pairs and flagged == loaded else 1)


if __name__ == "__main__":
    main()
