"""What one engine gets of a model: its programs traced, and written as one artifact."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Protocol

from torch.export import ExportedProgram

from edge_power.conversion.any_length import trace_any_length
from edge_power.conversion.engines import ENGINES
from edge_power.conversion.open_counts import CountsLookedUp, CountsMaker, CountsReckoned
from edge_power.conversion.tracing import Tracer
from edge_power.errors import OptionError
from edge_power.model.extract import LOWERINGS, Lowering
from edge_power_converters import Recipe, SourceProgram
from edge_power_converters.program import Progress
from edge_power_runtime.bundle.artifacts import Artifact
from edge_power_runtime.bundle.programs import Stage
from edge_power_runtime.retention import RetentionConfig, RetentionSchedule

# Measured on each engine, docs/efficiency.md.
FASTER_LOWERING: dict[str, Lowering] = {"onnx": "topk", "executorch": "topk", "tflite": "topk"}
# Of the engines that take any length.
COUNTS: dict[str, CountsMaker] = {"onnx": CountsLookedUp, "executorch": CountsReckoned}

# Program names, each with its budget and configuration.
Configurations = dict[str, tuple[str, RetentionConfig]]

# Names of stages, each with the program that it is a part of, and its first and last encoder.
Stages = dict[str, tuple[str, int, int]]

# Is told of each step that begins.
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """An artifact that is to be written.

    Attributes:
        recipe: how, and what it must reach.
        configurations: of its programs.
        stages: of some of these.
        macs: multiply-adds of each stage.
        schedules: by budget, where its programs take any length and share a graph; empty where each has a length.
    """

    recipe: Recipe
    configurations: Configurations
    stages: Stages = field(default_factory=dict)
    macs: dict[str, int] = field(default_factory=dict)
    schedules: Mapping[str, RetentionSchedule] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """Of which `write_artifact` tells."""
        programs = len(self.configurations) + len(self.stages)
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
    parts = {name: (name, 1, len(config.keep)) for name, (_, config) in order.configurations.items()}
    for name, (whole, first, last) in (parts | order.stages).items():
        step(f"{recipe.title}: tracing {name}")
        budget, config = order.configurations[whole]
        schedule = order.schedules.get(budget)
        if schedule is None:
            exported = tracer.trace(config, first=first, last=last, lowering=lowering)
        elif budget in shared:
            exported = shared[budget]
        else:
            exported = shared[budget] = trace_any_length(
                tracer, schedule, longest, lowering=lowering, counts=COUNTS[recipe.engine]
            )
        any_length = schedule is not None
        programs.append(
            SourceProgram(name, budget, config.length, exported, last=last, first=first, any_length=any_length)
        )
    artifact = converter.convert(
        programs, directory, recipe, progress=lambda what: step(f"{recipe.title}: converting {what}")
    )
    return _with_stages(artifact, order.macs)


def _with_stages(artifact: Artifact, macs: Mapping[str, int]) -> Artifact:
    """Tell the stages from the programs of the whole model, for which converters take them alike."""
    if not macs:
        return artifact
    whole = tuple(program for program in artifact.programs if program.name not in macs)
    stages = tuple(
        Stage(**{item.name: getattr(program, item.name) for item in fields(program)}, macs=macs[program.name])
        for program in artifact.programs
        if program.name in macs
    )
    return replace(artifact, programs=whole, stages=stages)


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
