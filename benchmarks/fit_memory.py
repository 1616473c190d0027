"""What it saves that a fit keeps the memory it frees: steps of training with and without, in turn, in two processes.

    python -m benchmarks.fit_memory --output docs/fit-memory.json

A step is forward, backward and optimiser on 32 texts of one length, by a model of MiniLM's size with random weights:
time and memory do not depend on what they are. Leave the machine alone meanwhile, for some minutes.
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
from edge_power.config import ModelConfig
from edge_power.fit.machine import keep_freed_memory
from edge_power.model import PowerForSequenceClassification

BATCH_SIZE = 32
MINILM = ModelConfig(
    architecture="bert", vocab_size=30522, hidden_size=384, num_encoders=6, num_heads=12, intermediate_size=1536,
    max_positions=512, num_token_types=2, norm_eps=1e-12, activation="gelu", task="classification",
    labels=("negative", "positive"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """Steps on texts of one length.

    Attributes:
        words: of a text.
        threads: of torch.
        given_s: of steps that give memory back, in the order they were taken.
        kept_s: of steps that keep it, each taken after the step of the same place in `given_s`.
        given_mb: the most that the process held; 1 MB is 2**20 bytes.
        kept_mb: likewise.
    """

    words: int
    threads: int
    given_s: tuple[float, ...]
    kept_s: tuple[float, ...]
    given_mb: float
    kept_mb: float

    def ratio(self, percentile: float) -> float:
        """Of the times, those that keep over those that give back, each at a percentile of its own."""
        return float(np.percentile(self.kept_s, percentile) / np.percentile(self.given_s, percentile))


def measure(words: int, threads: int, steps: int) -> Measured:
    """Take steps in two processes, in turn."""
    spawn = multiprocessing.get_context("spawn")
    pipes = {keeps: spawn.Pipe() for keeps in (False, True)}
    workers = [
        spawn.Process(target=_train, args=(theirs, keeps, words, threads), daemon=True)
        for keeps, (_, theirs) in pipes.items()
    ]
    for worker in workers:
        worker.start()
    found: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    for _ in range(steps + 1):
        for keeps, (ours, _) in pipes.items():
            ours.send(True)
            found[keeps].append(ours.recv())
    for ours, _ in pipes.values():
        ours.send(False)
    for worker in workers:
        worker.join()
    given, kept = (found[keeps][1:] for keeps in (False, True))  # the first step takes memory for the first time
    return Measured(words, threads, tuple(s for s, _ in given), tuple(s for s, _ in kept), given[-1][1], kept[-1][1])


def _train(pipe: Connection, keeps: bool, words: int, threads: int) -> None:
    """Take a step whenever the pipe says True; answer seconds and the most MB held so far."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    if keeps:
        keep_freed_memory()
    model = PowerForSequenceClassification(MINILM).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-5, fused=True)
    ids = torch.randint(1000, MINILM.vocab_size, (BATCH_SIZE, words))
    mask = torch.ones_like(ids)
    while pipe.recv():
        began = time.perf_counter()
        model(ids, mask).logits.square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()
        seconds = time.perf_counter() - began
        pipe.send((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


@click.command()
@click.option("--words", default="16,64,220", help="Lengths of texts.")
@click.option("--threads", default=2)
@click.option("--steps", default=20, help="Of each process, at each length.")
@click.option("--output", type=click.Path(path_type=Path), required=True)
def main(words: str, threads: int, steps: int, output: Path) -> None:
    """Measure, print, and keep every step."""
    found = [measure(int(length), threads, steps) for length in words.split(",")]
    table = Table("words", "median", "p90", "most held", "most held without", title="a step that keeps its memory")
    for one in found:
        held = (f"{one.kept_mb:,.0f} MB", f"{one.given_mb:,.0f} MB")
        table.add_row(str(one.words), f"{one.ratio(50):.2f}", f"{one.ratio(90):.2f}", *held)
    Console().print(table)
    record = {
        "machine": machine() | {"libc": " ".join(platform.libc_ver())},
        "measured": [asdict(one) for one in found],
    }
    output.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
