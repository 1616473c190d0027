"""What one engine gets of a model: its programs traced, and written as one artifact."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from torch.export import ExportedProgram

from edge_power.conversion.any_length import trace_any_length
from edge_power.conversion.engines import ENGINES
from edge_power.conversion.tracing import Tracer
from edge_power.errors import OptionError
from edge_power.model.extract import LOWERINGS, Lowering
from edge_power_converters import Recipe, SourceProgram
from edge_power_converters.program import Progress
from edge_power_runtime.bundle.manifest import Artifact
from edge_power_runtime.retention import RetentionConfig, RetentionSchedule

# Measured on each engine, docs/efficiency.md.
FASTER_LOWERING: dict[str, Lowering] = {"onnx": "topk", "executorch": "topk", "tflite": "topk"}

# Program names, each with its budget and configuration.
Configurations = dict[str, tuple[str, RetentionConfig]]

# Is told of each step that begins.
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """An artifact that is to be written.

    Attributes:
        recipe: how, and what it must reach.
        configurations: of its programs.
        schedules: by budget, where its programs take any length and share a graph; empty where each has a length.
    """

    recipe: Recipe
    configurations: Configurations
    schedules: Mapping[str, RetentionSchedule] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """Of which `write_artifact` tells."""
        programs = len(self.configurations)
        return programs + converter_for(self.recipe.engine).steps(programs)


class Converter(Protocol):
    """What the module of each engine does."""

    def steps(self, programs: int) -> int:
        """How many steps the conversion of some programs has."""
        ...

    def convert(
        self, programs: Sequence[SourceProgram], directory: Path, recipe: Recipe, *, progress: Progress
    ) -> Artifact:
        """Write programs as one artifact into the directory of a bundle.

        Args:
            programs: at least one; they should share weights.
            directory: of the bundle.
            recipe: for this engine.
            progress: told before each step.

        Raises:
            ConversionError: a program cannot be converted.
            OSError: a file cannot be written.
        """
        ...


def write_artifact(tracer: Tracer, order: Order, directory: Path, step: Step) -> Artifact:
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
    recipe = order.recipe
    converter = converter_for(recipe.engine)
    lowering = next(item for item in LOWERINGS if item == recipe.lowering)
    programs = []
    shared: dict[str, ExportedProgram] = {}
    longest = max(config.length for _, config in order.configurations.values())
    for name, (budget, config) in order.configurations.items():
        step(f"{recipe.title}: tracing {name}")
        schedule = order.schedules.get(budget)
        if schedule is None:
            exported = tracer.trace(config, lowering=lowering)
        elif budget in shared:
            exported = shared[budget]
        else:
            exported = shared[budget] = trace_any_length(tracer, schedule, longest, lowering=lowering)
        last, any_length = len(config.keep), schedule is not None
        programs.append(SourceProgram(name, budget, config.length, exported, last=last, any_length=any_length))
    return converter.convert(
        programs, directory, recipe, progress=lambda what: step(f"{recipe.title}: converting {what}")
    )


def converter_for(engine: str) -> Converter:
    """The converter of an engine; it is imported only now, since each brings its own tools."""
    match engine:
        case "onnx":
            from edge_power_converters import onnx

            return onnx
        case "executorch":
            from edge_power_converters import executorch

            return executorch
        case "tflite":
            from edge_power_converters import tflite

            return tflite
        case other:
            raise OptionError(f"no converter for {other!r}; there are: {', '.join(ENGINES)}")
