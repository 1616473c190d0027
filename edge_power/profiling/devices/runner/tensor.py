"""A tensor in the form that ONNX keeps test data in: a TensorProto of onnx.proto3, in protobuf's wire format."""

import numpy as np

# onnx.proto3: TensorProto.DataType.
_TYPES = {"float32": 1, "int32": 6, "int64": 7}
_DIMS, _DATA_TYPE, _NAME, _RAW_DATA = 1, 2, 8, 9
_VARINT, _BYTES = 0, 2


def tensor_proto(name: str, array: np.ndarray) -> bytes:
    """Write a tensor of float32, int32 or int64."""
    little = array.astype(array.dtype.newbyteorder("<"))
    return b"".join(
        [
            *(_varint(_DIMS << 3 | _VARINT) + _varint(size) for size in array.shape),
            _varint(_DATA_TYPE << 3 | _VARINT) + _varint(_TYPES[array.dtype.name]),
            _sized(_NAME, name.encode()),
            _sized(_RAW_DATA, little.tobytes()),
        ]
    )


def _sized(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | _BYTES) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth bit says that more follow."""
    more = []
    while value > 0x7F:
        more.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*more, value])
