"""A graph reads no file that is not listed for its program: whatever it says, wherever in the graph it says so."""

import dataclasses
import shutil

import numpy as np
import pytest

from edge_power_runtime import Bundle, BundleError
from edge_power_runtime.sessions import open_engine
from edge_power_runtime.sessions.onnx_external import FIELDS, external_locations

onnx = pytest.importorskip("onnx")


def outside(location: str, name: str = "slope") -> "onnx.TensorProto":
    """A tensor of two numbers that is kept in another file."""
    tensor = onnx.TensorProto(name=name, data_type=onnx.TensorProto.FLOAT, dims=[1, 2])
    tensor.data_location = onnx.TensorProto.EXTERNAL
    for key, value in {"offset": "0", "location": location, "length": "8"}.items():
        tensor.external_data.add(key=key, value=value)
    return tensor


def keep_slope_in(bundle, location: str) -> None:
    """Move the initializer `slope` of full_8 out of the graph."""
    path = bundle / "onnx/full_8.onnx"
    model = onnx.load(path)
    (slope,) = (item for item in model.graph.initializer if item.name == "slope")
    slope.CopyFrom(outside(location))
    path.write_bytes(model.SerializeToString())


def load(bundle, *listed: str):
    """Load full_8, for which some files more are listed; digests are another's matter."""
    artifact = Bundle.open(bundle).artifact("onnx")
    program = artifact.programs[0]
    return open_engine(bundle, artifact).session(dataclasses.replace(program, files=(*program.files, *listed)))


SLOPE = np.array([[0.01, -0.01]], dtype=np.float32).tobytes()


@pytest.mark.parametrize("place", ["onnx/unlisted.bin", "secret", "onnx/deeper/weights.bin", "listed.bin"])
@pytest.mark.parametrize("absolute", [False, True])
def test_a_file_that_is_not_listed_beside_the_graph(onnx_bundle, place, absolute):
    (onnx_bundle / "onnx/deeper").mkdir()
    (onnx_bundle / place).write_bytes(SLOPE)
    location = str(onnx_bundle / place) if absolute else place.removeprefix("onnx/")
    if not absolute and not place.startswith("onnx/"):
        location = f"../{place}"
    keep_slope_in(onnx_bundle, location)
    with pytest.raises(BundleError, match="onnx/full_8.onnx .* keeps weights in .*; expected one of the program"):
        load(onnx_bundle, "listed.bin", "onnx/deeper/weights.bin")


def test_a_listed_file_is_read(onnx_bundle):
    (onnx_bundle / "onnx/weights.bin").write_bytes(SLOPE)
    keep_slope_in(onnx_bundle, "weights.bin")
    with pytest.raises(BundleError, match="keeps weights in 'weights.bin'"):
        load(onnx_bundle)
    ids = np.array([[2, 4, 5, 3, 0, 0, 0, 0]], dtype=np.int64)
    inputs = {"input_ids": ids, "attention_mask": (ids > 0) * 1, "token_type_ids": ids * 0}
    np.testing.assert_allclose(load(onnx_bundle, "onnx/weights.bin").run(inputs)["logits"], [[0.14, 0.86]], atol=1e-6)


def test_a_graph_that_is_a_link_reads_beside_its_target(onnx_bundle):
    (onnx_bundle / "onnx/weights.bin").write_bytes(SLOPE)
    keep_slope_in(onnx_bundle, "weights.bin")
    (onnx_bundle / "elsewhere").mkdir()
    (onnx_bundle / "onnx/full_8.onnx").rename(onnx_bundle / "elsewhere/graph")
    (onnx_bundle / "onnx/full_8.onnx").symlink_to("../elsewhere/graph")
    (onnx_bundle / "elsewhere/weights.bin").write_bytes(SLOPE[::-1])
    with pytest.raises(BundleError, match="keeps weights in 'weights.bin'"):
        load(onnx_bundle, "onnx/weights.bin")


def test_every_place_for_a_tensor_is_looked_into():
    """The table against onnx's own description of its messages: each way from a model to a tensor."""
    expected: dict[str, dict[int, str]] = {}

    def leads(message) -> bool:
        if message.name == "StringStringEntryProto":
            return True
        if message.name in seen:
            return message.name in expected
        seen.add(message.name)
        for field in message.fields:
            if field.message_type is not None and (message.name != "TensorProto" or field.name == "external_data"):
                if field.message_type.name == "StringStringEntryProto" and message.name != "TensorProto":
                    continue  # notes, not weights
                if leads(field.message_type) or field.message_type.name in on_the_way:
                    expected.setdefault(message.name, {})[field.number] = field.message_type.name
        return message.name in expected

    seen: set[str] = set()
    # Graphs, nodes and attributes hold each other; the search is at work on them when it meets them again.
    on_the_way = {"GraphProto", "NodeProto", "AttributeProto"}
    assert leads(onnx.ModelProto.DESCRIPTOR)
    assert expected == FIELDS


def model_with(place: str) -> bytes:
    """A model with a tensor of another file in one of the places that may hold one."""
    helper, tensor = onnx.helper, outside("secret")
    sparse = onnx.SparseTensorProto(values=tensor, dims=[2])
    inner = helper.make_graph([], "inner", [], [], [tensor])
    model = helper.make_model(helper.make_graph([], "g", [], []))
    nodes = {
        "attribute": helper.make_node("Constant", [], ["x"], value=tensor),
        "attributes": helper.make_node("Some", [], ["x"], values=[tensor]),
        "sparse attribute": helper.make_node("Constant", [], ["x"], sparse_value=sparse),
        "sparse attributes": helper.make_node("Some", [], ["x"], sparse_values=[sparse]),
        "subgraph": helper.make_node("If", ["c"], ["x"], then_branch=inner),
        "subgraphs": helper.make_node("Some", [], ["x"], branches=[inner]),
    }
    match place:
        case "initializer":
            model.graph.initializer.append(tensor)
        case "sparse initializer":
            model.graph.sparse_initializer.append(sparse)
        case "function":
            model.functions.add(name="f").node.append(nodes["attribute"])
        case "training":
            model.training_info.add().initialization.CopyFrom(inner)
        case _:
            model.graph.node.append(nodes[place])
    return model.SerializeToString()


@pytest.mark.parametrize(
    "place",
    ["initializer", "sparse initializer", "function", "training", "attribute", "attributes", "sparse attribute"]
    + ["sparse attributes", "subgraph", "subgraphs"],
)
def test_a_location_is_found(place):
    assert external_locations(model_with(place)) == {"secret"}


def test_unusual_encodings_are_read_as_the_library_reads_them():
    plain = model_with("initializer")
    entry = b"\x0a\x08location\x12\x06secret"
    assert entry in plain
    for other in (
        b"\x12\x06secret\x0a\x08location",  # the value first
        b"\x12\x02ok\x0a\x08location\x12\x06secret",  # twice: the last counts
        b"\x0a\x06offset\x0a\x08location\x12\x06secret",
        b"\x8a\x80\x00\x88\x80\x00location\x92\x00\x86\x00secret",  # numbers longer than they need be
        b"\x18\x01\x0a\x08location\x21abcdefgh\x2dabcd\x12\x06secret",  # with fields that nobody knows
    ):
        tensor = outside("")
        del tensor.external_data[:]
        data = tensor.SerializeToString() + b"\x6a" + bytes([len(other)]) + other
        model = b"\x3a" + bytes([len(data) + 2]) + b"\x2a" + bytes([len(data)]) + data
        parsed = onnx.ModelProto.FromString(model).graph.initializer[0].external_data
        assert [(item.key, item.value) for item in parsed] == [("location", "secret")]
        assert "secret" in external_locations(model)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x3a\xff location", "does not fit its message|does not end"),
        (b"\x3b location", "has the wire type 3"),
        (b"\x80" * 11 + b"location", "a number does not end"),
        (b"\xba\x80\x80\x80\x10\x08location", "too large"),
        (b"\x3a\x09location\xff", "has the wire type 4"),
    ],
)
def test_what_is_no_graph(data, message):
    with pytest.raises(ValueError, match=message):
        external_locations(data)


def test_graphs_in_graphs_have_a_bound():
    def inside(field: int, data: bytes) -> bytes:
        size = len(data)
        return bytes([field << 3 | 2, size & 0x7F | 0x80, size >> 7]) + data

    graph = inside(5, outside("secret").SerializeToString())
    for depth in range(40):
        assert external_locations(inside(7, graph)) == {"secret"} if 3 * depth < 98 else True
        graph = inside(1, inside(5, inside(6, graph)))  # a node with an attribute that is a graph
    with pytest.raises(ValueError, match="nested deeper than 100"):
        external_locations(inside(7, graph))


def test_the_tiny_graphs_name_their_weights(tiny_bundle):
    for path in (tiny_bundle / "onnx").glob("*.onnx"):
        assert external_locations(path.read_bytes()) == {"weights.bin"}


def test_the_committed_bundle_needs_its_weights_listed(tiny_copy):
    pytest.importorskip("onnxruntime")
    artifact = Bundle.open(tiny_copy).artifact("onnx")
    program = dataclasses.replace(artifact.programs[0], files=(artifact.programs[0].file,))
    shutil.copy(tiny_copy / "onnx/weights.bin", tiny_copy / "onnx/other.bin")
    with pytest.raises(BundleError, match="keeps weights in 'weights.bin'"):
        open_engine(tiny_copy, artifact).session(program)
