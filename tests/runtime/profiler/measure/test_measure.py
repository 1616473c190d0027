"""Rounds: every series gets its turn, samples are told apart by stage, and nothing else is timed."""

import gc
import random
import time

import pytest

from edge_power_runtime import Answerer, Classifier, Model, Span
from edge_power_runtime import model as runtime_model
from edge_power_runtime.engines import engine_info
from edge_power_runtime.profiler.measure.rounds import Series, num_steps, pool_of, take_rounds
from edge_power_runtime.profiler.progress import Silent
from edge_power_runtime.profiler.report.spans import SpanTimes
from edge_power_runtime.tasks import Classification

SLOW_S = 0.002


class Listener(Silent):
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def step(self, description: str) -> None:
        self.heard.append(description.removeprefix("timing: "))


class Recorder:
    """Stands for an answerer of two spans: notes the texts, and sleeps for them where it is slow."""

    task = Classification()
    labels = ("no", "yes")
    spans = (Span("guess"), Span("look up", in_engine=True))

    def __init__(self, *, is_slow: bool = False) -> None:
        self.is_slow = is_slow
        self.texts: list[str] = []
        self.collector: list[bool] = []

    def __call__(self, text: str) -> None:
        self.texts.append(f"untimed {text}")

    def timed(self, text: str) -> tuple[None, tuple[int, ...]]:
        self.texts.append(text)
        self.collector.append(gc.isenabled())
        if self.is_slow:
            time.sleep(SLOW_S)
        return None, (1_500_000, 10_000 * len(self.collector))


def series_of(
    recorder: Recorder, name: str = "one", texts=("a",), wanted: int = 7, *, pool: int | None = None
) -> Series:
    return Series(name, recorder, texts, wanted, pool=pool)


def test_every_series_takes_what_is_wanted_in_bursts():
    one, two = series_of(Recorder()), series_of(Recorder(), "two", wanted=4)
    listener = Listener()
    take_rounds([one, two], 3, None, listener)
    assert one.rounds == [3, 3, 1]
    assert two.rounds == [3, 1]
    assert [len(span.times_ms) for one in (one, two) for span in one.spans()] == [7, 7, 4, 4]
    assert len(listener.heard) == num_steps([one, two], 3, None) == 5
    assert sorted(listener.heard[:2]) == ["one", "two"]
    assert listener.heard[4] == "one"


def test_texts_take_turns_after_one_untimed():
    recorder = Recorder()
    take_rounds([series_of(recorder, texts=("a", "b", "c"), wanted=5)], 2, None, Silent())
    assert recorder.texts == ["untimed c", "a", "b", "untimed b", "c", "a", "untimed a", "b"]


def test_warm_up_keeps_no_samples():
    recorder = Recorder()
    series = series_of(recorder, texts=("a", "b"))
    series.warm_up(3)
    assert recorder.texts == ["untimed a", "untimed b", "untimed a"]
    assert series.left == 7


def test_samples_are_milliseconds_of_the_spans_that_the_answerer_names():
    series = series_of(Recorder(), wanted=2)
    take_rounds([series], 2, None, Silent())
    assert series.spans() == (SpanTimes("guess", False, (1.5, 1.5)), SpanTimes("look up", True, (0.01, 0.02)))


@pytest.mark.parametrize("span", ["encode", "choose", "run", "decode"])
def test_time_goes_to_the_span_of_a_classifier_that_took_it(tiny, engine, monkeypatch, span):
    classifier = Classifier.open(tiny.path, engine=engine)
    classifier.warm_up()
    owner = runtime_model.Choice if span == "run" else classifier
    meant = getattr(owner, span)

    def slow(*arguments):
        time.sleep(SLOW_S)
        return meant(*arguments)

    monkeypatch.setattr(owner, span, slow)
    answers = [classifier.timed("a good film") for _ in range(5)]
    found = {item.name: min(ns[place] for _, ns in answers) for place, item in enumerate(classifier.spans)}
    # sleep() sleeps at least as long as it is told; the others take 0.1 ms, the best of five on a busy machine too.
    assert found.pop(span) >= SLOW_S * 1e9
    assert max(found.values()) < SLOW_S * 1e9
    monkeypatch.undo()
    assert answers[0][0] == classifier("a good film")


def test_a_classifier_is_an_answerer(tiny, engine):
    answerer: Answerer = Model.open(tiny, engine=engine).at("fast")
    assert (answerer.task, answerer.labels) == (Classification(), ("negative", "positive"))
    assert [(span.name, span.in_engine) for span in answerer.spans] == [
        ("encode", False), ("choose", False), ("run", True), ("decode", False),
    ]  # fmt: skip
    prediction, taken = answerer.timed("a good film")
    assert prediction == answerer("a good film")
    assert len(taken) == 4 and min(taken) > 0


def test_only_executorch_shares_a_pool(tiny):
    for artifact in tiny.manifest.artifacts:
        if engine_info(artifact.engine).is_installed:
            classifier = Classifier.open(tiny.path, engine=artifact.engine, num_threads=2)
            assert pool_of(classifier) == (2 if artifact.engine == "executorch" else None)


def test_the_order_differs_from_round_to_round_and_repeats_from_run_to_run():
    def heard() -> list[tuple[str, ...]]:
        listener = Listener()
        take_rounds([series_of(Recorder(), str(index), wanted=24) for index in range(4)], 1, None, listener)
        return [tuple(listener.heard[start : start + 4]) for start in range(0, 96, 4)]

    rounds = heard()
    assert all(sorted(turns) == ["0", "1", "2", "3"] for turns in rounds)
    assert len(set(rounds)) > 12
    followers = {(a, b) for turns in rounds for a, b in zip(turns, turns[1:], strict=False)}
    assert len(followers) == 12  # each series follows each other one at some time
    assert heard() == rounds


def test_a_thread_count_of_executorch_stays_together_and_gets_more_untimed_answers():
    pools = (1, 2, 1, 2)
    recorders = [Recorder() for _ in pools]
    series = [series_of(item, f"{pool}", wanted=8, pool=pool) for item, pool in zip(recorders, pools, strict=True)]
    onnx = Recorder()
    listener = Listener()
    take_rounds([*series, series_of(onnx, "onnx", wanted=8)], 1, None, listener)
    for start in range(0, 40, 5):
        turns = [name for name in listener.heard[start : start + 5] if name != "onnx"]
        assert turns in (["1", "1", "2", "2"], ["2", "2", "1", "1"])
    assert recorders[0].texts[:4] == ["untimed a"] * 3 + ["a"]
    assert onnx.texts[:2] == ["untimed a", "a"]


class Reference:
    """Stands for the timer: notes when it was asked, among the texts of a recorder."""

    def __init__(self, recorder: Recorder) -> None:
        self.texts = recorder.texts

    def before_turn(self, *, is_new_round: bool) -> None:
        self.texts.append("a new round" if is_new_round else "the same round")


def test_the_reference_stands_before_the_untimed_answer_of_every_turn():
    recorder = Recorder()
    both = [series_of(recorder, str(index), wanted=3) for index in range(2)]
    take_rounds(both, 2, None, Silent(), Reference(recorder))
    turn, last = ["untimed a", "a", "a"], ["untimed a", "a"]
    assert recorder.texts == [
        "a new round", *turn, "the same round", *turn, "a new round", *last, "the same round", *last,
    ]  # fmt: skip


def test_one_thread_count_of_executorch_needs_no_more():
    recorder = Recorder()
    take_rounds([series_of(recorder, pool=2), series_of(Recorder())], 1, None, Silent())
    assert recorder.texts[:2] == ["untimed a", "a"]


def test_seconds_end_it_after_the_first_round():
    series = [series_of(Recorder(is_slow=True), str(index), wanted=10**6) for index in range(3)]
    start = time.monotonic()
    take_rounds(series, 2, 0.001, Silent())
    assert [item.rounds for item in series] == [[2], [2], [2]]
    # 6 answers of 2 ms; a busy machine may take a hundred times as long, a million answers more than half an hour.
    assert time.monotonic() - start < 5


def test_a_watcher_hears_of_ten_turns_a_second_where_seconds_will_end_it():
    series = [series_of(Recorder(is_slow=True), str(index), wanted=10**6) for index in range(2)]
    listener = Listener()
    take_rounds(series, 1, 0.35, listener)
    assert num_steps(series, 1, 0.35) == 4
    assert num_steps(series, 1, 0.05) == 2
    # At 0, 0.1, 0.2 and 0.3 s; a busy machine may miss some.
    assert 1 <= len(listener.heard) <= 4
    assert sum(sum(item.rounds) for item in series) > 4
    assert num_steps(series, 1, 10**6) == 2 * 10**6


def test_seconds_that_are_enough_end_nothing():
    series = series_of(Recorder())
    take_rounds([series], 2, 600, Silent())
    assert series.left == 0


def test_the_collector_rests_meanwhile_and_returns():
    recorder = Recorder()
    assert gc.isenabled()
    take_rounds([series_of(recorder)], 2, None, Silent())
    assert not any(recorder.collector)
    assert gc.isenabled()


def test_the_collector_returns_after_an_error():
    class Broken(Recorder):
        def timed(self, text: str) -> tuple[None, tuple[int, ...]]:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        take_rounds([series_of(Broken())], 2, None, Silent())
    assert gc.isenabled()


def test_the_parts_of_a_classifier_are_its_call(tiny, engine):
    classifier = Classifier.open(tiny.path, engine=engine)
    choice = classifier.choose(classifier.encode("a good film"))
    assert choice.inputs["input_ids"].shape == (1, 8)
    assert classifier.decode(choice, choice.run()) == classifier("a good film")


@pytest.mark.alone
def test_p50_is_that_of_a_bare_loop(tiny, engine):
    classifier = Classifier.open(tiny.path, engine=engine, budget="full")
    text = "a good film was dull but the music was fine and very long"
    choice = classifier.choose(classifier.encode(text))
    series = Series("one", classifier, (text,), 400)
    bare: list[float] = []
    shuffle = random.Random(0)
    for _ in range(20):  # in turn, so that whatever else this machine does hurts both alike
        for part in shuffle.sample(("bare", "profiler"), 2):
            if part == "profiler":
                series.take_turn(1, 20)
                continue
            for index in range(21):
                start = time.perf_counter_ns()
                choice.run()
                bare += [(time.perf_counter_ns() - start) / 1e6] if index else []
    # The bar of the project: 3 % or 0.05 ms. A run takes some 0.1 ms here, so it is the latter; the medians of 400 are
    # known to a third of that on a busy machine.
    (run_ms,) = (span.times_ms for span in series.spans() if span.in_engine)
    assert _median(run_ms) == pytest.approx(_median(bare), rel=0.03, abs=0.05)


def _median(values) -> float:
    return sorted(values)[len(values) // 2]
