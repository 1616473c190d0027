"""Stages in a manifest: what a reader takes, and where it says that they do not fit."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_power_runtime import Bundle, BundleError
from edge_power_runtime.bundle.artifacts import Artifact
from tests.cascades import change_manifest


def stages_of(manifest: dict) -> list[dict]:
    return manifest["artifacts"][0]["stages"]


def test_stages_stand_beside_the_programs_whose_parts_they_are(tiny_stages):
    manifest = Bundle.open(tiny_stages).manifest
    for artifact in manifest.artifacts:
        assert [program.name for program in artifact.programs] == ["fast_8", "fast_24"]
        assert [(stage.name, stage.first, stage.last) for stage in artifact.stages] == [
            (f"fast_{length}_{number}-{number}", number, number) for length in (8, 24) for number in (1, 2, 3)
        ]
        assert [[one.name for one in run] for run in artifact.runs] == [
            ["fast_8"],
            ["fast_24"],
            ["fast_8_1-1", "fast_8_2-2", "fast_8_3-3"],
            ["fast_24_1-1", "fast_24_2-2", "fast_24_3-3"],
        ]
        first, inner, last = artifact.runs[-1]
        assert {spec.name: spec.shape for spec in first.outputs} == {
            "logits": (1, 2), "kept": (12,), "passed_words": (1, 12, 32), "passed_mask": (1, 12),
        }  # fmt: skip
        assert {spec.name: spec.shape for spec in inner.outputs} == {
            "logits": (1, 2), "passed_words": (1, 12, 32), "passed_mask": (1, 12),
        }  # fmt: skip
        assert {spec.name: (spec.shape, spec.dtype) for spec in last.inputs} == {
            "words": ((1, 12, 32), "float32"), "attention_mask": ((1, 12), "float32"),
        }  # fmt: skip
        assert {spec.name for spec in last.outputs} == {"logits"}


def test_they_cost_the_multiply_adds_of_the_whole_and_a_head_each(tiny_stages):
    manifest = Bundle.open(tiny_stages).manifest
    head = 32 * 32 + 2 * 32
    for run in manifest.artifacts[0].runs[2:]:
        whole = manifest.configuration("fast", run[0].length).macs
        means = 2 * 32 * (run[0].length // 2)
        assert sum(stage.macs for stage in run) == whole + means + 2 * head


def test_a_reader_that_knows_no_stages_has_the_programs(tiny_stages, stages_copy):
    change_manifest(stages_copy, lambda manifest: [item.pop("stages") for item in manifest["artifacts"]])
    bundle = Bundle.open(stages_copy)
    assert all(artifact.stages is None for artifact in bundle.manifest.artifacts)
    assert [item.programs for item in bundle.manifest.artifacts] == [
        item.programs for item in Bundle.open(tiny_stages).manifest.artifacts
    ]
    assert '"stages"' not in bundle.manifest.to_json()


def test_retention_of_a_stage_is_its_part(tiny_stages):
    bundle = Bundle.open(tiny_stages)
    first, inner, last = (bundle.retention_of(stage) for stage in bundle.manifest.artifacts[0].runs[-1])
    assert (first.length, first.keep, first.drops, first.passing) == (24, (12,), (0,), 1)
    assert (inner.length, inner.keep, inner.drops, inner.passing) == (12, (12,), (), 1)
    assert (last.length, last.keep, last.drops, last.passing) == (12, (1,), (), 0)


def _set(**values: object) -> Callable[[dict], None]:
    return lambda manifest: stages_of(manifest)[1].update(values)


def _tensor(side: str, place: int, **values: object) -> Callable[[dict], None]:
    return lambda manifest: stages_of(manifest)[1][side][place].update(values)


REFUSED: dict[str, tuple[Callable[[dict], None], str]] = {
    "one left out": (lambda manifest: stages_of(manifest).pop(1), "stages[1].first must be 2, behind the last encoder"),
    "the last left out": (lambda manifest: stages_of(manifest).pop(), "stages must be stages of 'fast' at length 24"),
    "one that begins elsewhere": (_set(first=3), "stages[1].first must be 2, behind the last encoder of the stage"),
    "one that ends before it begins": (_set(last=1), "stages[1].last must be at least 2, the first encoder"),
    "one behind the last encoder": (_set(last=9), "stages[1].last must be at most 3, the last encoder"),
    "the whole": (lambda manifest: stages_of(manifest)[0].update(last=3), "stages[0].last must be less than 3, which"),
    "another budget": (_set(budget="slow"), "stages[1] must be a stage of a budget and a length that the artifact has"),
    "another length": (_set(length=12), "stages[1] must be a stage of a budget and a length that the artifact has a"),
    "a name that a program has": (_set(name="fast_8"), "a list without repeated program names (here 'fast_8')"),
    "a file of nobody": (_set(file="x", files=["x"]), "stages[1].files[0] must be one of the artifact's files"),
    "no multiply-adds": (lambda manifest: stages_of(manifest)[1].pop("macs"), "stages[1].macs is missing"),
    "word-vectors of another size": (_tensor("inputs", 0, shape=[1, 4, 16]), "must be [1, 4, 32] for words"),
    "other rows": (_tensor("inputs", 0, shape=[1, 5, 32]), "stages[1].inputs[0].shape must be [1, 4, 32] for words"),
    "a mask of integers": (_tensor("inputs", 1, dtype="int64"), "inputs[1].dtype must be float32 for attention_mask"),
    "tokens": (
        lambda manifest: stages_of(manifest)[1].update(inputs=stages_of(manifest)[0]["inputs"]),
        "stages[1].inputs must be the tensors words, attention_mask, each once",
    ),
    "nothing handed on": (
        lambda manifest: stages_of(manifest)[1].update(outputs=stages_of(manifest)[1]["outputs"][:1]),
        "stages[1].outputs must be the tensors logits, passed_words, passed_mask, each once",
    ),
    "another task": (
        lambda manifest: manifest.update(task="multi_label_classification", threshold=0.5),
        "stages[0] must be no stage, since the task is multi_label_classification",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_stages_that_do_not_fit_are_refused(stages_copy, name):
    change, expected = REFUSED[name]
    change_manifest(stages_copy, change)
    with pytest.raises(BundleError, match=re.escape(expected)) as caught:
        Bundle.open(stages_copy)
    assert "\n" not in str(caught.value) and "artifacts[0]." in str(caught.value)


def test_the_manifest_is_written_as_it_was_read(tiny_stages: Path):
    text = (tiny_stages / "bundle.json").read_text(encoding="utf-8")
    assert Bundle.open(tiny_stages).manifest.to_json() == text
    assert isinstance(Bundle.open(tiny_stages).manifest.artifacts[0], Artifact)
    assert json.loads(text)["artifacts"][0]["stages"][0]["macs"] > 0
