"""int8 of TFLite: what stands in the file, and whether it says what eager says, within what integers allow."""

import dataclasses
from collections import Counter

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edge_power_converters import fp32, tflite
from edge_power_runtime.sessions import open_engine
from tests.converters.conftest import Converted, sources

INT8, FLOAT32 = schema.TensorType.INT8, schema.TensorType.FLOAT32
CLASSIFIERS = ("topk_12", "full_8")


@pytest.fixture(scope="module")
def int8(tmp_path_factory) -> Converted:
    directory = tmp_path_factory.mktemp("int8")
    programs = [program for program in sources() if program.name in CLASSIFIERS]
    recipe = dataclasses.replace(fp32("tflite", "topk"), precision="int8")
    artifact = tflite.convert(programs, directory, recipe, progress=lambda step: None)
    return Converted("tflite", directory, artifact, {program.name: program for program in programs}, ())


@pytest.fixture(scope="module")
def model(int8):
    content = (int8.directory / "model-int8.tflite").read_bytes()
    return schema.ModelT.InitFromObj(schema.Model.GetRootAs(content))


def operators(model, graph):
    for operator in graph.operators:
        entry = model.operatorCodes[operator.opcodeIndex]
        yield max(entry.builtinCode, entry.deprecatedBuiltinCode), operator


def test_logits_are_near_eager(int8, references):
    """8 bits leave an error of about 1 in 250 to the largest of each product; logits here are up to 6, 0.25 is 4 %."""
    engine = open_engine(int8.directory, int8.artifact)
    for name in CLASSIFIERS:
        session = engine.session(int8.program(name))
        for reference in references[name]:
            logits = session.run(reference.inputs)["logits"][0]
            assert np.max(np.abs(logits - reference.logits)) < 0.25
            assert np.argmax(logits) == np.argmax(reference.logits)


def test_layers_have_one_scale_so_that_every_runtime_reads_them_alike(model):
    """tflite-runtime 2.14 takes the first scale of a layer's weights for all of its channels."""
    for graph in model.subgraphs:
        layers = [
            operator for code, operator in operators(model, graph) if code == schema.BuiltinOperator.FULLY_CONNECTED
        ]
        weights = [graph.tensors[operator.inputs[1]] for operator in layers]
        # The classifier of two labels is too small to be worth it, and one product has no constant in it.
        assert Counter(tensor.type for tensor in weights) == {INT8: len(weights) - 2, FLOAT32: 2}
        for operator, tensor in zip(layers, weights, strict=True):
            if tensor.type == INT8:
                assert tensor.quantization.scale.tolist() == [1.0]
                assert operator.builtinOptions.asymmetricQuantizeInputs


def test_rows_use_all_of_their_integers(model):
    """Each row of each matrix has a scale of its own, so that its largest number is 127."""
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            if tensor.type == INT8 and tensor.quantization is not None and tensor.quantization.scale is not None:
                rows = model.buffers[tensor.buffer].data.view(np.int8).reshape(tensor.shape)
                assert np.all(np.abs(rows).max(axis=1) == 127)


def test_no_constant_is_left_to_batched_products(model):
    """XNNPACK packs such a constant for each program anew."""
    for graph in model.subgraphs:
        inputs = [
            model.buffers[graph.tensors[tensor].buffer].data
            for code, operator in operators(model, graph)
            if code == schema.BuiltinOperator.BATCH_MATMUL
            for tensor in operator.inputs
        ]
        assert inputs
        assert all(data is None for data in inputs)


def test_programs_share_weights(model):
    first, second = (
        {tensor.buffer for tensor in graph.tensors if tensor.type == INT8 and min(tensor.shape) > 12}
        for graph in model.subgraphs
    )
    assert first == second
    assert len(first) > 10


def test_buffers_are_aligned(int8):
    """schema.fbs asks for 16 bytes; kernels of 32-bit ARM fault otherwise."""
    content = (int8.directory / "model-int8.tflite").read_bytes()
    found = schema.Model.GetRootAs(content)
    for index in range(found.BuffersLength()):
        buffer = found.Buffers(index)
        if buffer.DataLength():
            table = buffer._tab
            assert table.Vector(table.Offset(4)) % 16 == 0
