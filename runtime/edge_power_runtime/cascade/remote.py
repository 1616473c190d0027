"""A callable as the last tier, such as a server's client: it may fail, be late, or name a label that is none."""

import reprlib
from collections.abc import Callable
from threading import Thread
from time import perf_counter_ns

from edge_power_runtime.answerer import Span
from edge_power_runtime.cascade.reading import Reading, TierFailure
from edge_power_runtime.prediction import Prediction
from edge_power_runtime.reading.printable import one_line
from edge_power_runtime.text import Text

Answer = str | tuple[str, float] | Prediction
"""A label, whose probability is then 1; a label and its probability, of which the other labels share what is left; or a
prediction, with the labels in the cascade's order."""

MOST_LATE = 8
"""Late calls that may still be under way at once. Python cannot end a thread, so while as many hang the callable is not
asked again: the tier before it answers at once, and an app does not fill up with threads."""


class Remote:
    """Answers a `Reading` by a callable, as a `ReadingAnswerer`."""

    spans: tuple[Span, ...] = (Span("call"),)
    gives_new = False

    def __init__(self, call: Callable[[Text], Answer], labels: tuple[str, ...], timeout_s: float | None) -> None:
        """Take over checked parts.

        Args:
            call: gives an answer to a text or a pair. Many threads may call it at once.
            labels: that it may name.
            timeout_s: after which its answer is late: it is dropped, and the thread that waits for it goes on alone.
                None asks in the caller's own thread, for as long as it takes.
        """
        self._call = call
        self._labels = labels
        self._timeout_s = timeout_s
        self._late: set[Thread] = set()

    def answer_reading(self, reading: Reading) -> Prediction:
        """Ask, and read the answer.

        Raises:
            TierFailure: the callable raised an `Exception` (KeyboardInterrupt and SystemExit pass), it is late, or what
                it gave is no answer.
        """
        try:
            answer = self._in_time(reading.text) if self._timeout_s is not None else self._call(reading.text)
        except TierFailure:
            raise
        except Exception as error:
            raise TierFailure(f"raised {one_line(f'{type(error).__name__}: {error}')}") from error
        return self._read(answer)

    def timed_reading(self, reading: Reading) -> tuple[Prediction, tuple[int, ...]]:
        """Do what `answer_reading` does, and take the time.

        Raises:
            TierFailure: likewise.
        """
        start = perf_counter_ns()
        prediction = self.answer_reading(reading)
        return prediction, (perf_counter_ns() - start,)

    def _in_time(self, text: Text) -> object:
        assert self._timeout_s is not None
        for thread in tuple(self._late):  # a copy, which no other thread changes meanwhile
            if not thread.is_alive():
                self._late.discard(thread)
        if len(self._late) >= MOST_LATE:
            raise TierFailure(f"was not asked, since {len(self._late)} late calls are still under way")
        outcome = _Outcome()
        # A daemon: a call that hangs would keep the process from ending.
        thread = Thread(target=outcome.find, args=(self._call, text), name="edge-power tier", daemon=True)
        try:
            thread.start()
            thread.join(self._timeout_s)
        finally:  # Ctrl-C may end the wait
            if thread.is_alive():
                self._late.add(thread)
        if not outcome.is_there:
            raise TierFailure(f"gave no answer within {self._timeout_s:g} s")
        return outcome.get()

    def _read(self, answer: object) -> Prediction:
        match answer:
            case Prediction():
                return self._checked(answer)
            case str():
                return self._prediction(answer, 1.0)
            case (str() as label, int() | float() as score) if not isinstance(score, bool):
                return self._prediction(label, score)
        found = one_line(reprlib.repr(answer))
        raise TierFailure(f"gave {found}, expected a label, a label with its probability, or a Prediction")

    def _checked(self, answer: Prediction) -> Prediction:
        if len(answer.scores) != len(self._labels):
            raise TierFailure(f"gave {len(answer.scores)} scores, expected one for each of {len(self._labels)} labels")
        self._place(answer.label)
        return answer

    def _prediction(self, label: str, score: float) -> Prediction:
        place, others = self._place(label), len(self._labels) - 1
        if not 0 <= score <= 1:  # no number is none either
            raise TierFailure(f"gave the probability {score!r}, must be in 0..1")
        scores = [(1 - score) / others] * len(self._labels)
        scores[place] = float(score)
        return Prediction(
            label=label,
            score=float(score),
            scores=tuple(scores),
            labels=(label,),
            logits=(),
            num_tokens=0,
            truncated=False,
            steps=(),
        )

    def _place(self, label: str | None) -> int:
        if label not in self._labels:
            known = reprlib.repr(list(self._labels))
            raise TierFailure(one_line(f"named the label {label!r}, expected one of {known}"))
        return self._labels.index(label)


class _Outcome:
    """What a call in another thread came to."""

    def __init__(self) -> None:
        self.is_there = False
        self._value: object = None
        self._error: BaseException | None = None

    def find(self, call: Callable[[Text], object], text: Text) -> None:
        try:
            self._value = call(text)
        except BaseException as error:  # all of it belongs to whoever waits
            self._error = error
        self.is_there = True

    def get(self) -> object:
        if self._error is not None:
            raise self._error
        return self._value
