"""Fixtures for every test folder; imports nothing heavier than pytest, since the runtime is tested without torch."""

import re
import subprocess
from collections.abc import Callable, Generator, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

TINY_BUNDLE = Path(__file__).parent / "data" / "tiny-bundle"


# Why a test may skip itself even where all that tests need can be installed: data that is not ours, a user who is root,
# another environment's package, and Android's daemon, which has a target of its own.
_ELSEWHERE = re.compile(r"beside the checkout|no data in|root reads every file|'tflite_runtime'|adbd cannot run|stubs$")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let whoever installed all that tests need see that they ran."""
    parser.addoption("--no-skips", action="store_true", help="fail where a test skips itself that can run anywhere")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make a failure of a test that skipped itself, where the whole environment is there and --no-skips is given."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and item.config.getoption("no_skips") and find_spec("torch"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not _ELSEWHERE.search(reason):
            report.outcome, report.longrepr = "failed", f"skipped itself, and was to run here: {reason}"
    return report


@pytest.hookimpl(optionalhook=True)  # where tests run in one process there is no such hook
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Share out files of tests, but those that convert for ExecuTorch as one.

    The converters' share conversions of a minute, and a process's first lowering for ExecuTorch takes ten seconds more.
    """
    from xdist.scheduler import LoadFileScheduling

    class FilesAndConverters(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            lowering = ("tests/converters/", "tests/edge_power/model/test_families.py")
            return lowering[0] if nodeid.startswith(lowering) else super()._split_scope(nodeid)

    return FilesAndConverters(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def tiny_bundle() -> Path:
    """The committed bundle with artifacts of all three engines; read only, copy it to change it."""
    if not (TINY_BUNDLE / "bundle.json").is_file():
        pytest.skip(f"{TINY_BUNDLE} is absent: it is generated on the host and committed")
    return TINY_BUNDLE


@pytest.fixture(scope="session")
def tiny_stages() -> Path:
    """The committed bundle in stages, with artifacts of all three engines; read only, copy it to change it."""
    return TINY_BUNDLE.with_name("tiny-stages")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Mount a disk of a few kilobytes, which a test can fill: small_disk(kilobytes=64). Only root may mount."""
    mounted: list[Path] = []

    def mount(*, kilobytes: int) -> Path:
        disk = tmp_path / f"disk-{len(mounted)}"
        disk.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(disk)]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"no small disk can be mounted here: {getattr(error, 'stderr', None) or error}")
        mounted.append(disk)
        return disk

    yield mount
    for disk in mounted:
        subprocess.run(["umount", "--lazy", str(disk)], check=True, capture_output=True)
