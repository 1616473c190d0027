"""ONNX Runtime: a small graph for each program, or for each budget at any length; one weights file that all name."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import onnx_ir as ir

from edge_power_converters.onnx.half import halve
from edge_power_converters.onnx.int8 import Rounded, quantize
from edge_power_converters.onnx.names import name_nodes, shorten_values
from edge_power_converters.onnx.operators import keep_operators
from edge_power_converters.onnx.sizes import shorten_sizes
from edge_power_converters.onnx.weights import WEIGHTS, SharedWeights
from edge_power_converters.preconditions import check_programs
from edge_power_converters.program import Progress, SourceProgram, describe, file_entries
from edge_power_converters.quiet import quiet
from edge_power_converters.recipe import Recipe
from edge_power_runtime.bundle.artifacts import Artifact

# opset 20 is the first with Gelu; ONNX Runtime reads it since 1.17.
OPSET = 20
FOLDER = "onnx"


def steps(programs: int) -> int:
    """How many steps the conversion of some programs has: each is one."""
    return programs


def convert(programs: Sequence[SourceProgram], directory: Path, recipe: Recipe, *, progress: Progress) -> Artifact:
    """Write programs for ONNX Runtime.

    Args:
        programs: at least one; they should share weights.
        directory: of the bundle; files are written into a folder of it.
        recipe: for onnx.
        progress: told before each program.

    Raises:
        ConversionError: a program cannot be converted.
        OSError: a file cannot be written.
    """
    recipe.check_precision("fp32", "fp16", "int8")
    check_programs(programs, any_length=True)
    folder = directory / recipe.file(FOLDER)
    folder.mkdir()
    described, rounded = [], Rounded()
    graphs: dict[str, list[str]] = {}
    with (folder / WEIGHTS).open("wb") as stream:
        weights = SharedWeights(folder, stream)
        for program in programs:
            progress(program.name)
            # optimum takes the first file of a name in any folder whose name begins as its `subfolder` does, so no
            # graph of onnx-int8 is called like one of onnx.
            graph = recipe.file(program.graph_name, ".onnx")
            if graph not in graphs:  # programs of any length share theirs with those of other lengths
                with quiet(f"converting {program.name} to ONNX"):
                    model = _to_model(program)
                    _round(model, recipe.precision, rounded)
                    shorten_values(model.graph)
                    shared = [f"{folder.name}/{WEIGHTS}"] if weights.move_from(model) else []
                    ir.save(model, folder / graph)
                graphs[graph] = [f"{folder.name}/{graph}", *shared]
            described.append(describe(program, graphs[graph], method=None, addressed_by="name"))
    return Artifact(
        engine=recipe.engine,
        precision=recipe.precision,
        files=file_entries(directory, folder.iterdir()),
        programs=tuple(described),
        acceptance=recipe.acceptance,
        lowering=recipe.lowering,
        versions={name: version(name) for name in ("torch", "onnx", "onnxscript", "onnxruntime")},
    )


def _to_model(program: SourceProgram) -> ir.Model:
    import torch

    keep_operators()
    exported = torch.onnx.export(
        program.exported,
        dynamo=True,
        optimize=True,
        opset_version=OPSET,
        input_names=program.input_names,
        output_names=program.output_names,
        verbose=False,
    )
    if exported is None:
        raise RuntimeError("torch.onnx.export gave no model")
    model = exported.model
    if program.any_length:
        shorten_sizes(model.graph)
        for value in model.graph.inputs:  # torch.export numbers such sizes otherwise in each process
            value.shape = ir.Shape([1, "length"])
    name_nodes(model.graph)
    _strip(model)
    model.graph.name = program.graph_name
    model.producer_name = "edge-power"
    model.producer_version = None
    return model


def _round(model: ir.Model, precision: str, rounded: Rounded) -> None:
    match precision:
        case "fp16":
            halve(model)
        case "int8":
            quantize(model, rounded)


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
