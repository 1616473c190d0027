"""Manifests with cascades, made of a bundle that has none."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

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


def bag_and_full(bundle: Path) -> None:
    """Give a copy of the committed bundle a cascade of a bag tier and the budget full; the bag is sure of "film"."""
    vocabulary = json.loads((bundle / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    pieces = np.full(len(vocabulary), -1, np.int32)
    pieces[vocabulary["film"]] = 0
    tensors = {
        "pieces": pieces,
        "scale": np.array([0.25, 0.25], np.float32),
        "bias": np.array([0.125, 0.0], np.float32),
        "rows": np.array([[-20, 20], [0, 0]], np.int8),
        "shifts": np.zeros(2, np.uint8),
    }
    data = bag_bytes(tensors, buckets=1)
    (bundle / "bag.safetensors").write_bytes(data)
    entry = {"path": "bag.safetensors", "size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    first = {"kind": "bag", "file": "bag.safetensors", "temperature": 2.0, "threshold": 0.75}
    cascade = two_budgets(tiers=[first, two_budgets()["tiers"][1]])
    change_manifest(bundle, lambda manifest: (manifest["files"].append(entry), manifest.update(cascades=[cascade])))


def bag_bytes(tensors: dict[str, np.ndarray], buckets: int) -> bytes:
    """A bag tier's file of these tensors."""
    names = {"int32": "I32", "float32": "F32", "int8": "I8", "uint8": "U8"}
    header: dict = {"__metadata__": {"format": "edge-power bag", "version": "1", "buckets": str(buckets)}}
    body = b""
    for name, array in tensors.items():
        offsets = [len(body), len(body) + array.nbytes]
        header[name] = {"dtype": names[str(array.dtype)], "shape": list(array.shape), "data_offsets": offsets}
        body += array.tobytes()
    written = json.dumps(header).encode()
    return len(written).to_bytes(8, "little") + written + body
