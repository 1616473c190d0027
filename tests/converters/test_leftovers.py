"""What kills leave: swept or put back where it is proven to be ours, and left alone where it is not."""

import os
import signal
from pathlib import Path

import pytest

from edge_power_converters import OutputError
from edge_power_converters.output import workdir
from edge_power_converters.output.ownership import BUNDLE, remove_listed
from edge_power_converters.output.staging import check_output, staged_directory
from edge_power_converters.output.workdir import WorkDirectory, work_directory
from tests.bundles import checked_name, write_bundle


def die(output: str, state: str) -> None:
    """Be killed with a work directory in a state that it passes through."""
    with work_directory(Path(output), BUNDLE) as work:
        (work.new / "model.pte").write_bytes(b"half")
        (work.side / "second-process").mkdir()
        (work.side / "second-process" / "job.json").write_text("{}")
        if state != "making":
            write_bundle(work.new, "new")
            work.new.rename(work.ready)
        if state == "between":
            Path(output).rename(work.old)
        if state == "removing":
            (work.ready / "model.pte").unlink()
            (work.ready / "golden.json").unlink()
        if state in ("removed", "something came"):
            remove_listed(work.ready, BUNDLE)
            work.ready.mkdir()
        if state == "something came":
            (work.ready / "notes.txt").write_text("mine")
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def kill(forker):
    def die_in(output: Path, state: str) -> None:
        forker.start(die, str(output), state)
        assert forker.wait() == -signal.SIGKILL

    return die_in


def names_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


@pytest.mark.parametrize("state", ["making", "ready", "removing", "removed"])
def test_what_a_kill_left_goes_at_the_next_run(tmp_path, state, kill):
    output = tmp_path / "bundle"
    write_bundle(output, "old")
    kill(output, state)
    assert len(names_in(tmp_path)) == 2
    check_output(output, force=True)
    assert names_in(tmp_path) == ["bundle"]
    assert checked_name(output) == "old"


def test_a_bundle_that_was_taken_away_comes_back(tmp_path, kill):
    """Killed between the two renames of a system without an exchange."""
    output = tmp_path / "bundle"
    write_bundle(output, "old")
    kill(output, "between")
    assert not output.exists()
    with pytest.raises(OutputError, match="exists; add `force`"):
        check_output(output, force=False)
    assert names_in(tmp_path) == ["bundle"]
    assert checked_name(output) == "old"


@pytest.mark.parametrize("now", ["new", None])
def test_a_bundle_that_was_taken_away_goes_where_the_new_one_is_whole(tmp_path, now, kill):
    output = tmp_path / "bundle"
    write_bundle(output, "old")
    kill(output, "between")
    if now is None:
        output.write_text("somebody else's")
    else:
        write_bundle(output, now)
    with pytest.raises(OutputError):
        check_output(output, force=False)
    left = [checked_name(path) for path in tmp_path.glob(".bundle.edge-power-*/old")]
    assert left == ([] if now else ["old"])


def test_what_is_not_listed_stays_whoever_put_it_there(tmp_path, kill):
    kill(tmp_path / "bundle", "something came")
    check_output(tmp_path / "bundle", force=False)
    (left,) = tmp_path.glob(".bundle.edge-power-*/ready/notes.txt")
    assert left.read_text() == "mine"


def test_what_is_under_way_is_left_alone(tmp_path):
    output = tmp_path / "bundle"
    with staged_directory(check_output(output, force=False)) as first:
        write_bundle(first, "first")
        check_output(output, force=False)
        assert checked_name(first) == "first"
    assert checked_name(output) == "first"


def test_another_output_s_is_left_alone(tmp_path, kill):
    kill(tmp_path / "bundle", "making")
    check_output(tmp_path / "bundle2", force=False)
    check_output(tmp_path / "bund", force=False)
    assert len(names_in(tmp_path)) == 1


def test_another_machine_s_is_left_alone(tmp_path, monkeypatch, kill):
    """Where a file system is shared, and one machine does not see the other's locks."""
    kill(tmp_path / "bundle", "making")
    with monkeypatch.context() as patch:
        patch.setattr(workdir, "_machine", lambda: "another\nanother-boot\n")
        check_output(tmp_path / "bundle", force=False)
        assert len(names_in(tmp_path)) == 1
    check_output(tmp_path / "bundle", force=False)
    assert not names_in(tmp_path)


@pytest.mark.parametrize("lock", [None, ""])
def test_what_was_killed_before_it_could_say_anything(tmp_path, lock):
    with work_directory(tmp_path / "bundle", BUNDLE) as work:
        name = work.path.name
    left = WorkDirectory(tmp_path / name)
    left.path.mkdir()
    if lock is not None:
        left.lock.write_text(lock)
    check_output(tmp_path / "bundle", force=False)
    assert not names_in(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        ".bundle.edge-power-0123abcd-0123abcd",
        ".bundle.edge-power-mine",
        ".bundle.partial-1234-x",
        ".bundle.partial-4194304-abcdefgh",
        ".bundle.replaced-x",
        ".bundle.replaced-abcdefgh",
        "bundle.old",
    ],
)
@pytest.mark.parametrize("holding", ["nothing", "files", "a bundle", "a link"])
def test_a_name_like_ours_proves_nothing(tmp_path, name, holding):
    mine, output = tmp_path / name, tmp_path / "bundle"
    if holding == "a link":
        (tmp_path / "elsewhere").mkdir()
        mine.symlink_to("elsewhere")
    else:
        mine.mkdir()
    if holding == "files":
        (mine / "lock").write_text("mine")
        (mine / "new").mkdir()
        (mine / "new" / "notes.txt").write_text("mine")
        (mine / "bundle").write_text("mine")
    elif holding == "a bundle":
        write_bundle(mine / "bundle", "mine")
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
    with staged_directory(check_output(output, force=True)) as directory:
        write_bundle(directory, "new")
    with staged_directory(check_output(output, force=True)) as directory:
        write_bundle(directory, "newer")
    after = {path.relative_to(tmp_path) for path in tmp_path.rglob("*")}
    assert after.issuperset(before)
    assert len([path for path in tmp_path.iterdir()]) == len([path for path in before if len(path.parts) == 1]) + 1


# What early versions left, under `.NAME.replaced-` and the eight characters of mkdtemp, which makes it for its owner.


@pytest.fixture
def replaced(tmp_path):
    left = tmp_path / ".bundle.replaced-abcd_123"
    left.mkdir()
    left.chmod(0o700)
    write_bundle(left / "bundle", "old")
    return left


def test_an_early_version_s_bundle_comes_back(tmp_path, replaced):
    with pytest.raises(OutputError, match="exists; add `force`"):
        check_output(tmp_path / "bundle", force=False)
    assert names_in(tmp_path) == ["bundle"]
    assert checked_name(tmp_path / "bundle") == "old"


def test_a_part_of_an_early_version_s_bundle_does_not(tmp_path, replaced):
    (replaced / "bundle" / "model.pte").unlink()
    check_output(tmp_path / "bundle", force=False)
    assert names_in(tmp_path) == [replaced.name]


def test_an_early_version_s_bundle_goes_where_there_is_another(tmp_path, replaced):
    (replaced / "bundle" / "model.pte").unlink()  # its removal had begun
    write_bundle(tmp_path / "bundle", "new")
    check_output(tmp_path / "bundle", force=True)
    assert names_in(tmp_path) == ["bundle"]
    assert checked_name(tmp_path / "bundle") == "new"


def test_an_early_version_s_bundle_stays_where_more_is_in_it(tmp_path, replaced):
    (replaced / "bundle" / "notes.txt").write_text("mine")
    write_bundle(tmp_path / "bundle", "new")
    check_output(tmp_path / "bundle", force=True)
    assert names_in(tmp_path) == [replaced.name, "bundle"]
    assert (replaced / "bundle" / "notes.txt").read_text() == "mine"
    assert os.listdir(replaced) == ["bundle"]
