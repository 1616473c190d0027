"""The committed bundle of int8 artifacts: each engine, in every environment, repeats what it gave at its conversion."""

from pathlib import Path

import numpy as np
import pytest

from edge_power_runtime import Bundle, Classifier
from edge_power_runtime.bundle.golden import read_golden
from edge_power_runtime.engines import engine_info
from edge_power_runtime.verify import verify

INT8_BUNDLE = Path(__file__).parents[1] / "data" / "tiny-int8"
ENGINES = ("onnx", "executorch", "tflite")


@pytest.fixture(params=ENGINES)
def engine(request) -> str:
    if not engine_info(request.param).is_installed:
        pytest.skip(f"{request.param} is not installed")
    return request.param


def test_it_holds_int8_alone():
    artifacts = Bundle.open(INT8_BUNDLE).manifest.artifacts
    assert [(artifact.engine, artifact.precision) for artifact in artifacts] == [(name, "int8") for name in ENGINES]
    for artifact in artifacts:
        assert artifact.acceptance.max_abs_error is None
        assert artifact.acceptance.label_agreement == 0.98
        assert artifact.acceptance.repeat_error > 0


def test_this_machine_repeats_what_was_given_at_the_conversion(engine):
    checks = verify(INT8_BUNDLE, engine=engine, precision="int8")
    assert len(checks) == 4
    for check in checks:
        assert check.passed, check
        assert check.texts >= 1
        assert check.label_agreement == 1


def test_it_is_near_the_model_and_not_the_model(engine):
    bundle = Bundle.open(INT8_BUNDLE)
    classifier = Classifier.open(INT8_BUNDLE, engine=engine, budget="full")
    assert classifier.artifact.precision == "int8"  # the first that there is
    errors = []
    for example in read_golden(bundle.read("golden.json")):
        found = classifier(example.text)
        if not found.truncated:
            errors.append(np.max(np.abs(np.subtract(found.logits, example.programs[found.program].logits))))
    # Random weights of 32 numbers a word round more coarsely than those of a trained model.
    assert 0 < max(errors) < 1
