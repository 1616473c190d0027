"""The real thing: MiniLM fine-tuned on SST-2, through the command line, on real sentences."""

import json
import shutil
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from edge_power.cli import cli
from edge_power_runtime import Bundle, Classifier
from edge_power_runtime.bundle.seal import write_manifest

SHARED = Path(__file__).parents[3] / "shared"
CHECKPOINT, DATA = SHARED / "checkpoints" / "minilm-sst2", SHARED / "data" / "SST-2" / "dev.tsv"
KEEP, ROWS = "0.9,0.8,0.7,0.6,0.5", 100

pytestmark = [
    pytest.mark.real,
    pytest.mark.thorough,
    pytest.mark.skipif(
        not (CHECKPOINT.is_dir() and DATA.is_file()), reason="the checkpoint and the data are not beside the checkout"
    ),
]


def evaluate(*arguments: object) -> dict[str, Any]:
    """Run `evaluate --json` in this process, where PyTorch is loaded."""
    result = CliRunner().invoke(cli, ["evaluate", *map(str, arguments), "--json"])
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """The first rows of the dev set."""
    path = tmp_path_factory.mktemp("data") / "dev.tsv"
    with DATA.open(encoding="utf-8") as lines:
        path.write_text("".join(islice(lines, ROWS + 1)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def bundle(tmp_path_factory, rows):
    """MiniLM for ONNX Runtime at two lengths, checked on the rows as well."""
    output = tmp_path_factory.mktemp("minilm") / "bundle"
    command = [
        *("convert", "--model", CHECKPOINT, "--output", output),
        *("--format", "onnx", "--lengths", "16,64", "--keep", KEEP, "--verify-with", rows),
    ]
    result = CliRunner().invoke(cli, list(map(str, command)))
    assert result.exit_code == 0, result.stderr
    return output


def test_every_logit_is_eagers(bundle):
    for program in Bundle.open(bundle).manifest.artifacts[0].programs:
        assert program.parity.texts >= (75 if program.length == 64 else 10)
        assert program.parity.max_abs_error <= 1e-4
        assert program.parity.kept_agreement == 1
        assert program.parity.near_ties <= 3


@pytest.mark.parametrize(("budget", "keep"), [("balanced", ("--keep", KEEP)), ("full", ())])
def test_the_bundle_is_as_accurate_as_eager(bundle, rows, budget, keep):
    ours = evaluate(bundle, "--data", rows, "--budget", budget)
    eager = evaluate(CHECKPOINT, "--data", rows, "--lengths", "16,64", *keep)
    assert ours["rows"] == ROWS
    assert ours["accuracy"] == eager["accuracy"] > 0.85
    assert ours == eager


@pytest.mark.slow  # a hundred rows tell labels that are swapped, or a head that is not the model's
def test_the_accuracy_is_the_one_that_was_published(bundle):
    """0.9037 on all 872 sentences with nothing dropped, says the checkpoint's own page."""
    found = evaluate(bundle, "--data", DATA, "--budget", "full")
    assert found["rows"] == 872
    assert found["accuracy"] == pytest.approx(0.9037, abs=0.01)


def test_the_same_text_at_both_lengths(bundle, tmp_path):
    """A short text, in the program of 16 and padded to 64: nothing is dropped, so that nothing differs."""
    longer = shutil.copytree(bundle, tmp_path / "bundle")
    manifest = json.loads((bundle / "bundle.json").read_text(encoding="utf-8"))
    for artifact in manifest["artifacts"]:
        artifact["programs"] = [program for program in artifact["programs"] if program["length"] == 64]
    write_manifest(longer, json.dumps(manifest).encode())
    short, long = (Classifier.open(path, budget="full") for path in (bundle, longer))
    for text in ("a warm , funny film", "dull", "it never finds its feet"):
        assert (short(text).length, long(text).length) == (16, 64)
        np.testing.assert_allclose(long(text).logits, short(text).logits, rtol=0, atol=1e-5)
