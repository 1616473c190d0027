"""A report's place is looked at before anything is measured."""

import os
from pathlib import Path

import pytest

from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.report.file import check_target, load_report, write_file
from tests.profile_records import report


def test_a_report_comes_back_as_it_was_written(tmp_path):
    target = tmp_path / "report.json"
    check_target(target)
    write_file(target, report().to_json())
    assert load_report(str(target)) == report()


def test_what_cannot_be_read_or_written_is_told(tmp_path):
    with pytest.raises(InputError, match="cannot read .*none.json: No such file"):
        load_report(str(tmp_path / "none.json"))
    with pytest.raises(InputError, match="cannot write .*: Is a directory"):
        write_file(tmp_path, "text")


def test_places_that_take_no_file_are_refused(tmp_path):
    with pytest.raises(InputError, match="it is a directory; name a file"):
        check_target(tmp_path)
    with pytest.raises(InputError, match="there is no directory .*gone; make it first"):
        check_target(tmp_path / "gone" / "report.json")


def test_a_read_only_folder_is_refused(tmp_path, monkeypatch):
    # Permissions do not stop root, as which these tests may run, so the system's answer stands in for them.
    monkeypatch.setattr(os, "access", lambda path, mode: not (path == tmp_path.resolve() and mode == os.W_OK))
    with pytest.raises(InputError, match="is read-only; choose another"):
        check_target(tmp_path / "report.json")


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="there are no device files on this system")
def test_a_device_needs_no_place_beside_it(monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # as for a user who may not write into /dev
    check_target(Path(os.devnull))
