"""A bundle on 64-bit ARM, emulated, against the same command on this machine."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.arm

# A text of each length, of no word, of unknown letters, truncated, and a pair: on either side of every branch.
TEXTS = (
    "a good film",
    "",
    "größer 🎬 filmy",
    "the way it was not bad again , never dull",
    "watch the sea at night " * 9,
    "is it good ?\tnever !",
)
BUDGETS = ("full", "fast")
# The project's bound for fp32 between engines. Machines too sum in different orders: 1e-6 was measured.
ATOL = 1e-4


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("texts") / "texts.tsv"
    path.write_text("".join(f"{text}\n" for text in TEXTS), encoding="utf-8")
    return path


def runtime(python: Path | str, arguments: Sequence[object], *, cpu: str = "cortex-a76") -> list[dict]:
    """What the runtime's own command prints as JSON, line by line; nothing else, also on stderr."""
    command = [str(python), "-m", "edge_power_runtime", *map(str, arguments), "--json"]
    environment = {**os.environ, "QEMU_CPU": cpu}
    found = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, env=environment)
    assert (found.returncode, found.stderr) == (0, "")
    return [json.loads(line) for line in found.stdout.splitlines()]


def test_it_is_a_64_bit_arm_of_a_recent_emulator(emulator, arm_python):
    version = subprocess.run([emulator, "--version"], capture_output=True, text=True, check=True).stdout
    assert int(re.search(r"version (\d+)\.", version)[1]) >= 10, version
    code = "import platform, struct, sys; print(platform.machine(), struct.calcsize('P') * 8, *sys.version_info[:2])"
    found = subprocess.run([arm_python, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["aarch64", "64", "3", "11"]


@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("engine", ["onnx", "tflite"])
def test_labels_words_and_logits_are_those_of_this_machine(arm_python, tiny_bundle, texts, engine, budget):
    arguments = ["classify", tiny_bundle, "--engine", engine, "--budget", budget, "--file", texts]
    ours, theirs = runtime(sys.executable, arguments), runtime(arm_python, arguments)
    assert len(ours) == len(TEXTS)
    assert {line["label"] for line in ours} == {"negative", "positive"}, "one label for all would show nothing"
    assert {line["truncated"] for line in ours} == {True, False}
    for here, there in zip(ours, theirs, strict=True):
        for name in ("text", "label", "program", "num_tokens", "truncated", "survivors"):
            assert there[name] == here[name], (name, here["text"])
        np.testing.assert_allclose(there["logits"], here["logits"], rtol=0, atol=ATOL, err_msg=str(here["text"]))


# Engines choose their kernels by what the processor has: the older one lacks products of four bytes and half floats.
@pytest.mark.parametrize("cpu", ["cortex-a53", "cortex-a76"])
@pytest.mark.parametrize("engine", ["onnx", "tflite"])
def test_the_bundle_verifies_itself_there(arm_python, tiny_bundle, engine, cpu):
    checks = runtime(arm_python, ["verify", tiny_bundle, "--engine", engine, "--atol", ATOL], cpu=cpu)
    assert [check["program"] for check in checks] == ["fast_8", "fast_24", "full_8", "full_24"]
    for check in checks:
        assert check["passed"] and check["texts"] > 0, check
        assert check["label_agreement"] == check["kept_agreement"] == 1, check
