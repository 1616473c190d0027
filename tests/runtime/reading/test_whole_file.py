"""A file is there whole or not at all."""

import os
import stat
import subprocess
import sys

import pytest

from edge_power_runtime.errors import InputError
from edge_power_runtime.reading.whole_file import refuse_inputs, write_whole


def test_text_replaces_what_was_there(tmp_path):
    target = tmp_path / "a.json"
    target.write_text("a longer text that was there before", encoding="utf-8")
    write_whole(target, "漢字\n")
    assert target.read_bytes() == "漢字\n".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_bytes_are_written_as_they_are(tmp_path):
    target = tmp_path / "a.npy"
    write_whole(target, b"\x93NUMPY\r\n")
    assert target.read_bytes() == b"\x93NUMPY\r\n"


def test_text_that_cannot_be_encoded_leaves_the_old_file(tmp_path):
    target = tmp_path / "a.json"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(UnicodeEncodeError):
        write_whole(target, "new \ud800")
    assert target.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_link_stays_a_link(tmp_path):
    target, link = tmp_path / "a.json", tmp_path / "link.json"
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)
    write_whole(link, "new")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "link.json"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes on this system")
def test_a_pipe_is_written_to_and_stays(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, "text")
        assert os.read(reading, 100) == b"text"
    finally:
        os.close(reading)
    assert pipe.is_fifo()


def test_a_place_that_takes_no_file_leaves_nothing(tmp_path):
    target = tmp_path / "a.json"
    target.mkdir()
    with pytest.raises(OSError, match="a.json"):
        write_whole(target, "text")
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "gone" / "a.json", "text")


def test_the_permissions_of_what_was_there_stay(tmp_path):
    target = tmp_path / "a.json"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o600)
    write_whole(target, "new")
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_file_with_the_temporary_name_of_early_versions_stays(tmp_path):
    mine = tmp_path / f".a.json.partial-{os.getpid()}"
    mine.write_text("mine", encoding="utf-8")
    write_whole(tmp_path / "a.json", "new")
    assert mine.read_text(encoding="utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == [mine.name, "a.json"]


@pytest.mark.parametrize("name", ["a" * 255, "\N{CJK UNIFIED IDEOGRAPH-6F22}" * 85])
def test_the_longest_name_that_there_can_be(tmp_path, name):
    write_whole(tmp_path / name, "new")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_disk_is_no_file(tmp_path):
    disk = tmp_path / "disk"
    try:
        os.mknod(disk, stat.S_IFBLK | 0o600, os.makedev(7, 250))  # a loop device that nobody has set up
    except (AttributeError, PermissionError):
        pytest.skip("only Linux's root makes a device")
    with pytest.raises(OSError, match="it is a disk, and no file"):
        write_whole(disk, "text")


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="there is no /dev/stdout on this system")
def test_a_file_that_a_shell_opened_is_written_and_not_replaced(tmp_path):
    """`command --json /dev/stdout > a.json`: what else the command prints goes to the same file."""
    target = tmp_path / "a.json"
    script = (
        "import pathlib, edge_power_runtime.reading.whole_file as w; w.write_whole(pathlib.Path('/dev/stdout'), 'text')"
    )
    with target.open("wb") as stream:
        inode = target.stat().st_ino
        subprocess.run([sys.executable, "-c", script], stdout=stream, check=True)
    assert target.read_text(encoding="utf-8") == "text"
    assert target.stat().st_ino == inode


def test_what_is_read_is_not_written_over(tmp_path):
    (tmp_path / "bundle" / "onnx").mkdir(parents=True)
    file, inside = tmp_path / "a.json", tmp_path / "bundle" / "onnx" / "model.onnx"
    for path in (file, inside):
        path.write_text("read", encoding="utf-8")
    (tmp_path / "link.json").symlink_to(file)
    for target, source in ((file, file), (tmp_path / "link.json", file), (inside, tmp_path / "bundle")):
        with pytest.raises(InputError, match="is read by this command, and would be replaced; choose another name"):
            refuse_inputs(target, [None, source])
    refuse_inputs(tmp_path / "bundle" / "new.html", [tmp_path / "bundle"])
    refuse_inputs(file, [tmp_path / "bundle", tmp_path / "absent", "-", None])
