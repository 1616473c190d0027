"""Bundles of one's own, made of the committed one: whole, valid, and told apart by their names."""

import hashlib
import json
import shutil
from pathlib import Path

from edge_power_runtime import Bundle
from edge_power_runtime.bundle.manifest import MANIFEST_FILE
from edge_power_runtime.bundle.seal import SEAL_FILE, write_manifest
from tests.conftest import TINY_BUNDLE


def write_bundle(directory: Path, name: str) -> None:
    """Write the tiny bundle under another name into a directory, which may be there."""
    shutil.copytree(TINY_BUNDLE, directory, dirs_exist_ok=True)
    manifest = json.loads((directory / MANIFEST_FILE).read_text(encoding="utf-8"))
    text = json.dumps({**manifest, "name": name}, indent=2) + "\n"
    write_manifest(directory, text.encode())


def add_unknown(directory: Path, *, engine: str = "coreml", precision: str = "fp16") -> None:
    """Add an artifact that no reader of today knows, with a file of its own."""
    content, path = b"of another engine", directory / "later" / "model.bin"
    path.parent.mkdir()
    path.write_bytes(content)
    entry = {"path": "later/model.bin", "size_bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    manifest = json.loads((directory / MANIFEST_FILE).read_text(encoding="utf-8"))
    manifest["artifacts"].insert(0, {"engine": engine, "precision": precision, "files": [entry], "programs": {}})
    write_manifest(directory, json.dumps(manifest).encode())


def add_precision(directory: Path, precision: str) -> None:
    """Give every engine a second artifact, of the files that it has, under the name of another precision."""
    manifest = json.loads((directory / MANIFEST_FILE).read_text(encoding="utf-8"))
    manifest["artifacts"] += [{**artifact, "precision": precision} for artifact in manifest["artifacts"]]
    write_manifest(directory, json.dumps(manifest).encode())


def checked_name(directory: Path) -> str:
    """The name of a bundle all of whose files are what its manifest says, and which holds nothing else."""
    bundle = Bundle.open(directory)
    entries = bundle.manifest.listed
    bundle.check(entries)
    listed = {MANIFEST_FILE, SEAL_FILE, *(entry.path for entry in entries)}
    found = {path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()}
    assert found <= listed
    return bundle.manifest.name
