"""The classifier on an engine in numpy, so that every number is known and no engine is needed."""

import dataclasses
import math
import pickle
import threading

import numpy as np
import pytest

from edge_power_runtime import Classifier, EngineError, InputError, RetentionConfig, Step
from edge_power_runtime.tasks import MultiLabelClassification, Regression, softmax


@pytest.fixture
def classifier(toy_bundle, toy_engine) -> Classifier:
    return Classifier.open(toy_bundle, engine="onnx", budget="fast")


def test_prediction(classifier):
    found = classifier("a good film")  # ids 2 4 5 7 3: s = 21
    assert found.logits == pytest.approx((0.21, 0.79), abs=1e-6)
    assert found.label == "positive"
    assert found.scores == pytest.approx((1 / (1 + math.exp(0.58)), 1 / (1 + math.exp(-0.58))), abs=1e-6)
    assert found.score == found.scores[1]
    assert (found.program, found.length, found.num_tokens, found.truncated) == ("fast_8", 8, 5, False)


def test_survivors_are_positions_of_tokens(classifier):
    found = classifier("a good film")
    assert found.survivors == ((0, 3, 2, 1), (0, 3))
    tokens = classifier.tokens("a good film")
    assert [tokens[position] for position in found.survivors[1]] == ["[CLS]", "film"]


def test_kept_rows_are_the_programs_own_output(classifier):
    assert classifier("a good film").kept == (0, 3, 2, 1, 0, 1)


def test_a_prediction_tells_its_step(classifier):
    found = classifier("a good film")
    (step,) = found.steps
    assert step == Step("fast_8", 8, RetentionConfig(8, (4, 2, 1)), None)  # rows are no part of what is compared
    assert step.rows.tolist() == [0, 3, 2, 1, 0, 1]
    assert step.survivors(5) == found.survivors
    assert found.retention == step.retention


def test_what_is_asked_of_a_prediction_is_its_last_steps(toy_bundle, toy_engine, classifier):
    first, last = classifier.at("full")("a good film"), classifier("a good film")
    both = dataclasses.replace(last, steps=(*first.steps, *last.steps))
    assert [step.program for step in both.steps] == ["full_8", "fast_8"]
    assert (both.program, both.length, both.kept, both.survivors) == ("fast_8", 8, last.kept, last.survivors)
    assert both != last
    assert (first.steps[0].rows, first.steps[0].survivors(5)) == (None, ())


def test_survivors_leave_padding_out(classifier):
    assert classifier("a").survivors == ((0, 1, 2), (0, 1))  # 4 rows are kept of which one is padding


def test_full_budget_drops_nothing(toy_bundle, toy_engine):
    found = Classifier.open(toy_bundle, engine="onnx")("a good film")
    assert found.program == "full_8"
    assert (found.kept, found.survivors) == ((), ())


@pytest.mark.parametrize(
    ("words", "program", "num_tokens", "truncated"),
    [(0, "fast_8", 2, False), (6, "fast_8", 8, False), (7, "fast_16", 9, False), (14, "fast_16", 16, False)]
    + [(15, "fast_16", 16, True), (50_000, "fast_16", 16, True)],
)
def test_smallest_length_that_holds_the_text(classifier, words, program, num_tokens, truncated):
    found = classifier("good " * words)
    assert (found.program, found.num_tokens, found.truncated) == (program, num_tokens, truncated)


def test_classify_several(classifier):
    texts = ["a good film", ("good", "bad"), ""]
    assert classifier.classify(texts) == [classifier(text) for text in texts]
    assert classifier.classify(text for text in texts) == classifier.classify(tuple(texts))
    assert classifier.classify([]) == []


def test_classify_refuses_one_text(classifier):
    with pytest.raises(InputError, match=r"found one str; call classifier\(text\)"):
        classifier.classify("a good film")


@pytest.mark.parametrize("text", [None, 5, ("a", "b", "c"), ["a", "b"], "\ud800"])
def test_bad_texts_are_input_errors(classifier, text):
    with pytest.raises(InputError):
        classifier(text)


def test_programs_load_once_and_on_first_use(classifier, toy_engine):
    assert toy_engine.loaded == []
    classifier.classify(["a", "good"])
    assert toy_engine.loaded == ["fast_8"]
    classifier.warm_up()
    classifier.warm_up()
    assert toy_engine.loaded == ["fast_8", "fast_16"]


def test_many_threads_agree_and_load_once(classifier, toy_engine):
    texts = ["good " * count for count in range(20)]
    found: dict[int, list] = {}
    start = threading.Barrier(8)

    def work(number: int) -> None:
        start.wait()
        found[number] = classifier.classify(texts)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(toy_engine.loaded) == ["fast_16", "fast_8"]
    assert all(found[number] == classifier.classify(texts) for number in range(8))


def test_budget_defaults_to_the_first_of_the_manifest(toy_bundle, toy_engine, edit_manifest):
    assert Classifier.open(toy_bundle, engine="onnx").budget == "full"
    edit_manifest(toy_bundle, lambda manifest: manifest["budgets"].reverse())
    assert Classifier.open(toy_bundle, engine="onnx").budget == "fast"


def test_absent_budget_lists_those_there(toy_bundle, toy_engine):
    with pytest.raises(InputError, match="no budget 'slow' in onnx fp32 of the bundle .*; it has: full, fast"):
        Classifier.open(toy_bundle, engine="onnx", budget="slow")


@pytest.mark.parametrize("num_threads", [0, -1, True, 1.5, None, "2"])
def test_thread_counts_that_are_none(toy_bundle, num_threads):
    with pytest.raises(InputError, match="num_threads is .*, must be a whole number of at least 1"):
        Classifier.open(toy_bundle, num_threads=num_threads)


def test_regression_has_a_value_and_no_label(toy_bundle, toy_engine, edit_manifest):
    def regress(manifest: dict) -> None:
        manifest.update(task="regression", labels=[])
        for program in manifest["artifacts"][0]["programs"]:
            program["outputs"][0]["shape"] = [1, 1]

    edit_manifest(toy_bundle, regress)
    classifier = Classifier.open(toy_bundle, engine="onnx")
    classifier.model._loaded.engine.session = lambda program: FixedSession(np.array([[-3.5]], dtype=np.float32))
    found = classifier("a")
    assert (found.label, found.score, found.scores, found.logits) == (None, -3.5, (-3.5,), (-3.5,))
    assert (found.labels, found.label_scores) == ((), ())
    ranking = Classifier.open(toy_bundle, engine="onnx", sigmoid=True)
    assert ranking.task == Regression(sigmoid=True)
    ranking.model._loaded.engine.session = classifier.model._loaded.engine.session
    found = ranking("a")
    # e^-3.5 / (1 + e^-3.5) by another formula: a few ulps.
    assert found.score == pytest.approx(1 / (1 + math.exp(3.5)), rel=1e-14)
    assert (found.scores, found.logits) == ((found.score,), (-3.5,))
    classifier = Classifier.open(toy_bundle, engine="onnx")
    classifier.model._loaded.engine.session = lambda program: FixedSession(np.array([[math.nan]], dtype=np.float32))
    with pytest.raises(EngineError, match="expected finite numbers; verify the bundle"):
        classifier("a")


def of_several_labels(manifest: dict) -> None:
    manifest.update(task="multi_label_classification", threshold=0.75)


def test_several_labels(toy_bundle, toy_engine, edit_manifest):
    edit_manifest(toy_bundle, of_several_labels)
    classifier = Classifier.open(toy_bundle, engine="onnx")
    classifier.model._loaded.engine.session = lambda program: FixedSession(
        np.array([[math.log(4), math.log(9)]], dtype=np.float32)
    )
    found = classifier("a")
    assert (found.label, found.labels) == ("positive", ("positive", "negative"))
    # The logits are float32 of about 2: an error of 1e-7 there is a tenth of it in the probability.
    assert found.score == pytest.approx(0.9, abs=1e-7)
    assert found.scores == pytest.approx((0.8, 0.9), abs=1e-7)
    assert found.label_scores == (found.scores[1], found.scores[0])


def test_a_threshold_of_ones_own(toy_bundle, toy_engine, edit_manifest):
    edit_manifest(toy_bundle, of_several_labels)
    strict = Classifier.open(toy_bundle, engine="onnx", threshold=0.85)
    assert strict.task == MultiLabelClassification(0.85)
    again = pickle.loads(pickle.dumps(strict))
    assert again.task == strict.task
    for classifier, labels in (
        (strict, ("positive",)),
        (Classifier.open(toy_bundle, engine="onnx", threshold=0.95), ()),
    ):
        logits = np.array([[math.log(4), math.log(9)]], dtype=np.float32)
        classifier.model._loaded.engine.session = lambda program, logits=logits: FixedSession(logits)
        found = classifier("a")
        assert (found.label, found.labels, len(found.label_scores)) == ("positive", labels, len(labels))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threshold": 0.5}, "the threshold 0.5 is for a multi-label model; this is a classification: leave it out"),
        ({"sigmoid": True}, "the sigmoid is for a model of one value; this is a classification: leave it out"),
    ],
)
def test_options_of_another_task(toy_bundle, options, message):
    with pytest.raises(InputError, match=f"^{message}$"):
        Classifier.open(toy_bundle, **options)


@pytest.mark.parametrize("threshold", [0, 1, math.nan])
def test_thresholds_that_are_none(toy_bundle, edit_manifest, threshold):
    edit_manifest(toy_bundle, of_several_labels)
    with pytest.raises(InputError, match="^the threshold is .*, must be above 0 and below 1"):
        Classifier.open(toy_bundle, threshold=threshold)


class FixedSession:
    """Gives the same logits whatever comes in."""

    def __init__(self, logits: np.ndarray) -> None:
        self.logits = logits

    def run(self, inputs):
        return {"logits": self.logits}


@pytest.mark.parametrize("logits", [(math.nan, 0), (0, math.nan), (math.inf, 0), (-math.inf, 0), (math.inf, -math.inf)])
def test_logits_that_are_no_numbers_are_an_engine_error(toy_bundle, toy_engine, logits):
    classifier = Classifier.open(toy_bundle, engine="onnx")
    classifier.model._loaded.engine.session = lambda program: FixedSession(np.array([logits], dtype=np.float32))
    with pytest.raises(EngineError, match="program full_8 gave the logits"):
        classifier("a")


def test_the_largest_float32_logits_are_numbers():
    largest = float(np.finfo(np.float32).max)
    assert softmax((largest, largest)) == (0.5, 0.5)  # their sum overflows float32


def test_softmax_does_not_overflow():
    assert softmax((1000.0, 0.0)) == (1.0, 0.0)
    assert softmax((0.0, 0.0)) == (0.5, 0.5)
    assert sum(softmax((-1000.0, -1001.0, 3.0))) == pytest.approx(1)


def test_equal_scores_give_the_first_label(toy_bundle, toy_engine):
    classifier = Classifier.open(toy_bundle, engine="onnx")
    classifier.model._loaded.engine.session = lambda program: FixedSession(np.zeros((1, 2), dtype=np.float32))
    assert classifier("a").label == "negative"


def test_prediction_is_a_value(classifier):
    found = classifier("a good film")
    assert found == classifier("a good film")
    assert hash(found) == hash(classifier("a good film"))
    again = pickle.loads(pickle.dumps(found))
    assert (again, again.kept, again.survivors) == (found, found.kept, found.survivors)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.label = "negative"
