"""The cascades of bundle.json: what is read, what is passed over, and how each mistake is told."""

import json

import pytest

from edge_power_runtime import BundleError
from edge_power_runtime.bundle import bounds
from edge_power_runtime.bundle.cascades import (
    BagEntry,
    BudgetEntry,
    BundleEntry,
    CascadeEntry,
    MeasuredCascade,
    StageEntry,
)
from edge_power_runtime.bundle.checks.manifest import read_manifest
from edge_power_runtime.tasks import task_named
from tests.flips import Answers, flip_file
from tests.mangled import any_values, mangled, places
from tests.runtime.bundle.test_manifest import LITERAL, SHA

TIERS = [
    {"kind": "bag", "file": "bag.safetensors", "temperature": 1.25, "threshold": 0.75},
    {"kind": "bundle", "path": "tiers/first", "budget": None, "temperature": 1, "threshold": 1},
    {"kind": "stage", "budget": "fast", "last": 1, "temperature": 0.5, "threshold": 0.625},
    {"kind": "budget", "budget": "fast", "temperature": 2.0, "threshold": None},
]
CASCADE = {
    "name": "cascade",
    "tiers": TIERS,
    "measured": {
        "rows": 500,
        "accuracy": 0.875,
        "last_accuracy": 0.88,
        "passed_on": [0.5, 0.25, 0.125],
        "max_loss": 0.005,
        "confidence": 0.95,
    },
}


def document(**changes: object) -> str:
    """The literal manifest with a cascade of every kind of tier."""
    found = json.loads(LITERAL)
    found["files"] += [
        {"path": path, "size_bytes": 1, "sha256": SHA} for path in ("bag.safetensors", "tiers/first/bundle.json")
    ]
    return json.dumps({**found, "cascades": [CASCADE], **changes})


def test_every_kind_of_tier_is_read_and_written():
    manifest = read_manifest(document())
    assert manifest.cascades == (
        CascadeEntry(
            "cascade",
            (
                BagEntry("bag.safetensors", 1.25, 0.75),
                BundleEntry("tiers/first", None, 1.0, 1.0),
                StageEntry("fast", 1, 0.5, 0.625),
                BudgetEntry("fast", 2.0, None),
            ),
            MeasuredCascade(500, 0.875, 0.88, (0.5, 0.25, 0.125), 0.005, 0.95),
        ),
    )
    assert [tier.name for tier in manifest.cascades[0].tiers] == ["bag", "tiers/first", "fast-1", "fast"]
    assert manifest.cascades[0].budgets == {"fast"} and manifest.cascade("cascade") is manifest.cascades[0]
    assert manifest.cascade("fast") is None
    again = json.loads(manifest.to_json())
    assert again["cascades"] == [CASCADE] and read_manifest(json.dumps(again)) == manifest


def test_a_manifest_may_have_none():
    for without in (LITERAL, document(cascades=None), document(cascades=[])):
        manifest = read_manifest(without)
        assert manifest.cascades == () and "cascades" not in json.loads(manifest.to_json())
    assert read_manifest(document(cascades=[{**CASCADE, "measured": None}])).cascades[0].measured is None
    lone = {"name": "a", "tiers": TIERS}
    assert read_manifest(document(cascades=[lone])).cascades[0].measured is None


def test_a_cascade_with_an_unknown_tier_is_passed_over():
    unknown = {"name": "later", "tiers": [{"kind": "oracle", "of": "delphi"}, {"kind": "budget"}]}
    manifest = read_manifest(document(cascades=[unknown, CASCADE]))
    assert (manifest.unknown_cascades, [entry.name for entry in manifest.cascades]) == (("later",), ["cascade"])
    assert [entry["name"] for entry in json.loads(manifest.to_json())["cascades"]] == ["cascade"]


def test_every_tier_of_a_cascade_that_is_passed_over_has_a_kind():
    for tier, found in (({"kind": 3}, "kind must be a string"), ({}, "kind is missing"), ([], "must be an object")):
        unknown = {"name": "later", "tiers": [{"kind": "oracle"}, tier]}
        with pytest.raises(BundleError, match=rf"cascades\[0\].tiers\[1\].?{found}|tiers\[1\] {found}"):
            read_manifest(document(cascades=[unknown, CASCADE]))


CASCADES = ("cascades", 0)
TIER = (*CASCADES, "tiers")


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("cascades",), {}, "cascades must be an array"),
        (CASCADES, [], r"cascades\[0\] must be an object"),
        ((*CASCADES, "name"), None, r"cascades\[0\].name must be a string"),
        (
            (*CASCADES, "name"),
            "fast",
            r"cascades must be a list without repeated names, also of budgets \(here 'fast'\)",
        ),
        (TIER, TIERS[:0], r"tiers must be a list of two tiers or more"),
        (TIER, TIERS[3:], r"tiers must be a list of two tiers or more"),
        (TIER, [TIERS[2], TIERS[2]], r"tiers must be a list without repeated tiers \(here 'fast-1'\)"),
        ((*TIER, 0, "kind"), 3, r"tiers\[0\].kind must be a string"),
        ((*TIER, 0, "file"), "other.bin", r"tiers\[0\].file must be one of the bundle's own files, found 'other.bin'"),
        ((*TIER, 0, "file"), "../bag", r"tiers\[0\].file must be a relative POSIX path inside the bundle"),
        (
            (*TIER, 1, "path"),
            "tiers",
            r"tiers\[1\].path must be a directory whose bundle.json is one of the bundle's own",
        ),
        ((*TIER, 1, "path"), "/tiers", r"tiers\[1\].path must be a relative POSIX path"),
        ((*TIER, 1, "budget"), 7, r"tiers\[1\].budget must be a string"),
        ((*TIER, 2, "budget"), "full", r"tiers\[2\].budget must be one of the budgets fast, found 'full'"),
        ((*TIER, 2, "last"), 3, r"tiers\[2\].last must be at most 2, the number of encoders"),
        ((*TIER, 2, "last"), 0, r"tiers\[2\].last must be a whole number in 1..1000"),
        ((*TIER, 3, "budget"), "full", r"tiers\[3\].budget must be one of the budgets fast, found 'full'"),
        (
            (*TIER, 3, "threshold"),
            0.9,
            r"tiers\[3\].threshold must be null, since the last tier's answer always stands",
        ),
        (
            (*TIER, 0, "threshold"),
            None,
            r"tiers\[0\].threshold must be a number above 1/2 \(what a tier that knows noth",
        ),
        ((*TIER, 0, "threshold"), 0.5, r"tiers\[0\].threshold must be a number above 1/2 .* and at most 1, found 0.5"),
        (
            (*TIER, 0, "threshold"),
            1.001,
            r"tiers\[0\].threshold must be a number above 1/2 .* and at most 1, found 1.001",
        ),
        ((*TIER, 0, "temperature"), 0, r"tiers\[0\].temperature must be a number above 0"),
        ((*TIER, 0, "temperature"), None, r"tiers\[0\].temperature must be a number"),
        ((*CASCADES, "measured", "rows"), None, r"measured.rows must be a whole number"),
    ],
)
def test_each_mistake_is_told_with_its_place(place, value, message):
    with pytest.raises(BundleError, match=message) as told:
        read_manifest(mangled(document(), place, value))
    assert str(told.value).startswith("bundle.json: ") and "\n" not in str(told.value)


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("key", ["kind", "temperature", "threshold"])
def test_every_key_of_a_tier_must_be_there(number, key):
    found = json.loads(document())
    del found["cascades"][0]["tiers"][number][key]
    with pytest.raises(BundleError, match=rf"tiers\[{number}\].{key} is missing"):
        read_manifest(json.dumps(found))


@pytest.mark.parametrize("task", ["regression", "multi_label_classification"])
def test_only_a_classification_has_cascades(task):
    found = json.loads(document(task=task))
    if task == "regression":
        found["labels"] = []
        for output in found["artifacts"][0]["programs"][0]["outputs"]:
            output["shape"] = [1, 1] if output["role"] == "logits" else output["shape"]
    else:
        found["threshold"] = 0.5
    with pytest.raises(
        BundleError, match=f"cascades must be absent, since the task is {task}: {task_named(task).no_confidence}"
    ):
        read_manifest(json.dumps(found))
    found["cascades"] = [{"name": "later", "tiers": [{"kind": "oracle"}]}]
    assert read_manifest(json.dumps(found)).unknown_cascades == ("later",)


def test_cascades_and_tiers_have_a_bound():
    many = [{**CASCADE, "name": f"c{number}"} for number in range(bounds.CASCADES + 1)]
    with pytest.raises(BundleError, match="cascades must be an array of at most 100 elements"):
        read_manifest(document(cascades=many))
    assert len(read_manifest(document(cascades=many[1:])).cascades) == 100
    with pytest.raises(BundleError, match=r"cascades\[0\].tiers must be an array of at most 8 elements"):
        read_manifest(document(cascades=[{**CASCADE, "tiers": TIERS * 3}]))


def test_any_mutation_is_a_manifest_or_a_bundle_error():
    hypothesis = pytest.importorskip("hypothesis")
    text = document()
    every = [place for place in places(json.loads(text)) if place[0] == "cascades"]

    @hypothesis.settings(max_examples=100, deadline=None)
    @hypothesis.given(hypothesis.strategies.sampled_from(every), any_values(hypothesis.strategies))
    def check(place, value):
        try:
            manifest = read_manifest(mangled(text, place, value))
        except BundleError as error:
            assert str(error).startswith("bundle.json")
        else:
            again = read_manifest(manifest.to_json())
            assert again.cascades == manifest.cascades and again.budgets == manifest.budgets

    check()


def test_a_flipped_byte_of_a_bundle_with_a_cascade_is_refused(cascade_bundle):
    engine = pytest.importorskip("onnxruntime") and "onnx"
    expected = Answers.of(cascade_bundle, engine)
    assert expected.passed
    step = (cascade_bundle / "bundle.json").stat().st_size // 20
    assert set(flip_file(cascade_bundle, "bundle.json", engine, expected, step=step)) == {"refused"}
