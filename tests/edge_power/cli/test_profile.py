"""`edge-power profile`: what it writes, prints and refuses; devices have tests of their own."""

import io
import json
import re
import shutil

import pytest
from rich.console import Console

from edge_power.cli.screens.profile_table import draw
from edge_power_runtime.profiler.report.baseline import with_baseline
from edge_power_runtime.profiler.report.file import read_report
from edge_power_runtime.profiler.text.table import columns
from tests.edge_power.conftest import assert_refused
from tests.profile_records import cases, full_report, large_report, report, result

# One program and few answers: each case is also started in a process of its own.
QUICK = ("--engine", "onnx", "--budget", "fast", "--lengths", "8", "--iterations", "3", "--warmup", "0")


# What a wrong number of reports is answered with.
COMPARE = "`edge-power profile --compare A.json B.json` (see `edge-power profile --help`)"


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    folder = tmp_path_factory.mktemp("profile")
    return {name: folder / f"report.{name}" for name in ("json", "html", "md")}


@pytest.fixture
def profiled(cli, tiny_bundle, places):
    """The files of one profile; measured for whichever test comes first."""
    if not places["json"].exists():
        files = ("--json", places["json"], "--report", places["html"], "--markdown", places["md"])
        result = cli("profile", tiny_bundle, *QUICK, *files)
        assert result.status == 0, result.err
        assert "p50" in result.out and "warning:" in result.out
        assert [line for line in result.out.splitlines() if line.startswith("wrote ")] == [
            f"wrote {places[name]}" for name in ("json", "html", "md")
        ]
    return places


def test_profile_writes_all_that_is_asked_for(profiled):
    report = read_report(profiled["json"].read_bytes(), "report")
    (result,) = report.results
    assert len(result.run_ms) == 3
    assert profiled["html"].read_text(encoding="utf-8").lower().startswith("<!doctype html>")
    assert "|" in profiled["md"].read_text(encoding="utf-8")
    # Three samples are few, and the report says so.
    assert "few-samples" in {flag.kind for flag in report.flags}


def test_profile_draws_a_report_from_elsewhere(cli, profiled, tmp_path):
    result = cli("profile", "--from", profiled["json"], "--report", tmp_path / "page.html", "--json", "-")
    assert result.status == 0
    assert result.out == profiled["json"].read_text(encoding="utf-8")
    assert "p50" in result.err and "wrote" in result.err
    assert (tmp_path / "page.html").read_bytes() == profiled["html"].read_bytes()


def test_a_report_is_drawn_against_another_baseline(cli, tmp_path):
    made = tmp_path / "two.json"
    made.write_text(report(tuple(map(result, cases(precisions=("fp32", "int8"))))).to_json())
    files = ("--report", tmp_path / "page.html", "--markdown", tmp_path / "sum.md", "--json", tmp_path / "again.json")
    drawn = cli("profile", "--from", made, "--baseline", "fp32,full", *files)
    assert drawn.status == 0
    assert "speed-up over fp32 full" in drawn.out
    assert "Speed-up is over fp32 full, of the same engine, length and threads." in drawn.out
    assert "speed-up over fp32 full" in (tmp_path / "sum.md").read_text(encoding="utf-8")
    assert ">Speed-up over fp32 full</h2>" in (tmp_path / "page.html").read_text(encoding="utf-8")
    # What was written keeps it; what was read is as it was, and drawn against the unpruned budget.
    assert "speed-up over fp32 full" in cli("profile", "--from", tmp_path / "again.json").out
    assert "speed-up over full" in cli("profile", "--from", made).out
    refused = cli("profile", "--from", made, "--baseline", "fp16")
    assert_refused(
        refused, "--baseline fp16: no measured case has it; there are: engine onnx; precision fp32, int8; bud"
    )


def test_profile_compares(cli, profiled, tmp_path):
    slower = json.loads(profiled["json"].read_text())
    slower["results"][0]["case"]["budget"] = "full"
    (tmp_path / "b.json").write_text(json.dumps(slower))
    result = cli("profile", "--compare", profiled["json"], profiled["json"])
    assert result.status == 0
    assert "too few samples" in result.out or "no difference" in result.out
    refused = cli("profile", "--compare", profiled["json"], tmp_path / "b.json")
    assert_refused(refused, "the reports have no case in common")


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("made", [report, full_report, large_report])
def test_the_table_keeps_within_the_terminal(made, width):
    console = Console(file=io.StringIO(), force_terminal=True, color_system=None, highlight=False, width=width)
    draw(made(), console)
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()]
    table = lines[2 : lines.index("", 2)]
    assert len(table) == 1 + len(made().results)  # no row is wrapped
    assert max(map(len, table)) <= width
    assert not any("…" in line for line in table)
    omitted = [name for name in columns(made()) if name not in table[0]]
    said = [line for line in lines if line.startswith("No room here for")]
    assert len(said) == (1 if omitted else 0)
    assert all(name in said[0] for name in omitted)
    for name in ("case", "p50 ms", "p99 ms", "speed-up"):
        assert name in table[0]


@pytest.mark.parametrize(("width", "expected"), [(80, "speed-up over fp32 full"), (45, "speed-up  ")])
def test_a_narrow_table_leaves_the_baseline_to_the_note(width, expected):
    console = Console(file=io.StringIO(), force_terminal=True, color_system=None, highlight=False, width=width)
    draw(with_baseline(report(), ["fp32", "full"]), console)
    _, _, names, *lines = console.file.getvalue().splitlines()
    assert expected in f"{names}  " and any("Speed-up is over fp32 full, of" in line for line in lines)


def test_a_pipe_takes_the_whole_table():
    console = Console(file=io.StringIO(), force_terminal=False, highlight=False, width=80)
    draw(large_report(), console)
    assert "MAC/s" in console.file.getvalue() and "No room here" not in console.file.getvalue()


def test_names_with_markup_show_as_text(cli, profiled, tmp_path):
    report = json.loads(profiled["json"].read_text())
    report["bundle"]["name"] = "[bold]a[/] <b>\x1b[2J"
    (tmp_path / "odd.json").write_text(json.dumps(report))
    result = cli("profile", "--from", tmp_path / "odd.json")
    assert "[bold]a[/] <b>" in result.out
    assert "\x1b" not in result.out


def test_a_report_of_a_newer_schema(cli, profiled, tmp_path):
    newer = re.sub(r'"schema_version":\d+', '"schema_version":99', profiled["json"].read_text(), count=1)
    (tmp_path / "newer.json").write_text(newer)
    assert_refused(cli("profile", "--from", tmp_path / "newer.json"), "99")


def test_files_that_exist_are_kept(cli, tiny_bundle, tmp_path):
    (tmp_path / "report.json").write_text("mine")
    result = cli("profile", tiny_bundle, *QUICK, "--json", tmp_path / "report.json")
    assert_refused(result, "report.json exists; add --force")
    assert (tmp_path / "report.json").read_text() == "mine"


@pytest.mark.parametrize("option", ["--json", "--report", "--markdown"])
def test_what_is_read_is_not_written_over(cli, profiled, tiny_bundle, tmp_path, option):
    report = tmp_path / "board.json"
    report.write_bytes(profiled["json"].read_bytes())
    before = report.read_bytes()
    result = cli("profile", "--from", report, option, report, "--force")
    assert_refused(result, f"{report} is read by this command, and would be replaced; choose another name")
    assert report.read_bytes() == before
    texts = tmp_path / "texts.txt"
    texts.write_text("a film")
    result = cli("profile", tiny_bundle, "--texts", texts, option, texts, "--force")
    assert_refused(result, "texts.txt is read by this command")
    shutil.copytree(tiny_bundle, tmp_path / "bundle")
    result = cli("profile", tmp_path / "bundle", option, tmp_path / "bundle" / "golden.json", "--force")
    assert_refused(result, "golden.json is read by this command")
    assert texts.read_text() == "a film"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "give one of BUNDLE, --from REPORT.json and --compare A.json B.json"),
        (("{bundle}", "--from", "x.json"), "give one of BUNDLE, --from"),
        (("{bundle}", "--iterations", "0"), "--iterations 0: expected a whole number of at least 1"),
        (("{bundle}", "--num-threads", "0"), "--num-threads 0: expected a whole number of at least 1"),
        (("{bundle}", "--threads", "two"), "--num-threads takes whole numbers"),
        (("{bundle}", "--num-threads", "4096"), "--num-threads 4096: this process may use"),
        (
            ("{bundle}", "--budget", "slow", "--engine", "onnx"),
            "--budget slow: not in onnx fp32; there are: fast",
        ),
        (("{bundle}", "--engine", "tensorflow"), "no engine is called 'tensorflow'"),
        (("{bundle}", "--texts", "/no/texts.tsv"), "cannot read /no/texts.tsv: there is no such file"),
        (("{bundle}", "--json", "/no/folder/report.json"), "there is no directory /no/folder"),
        (("{bundle}", "--report", "{tmp}"), "it is a directory"),
        (("{bundle}", "--report", "{tmp}/x", "--markdown", "{tmp}/x"), "name the same file"),
        (("{bundle}", "--device", "telnet://board"), "of no known form; expected local, ssh://user@host"),
        (("{bundle}", "--device", "ssh://-oProxyCommand=id"), "expected ssh://user@host"),
        (("{bundle}", "--setup"), "--setup is for another machine; give --device"),
        (("{bundle}", "--device", "ssh://board", "--wheels", "{tmp}"), "--wheels is for --setup"),
        (("{bundle}", "--device", "ssh://board", "--ssh-config", "/no/config"), "there is no file /no/config"),
        (("{bundle}", "--device", "ssh://board", "--runner", "/bin/true"), "--runner is for --device adb"),
        (("{tmp}/none",), "expected the directory of a bundle"),
        (("--from", "/no/report.json"), "cannot read /no/report.json"),
        (("--from", "{bundle}/config.json"), "config.json"),
        (("--compare",), f"--compare takes two reports, found none; give {COMPARE}"),
        (("--compare", "a.json"), f"--compare takes two reports, found a.json; give {COMPARE}"),
        (("--compare=a.json",), "--compare takes two reports, found a.json"),
        (("--compare", "a.json", "b.json", "c.json"), f"two reports, found a.json, b.json, c.json; give {COMPARE}"),
        (("{bundle}", "--json"), "requires an argument; see `edge-power profile --help`"),
        (("--compare", "a.json", "b.json", "--json", "c.json"), "--compare prints its answer"),
        (("--compare", "a.json", "b.json", "--iterations", "9"), "--iterations is for measuring, and --compare"),
        (
            ("--compare", "a.json", "b.json", "--baseline", "fp32"),
            "--baseline is for measuring, and --compare measures",
        ),
        (
            ("{bundle}", "--engine", "onnx", "--baseline", "int8"),
            "--baseline int8: no measured case has it; there are: ",
        ),
        (("--from", "a.json", "--engine", "onnx"), "--engine is for measuring, and --from measures nothing"),
    ],
)
def test_bad_input_is_refused_in_one_line(cli, tiny_bundle, tmp_path, arguments, expected):
    filled = [word.format(bundle=tiny_bundle, tmp=tmp_path) for word in arguments]
    assert_refused(cli("profile", *filled), expected)
    assert list(tmp_path.iterdir()) == []
