"""`edge_power.android` and its command: what the project holds, what is refused, and that a wheel has it all."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import edge_power
from edge_power.android_app.template import BUNDLE, PROJECT, STRINGS, template_files
from edge_power.android_app.write import MARKER, with_name
from edge_power_converters.program import file_entry
from edge_power_runtime import Bundle
from tests.cascades import change_manifest
from tests.edge_power.conftest import assert_refused

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def bundle(tiny_bundle, tmp_path):
    """A copy of the tiny bundle, to break."""
    return shutil.copytree(tiny_bundle, tmp_path / "films")


def replace_file(bundle: Path, name: str, content: bytes) -> None:
    """Change a file as a writer would, with its entry."""
    (bundle / name).write_bytes(content)
    entry = file_entry(bundle, bundle / name)

    def change(manifest):
        listed = next(item for item in manifest["files"] if item["path"] == name)
        listed.update(size_bytes=entry.size_bytes, sha256=entry.sha256)

    change_manifest(bundle, change)


def test_project_holds_the_demo_and_what_the_app_takes_of_the_bundle(bundle, tmp_path):
    made = edge_power.android(bundle, tmp_path / "app")
    assert (made.path, made.name, made.labels) == (tmp_path / "app", "films", ("negative", "positive"))
    assert made.precisions == ("fp32",)
    written = {path.relative_to(made.path).as_posix() for path in made.path.rglob("*") if path.is_file()}
    in_bundle = {path.removeprefix(f"{BUNDLE}/") for path in written if path.startswith(BUNDLE)}
    assert written == {*template_files(), MARKER, *(f"{BUNDLE}/{path}" for path in in_bundle)}
    assert {"bundle.json", "bundle.json.sha256", "tokenizer.json", "golden.json", "onnx/weights.bin"} <= in_bundle
    assert not [path for path in in_bundle if path.endswith((".pte", ".tflite"))]
    opened = Bundle.open(made.path / BUNDLE)
    opened.check([*opened.manifest.files, *opened.artifact("onnx").files])
    assert made.bundle_bytes == sum((made.path / BUNDLE / path).stat().st_size for path in in_bundle)
    for path in set(template_files()) - {STRINGS}:
        assert (made.path / path).read_bytes() == (PROJECT / path).read_bytes()


def test_the_app_can_be_opened_with_gradle(bundle, tmp_path):
    written = {path for path in template_files() if path.endswith((".kts", ".toml", "AndroidManifest.xml"))}
    assert written == {
        "settings.gradle.kts",
        "build.gradle.kts",
        "gradle/libs.versions.toml",
        "core/build.gradle.kts",
        "app/build.gradle.kts",
        "app/src/main/AndroidManifest.xml",
    }


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Film critic", "Film critic"),
        ('Film\'s "best" \\ critic', 'Film\\\'s \\"best\\" \\\\ critic'),
        ("@home", "\\@home"),
        ("?", "\\?"),
        ("Q&A <1>", "Q&amp;A &lt;1&gt;"),
        ("电影 \\1", "电影 \\\\1"),
    ],
)
def test_name_stands_in_the_strings_as_android_reads_it(name, written):
    strings = (PROJECT / STRINGS).read_text(encoding="utf-8")
    changed = with_name(strings, name)
    assert re.findall(r'<string name="app_name"[^>]*>(.*)</string>', changed) == [written]
    assert changed.replace(written, "", 1).count("<string ") == strings.count("<string ")


@pytest.mark.parametrize("name", ["", "  ", "x" * 51, "two\nlines", "\u202e"])
def test_name_that_nobody_can_read_is_refused(bundle, tmp_path, name):
    with pytest.raises(edge_power.InputError, match=r"`name` is .*, must be 1 to 50 printable characters"):
        edge_power.android(bundle, tmp_path / "app", name=name)
    assert not (tmp_path / "app").exists()


def test_bundle_without_onnx_is_refused(bundle, tmp_path, cli):
    def change(manifest):
        manifest["artifacts"] = [item for item in manifest["artifacts"] if item["engine"] != "onnx"]

    change_manifest(bundle, change)
    result = cli("android", bundle, "--output", tmp_path / "app")
    fix = "make one by edge-power convert --format onnx"
    assert_refused(result, "has no artifact for it, it has: ", "tflite fp32", fix)
    assert not (tmp_path / "app").exists()


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("model", {"type": "BPE"}, "model.type is 'BPE', and the app reads WordPiece"),
        ("model", {"type": "Unigram"}, "model.type is 'Unigram', and the app reads WordPiece"),
        ("pre_tokenizer", {"type": "ByteLevel"}, "pre_tokenizer.type is 'ByteLevel', and the app reads BertPre"),
        (
            "normalizer",
            {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Prepend"}]},
            r"normalizer.normalizers\[1\].type is 'Prepend', and the app reads BertNormalizer",
        ),
    ],
)
def test_tokenizer_that_the_app_does_not_read_is_refused(bundle, tmp_path, part, value, message):
    tokenizer = json.loads((bundle / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer[part] = value
    replace_file(bundle, "tokenizer.json", json.dumps(tokenizer).encode())
    with pytest.raises(edge_power.InputError, match=message):
        edge_power.android(bundle, tmp_path / "app")
    assert not (tmp_path / "app").exists()


def test_altered_file_is_refused(bundle, tmp_path):
    weights = bundle / "onnx/weights.bin"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\0")
    with pytest.raises(edge_power.BundleError, match=r"onnx/weights\.bin in the bundle .* has the sha256"):
        edge_power.android(bundle, tmp_path / "app")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["films"]


def test_another_engine_s_file_may_be_damaged(bundle, tmp_path):
    (bundle / "model.pte").unlink()
    assert edge_power.android(bundle, tmp_path / "app").path.is_dir()


def test_name_that_android_leaves_out_is_refused(bundle, tmp_path):
    (bundle / "_tiers").mkdir()
    (bundle / "_tiers/notes").write_text("notes")
    entry = file_entry(bundle, bundle / "_tiers/notes")
    listed = {"path": entry.path, "size_bytes": entry.size_bytes, "sha256": entry.sha256}
    change_manifest(bundle, lambda manifest: manifest["files"].append(listed))
    with pytest.raises(edge_power.InputError, match=r"_tiers/notes would be left out of the app"):
        edge_power.android(bundle, tmp_path / "app")


def test_only_a_project_of_ours_is_replaced(bundle, tmp_path):
    output = tmp_path / "app"
    edge_power.android(bundle, output, name="first")
    with pytest.raises(edge_power.OutputError, match="exists"):
        edge_power.android(bundle, output)
    edge_power.android(bundle, output, name="second", force=True)
    assert ">second</string>" in (output / STRINGS).read_text(encoding="utf-8")
    (output / "app/src/main/java/Mine.java").write_text("final class Mine {}")
    with pytest.raises(edge_power.OutputError, match=r"Mine\.java"):
        edge_power.android(bundle, output, force=True)
    assert ">second</string>" in (output / STRINGS).read_text(encoding="utf-8")


def test_command_says_what_it_wrote(bundle, tmp_path, cli):
    result = cli("android", bundle, "--output", tmp_path / "app", "--name", "Film critic")
    assert (result.status, result.err) == (0, "")
    assert result.out.splitlines()[0].startswith("Film critic: negative, positive; fp32, ")
    assert result.out.splitlines()[1] == f"wrote {tmp_path / 'app'}; open it in Android Studio, or see its README.md"


def test_an_installed_package_has_the_project(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, source)
    for name in ("edge_power", "android_demo"):
        ignored = shutil.ignore_patterns("__pycache__", "build", ".gradle")
        shutil.copytree(REPOSITORY / name, source / name, symlinks=True, ignore=ignored)
    tried_out = source / "android_demo/app/src/main/assets/bundle/bundle.json"
    tried_out.parent.mkdir(parents=True, exist_ok=True)
    tried_out.write_text("{}")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--wheel-dir", tmp_path, source], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    inside = "edge_power/android_app/project/"
    with zipfile.ZipFile(wheel) as archive:
        packed = {name: archive.read(name) for name in archive.namelist() if name.startswith(inside)}
    assert {name.removeprefix(inside) for name in packed} == set(template_files())
    assert all(content == (PROJECT / name.removeprefix(inside)).read_bytes() for name, content in packed.items())
