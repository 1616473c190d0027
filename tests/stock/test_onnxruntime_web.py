"""onnxruntime-web runs the same files, under node; `make test-stock` installs it."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.stock.conftest import BUDGETS, feed, place

MODULES = Path(__file__).resolve().parents[2] / ".web"
CLIENT = Path(__file__).with_name("web_client.mjs")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("node") is None, reason="needs node"),
    pytest.mark.skipif(
        not (MODULES / "node_modules/onnxruntime-web").is_dir(), reason="needs .web, which `make test-stock` makes"
    ),
]


@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_web_says_what_we_say(bundle, answers, precision, budget):
    graph = bundle.joinpath(*place(precision, budget))
    command = ["node", CLIENT, MODULES, graph, graph.with_name("weights.bin")]
    told = json.dumps({name: ids[0].tolist() for name, ids in feed(bundle).items()})
    found = json.loads(subprocess.run(command, input=told, check=True, capture_output=True, text=True).stdout)
    # WebAssembly adds in groups of four and this machine in groups of eight; whole numbers are the same.
    np.testing.assert_allclose(found["logits"], answers[precision, budget], rtol=0, atol=1e-5)
