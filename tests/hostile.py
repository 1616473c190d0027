"""A bundle and a report whose every name holds what a terminal, a table or rich's markup would obey."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

# Moves the cursor, rings, sets the window's title, turns letters round, forges a column and a line, closes a tag.
EVIL = "\x1b[2J\x07\x1b]0;x\x07\x9b31m\u202e\u2066\u2028\t\n\r\x7f[/x][bold]:smile:"


def hostile_bundle(tiny_bundle: Path, target: Path) -> Path:
    """Copy the tiny bundle with evil in its names, and seal it anew as whoever made it could."""
    shutil.copytree(tiny_bundle, target)
    manifest = json.loads((target / "bundle.json").read_text(encoding="utf-8"))
    golden = json.loads((target / "golden.json").read_text(encoding="utf-8"))
    for example in golden["examples"]:
        example["programs"] = {name + EVIL: found for name, found in example["programs"].items()}
    (target / "golden.json").write_text(json.dumps(golden), encoding="utf-8")
    for name in ("name", "architecture", "created_by"):
        manifest[name] += EVIL
    manifest["labels"] = [label + EVIL for label in manifest["labels"]]
    manifest["versions"] = _evil_keys(manifest["versions"])
    for budget in manifest["budgets"]:
        budget["name"] += EVIL
    for artifact in manifest["artifacts"]:
        artifact["versions"] = _evil_keys(artifact["versions"])
        for program in artifact["programs"]:
            program["name"] += EVIL
            program["budget"] += EVIL
    manifest["artifacts"].append({"engine": f"coreml{EVIL}", "precision": f"fp8{EVIL}", "files": []})
    for entry in manifest["files"]:
        data = (target / entry["path"]).read_bytes()
        entry.update(size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    data = json.dumps(manifest).encode()
    (target / "bundle.json").write_bytes(data)
    seal = target / "bundle.json.sha256"
    if seal.exists():
        seal.write_text(f"{hashlib.sha256(data).hexdigest()}  bundle.json\n", encoding="ascii")
    return target


def hostile_report(report: dict[str, Any]) -> dict[str, Any]:
    """Put evil into every text of a report that may be any text; its cases still differ from each other."""
    free = ("created", "name", "architecture", "budget", "device", "cpu", "system", "kernel", "texts", "governor")
    free = (*free, "android", "reason", "kind_", "unavailable", "work", "manifest_sha256", "status")

    def changed(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            evil = key in ("versions", "schedules", "delegation", "temperatures_c", "inside", "outside")
            return {name + EVIL * evil: changed(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [changed(item, key) for item in value]
        return value + EVIL if isinstance(value, str) and (key in free or key == "fitted") else value

    found: dict[str, Any] = changed(report)
    return found


def _evil_keys(versions: dict[str, str]) -> dict[str, str]:
    return {name + EVIL: version + EVIL for name, version in versions.items()}
