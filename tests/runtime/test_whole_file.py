"""A file is there whole or not at all."""

import os

import pytest

from edge_power_runtime.whole_file import write_whole


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
