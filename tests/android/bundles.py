"""Bundles that core's tests open, made with the project's own API, and what Python says of texts by each of them.

Java takes every `*.answers.json` of the folder that the system property `edgepower.bundles` names.
"""

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edge_power.conversion.cascade_golden import add_cascade_answers
from edge_power.conversion.convert import convert
from edge_power.conversion.plan import Plan
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.retention_file import parse_keep
from edge_power_converters.program import file_entry
from edge_power_runtime import Bundle, Classifier, Prediction
from edge_power_runtime.text import Text
from tests import tiny
from tests.cascades import bag_and_full, change_manifest

COMMITTED = (tiny.BUNDLE, tiny.INT8_BUNDLE, tiny.STAGES_BUNDLE)
TEXTS_PER_BUNDLE = 200
PAIRS = (("a good film", "the story is dull"), ("never again", "it was long and the music was very fine all night"))


def write_bundles(folder: Path) -> None:
    """Fill `folder` with bundles and their answers, and with the answers of the committed bundles."""
    labels = ("art", "biology", "chess", "drama")
    _convert(folder / "pairs", tiny.tiny_model(), precisions=("fp32", "int8"), texts=PAIRS)
    _convert(folder / "any-length", tiny.tiny_model(), dynamic_length=True)
    regression = tiny.tiny_config(labels=(), task="regression")
    _convert(folder / "regression", tiny.tiny_model(regression), lengths=tiny.LENGTHS[-1:])
    several = tiny.tiny_config(labels=labels, task="multi_label_classification")
    _convert(folder / "several-labels", tiny.tiny_model(several), lengths=tiny.LENGTHS[-1:], threshold=0.4)
    _write_bag(folder / "bag")
    _write_tiers(folder / "tiers")
    for bundle in (*COMMITTED, *(path.parent for path in sorted(folder.glob("*/bundle.json")))):
        for precision in _precisions(bundle):
            _write_answers(folder / f"{bundle.name}-{precision}.answers.json", bundle, precision)
    _write_answers(folder / "sigmoid.answers.json", folder / "regression", "fp32", sigmoid=True)
    _write_answers(folder / "threshold.answers.json", folder / "several-labels", "fp32", threshold=0.7)


def _convert(
    output: Path, model: PowerForSequenceClassification, *, lengths: tuple[int, ...] = tiny.LENGTHS, **options: Any
) -> None:
    budgets = {"fast": parse_keep(tiny.KEEP)}
    plan = Plan(engines=("onnx",), lengths=lengths, budgets=budgets, one_process=True, **options)
    convert(model, output, plan, name=output.name)


def _write_bag(output: Path) -> None:
    """A bag tier before the budget full, of the committed bundle."""
    shutil.copytree(tiny.BUNDLE, output)
    bag_and_full(output)
    add_cascade_answers(output)


def _write_tiers(output: Path) -> None:
    """Cascades of stages, of a bundle inside, of all kinds together, and one with a tier that nobody knows."""
    shutil.copytree(tiny.STAGES_BUNDLE, output)
    shutil.copytree(tiny.INT8_BUNDLE, output / "inside")
    with_bag = output.with_name("bag")
    shutil.copy(with_bag / "bag.safetensors", output)
    added = [output / "bag.safetensors", *(path for path in (output / "inside").rglob("*") if path.is_file())]
    entries = [file_entry(output, path) for path in sorted(added)]
    files = [{"path": entry.path, "size_bytes": entry.size_bytes, "sha256": entry.sha256} for entry in entries]
    known, later = CASCADES[:-1], CASCADES[-1]
    change_manifest(output, lambda manifest: (manifest["files"].extend(files), manifest.update(cascades=known)))
    add_cascade_answers(output)
    change_manifest(output, lambda manifest: manifest["cascades"].append(later))  # what Python writes has none of it


def _tier(kind: str, threshold: float | None, temperature: float = 1.0, **named: object) -> dict[str, object]:
    return {"kind": kind, **named, "temperature": temperature, "threshold": threshold}


_BAG = _tier("bag", 0.52, 2.0, file="bag.safetensors")
_STAGES = [_tier("stage", threshold, 1.5, budget="fast", last=last) for last, threshold in ((1, 0.8), (2, 0.9))]
_LAST_STAGE, _FAST = _tier("stage", None, budget="fast", last=3), _tier("budget", None, budget="fast")
_INSIDE = _tier("bundle", 0.85, 1.25, path="inside", budget="full")
CASCADES = [
    {"name": "stages", "tiers": [*_STAGES, _LAST_STAGE], "measured": None},
    {"name": "skipping", "tiers": [_STAGES[1], _LAST_STAGE]},
    {"name": "inside", "tiers": [_INSIDE, _FAST]},
    {"name": "all", "tiers": [_BAG, _STAGES[0], _INSIDE, _LAST_STAGE]},
    {"name": "later", "tiers": [_tier("oracle", 0.9), _FAST]},
]


def _precisions(bundle: Path) -> list[str]:
    return [item.precision for item in Bundle.open(bundle).manifest.artifacts if item.engine == "onnx"]


def _write_answers(path: Path, bundle: Path, precision: str, **options: Any) -> None:
    """Write what Python says of texts, by each budget and cascade of an artifact."""
    classifier = Classifier.open(bundle, engine="onnx", precision=precision, **options)
    names = [*classifier.bundle.cascades_of(classifier.artifact), *classifier.bundle.budgets_of(classifier.artifact)]
    texts = list(varied_texts(TEXTS_PER_BUNDLE))
    answers = {name: [_answer(classifier.at(name)(text)) for text in texts] for name in names}
    written = {
        "bundle": str(bundle.resolve()),
        "precision": precision,
        "threshold": options.get("threshold"),
        "sigmoid": options.get("sigmoid", False),
        "atol": max(map(_atol, (bundle, *(path.parent for path in bundle.glob("*/bundle.json"))))),
        "texts": [[text] if isinstance(text, str) else list(text) for text in texts],
        "default": classifier.budget,
        "answers": answers,
        "tokens": [list(classifier.tokens(text)) for text in texts],
    }
    path.write_text(json.dumps(written), encoding="utf-8")


def _atol(bundle: Path) -> float:
    """Two builds of an engine add in different orders; where weights are rounded, a sum may tip to the next step."""
    repeats = (item.acceptance.repeat_error for item in Bundle.open(bundle).manifest.artifacts)
    return max(1e-4, *(error or 0.0 for error in repeats))


def _answer(found: Prediction) -> dict[str, object]:
    return {
        "label": found.label,
        "score": found.score,
        "scores": found.scores,
        "labels": found.labels,
        "label_scores": found.label_scores,
        "logits": found.logits,
        "num_tokens": found.num_tokens,
        "truncated": found.truncated,
        "program": found.program,
        "length": found.length or 0,
        "survivors": found.survivors,
        "steps": [[step.program, step.length, step.first] for step in found.steps],
        "tiers": [[run.name, run.confidence, run.num_steps] for run in found.tiers],
    }


def varied_texts(count: int) -> Iterator[Text]:
    """Texts of every length, some of them pairs, some with what no vocabulary has; always the same."""
    seeded = random.Random(22)
    odd = ["Café", "ÇA", "naïve", "电影", "👍🏽", "don't", "x" * 120, "[SEP]", "\u202efilm", "\t\n", "...", "ﬁne", "İ"]

    def words(most: int) -> str:
        chosen = seeded.choices([*tiny.WORDS, *odd], [10] * len(tiny.WORDS) + [1] * len(odd), k=seeded.randint(0, most))
        return " ".join(word.upper() if seeded.random() < 0.1 else word for word in chosen)

    yield ""
    yield "", ""
    for number in range(count - 2):
        most = (4, 12, 60)[number % 3]
        yield (words(most), words(most)) if number % 4 == 3 else words(most)
