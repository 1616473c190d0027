"""Standard streams that are closed, full, or no files at all: a command works, or answers in one line."""

import io
import os
import subprocess
import sys

import pytest

from edge_power_runtime.engines import ENGINES
from edge_power_runtime.system.native_output import captured, hushed, tail

RUNTIME = (sys.executable, "-P", "-m", "edge_power_runtime")


@pytest.fixture(params=[info.name for info in ENGINES])
def engine_here(request):
    """Each engine that is installed."""
    if not next(info for info in ENGINES if info.name == request.param).is_installed:
        pytest.skip(f"{request.param} is not installed")
    return request.param


def shell(script: str, *command: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a command under a shell, which closes or redirects what the script says: `"$@" >&-`."""
    return subprocess.run(["sh", "-c", script, "sh", *command], capture_output=True, text=True, **options)


@pytest.mark.parametrize("script", ['"$@" >&-', '"$@" <&-', '"$@" 2>&-', '"$@" <&- >&- 2>&-'])
def test_a_stream_that_is_closed_changes_no_answer(tiny_bundle, script):
    done = shell(script, *RUNTIME, "classify", str(tiny_bundle), "a good film")
    assert (done.returncode, done.stderr) == (0, "")
    assert bool(done.stdout) == (">&- " not in f"{script} ".replace("2>&-", ""))


def test_there_is_no_standard_input_to_read(tiny_bundle):
    done = shell('"$@" <&-', *RUNTIME, "classify", str(tiny_bundle), "--file", "-")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: there is no standard input to read; give a file, or put something on it with | or <\n"
    )


def test_an_error_does_not_go_to_standard_output(tmp_path):
    done = shell('"$@" 2>&-', *RUNTIME, "classify", str(tmp_path), "a")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_below_standard_error_keeps_the_status(tmp_path):
    assert shell('"$@" 2>/dev/full', *RUNTIME, "classify", str(tmp_path), "a").returncode == 2


def test_an_output_that_cannot_be_written_is_told(tiny_bundle):
    done = shell('"$@" 1</dev/null', *RUNTIME, "classify", str(tiny_bundle), "a")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: cannot write the output: Bad file descriptor; it is open for reading only, or closed\n"
    )


# A notebook's stream, as ipykernel makes it: text goes to another process, and there is no descriptor.
NOTEBOOK = """
import io, os, sys
class Stream(io.TextIOBase):
    said = ""
    def write(self, text):
        Stream.said += text
        return len(text)
    def fileno(self):
        raise io.UnsupportedOperation("fileno")
"""


def python(code: str, *, close: bool = False) -> str:
    """Run code; what it wrote to standard error's descriptor. With `close`, descriptors 0 to 2 are closed first."""
    closing = "import os\nfor descriptor in (0, 1, 2): os.close(descriptor)\n" if close else ""
    done = subprocess.run([sys.executable, "-P", "-c", closing + code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.parametrize(("streams", "close"), [("Stream()", False), ("None", True)], ids=["notebook", "windowed"])
def test_a_notebook_or_a_windowed_program_classifies(tiny_bundle, engine_here, streams, close):
    code = f"sys.stdin = sys.stdout = sys.stderr = {streams}\nfrom edge_power_runtime import Classifier\n"
    code += f"assert Classifier.open({str(tiny_bundle)!r}, engine={engine_here!r})('a good film').label\n"
    assert python(NOTEBOOK + code, close=close) == ""


def test_native_output_goes_into_no_file_of_the_user(tmp_path):
    code = f"""
import os
from edge_power_runtime.system.native_output import captured
for descriptor in (0, 1, 2): os.close(descriptor)
with captured(1, 2) as log:
    file = open({str(tmp_path / "mine")!r}, "w")
    os.write(1, b"loud"); os.write(2, b"louder")
os.write(1, b"still loud")
file.close()
os._exit(0)
"""
    python(code)
    assert (tmp_path / "mine").read_bytes() == b""


def test_streams_without_flush_or_closed_are_passed_over(monkeypatch, capfd):
    closed = io.StringIO()
    closed.close()
    for stream in (object(), closed):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", stream)
            with captured(1) as log:
                os.write(1, b"loud")
                said = tail(log)
        assert said == b"loud"
    assert capfd.readouterr().out == ""


def test_warnings_as_errors_are_not_for_engines(tiny_bundle, engine_here):
    command = [*RUNTIME, "classify", str(tiny_bundle), "a good film", f"--engine={engine_here}"]
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("\ta good film\n")


def test_a_warning_in_a_hushed_block_is_no_error(recwarn):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with hushed():
            warnings.warn("old", DeprecationWarning, stacklevel=1)
        with pytest.raises(DeprecationWarning):
            warnings.warn("old", DeprecationWarning, stacklevel=1)
    assert not recwarn
