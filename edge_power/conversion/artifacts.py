"""What one engine gets of a model: its programs traced, and written as one artifact."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edge_power.conversion.tracing import Tracer
from edge_power.errors import OptionError
from edge_power.model.extract import Lowering
from edge_power_converters import SourceProgram
from edge_power_runtime.bundle.manifest import Artifact
from edge_power_runtime.retention import RetentionConfig

ENGINES = ("onnx", "executorch", "tflite")

# Measured on each engine, docs/efficiency.md.
FASTER_LOWERING: dict[str, Lowering] = {"onnx": "topk", "executorch": "topk", "tflite": "topk"}

# Program names, each with its budget and configuration.
Configurations = dict[str, tuple[str, RetentionConfig]]

# Is told of each step that begins.
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ArtifactOrder:
    """An artifact that is to be written.

    Attributes:
        engine: onnx, executorch or tflite.
        lowering: how extract is written.
        configurations: of its programs.
    """

    engine: str
    lowering: Lowering
    configurations: Configurations


def write_artifact(tracer: Tracer, order: ArtifactOrder, directory: Path, step: Step) -> Artifact:
    """Trace an engine's programs and convert them together.

    Args:
        tracer: of the model.
        order: what to write.
        directory: of the bundle.
        step: is told of each program that is traced, and of what the converter does.

    Returns:
        The artifact, not compared with eager yet.

    Raises:
        ConversionError: the engine's tools failed.
        OSError: a file cannot be written.
    """
    programs = []
    for name, (budget, config) in order.configurations.items():
        step(f"{order.engine}: tracing {name}")
        exported = tracer.trace(config, lowering=order.lowering)
        programs.append(SourceProgram(name, budget, config.length, exported, last=len(config.keep)))
    write = converter_for(order.engine)
    return write(
        programs,
        directory,
        lowering=order.lowering,
        progress=lambda what: step(f"{order.engine}: converting {what}"),
    )


def converter_for(engine: str) -> Callable[..., Artifact]:
    """The converter of an engine; it is imported only now, since each brings its own tools."""
    match engine:
        case "onnx":
            from edge_power_converters import onnx

            return onnx.convert
        case "executorch":
            from edge_power_converters import executorch

            return executorch.convert
        case "tflite":
            from edge_power_converters import tflite

            return tflite.convert
        case other:
            raise OptionError(f"no converter for {other!r}; there are: {', '.join(ENGINES)}")
