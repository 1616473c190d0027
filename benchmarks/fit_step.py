"""What a step of a fit takes: memory kept or given back, fp32 or bf16; steps in turn, each variant in its own process.

    python -m benchmarks.fit_step --output docs/fit-step.json

A step is forward, backward and optimiser on 32 texts, by a model of MiniLM's size with random weights: time and memory
do not depend on what they are. The length of the texts differs from step to step, as in a fit. Leave the machine alone
meanwhile, for some minutes.
"""

import json
import multiprocessing
import platform
import resource
import time
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import click
import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from benchmarks.efficiency import machine
from edge_power.fitting.training.machine import keep_freed_memory, mixed
from edge_power.fitting.training.phase import Precision
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.config import ModelConfig
from edge_power_runtime.reading.whole_file import write_whole

BATCH_SIZE = 32
MINILM = ModelConfig(
    architecture="bert", vocab_size=30522, hidden_size=384, num_encoders=6, num_heads=12, intermediate_size=1536,
    max_positions=512, num_token_types=2, norm_eps=1e-12, activation="gelu", task="classification",
    labels=("negative", "positive"),
)  # fmt: skip

# The first steps of a process take its memory for the first time.
WARM_UP = 4


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to take a step.

    Attributes:
        keeps: whether the process keeps memory that it frees.
        precision: of the forward pass.
    """

    keeps: bool
    precision: Precision

    def __str__(self) -> str:
        """For people."""
        return f"{self.precision}, memory {'kept' if self.keeps else 'given back'}"


# The first is what the others are compared with: torch as it is.
VARIANTS = (Variant(False, "fp32"), Variant(True, "fp32"), Variant(True, "bf16"))


@dataclass(frozen=True, slots=True)
class Measured:
    """Steps of one variant.

    Attributes:
        variant: taken.
        words: mean length of the texts.
        threads: of torch.
        seconds: of each step; the step of the same place in another variant had texts of the same length.
        most_held_mb: by the process; 1 MB is 2**20 bytes.
    """

    variant: Variant
    words: int
    threads: int
    seconds: tuple[float, ...]
    most_held_mb: float


def measure(words: int, threads: int, steps: int) -> list[Measured]:
    """Take steps in a process for each variant, in turn.

    Args:
        words: mean length; lengths are drawn from half of it to one and a half times.
        threads: of torch.
        steps: of each variant, after the warm-up.
    """
    spawn = multiprocessing.get_context("spawn")
    pipes = [spawn.Pipe() for _ in VARIANTS]
    workers = [
        spawn.Process(target=_train, args=(theirs, variant, threads), daemon=True)
        for variant, (_, theirs) in zip(VARIANTS, pipes, strict=True)
    ]
    for worker in workers:
        worker.start()
    seconds: list[list[float]] = [[] for _ in VARIANTS]
    held = [0.0] * len(VARIANTS)
    lengths = np.random.default_rng(0).integers(words // 2, words * 3 // 2, steps + WARM_UP, endpoint=True)
    for length in lengths.tolist():
        for place, (ours, _) in enumerate(pipes):
            ours.send(length)
            took, held[place] = ours.recv()
            seconds[place].append(took)
    for ours, _ in pipes:
        ours.send(None)
    for worker in workers:
        worker.join()
    return [
        Measured(variant, words, threads, tuple(taken[WARM_UP:]), most)
        for variant, taken, most in zip(VARIANTS, seconds, held, strict=True)
    ]


def _train(pipe: Connection, variant: Variant, threads: int) -> None:
    """Take a step on texts of each length that the pipe names, until it says None; answer seconds and MB held."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    if variant.keeps:
        keep_freed_memory()
    model = PowerForSequenceClassification(MINILM).eval()  # without dropout, as search and re-training
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-5, fused=True)
    while (words := pipe.recv()) is not None:
        ids = torch.randint(1000, MINILM.vocab_size, (BATCH_SIZE, words))
        began = time.perf_counter()
        with mixed(variant.precision, torch.device("cpu")):
            logits = model(ids, torch.ones_like(ids)).logits
        logits.float().square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()
        seconds = time.perf_counter() - began
        pipe.send((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


@click.command()
@click.option("--words", default="16,64,220", show_default=True, help="Mean lengths of texts.")
@click.option("--threads", default=2, show_default=True)
@click.option("--steps", default=20, show_default=True, help="Of each variant, at each length.")
@click.option("--output", type=click.Path(path_type=Path), required=True)
def main(words: str, threads: int, steps: int, output: Path) -> None:
    """Measure, print, and keep every step."""
    found = [one for length in words.split(",") for one in measure(int(length), threads, steps)]
    table = Table(
        "words", "step", "median ratio", "p90", "most held", title=f"time of a step over that of {VARIANTS[0]}"
    )
    for one in found:
        base = next(other for other in found if other.words == one.words and other.variant == VARIANTS[0])
        ratios = np.divide(one.seconds, base.seconds)
        median, high = np.percentile(ratios, (50, 90))
        table.add_row(str(one.words), str(one.variant), f"{median:.2f}", f"{high:.2f}", f"{one.most_held_mb:,.0f} MB")
    Console().print(table)
    record = {
        "machine": machine() | {"libc": " ".join(platform.libc_ver())},
        "measured": [asdict(one) for one in found],
    }
    write_whole(output, json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
