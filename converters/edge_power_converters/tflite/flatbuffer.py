"""A .tflite file that can be changed: constants read and replaced, operators put in, and the whole written again."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools.flatbuffer_utils import get_builtin_code_from_operator_code, read_model_from_bytearray

Code = schema.BuiltinOperator

_IDENTIFIER = b"TFL3"
# schema.fbs: `data: [ubyte] (force_align: 16)`. Python's flatbuffers knows no such rule, and kernels read aligned.
_ALIGNMENT = 16
_TYPES = {
    np.dtype(np.float32): schema.TensorType.FLOAT32,
    np.dtype(np.float16): schema.TensorType.FLOAT16,
    np.dtype(np.int32): schema.TensorType.INT32,
    np.dtype(np.int8): schema.TensorType.INT8,
}
_DTYPES = {number: dtype for dtype, number in _TYPES.items()}


def type_of(dtype: type) -> int:
    """Give the number that schema.fbs has for a type of numpy."""
    return _TYPES[np.dtype(dtype)]


# Gives the operators that take the place of one.
Change = Callable[[Any], list[Any]]


class TfliteFile:
    """The file as a whole.

    Attributes:
        graphs: one per signature.
    """

    def __init__(self, content: bytes) -> None:
        """Read a file."""
        self._model = read_model_from_bytearray(content)
        self._added: dict[bytes, int] = {}
        self.graphs = [TfliteGraph(self, graph) for graph in self._model.subgraphs]

    def store(self, values: np.ndarray) -> int:
        """Add a buffer, unless one was added with this content; tensors of several graphs may name it."""
        content = values.tobytes()
        if (digest := hashlib.sha256(content).digest()) not in self._added:
            self._model.buffers.append(_buffer(np.frombuffer(content, np.uint8)))
            self._added[digest] = len(self._model.buffers) - 1
        return self._added[digest]

    def content(self, buffer: int) -> np.ndarray | None:
        """Give the bytes of a buffer, or None where there are none: the tensor is computed."""
        data = self._model.buffers[buffer].data
        return None if data is None or not len(data) else np.asarray(data, dtype=np.uint8)

    def code_of(self, operator: Any) -> int:
        """Give the builtin code of an operator."""
        code: int = get_builtin_code_from_operator_code(self._model.operatorCodes[operator.opcodeIndex])
        return code

    def index_of(self, code: int, version: int) -> int:
        """Give the place of a builtin code in the file's list, where it stands at this version or a later one."""
        for index, known in enumerate(self._model.operatorCodes):
            if get_builtin_code_from_operator_code(known) == code:
                known.version = max(known.version, version)
                return index
        added = schema.OperatorCodeT()
        # schema.fbs: readers of old look at the deprecated field, which ends at 127.
        added.builtinCode, added.deprecatedBuiltinCode, added.version = code, min(code, 127), version
        self._model.operatorCodes.append(added)
        return len(self._model.operatorCodes) - 1

    def describe(self, name: str, content: bytes) -> None:
        """Add a named piece of metadata."""
        entry = schema.MetadataT()
        entry.name, entry.buffer = name.encode(), self.store(np.frombuffer(content, np.uint8))
        self._model.metadata = [*(self._model.metadata or ()), entry]

    def signature_of(self, graph: Any) -> Any:
        """Give the SignatureDefT of a SubGraphT."""
        number = self._model.subgraphs.index(graph)
        return next(entry for entry in self._model.signatureDefs if entry.subgraphIndex == number)

    def write(self) -> bytes:
        """Give the file's content, without tensors and buffers that nothing uses any more."""
        for number, graph in enumerate(self.graphs):
            graph.shorten_names()
            moved = graph.drop_unused()
            for signature in self._model.signatureDefs:
                if signature.subgraphIndex == number:
                    for entry in (*signature.inputs, *signature.outputs):
                        entry.tensorIndex = moved[entry.tensorIndex]
        used = {tensor.buffer for graph in self._model.subgraphs for tensor in graph.tensors}
        used |= {entry.buffer for entry in self._model.metadata or ()}
        self._model.buffers = [
            _buffer(self.content(index) if index in used else None) for index in range(len(self._model.buffers))
        ]
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(self._model.Pack(builder), file_identifier=_IDENTIFIER)
        return bytes(builder.Output())


class TfliteGraph:
    """One graph of a file, seen through its operators."""

    def __init__(self, file: TfliteFile, graph: Any) -> None:
        """Wrap a SubGraphT of the file."""
        self.file = file
        self._graph = graph
        self._constants: dict[tuple[int, tuple[int, ...]], int] = {}

    @property
    def operators(self) -> list[Any]:
        """The OperatorTs, in the order in which they run."""
        operators: list[Any] = self._graph.operators
        return operators

    def change(self, changes: dict[int, Change]) -> None:
        """Replace operators by what a function makes of each.

        Args:
            changes: the function, by builtin code.
        """
        found: list[Any] = []
        for operator in self.operators:
            change = changes.get(self.file.code_of(operator))
            found += [operator] if change is None else change(operator)
        self._graph.operators = found

    def put_first(self, operators: Iterable[Any]) -> None:
        """Put operators before all others."""
        self._graph.operators = [*operators, *self.operators]

    def buffer_of(self, tensor: int) -> int:
        """Give the buffer that a tensor names."""
        buffer: int = self._graph.tensors[tensor].buffer
        return buffer

    def shape(self, tensor: int) -> tuple[int, ...]:
        """Give a tensor's shape."""
        return tuple(map(int, self._graph.tensors[tensor].shape))

    def floats(self, tensor: int) -> np.ndarray | None:
        """Give the values of a constant of float32; None of anything else."""
        entry = self._graph.tensors[tensor]
        content = self.file.content(entry.buffer)
        if content is None or _DTYPES.get(entry.type) != np.float32:
            return None
        return content.view(np.float32).reshape(self.shape(tensor))

    def constant(
        self, buffer: int, dtype: type, shape: tuple[int, ...], name: str, *, scale: float | None = None
    ) -> int:
        """Give the tensor that reads a stored buffer; one of the graph that does already, where there is one.

        Args:
            buffer: see `TfliteFile.store`.
            dtype: of its numbers.
            shape: of the tensor.
            name: of a new tensor.
            scale: by which its integers are multiplied, where they stand for other numbers.
        """
        key = (buffer, shape)
        if key not in self._constants:
            self._constants[key] = self._add(dtype, shape, name, buffer, scale)
        return self._constants[key]

    def computed(self, shape: tuple[int, ...], like: int, suffix: str, *, dtype: type = np.float32) -> int:
        """Add a tensor that an operator gives, named after another tensor."""
        return self._add(dtype, shape, f"{self.name(like)};{suffix}", 0, None)

    def name(self, tensor: int) -> str:
        """Give a tensor's name."""
        name: bytes = self._graph.tensors[tensor].name
        return name.decode()

    def operator(
        self, code: int, inputs: list[int], outputs: list[int], *, options: Any = None, version: int = 1
    ) -> Any:
        """Make an operator; whoever calls puts it in its place.

        Args:
            code: the builtin code.
            inputs: tensors.
            outputs: tensors.
            options: such as a MulOptionsT.
            version: the first one of the operator that takes such tensors.
        """
        made = schema.OperatorT()
        made.opcodeIndex = self.file.index_of(code, version)
        made.inputs, made.outputs = inputs, outputs
        if options is not None:
            made.builtinOptions = options
            made.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__.removesuffix("T"))
        return made

    def shorten_names(self) -> None:
        """Leave of each tensor's name what is behind the modules: all of it is twice as large as the operators."""
        for tensor in self._graph.tensors:
            tensor.name = tensor.name.rpartition(b"/")[2].rpartition(b".")[2]

    @property
    def input_keys(self) -> list[str]:
        """The signature's names of the graph's inputs, in the graph's order."""
        names = {entry.tensorIndex: entry.name.decode() for entry in self.file.signature_of(self._graph).inputs}
        return [names[tensor] for tensor in self._graph.inputs]

    def rename_inputs(self, names: Mapping[str, str], *, shape: tuple[int, ...]) -> None:
        """Name the tensors of inputs as a client looks for them, and add those that are missing, as int32.

        Args:
            names: by the signature's own.
            shape: of those that are added; no operator reads them.
        """
        signature = self.file.signature_of(self._graph)
        known = {entry.name.decode(): entry.tensorIndex for entry in signature.inputs}
        for key, name in names.items():
            if key not in known:
                entry = schema.TensorMapT()
                entry.name, entry.tensorIndex = key.encode(), self._add(np.int32, shape, name, 0, None)
                signature.inputs.append(entry)
                self._graph.inputs = [*self._graph.inputs, entry.tensorIndex]
            else:
                self._graph.tensors[known[key]].name = name.encode()

    def drop_unused(self) -> dict[int, int]:
        """Drop tensors that nothing reads or gives, and tell the new place of each that is left by its old one."""
        ends = (*self._graph.inputs, *self._graph.outputs)
        inner = (tensor for operator in self.operators for tensor in (*operator.inputs, *operator.outputs))
        kept = sorted({tensor for tensor in (*ends, *inner) if tensor >= 0})
        moved = {old: new for new, old in enumerate(kept)} | {-1: -1}  # -1: an input that is left out
        self._graph.tensors = [self._graph.tensors[tensor] for tensor in kept]
        for owner in (self._graph, *self.operators):
            owner.inputs = [moved[tensor] for tensor in owner.inputs]
            owner.outputs = [moved[tensor] for tensor in owner.outputs]
        return moved

    def _add(self, dtype: type, shape: tuple[int, ...], name: str, buffer: int, scale: float | None) -> int:
        tensor = schema.TensorT()
        tensor.shape, tensor.type, tensor.buffer = list(shape), type_of(dtype), buffer
        tensor.name, tensor.hasRank = name.encode(), True
        if scale is not None:
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale, tensor.quantization.zeroPoint = [scale], [0]
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1


class _AlignedBuffer(schema.BufferT):  # type: ignore[misc]  # the schema has no types
    """A buffer that is written as schema.fbs asks."""

    def Pack(self, builder: flatbuffers.Builder) -> int:  # noqa: N802  # the name that the generated code calls
        """Write the bytes at a multiple of 16."""
        data = None
        if self.data is not None:
            builder.StartVector(1, len(self.data), _ALIGNMENT)
            builder.head -= len(self.data)
            builder.Bytes[builder.head : builder.head + len(self.data)] = self.data.tobytes()
            data = builder.EndVector()
        schema.BufferStart(builder)
        if data is not None:
            schema.BufferAddData(builder, data)
        return int(schema.BufferEnd(builder))


def _buffer(data: np.ndarray | None) -> _AlignedBuffer:
    made = _AlignedBuffer()
    made.data = data
    return made
