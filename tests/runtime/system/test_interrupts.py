"""An interrupt in the middle of a removal ends the command all the same."""

import signal
import subprocess
import sys
import time

import pytest

from edge_power_runtime.system.interrupts import never_lost


class Interrupted:
    """Is interrupted while it is removed."""

    def __del__(self):
        signal.raise_signal(signal.SIGINT)


def test_an_interrupt_in_a_removal_comes_a_moment_later():
    with pytest.raises(KeyboardInterrupt), never_lost():
        one = Interrupted()
        del one
        until = time.monotonic() + 10
        while time.monotonic() < until:
            time.sleep(0.01)


def test_other_errors_in_a_removal_are_told_as_ever():
    script = (
        "from edge_power_runtime.system.interrupts import never_lost\n"
        "class Bad:\n    def __del__(self): raise ValueError('bad')\n"
        "with never_lost():\n    one = Bad()\n    del one\n"
        "print('on')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "on\n")
    assert "ValueError: bad" in done.stderr
