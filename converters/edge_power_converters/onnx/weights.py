"""One file of weights, which all graphs of an artifact name."""

import hashlib
from pathlib import Path
from typing import BinaryIO

import onnx_ir as ir

WEIGHTS = "weights.bin"
# Smaller tensors (shapes, scalars, biases of one row) stay in the graph, where shape inference can see them.
INLINE_BYTES = 1024
# ONNX Runtime maps external data into memory by page.
ALIGNMENT = 4096


class SharedWeights:
    """Writes each distinct tensor once into one file, and points graphs at it."""

    def __init__(self, folder: Path, stream: BinaryIO) -> None:
        """Write to `stream`, which is the file WEIGHTS of `folder`."""
        self._folder, self._stream = folder, stream
        self._offsets: dict[bytes, int] = {}

    def move_from(self, model: ir.Model) -> bool:
        """Replace the large initializers of a graph by references; tell whether there are any."""
        moved = False
        for value in model.graph.initializers.values():
            tensor = value.const_value
            if tensor is not None and tensor.nbytes >= INLINE_BYTES:
                value.const_value, moved = self._store(tensor), True
        return moved

    def _store(self, tensor: ir.TensorProtocol) -> ir.ExternalTensor:
        content = tensor.tobytes()
        digest = hashlib.sha256(content).digest()
        if digest not in self._offsets:
            self._stream.write(b"\0" * (-self._stream.tell() % ALIGNMENT))
            self._offsets[digest] = self._stream.tell()
            self._stream.write(content)
        return ir.ExternalTensor(
            WEIGHTS,
            self._offsets[digest],
            len(content),
            tensor.dtype,
            shape=ir.Shape(tensor.shape.numpy()),
            name=tensor.name or "",
            base_dir=self._folder,
        )
