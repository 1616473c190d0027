"""Whether the parts of a manifest fit together: what no part can tell by itself.

Each check looks at each part once, by sets and dictionaries: a manifest of thousands of parts is read in seconds.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from edge_power_runtime.bundle.cascade_checks import check_cascades
from edge_power_runtime.bundle.files import FileEntry
from edge_power_runtime.bundle.manifest import (
    MANIFEST_FILE,
    SCHEMA_VERSION,
    TOKENIZER_FILE,
    Artifact,
    Configuration,
    Manifest,
    Program,
    is_known,
)
from edge_power_runtime.bundle.signatures import SIGNATURES, Size, Stage, TensorRule
from edge_power_runtime.bundle.tensors import NAMES, TensorSpec
from edge_power_runtime.bundle.unique import check_unique
from edge_power_runtime.reading.jsonnode import Node, parse_versioned
from edge_power_runtime.reading.records import read_record
from edge_power_runtime.retention import RetentionSchedule


def read_manifest(data: bytes | str) -> Manifest:
    """Read and check a manifest.

    Args:
        data: the content of bundle.json.

    Raises:
        SchemaVersionError: it is written in a newer format.
        BundleError: it is malformed or contradicts itself; the message gives the JSON path.
    """
    node = parse_versioned(data, MANIFEST_FILE, newest=SCHEMA_VERSION)
    manifest = read_record(Manifest, node)
    _check_manifest(manifest, node)
    return manifest


def _check_manifest(manifest: Manifest, node: Node) -> None:
    """Check a manifest that was read from `node`.

    Raises:
        BundleError: names repeat, a program has no configuration or no file, or its tensors are not those that the
            task, the tokenizer and the configuration ask for.
    """
    _check_labels(manifest, node.field("labels"))
    _check_files(manifest.files, node.field("files"))
    if TOKENIZER_FILE not in {entry.path for entry in manifest.files}:
        node.field("files").fail(f"a list with {TOKENIZER_FILE}")
    check_unique((budget.name for budget in manifest.budgets), node.field("budgets"), "budget names")
    for budget, place in zip(manifest.budgets, node.field("budgets").items(), strict=True):
        check_unique((item.length for item in budget.configurations), place.field("configurations"), "lengths")
    _check_max_length(manifest, node.field("max_length"))
    artifacts = node.field("artifacts")
    pairs = ((artifact.engine, artifact.precision) for artifact in manifest.every_artifact)
    check_unique(pairs, artifacts, "pairs of engine and precision")
    checks, known, unknown = _ArtifactChecks(manifest), iter(manifest.artifacts), iter(manifest.unknown)
    for place in artifacts.items():
        if is_known(place):
            checks.check(next(known), place)
        else:
            _check_files(next(unknown).files, place.field("files"))
    check_cascades(manifest, node)


def _check_labels(manifest: Manifest, node: Node) -> None:
    if (expected := manifest.answers().expected_labels(manifest.labels)) is not None:
        node.fail(expected)


def _check_max_length(manifest: Manifest, node: Node) -> None:
    lengths = [item.length for budget in manifest.budgets for item in budget.configurations]
    if lengths and manifest.max_length != max(lengths):
        node.fail(f"{max(lengths)}, the longest length of a configuration")


def _check_files(files: tuple[FileEntry, ...], node: Node) -> None:
    # A file that is listed again would be hashed again.
    check_unique((entry.path for entry in files), node, "paths")


class _ArtifactChecks:
    """The checks of artifacts, with what the rest of their manifest says."""

    def __init__(self, manifest: Manifest) -> None:
        self._configurations: Mapping[tuple[str, int], Configuration] = {
            (budget.name, item.length): item for budget in manifest.budgets for item in budget.configurations
        }
        self._schedules = {budget.name: budget.schedule for budget in manifest.budgets}
        self._manifest = manifest

    def check(self, artifact: Artifact, node: Node) -> None:
        programs = node.field("programs")
        if not artifact.programs:
            programs.fail("a list of at least one program")
        _check_files(artifact.files, node.field("files"))
        check_unique((program.name for program in artifact.programs), programs, "program names")
        pairs = ((program.budget, program.length) for program in artifact.programs)
        check_unique(pairs, programs, "pairs of budget and length")
        files = {entry.path for entry in artifact.files}
        for program, place in zip(artifact.programs, programs.items(), strict=True):
            _check_program_files(program, files, place)
            _check_method(artifact.engine, program, place.field("method"))
            configuration = self._configurations.get((program.budget, program.length))
            if configuration is None:
                place.fail(
                    f"the program of a budget's configuration; no budget {program.budget!r} has length {program.length}"
                )
            if program.any_length:
                self._check_any_length(artifact.engine, configuration, program, place.field("any_length"))
            self._check_tensors(artifact.engine, configuration, program, place)

    def _check_any_length(self, engine: str, configuration: Configuration, program: Program, node: Node) -> None:
        """Check that a text's own configuration can be told, and is the program's at its length."""
        if engine != "onnx":
            node.fail(f"false, since {engine} has programs of one length alone")
        schedule = self._schedules[program.budget]
        if schedule is None:
            node.fail(f"false, since the budget {program.budget!r} has no schedule to tell what other lengths keep")
        if RetentionSchedule(schedule).at(program.length).keep != configuration.keep:
            node.fail(f"false, since the budget {program.budget!r} keeps other words at {program.length} than it says")

    def _check_tensors(self, engine: str, configuration: Configuration, program: Program, node: Node) -> None:
        signature = SIGNATURES[self._manifest.task, _stage_of(program, len(configuration.keep), node)]
        retention, typed = configuration.retention, self._manifest.tokenizer.has_token_types
        sizes: Mapping[Size, int] = {
            "length": program.length,
            "logits": self._manifest.num_logits,
            "kept": sum(retention.keep[encoder] for encoder in retention.drops),
        }
        inputs = [rule for rule in signature.inputs if typed or rule.role != "types"]
        outputs = [rule for rule in signature.outputs if retention.drops or rule.role != "kept"]
        for side, specs, rules in (("inputs", program.inputs, inputs), ("outputs", program.outputs, outputs)):
            _check_specs(specs, _expected(rules, sizes), node.field(side))
            for spec, place in zip(specs, node.field(side).items(), strict=True):
                _check_address(spec, engine, [rule.role for rule in rules].index(spec.role), place)


def _stage_of(program: Program, encoders: int, node: Node) -> Stage:
    """Tell which part of the model a program computes; there are programs of the whole model alone."""
    if program.first != 1:
        node.field("first").fail("1, the first encoder")
    if program.last != encoders:
        node.field("last").fail(f"{encoders}, the last encoder of the configuration")
    return "whole"


def _check_program_files(program: Program, files: Collection[str], node: Node) -> None:
    check_unique(program.files, node.field("files"), "paths")
    for path, place in zip(program.files, node.field("files").items(), strict=True):
        if path not in files:
            place.fail("one of the artifact's files")
    if program.file not in program.files:
        node.field("file").fail("one of the program's files")


def _check_method(engine: str, program: Program, node: Node) -> None:
    if engine == "onnx":
        if program.method is not None:
            node.fail("null, since an onnx file is one program")
    elif not program.method:
        node.fail(f"the name by which {engine} finds the program")


@dataclass(frozen=True, slots=True)
class _Expected:
    """What a tensor must be."""

    shape: tuple[int, ...]
    dtypes: tuple[str, ...]


def _expected(rules: Sequence[TensorRule], sizes: Mapping[Size, int]) -> dict[str, _Expected]:
    """Tell by its name what each tensor must be."""
    return {
        NAMES[rule.role]: _Expected(tuple(1 if size == 1 else sizes[size] for size in rule.shape), rule.dtypes)
        for rule in rules
    }


def _check_specs(specs: tuple[TensorSpec, ...], expected: Mapping[str, _Expected], node: Node) -> None:
    if sorted(spec.name for spec in specs) != sorted(expected):
        node.fail(
            f"the tensors {', '.join(expected)}, each once, not {', '.join(spec.name for spec in specs) or 'none'}"
        )
    for spec, place in zip(specs, node.items(), strict=True):
        rule = expected[spec.name]
        if spec.shape != rule.shape:
            place.field("shape").fail(f"{list(rule.shape)} for {spec.name}")
        if spec.dtype not in rule.dtypes:
            place.field("dtype").fail(f"{' or '.join(rule.dtypes)} for {spec.name}")


def _check_address(spec: TensorSpec, engine: str, position: int, node: Node) -> None:
    """Check that the engine is asked for the tensor by the format's own name or place, so that none can be swapped."""
    by_position = engine == "executorch"
    if spec.position != position and (by_position or spec.position is not None):
        node.field("position").fail(f"{position} for {spec.name}" + ("" if by_position else ", or null"))
    if spec.engine_name != spec.name and (not by_position or spec.engine_name is not None):
        node.field("engine_name").fail(f"{spec.name!r} as the name is" + (", or null" if by_position else ""))
