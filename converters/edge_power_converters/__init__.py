"""ExportedPrograms in, a checked bundle out: one converter per engine, none of which knows what a BERT is."""

from edge_power_converters.errors import ConversionError, OutputError, ParityError
from edge_power_converters.output.staging import staged_directory
from edge_power_converters.parity import ProgramParity, Reference, check_artifact
from edge_power_converters.program import SourceProgram
from edge_power_converters.recipe import Recipe, fp32, reduced

__version__ = "0.1.0"

__all__ = [
    "ConversionError",
    "OutputError",
    "ParityError",
    "ProgramParity",
    "Recipe",
    "Reference",
    "SourceProgram",
    "check_artifact",
    "fp32",
    "reduced",
    "staged_directory",
]
