"""`python -m edge_power_runtime`: what it prints, where, and with which status."""

import contextlib
import io
import json
import subprocess
import sys
import types
from pathlib import Path

import pytest

from edge_power_runtime.__main__ import main
from edge_power_runtime.bundle.seal import write_manifest


@pytest.fixture
def cli(toy_bundle, toy_engine, capsys, monkeypatch):
    """Run a command on the toy bundle: cli("classify", "text", stdin=b"") -> (status, stdout, stderr)."""

    def run(command: str, *arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(stdin)))
        try:
            status = main([command, str(toy_bundle), "--engine", "onnx", *arguments])
        except SystemExit as exit:
            status = exit.code
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def assert_one_line_error(result: tuple[int, str, str], message: str, status: int = 2) -> None:
    assert result[0] == status
    assert result[1] == ""
    assert result[2].startswith("error: ")
    assert result[2].endswith("\n")
    assert result[2].count("\n") == 1
    assert message in result[2]


def test_classify_prints_label_score_text(cli):
    assert cli("classify", "a good film", "") == (0, "positive\t0.641067\ta good film\npositive\t0.710950\t\n", "")


def test_options_may_stand_anywhere(cli):
    assert cli("classify", "--budget", "fast", "a good film", "--threads", "2")[0] == 0


def test_classify_with_few_programs_loaded(cli, toy_engine):
    assert cli("classify", "--max-loaded-programs", "1", "a", "good " * 10, "a")[0] == 0
    assert toy_engine.loaded == ["full_8", "full_16", "full_8"]
    expected = "--max-loaded-programs is 0, must be a whole number of at least 1"
    assert_one_line_error(cli("classify", "--max-loaded-programs", "0", "a"), expected)


def test_classify_pairs(cli):
    status, out, _ = cli("classify", "--pair", "a", "b", "good", "bad")
    assert status == 0
    assert [line.split("\t")[2:] for line in out.splitlines()] == [["a", "b"], ["good", "bad"]]
    assert_one_line_error(cli("classify", "--pair", "a"), "--pair takes TEXTs two by two, found 1")


def test_tabs_and_line_ends_in_arguments_are_escaped(cli):
    assert cli("classify", "a\tb\nc\\")[1].split("\t", 2)[2] == "a\\tb\\nc\\\\\n"


def test_classify_json(cli):
    status, out, _ = cli("classify", "--json", "--budget", "fast", "a good film", "größer")
    lines = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert list(lines[0]) == (
        "text label score scores labels label_scores logits program length num_tokens truncated survivors".split()
    )
    assert lines[0]["survivors"] == [[0, 3, 2, 1], [0, 3]]
    assert "größer" in out


def several(bundle, edit_manifest, threshold: float) -> None:
    edit_manifest(bundle, lambda manifest: manifest.update(task="multi_label_classification", threshold=threshold))


def test_classify_gives_every_label_above_the_threshold(cli, toy_bundle, edit_manifest):
    several(toy_bundle, edit_manifest, 0.3)
    # The logits are 0.21 and 0.79: 1 / (1 + e^-0.21), and so on.
    both = "positive|negative\t0.687831|0.552308\ta good film\n"
    assert cli("classify", "a good film") == (0, both, "")
    assert cli("classify", "a good film", "--threshold", "0.6") == (0, "positive\t0.687831\ta good film\n", "")
    assert cli("classify", "a good film", "--threshold", "0.9") == (0, "\t\ta good film\n", "")
    said = json.loads(cli("classify", "a good film", "--threshold", "0.6", "--json")[1])
    assert (said["label"], said["labels"]) == ("positive", ["positive"])
    assert said["label_scores"] == [said["scores"][1]]
    none = json.loads(cli("classify", "a good film", "--threshold", "0.9", "--json")[1])
    assert (none["label"], none["labels"], none["label_scores"]) == ("positive", [], [])


@pytest.mark.parametrize("threshold", ["0", "1", "-1", "nan", "1.5"])
def test_classify_refuses_a_threshold_outside(cli, toy_bundle, edit_manifest, threshold):
    several(toy_bundle, edit_manifest, 0.5)
    assert_one_line_error(cli("classify", "a", f"--threshold={threshold}"), "must be above 0 and below 1, such as 0.5")


def test_classify_refuses_options_of_another_task(cli):
    assert_one_line_error(cli("classify", "a", "--threshold", "0.5"), "the threshold 0.5 is for a multi-label model")
    assert_one_line_error(cli("classify", "a", "--sigmoid"), "the sigmoid is for a model of one value")


def test_classify_a_file(cli, tmp_path):
    path = tmp_path / "in.tsv"
    path.write_bytes("\ufeffa good film\r\n\ngood\tbad\nlast".encode())
    status, out, _ = cli("classify", "--file", str(path))
    assert status == 0
    assert [line.split("\t")[2:] for line in out.splitlines()] == [["a good film"], [""], ["good", "bad"], ["last"]]


def test_classify_standard_input(cli):
    assert cli("classify", "--file", "-", stdin=b"a good film\n") == (0, "positive\t0.641067\ta good film\n", "")
    assert cli("classify", "--file", "-") == (0, "", "")


def test_input_that_is_not_utf8_is_told_with_its_line(cli):
    status, out, err = cli("classify", "--file", "-", stdin=b"fine\ncaf\xe9\n")
    assert status == 2
    assert out.count("\n") == 1
    assert err.startswith("error: standard input, line 2 is not UTF-8")
    assert err.count("\n") == 1


def test_too_many_tabs_are_told_with_their_line(cli):
    assert_one_line_error(cli("classify", "--file", "-", stdin=b"a\tb\tc\n"), "standard input, line 1 has 2 TABs")


def test_bad_input_is_one_line_and_status_2(cli, tmp_path):
    assert_one_line_error(cli("classify"), "give either TEXTs or --file")
    assert_one_line_error(cli("classify", "a", "--file", "-"), "give either TEXTs or --file")
    assert_one_line_error(cli("classify", "--file", "-", "--pair"), "--pair is for TEXTs")
    assert_one_line_error(cli("classify", "--file", str(tmp_path / "absent")), "No such file")
    assert_one_line_error(cli("classify", "--file", str(tmp_path)), "Is a directory")
    assert_one_line_error(cli("classify", "a", "--budget", "slow"), "no budget 'slow'")
    assert_one_line_error(cli("classify", "a", "--precision", "int4"), "it has: onnx fp32")
    assert_one_line_error(cli("classify", "a", "--threads", "0"), "num_threads is 0")
    assert_one_line_error(cli("classify", "a", "--threads", "x"), "invalid int value")
    assert_one_line_error(cli("classify", "a", "--engine", "onix"), "did you mean 'onnx'")
    assert_one_line_error(cli("classify", "a", "--nope"), "unrecognized arguments: --nope")
    assert_one_line_error(cli("classify", "a\udcff"), "lone surrogate")
    assert_one_line_error(cli("verify", "--threads", "0"), "must be at least 1")
    assert_one_line_error(cli("destroy"), "invalid choice: 'destroy'")


def test_multiline_messages_become_one_line(cli, toy_bundle):
    write_manifest(toy_bundle, b'{"schema_version": 1,\n\n "name": \n}')
    assert_one_line_error(cli("classify", "a"), "not valid JSON")


def test_verify_prints_a_line_per_program(cli):
    status, out, err = cli("verify")
    assert (status, err) == (0, "")
    assert [line.split("\t")[0] for line in out.splitlines()] == ["✓ full_8", "✓ full_16", "✓ fast_8", "✓ fast_16"]
    assert "largest error 0.0e+00\ttolerance 1.0e-04" in out


def test_failed_check_is_status_1(cli):
    status, out, err = cli("verify", "--atol", "-1")
    assert (status, err) == (1, "")
    assert all(line.startswith("✗ ") for line in out.splitlines())


def test_verify_json(cli):
    lines = [json.loads(line) for line in cli("verify", "--json")[1].splitlines()]
    assert [line["program"] for line in lines] == ["full_8", "full_16", "fast_8", "fast_16"]
    assert all(line["passed"] for line in lines)


def test_interrupt_is_quiet(cli, monkeypatch):
    def interrupt(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("edge_power_runtime.__main__.Classifier.open", interrupt)
    assert cli("classify", "a") == (130, "", "")


def test_help_and_version_of_the_real_command():
    for arguments in (["--help"], ["classify", "--help"], ["verify", "--help"], ["--version"]):
        found = subprocess.run([sys.executable, "-m", "edge_power_runtime", *arguments], capture_output=True, text=True)
        assert (found.returncode, found.stderr) == (0, ""), arguments
        assert found.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_full_disk_behind_the_output_is_told(onnx_bundle):
    command = [sys.executable, "-m", "edge_power_runtime", "classify", str(onnx_bundle), "a good film"]
    with Path("/dev/full").open("w") as full:
        found = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (found.returncode, found.stderr) == (
        2,
        "error: cannot write the output: No space left on device; make room, and run it again\n",
    )


def test_broken_pipe_is_quiet(onnx_bundle):
    command = [sys.executable, "-m", "edge_power_runtime", "classify", str(onnx_bundle), "--file", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        with contextlib.suppress(BrokenPipeError):  # the command may be gone before it has read all
            process.stdin.write(b"a good film\n" * 10_000)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        assert process.wait(60) == 141
        assert process.stderr.read() == b""
