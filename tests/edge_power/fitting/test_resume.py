"""A killed fit goes on to the result of an unbroken one; the same seed gives the same fit."""

import json
import os
import re
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from edge_power.errors import OptionError
from edge_power.fitting.options import FitOptions, Goal
from edge_power.fitting.run import fit
from edge_power.fitting.training.objective import Distillation
from edge_power.progress import Silent
from edge_power_runtime import BundleError
from tests.machines.forker import Forker, open_forker
from tests.tiny_fit import options_of, source_of, taught_model, write_task


def options_in(place: Path, name: str) -> FitOptions:
    """Two phases of 20 steps, with checkpoints at 5, 10, 15 and 20; dropout draws random numbers at every step."""
    options = options_of(place / "taught", source_of(place / "train.tsv"), place / name, Goal(target=0.4))
    return replace(options, distillation=Distillation(augment=0.0))  # nothing is dropped out of augmented texts


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("resume")
    write_task(directory, rows=160)
    taught_model(dropout=0.1).save_pretrained(directory / "taught")
    return directory


@pytest.fixture(scope="module")
def unbroken(place: Path) -> Path:
    fit(options_in(place, "unbroken"))
    return place / "unbroken"


class Killer(Silent):
    """Kills its process, with the signal that cannot be caught, at a step of the search or when the search is over."""

    def __init__(self, moment: str) -> None:
        self.moment, self.title, self.step = moment, "", 0

    def begin(self, description: str, total: int | None = None, done: int = 0) -> None:
        self.title, self.step = description, done

    def advance(self, steps: int, note: str = "") -> None:
        self.step += steps
        if self.moment == "at a step" and self.title.startswith("search") and self.step == 12:
            os.kill(os.getpid(), signal.SIGKILL)

    def line(self, text: str) -> None:
        if self.moment == "between phases" and text.startswith("search"):
            os.kill(os.getpid(), signal.SIGKILL)


def fit_until(place: str, moment: str, threads: int) -> None:
    """In a process of its own; its sums are those of here only with as many threads."""
    torch.set_num_threads(threads)
    fit(replace(options_in(Path(place), "broken"), resume=moment == "between phases"), Killer(moment))


@pytest.fixture(scope="module")
def forker() -> Iterator[Forker]:
    with open_forker(__name__) as opened:
        yield opened


def killed(forker: Forker, place: Path, moment: str) -> None:
    forker.start(fit_until, str(place), moment, torch.get_num_threads())
    assert forker.wait() == -signal.SIGKILL
    assert not (place / "broken").exists()


@pytest.fixture(scope="module")
def broken(forker: Forker, place: Path) -> Path:
    """The working directory of a fit that was killed in the middle of the search."""
    killed(forker, place, "at a step")
    return place / "broken.unfinished"


def timeless(content: Any) -> Any:
    """Without times, which differ between runs of the same."""
    match content:
        case dict():
            return {name: timeless(value) for name, value in content.items() if name != "seconds"}
        case list():
            return [timeless(value) for value in content]
        case _:
            return content


def written(output: Path) -> dict[str, Any]:
    return timeless(json.loads((output / "fit.json").read_text(encoding="utf-8")))


def assert_same_fit(one: Path, other: Path) -> None:
    assert (one / "model.safetensors").read_bytes() == (other / "model.safetensors").read_bytes()
    assert (one / "retention.json").read_bytes() == (other / "retention.json").read_bytes()
    assert written(one) == written(other)


def test_a_kill_leaves_a_plan_and_checkpoints(broken):
    names = sorted(path.name for path in broken.iterdir())
    assert names[:2] == ["01-search", "plan.json"]
    assert re.fullmatch(r"taught-[0-9a-f]{16}\.npy", names[2]) and len(names) == 3
    assert (broken / "01-search" / "checkpoints" / "checkpoint-10" / "trainer_state.json").is_file()


def test_what_was_killed_is_not_begun_anew_by_accident(place, broken):
    with pytest.raises(OptionError) as caught:
        fit(options_in(place, "broken"))
    assert str(caught.value) == (
        f"an unfinished fit is in {broken}; add `resume` to go on, or remove that directory to begin anew"
    )


@pytest.mark.parametrize(
    ("name", "changes"),
    [("seed", {"seed": 1}), ("batch_size", {"batch_size": 8}), ("goal", {"goal": Goal(target=0.5)})],
)
def test_changed_options_are_named(place, broken, name, changes):
    options = replace(options_in(place, "broken"), resume=True, **changes)
    with pytest.raises(OptionError, match=f"the unfinished fit in .* was begun with {name} .*, found .*; give what it"):
        fit(options)
    assert (broken / "plan.json").is_file()


def test_changed_texts_are_named(place, broken):
    train = place / "train.tsv"
    text = train.read_text(encoding="utf-8")
    train.write_text(text.replace(" the ", " a "), encoding="utf-8")
    try:
        with pytest.raises(OptionError, match=r"begun with (select|train) texts \d+ rows, sha256 \w+, found \d+ rows"):
            fit(replace(options_in(place, "broken"), resume=True))
    finally:
        train.write_text(text, encoding="utf-8")


def test_changed_weights_are_named(place, broken):
    model = taught_model(dropout=0.1)
    next(model.parameters()).data += 0.01
    model.save_pretrained(place / "changed")
    (place / "taught").rename(place / "kept")
    (place / "changed").rename(place / "taught")
    try:
        with pytest.raises(OptionError, match=r"begun with weights (\d+) tensors, sha256 \w+, found \1 tensors, "):
            fit(replace(options_in(place, "broken"), resume=True))
    finally:
        (place / "taught").rename(place / "changed")
        (place / "kept").rename(place / "taught")


def test_a_fit_killed_twice_ends_as_an_unbroken_one(forker, place, broken, unbroken):
    killed(forker, place, "between phases")
    done = broken / "01-search" / "done.json"
    record = done.read_bytes()
    assert not (broken / "02-re-train" / "done.json").exists()
    done.write_bytes(record.replace(b'"steps"', b'"stops"', 1))
    with pytest.raises(BundleError, match=r"01-search/done.json: steps is missing$"):
        fit(replace(options_in(place, "broken"), resume=True))
    done.write_bytes(record)
    fit(replace(options_in(place, "broken"), resume=True))
    assert_same_fit(place / "broken", unbroken)
    assert not broken.exists()


def test_resuming_what_was_never_begun_begins(place, unbroken):
    """So that a job script may always say --resume; and the same seed is the same fit."""
    fit(replace(options_in(place, "again"), resume=True))
    assert_same_fit(place / "again", unbroken)


def test_another_seed_is_another_fit(place, unbroken):
    fit(replace(options_in(place, "other"), seed=1))
    assert (place / "other" / "model.safetensors").read_bytes() != (unbroken / "model.safetensors").read_bytes()
    assert written(place / "other")["phases"] != written(unbroken)["phases"]
