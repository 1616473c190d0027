"""Several labels a text, from a checkpoint to the commands; and a cross-encoder, which gives one value."""

import json
import math
import shutil
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

from edge_power.conversion.artifacts import ENGINES
from edge_power.conversion.convert import convert
from edge_power.conversion.plan import Plan
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.retention_file import Retention, parse_keep
from edge_power_runtime import Bundle, Classifier, InputError
from edge_power_runtime.bundle.seal import write_manifest
from edge_power_runtime.tasks import MultiLabelClassification
from edge_power_runtime.verify import verify
from tests.edge_power.conftest import assert_refused
from tests.tiny import tiny_config, tiny_model

LABELS = ("slow", "warm", "dark", "long")
TEXTS = ("a good film", "", "the way it was not bad again , never", ("good ?", "no"), "dull . " * 6, "warm night")
THRESHOLD = 0.2
LENGTH = 24
# The bar for each engine. Logits agree to 1e-4, and a sigmoid is nowhere steeper than 1/4.
ATOL = 1e-4


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("several") / "tiny"
    tiny_model(tiny_config(labels=LABELS, task="multi_label_classification")).save_pretrained(directory)
    return directory


def converted(checkpoint: Path, engine: str) -> Path:
    model = PowerForSequenceClassification.from_pretrained(checkpoint)
    budgets = {"full": Retention(schedule=parse_keep("1,1,1").schedule), "fast": parse_keep("0.8,0.5,0.3")}
    plan = Plan(engines=(engine,), lengths=(LENGTH,), budgets=budgets, threshold=THRESHOLD)
    convert(model, checkpoint.parent / engine, plan, name="several")
    return checkpoint.parent / engine


@pytest.fixture(scope="module")
def bundle(checkpoint: Path) -> Path:
    return converted(checkpoint, "onnx")


@pytest.fixture(scope="module", params=[engine for engine in ENGINES if engine != "onnx"])
def slower(request: pytest.FixtureRequest, checkpoint: Path) -> Path:
    """The same for an engine that takes longer to convert for."""
    return converted(checkpoint, request.param)


def their_probabilities(checkpoint: Path) -> np.ndarray:
    """Sigmoids of transformers' logits, one text at a time and unpadded."""
    theirs = AutoModelForSequenceClassification.from_pretrained(checkpoint, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    assert theirs.config.problem_type == "multi_label_classification"
    rows = []
    for text in TEXTS:
        inputs = tokenizer(*((text,) if isinstance(text, str) else text), return_tensors="pt")
        with torch.no_grad():
            rows.append(theirs(**inputs).logits[0].sigmoid().numpy())
    return np.stack(rows)


def assert_transformers_own(bundle: Path, checkpoint: Path) -> None:
    classifier = Classifier.open(bundle, budget="full")
    found = classifier.classify(TEXTS)
    expected = their_probabilities(checkpoint)
    np.testing.assert_allclose([one.scores for one in found], expected, rtol=0, atol=ATOL)
    for one, row in zip(found, expected, strict=True):
        order = sorted(range(len(LABELS)), key=lambda place, row=row: -row[place])
        assert one.labels == tuple(LABELS[place] for place in order if row[place] > THRESHOLD)
        assert one.label == LABELS[order[0]]
    counts = {len(one.labels) for one in found}
    assert len(counts) > 1, "texts that have as many labels each would show little"


def test_probabilities_are_transformers_own(bundle, checkpoint):
    assert_transformers_own(bundle, checkpoint)


@pytest.mark.thorough
def test_every_engine_gives_transformers_probabilities(slower, checkpoint):
    assert_transformers_own(slower, checkpoint)


def test_the_manifest_says_how_answers_are_read(bundle):
    manifest = Bundle.open(bundle).manifest
    assert (manifest.task, manifest.labels, manifest.threshold) == ("multi_label_classification", LABELS, THRESHOLD)
    assert json.loads((bundle / "bundle.json").read_text(encoding="utf-8"))["threshold"] == THRESHOLD
    assert Classifier.open(bundle).task == MultiLabelClassification(THRESHOLD)
    for artifact in manifest.artifacts:
        assert all(program.parity.label_agreement == 1 for program in artifact.programs)


def assert_verified(bundle: Path) -> None:
    checks = verify(bundle)
    assert checks
    assert all(check.passed and check.label_agreement == 1 and check.texts > 0 for check in checks)


def test_a_bundle_verifies_itself(bundle):
    assert_verified(bundle)


@pytest.mark.thorough
def test_a_bundle_of_every_engine_verifies_itself(slower):
    assert_verified(slower)


def test_golden_labels_are_those_above_the_threshold(bundle, tmp_path):
    """Were the likeliest label alone compared, a second one that is lost would not show."""
    ours = tmp_path / "bundle"
    shutil.copytree(bundle, ours)
    golden = json.loads((ours / "golden.json").read_text(encoding="utf-8"))
    for example in golden["examples"]:
        for output in example["programs"].values():
            least = min(range(len(LABELS)), key=output["logits"].__getitem__)
            output["logits"][least] = max(output["logits"]) - 0.001
    data = json.dumps(golden).encode()
    (ours / "golden.json").write_bytes(data)
    manifest = json.loads((ours / "bundle.json").read_text(encoding="utf-8"))
    for entry in manifest["files"]:
        if entry["path"] == "golden.json":
            entry.update(size_bytes=len(data), sha256=sha256(data).hexdigest())
    write_manifest(ours, json.dumps(manifest).encode())
    assert any(check.label_agreement < 1 for check in verify(ours, engine="onnx"))


def test_run_gives_every_label_above_the_threshold(cli, bundle):
    (expected,) = Classifier.open(bundle, engine="onnx").classify(["a good film"])
    done = cli("run", bundle, "a good film", "--engine", "onnx")
    labels, scores, text = done.out.rstrip("\n").split("\t")
    assert (done.status, text) == (0, "a good film")
    assert tuple(labels.split("|")) == expected.labels and len(expected.labels) > 1
    assert [float(score) for score in scores.split("|")] == [round(score, 6) for score in expected.label_scores]
    none = cli("run", bundle, "a good film", "--engine", "onnx", "--threshold", "0.999999")
    assert none.out == "\t\ta good film\n"


def write_rows(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_evaluate(cli, bundle, checkpoint, tmp_path):
    classifier = Classifier.open(bundle, engine="onnx", budget="full")
    texts = [text for text in TEXTS if isinstance(text, str) and text]
    answers = [set(found.labels) or {"slow"} for found in classifier.classify(texts)]
    rows = [f"{'|'.join(sorted(labels))}\t{text}" for labels, text in zip(answers, texts, strict=True)]
    data = write_rows(tmp_path / "dev.tsv", "labels\ttext_a", *rows)
    asked = ("--data", data, "--json", "--threshold", THRESHOLD)
    of_bundle = json.loads(cli("evaluate", bundle, *asked, "--engine", "onnx", "--budget", "full").out)
    assert list(of_bundle)[:4] == ["f1_micro", "f1_macro", "ranking_precision", "exact_match"]
    assert of_bundle["f1_micro"] == of_bundle["exact_match"] == of_bundle["ranking_precision"] == 1.0
    of_model = json.loads(cli("evaluate", checkpoint, *asked, "--lengths", LENGTH).out)
    assert {name: of_model[name] for name in of_bundle} == of_bundle
    stricter = json.loads(cli("evaluate", bundle, "--data", data, "--json", "--threshold", 0.9999).out)
    assert stricter["f1_micro"] < 1 and stricter["ranking_precision"] == 1.0


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (("label\ttext_a", "slow\ta"), "row 2 has the one label 'slow'; expected a list, since this is a multi-label"),
        (("labels\ttext_a", "slow|slow\ta"), "row 2 has the label 'slow' twice; give each label once"),
        (("labels\ttext_a", "slow|0\ta"), "row 2 has the label '0' twice; give each label once"),
        (("labels\ttext_a", "slow\ta", "\tb"), "row 3 has no labels; leave such rows out, or give them a label of"),
        (("labels\ttext_a", "slow||warm\ta"), "row 2 has an empty label among its 3; give each a name"),
        (
            ("labels\ttext_a", "quick\ta"),
            "row 2: the label 'quick' is unknown to the model; expected one of slow, warm",
        ),
        (("text_a", "a"), "row 1: no column label"),
    ],
)
def test_evaluate_refuses_rows(cli, bundle, tmp_path, rows, expected):
    found = cli("evaluate", bundle, "--data", write_rows(tmp_path / "dev.tsv", *rows), "--engine", "onnx")
    assert_refused(found, expected)


def test_a_model_of_one_label_refuses_lists(cli, tiny_bundle, tmp_path):
    data = write_rows(tmp_path / "dev.tsv", "labels\ttext_a", "negative|positive\ta")
    found = cli("evaluate", tiny_bundle, "--data", data, "--engine", "onnx")
    assert_refused(found, "row 2 has a list of labels, 'negative', 'positive'; expected one label, since this is no")


def test_explain_says_what_it_found(cli, bundle, checkpoint):
    done = cli("explain", "--model", bundle, "a good film", "--engine", "onnx", "--json")
    found = json.loads(done.out)["prediction"]
    expected = Classifier.open(bundle, engine="onnx")("a good film")
    assert tuple(found["labels"]) == expected.labels
    shown = cli("explain", "--model", checkpoint, "a good film", "--keep", "1,1,1", "--threshold", "0.999999").out
    assert f"no label; the likeliest is {expected.label} " in shown


def test_inspect_names_the_threshold(cli, bundle):
    assert f"labels: {', '.join(LABELS)}, those above 0.2; texts up to" in cli("inspect", bundle).out


@pytest.mark.parametrize("threshold", ["0", "1", "-0.5", "nan", "2"])
def test_commands_refuse_a_threshold_outside(bundle, checkpoint, tmp_path, cli, threshold):
    output = tmp_path / "out"
    for arguments in (
        ("run", bundle, "a"),
        ("convert", "--model", checkpoint, "--output", output),
        ("explain", "--model", bundle, "a"),
        ("evaluate", bundle, "--data", tmp_path / "absent.tsv"),
    ):
        assert_refused(cli(*arguments, f"--threshold={threshold}"), "must be above 0 and below 1, such as 0.5")
    assert not list(tmp_path.iterdir()), "something was written"


def test_a_threshold_of_one_label_is_refused(cli, tiny_bundle, tmp_path):
    tiny_model().save_pretrained(tmp_path / "single")
    for arguments in (
        ("run", tiny_bundle, "a"),
        ("convert", "--model", tmp_path / "single", "--output", tmp_path / "out", "--lengths", "8"),
    ):
        said = "error: the threshold 0.4 is for a multi-label model; this is a classification: leave it out"
        assert_refused(cli(*arguments, "--threshold", "0.4"), said)
    assert [path.name for path in tmp_path.iterdir()] == ["single"], "something was written"


def test_a_cross_encoder_gives_a_value_or_the_pipelines_sigmoid(cli, tmp_path):
    """As models that rank are published: one output, no problem_type, of which transformers shows the sigmoid."""
    directory, pair = tmp_path / "ranker", ("good ?", "a warm film")
    tiny_model(tiny_config(labels=(), task="regression")).save_pretrained(directory)
    config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    del config["problem_type"]
    (directory / "config.json").write_text(json.dumps(config), encoding="utf-8")
    model = PowerForSequenceClassification.from_pretrained(directory)
    convert(model, tmp_path / "bundle", Plan(engines=("onnx",), lengths=(LENGTH,)), name="ranker")
    theirs = pipeline("text-classification", model=str(directory), tokenizer=str(directory), device="cpu")
    asked = {"text": pair[0], "text_pair": pair[1]}
    raw = Classifier.open(tmp_path / "bundle")(pair)
    assert raw.score == pytest.approx(theirs(asked, function_to_apply="none")["score"], abs=ATOL)
    ranked = Classifier.open(tmp_path / "bundle", sigmoid=True)(pair)
    assert ranked.score == pytest.approx(theirs(asked)["score"], abs=ATOL)
    assert ranked.score == pytest.approx(1 / (1 + math.exp(-raw.score)), abs=1e-12)
    done = cli("run", tmp_path / "bundle", *pair, "--sigmoid")
    assert done.out == f"\t{ranked.score:.6f}\t{pair[0]}\t{pair[1]}\n"
    with pytest.raises(InputError, match="the threshold 0.5 is for a multi-label model; this is a regression"):
        Classifier.open(tmp_path / "bundle", threshold=0.5)
