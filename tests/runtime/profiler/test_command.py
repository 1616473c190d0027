"""`python -m edge_power_runtime profile`: what it writes and where, and how it refuses."""

import json
import subprocess
import sys

import pytest

from edge_power_runtime.__main__ import main, parse
from edge_power_runtime.profiler.arguments import arguments_of, options_from
from edge_power_runtime.profiler.options import Options
from edge_power_runtime.profiler.profile import profile
from edge_power_runtime.profiler.report.file import read_report

FEW = ("--iterations", "3", "--warmup", "0", "--lengths", "8", "--budget", "fast")


@pytest.fixture
def cli(capsys):
    """Run the command: cli("--json", "-") -> (status, stdout, stderr)."""

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            status = main(["profile", *arguments])
        except SystemExit as exit:
            status = exit.code
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def assert_refused(result: tuple[int, str, str], message: str) -> None:
    status, out, err = result
    assert (status, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert message in err


def options_of(*arguments: str) -> Options:
    return options_from(vars(parse(["profile", "bundle", *arguments])))


def test_no_option_gives_the_defaults():
    assert options_of() == Options()


def test_lists_are_split_at_commas_and_options_repeat():
    options = options_of("--engine", "ort,tflite", "--engine", "et", "--lengths=8, 24", "--threads", "1,2")
    assert options.engines == ("onnx", "tflite", "executorch")
    assert (options.lengths, options.threads) == ((8, 24), (1, 2))


def test_the_names_that_people_know_are_understood():
    options = options_of(*"--num-threads 2 --warmup 3 --iterations 4 --max-seconds 5 --percentiles 50,99.9".split())
    assert options == Options(threads=(2,), warmup=3, iterations=4, max_seconds=5.0, percentiles=(50.0, 99.9))


@pytest.mark.parametrize(
    "options",
    [
        Options(),
        Options(
            engines=("onnx", "tflite"),
            precisions=("fp32", "int8"),
            budgets=("full", "fast"),
            lengths=(8, 128),
            threads=(1, 4),
            warmup=0,
            iterations=7,
            max_seconds=1.5,
            burst=2,
            percentiles=(50.0, 99.9),
            texts="-a file of texts.tsv",
            operations=True,
            latency_table=True,
            baseline=("fp32", "full"),
        ),
    ],
)
def test_options_survive_the_command_line(options):
    assert options_of(*arguments_of(options)) == options


def test_a_profile_ends_with_a_table_and_doubts(cli, tiny, engine):
    status, out, err = cli(str(tiny.path), "--engine", engine, *FEW)
    assert status == 0
    assert "p50" in out and "p99" in out
    assert "3 samples" in out  # too few for the percentiles
    assert err == "starting ...\nwarming up ...\ntiming ...\n"


def test_json_and_markdown_go_to_files(cli, tiny, engine, tmp_path):
    target, page = tmp_path / "report.json", tmp_path / "report.md"
    target.write_text("old", encoding="utf-8")
    status, out, _ = cli(str(tiny.path), "--engine", engine, *FEW, "--json", str(target), "--markdown", str(page))
    assert status == 0
    report = read_report(target.read_bytes(), "report.json")
    assert [len(result.run_ms) for result in report.results] == [3]
    assert "| p50" in page.read_text(encoding="utf-8") or "p50 ms |" in page.read_text(encoding="utf-8")
    assert "p50" in out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.json", "report.md"]


def test_json_on_stdout_leaves_the_table_to_stderr(cli, tiny, engine):
    status, out, err = cli(str(tiny.path), "--engine", engine, *FEW, "--json", "-", "--progress", "json")
    assert status == 0
    assert read_report(out, "stdout").results[0].case.engine == engine
    lines = err.splitlines()
    assert json.loads(lines[0]) == {"total": 3}
    assert json.loads(lines[1])["done"] == 1
    assert "p50" in err


def test_progress_may_be_off(cli, tiny, engine):
    assert cli(str(tiny.path), "--engine", engine, *FEW, "--progress", "none")[2] == ""


def test_two_reports_are_compared(cli, tiny, engine, tmp_path):
    file = tmp_path / "a.json"
    options = Options(engines=(engine,), budgets=("fast",), lengths=(8,), iterations=20, warmup=1)
    file.write_text(profile(tiny.path, options).to_json(), encoding="utf-8")
    status, out, _ = cli("--compare", str(file), str(file))
    assert status == 0
    assert "no difference" in out
    newer = tmp_path / "newer.json"
    newer.write_text('{"schema_version": 4}', encoding="utf-8")
    assert_refused(
        cli("--compare", str(file), str(newer)), "newer.json has schema_version 4, this runtime reads up to 3"
    )
    assert_refused(cli("--compare", str(file), str(tmp_path / "gone")), "cannot read")
    assert_refused(cli(str(tiny.path), "--compare", str(file), str(file)), "two reports and no bundle")
    newer.write_text("[]", encoding="utf-8")
    assert_refused(cli("--compare", str(newer), str(file)), "newer.json: the document must be an object")


@pytest.mark.parametrize(
    ("reports", "found"),
    [((), "none"), (("a.json",), "a.json"), (("a.json", "b.json", "c.json"), "a.json, b.json, c.json")],
)
def test_another_number_of_reports_than_two(cli, reports, found):
    command = "python -m edge_power_runtime profile"
    expected = f"found {found}; give `{command} --compare A.json B.json` (see `{command} --help`)"
    assert_refused(cli("--compare", *reports), f"--compare takes two reports, {expected}")


def test_bad_input_is_one_line_and_status_2(cli, tiny, engine, tmp_path):
    bundle = str(tiny.path)
    assert_refused(cli(), "expected the directory of a bundle")
    assert_refused(cli(str(tmp_path / "gone")), "found nothing")
    assert_refused(cli(bundle, "--iterations", "0"), "--iterations 0: expected")
    assert_refused(cli(bundle, "--num-threads", "0"), "--num-threads 0: expected")
    assert_refused(
        cli(bundle, "--engine", engine, "--num-threads", "100000"), "--num-threads 100000: this process may use"
    )
    assert_refused(
        cli(bundle, "--num-threads", "1,x"), "--num-threads takes whole numbers with commas between, found '1,x'"
    )
    assert_refused(cli(bundle, "--percentiles", "p99"), "--percentiles takes numbers")
    assert_refused(cli(bundle, "--engine", "onix"), "did you mean 'onnx'")
    assert_refused(cli(bundle, "--engine", engine, "--budget", "slow"), "there are: fast, full")
    assert_refused(cli(bundle, "--engine", engine, "--lengths", "9"), "--lengths 9: not in")
    assert_refused(cli(bundle, "--precision", "int4"), "--precision int4: no precision is called so")
    assert_refused(cli(bundle, "--engine", engine, "--baseline", "int8"), "--baseline int8: no measured case has it;")
    assert_refused(cli(bundle, "--json", "-", "--markdown", "-"), "cannot both go to standard output")
    assert_refused(cli(bundle, "--json", str(tiny.path / "golden.json")), "golden.json is read by this command")
    assert_refused(cli(bundle, "--json", str(tmp_path)), "it is a directory; name a file")
    assert_refused(cli(bundle, "--json", str(tmp_path / "gone" / "a.json")), "there is no directory")
    assert_refused(cli(bundle, "--progress", "loud"), "invalid choice: 'loud'")
    assert_refused(
        cli("--compare", "a.json", "b.json", "--json", "c.json"), "--compare prints its answer and writes no"
    )
    assert list(tmp_path.iterdir()) == []


def test_help_loads_no_engine():
    code = (
        "import sys; from edge_power_runtime.__main__ import parse\n"
        "try: parse(['profile', '--help'])\n"
        "except SystemExit: print(sorted({'onnxruntime', 'torch', 'tokenizers', 'ai_edge_litert'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--latency-table" in done.stdout
    assert done.stdout.endswith("[]\n")
