"""A bundle as we ship it, for clients that know nothing of it."""

from pathlib import Path

import numpy as np
import pytest

import edge_power
from edge_power_runtime import Bundle, Classifier
from tests.tiny import tiny_model

TEXT = "a good film , not dull and not bad"
BUDGETS = ("fast", "full")
LENGTH = 16


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two budgets at fp32 and int8 for ONNX Runtime."""
    path = tmp_path_factory.mktemp("stock") / "bundle"
    edge_power.convert(
        tiny_model(),
        path,
        engines=["onnx"],
        precisions=["fp32", "int8"],
        lengths=[LENGTH],
        keep=[0.8, 0.6, 0.4],
        budget="fast",
        min_agreement=0.0,
    )
    return path


def place(precision: str, budget: str) -> tuple[str, str]:
    """The folder and the file of a graph in a bundle."""
    return ("onnx", f"{budget}_{LENGTH}.onnx") if precision == "fp32" else ("onnx-int8", f"{budget}_{LENGTH}-int8.onnx")


def feed(bundle: Path) -> dict[str, np.ndarray]:
    """What the graphs take of TEXT: padded by hand, as any client does it."""
    encoded = Classifier.open(bundle, engine="onnx").encode(TEXT)
    manifest = Bundle.open(bundle).manifest
    made = {name: np.zeros((1, LENGTH), np.int64) for name in ("input_ids", "attention_mask", "token_type_ids")}
    made["input_ids"][:] = manifest.tokenizer.pad_id
    made["input_ids"][0, : encoded.num_tokens] = encoded.ids
    made["attention_mask"][0, : encoded.num_tokens] = 1
    return made


@pytest.fixture(scope="session")
def answers(bundle: Path) -> dict[tuple[str, str], np.ndarray]:
    """What our runtime says of TEXT: logits by precision and budget."""
    found = {}
    for precision in ("fp32", "int8"):
        for budget in BUDGETS:
            classifier = Classifier.open(bundle, engine="onnx", precision=precision, budget=budget)
            found[precision, budget] = np.array(classifier(TEXT).logits, np.float32)
    return found
