"""Sizes that are known at the run: read where they are computed, and only where that says the same."""

import numpy as np
import onnx_ir as ir
import onnxruntime
import pytest

from edge_power_converters.onnx.sizes import shorten_sizes

HEAD = '<ir_version: 9, opset_import: ["" : 20]> graph (int64[1] at, float[8] x) => (float[n] highest)'
ONE_NUMBER = """
<int64[4] counts = {0, 2, 3, 5}, int64[1] flat = {-1}, int64 first = {0}>
{
    count = Gather(counts, at)
    listed = Reshape(count, flat)
    number = Gather(listed, first)
    size = Reshape(number, flat)
    highest, places = TopK(x, size)
}
"""
X = np.array([3, 1, 4, 1, 5, 9, 2, 6], np.float32)


def parsed(body, **shapes):
    model = ir.from_onnx_text(HEAD + body)
    for node in model.graph:
        for value in node.outputs:
            if value.name in shapes:
                value.shape = ir.Shape(shapes[value.name])
    return model


def run(model, at):
    session = onnxruntime.InferenceSession(ir.to_proto(model).SerializeToString())
    return session.run(["highest"], {"at": np.array([at], np.int64), "x": X})[0].tolist()


def operators(model):
    return [node.op_type for node in model.graph]


def test_a_node_reads_a_size_where_it_is_looked_up():
    model = parsed(ONE_NUMBER, count=[1], listed=[1], number=[], size=[1])
    shorten_sizes(model.graph)
    assert operators(model) == ["Gather", "TopK"]
    assert [run(model, at) for at in (1, 3)] == [[9, 6], [9, 6, 5, 4, 3]]


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ("number = ReduceSum<keepdims=0>(listed)", ["Gather", "Reshape", "ReduceSum", "Reshape", "TopK"]),
        ("number = Gather(counts, first)", ["Gather", "Reshape", "Gather", "Reshape", "TopK"]),  # one of several
    ],
)
def test_what_computes_another_number_stays(step, found):
    model = parsed(
        ONE_NUMBER.replace("number = Gather(listed, first)", step), count=[1], listed=[1], number=[], size=[1]
    )
    before = run(model, 2)
    shorten_sizes(model.graph)
    assert operators(model) == found
    assert run(model, 2) == before


def test_what_another_node_reads_as_well_stays():
    body = ONE_NUMBER.replace("TopK(x, size)", "TopK(x, size)\n    again = Identity(number)")
    model = parsed(body, count=[1], listed=[1], number=[], size=[1])
    model.graph.outputs.append(next(node for node in model.graph if node.op_type == "Identity").outputs[0])
    shorten_sizes(model.graph)
    assert operators(model) == ["Gather", "Reshape", "Gather", "TopK", "Identity"]
    topk = next(node for node in model.graph if node.op_type == "TopK")
    assert topk.inputs[1].name == "count"


def test_a_size_of_unknown_shape_stays():
    model = parsed(ONE_NUMBER)
    shorten_sizes(model.graph)
    assert operators(model) == ["Gather", "Reshape", "Gather", "Reshape", "TopK"]
