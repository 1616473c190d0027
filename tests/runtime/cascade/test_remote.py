"""A callable as the last tier: whatever it does, the text has an answer, and what happened is told in one line."""

import os
import threading
import time

import pytest

from edge_power_runtime import Cascade, TierCount
from edge_power_runtime.cascade import remote
from tests.runtime.cascade.test_cascade import SURE, UNSURE, Toy, said

TIMEOUT_S = 0.05


def ask(second, **options):
    """What a cascade says of a text that its first tier is not sure of."""
    return Cascade(Toy({"a": UNSURE}), second, 0.8, **options)("a")


def test_a_label_is_an_answer_and_is_sure():
    found = ask(lambda text: "no")
    assert (found.label, found.score, found.scores, found.labels, found.tier) == ("no", 1, (1, 0), ("no",), "tier2")
    assert (found.program, found.length, found.retention, found.kept, found.survivors) == (None, None, None, (), ())
    assert found.tiers[1].confidence == 1


def test_a_label_may_have_its_probability_and_the_others_share_the_rest():
    labels = ("a", "b", "c")
    first = Toy({"x": (0.0, 0.1, 0.0)}, labels=labels)
    found = Cascade(first, lambda text: ("b", 0.5), 0.8)("x")
    assert (found.label, found.score, found.scores) == ("b", 0.5, (0.25, 0.5, 0.25))


def test_a_prediction_is_taken_as_it_is():
    answer = said(SURE)
    found = ask(lambda text: answer)
    assert found == answer and found.tier == "tier2" and answer.tiers == ()


def test_it_is_asked_what_the_first_is_not_sure_of():
    asked = []
    cascade = Cascade(Toy({"a": UNSURE, "b": SURE}), lambda text: asked.append(text) or "no", 0.8)
    assert [found.label for found in cascade.classify(["a", "b", "a"])] == ["no", "yes", "no"]
    assert asked == ["a", "a"]


def raises(text):
    raise ValueError("no\nroute \x1b[31mto host")


@pytest.mark.parametrize(
    ("second", "failure"),
    [
        (raises, r"raised ValueError: no route \x1b[31mto host"),
        (lambda text: "maybe", "named the label 'maybe', expected one of ['no', 'yes']"),
        (lambda text: ("maybe", 0.5), "named the label 'maybe', expected one of ['no', 'yes']"),
        (lambda text: ("no", 1.5), "gave the probability 1.5, must be in 0..1"),
        (lambda text: ("no", float("nan")), "gave the probability nan, must be in 0..1"),
        (lambda text: None, "gave None, expected a label, a label with its probability, or a Prediction"),
        (lambda text: ("no", True), "gave ('no', True), expected a label, a label with its probability, or a"),
        (lambda text: said((1.0, 2.0, 3.0), ("no", "yes", "?")), "gave 3 scores, expected one for each of 2 labels"),
        (lambda text: said((1.0, 2.0), ("ja", "nein")), "named the label 'nein', expected one of ['no', 'yes']"),
    ],
)
@pytest.mark.parametrize("timeout_s", [None, 5])
def test_where_it_fails_the_first_answer_stands(second, failure, timeout_s):
    found = ask(second, timeout_s=timeout_s)
    assert found == said(UNSURE) and found.tier == "tier1"
    assert [run.failure is None for run in found.tiers] == [True, False]
    assert found.tiers[1].failure.startswith(failure) and "\n" not in found.tiers[1].failure
    assert found.tiers[1].confidence is None


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("timeout_s", [None, 5])
def test_an_interrupt_passes(error, timeout_s):
    def interrupted(text):
        raise error

    with pytest.raises(error):
        ask(interrupted, timeout_s=timeout_s)


def test_a_late_answer_is_dropped():
    done = threading.Event()

    def late(text):
        time.sleep(2 * TIMEOUT_S)
        done.set()
        return "no"

    cascade = Cascade(Toy({"a": UNSURE}), late, 0.8, timeout_s=TIMEOUT_S)
    found, times = cascade.timed("a")
    assert (found.label, found.tiers[1].failure) == ("yes", "gave no answer within 0.05 s")
    assert found.tiers[1].time_ms >= 1000 * TIMEOUT_S and times[2] >= 1e9 * TIMEOUT_S
    assert cascade.spans[2].name == "tier2.call"
    assert done.wait(5) and cascade.stats() == (TierCount("tier1", 1, 1, 0), TierCount("tier2", 1, 0, 1))


def test_an_answer_in_time_is_taken():
    assert ask(lambda text: time.sleep(TIMEOUT_S) or "no", timeout_s=30).label == "no"


def test_calls_that_hang_do_not_pile_up(monkeypatch):
    monkeypatch.setattr(remote, "MOST_LATE", 2)
    release, asked = threading.Event(), []

    def hangs(text):
        asked.append(text)
        release.wait(30)
        return "no"

    cascade = Cascade(Toy({"a": UNSURE}), hangs, 0.8, timeout_s=0.01)
    found = [cascade("a").tiers[1].failure for _ in range(4)]
    assert found[:2] == ["gave no answer within 0.01 s"] * 2
    assert found[2:] == ["was not asked, since 2 late calls are still under way"] * 2 and len(asked) == 2
    release.set()
    until = time.monotonic() + 5
    while cascade("a").label == "yes" and time.monotonic() < until:
        time.sleep(0.01)
    assert cascade("a").label == "no"  # those that hung have ended


def test_many_threads_ask_at_once():
    """None waits for another: 16 calls of 50 ms in far less than their sum of 0.8 s."""
    cascade = Cascade(Toy({"a": UNSURE}), lambda text: time.sleep(TIMEOUT_S) or "no", 0.8, timeout_s=30)
    found = []
    threads = [threading.Thread(target=lambda: found.append(cascade("a").label)) for _ in range(16)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["no"] * 16 and time.monotonic() - start < 0.6
    assert cascade.stats()[1] == TierCount("tier2", 16, 16, 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")
def test_a_forked_child_has_no_late_calls_and_counts_from_0(monkeypatch):
    monkeypatch.setattr(remote, "MOST_LATE", 1)
    release, hangs = threading.Event(), threading.Event()
    hangs.set()
    cascade = Cascade(
        Toy({"a": UNSURE}), lambda text: release.wait(30 if hangs.is_set() else 0) or "no", 0.8, timeout_s=0.05
    )
    assert cascade("a").tiers[1].failure == "gave no answer within 0.05 s"
    child = os.fork()
    if child == 0:
        hangs.clear()
        answered = cascade("a").label == "no" and cascade.stats()[0].asked == 1
        os._exit(0 if answered else 1)
    assert os.waitpid(child, 0)[1] == 0
    release.set()
