"""Opening a bundle: which artifact is taken, and that nothing altered, missing or outside is read."""

import os
from pathlib import Path

import pytest

from edge_power_runtime import (
    Bundle,
    BundleError,
    Classifier,
    InputError,
    MissingEngineError,
    SchemaVersionError,
    UnsupportedEngineError,
    engines,
)
from edge_power_runtime.engines import ENGINE_NAMES, engine_name


def add_artifacts(manifest: dict) -> None:
    """Claim an int8 artifact and one of executorch beside the toy's."""
    first = manifest["artifacts"][0]
    other = {**first, "engine": "executorch", "programs": [{**item, "method": "m"} for item in first["programs"]]}
    for program in other["programs"]:
        for kind in ("inputs", "outputs"):
            program[kind] = [{**spec, "position": index} for index, spec in enumerate(program[kind])]
    manifest["artifacts"] = [{**first, "precision": "int8"}, other, first]


@pytest.fixture
def installed(monkeypatch):
    """Set which import packages this machine seems to have."""

    def set_packages(*names: str) -> None:
        monkeypatch.setattr(engines, "find_spec", lambda name: name if name in names else None)

    return set_packages


@pytest.mark.parametrize(
    ("typed", "name"),
    [("onnx", "onnx"), ("ORT", "onnx"), ("et", "executorch"), (" litert ", "tflite"), ("ai-edge-litert", "tflite")],
)
def test_engine_names_and_aliases(typed, name):
    assert engine_name(typed) == name


def test_unknown_engine_suggests_the_nearest():
    with pytest.raises(UnsupportedEngineError, match="no engine is called 'onix'.*did you mean 'onnx'"):
        engine_name("onix")
    with pytest.raises(UnsupportedEngineError, match="runs onnx, tflite, executorch$"):
        engine_name("zzz")


def test_artifact_by_engine_and_precision(toy_bundle, edit_manifest):
    edit_manifest(toy_bundle, add_artifacts)
    bundle = Bundle.open(toy_bundle)
    assert bundle.artifact("ort", "int8").precision == "int8"
    assert bundle.artifact("onnx").precision == "fp32"
    assert bundle.artifact("et").engine == "executorch"


def test_artifact_of_the_first_installed_engine(toy_bundle, edit_manifest, installed):
    edit_manifest(toy_bundle, add_artifacts)
    bundle = Bundle.open(toy_bundle)
    installed("onnxruntime", "executorch", "torch")
    assert (bundle.artifact().engine, bundle.artifact().precision) == ("onnx", "fp32")
    assert bundle.artifact(precision="int8").precision == "int8"
    installed("executorch", "torch", "ai_edge_litert")
    assert bundle.artifact().engine == "executorch"


def test_no_engine_installed_tells_what_to_run(toy_bundle, edit_manifest, installed):
    edit_manifest(toy_bundle, add_artifacts)
    installed("executorch", "tflite_runtime")  # executorch without torch is none
    with pytest.raises(MissingEngineError) as caught:
        Bundle.open(toy_bundle).artifact()
    assert 'pip install "edge-power-runtime[onnx]"' in str(caught.value)
    assert 'pip install "edge-power-runtime[executorch]"' in str(caught.value)
    assert "tflite" not in str(caught.value)


@pytest.mark.parametrize(("engine", "precision"), [("tflite", None), (None, "fp16"), ("onnx", "int8")])
def test_absent_artifact_lists_those_there(toy_bundle, engine, precision):
    with pytest.raises(InputError, match="has no artifact .*; it has: onnx fp32"):
        Bundle.open(toy_bundle).artifact(engine, precision)


@pytest.fixture
def with_unknown(toy_bundle, edit_manifest):
    """A bundle with artifacts of an engine and of a precision that this runtime does not know."""

    def change(manifest: dict) -> None:
        manifest["artifacts"] += [
            {"engine": "coreml", "precision": "fp16", "files": [], "programs": "of another kind"},
            {"engine": "onnx", "precision": "int4", "files": []},
        ]

    edit_manifest(toy_bundle, change)
    return Bundle.open(toy_bundle)


@pytest.mark.parametrize(
    ("engine", "precision"), [("coreml", None), ("coreml", "fp16"), ("onnx", "int4"), (None, "int4")]
)
def test_an_unknown_artifact_that_is_asked_for_is_told_from_those_there(with_unknown, engine, precision):
    with pytest.raises(InputError) as refused:
        with_unknown.artifact(engine, precision)
    wanted = " ".join(filter(None, (engine, precision)))
    assert str(refused.value) == (
        f"the bundle {with_unknown.path} has no artifact {wanted} for this runtime; it has: onnx fp32; "
        "this runtime does not know coreml fp16, onnx int4: pip install --upgrade edge-power-runtime"
    )


def test_an_unknown_artifact_is_never_chosen(with_unknown, toy_engine, installed):
    installed("onnxruntime")
    assert with_unknown.artifact() == with_unknown.artifact("ort") == with_unknown.artifact("onnx", "fp32")
    assert Classifier.open(with_unknown.path)("a good film").program == "full_8"
    with pytest.raises(UnsupportedEngineError, match="no engine is called 'coreml2'; this runtime runs onnx, tflite"):
        with_unknown.artifact("coreml2")


def test_every_engine_has_a_known_name():
    assert ENGINE_NAMES == ("onnx", "tflite", "executorch")


def test_open_refuses_what_is_no_bundle(tmp_path):
    with pytest.raises(InputError, match="expected the directory of a bundle at .*, found nothing"):
        Bundle.open(tmp_path / "absent")
    file = tmp_path / "file"
    file.write_bytes(b"")
    with pytest.raises(InputError, match="found a file"):
        Bundle.open(file)
    with pytest.raises(InputError, match="found nothing"):
        Bundle.open("a\0b")
    with pytest.raises(BundleError, match="bundle.json is missing"):
        Bundle.open(tmp_path)


def test_path_may_be_relative_and_linked(toy_bundle, monkeypatch):
    (toy_bundle.parent / "link").symlink_to(toy_bundle)
    monkeypatch.chdir(toy_bundle.parent)
    bundle = Bundle.open("link")
    bundle.check(bundle.manifest.files)


def test_check_accepts_the_files_as_written(toy_bundle):
    bundle = Bundle.open(toy_bundle)
    bundle.check(bundle.manifest.files)
    bundle.check(bundle.manifest.artifacts[0].files)


@pytest.mark.parametrize("name", ["tokenizer.json", "onnx/full_8.onnx"])
def test_flipped_byte_is_found(toy_bundle, toy_engine, name):
    path = toy_bundle / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(BundleError, match=f"{name} .* has the sha256 .*the file is damaged or altered"):
        Classifier.open(toy_bundle, engine="onnx")


def test_truncated_artifact_is_found_by_its_size(toy_bundle, toy_engine):
    path = toy_bundle / "onnx/fast_8.onnx"
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BundleError, match=f"has the size in bytes {size - 1}, bundle.json says {size}"):
        Classifier.open(toy_bundle, engine="onnx")


def test_missing_file_is_found(toy_bundle, toy_engine):
    (toy_bundle / "onnx/full_16.onnx").unlink()
    with pytest.raises(BundleError, match="onnx/full_16.onnx is missing in the bundle"):
        Classifier.open(toy_bundle, engine="onnx")


def test_newer_schema_is_refused(toy_bundle, edit_manifest):
    edit_manifest(toy_bundle, lambda manifest: manifest.update(schema_version=2))
    with pytest.raises(SchemaVersionError, match="update edge-power-runtime"):
        Classifier.open(toy_bundle)


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x", "C:/x", "", "a\0b"])
def test_resolve_refuses_unsafe_names(toy_bundle, name):
    (toy_bundle.parent / "x").write_bytes(b"secret")
    with pytest.raises(BundleError, match="expected a relative path inside the bundle"):
        Bundle.open(toy_bundle).resolve(name)


@pytest.mark.parametrize("name", ["onnx/full_8.onnx", "tokenizer.json", "bundle.json"])
def test_link_out_of_the_bundle_is_refused(toy_bundle, toy_engine, name):
    outside = toy_bundle.parent / "outside"
    (toy_bundle / name).rename(outside)
    (toy_bundle / name).symlink_to(outside)
    with pytest.raises(BundleError, match="leads out of the bundle.*cp -RL"):
        Classifier.open(toy_bundle, engine="onnx")


def test_linked_folder_out_of_the_bundle_is_refused(toy_bundle, toy_engine):
    outside = toy_bundle.parent / "outside"
    (toy_bundle / "onnx").rename(outside)
    (toy_bundle / "onnx").symlink_to(outside)
    with pytest.raises(BundleError, match="leads out of the bundle"):
        Classifier.open(toy_bundle, engine="onnx")


def test_link_inside_the_bundle_is_followed(toy_bundle):
    (toy_bundle / "onnx/full_8.onnx").rename(toy_bundle / "blob")
    (toy_bundle / "onnx/full_8.onnx").symlink_to("../blob")
    bundle = Bundle.open(toy_bundle)
    bundle.check(bundle.manifest.artifacts[0].files)


def test_only_regular_files_are_read(toy_bundle):
    bundle = Bundle.open(toy_bundle)
    with pytest.raises(BundleError, match="not a regular file"):
        bundle.resolve("onnx")
    os.mkfifo(toy_bundle / "pipe")
    with pytest.raises(BundleError, match="not a regular file"):
        bundle.resolve("pipe")
    (toy_bundle / "loop").symlink_to("loop")
    with pytest.raises(BundleError, match="cannot read loop in the bundle .*: Too many levels of symbolic links"):
        bundle.resolve("loop")
    with pytest.raises(BundleError, match="cannot read aaa.*: File name too long"):
        bundle.resolve("a" * 300)


def test_read_gives_only_listed_files(toy_bundle):
    (toy_bundle / "other.json").write_bytes(b"{}")
    with pytest.raises(BundleError, match="lists no other.json; it lists: tokenizer.json, golden.json"):
        Bundle.open(toy_bundle).read("other.json")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_unreadable_manifest_is_told(toy_bundle):
    (toy_bundle / "bundle.json").chmod(0)
    with pytest.raises(BundleError, match="cannot read .*Permission denied"):
        Bundle.open(toy_bundle)


def test_tiny_bundle_is_whole(tiny_bundle: Path):
    bundle = Bundle.open(tiny_bundle)
    bundle.check(bundle.manifest.listed)
    assert {artifact.engine for artifact in bundle.manifest.artifacts} == set(ENGINE_NAMES)
    assert (tiny_bundle / "bundle.json").read_text(encoding="utf-8") == bundle.manifest.to_json()
