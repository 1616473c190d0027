"""Stages against the same pruned model without exits: times, answers, bytes, and the hand-over.

python -m benchmarks.stages --bundle BUNDLE --budget balanced --select rows.tsv --dev dev.tsv

`edge-power cascade --first exits` chooses on the rows of `--select`; what is reported is of `--dev`. One thread; times
are CPU time of this thread, the two answerers in turn, text by text, in an order that changes.
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import edge_power as ep
from edge_power.data import Columns, Source, read_examples
from edge_power_runtime import Cascade, Model, Prediction
from edge_power_runtime.bundle.artifacts import Artifact
from edge_power_runtime.text import Text


def rows_of(path: str, labels: Sequence[str]) -> tuple[list[Text], list[str]]:
    """Texts, and their labels by name."""
    examples = list(read_examples(Source(path, Columns(None, None, None, None), None), need_labels=True))
    named = [str(item.label) for item in examples]
    return [item.content for item in examples], [labels[int(name)] if name.isdigit() else name for name in named]


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


def bytes_of(artifact: Artifact, hidden: int, labels: int) -> tuple[int, int]:
    """Bytes of an artifact, and what they would be without stages and their heads at most; of onnx alone."""
    ours = {stage.file for stage in artifact.stages or ()}
    graphs = sum(entry.size_bytes for entry in artifact.files if entry.path in ours)
    exits = len(artifact.runs[-1]) - 1
    width = 1 if artifact.precision == "int8" else 4
    return artifact.size_bytes, artifact.size_bytes - graphs - exits * width * (hidden * hidden + hidden * labels)


def main() -> None:
    """Choose, and measure one bundle."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--bundle", "--budget", "--select", "--dev"):
        parser.add_argument(name, required=True)
    parser.add_argument("--engine", default="onnx")
    parser.add_argument("--precision", default="int8")
    parser.add_argument("--max-loss", type=float, default=0.5)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        record = ep.cascade(
            f"{given.bundle}:{given.budget}", ["exits"], Path(directory) / "made", select=given.select,
            max_loss=given.max_loss, engine=given.engine, precision=given.precision,
        )  # fmt: skip
        model = Model.open(Path(directory) / "made", engine=given.engine, precision=given.precision)
        found = measured(model, given.budget, given.dev, given.rounds)
    mixture = record.choice.mixture
    expected = {"times_as_fast": mixture.last_mean / mixture.mean, "passed_on": mixture.passed_on}
    print(json.dumps({"thresholds": mixture.thresholds, "expected": expected, **found}, indent=1))


def measured(model: Model, budget: str, rows: str, rounds: int) -> dict[str, object]:
    """What the model's cascade does on labelled rows, against the budget whose stages it asks."""
    labels = model.bundle.manifest.labels
    cascade, whole = model.at().cascade, model.at(budget)
    assert cascade is not None
    dev, dev_labels = rows_of(rows, labels)
    cascade.warm_up(), whole.warm_up()
    found, expected = [cascade(text) for text in dev], [whole(text) for text in dev]
    counts = cascade.stats()
    lasts = [stage.last for stage in next(run for run in model.artifact.runs if len(run) > 1)]
    alone = {last: [model.stage(budget, last)(text) for text in dev] for last in lasts}
    pairs = zip(alone[lasts[-1]], expected, strict=True)
    times = [timed(cascade, whole, dev) for _ in range(rounds)]
    ratios = [whole_ms.mean() / own.mean() for own, whole_ms in times]
    own, whole_ms = (np.median([pair[which] for pair in times], axis=0) for which in (0, 1))
    size, without = bytes_of(model.artifact, 384, len(labels))
    return {
        "answered": {count.name: count.answered for count in counts},
        "accuracy": {
            **{f"stage {last}": right(of, dev_labels) for last, of in alone.items()},
            "cascade": right(found, dev_labels),
            "whole": right(expected, dev_labels),
        },
        "hand_over_error": max(float(np.abs(np.subtract(last.logits, one.logits)).max()) for last, one in pairs),
        "times_as_fast": {"median": statistics.median(ratios), "each": ratios},
        "mean_ms": {"stages": own.mean(), "whole": whole_ms.mean()},
        "p95_ms": {"stages": float(np.percentile(own, 95)), "whole": float(np.percentile(whole_ms, 95))},
        "bytes": {"stages": size, "without": without, "ratio": size / without},
    }


def right(answers: Sequence[Prediction], labels: Sequence[str]) -> float:
    """The fraction of answers with the right label."""
    return statistics.fmean(found.label == label for found, label in zip(answers, labels, strict=True))


if __name__ == "__main__":
    main()
