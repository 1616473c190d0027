"""What can be read once, and streams that are missing: commands as processes, with real pipes and descriptors."""

import io
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from edge_power.api.convert import _read_texts
from edge_power.cli import main
from edge_power.conversion.convert import convert
from edge_power.conversion.plan import Plan
from edge_power.data import DataError, Kept, Source, count_rows, keep, labels_from, read_examples
from edge_power.fitting.options import FitOptions, Goal
from edge_power.fitting.prepare import prepare
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.retention_file import parse_keep
from edge_power.progress import Silent
from tests.edge_power.conftest import assert_refused

EDGE_POWER = (sys.executable, "-P", "-c", "from edge_power.cli import main; main()")
ROWS = "label\ttext_a\npositive\ta good film\nnegative\tdull\n"
OBJECTS = '{"text": "a good film", "label": "positive"}\n{"text": "dull", "label": 0}\n'
TABLE = 'label,text_a\npositive,"a good, ""fine"" film"\nnegative,dull\n'


@pytest.fixture
def fifo(tmp_path):
    """Make a named pipe that gives some content once."""

    def make(content: str, name: str = "fifo") -> str:
        path = tmp_path / name
        os.mkfifo(path)
        threading.Thread(target=path.write_text, args=(content,), daemon=True).start()
        return str(path)

    return make


def start(*command: object, script: str = '"$@"', **options: object) -> subprocess.CompletedProcess[str]:
    """Run `edge-power` under a shell that closes or redirects what the script says."""
    words = [*EDGE_POWER, *map(str, command)]
    return subprocess.run(
        ["bash", "-c", script, "sh", *words], capture_output=True, timeout=120, **{"encoding": "utf-8", **options}
    )


@pytest.mark.parametrize("content", [ROWS, OBJECTS, TABLE, "\ufeff" + OBJECTS], ids=["tsv", "json", "csv", "mark"])
@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_evaluate_reads_a_pipe(cli, tiny_bundle, monkeypatch, content, name):
    read, write = os.pipe()
    os.write(write, content.encode())
    os.close(write)
    with os.fdopen(read, "rb") as stream:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
        source = "-" if name == "-" else f"/dev/fd/{read}"
        result = cli("evaluate", tiny_bundle, "--data", source, "--engine", "onnx", "--budget", "all", "--json")
    assert result.status == 0, result
    assert [found["rows"] for found in json.loads(result.out).values()] == [2, 2]


def test_evaluate_reads_a_named_pipe(cli, tiny_bundle, fifo):
    result = cli("evaluate", tiny_bundle, "--data", fifo(ROWS), "--engine", "onnx", "--budget", "all")
    assert result.status == 0 and "2 rows of " in result.out


def test_evaluate_reads_what_a_shell_puts_there(tiny_bundle, tmp_path):
    (tmp_path / "rows.csv").write_text(TABLE)
    done = start(
        "evaluate", tiny_bundle, "--engine", "onnx", "--json", "--data", script='"$@" <(cat rows.csv)', cwd=tmp_path
    )
    assert json.loads(done.stdout)["rows"] == 2, done


def test_a_bad_row_of_a_pipe_is_told(cli, tiny_bundle, fifo):
    assert_refused(cli("evaluate", tiny_bundle, "--data", fifo(ROWS + "positive\n")), "row 4 has 1 field, expected 2")
    assert_refused(cli("evaluate", tiny_bundle, "--data", fifo("", "empty")), "empty is empty; expected a header")


@pytest.mark.parametrize("option", ["--train", "--select", "--dev"])
def test_fit_reads_each_of_its_data_once(checkpoint, fifo, tmp_path, option):
    (tmp_path / "rows.tsv").write_text(ROWS)
    names = {
        name: fifo(ROWS) if name == option else str(tmp_path / "rows.tsv") for name in ("--train", "--select", "--dev")
    }
    found = prepare(
        FitOptions(
            model=str(checkpoint), train=Source(names["--train"]), output=tmp_path / "out", goal=Goal(target=0.5),
            select=Source(names["--select"]), dev=Source(names["--dev"]),
        ),
        Silent(),
    )  # fmt: skip
    assert [len(part) for part in (found.texts.train, found.texts.select, found.dev)] == [2, 2, 2]


def test_convert_verifies_with_texts_of_a_pipe(fifo):
    assert _read_texts(Path(fifo("text\ttext_b\na\tb\nc\td\n"))) == (("a", "b"), ("c", "d"))


def test_labels_come_from_a_pipe(fifo):
    assert labels_from(fifo("sad\nglad\n")) == ("sad", "glad")


def test_texts_to_run_and_to_profile_come_from_a_pipe(cli, tiny_bundle, fifo):
    result = cli("run", tiny_bundle, "--file", fifo("a good film\ngood\tbad\n"))
    assert [line.split("\t")[2:] for line in result.out.splitlines()] == [["a good film"], ["good", "bad"]]
    few = ("--engine", "onnx", "--lengths", "8", "--iterations", "1", "--max-seconds", "1", "--json", "-")
    result = cli("profile", tiny_bundle, "--texts", fifo("a good film\nbad\n", "texts"), *few)
    assert json.loads(result.out)["settings"]["num_texts"] == 2, result.err


def test_only_what_can_be_read_once_is_kept(tmp_path, fifo):
    path = tmp_path / "rows.tsv"
    path.write_text(ROWS)
    assert keep(path, need_labels=True) is path
    kept = keep(Source(fifo(ROWS)), need_labels=True)
    assert isinstance(kept, Kept)
    assert count_rows(kept) == 2
    assert list(read_examples(kept, need_labels=True)) == list(read_examples(path, need_labels=True))
    with pytest.raises(DataError, match="no column label"):
        keep(Source(fifo("text\na\n", "unlabelled")), need_labels=True)


@pytest.mark.parametrize("script", ['"$@" <&- >&-', '"$@" 2>&-'])
def test_a_stream_that_is_closed_changes_no_answer(tiny_bundle, script):
    done = start("verify", tiny_bundle, "--engine", "onnx", script=script)
    assert (done.returncode, done.stderr) == (0, "")
    assert ("fast_8" in done.stdout) == (" >&-" not in script)


def test_closed_streams_are_told_of_where_they_matter(tiny_bundle, tmp_path):
    done = start("run", tiny_bundle, "--file", "-", script='"$@" <&-')
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr.startswith("error: there is no standard input to read; give a file")
        and done.stderr.count("\n") == 1
    )
    done = start("inspect", tmp_path, script='"$@" 2>&-')
    assert (done.returncode, done.stdout) == (2, "")
    done = start("inspect", tiny_bundle, script='"$@" 1</dev/null')
    assert (done.returncode, done.stderr.count("\n")) == (2, 1) and "cannot write the output" in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_below_either_stream(tiny_bundle, tmp_path):
    done = start("inspect", tiny_bundle, script='"$@" >/dev/full')
    assert (done.returncode, done.stderr.count("\n")) == (2, 1) and "No space left" in done.stderr
    assert start("inspect", tmp_path, script='"$@" 2>/dev/full').returncode == 2


def test_an_output_of_another_alphabet(tiny_bundle):
    done = start("run", tiny_bundle, "größer 漢", env={**os.environ, "PYTHONIOENCODING": "latin-1"}, encoding="latin-1")
    assert done.returncode == 0 and done.stdout.endswith("\tgrößer \\u6f22\n"), done


class Notebook(io.TextIOBase):
    """A stream as ipykernel's: what is written goes to another process, and there is no descriptor."""

    def __init__(self) -> None:
        self.said = ""

    def write(self, text):
        self.said += text
        return len(text)

    def fileno(self):
        raise io.UnsupportedOperation("fileno")


@pytest.mark.thorough  # tests/runtime/test_standard_streams.py classifies where streams are a notebook's
def test_a_notebook_converts_and_calls_commands(checkpoint, tmp_path, monkeypatch):
    model = PowerForSequenceClassification.from_pretrained(checkpoint)
    (tmp_path / "rows.tsv").write_text(ROWS)
    monkeypatch.setattr(sys, "stdout", out := Notebook())
    monkeypatch.setattr(sys, "stderr", err := Notebook())
    plan = Plan(engines=("onnx",), lengths=(8,), budgets={"quick": parse_keep("0.8,0.5,0.3,0.3")})
    convert(model, tmp_path / "bundle", plan, name="tiny")
    assert (out.said, err.said) == ("", "")
    for words, status in (
        (["evaluate", str(tmp_path / "bundle"), "--data", str(tmp_path / "rows.tsv")], 0),
        (["run", "nowhere", "a"], 2),
    ):
        with pytest.raises(SystemExit) as exit:
            main(words)
        assert exit.value.code == status
    assert "accuracy" in out.said
    assert err.said == "error: expected the directory of a bundle at 'nowhere', found nothing\n"
