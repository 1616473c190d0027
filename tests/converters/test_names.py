"""Names of ONNX nodes: they carry the modules, and they survive ONNX Runtime's optimiser."""

import dataclasses

import onnx
import onnx_ir as ir
import pytest

from edge_power.conversion.tracing import Tracer
from edge_power_converters import SourceProgram
from edge_power_converters.onnx.names import SCOPES, module_parts, name_nodes, shorten_values
from edge_power_runtime.profiler.measure.operations import place_of
from tests.converters.conftest import PRUNED, convert_for, more_sources
from tests.tiny import tiny_config, tiny_model


def node_names(converted, program):
    path = converted.directory / converted.program(program).file
    return [node.name for node in onnx.load(path, load_external_data=False).graph.node]


@pytest.mark.parametrize(
    ("scopes", "parts"),
    [
        ([], []),
        (["embeddings", "embeddings.word"], ["embeddings", "word"]),
        (["encoders.0", "encoders.0.attention", "encoders.0.encoder.key"], ["encoders.0", "attention", "encoder.key"]),
        # Encoders with shared weights: the inner path is that of the first.
        (["encoders.1", "encoders.1.attention", "encoders.0.x.key"], ["encoders.1", "attention", "0.x.key"]),
        (["encoders.0", "encoders.0.attention@2"], ["encoders.0", "attention"]),
        (["a.b", "a.b"], ["a.b"]),
    ],
)  # fmt: skip
def test_paths_leave_out_what_they_share(scopes, parts):
    assert module_parts(scopes) == parts


def test_a_node_without_a_note_keeps_its_kind_and_place():
    add = ir.node("Add", [ir.val("x"), ir.val("y")])
    noted = ir.node("Relu", add.outputs, metadata_props={SCOPES: "['', 'head', 'relu']"})
    name_nodes(ir.Graph([], noted.outputs, nodes=[add, noted], name="g"))
    assert [add.name, noted.name] == ["Add_0", "head/Relu_1"]


def test_what_passes_between_nodes_has_a_number_for_its_name():
    taken = ir.tensor([1.0], name="0")
    constant = ir.Value(name="0", const_value=taken, shape=ir.Shape([1]), type=ir.TensorType(taken.dtype))
    read = ir.Value(name="read", shape=ir.Shape([1]), type=ir.TensorType(taken.dtype))
    add = ir.node("Add", [read, constant])
    relu = ir.node("Relu", add.outputs)
    given = ir.node("Neg", relu.outputs)
    given.outputs[0].name = "given"
    graph = ir.Graph([read], given.outputs, nodes=[add, relu, given], initializers=[constant], name="g")
    shorten_values(graph)
    assert [value.name for node in (add, relu) for value in node.outputs] == ["1", "2"]
    assert (read.name, constant.name, given.outputs[0].name) == ("read", "0", "given")
    assert read.shape is not None and add.outputs[0].shape is None


def test_a_graph_tells_its_own_inputs_outputs_and_constants_alone(conversion):
    converted = conversion("onnx")
    path = converted.directory / converted.program("topk_12").file
    graph = onnx.load(path, load_external_data=False).graph
    assert not graph.value_info
    assert {value.name for value in graph.output} == {"logits", "kept"}
    between = {name for node in graph.node for name in node.output} - {"logits", "kept"}
    assert all(name.isdecimal() for name in between)
    assert "encoders.0.encoder.key.bias" in {constant.name for constant in graph.initializer}


def test_every_operation_of_an_encoder_has_its_place(conversion):
    names = node_names(conversion("onnx"), "topk_12")
    assert len(set(names)) == len(names)
    places = {place_of(name) for name in names}
    inside = {(encoder, group) for encoder in (1, 2) for group in ("attention", "ffn")}
    assert places == inside | {(1, "extract"), (None, "rest")}
    weighted = [name for name in names if "Gemm" in name and not name.startswith("head/")]
    # Query, key, value, output, expand, contract of both encoders; the last has its keys and values elsewhere.
    assert len(weighted) == 10
    assert all(place_of(name)[0] for name in weighted)


def test_the_other_lowering_and_all_words_are_named_alike(conversion, tmp_path):
    other = convert_for("onnx", more_sources()[:1], tmp_path)
    for converted, program, extracts in ((other, "compare_12", {1}), (conversion("onnx"), "full_8", set())):
        places = [place_of(name) for name in node_names(converted, program)]
        assert {encoder for encoder, group in places if group == "extract"} == extracts


def test_encoders_with_shared_weights_are_told_apart(tmp_path):
    model = tiny_model(dataclasses.replace(tiny_config(), num_encoders=2, shared_encoders=True))
    programs = [SourceProgram("p", "p", PRUNED.length, Tracer(model).trace(PRUNED), last=2)]
    names = node_names(convert_for("onnx", programs, tmp_path), "p")
    gemms = [place_of(name) for name in names if "Gemm" in name and not name.startswith("head/")]
    assert [gemms.count((encoder, "ffn")) for encoder in (1, 2)] == [2, 2]
    assert [gemms.count((encoder, "attention")) for encoder in (1, 2)] == [4, 2]
