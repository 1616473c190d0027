"""The answers of a bundle's cascades and bag tiers, put into its golden.json, so that a device can verify them."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from edge_power_runtime.bundle.artifacts import Artifact
from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.bundle.cascades import BagEntry
from edge_power_runtime.bundle.files import FileEntry
from edge_power_runtime.bundle.golden import read_golden
from edge_power_runtime.bundle.manifest import GOLDEN_FILE
from edge_power_runtime.bundle.seal import write_manifest
from edge_power_runtime.cascade.bag import BagTier
from edge_power_runtime.engines import engine_info
from edge_power_runtime.model import Model
from edge_power_runtime.text import Text


def add_cascade_answers(directory: Path) -> None:
    """Have every cascade of a bundle answer the golden examples, and write that down in golden.json and the manifest.

    Artifacts whose engine is not installed here have no answers. Texts stay as they are.

    Args:
        directory: a whole bundle that is the caller's own and not yet in its place: its files are written over.

    Raises:
        BundleError: the bundle is incomplete, altered or malformed.
        EngineError: an engine failed.
    """
    bundle = Bundle.open(directory)
    data = bundle.read(GOLDEN_FILE)
    texts = [example.text for example in read_golden(data)]
    document = json.loads(data)
    for artifact in bundle.manifest.artifacts:
        if engine_info(artifact.engine).is_installed:
            _answer(bundle, artifact, texts, document["examples"])
    written = json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    (directory / GOLDEN_FILE).write_bytes(written)  # the caller's own copy
    entry = FileEntry(GOLDEN_FILE, len(written), hashlib.sha256(written).hexdigest())
    files = tuple(entry if item.path == GOLDEN_FILE else item for item in bundle.manifest.files)
    write_manifest(directory, replace(bundle.manifest, files=files).to_json().encode())


def _answer(bundle: Bundle, artifact: Artifact, texts: list[Text], examples: list[dict[str, Any]]) -> None:
    model = Model.open(bundle, engine=artifact.engine, precision=artifact.precision)
    for name in bundle.cascades_of(artifact):
        cascade, entry = model.at(name).cascade, bundle.manifest.cascade(name)
        assert cascade is not None and entry is not None
        for text, example in zip(texts, examples, strict=True):
            found = cascade(text)
            answers = example.setdefault("cascades", {}).setdefault(artifact.key, {})
            answers[name] = {"tier": found.tier, "logits": found.logits}
            for tier in entry.tiers:
                bag = cascade.tier(tier.name).answerer
                if isinstance(tier, BagEntry) and isinstance(bag, BagTier):
                    example.setdefault("bags", {})[tier.file] = bag(text).logits
