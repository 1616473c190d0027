"""Names that would act on a terminal: no byte of them reaches it, whatever the command and whatever goes wrong."""

import json
import os
import re
from unicodedata import category

import pytest

from edge_power_runtime import Classifier
from edge_power_runtime.__main__ import main as runtime_main
from edge_power_runtime.reading.printable import printable
from tests.hostile import EVIL, hostile_bundle, hostile_report
from tests.profile_records import full_report

ROW = f"a good film{EVIL.translate({9: None, 10: None, 13: None})}"


@pytest.fixture(scope="module")
def evil(tiny_bundle, tmp_path_factory):
    """The hostile bundle, below a name that ONNX Runtime still finds its files under."""
    return hostile_bundle(tiny_bundle, tmp_path_factory.mktemp("evil") / "b\x1b[2J\u202e[bold]")


@pytest.fixture
def files(tmp_path):
    """Hostile files with hostile names: labelled rows, texts, a report."""
    name = EVIL.replace("/", "")
    rows, texts, report = tmp_path / f"d{name}.tsv", tmp_path / f"t{name}", tmp_path / f"r{name}.json"
    rows.write_text(f"label\ttext_a\n0\t{ROW}\n1\tdull\n", encoding="utf-8", newline="")
    texts.write_text(f"{ROW}\n{ROW}\tdull\n", encoding="utf-8")
    report.write_text(json.dumps(hostile_report(json.loads(full_report().to_json()))), encoding="utf-8")
    return {"rows": rows, "texts": texts, "report": report, "bad": _bad(tmp_path, name)}


def _bad(folder, name):
    bad = folder / f"bad{name}.tsv"
    bad.write_text(f"label{EVIL[0]}\ttext_a\n{EVIL[0]}\ta\tb\tc\n", encoding="utf-8")
    return bad


def assert_harmless(*written: str, tabs: bool = False) -> None:
    for text in written:
        for letter in text:
            allowed = letter == "\n" or (tabs and letter == "\t") or category(letter) not in ("Cc", "Cf", "Zl", "Zp")
            assert allowed, (letter, text)
        assert "😄" not in text and "😃" not in text  # rich would draw it for :smile:


COMMANDS = {
    "run": ["run", "{evil}", ROW],
    "run json": ["run", "{evil}", "--file", "{texts}", "--json"],
    "run file": ["run", "{evil}", "--file", "{texts}"],
    "inspect": ["inspect", "{evil}"],
    "inspect json": ["inspect", "{evil}", "--json"],
    "verify": ["verify", "{evil}", "--engine", "onnx"],
    "evaluate": ["evaluate", "{evil}", "--data", "{rows}", "--engine", "onnx"],
    "evaluate all": ["evaluate", "{evil}", "--data", "{rows}", "--engine", "onnx", "--budget", "all"],
    "evaluate json": ["evaluate", "{evil}", "--data", "{rows}", "--budget", "all", "--json"],
    "explain": ["explain", "--model", "{evil}", ROW, "--html", "{out}.html"],
    "explain json": ["explain", "--model", "{evil}", ROW, EVIL, "--json"],
    "from": ["profile", "--from", "{report}", "--markdown", "{out}.md"],
    "from json": ["profile", "--from", "{report}", "--json", "-"],
    "compare": ["profile", "--compare", "{report}", "{report}"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_passes_it_on(cli, evil, files, tmp_path, name):
    out = tmp_path / f"o{EVIL.replace('/', '')}"
    places = {key: str(path) for key, path in files.items()} | {"evil": str(evil), "out": str(out)}
    result = cli(*(part.format(**places) for part in COMMANDS[name]))
    assert result.status == 0, result
    assert_harmless(result.out, result.err, tabs=name.startswith("run"))
    assert r"\x1b[2J\x07" in result.out or r"\u001b[2J\u0007" in result.out or name.startswith("evaluate")
    for page in tmp_path.glob("o*"):
        assert_harmless(re.sub(r"<style>.*?</style>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL))


WRONG = {
    "no bundle": ["run", "{evil}" + EVIL, "a"],
    "an unknown option": ["run", "{evil}", "--" + EVIL],
    "an unknown command": [EVIL],
    "an engine": ["run", "{evil}", "a", "--engine", EVIL],
    "a budget": ["run", "{evil}", "a", "--budget", EVIL],
    "a row": ["evaluate", "{evil}", "--data", "{bad}"],
    "no file": ["evaluate", "{evil}", "--data", "{bad}" + EVIL],
    "no texts": ["run", "{evil}", "--file", "{bad}" + EVIL],
    "a report": ["profile", "--from", "{rows}"],
    "reports": ["profile", "--compare", "{rows}"],
    "no checkpoint": ["explain", "--model", "{rows}", "a", "--keep", "0.5"],
    "retention": ["explain", "--model", "{rows}", "a", "--retention", "{rows}"],
    "labels": ["fit", "--model", "m", "--train", "{rows}", "--output", "{bad}", "--labels", EVIL],
    "a budget to fit": ["fit", "--model", "m", "--train", "{rows}", "--output", "{bad}", "--budget", EVIL],
    "an output": ["convert", "--model", "m", "--output", "{rows}"],
    "lengths": ["convert", "--model", "m", "--output", "{rows}x", "--lengths", EVIL],
    "a device": ["profile", "{evil}", "--device", EVIL],
}


@pytest.mark.parametrize("name", WRONG)
def test_no_error_passes_it_on(cli, evil, files, name):
    places = {key: str(path) for key, path in files.items()} | {"evil": str(evil)}
    result = cli(*(part.format(**places) for part in WRONG[name]))
    assert (result.status, result.out) == (2, ""), result
    assert result.err.startswith("error: ") and result.err.count("\n") == 1
    assert_harmless(result.err)
    assert "x1b[2J" in result.err


@pytest.mark.parametrize("json_lines", [[], ["--json"]], ids=["lines", "json"])
def test_nor_does_the_runtime(capsys, evil, files, json_lines):
    for arguments in (["classify", str(evil), ROW, EVIL], ["verify", str(evil), "--engine", "onnx"]):
        assert runtime_main([*arguments, *json_lines]) == 0
        said = capsys.readouterr()
        assert_harmless(said.out, said.err, tabs=True)
        assert "x1b[2J" in said.out or "u001b[2J" in said.out
    for arguments in (["classify", f"{evil}x", "a"], ["classify", str(evil), "--file", f"{files['bad']}x"]):
        assert runtime_main([*arguments, *json_lines]) == 2
        assert_harmless(*capsys.readouterr())
    with pytest.raises(SystemExit):
        runtime_main(["classify", str(evil), f"--{EVIL}"])
    assert_harmless(*capsys.readouterr())


def test_the_runtime_profiles_without_passing_it_on(capsys, evil):
    few = ["--iterations", "1", "--warmup", "0", "--engine", "onnx", "--lengths", "8", "--max-seconds", "1"]
    for progress in ("plain", "json"):
        assert runtime_main(["profile", str(evil), *few, "--progress", progress, "--markdown", "-"]) == 0
        said = capsys.readouterr()
        assert_harmless(said.out, said.err)
        assert "x1b" in said.out


def test_a_label_forges_no_column(cli, evil):
    label, score, text = cli("run", evil, "a\tb\\n").out.removesuffix("\n").split("\t")
    assert label == printable(Classifier.open(evil)("a\tb\\n").label)
    assert float(score) > 0.5
    assert text == r"a\tb\\n"


def test_json_still_says_what_the_name_is(cli, evil):
    (budget, _), name = json.loads(cli("inspect", evil, "--json").out)["budgets"], "fast" + EVIL
    assert budget["name"] == name
    label = json.loads(cli("run", evil, "a good film", "--json").out)["label"]
    assert label.endswith(EVIL)


def test_a_file_name_that_is_no_text_is_shown(cli, tmp_path):
    result = cli("inspect", os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    assert result.status == 2 and r"\udcff" in result.err
