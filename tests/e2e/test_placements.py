"""Somebody's files, links and directories at and in `--output`, there before and put there meanwhile: none is lost."""

import hashlib
import os
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from edge_power.conversion.convert import convert
from edge_power.conversion.plan import Plan
from edge_power.fitting.options import FitOptions, Goal
from edge_power.fitting.run import FITTED, fit
from edge_power.model.retention_file import parse_keep
from edge_power.progress import Silent
from edge_power_converters.output.staging import check_output, staged_directory
from edge_power_runtime.errors import EdgePowerError
from tests.bundles import checked_name, write_bundle
from tests.tiny import KEEP, tiny_model
from tests.tiny_fit import options_of, source_of, taught_model, write_task

NAMES = ("bundle.json", "model.pte", "notes.txt", ".git", "onnx", "src", "fit.json", "plan.json", "a b\nc")


@dataclass
class Mine:
    """What a user has put somewhere, told by contents that nothing else has.

    Attributes:
        files: digests of contents.
        links: what links lead to.
        folders: inodes of directories.
    """

    files: set[str]
    links: set[str]
    folders: set[int]

    @classmethod
    def nothing(cls) -> "Mine":
        return cls(set(), set(), set())

    def lost(self, place: Path) -> list[str]:
        """What of it is nowhere under a directory any more."""
        found = Mine.nothing()
        for path in place.rglob("*"):
            if path.is_symlink():
                found.links.add(os.readlink(path))
            elif path.is_dir():
                found.folders.add(path.lstat().st_ino)
            elif path.is_file():
                found.files.add(digest(path.read_bytes()))
        return [
            *(f"file {item}" for item in self.files - found.files),
            *(f"link {item}" for item in self.links - found.links),
            *(f"folder {item}" for item in self.folders - found.folders),
        ]


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class User:
    """Puts things where they are not expected."""

    def __init__(self, seed: int, example: Callable[[Path, str], None]) -> None:
        """Draw by `seed`; `example` writes a directory of the kind that is being made."""
        self.draw, self.example, self.mine, self.number = random.Random(seed), example, Mine.nothing(), 0

    def put(self, place: Path, *, examples: bool) -> None:
        """Put something at a path that is free, or in the directory that is there."""
        self.number += 1
        if place.is_dir() and not place.is_symlink():
            folders = [place, *(path for path in sorted(place.rglob("*")) if path.is_dir() and not path.is_symlink())]
            place, examples = self.draw.choice(folders) / self.draw.choice(NAMES), True
        if os.path.lexists(place):
            return
        puts = [self.put_file, self.put_folder, self.put_empty, self.put_link, self.put_example]
        self.draw.choice(puts if examples else puts[:-1])(place)

    def put_file(self, path: Path) -> None:
        content = b"mine %d %d" % (self.number, self.draw.getrandbits(64))
        path.write_bytes(content)
        self.mine.files.add(digest(content))

    def put_empty(self, path: Path) -> None:
        path.mkdir()
        self.mine.folders.add(path.lstat().st_ino)

    def put_folder(self, path: Path) -> None:
        self.put_empty(path)
        for name in self.draw.sample(NAMES, 2):
            self.draw.choice([self.put_file, self.put_empty, self.put_link])(path / name)

    def put_link(self, path: Path) -> None:
        target = self.draw.choice(["absent", str(path.parent), "/dev/null"]) + "/" * self.number
        path.symlink_to(target)
        self.mine.links.add(target)

    def put_example(self, path: Path) -> None:
        """A bundle of theirs, or a fit."""
        self.example(path, f"theirs-{self.draw.getrandbits(64)}")
        for file in path.rglob("*"):
            if file.is_file():
                self.mine.files.add(digest(file.read_bytes()))

    def disturb(self, output: Path, *, replaceable: bool = False) -> None:
        """Do one or two things at the output, beside it, or to what is there.

        Args:
            output: of the work.
            replaceable: whether one of its kind that is there now may rightly be replaced.
        """
        for _ in range(self.draw.randint(1, 2)):
            if self.draw.random() < 0.2 and os.path.lexists(output):
                output.rename(output.with_name(f"moved-{self.number}-{self.draw.getrandbits(20)}"))
            names = [output.name, output.name, output.name, f"{output.name}.new", f"{output.name}.unfinished"]
            place = output.with_name(self.draw.choice(names))
            self.put(place, examples=not (replaceable and place == output))


def attempt(seed: int, place: Path, example: Callable[[Path, str], None], make: Callable[..., None]) -> bool:
    """One placement: something before, something meanwhile, or both; gives whether the work was put in its place.

    Args:
        seed: of all that is drawn.
        place: an empty directory.
        example: writes a directory of the kind that is made.
        make: makes one at a path; told of force, and of what to call in the middle.
    """
    user = User(seed, example)
    output, force = place / "out", user.draw.random() < 0.7
    if ours := user.draw.random() < 0.6:
        example(output, "old")
    before, meanwhile = user.draw.choice([(True, False), (False, True), (False, True), (True, True), (False, False)])
    if before:
        user.disturb(output, replaceable=force)
    try:
        make(output, force, (lambda: user.disturb(output)) if meanwhile else lambda: None)
        done = True
    except EdgePowerError as error:
        assert len(str(error)) < 1000
        done = False
    assert not user.mine.lost(place), f"seed {seed}: force {force}, ours {ours}, {before}, {meanwhile}"
    return done


def stage_bundle(output: Path, force: bool, disturb: Callable[[], None]) -> None:
    with staged_directory(check_output(output, force=force)) as directory:
        write_bundle(directory, "new")
        disturb()


@pytest.mark.parametrize("count", [60, pytest.param(2000, marks=pytest.mark.slow)])
def test_nothing_is_lost_where_a_bundle_is_staged(tmp_path, count):
    done = []
    for seed in range(count):
        place = tmp_path / str(seed)
        place.mkdir()
        done.append(attempt(seed, place, write_bundle, stage_bundle))
        if done[-1]:
            assert checked_name(place / "out") == "new"
    assert 0.1 * count < sum(done) < 0.9 * count


class Disturbed(Silent):
    """Calls a function at one of a conversion's steps."""

    def __init__(self, disturb: Callable[[], None]) -> None:
        self.disturb = disturb

    def line(self, text: str) -> None:
        if text.startswith("✓ onnx fast_8"):
            self.disturb()


def convert_tiny(output: Path, force: bool, disturb: Callable[[], None]) -> None:
    plan = Plan(engines=("onnx",), lengths=(8,), budgets={"fast": parse_keep(KEEP)}, force=force)
    convert(tiny_model(), output, plan, progress=Disturbed(disturb))


@pytest.mark.slow  # as above with a converter, in the middle of which a test of its command puts something
def test_nothing_is_lost_where_convert_writes(tmp_path):
    done = []
    for seed in range(200):
        place = tmp_path / str(seed)
        place.mkdir()
        done.append(attempt(seed, place, write_bundle, convert_tiny))
    assert 20 < sum(done) < 180


class FitWatcher(Silent):
    """Calls a function in the middle of a fit, and once more at its last step but one."""

    def __init__(self, disturb: Callable[[], None]) -> None:
        self.disturb = disturb

    def begin(self, description: str, total: int | None = None, done: int = 0) -> None:
        if description in ("scoring", "re-train"):
            self.disturb()


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> FitOptions:
    """A fit of some steps."""
    place = tmp_path_factory.mktemp("task")
    write_task(place, rows=60)
    taught_model().save_pretrained(place / "taught")
    options = options_of(place / "taught", source_of(place / "train.tsv"), place / "example", Goal(target=0.5))
    return replace(options, fewest_steps=4)


@pytest.fixture(scope="module")
def write_fit(task: FitOptions) -> Callable[[Path, str], None]:
    """Writes a fit under a name of its own, in its record."""
    fit(task)

    def write(output: Path, name: str) -> None:
        with staged_directory(check_output(output, force=False, kind=FITTED)) as directory:
            for file in task.output.iterdir():
                text = file.read_bytes()
                if file.name == "fit.json":
                    text = text.replace(b'"model": "taught"', b'"model": "%s"' % name.encode())
                (directory / file.name).write_bytes(text)

    return write


@pytest.mark.slow  # test_fit_places.py has one of each kind
def test_nothing_is_lost_where_fit_writes(task, write_fit, tmp_path):
    done = []
    for seed in range(200):
        place = tmp_path / str(seed)
        place.mkdir()

        def make(output: Path, force: bool, disturb: Callable[[], None]) -> None:
            fit(replace(task, output=output, force=force), FitWatcher(disturb))

        done.append(attempt(seed, place, write_fit, make))
    assert 20 < sum(done) < 180
