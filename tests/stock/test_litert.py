"""LiteRT's own clients on what we ship, with nothing of ours: a signature per program, tensors by their names."""

import numpy as np
import pytest

from edge_power_runtime import Bundle, Classifier
from edge_power_runtime.bundle.paths import resolve
from tests.tiny import BUNDLE

# The same file and the same kernels; sums may be split by other tiles.
ATOL = 1e-5
TEXT = "a good film"


def artifacts():
    return [artifact for artifact in Bundle.open(BUNDLE).manifest.artifacts if artifact.engine == "tflite"]


@pytest.fixture(params=artifacts(), ids=lambda artifact: artifact.precision)
def artifact(request):
    return request.param


def feed(classifier: Classifier, length: int) -> dict[str, np.ndarray]:
    """The tensors of TEXT as BUNDLE.md says: filled up behind, int32."""
    ids = [int(piece) for piece in classifier.model.encoder.encode(TEXT, length).ids]
    rows = {"input_ids": ids, "attention_mask": [1] * len(ids), "token_type_ids": [0] * len(ids)}
    return {name: np.array([row + [0] * (length - len(row))], np.int32) for name, row in rows.items()}


def test_the_interpreter_runs_each_program_as_a_signature(artifact):
    litert = pytest.importorskip("ai_edge_litert.interpreter")
    interpreter = litert.Interpreter(model_path=str(resolve(BUNDLE, artifact.files[0].path)))
    listed = interpreter.get_signature_list()
    assert sorted(listed) == sorted(program.method for program in artifact.programs)
    for program in artifact.programs:
        assert sorted(listed[program.method]["inputs"]) == ["attention_mask", "input_ids", "token_type_ids"]
        classifier = Classifier.open(BUNDLE, engine="tflite", precision=artifact.precision, budget=program.budget)
        inputs = feed(classifier, program.length)
        outputs = interpreter.get_signature_runner(program.method)(**inputs)
        ours = classifier.model.session(program).run(inputs)
        assert sorted(outputs) == sorted(spec.name for spec in program.outputs)
        np.testing.assert_allclose(outputs["logits"], ours["logits"], rtol=0, atol=ATOL)
        if "kept" in ours:
            np.testing.assert_array_equal(outputs["kept"], ours["kept"])
