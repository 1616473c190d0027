"""The comparison of a program with eager, by hand-made outputs."""

import dataclasses

import numpy as np
import pytest

from edge_power_converters import Acceptance, Recipe, Reference, check_artifact, fp32, parity
from edge_power_runtime import RetentionConfig
from edge_power_runtime.bundle.manifest import Artifact, Program
from edge_power_runtime.tasks import Classification

RETENTION = RetentionConfig(4, (2, 1))
LOGITS = np.array([0.25, -0.5], dtype=np.float32)


def reference(**changes) -> Reference:
    """Three words of four; the second word matters a little less than the third."""
    made = Reference(
        inputs={},
        num_tokens=3,
        logits=LOGITS,
        survivors=((0, 2),),
        scores=(np.array([0.5, 0.3, 0.4, 0.0], dtype=np.float32),),
    )
    return dataclasses.replace(made, **changes)


def check(monkeypatch, outputs, examples, *, recipe=None, atol=1e-4):
    """Run the check on a program that gives `outputs` one after the other."""
    recipe = recipe or fp32("onnx", "topk", atol=atol)
    left = iter(outputs)

    class Engine:
        def session(self, program):
            return self

        def run(self, inputs):
            return next(left)

    monkeypatch.setattr(parity, "open_engine", lambda directory, artifact: Engine())
    program = Program("p", "fast", 4, 1, 2, "f", ("f",), None, (), (), None)
    artifact = Artifact("onnx", "fp32", (), (program,), "topk", {})
    checked, (found,) = check_artifact(
        None,
        artifact,
        lambda program: (RETENTION, examples),
        agree=Classification().agree,
        recipe=recipe,
        progress=lambda name: None,
    )
    assert checked.programs[0].parity == found.parity
    return found


def output(logits=LOGITS, kept=(0, 2)):
    return {"logits": np.asarray(logits, dtype=np.float32)[None], "kept": np.array(kept)}


def test_agreement(monkeypatch):
    found = check(monkeypatch, [output(), output(LOGITS + 3e-5)], [reference(), reference()])
    assert found.passed
    assert found.parity.texts == 2
    assert found.parity.max_abs_error == pytest.approx(3e-5, rel=1e-2)
    assert (found.parity.label_agreement, found.parity.kept_agreement, found.parity.near_ties) == (1, 1, 0)


def test_a_logit_too_far_away_fails(monkeypatch):
    found = check(monkeypatch, [output(LOGITS + 2e-4)], [reference()])
    assert not found.passed
    assert found.parity.kept_agreement == 1
    assert check(monkeypatch, [output(LOGITS + 2e-4)], [reference()], atol=1e-3).passed


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_no_number_fails(monkeypatch, value):
    found = check(monkeypatch, [output([value, 0])], [reference()], atol=1e30)
    assert found.parity.max_abs_error == np.inf
    assert not found.passed


def test_another_word_fails_even_with_the_same_logits(monkeypatch):
    found = check(monkeypatch, [output(kept=(0, 1)), output()], [reference(), reference()])
    assert not found.passed
    assert found.parity.kept_agreement == 0.5
    assert found.parity.near_ties == 0


def test_a_near_tie_is_set_apart(monkeypatch):
    close = reference(scores=(np.array([0.5, 0.4, 0.4 + 5e-7, 0], dtype=np.float32),))
    found = check(monkeypatch, [output(LOGITS + 1, kept=(0, 1)), output()], [close, reference()])
    assert found.passed
    assert (found.parity.near_ties, found.parity.texts) == (1, 2)
    assert found.parity.max_abs_error == 0


def test_order_and_padding_do_not_count_as_other_words(monkeypatch):
    """What is kept of the padding decides nothing, nor does the order of the words."""
    short = reference(num_tokens=1, survivors=((0, 3),))
    assert check(monkeypatch, [output(kept=(0, 1))], [short]).passed


def test_another_label_is_counted(monkeypatch):
    found = check(monkeypatch, [output([-1, 1]), output()], [reference(), reference()])
    assert found.parity.label_agreement == 0.5


def test_a_recipe_may_ask_for_labels_and_words_and_hardly_for_logits(monkeypatch):
    """As for whole numbers of 8 bits: logits move, some words are others, and the label must mostly stay."""
    recipe = Recipe("onnx", "int8", "topk", Acceptance(max_abs_error=3, label_agreement=0.6, kept_agreement=0.6))
    same, moved, other = output(), output(LOGITS + 1, kept=(0, 1)), output([-1, 1])
    for outputs, passed in (
        ((same, moved, same), True),
        ((same, moved, moved), False),  # words
        ((same, other, same), True),
        ((same, other, other), False),  # labels
        ((same, same, output(LOGITS + 4)), False),
    ):
        found = check(monkeypatch, outputs, [reference()] * 3, recipe=recipe)
        assert found.passed == passed, found
        assert found.parity.atol == 3


def test_files_and_titles_of_two_precisions_differ():
    exact = fp32("executorch", "topk")
    rounded = dataclasses.replace(exact, precision="int8")
    assert (exact.file("model", ".pte"), rounded.file("model", ".pte")) == ("model.pte", "model-int8.pte")
    assert (exact.file("onnx"), rounded.file("onnx")) == ("onnx", "onnx-int8")
    assert (exact.title, rounded.title) == ("executorch", "executorch int8")
