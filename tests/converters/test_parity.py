"""The comparison of a program with eager, by hand-made outputs."""

import dataclasses

import numpy as np
import pytest

from edge_power_converters import Reference, check_artifact, fp32, parity, reduced
from edge_power_runtime import RetentionConfig
from edge_power_runtime.bundle.artifacts import Acceptance, Artifact
from edge_power_runtime.bundle.golden import GoldenOutput
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.tasks import Classification

RETENTION = RetentionConfig(4, (2, 1))
LOGITS = np.array([0.25, -0.5], dtype=np.float32)


def reference(**changes) -> Reference:
    """Three words of four; the second word matters a little less than the third."""
    made = Reference(
        retention=RETENTION,
        inputs={},
        num_tokens=3,
        logits=LOGITS,
        survivors=((0, 2),),
        scores=(np.array([0.5, 0.3, 0.4, 0.0], dtype=np.float32),),
    )
    return dataclasses.replace(made, **changes)


def check(monkeypatch, outputs, examples, *, acceptance=None, atol=1e-4):
    """Run the check on a program that gives `outputs` one after the other."""
    acceptance = acceptance or Acceptance(atol, label_agreement=0, kept_agreement=1)
    left = iter(outputs)

    class Engine:
        def session(self, program):
            return self

        def run(self, inputs):
            return next(left)

    monkeypatch.setattr(parity, "open_engine", lambda directory, artifact: Engine())
    program = Program("p", "fast", 4, 1, 2, "f", ("f",), None, (), (), None)
    artifact = Artifact("onnx", "fp32", (), (program,), acceptance, "topk", {})
    checked, (found,) = check_artifact(
        None,
        artifact,
        lambda program: examples,
        agree=Classification().agree,
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
    assert found.parity.kept_agreement == 0.75  # of two texts' two words each
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


def test_an_acceptance_may_ask_for_labels_and_words_and_hardly_for_logits(monkeypatch):
    """As for whole numbers of 8 bits: logits move, some words are others, and the label must mostly stay."""
    acceptance = Acceptance(max_abs_error=3, label_agreement=0.6, kept_agreement=0.8)
    same, moved, other = output(), output(LOGITS + 1, kept=(0, 1)), output([-1, 1])
    for outputs, passed in (
        ((same, moved, same), True),  # of six words five are the same
        ((same, moved, moved), False),
        ((same, other, same), True),
        ((same, other, other), False),  # labels
        ((same, same, output(LOGITS + 4)), False),
    ):
        found = check(monkeypatch, outputs, [reference()] * 3, acceptance=acceptance)
        assert found.passed == passed, found


def test_an_acceptance_may_ask_for_no_bound_of_a_logit(monkeypatch):
    acceptance = Acceptance(max_abs_error=None, label_agreement=1, kept_agreement=1)
    assert check(monkeypatch, [output(LOGITS * 100)], [reference()], acceptance=acceptance).passed
    assert not check(monkeypatch, [output(LOGITS * np.inf)], [reference()], acceptance=acceptance).passed


def test_what_a_program_gave_is_kept_for_golden_examples(monkeypatch):
    found = check(monkeypatch, [output(LOGITS + 1, kept=(0, 1))], [reference()])
    assert found.answers == (GoldenOutput((1.25, 0.5), ((0, 1),)),)


def test_files_titles_and_what_is_accepted_differ_by_precision():
    exact, rounded = fp32("executorch", "topk"), reduced("executorch", "int8", "topk", label_agreement=0.9)
    assert exact.acceptance == Acceptance(1e-4, label_agreement=0, kept_agreement=1)
    assert rounded.acceptance == Acceptance(None, label_agreement=0.9, kept_agreement=0.8)
    assert (exact.file("model", ".pte"), rounded.file("model", ".pte")) == ("model.pte", "model-int8.pte")
    assert (exact.file("onnx"), rounded.file("onnx")) == ("onnx", "onnx-int8")
    assert (exact.title, rounded.title) == ("executorch", "executorch int8")
