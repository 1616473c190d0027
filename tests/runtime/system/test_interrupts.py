"""An interrupt in the middle of a removal ends the command all the same."""

import subprocess
import sys

# Each in a process of its own: an interrupt that comes late must not meet another test.
INTERRUPTED = """
import signal, time
from edge_power_runtime.system.interrupts import never_lost
signal.signal(signal.SIGINT, signal.default_int_handler)  # where a shell lets jobs in the background ignore it
class One:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)
        for _ in range(1000):
            pass
try:
    with never_lost():
        one = One()
        del one
        time.sleep(30)
    print("slept")
except KeyboardInterrupt:
    print("interrupted")
"""
BAD = """
from edge_power_runtime.system.interrupts import never_lost
class Bad:
    def __del__(self):
        raise ValueError("bad")
with never_lost():
    one = Bad()
    del one
print("on")
"""


def run(script):
    return subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, timeout=60)


def test_an_interrupt_in_a_removal_comes_a_moment_later():
    done = run(INTERRUPTED)
    assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr


def test_other_errors_in_a_removal_are_told_as_ever():
    done = run(BAD)
    assert (done.returncode, done.stdout) == (0, "on\n")
    assert "ValueError: bad" in done.stderr
