"""`edge-power run`, `verify`, `inspect` and `evaluate` on the tiny bundle: what they print, and what they refuse."""

import hashlib
import io
import json
import shutil
import subprocess
import sys
import types
from pathlib import Path

import pytest

from edge_power.conversion.artifacts import ENGINES
from edge_power_runtime import Bundle, Classifier
from edge_power_runtime import model as runtime_model
from edge_power_runtime.bundle.manifest import MANIFEST_FILE
from edge_power_runtime.bundle.seal import write_manifest
from edge_power_runtime.sessions import open_engine
from tests.bundles import add_unknown
from tests.edge_power.conftest import assert_refused

ROWS = [
    ("positive", "a good film"),
    ("negative", "dull"),
    ("positive", "the way it was not bad again"),
    ("negative", "never ever watch this , it is awful !"),
    ("1", "great , warm , fine"),
    ("0", "no"),
]


@pytest.fixture
def bundle(tiny_bundle, tmp_path):
    """A copy of the tiny bundle, to break."""
    return shutil.copytree(tiny_bundle, tmp_path / "bundle")


@pytest.fixture
def data(tmp_path):
    """Six labelled rows."""
    path = tmp_path / "dev.tsv"
    path.write_text("label\ttext_a\n" + "".join(f"{label}\t{text}\n" for label, text in ROWS), encoding="utf-8")
    return path


@pytest.fixture
def stdin(monkeypatch):
    """Put bytes on standard input."""

    def put(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(content)))

    return put


def edit(bundle, change, name=MANIFEST_FILE):
    content = json.loads((bundle / name).read_text(encoding="utf-8"))
    change(content)
    data = json.dumps(content).encode()
    if name == MANIFEST_FILE:
        write_manifest(bundle, data)
    else:
        (bundle / name).write_bytes(data)


def test_an_artifact_that_this_version_does_not_know(cli, bundle):
    add_unknown(bundle)
    shown = cli("inspect", bundle)
    assert shown.status == 0
    for part in ("coreml", "fp16", "(passed over)", "this version knows it not", "onnx"):
        assert part in shown.out
    found = cli("verify", bundle, "--engine", "onnx")
    assert found.status == 0 and "full_8" in found.out
    assert found.err.splitlines()[-1] == "passed over: coreml fp16, which this version does not know"
    refused = cli("run", bundle, "a good film", "--engine", "coreml")
    assert_refused(refused, "has no artifact coreml for this runtime; it has: onnx fp32, executorch fp32, tflite fp32;")


def reseal(bundle, name):
    """Write a changed file's size and digest into the manifest, as one who tampers would."""
    data = (bundle / name).read_bytes()

    def change(manifest):
        for entry in (*manifest["files"], *(file for item in manifest["artifacts"] for file in item["files"])):
            if entry["path"] == name:
                entry.update(size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())

    edit(bundle, change)


# run


@pytest.mark.parametrize("engine", [*ENGINES, "et", "ort", "LiteRT"])
def test_run_labels_a_text(cli, tiny_bundle, engine):
    result = cli("run", tiny_bundle, "a good film", "--engine", engine)
    assert (result.status, result.err) == (0, "")
    label, score, text = result.out.rstrip("\n").split("\t")
    expected = Classifier.open(tiny_bundle, engine="onnx")("a good film")
    assert (label, text) == (expected.label, "a good film")
    assert float(score) == pytest.approx(expected.score, abs=1e-4)


def test_run_takes_a_pair(cli, tiny_bundle):
    result = cli("run", tiny_bundle, "is it good ?", "never", "--json", "--budget", "full", "--threads", "2")
    found = json.loads(result.out)
    assert found["text"] == ["is it good ?", "never"]
    assert found["logits"] == pytest.approx(
        Classifier.open(tiny_bundle, budget="full")(("is it good ?", "never")).logits, abs=1e-5
    )
    assert found["program"] == "full_8"
    assert found["survivors"] == []


def test_run_reads_standard_input(cli, tiny_bundle, stdin):
    stdin(b"a good film\r\ngood\tbad\n\n")
    result = cli("run", tiny_bundle, "--file", "-")
    assert result.status == 0
    assert [line.split("\t")[2:] for line in result.out.splitlines()] == [["a good film"], ["good", "bad"], [""]]


def test_run_with_few_programs_loaded_gives_the_same(cli, tiny_bundle, tmp_path):
    (tmp_path / "in.txt").write_text(f"a film\n{'good ' * 20}\na film\n", encoding="utf-8")
    command = ("run", tiny_bundle, "--engine", "onnx", "--file", tmp_path / "in.txt")
    few = cli(*command, "--max-loaded-programs", "1")
    assert few.out == cli(*command).out and few.out.count("\n") == 3


def test_run_writes_json_lines(cli, tiny_bundle, tmp_path):
    (tmp_path / "in.txt").write_text("größer\na good film\n", encoding="utf-8")
    result = cli("run", tiny_bundle, "--file", tmp_path / "in.txt", "--json")
    assert [json.loads(line)["text"] for line in result.out.splitlines()] == ["größer", "a good film"]
    assert "größer" in result.out


@pytest.mark.parametrize(
    ("text", "truncated"),
    [
        ("", False),
        ("   \t\n ", False),
        ("film " * 20_000, True),
        ("🎬 🎬", False),
        ("فيلم جيد", False),
        ("a\u200bgood\u0301 film", False),
    ],
    ids=["empty", "spaces", "100 kB", "emoji", "right to left", "combining"],
)
def test_run_answers_every_text(cli, tiny_bundle, text, truncated):
    result = cli("run", tiny_bundle, text, "--json")
    assert (result.status, result.err) == (0, "")
    found = json.loads(result.out)
    assert found["truncated"] is truncated
    assert found["label"] in ("negative", "positive")
    assert found["num_tokens"] <= 24


def test_run_answers_a_text_with_nul(cli, tiny_bundle, stdin):
    stdin(b"a\0good film\n")
    result = cli("run", tiny_bundle, "--file", "-", "--json")
    assert result.status == 0
    assert json.loads(result.out)["text"] == "a\0good film"


def test_run_refuses_what_is_not_utf8(cli, tiny_bundle, stdin):
    stdin(b"caf\xe9\n")
    assert_refused(cli("run", tiny_bundle, "--file", "-"), "standard input, line 1 is not UTF-8", "convert the file")
    assert_refused(cli("run", tiny_bundle, "caf\udce9"), "lone surrogate")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("text", "--engine", "onix"), "did you mean 'onnx'"),
        (("text", "--budget", "slow"), "no budget 'slow' in onnx fp32 of the bundle"),
        (("text", "--precision", "int8"), "has no artifact int8; it has: onnx fp32"),
        (("text", "--threads", "0"), "num_threads is 0, must be a whole number of at least 1"),
        (("text", "--max-loaded-programs", "0"), "--max-loaded-programs is 0, must be a whole number of at least 1"),
        (("text", "--threads", "two"), "'two' is not a valid integer"),
        ((), "give either TEXT or --file, one of them"),
        (("text", "--file", "-"), "give either TEXT or --file, one of them"),
        (("--file", "absent.txt"), "cannot read absent.txt: No such file"),
        (("a", "b", "c"), "found 3 texts; put several texts on the lines of a --file, or take them two by two"),
        (("a", "b", "c", "--pair"), "--pair takes TEXTs two by two, found 3"),
        (("--file", "-", "--pair"), "in a --file a TAB makes a line a pair"),
    ],
    ids=str,
)
def test_run_refuses_options(cli, tiny_bundle, arguments, expected):
    assert_refused(cli("run", tiny_bundle, *arguments), expected)


def test_an_engine_that_is_not_installed(cli, tiny_bundle, monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "onnxruntime"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    result = cli("run", tiny_bundle, "text", "--engine", "onnx")
    assert_refused(result, "the engine onnx is not installed", 'pip install "edge-power-runtime[onnx]"')


# bundles that are broken


def flip_a_byte(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def path_out(manifest):
    manifest["files"][0]["path"] = "../tokenizer.json"


BROKEN = {
    "no manifest": (lambda b: (b / "bundle.json").unlink(), "bundle.json is missing"),
    "no JSON": (lambda b: write_manifest(b, b"{"), "not valid JSON"),
    "no seal": (lambda b: (b / "bundle.json.sha256").unlink(), "bundle.json.sha256 is missing"),
    "altered": (lambda b: flip_a_byte(b / "bundle.json"), "has the sha256"),
    "newer": (lambda b: edit(b, lambda m: m.update(schema_version=2)), "schema_version 2, this runtime reads up to 1"),
    "path out": (lambda b: edit(b, path_out), "relative POSIX path inside the bundle"),
    "no tokenizer": (lambda b: (b / "tokenizer.json").unlink(), "tokenizer.json is missing"),
    "no weights": (lambda b: (b / "onnx" / "weights.bin").unlink(), "weights.bin is missing"),
    "flipped byte": (lambda b: flip_a_byte(b / "onnx" / "weights.bin"), "has the sha256"),
    "truncated": (lambda b: (b / "onnx" / "full_8.onnx").write_bytes(b"\10"), "has the size in bytes 1"),
    "not a bundle": (shutil.rmtree, "expected the directory of a bundle"),
}


@pytest.mark.parametrize("command", ["run", "verify", "evaluate", "inspect"])
@pytest.mark.parametrize("case", BROKEN)
def test_broken_bundles(cli, bundle, data, case, command):
    change, expected = BROKEN[case]
    change(bundle)
    if command == "inspect" and case in ("no tokenizer", "no weights", "flipped byte", "truncated"):
        assert cli("inspect", bundle).status == 0  # it reads the manifest alone
        return
    more = {"run": ("text", "--engine", "onnx"), "evaluate": ("--data", data, "--engine", "onnx")}
    more["verify"], more["inspect"] = ("--engine", "onnx"), ()
    if command == "evaluate" and case in ("no manifest", "not a bundle"):
        assert_refused(cli("evaluate", bundle, "--data", data), "model" if case == "not a bundle" else "weights")
        return
    assert_refused(cli(command, bundle, *more[command]), expected)


@pytest.mark.parametrize(("engine", "name"), [("executorch", "model.pte"), ("tflite", "model.tflite")])
def test_an_artifact_that_was_cut_and_resealed(cli, bundle, engine, name):
    """The digest fits, the engine does not load it: still one line."""
    (bundle / name).write_bytes((bundle / name).read_bytes()[:64])
    reseal(bundle, name)
    result = cli("run", bundle, "text", "--engine", engine)
    assert result.status == 2
    assert result.err.splitlines()[-1].startswith("error: ")
    assert "cannot load program" in result.err


def test_an_engine_that_is_not_in_the_bundle(cli, bundle):
    edit(bundle, lambda manifest: manifest.update(artifacts=manifest["artifacts"][:1]))
    assert_refused(cli("run", bundle, "text", "--engine", "tflite"), "no artifact tflite; it has: onnx fp32")


# verify


def test_verify_checks_every_engine(cli, tiny_bundle):
    result = cli("verify", tiny_bundle)
    assert (result.status, result.err) == (0, "")
    for engine in ENGINES:
        for program in ("fast_8", "fast_24", "full_8", "full_24"):
            assert any(line.split()[:3] == ["✓", engine, program] for line in result.out.splitlines()), result.out


@pytest.mark.parametrize("engine", ENGINES)
def test_verify_finds_a_changed_weight(cli, bundle, model, engine):
    """A weight that another than the maker changed, with the digest made to fit: status 1, and a cross."""
    name = {"onnx": "onnx/weights.bin", "executorch": "model.pte", "tflite": "model.tflite"}[engine]
    content = (bundle / name).read_bytes()
    # Rows of the word embedding lie in every format as they are; [CLS] is in every text.
    row = model.encoder.embeddings.word.weight[2].detach().numpy().tobytes()
    assert content.count(row) == 1
    (bundle / name).write_bytes(content.replace(row, bytes(len(row))))
    reseal(bundle, name)
    result = cli("verify", bundle, "--engine", engine)
    assert result.status == 1
    assert result.err == ""
    assert f"✗  {engine}" in result.out


def test_verify_finds_another_tokenizer(cli, bundle):
    def swap(tokenizer):
        vocabulary = tokenizer["model"]["vocab"]
        vocabulary["a"], vocabulary["the"] = vocabulary["the"], vocabulary["a"]

    edit(bundle, swap, "tokenizer.json")
    reseal(bundle, "tokenizer.json")
    assert_refused(cli("verify", bundle, "--engine", "onnx"), "gives other token ids than examples[", status=1)


def test_verify_with_a_tolerance_of_its_own(cli, tiny_bundle):
    assert cli("verify", tiny_bundle, "--engine", "onnx", "--atol", "1e-12").status == 1
    assert_refused(cli("verify", tiny_bundle, "--threads", "0"), "--threads is 0")


# inspect


def test_inspect_shows_what_is_there(cli, tiny_bundle):
    result = cli("inspect", tiny_bundle)
    assert (result.status, result.err) == (0, "")
    assert "labels: negative, positive; texts up to 24 tokens" in result.out
    assert "7 4 3 1" in result.out and "20 12 8 1" in result.out
    for words in (*ENGINES, "fast_24", "full_8", "fp32", "MB", "multiply-adds"):
        assert words in result.out


def test_inspect_says_what_a_delegate_took(cli, tiny_bundle):
    program = Bundle.open(tiny_bundle).artifact("executorch").programs[0]
    inside, outside = (sum(counts.values()) for counts in (program.delegation.inside, program.delegation.outside))
    out = " ".join(cli("inspect", tiny_bundle).out.split())
    assert f"executorch {program.name}: XnnpackBackend runs {inside} of {inside + outside} operations; Exec" in out
    kind, count = max(program.delegation.outside.items(), key=lambda item: item[1])
    assert f"ExecuTorch's own kernels run {count} {kind}, " in out
    assert out.count("XnnpackBackend runs") == 4, "one line per program of executorch, none of the others"


def test_inspect_without_a_delegate_says_nothing_of_one(cli, tmp_path, tiny_bundle):
    document = json.loads((tiny_bundle / "bundle.json").read_text(encoding="utf-8"))
    document["artifacts"] = [item for item in document["artifacts"] if item["engine"] == "onnx"]
    write_manifest(tmp_path, json.dumps(document).encode())
    result = cli("inspect", tmp_path)
    assert result.status == 0 and "operations" not in result.out


def test_inspect_as_json_is_the_manifest(cli, tiny_bundle):
    result = cli("inspect", tiny_bundle, "--json")
    assert json.loads(result.out) == json.loads((tiny_bundle / "bundle.json").read_text(encoding="utf-8"))


# evaluate


def correct(tiny_bundle, budget):
    """Rows of ROWS that the classifier gets right, counted here by hand."""
    classifier = Classifier.open(tiny_bundle, engine="onnx", budget=budget)
    names = {"0": "negative", "1": "positive"}
    return sum(classifier(text).label == names.get(label, label) for label, text in ROWS)


def mean_macs(tiny_bundle, budget):
    """Multiply-adds of the programs that answer ROWS."""
    classifier = Classifier.open(tiny_bundle, engine="onnx", budget=budget)
    manifest = classifier.bundle.manifest
    return sum(manifest.configuration(budget, classifier(text).length).macs for _, text in ROWS) / len(ROWS)


@pytest.mark.parametrize("budget", ["fast", "full"])
@pytest.mark.parametrize("engine", ENGINES)
def test_evaluate_counts_as_we_do_by_hand(cli, tiny_bundle, data, engine, budget):
    result = cli("evaluate", tiny_bundle, "--data", data, "--engine", engine, "--budget", budget, "--json")
    assert (result.status, result.err) == (0, "")
    found = json.loads(result.out)
    assert found["rows"] == len(ROWS)
    assert found["truncated"] == 0
    assert found["accuracy"] == pytest.approx(correct(tiny_bundle, budget) / len(ROWS))
    assert set(found) == {"accuracy", "f1", "matthews", "rows", "truncated", "multiply_adds"}
    assert found["multiply_adds"] == pytest.approx(mean_macs(tiny_bundle, budget))


@pytest.mark.parametrize(("budget", "keep"), [("fast", ("--keep", "0.8,0.5,0.3")), ("full", ())])
def test_evaluate_in_pytorch_gives_the_same(cli, checkpoint, tiny_bundle, data, budget, keep):
    result = cli("evaluate", checkpoint, "--data", data, "--lengths", "24,8", "--json", *keep)
    assert (result.status, result.err) == (0, "")
    found = json.loads(result.out)
    assert found["accuracy"] == pytest.approx(correct(tiny_bundle, budget) / len(ROWS))
    assert found["multiply_adds"] == pytest.approx(mean_macs(tiny_bundle, budget))


def test_evaluate_shows_the_trade_off_of_several_schedules(cli, checkpoint, tiny_bundle, data):
    keeps = ("--keep", "0.8,0.5,0.3", "--keep", "0.5,0.2,0.1")
    model = json.loads(cli("evaluate", checkpoint, "--data", data, "--lengths", "24,8", "--json", *keeps).out)
    assert list(model) == ["0.8,0.5,0.3", "0.5,0.2,0.1", "full"]
    cheaper = [found["multiply_adds"] for found in model.values()]
    assert cheaper[1] < cheaper[0] < cheaper[2]
    bundle = json.loads(cli("evaluate", tiny_bundle, "--data", data, "--budget", "all", "--json").out)
    assert list(bundle) == ["fast", "full"]
    assert bundle["fast"]["multiply_adds"] == pytest.approx(cheaper[0])
    assert bundle["full"] == pytest.approx(model["full"])
    shown = cli("evaluate", tiny_bundle, "--data", data, "--budget", "full", "--budget", "fast").out.splitlines()
    assert shown[0].split() == ["schedule", "accuracy", "f1", "matthews", "multiply-adds"]
    assert [line.split()[0] for line in shown[1:3]] == ["full", "fast"]


@pytest.mark.parametrize("budget", ["all", "full"])
def test_evaluate_with_few_programs_loaded_gives_the_same(cli, tiny_bundle, data, budget):
    command = ("evaluate", tiny_bundle, "--data", data, "--engine", "onnx", "--budget", budget, "--json")
    assert json.loads(cli(*command, "--max-loaded-programs", "1").out) == json.loads(cli(*command).out)
    refused = cli(*command, "--max-loaded-programs", "0")
    assert_refused(refused, "--max-loaded-programs is 0, must be a whole number of at least 1")


def test_evaluate_opens_a_bundle_once_for_all_budgets(cli, tiny_bundle, data, monkeypatch):
    opened = []
    monkeypatch.setattr(
        runtime_model, "open_engine", lambda *args, **options: opened.append(args) or open_engine(*args, **options)
    )
    result = cli("evaluate", tiny_bundle, "--data", data, "--budget", "all", "--engine", "onnx", "--json")
    assert list(json.loads(result.out)) == ["fast", "full"]
    assert len(opened) == 1


def test_evaluate_takes_the_budgets_of_a_checkpoint(cli, checkpoint, data, tmp_path):
    shutil.copytree(checkpoint, tmp_path / "pruned")
    budgets = '{"budgets": {"quick": [0.8, 0.5, 0.3], "quicker": [0.5, 0.2, 0.1]}}'
    (tmp_path / "pruned" / "retention.json").write_text(budgets, encoding="utf-8")
    command = ("evaluate", tmp_path / "pruned", "--data", data, "--lengths", "24,8", "--json")
    assert list(json.loads(cli(*command, "--budget", "all").out)) == ["quick", "quicker", "full"]
    assert json.loads(cli(*command).out) == json.loads(cli(*command, "--budget", "quick").out)
    assert_refused(cli(*command, "--budget", "slow"), "no budget 'slow'; there are: quick, quicker, full")
    assert_refused(cli(*command, "--budget", "quick", "--keep", "0.5"), "--keep and --budget both say what to keep")


def test_evaluate_draws_a_table(cli, tiny_bundle, data):
    result = cli("evaluate", tiny_bundle, "--data", data)
    assert "accuracy" in result.out and "matthews" in result.out
    assert f"6 rows of {data}" in result.out


def test_evaluate_counts_texts_that_were_cut(cli, tiny_bundle, tmp_path):
    path = tmp_path / "long.tsv"
    path.write_text("label\ttext_a\n1\t" + "film " * 30 + "\n0\tdull\n", encoding="utf-8")
    assert json.loads(cli("evaluate", tiny_bundle, "--data", path, "--json").out)["truncated"] == 1


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("label\ttext_a\npositive\tgood\nmixed\tbad\n", ("row 3: the label 'mixed' is unknown", "negative, positive")),
        ("label\ttext_a\npositive\tgood\nnegative\tbad\textra\n", ("row 3 has 3 fields, expected 2",)),
        ("label\tbody\npositive\tgood\n", ("no column text_a", "found 'label', 'body'")),
        ("text_a\ngood\n", ("no column label",)),
        ("label\ttext_a\n", ("has no rows",)),
        ("", ("is empty",)),
        (b"label\ttext_a\n1\tcaf\xe9\n", ("row 2 is not UTF-8",)),
        (None, ("No such file",)),
    ],
    ids=str,
)
def test_evaluate_refuses_data(cli, tiny_bundle, tmp_path, content, expected):
    path = tmp_path / "dev.tsv"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert_refused(cli("evaluate", tiny_bundle, "--data", path), *expected)


def test_evaluate_refuses_options_of_the_other_kind(cli, tiny_bundle, checkpoint, data):
    result = cli("evaluate", tiny_bundle, "--data", data, "--keep", "0.5")
    assert_refused(result, "is a bundle, whose lengths and retention are fixed; leave out --lengths and --keep")
    result = cli("evaluate", checkpoint, "--data", data, "--engine", "onnx")
    assert_refused(result, "is no bundle, and runs in PyTorch; leave out --engine")
    result = cli("evaluate", checkpoint, "--data", data, "--max-loaded-programs", "2")
    assert_refused(
        result, "is no bundle, and runs in PyTorch; leave out --engine, --precision and --max-loaded-programs"
    )
    assert_refused(cli("evaluate", checkpoint, "--data", data, "--threads", "0"), "--threads is 0")
    assert_refused(cli("evaluate", checkpoint, "--data", data, "--keep", "0.1,0.9,0.1"), "more than the 0.1 before")
    assert_refused(cli("evaluate", checkpoint, "--data", data, "--lengths", "8,99"), "position table of 64")


# the command itself

COMMANDS = ("convert", "run", "verify", "inspect", "evaluate", "explain", "fit", "demo")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(cli, command):
    result = cli(command, "--help")
    assert (result.status, result.err) == (0, "")
    assert f"edge-power {command}" in result.out.replace("Usage: edge-power", "")


def test_help_lists_the_commands(cli):
    result = cli("--help")
    assert (result.status, result.err) == (0, "")
    for command in COMMANDS:
        assert f"  {command} " in result.out
    assert "edge-power convert --model" in result.out


def test_version(cli):
    import edge_power

    assert edge_power.__version__ in cli("--version").out


def test_no_command_shows_the_help_as_an_error(cli):
    result = cli()
    assert (result.status, result.out) == (2, "")
    assert "Usage: edge-power" in result.err


def test_an_unknown_command(cli):
    assert_refused(cli("destroy"), "No such command 'destroy'", "see `edge-power --help`")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_instant(command):
    """Heavy imports belong inside the commands."""
    code = (
        "import sys\nfrom edge_power.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "finally:\n"
        "    heavy = {'torch', 'transformers', 'onnxruntime', 'sklearn', 'scipy', 'executorch'} & set(sys.modules)\n"
        "    assert not heavy, heavy\n"
    )
    arguments = [command, "--help"] if command else ["--help"]
    result = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("Usage: edge-power")


def test_a_pipe_that_closes_is_quiet(tiny_bundle, tmp_path):
    (tmp_path / "in.txt").write_text("a good film\n" * 5000, encoding="utf-8")
    command = [sys.executable, "-c", "from edge_power.cli import main; main()", "run", str(tiny_bundle)]
    command += ["--file", str(tmp_path / "in.txt"), "--engine", "onnx"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_full_disk_behind_the_output_is_told(tiny_bundle):
    command = [sys.executable, "-m", "edge_power", "inspect", str(tiny_bundle)]
    with Path("/dev/full").open("w") as full:
        found = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (found.returncode, found.stderr) == (
        2,
        "error: cannot write the output: No space left on device; make room, and run it again\n",
    )
