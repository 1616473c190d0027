"""Damaged manifests, golden files and bag tiers with what Python's reader says of each, for Java's to say the same.

Each line of a `*.damages` file has the document in base64, a blank, and the message as JSON: null where it is accepted.
"""

import base64
import copy
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from edge_power_runtime.bundle.checks.manifest import read_manifest
from edge_power_runtime.bundle.golden import read_golden
from edge_power_runtime.cascade.bag_file import read_bag
from edge_power_runtime.errors import BundleError
from tests import tiny
from tests.android.bundles import CASCADES
from tests.cascades import bag_bytes

Place = tuple[str | int, ...]

# What any value may become; with every key removed and every list doubled, this meets each check of a reader.
VALUES: tuple[Any, ...] = (
    None, True, 0, 1, -1, 2, 9, 1.5, 0.5, 2**31, 2**63 - 1, 2**63, 1e300, "", "x", "\ud800", "y" * 1001, [], {}, [1],
)  # fmt: skip
STRINGS = (
    "onnx", "executorch", "int8", "int32", "float32", "logits", "kept", "fast", "full", "stage", "bag", "oracle",
    "regression", "multi_label_classification", "left", "../x", "/x", "C:x", "a\\b", "a\0b", "a//b", "./a",
)  # fmt: skip
# Of the places that differ in their indices alone, such as the names of all programs, as many are changed in one way.
ALIKE = 2
FLIPS = 400


def write_damages(folder: Path) -> None:
    """Write the documents, and what Python says of each."""
    bases = [_two_engines(), _stages(), _cascades(), _any_length(folder), *_other_tasks(folder)]
    seen: Counter[str] = Counter()
    manifests = [item for base in bases for item in _sample(base, seen)] + list(_flipped(_plain(bases[0])))
    _write(folder / "manifest.damages", manifests, read_manifest)
    goldens = list(_sample(_golden(folder), Counter())) + list(_flipped(_plain(_golden(folder))))
    _write(folder / "golden.damages", goldens, read_golden)
    _write(folder / "bag.damages", [*_bags()], lambda data: read_bag(data, "bag.safetensors"))


def _write(path: Path, documents: list[bytes], read: Callable[[bytes], object]) -> None:
    with path.open("w", encoding="ascii") as file:
        for document in documents:
            file.write(f"{base64.b64encode(document).decode()} {json.dumps(_message(read, document))}\n")


def _message(read: Callable[[bytes], object], document: bytes) -> str | None:
    try:
        read(document)
    except BundleError as error:
        return str(error)
    return None


def _plain(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def _sample(base: Any, seen: Counter[str]) -> Iterator[bytes]:
    """The document itself, then changed in one place, always the same; `seen` counts changes that are alike."""
    yield _plain(base)
    every = list(_changes(base))
    random.Random(1).shuffle(every)
    for place, value in every:
        kind = f"{['#' if isinstance(key, int) else key for key in place]} {str(value)[:50]}"
        seen[kind] += 1
        if seen[kind] <= ALIKE:
            yield _plain(_changed(base, place, value))


_REMOVED = object()


def _changes(base: Any) -> Iterator[tuple[Place, Any]]:
    for place, found in _nodes(base):
        if place and isinstance(place[-1], str):
            yield place, _REMOVED
        if isinstance(found, list) and found:
            yield place, [*found, found[-1]]
            yield place, found[:-1]
            yield place, found * (10_000 // len(found) + 1) if len(_plain(found)) < 40 else found[::-1]
        if isinstance(found, int | float) and not isinstance(found, bool):
            yield place, found + 1
            yield place, found - 1
        for value in (*VALUES, *(STRINGS if isinstance(found, str) or found is None else ())):
            yield place, value


def _nodes(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    yield place, value
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _nodes(item, (*place, key))


def _changed(base: Any, place: Place, value: Any) -> Any:
    if not place:
        return value
    changed = copy.copy(base)
    within = changed
    for key in place[:-1]:  # what is changed is copied on the way down, and the rest is shared
        within[key] = copy.copy(within[key])
        within = within[key]
    if value is _REMOVED:
        del within[place[-1]]
    else:
        within[place[-1]] = value
    return changed


def _flipped(document: bytes) -> Iterator[bytes]:
    """One bit turned, as a bad disk does it."""
    seeded = random.Random(2)
    for _ in range(FLIPS):
        changed = bytearray(document)
        changed[seeded.randrange(len(changed))] ^= 1 << seeded.randrange(8)
        yield bytes(changed)


def _manifest(bundle: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((bundle / "bundle.json").read_text(encoding="utf-8"))
    found["versions"] = {"torch": "2"}
    found["files"] = [entry for entry in found["files"] if entry["path"] == "tokenizer.json"]
    for artifact in found["artifacts"]:
        artifact["versions"] = {}
    return found


def _two_engines() -> dict[str, Any]:
    """One program of an engine that goes by names, one of an engine that goes by places, and one unknown artifact."""
    found = _manifest(tiny.BUNDLE)
    found["artifacts"] = [item for item in found["artifacts"] if item["engine"] != "tflite"]
    for artifact in found["artifacts"]:
        artifact["programs"] = artifact["programs"][:1]
    found["artifacts"].append({"engine": "coreml", "precision": "fp8", "files": found["files"]})
    return found


def _stages() -> dict[str, Any]:
    found = _manifest(tiny.STAGES_BUNDLE)
    found["artifacts"] = [item for item in found["artifacts"] if item["engine"] == "onnx"]
    (artifact,) = found["artifacts"]
    artifact["programs"] = artifact["programs"][:1]
    length = artifact["programs"][0]["length"]
    artifact["stages"] = [stage for stage in artifact["stages"] if stage["length"] == length]
    return found


def _cascades() -> dict[str, Any]:
    """Cascades of every kind of tier; of the artifacts what they need, since others are met above."""
    found = _stages()
    found["artifacts"][0]["stages"] = []
    entry = found["files"][0]
    found["files"] += [{**entry, "path": path} for path in ("bag.safetensors", "inside/bundle.json")]
    measured = {"rows": 9, "accuracy": 0.5, "last_accuracy": None, "passed_on": [0.5], "max_loss": 0.01}
    found["cascades"] = [*CASCADES, {**CASCADES[0], "name": "measured", "measured": measured}]
    return found


def _any_length(folder: Path) -> dict[str, Any]:
    return _manifest(folder / "any-length")


def _other_tasks(folder: Path) -> list[dict[str, Any]]:
    found = [_manifest(folder / name) for name in ("regression", "several-labels")]
    for manifest in found:
        manifest["artifacts"][0]["programs"] = manifest["artifacts"][0]["programs"][:1]
    found.append({**found[0], "cascades": CASCADES[:1]})
    return found


def _golden(folder: Path) -> dict[str, Any]:
    """Examples that have every key: of a cascade, a pair, a repeated answer and one without padding."""
    found: dict[str, Any] = json.loads((folder / "tiers/golden.json").read_text(encoding="utf-8"))
    found["examples"] = found["examples"][:1]
    programs = found["examples"][0]["programs"]
    found["examples"][0]["programs"] = {name: programs[name] for name in list(programs)[:1]}
    found["examples"][0]["pair"] = "a film"
    for key in ("artifacts", "unpadded"):
        found["examples"][0][key] = {"onnx int8": found["examples"][0]["programs"]}
    return found


def _bags() -> Iterator[bytes]:
    tensors = {
        "pieces": np.array([-1, 0, 1, 1], np.int32),
        "scale": np.array([0.5, 0.25], np.float32),
        "bias": np.zeros(2, np.float32),
        "rows": np.array([[1, 2], [3, 4], [5, 6]], np.int8),
        "shifts": np.array([0, 15, 3], np.uint8),
    }
    whole = bag_bytes(tensors, buckets=1)
    header = json.loads(whole[8 : 8 + int.from_bytes(whole[:8], "little")])
    body = whole[8 + int.from_bytes(whole[:8], "little") :]
    for place, value in _changes(header):
        written = _plain(_changed(header, place, value))
        yield len(written).to_bytes(8, "little") + written + body
    for name, value in (
        ("pieces", np.array([-2, 0], np.int32)), ("pieces", np.array([0, 2], np.int32)),
        ("scale", np.array([1, np.nan], np.float32)), ("scale", np.ones(3, np.float32)),
        ("bias", np.array([1, np.inf], np.float32)), ("bias", np.ones(1, np.float32)),
        ("rows", np.ones((3, 1), np.int8)), ("rows", np.ones((1, 2), np.int8)), ("shifts", np.ones(4, np.uint8)),
        ("shifts", np.array([0, 16, 255], np.uint8)), ("extra", np.ones(1, np.int8)),
    ):  # fmt: skip
        yield bag_bytes({**tensors, name: value}, buckets=1)
    yield bag_bytes(tensors, buckets=3)
    for size in (0, 5, 8, 9, len(whole) - 1):
        yield whole[:size]
    yield whole + b"\0"
    yield b"\xff" * 8 + whole
    yield from _flipped(whole)
