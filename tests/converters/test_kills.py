"""Kills of a conversion that replaces a bundle: the old one or the new one is there, whole; nothing else for long."""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from edge_power_converters.output.staging import check_output, staged_directory
from tests.bundles import checked_name, write_bundle
from tests.machines.forker import Forker, open_forker

# From the moment that all is written: the last milliseconds, with some room for a loaded machine.
LAST_S = 0.02


def convert_anew(output: str, name: str, told: str) -> None:
    """A conversion, as the command does it, of a tiny model for one engine."""
    from edge_power.conversion.convert import convert
    from edge_power.conversion.plan import Plan
    from edge_power.model.retention_file import parse_keep
    from edge_power.progress import Silent
    from tests.tiny import KEEP, tiny_model

    class AtTheEnd(Silent):
        def line(self, text: str) -> None:
            """All that is left to do is the manifest and the place."""
            if text.startswith("✓ onnx fast_8"):
                Path(told).touch()

    place = check_output(Path(output), force=True)
    plan = Plan(engines=("onnx",), lengths=(8,), budgets={"fast": parse_keep(KEEP)}, force=True)
    convert(tiny_model(), Path(output), plan, name=name, progress=AtTheEnd(), place=place)


def stage_anew(output: str, name: str, told: str) -> None:
    """The same without the converter: its files come from another bundle."""
    with staged_directory(check_output(Path(output), force=True)) as directory:
        write_bundle(directory, name)
        Path(told).touch()


def run(forker: Forker, write: Callable[..., None], place: Path, name: str) -> tuple[float, float]:
    """Write a bundle to its end; gives the seconds that it took, and those after it told."""
    (place / "told").unlink(missing_ok=True)
    started = time.monotonic()
    forker.start(write, str(place / "out" / "bundle"), name, str(place / "told"))
    told = wait_for(place / "told")
    assert forker.wait() == 0
    ended = time.monotonic()
    return ended - started, ended - told


def wait_for(told: Path) -> float:
    until = time.monotonic() + 60
    while not told.exists() and time.monotonic() < until:
        time.sleep(0.0002)
    return time.monotonic()


def kill(forker: Forker, write: Callable[..., None], place: Path, name: str, *, after: float, last: bool) -> bool:
    """Kill a process that writes; gives whether it was still there."""
    (place / "told").unlink(missing_ok=True)
    process = forker.start(write, str(place / "out" / "bundle"), name, str(place / "told"))
    if last:
        wait_for(place / "told")
    time.sleep(after)
    # It cannot be another's: the forker has not waited for it, or has, and then nobody is met within milliseconds.
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    return forker.wait() == -signal.SIGKILL


def attack(forker: Forker, write: Callable[..., None], place: Path, *, kills: int) -> dict[str, int]:
    """Kill so many processes, half of them in their last milliseconds, and look after each.

    A process that ends before its kill comes counts as none, and another is begun.
    """
    draw = random.Random(kills)
    output = place / "out" / "bundle"
    output.parent.mkdir()
    took = [run(forker, write, place, "run") for _ in range(3)]
    whole, end = (sorted(times)[1] for times in zip(*took, strict=True))
    found = {"begun": 0, "killed": 0, "killed at the end": 0, "new": 0, "left": 0}
    found |= {"whole ms": round(whole * 1000), "end ms": round(end * 1000)}
    before = "run"
    while found["killed"] < kills:
        found["begun"] += 1
        name = f"run-{found['begun']}"
        last = 2 * found["killed at the end"] <= found["killed"]
        after = end - draw.uniform(0, min(end, LAST_S)) if last else draw.uniform(0, whole)
        killed = kill(forker, write, place, name, after=after, last=last)
        now = checked_name(output)
        assert now in (before, name) if killed else now == name, f"after kill {found['begun']}"
        found["killed"] += killed
        found["killed at the end"] += killed and last
        found["new"] += killed and now == name
        found["left"] += killed and len(list(output.parent.iterdir())) > 1
        before = now
        if found["begun"] % 10 == 0:
            before = f"next-{found['begun']}"
            run(forker, write, place, before)
            assert checked_name(output) == before
            assert [path.name for path in output.parent.iterdir()] == ["bundle"], f"after kill {found['begun']}"
    return found


def test_kills_while_a_bundle_is_replaced(forker, tmp_path):
    found = attack(forker, stage_anew, tmp_path, kills=20)
    assert found["left"] > 0, "no kill came in the middle"


@pytest.mark.slow  # minutes
def test_many_kills_while_a_conversion_replaces_a_bundle(tmp_path):
    tools = ("onnxruntime", "onnxscript", "torch.onnx._internal.exporter._core", "edge_power_converters.onnx")
    with open_forker("tests.converters.test_kills", "edge_power.conversion.convert", "tests.tiny", *tools) as forker:
        print(attack(forker, convert_anew, tmp_path, kills=200))


@pytest.mark.slow
def test_very_many_kills_without_a_converter(forker, tmp_path):
    print(attack(forker, stage_anew, tmp_path, kills=1000))
