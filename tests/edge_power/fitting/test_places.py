"""Where a fit works and what it writes: nobody else's directory is taken, and of ours only what a fit wrote goes."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from edge_power.errors import OptionError
from edge_power.fitting.contents import DONE_FILE, PLAN_FILE, event_files, look, remove_made
from edge_power.fitting.options import FitOptions, Goal
from edge_power.fitting.record import files_of
from edge_power.fitting.run import FITTED, fit
from edge_power.progress import Silent
from edge_power_converters import OutputError
from edge_power_converters.output.ownership import judge
from edge_power_runtime.errors import BundleError
from tests.tiny_fit import options_of, source_of, taught_model, write_task


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> FitOptions:
    """A fit of some steps, of which each phase has two checkpoints."""
    place = tmp_path_factory.mktemp("task")
    write_task(place, rows=60)
    taught_model().save_pretrained(place / "taught")
    goal = Goal(target=0.5)
    return replace(options_of(place / "taught", source_of(place / "train.tsv"), place / "fitted", goal), fewest_steps=8)


class Watcher(Silent):
    """Calls a function at a moment, by the name of the work that begins then; keeps what is said."""

    def __init__(self, moment: str = "", then: Callable[[], None] = lambda: None) -> None:
        self.moment, self.then, self.lines = moment, then, []

    def begin(self, description: str, total: int, done: int = 0) -> None:
        if description == self.moment:
            self.then()

    def line(self, text: str) -> None:
        self.lines.append(text)


@pytest.fixture(scope="module")
def fitted(options: FitOptions) -> Path:
    """A fit, in the middle of which all that is in its working directory was seen to be a fit's."""
    seen = []
    directory = options.output.with_name("fitted.unfinished")
    fit(options, Watcher("re-train", lambda: seen.append(look(directory))))
    assert not seen[0].foreign
    assert {"01-search/done.json", "01-search/model.safetensors", PLAN_FILE} <= {entry.path for entry in seen[0].ours}
    assert not directory.exists()
    return options.output


def test_a_fit_lists_its_files(fitted):
    found = {path.relative_to(fitted).as_posix() for path in fitted.rglob("*") if path.is_file()}
    assert files_of((fitted / "fit.json").read_bytes()) == found
    assert not judge(fitted, FITTED).foreign


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "fit.json is not valid JSON"),
        ("{}", "fit.json: schema_version is missing"),
        ('{"schema_version": 1, "phases": [], "budgets": []}', "fit.json: files is missing"),
        ('{"schema_version": 1, "phases": [], "budgets": [], "files": ["../a"]}', r"files\[0\] must be a path in"),
    ],
)
def test_a_record_that_proves_nothing(content, message):
    with pytest.raises(BundleError, match=message):
        files_of(content.encode())


def refused(options: FitOptions) -> str:
    with pytest.raises((OptionError, OutputError)) as caught:
        fit(options)
    return str(caught.value)


def test_a_file_in_the_output_stands_in_the_way(options, fitted):
    notes = fitted / "notes.txt"
    notes.write_text("mine")
    try:
        said = refused(replace(options, force=True))
    finally:
        notes.unlink()
    assert said == (
        f"{fitted} holds what is not of the fitted checkpoint in it: notes.txt; "
        "move that away, or choose another `output`"
    )


def test_a_model_is_not_replaced_by_its_own_fit(options, fitted):
    said = refused(replace(options, model=str(fitted), force=True))
    assert said == f"{fitted} is read, and `output` {fitted} would replace it; choose another `output`"
    assert "is read, and `output`" in refused(replace(options, train=source_of(fitted / "fit.json"), force=True))


# The working directory.


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize("holding", ["nothing", "files", "a plan of another kind", "a broken plan", "a file", "a link"])
def test_a_working_directory_that_is_another_s(options, tmp_path, holding, resume):
    place = tmp_path / "out.unfinished"
    match holding:
        case "a file":
            place.write_text("mine")
        case "a link":
            (tmp_path / "elsewhere").mkdir()
            place.symlink_to("elsewhere")
        case _:
            place.mkdir()
    if holding == "files":
        (place / "01-search").mkdir()
        (place / "01-search" / DONE_FILE).write_text("mine")
    elif holding == "a plan of another kind":
        (place / PLAN_FILE).write_text('{"weights": [1, 2], "reps": 5}')
    elif holding == "a broken plan":
        (place / PLAN_FILE).write_text('{"model": "tau')
    before = sorted(tmp_path.rglob("*"))
    said = refused(replace(options, output=tmp_path / "out", resume=resume))
    assert said.startswith(f"{place} exists and is no working directory of a fit")
    assert said.endswith(f"; a fit to {tmp_path / 'out'} works there; move it away, or choose another `output`")
    assert "\n" not in said
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["notes.txt", "01-search/notes.txt", "01-search/checkpoints/mine", "src/main.py"])
def test_what_somebody_put_into_a_working_directory_stands_in_the_way(options, tmp_path, name):
    place = tmp_path / "out.unfinished"
    (place / name).parent.mkdir(parents=True)
    (place / PLAN_FILE).write_text('{"weights": "some"}')
    (place / name).write_text("mine")
    said = refused(replace(options, output=tmp_path / "out", resume=True))
    shown = "src/" if name.startswith("src") else name
    assert said == f"{place} holds what no fit wrote: {shown}; move that away, or choose another `output`"


def test_a_name_that_is_too_long_for_it(options, tmp_path):
    assert "File name too long" in refused(replace(options, output=tmp_path / ("o" * 250)))


def test_a_working_directory_that_appears_meanwhile(options, tmp_path):
    place = tmp_path / "out.unfinished"

    def take() -> None:
        place.mkdir()
        (place / "notes.txt").write_text("mine")

    with pytest.raises(OutputError, match="out.unfinished appeared while .* move it away, and begin again"):
        fit(replace(options, output=tmp_path / "out"), _AtFirst(take))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["notes.txt", "out.unfinished"]


class _AtFirst(Silent):
    """Calls a function once, at the first thing that a fit says."""

    def __init__(self, then: Callable[[], None]) -> None:
        self.then = then

    def begin(self, description: str, total: int, done: int = 0) -> None:
        if self.then is not None:
            self.then()
            self.then = None


def test_what_was_put_there_meanwhile_stays_and_is_told(options, tmp_path):
    place = tmp_path / "out.unfinished"
    mine = ["notes.txt", "01-search/notes.txt", "02-re-train/checkpoints/checkpoint-2/notes.txt"]

    def put() -> None:
        for name in mine:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text("mine")

    watcher = Watcher("re-train", put)
    fit(replace(options, output=tmp_path / "out"), watcher)
    assert {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()} == set(mine)
    assert watcher.lines[-1] == f"{place} was not removed: it holds {', '.join(sorted(mine))}"
    assert not judge(tmp_path / "out", FITTED).foreign


def test_an_output_that_appears_meanwhile_stays_and_resume_finishes(options, tmp_path):
    output = tmp_path / "out"
    late = replace(options, output=output, force=True)
    with pytest.raises(OutputError) as caught:
        fit(late, Watcher("scoring", output.mkdir))
    assert str(caught.value) == (
        f"{output} appeared while the fitted checkpoint was made, and was not replaced; "
        "move it away, and go on with `resume`"
    )
    output.rename(tmp_path / "moved")
    watcher = Watcher()
    fit(replace(late, resume=True), watcher)
    assert not judge(output, FITTED).foreign
    assert sorted(path.name for path in tmp_path.iterdir()) == ["moved", "out"]


def test_what_names_a_fit_gives_and_what_not(tmp_path):
    for name in (
        "plan.json", "taught-0123456789abcdef.npy", ".taught-0123456789abcdef.npy.partial-0123abcd",
        "01-fine-tune/metrics.jsonl", "12-re-train/checkpoints/checkpoint-10/rng_state_1.pth",
        "02-depth/checkpoints/runs/Nov28_09-00-00_host/events.out.tfevents.1.host.2.0",
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("ours")
    assert not look(tmp_path).foreign
    (events,) = event_files(tmp_path)
    assert events[1] == "02-depth/Nov28_09-00-00_host/events.out.tfevents.1.host.2.0"
    mine = [
        "plan.json.bak", "taught-mine.npy", "01-mine/done.json", "01-fine-tune/checkpoints/checkpoint-1/notes.txt",
        "01-fine-tune/checkpoints/best/model.safetensors", "02-depth/checkpoints/runs/notes.txt",
    ]  # fmt: skip
    for name in mine:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("mine")
    (tmp_path / "02-depth" / "model.safetensors").symlink_to("/dev/null")
    assert not remove_made(tmp_path)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if not path.is_dir()}
    assert left == {*mine, "02-depth/model.safetensors"}
    assert os.readlink(tmp_path / "02-depth" / "model.safetensors") == "/dev/null"


def test_the_record_still_says_what_was_done(fitted):
    record = json.loads((fitted / "fit.json").read_text(encoding="utf-8"))
    assert record["schema_version"] == 1 and record["phases"] and record["files"] == sorted(record["files"])


def test_of_a_phase_s_checkpoints_the_best_and_the_last_stay(options, tmp_path):
    """And what somebody put into one of the others, with its folder."""
    checkpoints, seen = tmp_path / "out.unfinished" / "02-re-train" / "checkpoints", []

    class Steps(Silent):
        def advance(self, steps: int, note: str = "") -> None:
            seen.append([path.parent.name for path in sorted(checkpoints.glob("*/trainer_state.json"))])
            if seen[-1] and not (checkpoints / "checkpoint-2" / "notes.txt").exists():
                (checkpoints / "checkpoint-2" / "notes.txt").write_text("mine")

    fit(replace(options, output=tmp_path / "out"), Steps())
    assert max(map(len, seen)) <= 2 and ["checkpoint-2"] in seen and seen[-1][-1] == "checkpoint-6"
    assert (checkpoints / "checkpoint-2" / "notes.txt").read_text() == "mine"
    assert [path.name for path in (checkpoints / "checkpoint-2").iterdir()] == ["notes.txt"]
