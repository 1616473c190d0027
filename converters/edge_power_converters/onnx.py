"""ONNX Runtime: one small graph per program, and one weights file that all of them name."""

import hashlib
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import onnx_ir as ir

from edge_power_converters.onnx_names import name_nodes
from edge_power_converters.preconditions import check_programs
from edge_power_converters.program import Progress, SourceProgram, describe, file_entries
from edge_power_converters.quiet import quiet
from edge_power_converters.recipe import Recipe
from edge_power_runtime.bundle.manifest import Artifact

# opset 20 is the first with Gelu; ONNX Runtime reads it since 1.17.
OPSET = 20
FOLDER = "onnx"
WEIGHTS = "weights.bin"
# Smaller tensors (shapes, scalars, biases of one row) stay in the graph, where shape inference can see them.
INLINE_BYTES = 1024
# ONNX Runtime maps external data into memory by page.
ALIGNMENT = 4096


def steps(programs: int) -> int:
    """How many steps the conversion of some programs has: each is one."""
    return programs


def convert(programs: Sequence[SourceProgram], directory: Path, recipe: Recipe, *, progress: Progress) -> Artifact:
    """Write programs for ONNX Runtime.

    Args:
        programs: at least one; they should share weights.
        directory: of the bundle; files are written into a folder of it.
        recipe: for onnx, at fp32.
        progress: told before each program.

    Raises:
        ConversionError: a program cannot be converted.
        OSError: a file cannot be written.
    """
    recipe.check_precision("fp32")
    check_programs(programs)
    folder = directory / recipe.file(FOLDER)
    folder.mkdir()
    described = []
    with (folder / WEIGHTS).open("wb") as stream:
        weights = _SharedWeights(folder, stream)
        for program in programs:
            progress(program.name)
            with quiet(f"converting {program.name} to ONNX"):
                model = _to_model(program)
                shared = [f"{folder.name}/{WEIGHTS}"] if weights.move_from(model) else []
                ir.save(model, folder / f"{program.name}.onnx")
            files = [f"{folder.name}/{program.name}.onnx", *shared]
            described.append(describe(program, files, method=None, addressed_by="name"))
    return Artifact(
        engine=recipe.engine,
        precision=recipe.precision,
        files=file_entries(directory, folder.iterdir()),
        programs=tuple(described),
        acceptance=recipe.acceptance,
        lowering=recipe.lowering,
        versions={name: version(name) for name in ("torch", "onnx", "onnxscript", "onnxruntime")},
    )


class _SharedWeights:
    """Writes each distinct tensor once into one file, and points graphs at it."""

    def __init__(self, folder: Path, stream: BinaryIO) -> None:
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


def _to_model(program: SourceProgram) -> ir.Model:
    import torch

    exported = torch.onnx.export(
        program.exported,
        dynamo=True,
        optimize=True,
        opset_version=OPSET,
        input_names=list(program.inputs),
        output_names=list(program.outputs),
        verbose=False,
    )
    if exported is None:
        raise RuntimeError("torch.onnx.export gave no model")
    model = exported.model
    name_nodes(model.graph)
    _strip(model)
    model.graph.name = program.name
    model.producer_name = "edge-power"
    model.producer_version = None
    return model


def _strip(model: ir.Model) -> None:
    """Leave out what only a debugger reads: the exporter's notes on every node are larger than the graph."""
    model.metadata_props.clear()
    model.graph.metadata_props.clear()
    for node in model.graph.all_nodes():
        node.metadata_props.clear()
        node.doc_string = None
        for value in node.outputs:
            value.metadata_props.clear()
    for value in (*model.graph.inputs, *model.graph.initializers.values()):
        value.metadata_props.clear()
        value.doc_string = None
