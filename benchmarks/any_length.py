"""What a program of any length gains over programs of steps: time of a text, labels, accuracy.

    edge-power convert --model MODEL --output STEPS --format onnx --precision fp32,int8 --lengths 8,16,24,32,40,48,56,64
    edge-power convert --model MODEL --output OPEN --format onnx --precision fp32,int8 --lengths 64 --dynamic-length
    python benchmarks/any_length.py STEPS OPEN DATA --output any-length.json
    python benchmarks/any_length.py --read any-length.json     # print the table of a file again

From text to label, every precision and budget that both bundles have, on one thread: for each text all contenders in
turn, in an order drawn anew, by the CPU time of the thread.
"""

import json
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from edge_power.data import label_ids, read_examples
from edge_power_runtime import Bundle, Classifier, Model
from edge_power_runtime.reading.whole_file import write_whole

SEED = 0
WARM_UP = 10


@dataclass(frozen=True, slots=True)
class Case:
    """One budget of one artifact of one of the bundles.

    Attributes:
        kind: steps, or any length.
        precision: of the artifact.
        budget: that was run.
        size_bytes: of the artifact.
        correct: for each text, whether it got the right label.
        labels: for each text, the label it got.
        lengths: for each text, that it ran at.
        cpu_ms: for each text, from text to label.
    """

    kind: str
    precision: str
    budget: str
    size_bytes: int
    correct: list[bool]
    labels: list[str | None]
    lengths: list[int]
    cpu_ms: list[float]


def open_all(bundles: Sequence[tuple[str, Path]]) -> dict[tuple[str, str, str], Classifier]:
    """A classifier of each bundle, precision and budget, all of whose programs have run."""
    found = {}
    for kind, path in bundles:
        bundle = Bundle.open(path)
        for artifact in bundle.manifest.artifacts:
            model = Model.open(bundle, engine=artifact.engine, precision=artifact.precision)
            for budget in dict.fromkeys(program.budget for program in artifact.programs):
                found[kind, artifact.precision, budget] = model.at(budget)
    for classifier in found.values():
        classifier.warm_up()
    return found


def measure(bundles: Sequence[tuple[str, Path]], data: Path, texts: int | None) -> list[Case]:
    """Ask every contender every text."""
    classifiers = open_all(bundles)
    examples = list(read_examples(data, need_labels=True))[:texts]
    first = next(iter(classifiers.values()))
    truth = label_ids(examples, first.labels, path=data)
    order, cases = np.random.default_rng(SEED), {}
    for (kind, precision, budget), classifier in classifiers.items():
        size = classifier.artifact.size_bytes
        cases[kind, precision, budget] = Case(kind, precision, budget, size, [], [], [], [])
        for example in examples[:WARM_UP]:
            classifier(example.content)
    names = list(classifiers)
    for example, label in zip(examples, truth, strict=True):
        for place in order.permutation(len(names)):
            case, classifier = cases[names[place]], classifiers[names[place]]
            start = time.thread_time_ns()
            found = classifier(example.content)
            case.cpu_ms.append((time.thread_time_ns() - start) / 1e6)
            case.correct.append(found.label == classifier.labels[label])
            case.labels.append(found.label)
            case.lengths.append(found.length)
    return list(cases.values())


def draw(cases: Sequence[Case]) -> Table:
    """Means and medians, each against the steps of its own precision and budget; labels against fp32 in steps."""
    table = Table(title="from text to label, CPU time")
    numbers = ("MB", "tokens", "mean ms", "median ms", "of steps: mean", "median", "same label as fp32", "accuracy")
    for name in ("kind", "precision", "budget", *numbers):
        table.add_column(name, justify="right" if name in numbers else "left")
    known = {(case.kind, case.precision, case.budget): case for case in cases}
    for case in cases:
        steps, exact = known["steps", case.precision, case.budget], known["steps", "fp32", case.budget]
        same = np.mean([ours == theirs for ours, theirs in zip(case.labels, exact.labels, strict=True)])
        table.add_row(
            *(case.kind, case.precision, case.budget),
            f"{case.size_bytes / 1e6:.1f}",
            f"{np.mean(case.lengths):.1f}",
            f"{np.mean(case.cpu_ms):.2f}",
            f"{np.median(case.cpu_ms):.2f}",
            f"{np.mean(case.cpu_ms) / np.mean(steps.cpu_ms):.3f}",
            f"{np.median(np.divide(case.cpu_ms, steps.cpu_ms)):.3f}",
            f"{same:.4f}",
            f"{np.mean(case.correct):.4f}",
        )
    return table


@click.command(help=__doc__.partition("\n")[0])
@click.argument("steps", type=click.Path(path_type=Path, exists=True), required=False)
@click.argument("any_length", type=click.Path(path_type=Path, exists=True), required=False)
@click.argument("data", type=click.Path(path_type=Path, exists=True), required=False)
@click.option("--texts", type=click.IntRange(min=1), help="Only so many, from the first on.")
@click.option("--output", type=click.Path(path_type=Path), help="JSON file for every sample.")
@click.option("--read", type=click.Path(path_type=Path, exists=True), help="Print this file's table.")
def main(
    steps: Path | None,
    any_length: Path | None,
    data: Path | None,
    texts: int | None,
    output: Path | None,
    read: Path | None,
) -> None:
    """Measure, or print what was measured."""
    if read is not None:
        cases = [Case(**item) for item in json.loads(read.read_text(encoding="utf-8"))["cases"]]
        Console(width=140).print(draw(cases))
        return
    if steps is None or any_length is None or data is None:
        raise click.UsageError("name two bundles and the data, or a file to --read")
    cases = measure([("steps", steps), ("any length", any_length)], data, texts)
    Console(width=140).print(draw(cases))
    if output is not None:
        versions = {name: version(name) for name in ("onnxruntime", "edge-power-runtime")}
        report = {"system": platform.platform(), "versions": versions, "cases": [asdict(case) for case in cases]}
        write_whole(output, json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
