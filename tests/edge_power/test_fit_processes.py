"""Two processes take the steps of one: the same retention configuration."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from edge_power.fit.fit import fit
from edge_power.fit.options import Epochs, Goal
from edge_power.retention_file import read_budgets
from tests.tiny_fit import ENCODERS, RATE, options_of, source_of, taught_model, write_task

REPOSITORY = Path(__file__).parents[2]
LENGTHS = (5, 8, 13, 16, 24, 32, 64)
STEPS = 20


def run_two(place: Path, *, batch_size: int) -> subprocess.CompletedProcess[str]:
    """`torchrun` on this machine's processors, which talk through gloo."""
    command = [
        sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", 2, "-m", "edge_power",
        "fit", "--model", place / "taught", "--train", place / "train.tsv", "--output", place / "two",
        "--target-macs", 0.4, "--min-steps", STEPS, "--search-epochs", 0, "--retrain-epochs", 0,
        "--batch-size", batch_size, "--learning-rate", RATE,
    ]  # fmt: skip
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.run(
        list(map(str, command)), cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """144 texts for batches of 16, so that halves of a batch are equal; no dropout, which draws per process."""
    write_task(tmp_path, rows=160)
    taught_model().save_pretrained(tmp_path / "taught")
    return tmp_path


def test_two_processes_find_what_one_does(place):
    options = options_of(place / "taught", source_of(place / "train.tsv"), place / "one", Goal(target=0.4))
    fit(replace(options, fewest_steps=STEPS, epochs=Epochs(0, 0, 0, 0)))
    done = run_two(place, batch_size=16)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("wrote ") == 1, "the first process alone speaks"
    assert done.stderr.count("search (3 encoders): accuracy") == 1
    one, two = (read_budgets(place / name / "retention.json")["balanced"] for name in ("one", "two"))
    for length in LENGTHS:
        assert two.at(length, encoders=ENCODERS) == one.at(length, encoders=ENCODERS)
    assert not (place / "two.unfinished").exists()


@pytest.mark.slow  # a start of two processes takes longer than what it shows
def test_a_batch_that_two_cannot_share(place):
    refused = run_two(place, batch_size=15)
    assert refused.returncode != 0
    assert "--batch-size 15 cannot be split evenly among 2 processes; take a multiple of 2" in refused.stderr
    assert not list(place.glob("two*"))
