"""Whether the parts of a manifest fit together: what no part can tell by itself.

Each check looks at each part once, by sets and dictionaries: a manifest of thousands of parts is read in seconds.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from edge_power_runtime.bundle.manifest import (
    INPUT_NAMES,
    MANIFEST_FILE,
    OUTPUT_NAMES,
    SCHEMA_VERSION,
    TOKENIZER_FILE,
    Artifact,
    Configuration,
    FileEntry,
    Manifest,
    Program,
    TensorSpec,
)
from edge_power_runtime.reading.jsonnode import Node, parse_versioned

Shape = tuple[int, ...]


def read_manifest(data: bytes | str) -> Manifest:
    """Read and check a manifest.

    Args:
        data: the content of bundle.json.

    Raises:
        SchemaVersionError: it is written in a newer format.
        BundleError: it is malformed or contradicts itself; the message gives the JSON path.
    """
    node = parse_versioned(data, MANIFEST_FILE, newest=SCHEMA_VERSION)
    manifest = Manifest.read(node)
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
    _check_unique((budget.name for budget in manifest.budgets), node.field("budgets"), "budget names")
    for budget, place in zip(manifest.budgets, node.field("budgets").items(), strict=True):
        _check_unique((item.length for item in budget.configurations), place.field("configurations"), "lengths")
    pairs = ((artifact.engine, artifact.precision) for artifact in manifest.artifacts)
    _check_unique(pairs, node.field("artifacts"), "pairs of engine and precision")
    checks = _ArtifactChecks(manifest)
    for artifact, place in zip(manifest.artifacts, node.field("artifacts").items(), strict=True):
        checks.check(artifact, place)


def _check_labels(manifest: Manifest, node: Node) -> None:
    if (expected := manifest.answers().expected_labels(manifest.labels)) is not None:
        node.fail(expected)


def _check_files(files: tuple[FileEntry, ...], node: Node) -> None:
    # A file that is listed again would be hashed again.
    _check_unique((entry.path for entry in files), node, "paths")


class _ArtifactChecks:
    """The checks of artifacts, with what the rest of their manifest says."""

    def __init__(self, manifest: Manifest) -> None:
        self._configurations: Mapping[tuple[str, int], Configuration] = {
            (budget.name, item.length): item for budget in manifest.budgets for item in budget.configurations
        }
        self._inputs = INPUT_NAMES if manifest.tokenizer.has_token_types else INPUT_NAMES[:2]
        self._num_logits = manifest.num_logits

    def check(self, artifact: Artifact, node: Node) -> None:
        programs = node.field("programs")
        if not artifact.programs:
            programs.fail("a list of at least one program")
        _check_files(artifact.files, node.field("files"))
        _check_unique((program.name for program in artifact.programs), programs, "program names")
        pairs = ((program.budget, program.length) for program in artifact.programs)
        _check_unique(pairs, programs, "pairs of budget and length")
        files = {entry.path for entry in artifact.files}
        for program, place in zip(artifact.programs, programs.items(), strict=True):
            if program.file not in files:
                place.field("file").fail("one of the artifact's files")
            _check_method(artifact.engine, program, place.field("method"))
            self._check_tensors(artifact.engine, program, place)

    def _check_tensors(self, engine: str, program: Program, node: Node) -> None:
        configuration = self._configurations.get((program.budget, program.length))
        if configuration is None:
            node.fail(
                f"the program of a budget's configuration; no budget {program.budget!r} has length {program.length}"
            )
        inputs: dict[str, Shape] = {name: (1, program.length) for name in self._inputs}
        outputs: dict[str, Shape] = {"logits": (1, self._num_logits)}
        retention = configuration.retention
        if retention.drops:
            outputs["kept"] = (sum(retention.keep[encoder] for encoder in retention.drops),)
        _check_specs(program.inputs, inputs, node.field("inputs"))
        _check_specs(program.outputs, outputs, node.field("outputs"))
        for side, specs, names in (("inputs", program.inputs, INPUT_NAMES), ("outputs", program.outputs, OUTPUT_NAMES)):
            for spec, place in zip(specs, node.field(side).items(), strict=True):
                _check_address(spec, engine, names.index(spec.name), place)


def _check_method(engine: str, program: Program, node: Node) -> None:
    if engine == "onnx":
        if program.method is not None:
            node.fail("null, since an onnx file is one program")
    elif not program.method:
        node.fail(f"the name by which {engine} finds the program")


def _check_specs(specs: tuple[TensorSpec, ...], expected: Mapping[str, Shape], node: Node) -> None:
    if sorted(spec.name for spec in specs) != sorted(expected):
        node.fail(
            f"the tensors {', '.join(expected)}, each once, not {', '.join(spec.name for spec in specs) or 'none'}"
        )
    for spec, place in zip(specs, node.items(), strict=True):
        if spec.shape != expected[spec.name]:
            place.field("shape").fail(f"{list(expected[spec.name])} for {spec.name}")
        if (spec.dtype == "float32") != (spec.name == "logits"):
            place.field("dtype").fail("float32 for logits, int32 or int64 for every other tensor")


def _check_address(spec: TensorSpec, engine: str, position: int, node: Node) -> None:
    """Check that the engine is asked for the tensor by the format's own name or place, so that none can be swapped."""
    by_position = engine == "executorch"
    if spec.position != position and (by_position or spec.position is not None):
        node.field("position").fail(f"{position} for {spec.name}" + ("" if by_position else ", or null"))
    if spec.engine_name != spec.name and (not by_position or spec.engine_name is not None):
        node.field("engine_name").fail(f"{spec.name!r} as the name is" + (", or null" if by_position else ""))


def _check_unique(values: Iterable[object], node: Node, what: str) -> None:
    for value, count in Counter(values).items():
        if count > 1:
            node.fail(f"a list without repeated {what} (here {value!r})")
