"""Stages as tiers on every engine: the same answers as the whole program, and nothing done twice."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from edge_power_runtime import BundleError, Cascade, Classifier, InputError, Model
from edge_power_runtime.verify import verify
from tests.cascades import change_manifest

TEXTS = ["dull", "a good film", "the way it was not bad again , and not dull", ("is it good ?", "never !")]
# The same operations on the same rows; engines that plan memory by graph may sum in another order. The project's bar.
ATOL = 1e-5


def staged_cascade(*thresholds: float | None) -> dict:
    """A manifest's cascade of the stages that end with encoder 1, 2 and 3."""
    tiers = [
        {"kind": "stage", "budget": "fast", "last": last, "temperature": 1.0, "threshold": threshold}
        for last, threshold in enumerate(thresholds, start=1)
    ]
    return {"name": "cascade", "tiers": tiers}


@pytest.fixture
def model(tiny_stages: Path, tiny_artifact) -> Model:
    """The committed bundle in stages, on each engine."""
    return Model.open(tiny_stages, engine=tiny_artifact.engine)


def test_stages_one_after_the_other_answer_as_the_whole_does(model):
    whole, last = model.at("fast"), model.stage("fast", 3)
    never_sure = Cascade(model.stage("fast", 1), Cascade(model.stage("fast", 2), last, 1.0), 1.0)
    for text in TEXTS:
        expected, found = whole(text), never_sure(text)
        np.testing.assert_allclose(found.logits, expected.logits, rtol=0, atol=ATOL)
        assert found == last(text) and found.label == expected.label
        assert (found.survivors, found.num_tokens, found.truncated) == (
            expected.survivors, expected.num_tokens, expected.truncated,
        )  # fmt: skip
        length = expected.length
        assert [step.program for step in found.steps] == [f"fast_{length}_{part}" for part in ("1-1", "2-2", "3-3")]
        assert [run.name for run in found.tiers] == ["tier1", "tier2", "tier3"]


def test_words_of_an_early_answer_are_those_of_its_encoders(model):
    expected = model.at("fast")(TEXTS[2]).survivors
    assert len(expected) == 2 and len(expected[0]) < model.at("fast")(TEXTS[2]).num_tokens
    assert model.stage("fast", 1)(TEXTS[2]).survivors == expected[:1]
    assert model.stage("fast", 2)(TEXTS[2]).survivors == expected


def test_verify_runs_the_stages(tiny_stages, tiny_artifact):
    checks = {check.program: check for check in verify(tiny_stages, engine=tiny_artifact.engine)}
    assert set(checks) == {f"fast_{length}{part}" for length in (8, 24) for part in ("", "_1-1", "_2-2", "_3-3")}
    assert all(check.passed and check.texts >= 2 for check in checks.values())


@pytest.fixture
def bundle(stages_copy: Path) -> Path:
    """With a cascade of its stages: the first is always sure enough, unless a test says otherwise."""
    change_manifest(stages_copy, lambda manifest: manifest.update(cascades=[staged_cascade(0.500001, 0.9, None)]))
    return stages_copy


class Counted:
    """Counts the runs of an opened model's programs, and the texts that its tokenizer read."""

    def __init__(self, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
        self.runs: list[str] = []
        self.read: list[object] = []
        inner, encode = model.session, model.encoder.encode

        class Session:
            def __init__(self, program, counted):
                self.program, self.counted = program, counted

            def run(self, inputs):
                self.counted.runs.append(self.program.name)
                return inner(self.program).run(inputs)

        monkeypatch.setattr(model, "session", lambda program: Session(program, self))
        monkeypatch.setattr(
            type(model.encoder), "encode", lambda own, text, most: (self.read.append(text), encode(text, most))[1]
        )


def test_a_bundles_cascade_of_stages_does_nothing_twice(bundle, tiny_artifact, monkeypatch):
    change_manifest(bundle, lambda manifest: manifest.update(cascades=[staged_cascade(0.88, 0.957, None)]))
    classifier = Classifier.open(bundle, engine=tiny_artifact.engine)
    assert [tier.name for tier in classifier.cascade.tiers] == ["fast-1", "fast-2", "fast-3"]
    answers = [classifier(text) for text in TEXTS]
    assert len({answer.tier for answer in answers}) == 3, "texts that all stop alike would show nothing"
    counted = Counted(classifier.model, monkeypatch)
    for text, answer in zip(TEXTS, answers, strict=True):
        counted.runs.clear(), counted.read.clear()
        again = classifier(text)
        assert again == answer and again.tier == answer.tier == f"fast-{len(counted.runs)}"
        assert counted.runs == [step.program for step in answer.steps] and counted.read == [text]
    counted.runs.clear(), counted.read.clear()
    assert classifier.classify(TEXTS) == answers
    assert sorted(counted.runs) == sorted(step.program for answer in answers for step in answer.steps)
    assert counted.read == TEXTS


def test_times_are_told_by_stage(bundle, tiny_artifact):
    classifier = Classifier.open(bundle, engine=tiny_artifact.engine)
    names = [span.name for span in classifier.spans]
    assert names[:8] == [f"fast-{last}.{part}" for last in (1, 2) for part in ("encode", "choose", "run", "decode")]
    assert [span.name for span in classifier.spans if span.in_engine] == ["fast-1.run", "fast-2.run", "fast-3.run"]
    found, times = classifier.timed(TEXTS[1])
    assert found == classifier(TEXTS[1]) and found.tier == "fast-1"
    assert all(times[:4]) and times[4:12] == (0,) * 8


def test_a_stage_that_is_asked_for_runs_those_before_it_that_did_not_run(model):
    """Exits between may be left out, and a text that another budget's stage read begins anew."""
    far = Cascade(model.stage("fast", 1), model.stage("fast", 3), 1.0)
    found = far(TEXTS[1])
    assert [step.first for step in found.steps] == [1, 2, 3] and found == model.stage("fast", 3)(TEXTS[1])
    back = Cascade(model.stage("fast", 2), model.stage("fast", 1), 1.0)(TEXTS[1])
    alone = model.stage("fast", 1)(TEXTS[1])
    assert back.path == alone.steps and back.survivors == alone.survivors and back.logits == alone.logits


def test_a_tier_of_another_kind_may_come_between(model):
    mixed = Cascade(model.stage("fast", 1), Cascade(model.at("fast"), model.stage("fast", 3), 1.0), 1.0)
    found, alone = mixed(TEXTS[2]), model.stage("fast", 3)(TEXTS[2])
    assert [step.program for step in found.steps] == ["fast_24_1-1", "fast_24", "fast_24_2-2", "fast_24_3-3"]
    assert found.path == alone.steps and found.survivors == alone.survivors and found.logits == alone.logits


def test_a_copy_goes_on_as_well(bundle, tiny_artifact):
    first = Classifier.open(bundle, engine=tiny_artifact.engine)
    second = pickle.loads(pickle.dumps(first.cascade))
    assert second(TEXTS[1]) == first(TEXTS[1]) and len(second.tiers) == 3
    second.warm_up()


@pytest.mark.parametrize(("budget", "last"), [("fast", 4), ("fast", 0), ("full", 1)])
def test_stages_that_there_are_not(model, budget, last):
    with pytest.raises(InputError) as caught:
        model.stage(budget, last)
    have = "1, 2, 3" if budget == "fast" else "none"
    assert f"no stage of {budget!r} that ends with encoder {last} at every length; its stages end with: {have}" in str(
        caught.value
    )


def test_an_artifact_without_stages_answers_by_a_budget(bundle, tiny_artifact):
    change_manifest(bundle, lambda manifest: [item.pop("stages") for item in manifest["artifacts"]])
    classifier = Classifier.open(bundle, engine=tiny_artifact.engine)
    assert (classifier.budget, classifier.cascade) == ("fast", None)
    with pytest.raises(InputError, match="no budget 'cascade'"):
        classifier.at("cascade")


def test_word_vectors_that_are_not_there(bundle, tiny_artifact):
    """A bundle whose file is another than its manifest says: the engine's own tensors are compared."""
    change_manifest(bundle, lambda manifest: [_claim(item) for item in manifest["artifacts"]])
    with pytest.raises(BundleError, match=r"(takes|gives) .* as .*, bundle.json says"):
        Model.open(bundle, engine=tiny_artifact.engine).stage("fast", 3)(TEXTS[1])


def _claim(artifact: dict) -> None:
    """Say that word-vectors have 16 numbers, everywhere."""
    for stage in artifact["stages"]:
        for spec in (*stage["inputs"], *stage["outputs"]):
            if spec["role"] in ("words", "passed_words"):
                spec["shape"][2] = 16
