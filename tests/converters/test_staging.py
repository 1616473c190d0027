"""A bundle appears whole or not at all: refusals, failures, full disks and kills."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from edge_power_converters import ConversionError, OutputError, staged_directory
from edge_power_converters.staging import check_output

NOBODY = 65534


def write(directory: Path, content: str) -> None:
    (directory / "bundle.json").write_text(content, encoding="utf-8")


def stage(output: Path, content: str, *, force: bool = False) -> None:
    with staged_directory(output, force=force) as directory:
        write(directory, content)


def content_of(output: Path) -> str:
    return (output / "bundle.json").read_text(encoding="utf-8")


@pytest.fixture
def place(tmp_path):
    """A directory with a bundle in it, and beside it nothing."""
    stage(tmp_path / "bundle", "old")
    return tmp_path


def test_a_new_bundle(tmp_path):
    with staged_directory(tmp_path / "bundle", force=False) as directory:
        assert not (tmp_path / "bundle").exists()
        assert directory.parent == tmp_path
        assert not list(directory.iterdir())
        write(directory, "new")
        (directory / "onnx").mkdir()
    assert content_of(tmp_path / "bundle") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]
    assert (tmp_path / "bundle").stat().st_mode & 0o777 == 0o755


def test_a_bundle_that_is_there_is_refused_without_force(place):
    with pytest.raises(OutputError, match=r"bundle exists; add --force to replace it, or choose another --output"):
        stage(place / "bundle", "new")
    assert content_of(place / "bundle") == "old"


def test_force_replaces_a_bundle_whole(place):
    (place / "bundle" / "left-over").write_text("", encoding="utf-8")
    stage(place / "bundle", "new", force=True)
    assert [path.name for path in place.iterdir()] == ["bundle"]
    assert [path.name for path in (place / "bundle").iterdir()] == ["bundle.json"]
    assert content_of(place / "bundle") == "new"


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("kind", ["file", "directory", "empty directory", "dangling link"])
def test_what_is_no_bundle_is_never_replaced(tmp_path, kind, force):
    output = tmp_path / "thesis"
    match kind:
        case "file":
            output.write_text("three years", encoding="utf-8")
        case "directory":
            output.mkdir()
            (output / "chapter-1").write_text("three years", encoding="utf-8")
        case "empty directory":
            output.mkdir()
        case "dangling link":
            output.symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputError, match="thesis exists and is no bundle; choose another --output"):
        stage(output, "new", force=force)
    assert os.path.lexists(output)
    assert not (output / "bundle.json").exists()


@pytest.mark.parametrize("error", [ConversionError("bad"), ValueError("bug"), KeyboardInterrupt(), SystemExit(1)])
def test_a_failure_leaves_the_old_bundle_and_nothing_else(place, error):
    with pytest.raises(type(error)), staged_directory(place / "bundle", force=True) as directory:
        write(directory, "half")
        raise error
    assert content_of(place / "bundle") == "old"
    assert [path.name for path in place.iterdir()] == ["bundle"]


def test_a_failure_leaves_nothing_where_nothing_was(tmp_path):
    with pytest.raises(ConversionError), staged_directory(tmp_path / "bundle", force=False) as directory:
        write(directory, "half")
        raise ConversionError("bad")
    assert not list(tmp_path.iterdir())


def test_a_rename_that_fails_puts_the_old_bundle_back(place, monkeypatch):
    rename = Path.rename

    def fail_for_partial(self, target):
        if ".partial-" in self.name:
            raise OSError(errno.EIO, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_for_partial)
    with pytest.raises(OutputError, match="Input/output error"):
        stage(place / "bundle", "new", force=True)
    assert content_of(place / "bundle") == "old"
    assert [path.name for path in place.iterdir()] == ["bundle"]


def test_an_output_without_a_parent(tmp_path):
    with pytest.raises(OutputError, match=r"there is no directory .*absent; make it first"):
        stage(tmp_path / "absent" / "bundle", "new")
    assert not list(tmp_path.iterdir())


def test_a_parent_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match=r"there is no directory .*file; make it first"):
        stage(tmp_path / "file" / "bundle", "new")


@pytest.fixture
def as_nobody():
    """Give up root's rights for a test: root may write everywhere."""
    if os.getuid() != 0:
        yield
        return
    os.setresgid(NOBODY, NOBODY, 0)
    os.setresuid(NOBODY, NOBODY, 0)
    yield
    os.setresuid(0, 0, 0)
    os.setresgid(0, 0, 0)


@pytest.fixture
def locked():
    """A directory that everyone may enter and nobody may write in; pytest's own are closed to others."""
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o555)
    yield directory
    directory.chmod(0o755)
    shutil.rmtree(directory)


def test_a_parent_without_permission(locked, as_nobody):
    with pytest.raises(OutputError, match="no permission to write in"):
        check_output(locked / "bundle", force=False)
    with pytest.raises(OutputError, match="no permission to write in"):
        stage(locked / "bundle", "new")


def test_a_full_disk(small_disk):
    disk = small_disk(kilobytes=64)
    stage(disk / "bundle", "old")
    with (
        pytest.raises(OutputError, match="no space left on the disk of .*bundle; nothing was written, free some"),
        staged_directory(disk / "bundle", force=True) as directory,
    ):
        write(directory, "half")
        (directory / "weights.bin").write_bytes(bytes(100_000))
    assert content_of(disk / "bundle") == "old"
    assert [path.name for path in disk.iterdir()] == ["bundle"]


_SLOW_WRITER = """
import sys, time
from pathlib import Path
from edge_power_converters.staging import staged_directory

with staged_directory(Path(sys.argv[1]), force=True) as directory:
    (directory / "bundle.json").write_text("half")
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("old", [True, False])
def test_a_kill_leaves_the_old_bundle_or_none(tmp_path, old):
    output = tmp_path / "bundle"
    if old:
        stage(output, "old")
    with subprocess.Popen([sys.executable, "-c", _SLOW_WRITER, str(output)], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGKILL)
    assert (content_of(output) if old else output.exists()) == ("old" if old else False)
    stage(output, "new", force=True)
    assert content_of(output) == "new"


def test_what_a_killed_conversion_left_is_swept_up_and_nothing_else(tmp_path):
    output = tmp_path / "bundle"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = tmp_path / f".bundle.partial-{gone.pid}-abc"
    under_way = tmp_path / f".bundle.partial-{os.getpid()}-abc"
    another = tmp_path / f".bundle2.partial-{gone.pid}-abc"
    for directory in (left, under_way, another):
        directory.mkdir()
        (directory / "model.pte").write_bytes(b"half")
    with staged_directory(output, force=False) as directory:
        assert directory.name.startswith(f".bundle.partial-{os.getpid()}-")
        write(directory, "{}")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted((under_way.name, another.name, "bundle"))
