"""Graphs in int8 and fp16: products that cannot saturate, rows that do not disturb each other, small files."""

import numpy as np
import onnx
import onnx_ir as ir
import onnxruntime
import pytest
from onnx import numpy_helper

from edge_power.conversion.tracing import Tracer
from edge_power_converters import ConversionError, Recipe, SourceProgram, fp32
from edge_power_converters.onnx import convert
from edge_power_converters.onnx.half import halve
from edge_power_converters.onnx.rounding import PAIR_LIMIT, round_rows, round_weights
from edge_power_converters.recipe import Acceptance
from edge_power_runtime import RetentionConfig
from edge_power_runtime.sessions import open_engine
from tests.converters.conftest import Converted, small_model

LENGTHS = (8, 12)


@pytest.fixture(scope="module")
def precisions(tmp_path_factory):
    """One model's programs at each precision."""
    tracer = Tracer(small_model())
    programs = [
        SourceProgram(f"fast_{n}", "fast", n, tracer.trace(RetentionConfig(n, (n // 2, 1))), last=2) for n in LENGTHS
    ]
    made = {}
    for precision in ("fp32", "fp16", "int8"):
        recipe = Recipe("onnx", precision, "topk", Acceptance(1.0, 0.0, 0.0))
        directory = tmp_path_factory.mktemp(precision)
        artifact = convert(programs, directory, recipe, progress=lambda what: None)
        made[precision] = Converted("onnx", directory, artifact, {item.name: item for item in programs}, ())
    return made


def graph(converted, name):
    return onnx.load(converted.directory / converted.program(name).file).graph


def constants(graph):
    return {item.name: numpy_helper.to_array(item) for item in graph.initializer}


def products(graph):
    return [node for node in graph.node if node.op_type == "MatMulIntegerToFloat"]


def logits(converted, name, words):
    length = converted.program(name).length
    mask = np.arange(length)[None] < words
    ids = np.where(mask, 5 + np.arange(length), 0)
    feed = {"input_ids": ids, "attention_mask": mask.astype(np.int64), "token_type_ids": np.zeros_like(ids)}
    engine = open_engine(converted.directory, converted.artifact)
    return engine.session(converted.program(name)).run({key: feed[key].astype(np.int64) for key in feed})["logits"]


def test_no_product_saturates_in_16_bits(precisions):
    """From the weights themselves, so that it holds for any activations and on processors that are not at hand."""
    for name in precisions["int8"].sources:
        weights = constants(graph(precisions["int8"], name))
        found = products(graph(precisions["int8"], name))
        assert len(found) == 2 * 6 - 2 + 1  # the last encoder's key and value are folded into others; the pooler
        for node in found:
            weight = weights[node.input[1]].astype(np.int32)
            assert weight.dtype == np.int32 and len(weight) % 2 == 0
            for signed in (weight, -weight):
                sums = np.maximum(signed[0::2], 0) + np.maximum(signed[1::2], 0)
                assert 255 * sums.max() <= np.iinfo(np.int16).max, node.name


def test_sums_are_exact_on_this_processor():
    """The largest activations against the largest pairs that are allowed: whole numbers, so nothing is tolerated."""
    rounded, _ = round_weights(np.tile(np.float32([[0.4], [0.6], [-1.0], [-0.0]]), (96, 64)))
    session = _integer_product(rounded)
    activations = np.full((5, len(rounded)), 255, np.uint8)
    (found,) = session.run(None, {"x": activations})
    np.testing.assert_array_equal(found, activations.astype(np.int64) @ rounded.astype(np.int64))


def _integer_product(weight):
    x = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.UINT8, [None, len(weight)])
    y = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.INT32, [None, weight.shape[1]])
    node = onnx.helper.make_node("MatMulInteger", ["x", "w"], ["y"])
    made = onnx.helper.make_graph([node], "product", [x], [y], [numpy_helper.from_array(weight, "w")])
    model = onnx.helper.make_model(made, opset_imports=[onnx.helper.make_opsetid("", 20)], ir_version=9)
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def test_rounding_uses_all_the_steps_that_are_safe():
    weight = np.random.default_rng(0).standard_normal((64, 300)).astype(np.float32)
    rounded, scale = round_weights(weight)
    assert rounded.dtype == np.int8 and scale.shape == (300,)
    # Half a step, and what rescaling a column may add to it.
    assert (np.abs(rounded * scale - weight) <= 0.501 * scale).all()
    pairs = np.abs(rounded.astype(int)).reshape(32, 2, 300).sum(axis=1)
    assert pairs.max() >= PAIR_LIMIT - 1
    assert np.abs(rounded.astype(int)).max() > 64, "finer than 7 bits for all"


def test_rounding_takes_an_odd_number_of_rows_and_zeros():
    rounded, scale = round_weights(np.float32([[0, 1], [0, 1], [0, -3]]))
    np.testing.assert_array_equal(rounded, [[0, 42], [0, 42], [0, -127]])
    assert scale[0] == 1
    rows, scale = round_rows(np.float32([[0, 0], [2, -4]]))
    np.testing.assert_array_equal(rows, [[0, 0], [64, -127]])
    np.testing.assert_allclose(rows * scale[:, None], [[0, 0], [2, -4]], atol=0.5 * 4 / 127)


def test_feed_forward_rows_have_scales_of_their_own(precisions):
    """Only where there is more than one row: the last encoder computes that of [CLS] alone."""
    names = [node.name for node in graph(precisions["int8"], "fast_12").node if node.op_type == "QuantizeLinear"]
    assert [name.rpartition("/")[0] for name in names] == [
        "encoders.0/feed_forward/encoder.expand",
        "encoders.0/feed_forward/encoder.contract",
    ]


def test_activations_that_several_products_read_are_rounded_once(precisions):
    found = graph(precisions["int8"], "fast_12")
    first = [node for node in found.node if node.name.startswith("encoders.0/attention/encoder.query/DynamicQuant")]
    readers = [node.name for node in products(found) if node.input[0] == first[0].output[0]]
    assert len(first) == 1
    assert [name.split("/")[2] for name in readers] == ["encoder.query", "encoder.key", "encoder.value"]


@pytest.mark.parametrize(
    ("precision", "types"),
    [("int8", {np.dtype(np.int8)}), ("fp16", {np.dtype(np.float16)})],
)
def test_what_is_large_is_stored_narrow(precisions, precision, types):
    found = constants(graph(precisions[precision], "fast_12"))
    words = next(value for name, value in found.items() if name.startswith("embeddings.word.weight."))
    assert {words.dtype} == types
    assert not [name for name, value in found.items() if value.dtype == np.float32 and value.nbytes >= 4096]


@pytest.mark.parametrize("precision", ["int8", "fp16"])
def test_programs_share_one_copy(precisions, precision):
    artifact = precisions[precision].artifact
    assert [entry.path for entry in artifact.files if entry.path.endswith(".bin")] == [f"onnx-{precision}/weights.bin"]
    alone = {
        (item.name, entry.value)
        for name in precisions[precision].sources
        for item in onnx.load(
            precisions[precision].directory / precisions[precision].program(name).file, load_external_data=False
        ).graph.initializer
        for entry in item.external_data
        if entry.key == "offset" and "weight" in item.name  # torch names what it folded by a number, in each program
    }
    names = [name for name, _offset in alone]
    assert len(names) > 8
    assert len(names) == len(set(names)), "a constant lies at one place, whichever program names it"


# int8: a step is 1/127 of a weight or a row, and two encoders mix some; fp16 has 11 bits.
@pytest.mark.parametrize(("precision", "atol"), [("int8", 0.1), ("fp16", 2e-3)])
@pytest.mark.parametrize("words", [3, 8])
def test_logits_are_close_to_fp32(precisions, precision, atol, words):
    for name in precisions["fp32"].sources:
        exact = logits(precisions["fp32"], name, words)
        np.testing.assert_allclose(logits(precisions[precision], name, words), exact, rtol=0, atol=atol)


def test_a_number_that_fp16_cannot_hold_stays(precisions):
    weight = ir.tensor(np.full((64, 64), 7e4, np.float32), name="w")
    value = ir.Value(name="w", shape=weight.shape, type=ir.TensorType(weight.dtype), const_value=weight)
    model = ir.Model(ir.Graph([], [], nodes=[], initializers=[value], opset_imports={"": 20}), ir_version=9)
    halve(model)
    assert list(model.graph.initializers) == ["w"]


def test_other_precisions_are_refused(precisions, tmp_path):
    recipe = Recipe("onnx", "int4", "topk", fp32("onnx", "topk").acceptance)
    with pytest.raises(ConversionError, match="no converter writes int4 for onnx; expected fp32 or fp16 or int8"):
        convert(list(precisions["fp32"].sources.values()), tmp_path, recipe, progress=lambda what: None)
