"""What a precision costs and buys on each engine: bytes, labels and accuracy on labelled texts, time of a run.

    edge-power convert --model MODEL --output BUNDLE --precision fp32,fp16,int8 --format onnx,tflite --lengths 64,128 \
      --keep 0.8,0.6,0.45,0.3,0.2
    python benchmarks/precision.py BUNDLE --data DATA --output precision.json
    python benchmarks/precision.py --read precision.json       # print the table of a file again

Several bundles of one model may be given, each with engines of its own: ExecuTorch has no fp16, so it has a bundle of
fp32 and int8.

Labels and accuracy are of texts through the whole runtime. Times are of the engine's run alone, at each length of the
bundle with all places taken by words, one thread: every precision and budget of an engine in turn, in an order drawn
anew for each round.
"""

import json
import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from edge_power.data import label_ids, read_examples
from edge_power_runtime import Bundle, Classifier, Model
from edge_power_runtime.bundle.artifacts import Artifact
from edge_power_runtime.reading.whole_file import write_whole
from edge_power_runtime.sessions import Session

SEED = 0
WARM_UP = 10


@dataclass(frozen=True, slots=True)
class Case:
    """One budget of one artifact.

    Attributes:
        engine: that ran it.
        precision: of the artifact.
        budget: that was run.
        size_bytes: of the artifact.
        macs: multiply-adds by length.
        correct: for each text, whether it got the right label.
        labels: for each text, the place of the label it got.
        run_ms: by length, the time of each run.
    """

    engine: str
    precision: str
    budget: str
    size_bytes: int
    macs: dict[str, int]
    correct: list[bool]
    labels: list[int]
    run_ms: dict[str, list[float]]


def measure(bundle: Bundle, texts: Sequence[str], truth: Sequence[int], rounds: int) -> Iterator[Case]:
    """Give a case for each budget of each artifact."""
    for engine in dict.fromkeys(artifact.engine for artifact in bundle.manifest.artifacts):
        artifacts = bundle.choose_artifacts(engine)
        models = [Model.open(bundle, engine=engine, precision=item.precision) for item in artifacts]
        classifiers = [model.at(budget.name) for model in models for budget in bundle.manifest.budgets]
        answers = [_answers(classifier, texts) for classifier in classifiers]
        timed = _timed(classifiers, rounds)
        for place, (classifier, labels) in enumerate(zip(classifiers, answers, strict=True)):
            yield Case(
                engine=engine,
                precision=classifier.artifact.precision,
                budget=classifier.budget,
                size_bytes=classifier.artifact.size_bytes,
                macs=_macs(bundle, classifier.budget),
                correct=[found == right for found, right in zip(labels, truth, strict=True)],
                labels=labels,
                run_ms=timed[place],
            )


def _answers(classifier: Classifier, texts: Sequence[str]) -> list[int]:
    return [classifier.labels.index(classifier(text).label or "") for text in texts]


def _timed(classifiers: Sequence[Classifier], rounds: int) -> list[dict[str, list[float]]]:
    """Milliseconds of each run, by classifier and length."""
    draw = np.random.default_rng(SEED)
    found: list[dict[str, list[float]]] = [{} for _ in classifiers]
    for length in sorted({program.length for program in classifiers[0].artifact.programs}):
        sessions = [_session(classifier, length) for classifier in classifiers]
        feed = {name: np.ones((1, length), np.int64) for name in ("input_ids", "attention_mask", "token_type_ids")}
        feed["input_ids"] = draw.integers(1000, 20000, (1, length))
        for number in range(WARM_UP + rounds):
            for place in draw.permutation(len(sessions)).tolist():
                started = time.perf_counter_ns()
                sessions[place].run(feed)
                taken = (time.perf_counter_ns() - started) * 1e-6
                if number >= WARM_UP:
                    found[place].setdefault(str(length), []).append(round(taken, 4))
    return found


def _session(classifier: Classifier, length: int) -> Session:
    artifact: Artifact = classifier.artifact
    wanted = (classifier.budget, length)
    return classifier.model.session(next(item for item in artifact.programs if (item.budget, item.length) == wanted))


def _macs(bundle: Bundle, budget: str) -> dict[str, int]:
    entry = next(item for item in bundle.manifest.budgets if item.name == budget)
    return {str(item.length): item.macs for item in entry.configurations}


def table(cases: Sequence[Case]) -> Table:
    """Draw the cases; each against fp32 of its engine and budget."""
    drawn = Table(caption="time: medians, p90 in brackets, and how many times as fast as fp32 of the same row")
    lengths = list(cases[0].run_ms)
    columns = ("engine", "precision", "budget", "MB", "of fp32", "same label", "accuracy")
    for column in (*columns, *(f"ms at {length}" for length in lengths), "of its gain"):
        drawn.add_column(column)
    for case in cases:
        exact = next(one for one in cases if _key(one) == (case.engine, "fp32", case.budget))
        full = next(one for one in cases if _key(one) == (case.engine, case.precision, "full"))
        same = sum(a == b for a, b in zip(case.labels, exact.labels, strict=True)) / len(case.labels)
        drawn.add_row(
            *_key(case),
            f"{case.size_bytes / 1e6:.1f}",
            f"{case.size_bytes / exact.size_bytes:.3f}",
            f"{same:.4f}",
            f"{sum(case.correct) / len(case.correct):.4f}",
            *(_time(case.run_ms[length], exact.run_ms[length]) for length in lengths),
            _gain(case, full, lengths[-1]),
        )
    return drawn


def _key(case: Case) -> tuple[str, str, str]:
    return case.engine, case.precision, case.budget


def _time(taken: Sequence[float], exact: Sequence[float]) -> str:
    p90 = quantiles(taken, n=10, method="inclusive")[-1]
    return f"{median(taken):.2f} [{p90:.2f}], {median(exact) / median(taken):.2f}x"


def _gain(case: Case, full: Case, length: str) -> str:
    """What pruning gains of the time, over what it takes off the multiply-adds, at one precision."""
    if case is full:
        return ""
    speed = median(full.run_ms[length]) / median(case.run_ms[length])
    fewer = full.macs[length] / case.macs[length]
    return f"{speed:.2f} / {fewer:.2f} = {speed / fewer:.2f}"


@click.command()
@click.argument("bundles", type=click.Path(path_type=Path), nargs=-1)
@click.option("--data", type=click.Path(path_type=Path), help="Labelled texts, such as dev.tsv of SST-2.")
@click.option("--rounds", default=100, show_default=True, help="Runs of each program that count.")
@click.option("--output", type=click.Path(path_type=Path), help="JSON file for every sample.")
@click.option("--read", type=click.Path(path_type=Path), help="Print the table of such a file, and measure nothing.")
def main(bundles: Sequence[Path], data: Path | None, rounds: int, output: Path | None, read: Path | None) -> None:
    """Measure precisions of a bundle, or print what was measured."""
    if read is not None:
        cases = [Case(**case) for case in json.loads(read.read_text(encoding="utf-8"))["cases"]]
    elif not bundles or data is None or output is None:
        raise click.UsageError("give BUNDLES, --data and --output; or --read")
    else:
        opened = [Bundle.open(path) for path in bundles]
        examples = list(read_examples(data, need_labels=True))
        truth = list(label_ids(examples, opened[0].manifest.labels, path=data))
        texts = [example.text for example in examples]
        cases = [case for bundle in opened for case in measure(bundle, texts, truth, rounds)]
        report = {"machine": _machine(), "data": data.name, "texts": len(examples), "threads": 1, "rounds": rounds}
        write_whole(output, json.dumps(report | {"cases": [asdict(case) for case in cases]}) + "\n")
    Console(width=200).print(table(cases))


def _machine() -> dict[str, object]:
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    flags = next((line for line in info.splitlines() if line.startswith("flags")), "")
    model = next((line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("model name")), "")
    return {"cpu": model, "vnni": "vnni" in flags, "avx2": "avx2" in flags, "python": platform.python_version()}


if __name__ == "__main__":
    main()
