"""Measures bag tiers, alone and before a bundle: `python benchmarks/cascade.py --data DIR --tokenizer BUNDLE ...`.

`--bag NAME` trains on NAME/train.tsv and scores on NAME/dev.tsv, or where there is none on a fifth that is held out.
`--task NAME=BUNDLE` puts the bag before a bundle, too: thresholds are chosen on NAME/select.tsv, or where there is none
on held-out training rows, and reported on dev; 200 random halves of dev, and of the rows to choose by, tell how often
the promise breaks on the other half; and the cascade is timed against its last tier alone, text by text in turns, by
the thread's own clock, one thread. All samples go into one JSON file.
"""

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from edge_power.cascading.answers import Answers, TierAnswers
from edge_power.cascading.bag.train import Lesson, train_bag
from edge_power.cascading.texts import Labelled
from edge_power.cascading.thresholds.choose import choose
from edge_power.cascading.thresholds.mixture import Tiers
from edge_power.data import read_examples
from edge_power.errors import CascadeError
from edge_power.tasks.learned import learned
from edge_power_runtime import Bundle, Cascade, Classifier
from edge_power_runtime.cascade.bag import BagTier
from edge_power_runtime.tasks import Classification
from edge_power_runtime.text import TextEncoder

SEEDS, SPLITS, SHARES = (0, 1, 2), 200, (0.3, 0.5, 0.7, 0.8, 0.9)
HELD_OUT, MOST, TIMED, MAX_BYTES = 0.2, 10_000, 400, 4_000_000


def main() -> None:
    """Measure what is asked for, and add it to the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--bag", action="append", default=[])
    parser.add_argument("--task", action="append", default=[])
    parser.add_argument("--max-loss", type=float, action="append")
    parser.add_argument("--output", type=Path, default=Path("docs/cascade.json"))
    asked = parser.parse_args()
    found = json.loads(asked.output.read_text(encoding="utf-8")) if asked.output.exists() else {"bags": {}, "tasks": {}}
    bundle = Bundle.open(asked.tokenizer)
    encoder = TextEncoder.from_json(bundle.read("tokenizer.json"), bundle.manifest.tokenizer)
    for name in asked.bag:
        found["bags"][name] = measure_bags(asked.data / name, encoder)
    for named in asked.task:
        name, _, path = named.partition("=")
        found["tasks"][name] = measure_task(asked.data / name, Path(path), [loss for loss in asked.max_loss or [0.5]])
    asked.output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def read(path: Path, labels: tuple[str, ...]) -> Labelled:
    """The rows of a file."""
    examples = list(read_examples(path, need_labels=True))
    truth = learned(Classification()).truth(examples, labels, path=path)
    return Labelled(tuple(example.content for example in examples), truth)


def split(rows: Labelled) -> tuple[Labelled, Labelled]:
    """Training rows, and those held out."""
    order = np.random.default_rng(0).permutation(len(rows))
    held_out = min(MOST, round(HELD_OUT * len(rows)))
    return rows.of(order[held_out:]), rows.of(order[:held_out])


def bag(train: Labelled, encoder: TextEncoder, labels: tuple[str, ...], length: int, seed: int) -> tuple[BagTier, Any]:
    """A bag tier, with what its training took."""
    encoded = [encoder.encode(text, length) for text in train.texts]
    begun = time.process_time()
    vocabulary = 1 + max(max(text.ids) for text in encoded)
    data = train_bag(
        Lesson(encoded, train.truth), labels=len(labels), vocabulary=vocabulary, max_bytes=MAX_BYTES, seed=seed
    )
    took = {"cpu_seconds": time.process_time() - begun, "bytes": len(data), "texts": len(train)}
    return BagTier.from_bytes(data, encoder, labels, max_length=length), took


def answers_of(answerer: Any, rows: Labelled) -> TierAnswers:
    """Logits, and the cost in tokens' programs: 0 for a bag, 1 for a classifier, as `measure_times` tells the time."""
    logits = np.array([answerer(text).logits for text in rows.texts])
    return TierAnswers(logits, np.full(len(rows), 0.0 if isinstance(answerer, BagTier) else 1.0))


def surest(logits: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Accuracy of all, and of the surest."""
    spread = logits - logits.max(axis=1, keepdims=True)
    right, order = logits.argmax(axis=1) == truth, np.argsort(np.exp(spread).sum(axis=1), kind="stable")
    return {"1.0": float(right.mean())} | {
        str(share): float(right[order[: int(share * len(truth))]].mean()) for share in SHARES
    }


def measure_bags(directory: Path, encoder: TextEncoder) -> list[dict[str, Any]]:
    """Three seeds of a bag tier alone, and what 30 words take it."""
    rows = list(read_examples(directory / "train.tsv", need_labels=True))
    labels = tuple(str(number) for number in range(1 + max(int(str(row.label)) for row in rows)))
    train, dev = read(directory / "train.tsv", labels), None
    if (directory / "dev.tsv").exists():
        dev = read(directory / "dev.tsv", labels)
    else:
        train, dev = split(train)
    found = []
    for seed in SEEDS:
        tier, took = bag(train, encoder, labels, 128, seed)
        logits = np.array([tier(text).logits for text in dev.texts])
        words = tier.encode(" ".join(("the film was good and i am still waiting for my card",) * 3)[:140])
        times = []
        for _ in range(2000):
            begun = time.perf_counter_ns()
            tier.answer_encoded(words)
            times.append(time.perf_counter_ns() - begun)
        found.append(
            {
                "seed": seed, **took, "accuracy": surest(logits, dev.truth), "tokens": words.num_tokens,
                "answer_us": {"median": float(np.median(times)) / 1e3, "p90": float(np.percentile(times, 90)) / 1e3},
            }
        )  # fmt: skip
        print(directory.name, found[-1], flush=True)
    return found


def measure_task(directory: Path, path: Path, losses: list[float]) -> list[dict[str, Any]]:
    """Three seeds of a bag tier before a bundle."""
    last = Classifier.open(path, engine="onnx")
    manifest = last.bundle.manifest
    labels = manifest.labels
    train, dev = read(directory / "train.tsv", labels), read(directory / "dev.tsv", labels)
    chosen_by = directory / "select.tsv"
    train, select = (train, read(chosen_by, labels)) if chosen_by.exists() else split(train)
    of_last = [answers_of(last, rows) for rows in (select, dev)]
    found: list[dict[str, Any]] = []
    for seed in SEEDS:
        tier, took = bag(train, last.encoder, labels, manifest.max_length, seed)
        chosen, tested = (
            Answers(rows.truth, (answers_of(tier, rows), theirs))
            for rows, theirs in zip((select, dev), of_last, strict=True)
        )
        for loss in losses:
            one = {"seed": seed, **took, "max_loss": loss, "select": len(select), "dev": len(dev)}
            found.append(one | measure(tier, last, chosen, tested, dev, loss))
            print(
                directory.name,
                {
                    key: value
                    for key, value in found[-1].items()
                    if key not in ("splits_of_dev", "splits_of_select", "times")
                },
            )
    return found


def measure(
    tier: BagTier, last: Classifier, chosen: Answers, tested: Answers, dev: Labelled, loss: float
) -> dict[str, Any]:
    """Choose, report on dev, break the promise, and time."""
    made = {"splits_of_dev": broken(tested, loss), "splits_of_select": broken(chosen, loss)}
    try:
        choice = choose(chosen, loss / 100, seed=0)
    except CascadeError as error:
        return made | {"error": str(error)}
    thresholds = choice.mixture.thresholds
    mixture = Tiers(tested, choice.temperatures).mixture(thresholds)
    cascade = Cascade(tier, last, thresholds[0], temperature=choice.temperatures[0])
    return made | {
        "threshold": thresholds[0],
        "on_select": asdict(choice.mixture),
        "on_dev": asdict(mixture),
        "times": timed(cascade, last, dev),
    }


def broken(tested: Answers, loss: float) -> dict[str, Any]:
    """Choose on random halves of dev, and look at the loss on the other half."""
    lost, passed, none = [], [], 0
    for number in range(SPLITS):
        order = np.random.default_rng(number).permutation(len(tested))
        half, other = tested.of(order[: len(order) // 2]), tested.of(order[len(order) // 2 :])
        try:
            choice = choose(half, loss / 100, seed=number)
        except CascadeError:
            none += 1
            continue
        mixture = Tiers(other, choice.temperatures).mixture(choice.mixture.thresholds)
        lost.append(round(100 * mixture.lost, 4))
        passed.append(round(mixture.passed_on[0], 4))
    exceeded = sum(one > loss for one in lost)
    return {"no_promise": none, "exceeded": exceeded, "splits": SPLITS, "points_lost": lost, "passed_on": passed}


def timed(cascade: Cascade, last: Classifier, rows: Labelled) -> dict[str, Any]:
    """Microseconds of the thread for each text, in turns."""
    last.warm_up()
    found: dict[str, list[float]] = {"last": [], "cascade": []}
    for text in rows.texts[:TIMED]:
        for name, answerer in (("last", last), ("cascade", cascade)):
            best = []
            for _ in range(3):
                begun = time.thread_time_ns()
                answerer(text)
                best.append(time.thread_time_ns() - begun)
            found[name].append(round(float(np.median(best)) / 1e3, 1))
    means = {name: float(np.mean(times)) for name, times in found.items()}
    p95 = {f"{name}_p95": float(np.percentile(times, 95)) for name, times in found.items()}
    return {"samples_us": found, "mean_us": means, "p95_us": p95, "ratio": means["cascade"] / means["last"]}


if __name__ == "__main__":
    main()
