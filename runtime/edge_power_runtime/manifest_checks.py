"""Whether the parts of a manifest fit together: what no part can tell by itself."""

from collections.abc import Iterable

from edge_power_runtime.jsonnode import Node
from edge_power_runtime.manifest import TOKENIZER_FILE, Artifact, Manifest, Program, TensorSpec

TEXT_INPUTS = ("input_ids", "attention_mask")
TYPE_INPUT = "token_type_ids"


def check_manifest(manifest: Manifest, node: Node) -> None:
    """Check a manifest that was read from `node`.

    Raises:
        BundleError: names repeat, a program has no configuration or no file, or its tensors are not those that the
            task, the tokenizer and the configuration ask for.
    """
    _check_labels(manifest, node.field("labels"))
    if TOKENIZER_FILE not in {entry.path for entry in manifest.files}:
        node.field("files").fail(f"a list with {TOKENIZER_FILE}")
    _check_unique((budget.name for budget in manifest.budgets), node.field("budgets"), "budget names")
    for budget, place in zip(manifest.budgets, node.field("budgets").items(), strict=True):
        _check_unique((item.length for item in budget.configurations), place.field("configurations"), "lengths")
    pairs = ((artifact.engine, artifact.precision) for artifact in manifest.artifacts)
    _check_unique(pairs, node.field("artifacts"), "pairs of engine and precision")
    for artifact, place in zip(manifest.artifacts, node.field("artifacts").items(), strict=True):
        _check_artifact(manifest, artifact, place)


def _check_labels(manifest: Manifest, node: Node) -> None:
    if manifest.task == "regression":
        if manifest.labels:
            node.fail("empty, since the task is regression")
    elif len(manifest.labels) < 2 or not all(manifest.labels):
        node.fail("two or more non-empty strings, since the task is classification")


def _check_artifact(manifest: Manifest, artifact: Artifact, node: Node) -> None:
    programs = node.field("programs")
    if not artifact.programs:
        programs.fail("a list of at least one program")
    _check_unique((program.name for program in artifact.programs), programs, "program names")
    _check_unique(((item.budget, item.length) for item in artifact.programs), programs, "pairs of budget and length")
    for program, place in zip(artifact.programs, programs.items(), strict=True):
        _check_location(artifact, program, place)
        _check_tensors(manifest, artifact, program, place)


def _check_location(artifact: Artifact, program: Program, node: Node) -> None:
    if program.file not in {entry.path for entry in artifact.files}:
        node.field("file").fail("one of the artifact's files")
    if artifact.engine == "onnx":
        if program.method is not None:
            node.field("method").fail("null, since an onnx file is one program")
    elif not program.method:
        node.field("method").fail(f"the name by which {artifact.engine} finds the program")


def _check_tensors(manifest: Manifest, artifact: Artifact, program: Program, node: Node) -> None:
    configuration = manifest.configuration(program.budget, program.length)
    if configuration is None:
        node.fail(f"the program of a budget's configuration; no budget {program.budget!r} has length {program.length}")
    names = (*TEXT_INPUTS, TYPE_INPUT) if manifest.tokenizer.has_token_types else TEXT_INPUTS
    inputs: dict[str, tuple[int, ...]] = {name: (1, program.length) for name in names}
    outputs: dict[str, tuple[int, ...]] = {"logits": (1, manifest.num_logits)}
    retention = configuration.retention
    if retention.drops:
        outputs["kept"] = (sum(retention.keep[encoder] for encoder in retention.drops),)
    _check_specs(program.inputs, inputs, artifact.engine, node.field("inputs"))
    _check_specs(program.outputs, outputs, artifact.engine, node.field("outputs"))


def _check_specs(specs: tuple[TensorSpec, ...], expected: dict[str, tuple[int, ...]], engine: str, node: Node) -> None:
    if sorted(spec.name for spec in specs) != sorted(expected):
        node.fail(
            f"the tensors {', '.join(expected)}, each once, not {', '.join(spec.name for spec in specs) or 'none'}"
        )
    for spec, place in zip(specs, node.items(), strict=True):
        if spec.shape != expected[spec.name]:
            place.field("shape").fail(f"{list(expected[spec.name])} for {spec.name}")
        if (spec.dtype == "float32") != (spec.name == "logits"):
            place.field("dtype").fail("float32 for logits, int32 or int64 for every other tensor")
        if engine == "executorch" and spec.position is None:
            place.field("position").fail("a position, since executorch goes by position")
        if engine != "executorch" and not spec.engine_name:
            place.field("engine_name").fail(f"a name, since {engine} goes by name")
    addresses = (spec.position if engine == "executorch" else spec.engine_name for spec in specs)
    _check_unique(addresses, node, "positions" if engine == "executorch" else "engine names")


def _check_unique(values: Iterable[object], node: Node, what: str) -> None:
    found = list(values)
    if len(set(found)) != len(found):
        repeated = next(value for value in found if found.count(value) > 1)
        node.fail(f"a list without repeated {what} (here {repeated!r})")
