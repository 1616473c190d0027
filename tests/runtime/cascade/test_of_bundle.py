"""A bundle's cascade on every engine: who answers, what is shared, and what is refused."""

import copy
import gc
import hashlib
import json
import os
import pickle
import shutil
import threading
import weakref
from pathlib import Path

import pytest

from edge_power_runtime import BundleError, Cascade, Classifier, InputError, Model
from edge_power_runtime.bundle.seal import write_manifest
from tests.cascades import two_budgets

SURE, UNSURE = "dull", "a good film"


@pytest.fixture
def opened(cascade_bundle, tiny_artifact) -> Classifier:
    """The cascade of two budgets, on each engine."""
    return Classifier.open(cascade_bundle, engine=tiny_artifact.engine)


def test_a_bundle_answers_by_its_cascade_unless_told_otherwise(opened):
    assert (opened.budget, [tier.name for tier in opened.cascade.tiers]) == ("cascade", ["fast", "full"])
    fast, full = opened.at("fast"), opened.at("full")
    assert (fast.cascade, full.cascade) == (None, None)
    sure, unsure = opened(SURE), opened(UNSURE)
    assert sure == fast(SURE) and unsure.logits == full(UNSURE).logits and unsure.label == full(UNSURE).label
    assert (sure.tier, unsure.tier, fast(SURE).tier) == ("fast", "full", None)
    # All programs that ran for it, as whoever counts their cost has to know; the last gave the answer.
    assert [step.program for step in unsure.steps] == ["fast_8", "full_8"]
    assert [run.num_steps for run in unsure.tiers] == [1, 1]
    assert (unsure.program, unsure.survivors) == ("full_8", full(UNSURE).survivors)
    assert unsure.tiers[0].confidence == fast(UNSURE).score < 0.6 <= fast(SURE).score
    # At temperature 1.5 the last tier is less sure, and answers all the same.
    assert 0.5 < unsure.tiers[1].confidence < unsure.score
    assert opened(UNSURE, budget="fast") == fast(UNSURE)
    assert fast(UNSURE, budget="cascade") == full.at()(UNSURE) == unsure
    assert opened.classify([SURE, UNSURE]) == [sure, unsure]
    assert fast.classify([SURE, UNSURE], budget="cascade") == [sure, unsure]


def test_spans_and_tokens(opened):
    assert [span.name for span in opened.spans][:4] == ["fast.encode", "fast.choose", "fast.run", "fast.decode"]
    found, times = opened.timed(SURE)
    assert found == opened(SURE) and all(times[:4]) and times[4:8] == (0, 0, 0, 0)
    found, times = opened.timed(UNSURE)
    # Its ids are known, so that reading them takes next to nothing: 20 us is for a machine that is busy elsewhere.
    assert found == opened(UNSURE) and all(times[5:8]) and times[4] < max(20_000, times[0])
    assert opened.tokens(UNSURE) == opened.at("full").tokens(UNSURE)


def test_tiers_share_the_engine_and_its_programs(cascade_bundle, toy_engine, monkeypatch):
    monkeypatch.setattr(
        "tests.runtime.conftest.KEEP", {"fast": {8: (4, 1), 24: (4, 1)}, "full": {8: (8, 1), 24: (8, 1)}}
    )
    classifier = Classifier.open(cascade_bundle, engine="onnx")
    classifier.warm_up()
    assert toy_engine.loaded == ["fast_8", "fast_24", "full_8", "full_24"]
    for text in (SURE, UNSURE):
        classifier(text, budget="full"), classifier.at("fast")(text), classifier(text)
    assert len(toy_engine.loaded) == 4
    tiers = [tier.answerer for tier in classifier.cascade.tiers]
    assert {tier.model for tier in tiers} == {classifier.model}
    assert all(tier.encoder is classifier.encoder for tier in tiers)


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda found: pickle.loads(pickle.dumps(found))])
def test_a_copy_answers_alike_and_counts_from_0(cascade_bundle, again):
    pytest.importorskip("onnxruntime")
    first = Classifier.open(cascade_bundle, engine="onnx")
    first(SURE)
    second = again(first)
    assert second.budget == "cascade" and second(UNSURE) == first(UNSURE) and second.model is not first.model
    assert [count.asked for count in second.cascade.stats()] == [1, 1]
    lone = again(first.cascade)
    assert lone(UNSURE) == first(UNSURE)


def test_nothing_holds_a_model_whose_last_user_is_gone(cascade_bundle):
    pytest.importorskip("onnxruntime")
    classifier = Classifier.open(cascade_bundle, engine="onnx", budget="full")
    classifier(UNSURE, budget="cascade")
    gone = weakref.ref(classifier.model)
    gc.disable()
    try:
        del classifier
        assert gone() is None
    finally:
        gc.enable()


def test_threads_answer_at_once(opened):
    expected = {text: opened(text) for text in (SURE, UNSURE)}
    wrong: list[str] = []

    def work():
        for text in (SURE, UNSURE) * 20:
            if opened(text) != expected[text]:
                wrong.append(text)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert [(count.asked, count.answered) for count in opened.cascade.stats()] == [(162, 81), (81, 81)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")
def test_a_forked_child_answers_by_all_tiers(opened):
    expected = [opened(text).logits for text in (SURE, UNSURE)]
    child = os.fork()
    if child == 0:
        answers = [opened(text).logits for text in (SURE, UNSURE)]
        os._exit(0 if answers == expected and opened.cascade.stats()[0].asked == 2 else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_messages_name_cascades_too(cascade_bundle):
    model = Model.open(cascade_bundle, engine="onnx") if pytest.importorskip("onnxruntime") else None
    with pytest.raises(
        InputError, match="no budget 'slow' in onnx fp32 of the bundle .*; it has: cascade, fast, full$"
    ):
        model.at("slow")


def test_a_cascade_of_a_budget_that_the_artifact_lacks_is_left_alone(cascade_bundle, edit_manifest):
    pytest.importorskip("onnxruntime")

    def without_full(manifest: dict) -> None:
        artifact = next(item for item in manifest["artifacts"] if item["engine"] == "onnx")
        artifact["programs"] = [item for item in artifact["programs"] if item["budget"] == "fast"]

    edit_manifest(cascade_bundle, without_full)
    assert Classifier.open(cascade_bundle, engine="onnx").budget == "fast"


def test_an_unknown_tier_passes_the_cascade_over(cascade_bundle, edit_manifest):
    pytest.importorskip("onnxruntime")
    edit_manifest(cascade_bundle, lambda manifest: manifest["cascades"][0]["tiers"][0].update(kind="oracle"))
    assert Classifier.open(cascade_bundle, engine="onnx").budget == "fast"
    with pytest.raises(InputError, match="does not know a tier of the cascade: pip install --upgrade"):
        Classifier.open(cascade_bundle, engine="onnx", budget="cascade")


def put_inside(bundle: Path, *, change=lambda manifest: None, budget: str | None = "fast") -> None:
    """Put a copy of the bundle into itself, as the first tier of its cascade."""
    inner = Path(shutil.copytree(bundle, bundle.parent / "inner"))
    manifest = json.loads((inner / "bundle.json").read_text())
    change(manifest)
    write_manifest(inner, json.dumps(manifest).encode())
    inner = inner.rename(bundle / "first")
    manifest = json.loads((bundle / "bundle.json").read_text())
    for path in sorted(inner.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            name = path.relative_to(bundle).as_posix()
            manifest["files"].append({"path": name, "size_bytes": len(data), "sha256": digest})
    first = {"kind": "bundle", "path": "first", "budget": budget, "temperature": 1.0, "threshold": 0.6}
    manifest["cascades"] = [two_budgets(tiers=[first, two_budgets()["tiers"][1]])]
    write_manifest(bundle, json.dumps(manifest).encode())


def test_a_bundle_inside_answers_by_its_budget_and_shares_the_ids(cascade_bundle, tiny_artifact, monkeypatch):
    put_inside(cascade_bundle, budget=None)
    classifier = Classifier.open(cascade_bundle, engine=tiny_artifact.engine)
    first, second = (tier.answerer for tier in classifier.cascade.tiers)
    # The inner manifest has a cascade of its own, and answers by its first budget.
    assert first.bundle.manifest.cascades and (first.cascade, first.budget) == (None, "fast")
    assert (first.artifact.engine, first.artifact.precision) == (tiny_artifact.engine, "fp32")
    assert classifier(SURE).tier == "first" and classifier(UNSURE).tier == "full"
    monkeypatch.setattr(type(second), "encode", lambda *args: pytest.fail("tokenized twice"))
    monkeypatch.setattr(type(first.encoder), "encode", lambda *args: pytest.fail("tokenized"))
    assert first.encoder.reads_as(second.encoder) and first.encoder is not second.encoder


@pytest.mark.parametrize(
    ("change", "budget", "message"),
    [
        (
            lambda manifest: manifest.update(labels=["a", "b"]),
            "fast",
            r"the cascade 'cascade' of .*: full has the labels",
        ),
        (
            lambda manifest: None,
            "cascade",
            "no budget 'cascade' in onnx fp32 of the bundle .*first; it has: fast, full",
        ),
    ],
)
def test_a_bundle_inside_that_does_not_fit_is_refused(cascade_bundle, change, budget, message):
    pytest.importorskip("onnxruntime")
    put_inside(cascade_bundle, change=change, budget=budget)
    with pytest.raises(BundleError, match=message) as told:
        Classifier.open(cascade_bundle, engine="onnx")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("name", ["bundle.json", "bundle.json.sha256", "tokenizer.json", "onnx/fast_8.onnx"])
def test_damage_inside_is_found(cascade_bundle, name):
    pytest.importorskip("onnxruntime")
    put_inside(cascade_bundle)
    path = cascade_bundle / "first" / name
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(BundleError, match="first"):
        Classifier.open(cascade_bundle, engine="onnx")


def test_a_link_does_not_lead_out(cascade_bundle, tmp_path):
    pytest.importorskip("onnxruntime")
    put_inside(cascade_bundle)
    outside = (cascade_bundle / "first").rename(tmp_path / "outside")
    (cascade_bundle / "first").symlink_to(outside)
    with pytest.raises(BundleError, match="leads out of the bundle"):
        Classifier.open(cascade_bundle, engine="onnx")


def test_two_bundles_and_two_engines_make_a_cascade(tiny_bundle, cascade_bundle):
    pytest.importorskip("onnxruntime")
    engine = next((name for name in ("tflite", "executorch") if _is_installed(name)), "onnx")
    first = Classifier.open(tiny_bundle, engine=engine, budget="fast")
    both = Cascade(first, Classifier.open(cascade_bundle, engine="onnx"), 0.9)
    # A second that is at a cascade has given its tiers.
    assert [tier.name for tier in both.tiers] == ["tier1", "fast", "full"]
    assert both(SURE).tier == "fast" and both(UNSURE).tier == "full"


def _is_installed(engine: str) -> bool:
    from edge_power_runtime.engines import engine_info

    return engine_info(engine).is_installed
