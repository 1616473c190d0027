"""Real load: busy loops beside a test, and a busy test."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def busy_for(seconds: float) -> None:
    """Use one core for so long."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


@contextmanager
def busy_loops(number: int) -> Iterator[None]:
    """Processes that each want a core, running when the block begins and ended with it."""
    code = "print(flush=True)\nwhile True: pass"
    started = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for _ in range(number)]
    try:
        for process in started:
            process.stdout.readline()
        yield
    finally:
        for process in started:
            process.kill()
            process.communicate()
