"""Two processes take the steps of one: the same retention configuration."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from edge_power.fitting.options import Epochs, FitOptions, Goal
from edge_power.fitting.run import fit
from edge_power.fitting.training.objective import Distillation
from edge_power.model.retention_file import read_budgets
from tests.tiny_fit import RATE, options_of, source_of, taught_model, write_task

REPOSITORY = Path(__file__).parents[3]
LENGTHS = (5, 8, 13, 16, 24, 32, 64)
STEPS = 20


def run_two(
    place: Path, *more: str | float, batch_size: int = 16, target: float = 0.4
) -> subprocess.CompletedProcess[str]:
    """`torchrun` on this machine's processors, which talk through gloo."""
    command = [
        sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", 2, "-m", "edge_power",
        "fit", "--model", place / "taught", "--train", place / "train.tsv", "--output", place / "two",
        "--target-macs", target, "--min-steps", STEPS, "--search-epochs", 0, "--retrain-epochs", 0,
        "--batch-size", batch_size, "--learning-rate", RATE, *more,
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


def options_of_one(place: Path, *, target: float) -> FitOptions:
    options = options_of(place / "taught", source_of(place / "train.tsv"), place / "one", Goal(target=target))
    return replace(options, fewest_steps=STEPS, epochs=Epochs(0, 0, 0, 0))


def assert_the_same(place: Path) -> None:
    """The schedules differ by what rounding becomes in the steps of a phase, and no length's configuration does."""
    one, two = (read_budgets(place / name / "retention.json")["balanced"].schedule for name in ("one", "two"))
    assert one is not None and two is not None
    assert one.fractions[0] < 1, "a schedule that keeps all words would be the same whatever is done"
    # Gradients of two halves sum in another order: 1e-7 of them at the first step, 1e-6 of a fraction at the last.
    assert two.fractions == pytest.approx(one.fractions, abs=1e-4)
    for length in LENGTHS:
        assert two.at(length) == one.at(length)


# A search that follows the teacher alone begins as the teacher, so that its first gradients are rounding and nothing
# else. Adam divides them by their own size and makes steps of them, in another direction for every number of processes,
# of threads, and kind of processor. Labels, or a student of fewer encoders, make gradients that are the task's.


@pytest.mark.thorough  # two starts of PyTorch, for what a machine of two GPUs does
def test_two_processes_find_what_one_does(place):
    fit(replace(options_of_one(place, target=0.4), distillation=Distillation(logits=0.5)))
    done = run_two(place, "--distil", 0.5)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("wrote ") == 1, "the first process alone speaks"
    assert done.stderr.count("search (3 encoders): accuracy") == 1
    assert_the_same(place)
    assert not (place / "two.unfinished").exists()


@pytest.mark.slow  # the processes and the steps are the same; what is new is the texts that they share
def test_two_processes_follow_a_teacher_as_one_does(place):
    """Alone, by texts whose words the first process swapped and all read, through two phases."""
    fit(replace(options_of_one(place, target=0.25), encoders=2))
    done = run_two(place, "--encoders", 2, "--depth-epochs", 0, target=0.25)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("2 encoders: accuracy") == 1
    assert_the_same(place)


@pytest.mark.slow  # a start of two processes takes longer than what it shows
def test_a_batch_that_two_cannot_share(place):
    refused = run_two(place, batch_size=15)
    assert refused.returncode != 0
    assert "--batch-size 15 cannot be split evenly among 2 processes; take a multiple of 2" in refused.stderr
    assert not list(place.glob("two*"))
