"""Puts a bag tier before the demo's small model; its threshold is chosen by answers to questions it has not seen.

The questions to train on are too few to hold some out of them for good: a bag tier wants every one, and so does a
promise. So each is answered by a bag tier that was trained on the other folds, and the one that ships learns them all.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge_power.cascading.answers import Answers, TierAnswers, ask
from edge_power.cascading.bag.learn import planned_steps
from edge_power.cascading.bag.train import Lesson, train_bag
from edge_power.cascading.costs import costs_of, prices_of
from edge_power.cascading.rungs import Rung
from edge_power.cascading.thresholds.choose import CONFIDENCE, Choice, choose
from edge_power.cascading.write import entry_of, write_cascade
from edge_power.demo.classifier import LabelledTexts
from edge_power.progress import Progress
from edge_power_converters.output.staging import check_output
from edge_power_runtime import Classifier
from edge_power_runtime.cascade.bag import BagTier

FOLDS = 3
SEED = 0
# 600 questions can promise 2 points and still forgive some that cost; 1 point only where hardly one does.
MAX_LOSS = 0.02
_MAX_BAG_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised of the cascade, and on what.

    Attributes:
        max_loss: accuracy that may be lost against the last tier alone, as a fraction.
        confidence: of the promise.
        tested: questions that it was tested on, each answered by a bag tier that had not seen it.
        tuned: others, which told the temperatures.
        threshold: the confidence from which on the bag tier's answer stands.
        temperature: of the bag tier.
    """

    max_loss: float
    confidence: float
    tested: int
    tuned: int
    threshold: float
    temperature: float


def add_cascade(
    bundle: Path,
    rows: LabelledTexts,
    *,
    engine: str,
    precision: str,
    budget: str,
    progress: Progress,
    max_loss: float = MAX_LOSS,
    folds: int = FOLDS,
) -> Promise:
    """Put a bag tier into a bundle, before one of its budgets.

    Args:
        bundle: its directory, which is replaced by one with a cascade.
        rows: to train on, and to choose by.
        engine: that answers here.
        precision: that answers here.
        budget: the last tier.
        progress: is told of the steps.
        max_loss: accuracy that may be lost, as a fraction.
        folds: parts of the rows, each answered by a bag tier of the others.

    Raises:
        CascadeError: the rows are too few for the promise.
        OutputError, ConversionError: the bundle cannot be written.
    """
    place = check_output(bundle, force=True)
    last = Classifier.open(bundle, engine=engine, precision=precision, budget=budget)
    truth = np.array(rows.labels)
    progress.begin(f"asking {budget} about the questions to train on", len(rows.texts))
    costs = costs_of(prices_of([Rung(last)], None), [last], rows.texts)
    (answers,) = ask([last], costs, rows.texts, truth, progress=progress.advance).tiers
    lesson = Lesson([last.encode(text) for text in rows.texts], truth, answers.logits)
    every = np.arange(len(truth))
    unseen = TierAnswers(_answers_to_unseen(lesson, last, folds, progress), np.zeros(len(truth)))
    choice = choose(Answers(truth, (unseen, answers)), max_loss, seed=SEED)
    bag = _train(lesson, every, last, "training the bag tier that ships", progress)
    progress.begin("writing the bundle, with the bag tier")
    rungs = (Rung(None), Rung(last))
    write_cascade(place, last.bundle, rungs, bag, entry_of(rungs, choice))
    return _promise(choice)


def _answers_to_unseen(lesson: Lesson, last: Classifier, folds: int, progress: Progress) -> np.ndarray:
    """Each text's logits by a bag tier that was trained on the other folds, float64 (texts, labels)."""
    order = np.random.default_rng(SEED).permutation(len(lesson.texts))
    logits = np.empty((len(order), len(last.labels)))
    for fold in range(folds):
        asked = order[fold::folds]
        data = _train(lesson, np.setdiff1d(order, asked), last, f"training bag tier {fold + 1} of {folds}", progress)
        bag = BagTier.from_bytes(data, last.encoder, last.labels, max_length=last.max_length)
        logits[asked] = [bag.logits(lesson.texts[row]) for row in asked]
    return logits


def _train(lesson: Lesson, rows: np.ndarray, last: Classifier, what: str, progress: Progress) -> bytes:
    assert lesson.taught is not None
    progress.begin(what, planned_steps(len(rows)))
    return train_bag(
        Lesson([lesson.texts[row] for row in rows], lesson.labels[rows], lesson.taught[rows]),
        labels=len(last.labels),
        vocabulary=1 + max(max(text.ids) for text in lesson.texts),
        max_bytes=_MAX_BAG_BYTES,
        seed=SEED,
        progress=progress.advance,
    )


def _promise(choice: Choice) -> Promise:
    return Promise(
        max_loss=choice.max_loss,
        confidence=CONFIDENCE,
        tested=choice.tested,
        tuned=choice.tuned,
        threshold=choice.mixture.thresholds[0],
        temperature=choice.temperatures[0],
    )
