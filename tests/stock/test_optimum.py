"""optimum's ORTModelForSequenceClassification opens a bundle; it has an environment of its own, .venv-peers."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from edge_power_runtime.system.python_process import python_command
from tests.stock.conftest import BUDGETS, feed, place

PYTHON = Path(__file__).resolve().parents[2] / ".venv-peers/bin/python"

CLIENT = """
import json, sys, torch
from optimum.onnxruntime import ORTModelForSequenceClassification
bundle, folder, name = sys.argv[1:]
model = ORTModelForSequenceClassification.from_pretrained(bundle, subfolder=folder, file_name=name)
inputs = {key: torch.tensor(value) for key, value in json.load(sys.stdin).items()}
print(json.dumps({"logits": model(**inputs).logits.tolist(), "labels": model.config.id2label}))
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON.exists(), reason="needs .venv-peers, which `make test-stock` makes"),
]


@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_optimum_says_what_we_say(bundle, answers, precision, budget):
    command = python_command(str(PYTHON), "-c", CLIENT, str(bundle), *place(precision, budget))
    told = json.dumps({name: ids.tolist() for name, ids in feed(bundle).items()})
    found = json.loads(subprocess.run(command, input=told, check=True, capture_output=True, text=True).stdout)
    assert list(found["labels"].values()) == ["negative", "positive"]
    # Another version of the same engine may sum in another order.
    np.testing.assert_allclose(found["logits"][0], answers[precision, budget], rtol=0, atol=1e-5)
