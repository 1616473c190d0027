"""Stages against the same pruned model without exits: times, answers, bytes, and the hand-over.

python -m benchmarks.stages --bundle BUNDLE --budget balanced --select rows.tsv --dev dev.tsv

Thresholds are chosen on the rows of `--select`: of all pairs on a grid the one with the fewest multiply-adds whose
answers lose at most `--max-loss` points against the last stage's. What is reported is of `--dev`. One thread; times are
CPU time of this thread, the two answerers in turn, text by text, in an order that changes.
"""

import argparse
import itertools
import json
import random
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edge_power.data import Columns, Source, read_examples
from edge_power_runtime import Cascade, Model, Prediction
from edge_power_runtime.bundle.manifest import Artifact
from edge_power_runtime.cascade.confidence import confidence
from edge_power_runtime.cascade.tier import Tier
from edge_power_runtime.text import Text

GRID = (*np.round(np.arange(0.6, 1.0, 0.02), 2).tolist(), 0.985, 0.99, 0.995, 0.998, 1.0)


def rows_of(path: str, labels: Sequence[str]) -> tuple[list[Text], list[str]]:
    """Texts, and their labels by name."""
    examples = list(read_examples(Source(path, Columns(None, None, None, None), None), need_labels=True))
    named = [str(item.label) for item in examples]
    return [item.content for item in examples], [labels[int(name)] if name.isdigit() else name for name in named]


def chosen(
    answers: Sequence[Sequence[Prediction]], labels: Sequence[str], macs: Sequence[float], max_loss: float
) -> tuple[float, ...]:
    """Thresholds of all stages but the last: the fewest multiply-adds within the loss; `macs` are of each stage."""
    right = np.array([[found.label == label for found, label in zip(of, labels, strict=True)] for of in answers])
    sure = np.array([[confidence(found, 1.0) for found in of] for of in answers])
    best, least = (1.0,) * (len(answers) - 1), float(sum(macs))
    for thresholds in itertools.product(GRID, repeat=len(answers) - 1):
        stops = np.vstack([sure[:-1] >= np.array(thresholds)[:, None], np.ones((1, len(labels)), bool)])
        place = stops.argmax(axis=0)
        loss = 100 * (right[-1].mean() - right[place, np.arange(len(labels))].mean())
        cost = float(np.cumsum(macs)[place].mean())
        if loss <= max_loss and cost < least:
            best, least = thresholds, cost
    return best


def timed(first: Cascade, second: object, texts: Sequence[Text]) -> tuple[np.ndarray, np.ndarray]:
    """CPU milliseconds of each text by both, in turn."""
    spent = np.zeros((2, len(texts)))
    order = list(range(len(texts)))
    random.Random(0).shuffle(order)
    for text in order:
        for which, answerer in random.sample([(0, first), (1, second)], 2):
            start = time.thread_time_ns()
            answerer(texts[text])  # type: ignore[operator]
            spent[which, text] = (time.thread_time_ns() - start) / 1e6
    return spent[0], spent[1]


def bytes_of(artifact: Artifact, bundle: Path, hidden: int, labels: int) -> tuple[int, int]:
    """Bytes of an artifact, and what they would be without stages and their heads at most; of onnx alone."""
    ours = {stage.file for stage in artifact.stages or ()}
    graphs = sum(entry.size_bytes for entry in artifact.files if entry.path in ours)
    exits = len(artifact.runs[-1]) - 1
    width = 1 if artifact.precision == "int8" else 4
    return artifact.size_bytes, artifact.size_bytes - graphs - exits * width * (hidden * hidden + hidden * labels)


def main() -> None:
    """Measure one bundle."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--bundle", "--budget", "--select", "--dev"):
        parser.add_argument(name, required=True)
    parser.add_argument("--engine", default="onnx")
    parser.add_argument("--precision", default="int8")
    parser.add_argument("--max-loss", type=float, default=0.5)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    model = Model.open(given.bundle, engine=given.engine, precision=given.precision)
    whole = model.at(given.budget)
    runs = [run for run in model.artifact.runs if len(run) > 1 and run[0].budget == given.budget]
    lasts, longest = [stage.last for stage in runs[0]], {stage.name: stage.macs for stage in runs[-1]}
    stages = [model.stage(given.budget, last) for last in lasts]
    select, select_labels = rows_of(given.select, model.bundle.manifest.labels)
    answers = [[stage(text) for text in select] for stage in stages]
    thresholds = chosen(answers, select_labels, list(longest.values()), given.max_loss)
    cascade = Cascade.of(
        [
            Tier(f"{given.budget}-{last}", stage, threshold=threshold)
            for last, stage, threshold in zip(lasts, stages, (*thresholds, None), strict=True)
        ]
    )
    dev, dev_labels = rows_of(given.dev, model.bundle.manifest.labels)
    cascade.warm_up(), whole.warm_up()
    found, expected = [cascade(text) for text in dev], [whole(text) for text in dev]
    alone = [[stage(text) for text in dev] for stage in stages]
    pairs = zip(alone[-1], expected, strict=True)
    handed = max(float(np.abs(np.subtract(last.logits, one.logits)).max()) for last, one in pairs)
    times = [timed(cascade, whole, dev) for _ in range(given.rounds)]
    ratios = [whole_ms.mean() / own.mean() for own, whole_ms in times]
    own, whole_ms = (np.median([pair[which] for pair in times], axis=0) for which in (0, 1))
    size, without = bytes_of(model.artifact, Path(given.bundle), 384, len(model.bundle.manifest.labels))
    print(
        json.dumps(
            {
                "thresholds": thresholds,
                "answered": {count.name: count.answered for count in cascade.stats()},
                "accuracy": {
                    **{f"stage {last}": _right(of, dev_labels) for last, of in zip(lasts, alone, strict=True)},
                    "cascade": _right(found, dev_labels),
                    "whole": _right(expected, dev_labels),
                },
                "hand_over_error": handed,
                "times_as_fast": {"median": statistics.median(ratios), "each": ratios},
                "mean_ms": {"stages": own.mean(), "whole": whole_ms.mean()},
                "p95_ms": {"stages": float(np.percentile(own, 95)), "whole": float(np.percentile(whole_ms, 95))},
                "bytes": {"stages": size, "without": without, "ratio": size / without},
            },
            indent=1,
        )
    )


def _right(answers: Sequence[Prediction], labels: Sequence[str]) -> float:
    return statistics.fmean(found.label == label for found, label in zip(answers, labels, strict=True))


if __name__ == "__main__":
    main()
