"""float16 of TFLite: half the bytes, the same words, and logits of float32 but for weights of 11 bits."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edge_power_converters import fp32, tflite
from edge_power_converters.recipe import reduced
from edge_power_runtime.retention import survivors
from edge_power_runtime.sessions import open_engine
from tests.converters.conftest import RETENTION, sources

pytestmark = pytest.mark.thorough

CLASSIFIERS = ("topk_12", "full_8")
# A weight is off by at most 1 in 4,000; of logits up to 6, after three encoders.
ATOL = 0.02


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The artifact at fp16 and at fp32, and where they are."""
    directory = tmp_path_factory.mktemp("float16")
    programs = [program for program in sources() if program.name in CLASSIFIERS]
    recipes = reduced("tflite", "fp16", "topk"), fp32("tflite", "topk")
    return directory, *(tflite.convert(programs, directory, recipe, progress=lambda step: None) for recipe in recipes)


def test_logits_and_words_are_eager_s(written, references):
    directory, artifact, _ = written
    engine = open_engine(directory, artifact)
    for program in artifact.programs:
        for reference in references[program.name]:
            outputs = engine.session(program).run(reference.inputs)
            np.testing.assert_allclose(outputs["logits"][0], reference.logits, rtol=0, atol=ATOL)
            if "kept" in outputs:
                assert survivors(outputs["kept"], RETENTION[program.name]) == reference.survivors


def test_large_constants_are_half_as_large_and_stored_once(written):
    directory, artifact, exact = written
    found, whole = (_constants(directory / one.files[0].path) for one in (artifact, exact))
    large = {content for kind, content in whole if kind == schema.TensorType.FLOAT32 and len(content) >= 4096}
    narrow = {content for kind, content in found if kind == schema.TensorType.FLOAT16}
    assert narrow == {np.frombuffer(content, np.float32).astype(np.float16).tobytes() for content in large}
    assert len(narrow) == len([0 for kind, _ in found if kind == schema.TensorType.FLOAT16])


def _constants(path):
    """Type and content of each buffer that a tensor names."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(path.read_bytes()))
    kinds = {tensor.buffer: tensor.type for graph in model.subgraphs for tensor in graph.tensors}
    data = {index: model.buffers[index].data for index in kinds}
    return [(kinds[index], content.tobytes()) for index, content in data.items() if content is not None]


def test_the_artifact_names_the_runtime_that_reads_it(written):
    _, artifact, exact = written
    assert (artifact.runtimes, exact.runtimes) == (("ai-edge-litert",), ())
