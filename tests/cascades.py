"""Manifests with cascades, made of a bundle that has none."""

import json
from collections.abc import Callable
from pathlib import Path

from edge_power_runtime.bundle.seal import write_manifest


def two_budgets(**changes: object) -> dict:
    """A manifest's cascade of the budgets fast and full."""
    return {
        "name": "cascade",
        "tiers": [
            {"kind": "budget", "budget": "fast", "temperature": 1.0, "threshold": 0.6},
            {"kind": "budget", "budget": "full", "temperature": 1.5, "threshold": None},
        ],
        **changes,
    }


def change_manifest(bundle: Path, change: Callable[[dict], None]) -> None:
    """Change the manifest of a bundle in place, and seal it anew."""
    manifest = json.loads((bundle / "bundle.json").read_text(encoding="utf-8"))
    change(manifest)
    write_manifest(bundle, json.dumps(manifest).encode())
