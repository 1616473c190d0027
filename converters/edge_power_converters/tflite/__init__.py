"""TFLite: all programs as signatures of one flatbuffer, which LiteRT and tflite-runtime read."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from edge_power_converters.preconditions import check_programs
from edge_power_converters.program import Progress, SourceProgram, describe, file_entries
from edge_power_converters.quiet import quiet
from edge_power_converters.recipe import Recipe
from edge_power_converters.tflite.lowering import to_flatbuffer
from edge_power_runtime.bundle.artifacts import Artifact

# tflite-runtime 2.14 has no GATHER of float16, and mixes up what it makes of such weights.
_RUNTIMES: dict[str, tuple[str, ...]] = {"fp32": (), "fp16": ("ai-edge-litert",), "int8": ()}


def steps(programs: int) -> int:
    """How many steps the conversion of some programs has: LiteRT's converter takes all of them at once."""
    return 1


def convert(programs: Sequence[SourceProgram], directory: Path, recipe: Recipe, *, progress: Progress) -> Artifact:
    """Write programs for LiteRT.

    Args:
        programs: at least one; they should share weights.
        directory: of the bundle.
        recipe: for tflite, at fp32, fp16 or int8.
        progress: told before the one step.

    Raises:
        ConversionError: a program cannot be converted.
        OSError: the file cannot be written.
    """
    recipe.check_precision("fp32", "fp16", "int8")
    check_programs(programs)
    progress(f"{len(programs)} programs")
    with quiet("converting to TFLite"):
        content = _at_precision(to_flatbuffer(programs), recipe.precision)
    path = directory / recipe.file("model", ".tflite")
    path.write_bytes(content)
    return Artifact(
        engine=recipe.engine,
        precision=recipe.precision,
        files=file_entries(directory, [path]),
        programs=tuple(
            describe(program, [path.name], method=program.name, addressed_by="name", narrow=True)
            for program in programs
        ),
        acceptance=recipe.acceptance,
        lowering=recipe.lowering,
        runtimes=_RUNTIMES[recipe.precision],
        versions={name: version(name) for name in ("torch", "litert-torch", "ai-edge-litert")},
    )


def _at_precision(content: bytes, precision: str) -> bytes:
    """Give a file of float32 at another precision; what rewrites files is imported only where one is rewritten."""
    match precision:
        case "fp16":
            from edge_power_converters.tflite.float16 import to_float16

            return to_float16(content)
        case "int8":
            from edge_power_converters.tflite.int8 import to_int8

            return to_int8(content)
    return content
