"""`edge-power demo`."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click

from edge_power.cli.screens.progress_screen import ProgressScreen
from edge_power.cli.screens.screen import error_console, megabytes, output_console, say, shown, table
from edge_power_runtime.errors import InputError
from edge_power_runtime.reading.printable import shell_word
from edge_power_runtime.reading.whole_file import write_whole

if TYPE_CHECKING:
    from edge_power.demo.cascade import Promise
    from edge_power.demo.measure import Measurement
    from edge_power.demo.measure_cascade import CascadeMeasurement
    from edge_power.model.classifier import PowerForSequenceClassification
    from edge_power_converters.output.staging import Place

SENTENCES = (
    "My wallet was stolen, with the card in it",
    "May my daughter of 14 have an account?",
    "I was billed two times for one coffee",
    "Which cash machines can I use abroad?",
    "Ten days, and the post has brought no card",
)
NEXT_TEXT = "my card was swallowed by the machine"
# Programs are compared with PyTorch on so many questions, besides the built-in sentences.
CHECKED_TEXTS = 40
PRECISIONS = ("fp32", "int8")
# A cascade's last tier is what an app would ship without one.
CASCADE_ENGINE, SMALL = "onnx", PRECISIONS[-1]
# Of these few questions, two may lie between two of ten intents.
LEAST_AGREEMENT = 0.95
DEFAULT_OUTPUT = Path("out") / "demo"


@click.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=DEFAULT_OUTPUT,
    show_default=True,
    help="Directory for the bundle and for demo.json, which has every sample.",
)
@click.option(
    "--keep-files", is_flag=True, help="Also keep the fitted classifier as a checkpoint, to convert yourself."
)
def command(output: Path, keep_files: bool) -> int:
    r"""Convert a real classifier for three engines and compare them.

    \b
    A pretrained encoder (all-MiniLM-L6-v2) gets a head that tells ten intents of
    bank customers apart, becomes a bundle for ONNX Runtime, ExecuTorch and TFLite,
    at fp32 and int8, and labels 200 held-out questions on each. In the end a table of
    words answers what it is sure of before the encoder is asked. Takes some minutes,
    downloads nothing.

    \b
    Example:
      edge-power demo --output my-demo --keep-files
    """
    from edge_power_converters.output.staging import check_output

    started = perf_counter()
    bundle, report, checkpoint = output / "bundle", output / "demo.json", output / "checkpoint"
    _make_directory(output)
    place = check_output(bundle, force=True)
    _check_report(report)
    if keep_files and os.path.lexists(checkpoint):
        raise InputError(f"{checkpoint} exists; move it away, or choose another --output")
    with ProgressScreen(error_console()) as screen:
        model = _fit(screen, checkpoint if keep_files else None)
        _convert(screen, model, place)
        measurements = _measure(screen, bundle)
        promise, cascade = _cascade(screen, bundle)
        _check_report(report)  # some minutes have passed
        write_whole(report, _report(measurements, promise, cascade))
    _print_sentences(bundle)
    _print_measurements(measurements)
    _print_cascade(promise, cascade)
    say(f"The demo took {perf_counter() - started:.0f} s; every sample is in {output / 'demo.json'}.")
    say("The bundle answers by both; --budget balanced leaves the bag tier out. Try next:")
    say(f'  {_own_name()} run {shell_word(bundle)} --precision {SMALL} "{NEXT_TEXT}"')
    return 0


@contextmanager
def _stage(screen: ProgressScreen, title: str) -> Iterator[None]:
    """A line with the stage's time when it is done."""
    started = perf_counter()
    yield
    screen.styled(shown((title, "bold"), f": {perf_counter() - started:.0f} s"))


def _fit(screen: ProgressScreen, checkpoint: Path | None) -> "PowerForSequenceClassification":
    with _stage(screen, "fitted a classifier of 10 intents on 600 questions to a bank"):
        screen.begin("loading PyTorch and transformers")
        from edge_power.demo.classifier import fit_head, load_frozen_encoder, read_rows

        screen.begin("reading the encoder all-MiniLM-L6-v2")
        model = load_frozen_encoder()
        screen.begin("fitting the head on 600 questions, all words and balanced")
        fit_head(model, read_rows("train"))
        if checkpoint is not None:
            model.save_pretrained(checkpoint)
    return model


def _convert(screen: ProgressScreen, model: "PowerForSequenceClassification", place: "Place") -> None:
    from edge_power.conversion.convert import convert
    from edge_power.conversion.engines import ENGINES
    from edge_power.conversion.plan import Plan
    from edge_power.demo.classifier import LENGTHS, demo_budgets, read_rows

    texts = read_rows("train").first(CHECKED_TEXTS).texts
    plan = Plan(
        engines=ENGINES,
        precisions=PRECISIONS,
        min_agreement=LEAST_AGREEMENT,
        lengths=LENGTHS,
        budgets=demo_budgets(model),
        texts=texts,
        force=True,
    )
    with _stage(screen, "converted for three engines at fp32 and int8, each program checked against PyTorch"):
        convert(model, place.output, plan, name="banking-intents", progress=screen, place=place)


def _measure(screen: ProgressScreen, bundle: Path) -> "list[Measurement]":
    from edge_power.conversion.engines import ENGINES
    from edge_power.demo.measure import measure

    texts, labels = _held_out()
    found: list[Measurement] = []
    with _stage(screen, f"measured on {len(texts)} held-out questions"):
        for engine in ENGINES:
            found += measure(bundle, engine, texts, labels, progress=screen.begin)
    return found


def _cascade(screen: ProgressScreen, bundle: Path) -> "tuple[Promise, CascadeMeasurement]":
    from edge_power.demo.cascade import add_cascade
    from edge_power.demo.classifier import BUDGET, read_rows
    from edge_power.demo.measure_cascade import measure_cascade

    with _stage(screen, f"trained a bag tier, put it before {BUDGET}, and measured both"):
        train = read_rows("train")
        promise = add_cascade(bundle, train, engine=CASCADE_ENGINE, precision=SMALL, budget=BUDGET, progress=screen)
        screen.begin(f"measuring the bag tier before {BUDGET}")
        return promise, measure_cascade(bundle, CASCADE_ENGINE, SMALL, *_held_out())


def _held_out() -> tuple[tuple[str, ...], list[str]]:
    """The questions that tables report on, and their intents."""
    from edge_power.demo.classifier import label_names, read_rows

    rows, names = read_rows("dev"), label_names()
    return rows.texts, [names[label] for label in rows.labels]


def _check_report(path: Path) -> None:
    """Refuse to replace a file that no demo wrote."""
    from edge_power.demo.measure import is_report

    if os.path.lexists(path) and not (path.is_file() and is_report(path.read_bytes())):
        raise InputError(f"{path} exists and is no report of a demo; move it away, or choose another --output")


def _report(measurements: "Sequence[Measurement]", promise: "Promise", cascade: "CascadeMeasurement") -> str:
    from edge_power.demo.measure import report_json
    from edge_power.demo.measure_cascade import cascade_json

    return report_json(measurements, cascade_json(cascade, promise))


def _print_sentences(bundle: Path) -> None:
    """One table: what each engine, with words dropped, says of a few sentences."""
    from edge_power.conversion.engines import ENGINES
    from edge_power.demo.classifier import BUDGET
    from edge_power_runtime import Classifier

    # The small and fast ones, as an app would ship them.
    classifiers = [Classifier.open(bundle, engine=engine, precision=SMALL, budget=BUDGET) for engine in ENGINES]
    heads = tuple(classifier.artifact.title for classifier in classifiers)
    made = table("sentence", "label", *heads, numbers=heads)
    for text in SENTENCES:
        predictions = [classifier(text) for classifier in classifiers]
        label = predictions[0].label
        scores = [
            f"{item.score:.3f}" if item.label == label else f"{item.label} {item.score:.3f}" for item in predictions
        ]
        made.add_row(text, label or "", *scores)
    output_console().print("", made, "")


def _print_measurements(measurements: "Sequence[Measurement]") -> None:
    from edge_power.model.retention_file import FULL

    numbers = ("size", "load", "median", "p90", "of full", "accuracy")
    made = table("engine", "precision", "budget", *numbers, numbers=numbers)
    for item in measurements:
        is_full = item.budget == FULL
        made.add_row(
            item.engine if is_full and item.precision == PRECISIONS[0] else "",
            item.precision if is_full else "",
            item.budget,
            megabytes(item.size_bytes) if is_full else "",
            f"{item.load_ms:.0f} ms",
            f"{item.median_ms:.2f} ms",
            f"{item.p90_ms:.2f} ms",
            f"{item.ratio:.2f}",
            f"{item.accuracy:.3f}",
        )
    console = output_console()
    console.print(made, "")
    texts, rounds = len(measurements[0].latencies_ms[0]), len(measurements[0].latencies_ms)
    macs = {item.budget: item.macs for item in measurements}
    share = ", ".join(f"{name} does {value / macs[FULL]:.2f}" for name, value in macs.items() if name != FULL)
    say(f"Text to label, one thread, {texts} held-out texts, {rounds} rounds. `of full`: time over that of full at")
    say(f"{PRECISIONS[0]}, text by text, measured in turn, as a median. Of full's multiply-adds {share}.")
    if cut := measurements[0].truncated:
        say(f"{cut} of the texts {'is' if cut == 1 else 'are'} longer than the longest program and cut.")
    say()


def _print_cascade(promise: "Promise", found: "CascadeMeasurement") -> None:
    numbers = ("by the bag", "mean", "p95", "accuracy")
    made = table(f"{found.engine} {found.precision}", *numbers, numbers=numbers)
    by_the_bag = f"{found.answered:.0%}"
    for name, share, spent in (
        (f"{found.budget} alone", "-", found.alone),
        (f"a bag tier before {found.budget}", by_the_bag, found.cascade),
    ):
        made.add_row(name, share, f"{spent.mean_ms:.2f} ms", f"{spent.p95_ms:.2f} ms", f"{spent.accuracy:.3f}")
    made.add_row(f"of {found.budget} alone", "", f"{found.mean_ratio:.2f}", f"{found.p95_ratio:.2f}", "")
    output_console().print(made, "")
    texts, rounds = len(found.alone.latencies_ms[0]), len(found.alone.latencies_ms)
    say(f"The bag tier is a table of words, {megabytes(found.bag_bytes)}. Where its confidence is at least")
    say(f"{promise.threshold:.2f} its answer stands; {found.budget} is asked the rest. {texts} held-out texts, each")
    say(f"on both in turn, {rounds} rounds: mean and p95 of each text's median.")
    sure, lost = f"{promise.confidence:.0%}", f"{100 * promise.max_loss:g} points"
    say(f"The promise, with {sure} confidence: at most {lost} lost on such texts. It was")
    say(f"tested on {promise.tested} training texts, each answered by a bag tier that had not seen it.")
    say()


def _make_directory(output: Path) -> None:
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the directory {output}: {error.strerror}; choose another --output") from error


def _own_name() -> str:
    """How this command was called, short where the shell finds it."""
    called = Path(sys.argv[0])
    found = shutil.which("edge-power")
    if found is not None and os.path.realpath(found) == os.path.realpath(called):
        return "edge-power"
    relative = os.path.relpath(called)
    return shell_word(str(called) if relative.startswith("..") else relative)
