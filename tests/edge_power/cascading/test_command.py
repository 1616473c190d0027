"""`edge-power cascade` from one end to the other, on the committed bundle: what it writes, prints and refuses."""

import json
import shutil
from pathlib import Path

import pytest

import edge_power as ep
from edge_power_runtime import Bundle, Classifier
from edge_power_runtime.bundle.cascades import BagEntry, BudgetEntry, BundleEntry
from edge_power_runtime.bundle.seal import write_manifest
from edge_power_runtime.verify import verify
from tests.bundles import checked_name, write_bundle
from tests.edge_power.cascading.rows import random_texts, write_rows
from tests.edge_power.conftest import assert_refused


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> dict[str, Path]:
    """Texts of a few words with the labels that the model itself gives at `full`, so that it is always right."""
    directory = tmp_path_factory.mktemp("rows")
    classifier = Classifier.open(Path(__file__).parents[2] / "data" / "tiny-bundle", engine="onnx", budget="full")
    rows = [(str(classifier(text).label), text) for text in random_texts(1700)]
    parts = {"train": rows[:700], "select": rows[700:1400], "dev": rows[1400:], "one": rows[:9] * 300}
    parts["one"] = [row for row in parts["one"] if row[0] == parts["one"][0][0]]
    return {name: write_rows(directory / f"{name}.tsv", part) for name, part in parts.items()}


@pytest.fixture(scope="module")
def made(tiny_bundle, data, tmp_path_factory) -> Path:
    """A bag tier and the budget fast before full."""
    output = tmp_path_factory.mktemp("made") / "cascade"
    ep.cascade(
        f"{tiny_bundle}:full", ["bag", f"{tiny_bundle}:fast"], output, train=data["train"], select=data["select"],
        dev=data["dev"], max_loss=2.0, distil=0.0, engine="onnx",
    )  # fmt: skip
    return output


def test_the_bundle_is_whole_and_answers_by_its_cascade(made, tiny_bundle, data):
    assert checked_name(made) == Bundle.open(tiny_bundle).manifest.name
    entry = Bundle.open(made).manifest.cascades[0]
    bag, fast, full = entry.tiers
    assert (
        isinstance(bag, BagEntry) and isinstance(fast, BudgetEntry) and (fast.budget, full.budget) == ("fast", "full")
    )
    assert 0.5 < bag.threshold <= 1 and full.threshold is None
    assert entry.measured.rows == 560 and entry.measured.max_loss == 0.02 and len(entry.measured.passed_on) == 2
    classifier = Classifier.open(made, engine="onnx")
    alone = Classifier.open(made, engine="onnx", budget="full")
    rows = [line.split("\t") for line in data["dev"].read_text(encoding="utf-8").splitlines()[1:]]
    answers = [classifier(text) for _, text in rows]
    assert {answer.tier for answer in answers} > {"bag"}
    # 2 points were promised; of 300 rows that are new this is 6, and chance adds some.
    assert sum(answer.label != label for answer, (label, _) in zip(answers, rows, strict=True)) <= 14
    assert alone(rows[0][1]).tier is None
    assert all(check.passed for check in verify(Bundle.open(made), engine="onnx"))


def test_the_page_and_the_readme_tell_it(made):
    page = (made.parent / "cascade-report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 2 and "points lost" in page and "kept" in page and "300 dev" in page
    readme = (made / "README.md").read_text(encoding="utf-8")
    assert readme.count("## Cascade") == 1 and "| `bag` | bag |" in readme and "at most 2 points are lost" in readme


@pytest.mark.thorough
def test_the_same_again_replaces_it(made, tiny_bundle, data, tmp_path):
    """The same options give the same bag tier; a bundle that has a cascade gets the new one in its place."""
    first = shutil.copytree(made, tmp_path / "first")
    options = {"train": data["train"], "select": data["select"], "max_loss": 2.0, "distil": 0.0, "engine": "onnx"}
    record = ep.cascade(f"{first}:full", ["bag"], tmp_path / "again", **options)
    assert (tmp_path / "again" / "bag.safetensors").read_bytes() == (made / "bag.safetensors").read_bytes()
    assert [entry.name for entry in Bundle.open(tmp_path / "again").manifest.cascades] == ["cascade"]
    assert (tmp_path / "again" / "README.md").read_text(encoding="utf-8").count("## Cascade") == 1
    assert record.held_out == 0 and record.dev is None and record.unit == "M multiply-adds"
    checked_name(tmp_path / "again")


@pytest.mark.thorough
def test_another_bundle_is_copied_inside(cli, tiny_bundle, data, tmp_path):
    write_bundle(tmp_path / "small", "small")
    found = cli(
        "cascade", "--second", tiny_bundle, "--first", f"{tmp_path / 'small'}:full", "--select", data["select"],
        "--max-loss", "2", "--output", tmp_path / "out", "--engine", "onnx",
    )  # fmt: skip
    assert "With 95% confidence at most 2 points are lost on texts like the rows to select by" in found.out
    bundle = Bundle.open(tmp_path / "out")
    first = bundle.manifest.cascades[0].tiers[0]
    assert isinstance(first, BundleEntry) and first.path == "tiers/1" and first.budget == "full"
    assert Classifier.open(tmp_path / "out", engine="onnx")("a good film").tiers[0].name == "tiers/1:full"
    assert (tmp_path / "out-report.html").is_file()


def test_bad_input_is_one_line_and_leaves_nothing(cli, tiny_bundle, made, data, tmp_path):
    other = tmp_path / "other"
    write_bundle(other, "other")
    manifest = json.loads((other / "bundle.json").read_text(encoding="utf-8"))
    labelled = tmp_path / "labelled"
    shutil.copytree(other, labelled)
    write_manifest(labelled, json.dumps({**manifest, "labels": ["bad", "good"]}).encode())
    value = tmp_path / "several"
    shutil.copytree(other, value)
    several = {**manifest, "task": "multi_label_classification", "threshold": 0.5}
    write_manifest(value, json.dumps(several).encode())
    few = write_rows(tmp_path / "few.tsv", [("positive", "good"), ("negative", "bad")] * 50)
    train, select = ("--train", data["train"]), ("--select", data["select"])
    bag = ("--second", tiny_bundle, "--first", "bag")
    budget = ("--second", f"{tiny_bundle}:full", "--first", f"{tiny_bundle}:fast")
    cases: list[tuple[tuple[object, ...], str]] = [
        ((*bag, *train, "--max-loss", "0"), "--max-loss is 0, must be points above 0"),
        ((*bag, *train, "--bag-mb", "5"), "--bag-mb is 5, must be above 0 and at most 4"),
        ((*bag, *train, "--distil", "2"), "--distil is 2, must be in 0..1"),
        ((*bag, *select), "--train is needed for the bag tier"),
        (("--second", tiny_bundle, "--first", f"{tiny_bundle}:full"), "--train is needed where --select is not given"),
        ((*bag, "--first", "bag", *train), "--first names bag twice"),
        (("--second", tiny_bundle, *train), "Missing option '--first'"),
        (("--second", "bag", "--first", "bag", *train), "--second is 'bag', must be a bundle's directory"),
        (
            ("--second", tiny_bundle, "--first", "none", *train),
            "--first is 'none', must be bag, exits, or a bundle's directory",
        ),
        (("--second", f"{tiny_bundle}:slow", "--first", "bag", *train), "no budget 'slow'"),
        (("--second", f"{tiny_bundle}:full", "--first", f"{tiny_bundle}:full", *select), "the budget 'full' twice"),
        (("--second", tiny_bundle, "--first", labelled, *select), "must be the same, in the same order"),
        (("--second", value, "--first", "bag", *train), "does multi_label_classification, must be classification"),
        ((*bag, *train, "--select", data["one"]), "have one label alone"),
        ((*budget, "--select", few), "100 rows to select by are too few"),
        ((*bag, *train, "--unlabelled", tmp_path / "none.tsv"), "cannot read"),
        ((*budget, *select, "--latency", few), "is not valid JSON"),
        # Before anything is trained: the texts, which are read first for that, are not there.
        ((*bag, "--train", tmp_path / "none.tsv", "--latency", few), "is not valid JSON"),
    ]
    for arguments, message in cases:
        assert_refused(cli("cascade", *arguments, "--output", tmp_path / "out", "--engine", "onnx"), message)
        assert not (tmp_path / "out").exists() and not (tmp_path / "out-report.html").exists(), message
    exists = cli("cascade", *bag, *train, "--output", made)
    assert_refused(exists, "exists; add --force to replace it")
