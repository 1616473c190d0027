"""A manifest whose tensors are not those of the engine's file is refused when the program loads."""

import dataclasses

import pytest

from edge_power_runtime import Bundle, BundleError, Classifier
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.bundle.tensors import TensorSpec
from edge_power_runtime.sessions import open_engine
from edge_power_runtime.verify import verify


def altered(program: Program, side: str, name: str, **changes: object) -> Program:
    """A program whose tensor `name` is said to be another."""
    specs = tuple(
        dataclasses.replace(spec, **changes) if spec.name == name else spec for spec in getattr(program, side)
    )
    return dataclasses.replace(program, **{side: specs})


def without(program: Program, side: str, name: str) -> Program:
    return dataclasses.replace(program, **{side: tuple(spec for spec in getattr(program, side) if spec.name != name)})


def other_dtype(spec: TensorSpec) -> str:
    return "int64" if spec.dtype == "int32" else "int32"


def test_every_difference_is_told(tiny_bundle, tiny_artifact):
    engine = open_engine(tiny_bundle, tiny_artifact)
    program = next(item for item in tiny_artifact.programs if item.name == "fast_8")
    ids = next(spec for spec in program.inputs if spec.name == "input_ids")
    kept = next(spec for spec in program.outputs if spec.name == "kept")
    engine.session(program)
    for wrong, message in (
        (altered(program, "inputs", "input_ids", shape=(1, 9)), rf"takes input_ids as {ids.dtype} \[1, 8\], bundle"),
        (altered(program, "inputs", "attention_mask", dtype=other_dtype(ids)), f"attention_mask as {ids.dtype} "),
        (without(program, "inputs", "token_type_ids"), "takes token_type_ids as .*, bundle.json says nothing; the bu"),
        (altered(program, "outputs", "logits", shape=(1, 3)), r"gives logits as float32 \[1, 2\], bundle.json says fl"),
        (altered(program, "outputs", "logits", shape=(1, 1)), r"bundle.json says float32 \[1, 1\]; the bundle was put"),
        (altered(program, "outputs", "kept", dtype=other_dtype(kept)), f"gives kept as {kept.dtype} "),
        (without(program, "outputs", "kept"), "gives kept as .*, bundle.json says nothing"),
    ):
        # A method that is loaded is not asked again: each manifest has an engine of its own.
        with pytest.raises(BundleError, match=f"^program fast_8 in .*{message}"):
            open_engine(tiny_bundle, tiny_artifact).session(wrong)


def test_the_engines_unknown_outputs_are_told(tiny_bundle, tiny_artifact):
    program = next(item for item in tiny_artifact.programs if item.name == "full_8")
    kept = TensorSpec("kept", "kept", None, None, "int64", (14,))
    with pytest.raises(BundleError, match=r"gives kept as nothing, bundle.json says int64 \[14\]"):
        open_engine(tiny_bundle, tiny_artifact).session(dataclasses.replace(program, outputs=(*program.outputs, kept)))


def three_labels(manifest: dict) -> None:
    manifest["labels"].append("neutral")
    for program in manifest["artifacts"][0]["programs"]:
        program["outputs"][0]["shape"] = [1, 3]


def regression(manifest: dict) -> None:
    manifest.update(task="regression", labels=[])
    for program in manifest["artifacts"][0]["programs"]:
        program["outputs"][0]["shape"] = [1, 1]


def other_programs_file(manifest: dict) -> None:
    first, second, *_ = manifest["artifacts"][0]["programs"]
    for key in ("file", "files"):
        first[key], second[key] = second[key], first[key]


@pytest.mark.parametrize("change", [three_labels, regression, other_programs_file])
def test_a_classifier_and_verify_refuse(onnx_bundle, edit_manifest, change):
    edit_manifest(onnx_bundle, change)
    classifier = Classifier.open(onnx_bundle, engine="onnx")
    message = "bundle.json says .*; the bundle was put together wrongly: convert the model again"
    with pytest.raises(BundleError, match=message):
        classifier("a good film")
    with pytest.raises(BundleError, match=message):
        classifier.warm_up()
    with pytest.raises(BundleError, match=message):
        verify(onnx_bundle, engine="onnx")


def swap_names(tensors: list[dict]) -> None:
    tensors[0]["engine_name"], tensors[1]["engine_name"] = tensors[1]["engine_name"], tensors[0]["engine_name"]


@pytest.mark.parametrize("side", ["inputs", "outputs"])
def test_swapped_names_are_refused_when_the_bundle_is_opened(onnx_bundle, edit_manifest, side):
    """ids and mask have one type and one shape: no engine could tell them apart."""
    edit_manifest(onnx_bundle, lambda manifest: swap_names(manifest["artifacts"][0]["programs"][2][side]))
    with pytest.raises(BundleError, match=rf"programs\[2\].{side}\[0\].engine_name must be '.*' as the name is"):
        Bundle.open(onnx_bundle)


def test_swapped_places_are_refused_when_the_bundle_is_opened(tiny_copy, edit_manifest):
    def swap(manifest: dict) -> None:
        artifact = next(item for item in manifest["artifacts"] if item["engine"] == "executorch")
        ids, mask, *_ = artifact["programs"][0]["inputs"]
        ids["position"], mask["position"] = mask["position"], ids["position"]

    edit_manifest(tiny_copy, swap)
    with pytest.raises(BundleError, match=r"inputs\[0\].position must be 0 for input_ids, found 1"):
        Bundle.open(tiny_copy)


def test_a_graph_whose_shape_is_not_fixed_is_refused(onnx_bundle):
    from onnx import load, save

    path = onnx_bundle / "onnx/full_8.onnx"
    model = load(path)
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_param = "words"
    save(model, path)
    artifact = Bundle.open(onnx_bundle).artifact("onnx")
    with pytest.raises(BundleError, match=r"takes input_ids as int64 \[1, any\], bundle.json says int64 \[1, 8\]"):
        open_engine(onnx_bundle, artifact).session(artifact.programs[0])
