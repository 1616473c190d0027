import os

import pytest

from edge_power_runtime.system.native_output import captured, hushed, tail


def test_captured_takes_what_native_code_writes(capfd):
    with captured(1, 2) as log:
        os.write(1, b"to standard output\n")
        os.write(2, b"to standard error\n")
        said = tail(log)
    os.write(1, b"after\n")
    assert said == b"to standard output\nto standard error"
    assert capfd.readouterr() == ("after\n", "")


def test_hushed_drops_chatter(capfd):
    with hushed():
        os.write(2, b"I made a delegate\n")
        os.write(1, b"an answer\n")
    assert capfd.readouterr() == ("an answer\n", "")


def test_hushed_adds_what_was_said_to_an_error(capfd):
    with pytest.raises(ValueError, match="no such file") as found, hushed():
        os.write(2, b"cannot open model.pte\n")
        raise ValueError("no such file")
    assert found.value.__notes__ == ["standard error ended with:\ncannot open model.pte"]
    assert capfd.readouterr().err == ""


def test_hushed_blocks_may_nest(capfd):
    with hushed(), hushed():
        os.write(2, b"inner\n")
    os.write(2, b"outer\n")
    assert capfd.readouterr().err == "outer\n"
