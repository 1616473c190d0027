"""How much of the multiply-adds that retention saves becomes time: pruned against full, per engine and lowering.

Each engine runs its programs of one length in turn, round by round, on one thread: the full program, the pruned one
with `topk` + `index_select`, and the pruned one with rank by comparison + one-hot product. Weights are random: time
does not depend on them. Every sample goes into the JSON file.

    python benchmarks/efficiency.py --output docs/efficiency.json
    python benchmarks/efficiency.py --read docs/efficiency.json       # print the table of a file again
"""

import json
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import product
from pathlib import Path

import click
import numpy as np
import torch
from rich.console import Console

from edge_power.cli.screens.screen import table
from edge_power.conversion.artifacts import converter_for
from edge_power.conversion.tracing import Tracer
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.config import ModelConfig
from edge_power.model.extract import Lowering
from edge_power.model.macs import count_macs
from edge_power_converters import SourceProgram, fp32
from edge_power_runtime.bundle.artifacts import Artifact
from edge_power_runtime.profiler.machine.device_facts import cpu_model
from edge_power_runtime.profiler.machine.system_files import SystemFiles
from edge_power_runtime.reading.jsonnode import parse
from edge_power_runtime.reading.records import read_record
from edge_power_runtime.reading.whole_file import write_whole
from edge_power_runtime.retention import RetentionConfig, RetentionSchedule
from edge_power_runtime.sessions import Session, open_engine

WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Shape:
    """A model's size, and how it is pruned here."""

    name: str
    hidden: int
    encoders: int
    intermediate: int
    schedule: RetentionSchedule

    @property
    def config(self) -> ModelConfig:
        """Every size has 12 heads and BERT's vocabulary."""
        return ModelConfig(
            architecture="bert",
            vocab_size=30522,
            hidden_size=self.hidden,
            num_encoders=self.encoders,
            num_heads=12,
            intermediate_size=self.intermediate,
            max_positions=512,
            num_token_types=2,
            norm_eps=1e-12,
            activation="gelu",
            task="classification",
            labels=("negative", "positive"),
        )

    def model(self) -> PowerForSequenceClassification:
        """Random weights of this shape."""
        torch.manual_seed(0)
        return PowerForSequenceClassification(self.config).eval()

    def programs(self, length: int) -> dict[str, tuple[RetentionConfig, Lowering]]:
        """What is compared at one length."""
        pruned = self.schedule.for_encoders(self.encoders).at(length)
        full = RetentionSchedule.full(self.encoders).at(length)
        return {"full": (full, "topk"), "topk": (pruned, "topk"), "compare": (pruned, "compare")}


# PoWER-BERT's published configuration for RTE at length 256; its last number is 1 here, as a [CLS] classifier reads 1.
RTE = (153, 125, 111, 105, 85, 80, 72, 48, 35, 27, 22)
SHAPES = {
    "minilm": Shape("minilm", 384, 6, 1536, RetentionSchedule((0.8, 0.6, 0.45, 0.3, 0.2))),
    "bert-base": Shape("bert-base", 768, 12, 3072, RetentionSchedule(tuple(kept / 256 for kept in RTE))),
}


@dataclass(frozen=True, slots=True)
class Result:
    """Samples of one program."""

    shape: str
    engine: str
    length: int
    program: str
    keep: tuple[int, ...]
    macs: int
    samples_ms: tuple[float, ...]


def convert_programs(shape: Shape, engine: str, length: int, directory: Path) -> Artifact:
    """Write the full program and both lowerings of the pruned one; what is there already is kept."""
    description = directory / "artifact.json"
    if not description.exists():
        if directory.is_dir() and any(directory.iterdir()):
            raise click.UsageError(f"{directory} holds no whole set of programs; remove it, or give other --programs")
        directory.mkdir(parents=True, exist_ok=True)
        tracer = Tracer(shape.model())
        sources = [
            SourceProgram(name, name, length, tracer.trace(config, lowering=lowering), last=len(config.keep))
            for name, (config, lowering) in shape.programs(length).items()
        ]
        artifact = converter_for(engine).convert(sources, directory, fp32(engine, "both"), progress=lambda what: None)
        description.write_text(json.dumps(asdict(artifact)))
    return read_record(Artifact, parse(description.read_text(), description.name))


def measure(shape: Shape, engine: str, length: int, rounds: int, directory: Path) -> list[Result]:
    """Time the programs in `directory` in turn."""
    artifact = convert_programs(shape, engine, length, directory)
    loaded = open_engine(directory, artifact)
    samples = interleave({program.name: loaded.session(program) for program in artifact.programs}, length, rounds)
    results = []
    for name, (config, _) in shape.programs(length).items():
        macs = count_macs(shape.config, config).total
        results.append(Result(shape.name, engine, length, name, config.keep, macs, tuple(samples[name])))
    return results


def interleave(sessions: dict[str, Session], length: int, rounds: int) -> dict[str, list[float]]:
    """Run every session once a round; milliseconds of the engine's call."""
    generator = np.random.default_rng(0)
    inputs = {
        "input_ids": generator.integers(1000, 30000, (1, length)),
        "attention_mask": np.ones((1, length), dtype=np.int64),
        "token_type_ids": np.zeros((1, length), dtype=np.int64),
    }
    samples: dict[str, list[float]] = {name: [] for name in sessions}
    for number in range(WARM_UP + rounds):
        for name, session in sessions.items():
            start = time.perf_counter()
            session.run(inputs)
            if number >= WARM_UP:
                samples[name].append((time.perf_counter() - start) * 1e3)
    return samples


def efficiency_table(results: Sequence[Result]) -> object:
    """Speed-up over the full program, the multiply-add ratio, and their quotient."""
    numbers = ("length", "median ms", "p90 ms", "speed-up", "multiply-adds", "quotient")
    made = table("shape", "engine", "length", "program", *numbers[1:], numbers=numbers)
    full = {(item.shape, item.engine, item.length): item for item in results if item.program == "full"}
    for item in results:
        base = full[item.shape, item.engine, item.length]
        speed_up = float(np.median(base.samples_ms) / np.median(item.samples_ms))
        saved = base.macs / item.macs
        made.add_row(
            item.shape,
            item.engine,
            str(item.length),
            item.program,
            f"{np.median(item.samples_ms):.2f}",
            f"{np.percentile(item.samples_ms, 90):.2f}",
            f"{speed_up:.2f}",
            f"{saved:.2f}",
            f"{speed_up / saved:.3f}",
        )
    return made


@click.command()
@click.option("--shapes", default="minilm,bert-base", show_default=True)
@click.option("--engines", default="onnx,executorch,tflite", show_default=True)
@click.option("--lengths", default="32,128,256", show_default=True)
@click.option("--rounds", default=100, show_default=True, help="Samples of each program.")
@click.option("--programs", type=click.Path(path_type=Path), help="Keep the converted programs here, and reuse them.")
@click.option("--output", type=click.Path(path_type=Path), help="JSON file for every sample.")
@click.option("--read", "source", type=click.Path(path_type=Path), help="Print the table of a file; measure nothing.")
def main(
    shapes: str,
    engines: str,
    lengths: str,
    rounds: int,
    programs: Path | None,
    output: Path | None,
    source: Path | None,
) -> None:
    """Measure how much of the saved multiply-adds becomes time; without rounds, only convert."""
    console = Console(width=120)
    if source is not None:
        console.print(efficiency_table([Result(**item) for item in json.loads(source.read_text())["results"]]))
        return
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as scratch:
        for shape, engine, length in product(shapes.split(","), engines.split(","), map(int, lengths.split(","))):
            print(f"{shape} {engine} {length}", file=sys.stderr)
            directory = (programs or Path(scratch)) / f"{shape}-{engine}-{length}"
            if rounds:
                results += measure(SHAPES[shape], engine, length, rounds, directory)
            else:
                convert_programs(SHAPES[shape], engine, length, directory)
    if output is not None:
        write_whole(output, json.dumps({"machine": machine(), "results": [asdict(item) for item in results]}))
    if results:
        console.print(efficiency_table(results))


def machine() -> dict[str, str]:
    """What the figures were taken on."""
    tools = ("torch", "executorch", "onnxruntime", "ai-edge-litert", "litert-torch")
    return {
        "machine": platform.machine(),
        "processor": processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
        **{tool: version(tool) for tool in tools},
    }


def processor() -> str:
    """The CPU's model."""
    return cpu_model(SystemFiles(Path("/"))) or "unknown"


if __name__ == "__main__":
    main()
