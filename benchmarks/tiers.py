"""A cascade of a bundle's budgets, exits or a bag tier, against its last tier alone: times, answers, share passed on.

python -m benchmarks.tiers --second BUNDLE:full --first BUNDLE:fast --select rows.tsv --dev dev.tsv --output tiers.json

`edge-power cascade` chooses on the rows of `--select`; what is reported is of `--dev`. One thread; times are CPU time
of this thread, the two answerers in turn, text by text, in an order that changes. A bag tier needs `--train`.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import edge_power as ep
from benchmarks.stages import right, rows_of, timed
from edge_power_runtime import Model

ROUNDS = 3


def main() -> None:
    """Choose, measure, and add the result to the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--second", "--select", "--dev", "--output"):
        parser.add_argument(name, required=True)
    parser.add_argument("--first", action="append", required=True)
    parser.add_argument("--train")
    parser.add_argument("--precision", default="int8")
    parser.add_argument("--max-loss", type=float, default=0.5)
    given = parser.parse_args()
    output = Path(given.output)
    found = json.loads(output.read_text(encoding="utf-8")) if output.exists() else []
    output.write_text(json.dumps([*found, measured(given)], indent=1) + "\n", encoding="utf-8")


def measured(given: argparse.Namespace) -> dict[str, Any]:
    """What the chosen cascade does on the rows of `--dev`; every sample is kept."""
    with tempfile.TemporaryDirectory() as directory:
        record = ep.cascade(
            given.second, given.first, Path(directory) / "made", train=given.train, select=given.select,
            max_loss=given.max_loss, distil=0, engine="onnx", precision=given.precision,
        )  # fmt: skip
        model = Model.open(Path(directory) / "made", engine="onnx", precision=given.precision)
        cascade, alone = model.at().cascade, model.at(given.second.rpartition(":")[2])
        assert cascade is not None
        texts, labels = rows_of(given.dev, model.bundle.manifest.labels)
        cascade.warm_up(), alone.warm_up()
        found, expected = [cascade(text) for text in texts], [alone(text) for text in texts]
        answered = {count.name: count.answered for count in cascade.stats()}
        times = [timed(cascade, alone, texts) for _ in range(ROUNDS)]
    mixture = record.choice.mixture
    own, theirs = (np.median([pair[which] for pair in times], axis=0) for which in (0, 1))
    return {
        "second": Path(given.second).name,
        "first": [Path(first).name for first in given.first],
        "max_loss": given.max_loss,
        "expected": {"times_as_fast": mixture.last_mean / mixture.mean, "passed_on": mixture.passed_on},
        "answered": answered,
        "accuracy": {"cascade": right(found, labels), "alone": right(expected, labels)},
        "times_as_fast": [theirs_ms.mean() / own_ms.mean() for own_ms, theirs_ms in times],
        "mean_ms": {"cascade": own.mean(), "alone": theirs.mean()},
        "p95_ms": {"cascade": float(np.percentile(own, 95)), "alone": float(np.percentile(theirs, 95))},
        "samples_ms": [
            {"cascade": own_ms.round(3).tolist(), "alone": theirs_ms.round(3).tolist()} for own_ms, theirs_ms in times
        ],
    }


if __name__ == "__main__":
    main()
