"""What a fit asks of the machine."""

import platform
import subprocess
import sys

import pytest

# Pages that the system has to clear while 32 MB are taken and freed seven times.
TAKE_AND_FREE = """
import resource, sys
import torch
from edge_power.fitting.training.machine import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
def faults():
    torch.zeros(8 << 20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
first, *others = [faults() for _ in range(12)][4:]  # the first ones grow the heap
print(others[-1] - first)
"""


def faults(how: str) -> int:
    found = subprocess.run([sys.executable, "-c", TAKE_AND_FREE, how], capture_output=True, text=True, check=True)
    return int(found.stdout)


@pytest.mark.thorough
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is asked to keep memory")
def test_memory_that_was_freed_is_taken_again_and_not_asked_for_anew():
    # The system maps pages of 4 KB, 57,344 faults, or larger ones; a tenth leaves room for what Python itself takes.
    kept, given = faults("keep"), faults("give")
    assert kept < given / 10, (kept, given)
