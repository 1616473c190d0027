"""Which files an ONNX graph keeps its weights in: read from the file itself, since a device has no onnx package.

ONNX Runtime opens whatever a graph names beside itself. Here the names are found first, so that no file is read that no
digest covers. The format is protocol buffers' (protobuf.dev/programming-guides/encoding), the fields onnx.proto's.
"""

from collections.abc import Iterator, Mapping

_KEY = b"location"
# The fields of each message that lead to a tensor's external_data, by their numbers.
FIELDS: Mapping[str, Mapping[int, str]] = {
    "ModelProto": {7: "GraphProto", 20: "TrainingInfoProto", 25: "FunctionProto"},
    "TrainingInfoProto": {1: "GraphProto", 2: "GraphProto"},
    "GraphProto": {1: "NodeProto", 5: "TensorProto", 15: "SparseTensorProto"},
    "FunctionProto": {7: "NodeProto", 11: "AttributeProto"},
    "NodeProto": {5: "AttributeProto"},
    "AttributeProto": {
        5: "TensorProto",
        6: "GraphProto",
        10: "TensorProto",
        11: "GraphProto",
        22: "SparseTensorProto",
        23: "SparseTensorProto",
    },
    "SparseTensorProto": {1: "TensorProto", 2: "TensorProto"},
    "TensorProto": {13: "StringStringEntryProto"},
}
_KEY_FIELD, _VALUE_FIELD = 1, 2
# Wire types, and the sizes of those that have one.
_VARINT, _BYTES = 0, 2
_FIXED = {1: 8, 5: 4}
# The protobuf library refuses messages that are nested deeper.
_MOST_DEPTH = 100


def external_locations(graph: bytes) -> set[str]:
    """Find the names of the files that a graph reads weights from.

    Args:
        graph: the content of an .onnx file.

    Raises:
        ValueError: it is no protocol buffer.
    """
    if _KEY not in graph:
        return set()
    return {place.decode("utf-8") for place in _locations(graph, 0, len(graph), "ModelProto", 0)}


def _locations(data: bytes, start: int, end: int, message: str, depth: int) -> Iterator[bytes]:
    if depth > _MOST_DEPTH:
        raise ValueError(f"messages are nested deeper than {_MOST_DEPTH}")
    for field, first, stop in _fields(data, start, end):
        inner = FIELDS[message].get(field)
        # A name stands in the bytes as it is, so that most of a graph need not be looked into.
        if inner is None or data.find(_KEY, first, stop) < 0:
            continue
        if inner == "StringStringEntryProto":
            yield from _values(data, first, stop)
        else:
            yield from _locations(data, first, stop, inner, depth + 1)


def _values(data: bytes, start: int, end: int) -> Iterator[bytes]:
    """The values of an entry if its key is a location; of a field that is there twice, parsers take the last."""
    found = [(field, data[first:stop]) for field, first, stop in _fields(data, start, end)]
    if (_KEY_FIELD, _KEY) in found:
        yield from (content for field, content in found if field == _VALUE_FIELD)


def _fields(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The number and the place of each field of a message that is text, bytes or a message itself."""
    while start < end:
        tag, start = _varint(data, start, end)
        if tag >= 1 << 32:
            raise ValueError("a field's number is too large")  # parsers differ: the library cuts it to 32 bits
        wire = tag & 7
        if wire == _BYTES:
            size, start = _varint(data, start, end)
            stop = start + size
        elif wire == _VARINT:
            _, stop = _varint(data, start, end)
        elif wire in _FIXED:
            stop = start + _FIXED[wire]
        else:
            raise ValueError(f"a field has the wire type {wire}")
        if stop > end:
            raise ValueError("a field does not fit its message")
        if wire == _BYTES:
            yield tag >> 3, start, stop
        start = stop


def _varint(data: bytes, start: int, end: int) -> tuple[int, int]:
    if start < end and data[start] < 0x80:
        return data[start], start + 1  # nearly all of them
    value = shift = 0
    for place in range(start, min(end, start + 10)):
        value |= (data[place] & 0x7F) << shift
        if data[place] < 0x80:
            return value, place + 1
        shift += 7
    raise ValueError("a number does not end")
