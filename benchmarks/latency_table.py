"""How well a fitted latency table predicts programs that it never saw: other schedules, and a length between.

A classifier of MiniLM's shape with random weights (time does not depend on them) is converted with some schedules to
fit the table to, and with others to hold against it. All programs of an engine run in turn, round by round.

    python benchmarks/latency_table.py --output docs/latency-table.json
    python benchmarks/latency_table.py --read docs/latency-table.json --markdown > docs/latency-table.md
"""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from efficiency import SHAPES, machine

from edge_power.cli.screens.screen import say
from edge_power.conversion.artifacts import converter_for
from edge_power.conversion.tracing import Tracer
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.macs import count_macs
from edge_power_converters import SourceProgram, fp32
from edge_power_runtime.bundle.artifacts import Artifact
from edge_power_runtime.profiler.judge.latency_table import expected_ms, fit_latency_tables
from edge_power_runtime.profiler.report.record import Case, CaseResult, LatencyTable
from edge_power_runtime.profiler.report.spans import SpanTimes
from edge_power_runtime.reading.jsonnode import parse
from edge_power_runtime.reading.records import read_record
from edge_power_runtime.reading.whole_file import write_whole
from edge_power_runtime.retention import RetentionConfig, RetentionSchedule
from edge_power_runtime.sessions import Session, open_engine

ENGINES = ("onnx", "tflite")
WARM_UP = 3
BAR = 0.10
# MiniLM's shape; a small vocabulary, since a lookup costs the same in any table.
CONFIG = replace(SHAPES["minilm"].config, vocab_size=1000)
# What a user has anyway: all words, and two budgets. The last encoder of a [CLS] classifier keeps one row.
FIT = {
    "full": (1.0, 1.0, 1.0, 1.0, 1.0),
    "balanced": (0.8, 0.6, 0.45, 0.3, 0.2),
    "fast": (0.5, 0.3, 0.2, 0.1, 0.05),
}
FIT_LENGTHS = (16, 32, 64, 128)
# Shapes that a search may propose: much dropped at once, nothing until late, evenly less, almost everything.
HELD_OUT = {
    "early": (0.3, 0.3, 0.3, 0.3, 0.3),
    "late": (1.0, 1.0, 1.0, 0.5, 0.1),
    "even": (0.9, 0.8, 0.7, 0.6, 0.5),
    "steep": (0.6, 0.25, 0.1, 0.05, 0.02),
}
HELD_OUT_LENGTHS = (32, 64, 96, 128)


@dataclass(frozen=True, slots=True)
class Series:
    """Samples of one program.

    Attributes:
        engine: onnx or tflite.
        budget: a name of FIT or HELD_OUT.
        length: of the program.
        keep: word-vectors that leave each encoder.
        samples_ms: of each run, CPU time of the one thread that computes: what others take of a shared machine is
            not in it.
    """

    engine: str
    budget: str
    length: int
    keep: tuple[int, ...]
    samples_ms: tuple[float, ...]

    @property
    def result(self) -> CaseResult:
        """The series as the profiler has it, of the engine's run alone: the table looks at nothing else."""
        return CaseResult(
            case=Case(self.engine, "fp32", self.budget, self.length, threads=1),
            keep=self.keep,
            macs=count_macs(CONFIG, RetentionConfig(self.length, self.keep)).total,
            artifact_bytes=0,
            num_tokens=self.length,
            startup=None,
            rounds=(len(self.samples_ms),),
            spans=(SpanTimes("run", True, self.samples_ms),),
        )


def configurations() -> dict[str, tuple[str, RetentionConfig]]:
    """Every program's name, with its budget and configuration."""
    pairs = [(FIT, length) for length in FIT_LENGTHS] + [(HELD_OUT, length) for length in HELD_OUT_LENGTHS]
    return {
        f"{budget}_{length}": (budget, RetentionSchedule(fractions).for_encoders(CONFIG.num_encoders).at(length))
        for budgets, length in pairs
        for budget, fractions in budgets.items()
    }


def convert_programs(engine: str, directory: Path) -> Artifact:
    """Write all programs for one engine; what is there already is kept."""
    description = directory / "artifact.json"
    if not description.exists():
        if directory.is_dir() and any(directory.iterdir()):
            raise click.UsageError(f"{directory} holds no whole set of programs; remove it, or give other --programs")
        directory.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(0)
        tracer = Tracer(PowerForSequenceClassification(CONFIG).eval())
        sources = [
            SourceProgram(name, budget, config.length, tracer.trace(config), last=len(config.keep))
            for name, (budget, config) in configurations().items()
        ]
        artifact = converter_for(engine).convert(sources, directory, fp32(engine, "topk"), progress=say)
        description.write_text(json.dumps(asdict(artifact)))
    return read_record(Artifact, parse(description.read_text(), description.name))


def measure(engine: str, rounds: int, directory: Path) -> list[Series]:
    """Time all programs of one engine in turn, on one thread."""
    artifact = convert_programs(engine, directory)
    loaded = open_engine(directory, artifact)
    samples = interleave({program.name: loaded.session(program) for program in artifact.programs}, rounds)
    return [
        Series(engine, budget, config.length, config.keep, tuple(samples[name]))
        for name, (budget, config) in configurations().items()
    ]


def interleave(sessions: dict[str, Session], rounds: int) -> dict[str, list[float]]:
    """Run every session once a round, in an order drawn anew; milliseconds of CPU time."""
    generator = np.random.default_rng(0)
    inputs = {name: text_of(configurations()[name][1].length, generator) for name in sessions}
    samples: dict[str, list[float]] = {name: [] for name in sessions}
    names = list(sessions)
    for number in range(WARM_UP + rounds):
        for turn in generator.permutation(len(names)).tolist():
            name = names[turn]
            start = time.thread_time_ns()
            sessions[name].run(inputs[name])
            elapsed = time.thread_time_ns() - start
            if number >= WARM_UP:
                samples[name].append(round(elapsed * 1e-6, 4))
    return samples


def text_of(length: int, generator: np.random.Generator) -> dict[str, np.ndarray]:
    """A text that fills a program."""
    return {
        "input_ids": generator.integers(5, CONFIG.vocab_size, (1, length)),
        "attention_mask": np.ones((1, length), dtype=np.int64),
        "token_type_ids": np.zeros((1, length), dtype=np.int64),
    }


@dataclass(frozen=True, slots=True)
class Prediction:
    """A program that the table was not fitted to.

    Attributes:
        engine: onnx or tflite.
        budget: a name of HELD_OUT.
        length: of the program.
        keep: word-vectors that leave each encoder.
        predicted_ms: by the table.
        measured_ms: the median.
    """

    engine: str
    budget: str
    length: int
    keep: tuple[int, ...]
    predicted_ms: float
    measured_ms: float

    @property
    def error(self) -> float:
        """Predicted / measured - 1."""
        return self.predicted_ms / self.measured_ms - 1


def fit(series: Sequence[Series], fitted: Sequence[str] = tuple(FIT)) -> dict[str, LatencyTable]:
    """Fit a table to the programs of some budgets, engine by engine."""
    tables = fit_latency_tables([item.result for item in series if item.budget in fitted])
    return {table.engine: table for table in tables}


def predict(series: Sequence[Series], tables: dict[str, LatencyTable]) -> list[Prediction]:
    """Hold the tables against the programs that they were not fitted to."""
    return [
        Prediction(
            item.engine,
            item.budget,
            item.length,
            item.keep,
            expected_ms(tables[item.engine], item.length, item.keep),
            float(np.median(item.samples_ms)),
        )
        for item in series
        if item.budget in HELD_OUT
    ]


def lines_of(predictions: Sequence[Prediction]) -> list[str]:
    """The table in Markdown: a row per program; errors beyond the bar are bold."""
    lines = [
        "| engine | schedule | length | words kept by each encoder | predicted ms | measured ms | error |",
        "|---|---|---|---|---|---|---|",
    ]
    for item in predictions:
        error = f"{item.error:+.1%}"
        lines.append(
            f"| {item.engine} | {item.budget} | {item.length} | {' '.join(map(str, item.keep))} | "
            f"{item.predicted_ms:.2f} | {item.measured_ms:.2f} | {f'**{error}**' if abs(item.error) > BAR else error} |"
        )
    return lines


def summary_of(series: Sequence[Series], fitted: Sequence[str]) -> list[str]:
    """The errors of a fit to some budgets, in a row per engine."""
    predictions, rows = predict(series, fit(series, fitted)), []
    for engine in dict.fromkeys(item.engine for item in predictions):
        errors = np.abs([item.error for item in predictions if item.engine == engine])
        within = f"{int((errors <= BAR).sum())} of {len(errors)}"
        rows.append(f"| {engine} | {', '.join(fitted)} | {np.median(errors):.1%} | {errors.max():.1%} | {within} |")
    return rows


PAGE = """\
# The latency table: predicted against measured

`edge-power profile --latency-table` tells what a schedule would take without converting it. Of its predictions {within}
are within {bar:.0%} of what was measured; the largest error is {largest:.1%}. Use it to choose a schedule for a device
that you have profiled.

It fits milliseconds by encoder and number of word-vectors to the programs of a bundle. Here it is held against
schedules that it was not fitted to.

| engine | fitted to | median error | largest error | within {bar:.0%} |
|---|---|---|---|---|
{summary}

Fitted to lengths {lengths}. Held against {held_out} schedules at lengths {held_out_lengths}, of which 96 was not fitted
to in any schedule.

## Each program, fitted to {fitted}

{table}

MiniLM's shape (6 encoders, hidden size 384, 12 heads) with random weights, {rounds} rounds, one thread, {processor},
{system}; Python {python}, torch {torch}, onnxruntime {onnxruntime}, ai-edge-litert {ai-edge-litert}. Load average at
the end: {load}. Every sample: [latency-table.json](latency-table.json).

* A sample is the CPU time of the thread that computes. The machine was shared; what other programs take is not in it,
  but what they leave in the caches is.
* All programs of an engine run once a round, in an order drawn anew, so each comes to cold caches, as in use.
* Errors are predicted / measured - 1, with the median of each program's samples.
* How strongly the fit holds on to the proportions of the multiply-adds was chosen on two earlier measurements. There
  the largest error was 10%, and it depends little on it. The figures above are of a third.

```
python benchmarks/latency_table.py --output docs/latency-table.json
python benchmarks/latency_table.py --read docs/latency-table.json --markdown > docs/latency-table.md
```
"""


def page_of(found: dict[str, Any]) -> str:
    """docs/latency-table.md, whole."""
    series = read_series(found)
    summary = [row for fitted in (tuple(FIT), tuple(FIT)[:2]) for row in summary_of(series, fitted)]
    errors = np.abs([item.error for item in predict(series, fit(series))])
    return PAGE.format(
        bar=BAR,
        within=f"{int((errors <= BAR).sum())} of {len(errors)}",
        largest=errors.max(),
        summary="\n".join(summary),
        table="\n".join(lines_of(predict(series, fit(series)))),
        fitted=", ".join(FIT),
        lengths=", ".join(map(str, FIT_LENGTHS)),
        held_out=len(HELD_OUT),
        held_out_lengths=", ".join(map(str, HELD_OUT_LENGTHS)),
        load=", ".join(f"{value:.1f}" for value in found["load"]),
        rounds=found["rounds"],
        **found["machine"],
    )


def read_series(found: dict[str, Any]) -> list[Series]:
    """The samples of a file that `--output` wrote."""
    return [
        Series(**{**item, "keep": tuple(item["keep"]), "samples_ms": tuple(item["samples_ms"])})
        for item in found["series"]
    ]


@click.command()
@click.option("--programs", default="out/latency-table", show_default=True, type=click.Path(path_type=Path))
@click.option("--rounds", default=60, show_default=True, help="Runs of each program.")
@click.option("--output", type=click.Path(path_type=Path), help="JSON file for every sample.")
@click.option("--read", "source", type=click.Path(path_type=Path), help="Print the table of a file; measure nothing.")
@click.option("--markdown", is_flag=True, help="Print the whole page of docs/ in place of the table.")
def main(programs: Path, rounds: int, output: Path | None, source: Path | None, markdown: bool) -> None:
    """Hold a latency table against programs that it was not fitted to."""
    if source is not None:
        found = json.loads(source.read_text())
    else:
        series = [item for engine in ENGINES for item in measure(engine, rounds, programs / engine)]
        found = {
            "load": os.getloadavg(),
            "machine": machine(),
            "rounds": rounds,
            "series": [asdict(item) for item in series],
        }
    if output is not None:
        write_whole(output, json.dumps(found) + "\n")
    lines = lines_of(predict(read_series(found), fit(read_series(found))))
    print(page_of(found) if markdown else "\n".join(lines), end="" if markdown else "\n")


if __name__ == "__main__":
    main()
