"""The yardstick: is a bundle faster than what a user has without us, one sentence at a time, no sentence padded?

The peers are transformers in PyTorch, and the stock exports of optimum-onnx at fp32 and int8 in ONNX Runtime.
Every sentence goes through each contender in turn, in an order drawn anew, so that all of them meet the same machine
and a cache that the others have used. Both are timed from the text to the label, and in the engine's own call alone.
"""

import argparse
import dataclasses
import inspect
import json
import os
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime
import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table
from tokenizers import Tokenizer

from edge_power.data import Example, label_ids, read_examples
from edge_power_runtime import Bundle, Classifier, EdgePowerError, InputError
from edge_power_runtime.bundle.artifacts import Artifact
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.reading.whole_file import write_whole
from edge_power_runtime.sessions import Engine, Session

NUM_THREADS = 1
SEED = 0
RESAMPLES = 2000
MS_PER_NS = 1e-6
ENGINES = ("onnxruntime", "executorch", "ai-edge-litert")
PACKAGES = ("edge-power", "edge-power-runtime", *ENGINES, "tokenizers", "torch", "transformers", "numpy")


class Contender(Protocol):
    """Something that labels a text, and knows how long its engine's last call took."""

    name: str
    engine_ns: int

    def label(self, text: str) -> str:
        """Tokenize, run, name the label."""
        ...


class Reader:
    """A checkpoint's tokenizer and labels, for the peers; nothing is padded."""

    def __init__(self, directory: Path, max_length: int) -> None:
        """Read them; texts are cut at `max_length` tokens, as the bundle cuts them, so that all read the same."""
        config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
        self.labels: dict[str, str] = config["id2label"]
        self._tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length)

    def encode(self, text: str) -> dict[str, np.ndarray]:
        """Tokenize a text: int64 (1, tokens) each."""
        encoding = self._tokenizer.encode(text)
        fields = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        return {name: np.array([ids], dtype=np.int64) for name, ids in fields.items()}


class Optimum:
    """An export of optimum-onnx at the true length of each text, in ONNX Runtime."""

    def __init__(self, name: str, graph: Path, reader: Reader) -> None:
        """Load the graph."""
        self.name, self.engine_ns, self._reader = name, 0, reader
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = NUM_THREADS
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._inputs = {spec.name for spec in self._session.get_inputs()}

    def label(self, text: str) -> str:
        """See `Contender`."""
        feed = {name: ids for name, ids in self._reader.encode(text).items() if name in self._inputs}
        start = time.perf_counter_ns()
        (logits,) = self._session.run(["logits"], feed)
        self.engine_ns = time.perf_counter_ns() - start
        return self._reader.labels[str(logits[0].argmax())]


class Eager:
    """The checkpoint in transformers and PyTorch, as its own page shows it."""

    name = "transformers eager fp32"

    def __init__(self, model: Path, reader: Reader) -> None:
        """Load the checkpoint; PyTorch gets as many threads as the engines."""
        from transformers import AutoModelForSequenceClassification

        torch.set_num_threads(NUM_THREADS)
        self.engine_ns, self._reader = 0, reader
        self._model = AutoModelForSequenceClassification.from_pretrained(model, local_files_only=True).eval()
        self._inputs = set(inspect.signature(self._model.forward).parameters)

    def label(self, text: str) -> str:
        """See `Contender`."""
        encoded = self._reader.encode(text)
        feed = {name: torch.from_numpy(ids) for name, ids in encoded.items() if name in self._inputs}
        start = time.perf_counter_ns()
        with torch.inference_mode():
            logits = self._model(**feed).logits
        self.engine_ns = time.perf_counter_ns() - start
        return self._reader.labels[str(int(logits[0].argmax()))]


class Ours:
    """One budget or cascade of a bundle on one engine at one precision, through the runtime as an app uses it."""

    def __init__(self, bundle: Path, artifact: Artifact, budget: str) -> None:
        """Open the bundle and load every program of the budget, or of the cascade's tiers."""
        engine = "" if artifact.engine == "onnx" else f" {artifact.engine}"
        self.name = f"{bundle.name}{engine} {artifact.precision} {budget}"
        self.engine_ns = 0
        self._classifier = Classifier.open(
            bundle, engine=artifact.engine, precision=artifact.precision, budget=budget, num_threads=NUM_THREADS
        )
        cascade = self._classifier.cascade
        tiers = [] if cascade is None else [tier.answerer for tier in cascade.tiers]
        models = {self._classifier.model, *(tier.model for tier in tiers if isinstance(tier, Classifier))}
        for loaded in (model._loaded for model in models):
            loaded.engine = _TimedEngine(loaded.engine, self)
        self._classifier.warm_up()

    def label(self, text: str) -> str:
        """See `Contender`."""
        self.engine_ns = 0  # a cascade runs several programs, or none
        label = self._classifier(text).label
        if label is None:
            raise InputError("the bundle is a regression; the yardstick compares labels")
        return label

    def tokens_read(self, text: str) -> int:
        """Count the tokens that the model reads, [CLS] and [SEP] included."""
        return self._classifier(text).num_tokens

    def is_truncated(self, text: str) -> bool:
        """Whether the text is longer than the longest program."""
        return self._classifier(text).truncated


class _TimedEngine:
    """Stands in for the classifier's engine, to time the engine's own call."""

    def __init__(self, engine: Engine, owner: Ours) -> None:
        self._engine, self._owner = engine, owner

    def session(self, program: Program) -> Session:
        return _TimedSession(self._engine.session(program), self._owner)


class _TimedSession:
    def __init__(self, session: Session, owner: Ours) -> None:
        self._session, self._owner = session, owner

    def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        start = time.perf_counter_ns()
        outputs = self._session.run(inputs)
        self._owner.engine_ns += time.perf_counter_ns() - start
        return outputs


@dataclasses.dataclass(slots=True)
class Samples:
    """What was measured of one contender.

    Attributes:
        name: of the contender.
        total_ms: from text to label, (rounds, texts).
        engine_ms: in the engine's call, (rounds, texts).
        labels: one per text.
    """

    name: str
    total_ms: np.ndarray
    engine_ms: np.ndarray
    labels: list[str]


@dataclasses.dataclass(frozen=True, slots=True)
class Summary:
    """A line of the table; times in ms, ratios by contender that they are against, over the same texts and rounds.

    `intervals` hold 95 % of the ratios of means when texts are drawn anew (bootstrap); `agreement` is the share of
    texts with the first contender's label, `accuracy` that with the label in the data.
    """

    name: str
    mean_ms: float
    median_ms: float
    p90_ms: float
    ratios: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    engine_mean_ms: float
    engine_median_ms: float
    engine_p90_ms: float
    engine_ratios: Mapping[str, float]
    agreement: float
    accuracy: float


def measure(contenders: Sequence[Contender], texts: Sequence[str], *, rounds: int, warm_up: int) -> list[Samples]:
    """Time every contender on every text, interleaved."""
    for text in texts[:warm_up]:
        for contender in contenders:
            contender.label(text)
    shape = (rounds, len(texts))
    samples = [Samples(item.name, np.zeros(shape), np.zeros(shape), [""] * len(texts)) for item in contenders]
    order = np.random.default_rng(SEED)
    steps = [(number, column) for number in range(rounds) for column in range(len(texts))]
    for number, column in track(steps, "measuring", console=Console(stderr=True)):
        for turn in order.permutation(len(contenders)).tolist():
            start = time.perf_counter_ns()
            label = contenders[turn].label(texts[column])
            elapsed = time.perf_counter_ns() - start
            samples[turn].total_ms[number, column] = elapsed * MS_PER_NS
            samples[turn].engine_ms[number, column] = contenders[turn].engine_ns * MS_PER_NS
            samples[turn].labels[column] = label
    return samples


def summarize(samples: Samples, baselines: Sequence[Samples], truth: Sequence[str]) -> Summary:
    """Put one contender beside the stock exports, of which the first is at fp32."""
    total, engine = samples.total_ms, samples.engine_ms
    return Summary(
        name=samples.name,
        mean_ms=float(total.mean()),
        median_ms=float(np.median(total)),
        p90_ms=float(np.percentile(total, 90)),
        ratios={item.name: float(total.mean() / item.total_ms.mean()) for item in baselines},
        intervals={item.name: ratio_interval(total.mean(axis=0), item.total_ms.mean(axis=0)) for item in baselines},
        engine_mean_ms=float(engine.mean()),
        engine_median_ms=float(np.median(engine)),
        engine_p90_ms=float(np.percentile(engine, 90)),
        engine_ratios={item.name: float(engine.mean() / item.engine_ms.mean()) for item in baselines},
        agreement=float(np.mean([a == b for a, b in zip(samples.labels, baselines[0].labels, strict=True)])),
        accuracy=float(np.mean([a == b for a, b in zip(samples.labels, truth, strict=True)])),
    )


def ratio_interval(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float]:
    """Bound the ratio of means by a paired bootstrap: a text is drawn with both of its times, each (texts,)."""
    drawn = np.random.default_rng(SEED).integers(len(ours), size=(RESAMPLES, len(ours)))
    low, high = np.percentile(ours[drawn].sum(axis=1) / theirs[drawn].sum(axis=1), [2.5, 97.5])
    return float(low), float(high)


def table(summaries: Sequence[Summary], title: str) -> Table:
    """Draw the summaries."""
    baselines = list(summaries[0].ratios)
    drawn = Table(title=title, caption="ms per text; ratios of means, 95 % interval; same label as the first export")
    against = [f"of {name}" for name in baselines]
    columns = ("contender", "mean", "median", "p90", *against, "engine mean", *against, "same label", "accuracy")
    for index, column in enumerate(columns):
        drawn.add_column(column, justify="right" if index else "left")
    for line in summaries:
        drawn.add_row(
            line.name,
            *(f"{value:.2f}" for value in (line.mean_ms, line.median_ms, line.p90_ms)),
            *(f"{line.ratios[name]:.3f} [{low:.3f}, {high:.3f}]" for name, (low, high) in line.intervals.items()),
            f"{line.engine_mean_ms:.2f}",
            *(f"{line.engine_ratios[name]:.3f}" for name in baselines),
            f"{line.agreement:.2%}",
            f"{line.accuracy:.2%}",
        )
    return drawn


def device() -> dict[str, str | int | None]:
    """Describe the machine."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "cpu": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "vnni": any("vnni" in line for line in lines if line.startswith("flags")),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def stock_exports(optimum: Path) -> dict[str, str]:
    """Name the graphs that `export_optimum.py` wrote, fp32 first; int8 after the preset that made it."""
    preset = json.loads((optimum / "versions.json").read_text(encoding="utf-8"))["preset"]
    return {"optimum-onnx fp32": "model.onnx", f"optimum-onnx int8 ({preset})": "model_quantized.onnx"}


def versions(optimum: Path) -> dict[str, str]:
    """Name the versions that measured, and those that exported the peer."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    exported = optimum / "versions.json"
    made_by = json.loads(exported.read_text(encoding="utf-8")) if exported.is_file() else {}
    return found | {f"export: {package}": number for package, number in made_by.items()}


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="directory of the checkpoint")
    parser.add_argument("optimum", type=Path, help="directory written by export_optimum.py")
    parser.add_argument("data", type=Path, help="labelled sentences, such as dev.tsv of SST-2")
    parser.add_argument("--bundle", type=Path, action="append", required=True, help="may be given several times")
    parser.add_argument("--budget", action="append", help="only these; default: all budgets and cascades")
    parser.add_argument("--engine", action="append", help="may be given several times; default: onnx, as the peers'")
    parser.add_argument("--rounds", type=int, default=5, help="over all sentences; default: 5")
    parser.add_argument("--warm-up", type=int, default=50, help="sentences before the clock starts; default: 50")
    parser.add_argument("--limit", type=int, help="take only the first sentences, for a quick look")
    parser.add_argument("--output", type=Path, required=True, help="JSON file for every sample")
    return parser.parse_args()


def run(options: argparse.Namespace) -> None:
    """Measure, write, print."""
    manifests = [Bundle.open(path).manifest for path in options.bundle]
    engines = options.engine or ["onnx"]
    ours = [
        Ours(path, artifact, name)
        for path, manifest in zip(options.bundle, manifests, strict=True)
        for artifact in manifest.artifacts
        if artifact.engine in engines
        for name in [*(budget.name for budget in manifest.budgets), *(cascade.name for cascade in manifest.cascades)]
        if not options.budget or name in options.budget
    ]
    if not ours:
        wanted = f"a budget or cascade {' or '.join(options.budget)}" if options.budget else "an artifact"
        raise InputError(f"no bundle has {wanted} for {' or '.join(engines)}")
    lengths = {max(item.length for item in manifest.budgets[0].configurations) for manifest in manifests}
    if len(lengths) > 1:
        raise InputError(f"the bundles' longest programs differ ({sorted(lengths)}): they would read different words")
    examples = list(read_examples(options.data, need_labels=True))[: options.limit]
    labels = manifests[0].labels
    truth = [labels[index] for index in label_ids(examples, labels, path=options.data)]
    reader = Reader(options.optimum, lengths.pop())
    stock = [Optimum(name, options.optimum / graph, reader) for name, graph in stock_exports(options.optimum).items()]
    contenders: list[Contender] = [*stock, Eager(options.model, reader), *ours]
    texts = [example.text for example in examples]
    samples = measure(contenders, texts, rounds=options.rounds, warm_up=options.warm_up)
    summaries = [summarize(item, samples[: len(stock)], truth) for item in samples]
    write_report(options, examples, ours[0], samples, summaries)
    title = f"{options.data}: {len(texts)} texts, {options.rounds} rounds, {NUM_THREADS} thread"
    Console(width=None if sys.stdout.isatty() else 200).print(table(summaries, title))


def write_report(
    options: argparse.Namespace,
    examples: Sequence[Example],
    reader: Ours,
    samples: Sequence[Samples],
    summaries: Sequence[Summary],
) -> None:
    """Write every sample with what is needed to read it, as JSON."""
    report = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "device": device(),
        "versions": versions(options.optimum),
        "data": str(options.data),
        "unit": "ms",
        "num_threads": NUM_THREADS,
        "rounds": options.rounds,
        "warm_up_texts": min(options.warm_up, len(examples)),
        "order": "each text through every contender in turn, in an order drawn anew",
        "rows": [example.row for example in examples],
        "tokens": [reader.tokens_read(example.text) for example in examples],
        "truncated": sum(reader.is_truncated(example.text) for example in examples),
        "summaries": [dataclasses.asdict(summary) for summary in summaries],
        "samples": [
            {
                "name": item.name,
                "total_ms": item.total_ms.round(4).tolist(),
                "engine_ms": item.engine_ms.round(4).tolist(),
                "labels": item.labels,
            }
            for item in samples
        ],
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    write_whole(options.output, json.dumps(report) + "\n")


def main() -> int:
    """Run; a message of ours is one line."""
    try:
        run(parse())
    except EdgePowerError as error:
        print("error:", error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
