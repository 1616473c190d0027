"""Whether the parts of a manifest fit together: what no part can tell by itself.

Each check looks at each part once, by sets and dictionaries: a manifest of thousands of parts is read in seconds.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from edge_power_runtime.bundle.artifacts import Artifact, is_known
from edge_power_runtime.bundle.budgets import Configuration
from edge_power_runtime.bundle.checks.cascades import check_cascades
from edge_power_runtime.bundle.checks.signatures import SIGNATURES, Part, Size, TensorRule
from edge_power_runtime.bundle.checks.unique import check_unique
from edge_power_runtime.bundle.files import FileEntry
from edge_power_runtime.bundle.manifest import MANIFEST_FILE, SCHEMA_VERSION, TOKENIZER_FILE, Manifest
from edge_power_runtime.bundle.programs import ANY_LENGTH, Program, Stage
from edge_power_runtime.bundle.tensors import NAMES, TensorSpec
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
        named = (program.name for program in artifact.every_program)
        check_unique(named, programs, "program names")
        pairs = ((program.budget, program.length) for program in artifact.programs)
        check_unique(pairs, programs, "pairs of budget and length")
        files = {entry.path for entry in artifact.files}
        for program, place in zip(artifact.programs, programs.items(), strict=True):
            _check_program_files(program, files, place)
            _check_method(artifact.engine, program, place.field("method"))
            self._check_tensors(artifact.engine, program, place, _whole)
        if artifact.stages is not None:
            self._check_stages(artifact, files, node.field("stages"))

    def _check_stages(self, artifact: Artifact, files: Collection[str], node: Node) -> None:
        """Check that each program's stages follow one another from the first encoder to the last."""
        assert artifact.stages is not None
        whole = {(program.budget, program.length) for program in artifact.programs}
        ends: dict[tuple[str, int], int] = {}
        hidden = _hidden_size(artifact.stages)
        for stage, place in zip(artifact.stages, node.items(), strict=True):
            key = stage.budget, stage.length
            if key not in whole:
                place.fail("a stage of a budget and a length that the artifact has a program of")
            if stage.first != (before := ends.get(key, 0)) + 1:
                place.field("first").fail(f"{before + 1}, behind the last encoder of the stage before")
            if stage.last < stage.first:
                place.field("last").fail(f"at least {stage.first}, the first encoder")
            if stage.any_length:
                place.field("any_length").fail("false, since a stage has one length")
            ends[key] = stage.last
            _check_program_files(stage, files, place)
            _check_method(artifact.engine, stage, place.field("method"))
            self._check_tensors(artifact.engine, stage, place, _part_of, hidden=hidden)
        for (budget, length), last in ends.items():
            if last != (encoders := len(self._configurations[budget, length].keep)):
                node.fail(f"stages of {budget!r} at length {length} up to encoder {encoders}, not {last}")

    def _check_any_length(self, engine: str, configuration: Configuration, program: Program, node: Node) -> None:
        """Check that a text's own configuration can be told, and is the program's at its length."""
        if engine not in ANY_LENGTH:
            node.fail(f"false, since {engine} has programs of one length alone")
        schedule = self._schedules[program.budget]
        if schedule is None:
            node.fail(f"false, since the budget {program.budget!r} has no schedule to tell what other lengths keep")
        if RetentionSchedule(schedule).at(program.length).keep != configuration.keep:
            node.fail(f"false, since the budget {program.budget!r} keeps other words at {program.length} than it says")

    def _check_tensors(
        self,
        engine: str,
        program: Program,
        node: Node,
        part_of: Callable[[Program, int, Node], Part],
        *,
        hidden: int = 0,
    ) -> None:
        configuration = self._configurations.get((program.budget, program.length))
        if configuration is None:
            node.fail(
                f"the program of a budget's configuration; no budget {program.budget!r} has length {program.length}"
            )
        if program.any_length:
            self._check_any_length(engine, configuration, program, node.field("any_length"))
        part = part_of(program, len(configuration.keep), node)
        signature = SIGNATURES.get((self._manifest.task, part))
        if signature is None:
            node.fail(f"no stage, since the task is {self._manifest.task}")
        retention = configuration.retention.part(program.first, program.last)
        typed = self._manifest.tokenizer.has_token_types
        sizes: Mapping[Size, int] = {
            "length": retention.length,
            "passed": retention.keep[-1],
            "hidden": hidden,
            "logits": self._manifest.num_logits,
            "kept": sum(retention.keep[encoder] for encoder in retention.drops),
        }
        inputs = [rule for rule in signature.inputs if typed or rule.role != "types"]
        outputs = [rule for rule in signature.outputs if retention.drops or rule.role != "kept"]
        for side, specs, rules in (("inputs", program.inputs, inputs), ("outputs", program.outputs, outputs)):
            _check_specs(specs, _expected(rules, sizes), node.field(side))
            for spec, place in zip(specs, node.field(side).items(), strict=True):
                _check_address(spec, engine, [rule.role for rule in rules].index(spec.role), place)


def _hidden_size(stages: Sequence[Stage]) -> int:
    """A word-vector's numbers, by the first tensor of word-vectors, which all others must be like; 0 without any."""
    tensors = (spec for stage in stages for spec in stage.outputs if spec.role == "passed_words")
    return next((spec.shape[2] for spec in tensors if len(spec.shape) == 3), 0)


def _part_of(stage: Program, encoders: int, node: Node) -> Part:
    """Tell which part of the model a stage computes."""
    if stage.last > encoders:
        node.field("last").fail(f"at most {encoders}, the last encoder of the configuration")
    if (stage.first, stage.last) == (1, encoders):
        node.field("last").fail(f"less than {encoders}, which is the whole model and no stage")
    if stage.first == 1:
        return "first"
    return "last" if stage.last == encoders else "inner"


def _whole(program: Program, encoders: int, node: Node) -> Part:
    """Check that a program is of the whole model."""
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
