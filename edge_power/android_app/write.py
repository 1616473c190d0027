"""Writes the project: the template's files, the bundle in its assets, and the app's name."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from edge_power.android_app.checks import app_files
from edge_power.android_app.template import BUNDLE, PROJECT, STRINGS, template_files
from edge_power_converters.output.ownership import Kind
from edge_power_converters.output.staging import Place, staged_directory
from edge_power_runtime import Bundle
from edge_power_runtime.bundle.manifest import MANIFEST_FILE
from edge_power_runtime.bundle.seal import SEAL_FILE
from edge_power_runtime.errors import InputError
from edge_power_runtime.reading.jsonnode import parse

MARKER = "edge-power.json"
SCHEMA_VERSION = 1
MOST_NAME_CHARACTERS = 50

_NAME = re.compile(r'(<string name="app_name"[^>]*>)[^<]*(</string>)')


@dataclass(frozen=True, slots=True)
class AndroidProject:
    """An Android project that was written.

    Attributes:
        path: its folder, to open in Android Studio.
        name: what the app is called on a phone.
        labels: of the bundle, as the app shows them.
        precisions: that the app can switch between.
        bundle_bytes: what the bundle adds to the app.
    """

    path: Path
    name: str
    labels: tuple[str, ...]
    precisions: tuple[str, ...]
    bundle_bytes: int


def _files_of_project(marker: bytes) -> frozenset[str]:
    return frozenset({MARKER, *(item.text() for item in parse(marker, MARKER).field("files").items())})


PROJECT_KIND = Kind("Android project of edge-power", MARKER, _files_of_project)


def write_project(bundle: Bundle, place: Place, name: str) -> AndroidProject:
    """Write the demo project with a bundle in it, beside its place, and put it there.

    Args:
        bundle: an artifact of it is for ONNX Runtime.
        place: as `check_output` gave it.
        name: of the app; see `check_name`.

    Raises:
        InputError: the app cannot run the bundle.
        BundleError: a file of the bundle is missing or altered.
        OutputError: the project cannot be written.
    """
    entries = app_files(bundle)
    with staged_directory(place) as directory:
        for path in template_files():
            _copy(PROJECT / path, directory / path)
        strings = directory / STRINGS
        strings.write_text(with_name(strings.read_text(encoding="utf-8"), name), encoding="utf-8")
        assets = directory / BUNDLE
        for path in (MANIFEST_FILE, SEAL_FILE, *(entry.path for entry in entries)):
            _copy(bundle.resolve(path), assets / path)
        # What was read was checked before; what was written is, too: the source may have changed in between.
        copied = Bundle.open(assets)
        copied.check(entries)
        files = sorted(path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file())
        marker = {"schema_version": SCHEMA_VERSION, "name": name, "files": files}
        (directory / MARKER).write_text(json.dumps(marker, indent=2) + "\n", encoding="utf-8")
        size = sum(path.stat().st_size for path in assets.rglob("*") if path.is_file())
    manifest = bundle.manifest
    precisions = tuple(item.precision for item in manifest.artifacts if item.engine == "onnx")
    return AndroidProject(place.output, name, tuple(manifest.labels), precisions, size)


def check_name(name: str) -> str:
    """Give the app's name without blanks around it.

    Raises:
        InputError: nobody could read it on a phone.
    """
    trimmed = name.strip()
    if not trimmed or len(trimmed) > MOST_NAME_CHARACTERS or not trimmed.isprintable():
        raise InputError(
            f"`name` is {name!r}, must be 1 to {MOST_NAME_CHARACTERS} printable characters; it stands below the icon"
        )
    return trimmed


def with_name(strings: str, name: str) -> str:
    """Put the app's name into its strings, so that Android reads just these characters.

    In Android's strings a backslash escapes, quotes group, and a first @ or ? refers to another resource.
    """
    written = re.sub(r"""([\\'"])""", r"\\\1", name)
    written = f"\\{written}" if written.startswith(("@", "?")) else written
    replaced, count = _NAME.subn(lambda found: f"{found[1]}{escape(written)}{found[2]}", strings)
    if count != 1:
        raise AssertionError(f"{STRINGS} has {count} strings called app_name, expected one")
    return replaced


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
