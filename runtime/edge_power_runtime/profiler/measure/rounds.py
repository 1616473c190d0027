"""Timed answers, in rounds: every series gets its turn in each, so that a drifting machine hurts all alike."""

import gc
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from edge_power_runtime.answerer import Answerer
from edge_power_runtime.model import Classifier
from edge_power_runtime.prediction import Prediction
from edge_power_runtime.profiler.measure.reference import ReferenceTimer
from edge_power_runtime.profiler.progress import Watcher
from edge_power_runtime.profiler.report.spans import SpanTimes
from edge_power_runtime.text import Text

_SEED = 0
_NS_PER_MS = 1e6
_STEP_S = 0.1

# The first answer of a turn finds the CPU's caches full of the series before it.
_UNTIMED = 1
# ExecuTorch has one thread pool per process, and changing its size unloads every method (sessions/executorch.py). So
# in a plan with several counts each turn of its series finds the program unloaded: the first answer loads it, the next
# one touches its memory, and a third follows for the branch predictor.
_UNTIMED_AFTER_SWITCH = 3


class Series:
    """Texts that one answerer answers in turn, and the samples so far.

    Attributes:
        name: for the watcher.
        wanted: how many samples to take.
        pool: the size of the process's thread pool that it needs; None where it shares no pool with other series.
        rounds: how many samples each turn took.
        answers: one for each sample, where `keeps_answers`.
    """

    def __init__(
        self,
        name: str,
        answerer: Answerer,
        texts: Sequence[Text],
        wanted: int,
        *,
        pool: int | None = None,
        keeps_answers: bool = False,
    ) -> None:
        """Begin with no samples."""
        self.name = name
        self.wanted = wanted
        self.pool = pool
        self.rounds: list[int] = []
        self.answers: list[Prediction] = []
        self._answerer = answerer
        self._texts = texts
        self._keeps_answers = keeps_answers
        self._samples_ns: list[tuple[int, ...]] = []

    @property
    def left(self) -> int:
        """Samples that are still to be taken."""
        return self.wanted - len(self._samples_ns)

    def warm_up(self, answers: int) -> None:
        """Answer without a clock."""
        for index in range(answers):
            self._answerer(self._texts[index % len(self._texts)])

    def take_turn(self, untimed: int, timed: int) -> None:
        """Answer some texts untimed and the next ones timed, as many as are still wanted."""
        position, count = len(self._samples_ns), min(timed, self.left)
        for _ in range(untimed):
            self._answerer(self._texts[position % len(self._texts) - 1])
        for index in range(position, position + count):
            prediction, times = self._answerer.timed(self._texts[index % len(self._texts)])
            self._samples_ns.append(times)
            if self._keeps_answers:
                self.answers.append(prediction)
        self.rounds.append(count)

    def spans(self) -> tuple[SpanTimes, ...]:
        """The samples by the answerer's spans, in the order they were taken."""
        return tuple(
            SpanTimes(span.name, span.in_engine, tuple(sample[place] / _NS_PER_MS for sample in self._samples_ns))
            for place, span in enumerate(self._answerer.spans)
        )


def pool_of(classifier: Classifier) -> int | None:
    """Give the size of the thread pool that a classifier shares with others; None where it has one of its own."""
    return classifier.num_threads if classifier.artifact.engine == "executorch" else None


def take_rounds(
    series: Sequence[Series],
    burst: int,
    max_seconds: float | None,
    watch: Watcher,
    reference: ReferenceTimer | None = None,
) -> None:
    """Take all samples that are wanted.

    Args:
        series: what to take them of.
        burst: samples of a turn.
        max_seconds: when to stop; every series keeps its first turn. None for no end.
        watch: hears of `num_steps` turns at most.
        reference: is timed in every round, before the untimed answer of a turn; None for nothing.
    """
    heard_every_s = _STEP_S if _is_paced(series, burst, max_seconds) else 0.0
    heard_at = -_STEP_S
    deadline = None if max_seconds is None else time.monotonic() + max_seconds
    untimed = _UNTIMED_AFTER_SWITCH if len({item.pool for item in series} - {None}) > 1 else _UNTIMED
    shuffle = random.Random(_SEED)
    with _collector_off():
        while any(item.left for item in series):
            is_new_round = True
            for item in _order(series, shuffle):
                now = time.monotonic()
                late = deadline is not None and now > deadline
                if late and all(other.rounds for other in series):
                    return
                if item.left and not (late and item.rounds):
                    if now - heard_at >= heard_every_s:
                        watch.step(f"timing: {item.name}")
                        heard_at = now
                    if reference is not None:
                        reference.before_turn(is_new_round=is_new_round)
                        is_new_round = False
                    item.take_turn(_UNTIMED if item.pool is None else untimed, burst)


def num_steps(series: Sequence[Series], burst: int, max_seconds: float | None) -> int:
    """Of how many turns a watcher hears at most: of each, or of ten a second where the seconds will end it first."""
    if max_seconds is not None and _is_paced(series, burst, max_seconds):
        # One at the start and one after each step; and a first round that takes longer is heard in whole.
        return max(len(series), int(max_seconds / _STEP_S) + 1)
    return _num_turns(series, burst)


def _num_turns(series: Sequence[Series], burst: int) -> int:
    return sum(-(-item.wanted // burst) for item in series)


def _is_paced(series: Sequence[Series], burst: int, max_seconds: float | None) -> bool:
    return max_seconds is not None and _num_turns(series, burst) * _STEP_S > max_seconds


def _order(series: Sequence[Series], shuffle: random.Random) -> list[Series]:
    """Shuffle a round, so that no series always follows the same one; those that share a thread pool stay together."""
    units: dict[object, list[Series]] = {}
    for index, item in enumerate(series):
        units.setdefault(("pool", item.pool) if item.pool is not None else index, []).append(item)
    order = list(units.values())
    shuffle.shuffle(order)
    for unit in order:
        shuffle.shuffle(unit)
    return [item for unit in order for item in unit]


@contextmanager
def _collector_off() -> Iterator[None]:
    """Keep Python from collecting garbage in the middle of an answer, which takes it 100 ms where torch is loaded."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
