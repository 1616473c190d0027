"""What a conversion must hold, measured on a real checkpoint: agreement, accuracy, sizes, time, memory, overhead.

    python benchmarks/conversion.py MODEL DEV.tsv --output docs/conversion.json
    python benchmarks/conversion.py --read docs/conversion.json

MODEL is a fine-tuned BERT checkpoint, DEV.tsv its labelled sentences. Takes about ten minutes on two cores.
"""

import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

import click
import numpy as np
import psutil
import torch
from efficiency import machine
from rich.console import Console

from edge_power.cli.screens.screen import table
from edge_power.conversion.artifacts import ENGINES
from edge_power.data import read_examples
from edge_power.evaluation import BundlePredictor, EagerPredictor, evaluate
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.retention_file import Retention, parse_keep
from edge_power_runtime import Bundle, Classifier
from edge_power_runtime.reading.whole_file import write_whole

KEEP = "0.9,0.8,0.7,0.6,0.5"
LENGTHS = (16, 32, 64, 128)
# As many words kept at every length: the same text must then give the same logits.
SAME_KEEP = [14, 12, 10, 8, 6, 1]
TEXT_OF_30_WORDS = " ".join(["it is a long and warm film about a house by the sea"] * 3).rsplit(" ", 6)[0]


def convert(model: str, output: Path, *options: str) -> dict[str, float]:
    """Run `edge-power convert` as a user would; its seconds and the peak memory of all its processes together."""
    script = "import sys; from edge_power.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-P", "-c", script, "convert", "--model", model, "--output", str(output), *options]
    start, peak = time.perf_counter(), 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        while child.poll() is None:
            peak = max(peak, resident_bytes(psutil.Process(child.pid)))
            time.sleep(0.1)
    if child.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    return {"seconds": time.perf_counter() - start, "peak_mb": peak / 1e6}


def resident_bytes(process: psutil.Process) -> int:
    """Of a process and those that it started; pages that they share count for each."""
    total = 0
    for each in (process, *process.children(recursive=True)):
        # One may end between being listed and being read.
        with contextlib.suppress(psutil.NoSuchProcess):
            total += each.memory_info().rss
    return total


def agreement(bundle: Path) -> list[dict[str, Any]]:
    """Parity of every program, as the conversion found it."""
    manifest = Bundle.open(bundle).manifest
    return [
        {
            "engine": artifact.engine,
            "program": program.name,
            "texts": program.parity.texts,
            "max_abs_error": program.parity.max_abs_error,
            "label_agreement": program.parity.label_agreement,
            "kept_agreement": program.parity.kept_agreement,
            "near_ties": program.parity.near_ties,
        }
        for artifact in manifest.artifacts
        for program in artifact.programs
        if program.parity is not None
    ]


def accuracies(bundle: Path, model: PowerForSequenceClassification, data: Path) -> list[dict[str, Any]]:
    """Accuracy in eager and on each engine, with each budget."""
    found = []
    for budget, retention in {"balanced": parse_keep(KEEP), "full": Retention()}.items():
        eager = EagerPredictor(model, LENGTHS, retention if retention.schedule else None)
        for engine in ("eager", *ENGINES):
            predictor = eager
            if engine != "eager":
                predictor = BundlePredictor(Classifier.open(bundle, engine=engine, budget=budget, num_threads=2))
            result = evaluate(predictor, data)
            found.append({"engine": engine, "budget": budget, "rows": result.rows, **result.metrics})
    return found


def hugging_face_error(name: str, model: PowerForSequenceClassification, data: Path) -> float:
    """The largest difference from transformers' own model with nothing dropped, each text at its true length."""
    from transformers import AutoModelForSequenceClassification

    theirs = AutoModelForSequenceClassification.from_pretrained(name, dtype=torch.float32).eval()
    worst = 0.0
    for example in read_examples(data, need_labels=False):
        encoded = model.tokenizer(example.text, example.pair, truncation=True, return_tensors="pt")
        with torch.no_grad():
            difference = theirs(**encoded).logits - model(**encoded).logits
        worst = max(worst, float(difference.abs().max()))
    return worst


def longer_graph_error(model: str, data: Path, directory: Path) -> dict[str, float]:
    """The largest difference of the same text in graphs of 32, 64 and 128 tokens that keep as many words."""
    retention = directory / "same.json"
    retention.write_text(json.dumps({"configurations": {str(length): SAME_KEEP for length in LENGTHS}}))
    bundle = directory / "same"
    lengths = ",".join(map(str, LENGTHS[1:]))
    convert(model, bundle, "--lengths", lengths, "--retention", str(retention), "--budget", "same", "--no-full")
    opened = Bundle.open(bundle)
    worst = {}
    for engine in ENGINES:
        # The runtime picks the smallest length; here each is asked in turn.
        classifier = Classifier.open(bundle, engine=engine, num_threads=2)
        sessions = [(item, classifier.model.session(item)) for item in opened.artifact(engine).programs]
        errors = [0.0]
        for example in islice(read_examples(data, need_labels=False), 300):
            encoded = classifier.model.encoder.encode(example.text, max(LENGTHS))
            if encoded.num_tokens <= LENGTHS[1]:
                logits = [
                    session.run(classifier.model.encoder.pad(encoded, item.length))["logits"]
                    for item, session in sessions
                ]
                errors += [float(np.abs(other - logits[0]).max()) for other in logits[1:]]
        worst[engine] = max(errors)
    return worst


def sizes(model: str, bundle: Path, directory: Path) -> list[dict[str, Any]]:
    """Bytes of an artifact with four lengths (pruned and full) against one with one length."""
    one = directory / "one"
    convert(model, one, "--lengths", "32", "--keep", KEEP, "--no-full")
    four = directory / "four"
    convert(model, four, "--lengths", ",".join(map(str, LENGTHS)), "--keep", KEEP, "--no-full")
    found = []
    for engine in ENGINES:
        bytes_of = {path.name: Bundle.open(path).artifact(engine).size_bytes for path in (one, four, bundle)}
        found.append({"engine": engine, **{f"{name}_bytes": size for name, size in bytes_of.items()}})
    return found


def overhead(bundle: Path) -> dict[str, Any]:
    """Milliseconds of one text, 30 words, that are not the engine's own call."""
    classifier = Classifier.open(bundle, engine="onnx", budget="full")
    classifier(TEXT_OF_30_WORDS)
    (session,) = classifier.model._loaded._sessions.values()
    inner, spent = session._run, [0.0]

    def timed(*arguments: object) -> object:
        start = time.perf_counter()
        result = inner(*arguments)
        spent[0] = time.perf_counter() - start
        return result

    session._run = timed
    samples = []
    for _ in range(300):
        start = time.perf_counter()
        classifier(TEXT_OF_30_WORDS)
        samples.append((time.perf_counter() - start - spent[0]) * 1e3)
    return {"words": len(TEXT_OF_30_WORDS.split()), "samples_ms": samples}


def import_seconds() -> dict[str, Any]:
    """Seconds to import the runtime and onnxruntime in a fresh process, and whether torch came along."""
    script = (
        "import time; start = time.perf_counter(); import edge_power_runtime, edge_power_runtime.sessions.onnx, "
        "onnxruntime, sys; print(time.perf_counter() - start, 'torch' in sys.modules)"
    )
    runs = [
        subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True).stdout.split()
        for _ in range(7)
    ]
    return {"samples": [float(seconds) for seconds, _ in runs], "torch": any(torch == "True" for _, torch in runs)}


def show(found: dict[str, Any], console: Console) -> None:
    """Print what was found, a table a subject."""
    made = table("engine", "program", "texts", "largest difference", "same label", "same words", "near ties")
    for item in found["agreement"]:
        made.add_row(
            item["engine"],
            item["program"],
            str(item["texts"]),
            f"{item['max_abs_error']:.1e}",
            f"{item['label_agreement']:.2%}",
            f"{item['kept_agreement']:.2%}",
            str(item["near_ties"]),
        )
    console.print(made)
    made = table("budget", "engine", "rows", "accuracy", "right")
    for item in found["accuracy"]:
        right = round(item["accuracy"] * item["rows"])
        made.add_row(item["budget"], item["engine"], str(item["rows"]), f"{item['accuracy']:.4f}", str(right))
    console.print(made)
    made = table("engine", "one length", "four lengths", "ratio", "four lengths, two budgets")
    for item in found["sizes"]:
        ratio = item["four_bytes"] / item["one_bytes"]
        made.add_row(
            item["engine"], str(item["one_bytes"]), str(item["four_bytes"]), f"{ratio:.4f}", str(item["bundle_bytes"])
        )
    console.print(made)
    for engine, error in found["longer_graph"].items():
        console.print(f"same text in longer graphs, {engine}: {error:.1e}")
    console.print(f"full retention against transformers: {found['hugging_face']:.1e}")
    cost = found["conversion"]
    console.print(
        f"converting to three engines, four lengths: {cost['seconds']:.0f} s, {cost['peak_mb']:.0f} MB at most"
    )
    samples = found["overhead"]["samples_ms"]
    p90 = float(np.percentile(samples, 90))
    console.print(f"overhead per text: median {statistics.median(samples):.3f} ms, p90 {p90:.3f} ms")
    imported = found["import"]
    console.print(f"import: median {statistics.median(imported['samples']):.2f} s, torch imported: {imported['torch']}")


@click.command()
@click.argument("model", required=False)
@click.argument("data", required=False, type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), help="JSON file for the figures.")
@click.option("--read", "source", type=click.Path(path_type=Path), help="Print the tables of a file; measure nothing.")
def main(model: str | None, data: Path | None, output: Path | None, source: Path | None) -> None:
    """Measure what a conversion must hold."""
    console = Console(width=140)
    if source is not None:
        show(json.loads(source.read_text()), console)
        return
    if model is None or data is None:
        raise click.UsageError("give MODEL and DATA, or --read")
    loaded = PowerForSequenceClassification.from_pretrained(model)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        bundle = directory / "bundle"
        lengths = ",".join(map(str, LENGTHS))
        cost = convert(model, directory / "timed", "--lengths", lengths, "--keep", KEEP, "--no-full")
        convert(model, bundle, "--lengths", lengths, "--keep", KEEP, "--verify-with", str(data))
        found = {
            "machine": machine(),
            "conversion": cost,
            "agreement": agreement(bundle),
            "accuracy": accuracies(bundle, loaded, data),
            "hugging_face": hugging_face_error(model, loaded, data),
            "longer_graph": longer_graph_error(model, data, directory),
            "sizes": sizes(model, bundle, directory),
            "overhead": overhead(bundle),
            "import": import_seconds(),
        }
    if output is not None:
        write_whole(output, json.dumps(found))
    show(found, console)


if __name__ == "__main__":
    main()
