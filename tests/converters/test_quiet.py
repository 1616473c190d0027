"""What tools print stays out of the terminal, and comes back as a note when they fail."""

import errno
import logging
import os
import subprocess
import sys

import pytest

from edge_power_converters import ConversionError, OutputError
from edge_power_converters.quiet import quiet

_LOUD = """
import logging, os, sys, warnings
from edge_power_converters.quiet import quiet

with quiet("being loud"):
    print("from Python")
    print("from Python", file=sys.stderr)
    os.write(1, b"from native code")
    os.write(2, b"from native code")
    os.system("echo from a child")
    logging.getLogger("loud").error("an error in a log")
    warnings.warn("a warning")
print("afterwards")
"""


def test_nothing_is_printed():
    """In a process of its own: pytest puts other streams in the place of Python's."""
    found = subprocess.run([sys.executable, "-c", _LOUD], capture_output=True, text=True)
    assert (found.returncode, found.stdout, found.stderr) == (0, "afterwards\n", "")


def test_a_failure_is_told_in_one_line_with_its_output_as_a_note(capfd):
    with pytest.raises(ConversionError) as caught, quiet("being loud"):
        os.write(2, b"what native code said")
        raise RuntimeError("first line\nsecond line")
    assert str(caught.value) == "being loud failed: first line"
    assert "what native code said" in caught.value.__notes__[0]
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert capfd.readouterr() == ("", "")


def test_a_failure_without_a_message_names_its_kind():
    with pytest.raises(ConversionError, match="being loud failed: ZeroDivisionError"), quiet("being loud"):
        raise ZeroDivisionError


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), OutputError("our own"), KeyboardInterrupt()])
def test_what_the_caller_must_tell_apart_passes_through(error):
    with pytest.raises(type(error)) as caught, quiet("being loud"):
        raise error
    assert caught.value is error


def test_a_log_that_was_off_stays_off():
    logging.disable(logging.INFO)
    try:
        with quiet("being loud"):
            assert logging.root.manager.disable == logging.ERROR
        assert logging.root.manager.disable == logging.INFO
    finally:
        logging.disable(logging.NOTSET)
