"""The folders of a run on a device: its own while it lasts, and what stays of them."""

from contextlib import closing
from pathlib import Path

import pytest

from edge_power.profiling.devices.prepare.workplace import workplace
from edge_power.profiling.devices.reach.errors import LostConnectionError
from edge_power.profiling.devices.reach.local import LocalDevice
from edge_power.progress import Silent

NAME = "tiny-bundle-0123456789ab"


class Quiet(Silent):
    """Remembers the warnings of a run."""

    def __init__(self):
        self.warnings = []

    def line(self, text):
        self.warnings.append(text)


@pytest.fixture
def device():
    with closing(LocalDevice()) as found:
        # Below the temporary folder, which is not ours to remove.
        found.push(Path(__file__), f"{found.root}/other")
        yield found


def write(device, folder, text="weights"):
    Path(folder).mkdir(parents=True, exist_ok=True)
    (Path(folder) / "file").write_text(text)


def left(device):
    return sorted(path.name for path in Path(device.root).iterdir() if path.name != "other")


def test_nothing_stays_that_nobody_keeps(device):
    with workplace(device, NAME, keep=False, progress=Quiet()) as place:
        write(device, place.run)
        write(device, place.copy)
        assert len(left(device)) == 2
    assert left(device) == []


def test_what_is_kept_becomes_the_next_runs_own(device):
    with workplace(device, NAME, keep=True, progress=Quiet()) as first:
        write(device, first.copy)
    assert left(device) == [NAME]
    with workplace(device, NAME, keep=False, progress=Quiet()) as second:
        assert second.copy != first.copy
        assert (Path(second.copy) / "file").read_text() == "weights"
        assert left(device) == [Path(second.copy).name]
    assert left(device) == []


def test_two_at_a_time_do_not_meet(device):
    with workplace(device, NAME, keep=True, progress=Quiet()) as seed:
        write(device, seed.copy, "old")
    with workplace(device, NAME, keep=True, progress=Quiet()) as first:
        with workplace(device, NAME, keep=True, progress=Quiet()) as second:
            assert not Path(second.copy).exists()  # the first one has what was kept
            write(device, second.copy, "new")
        assert (Path(first.copy) / "file").read_text() == "old"
        assert (Path(device.root) / NAME / "file").read_text() == "new"
    # The later one replaces what the other kept, and is not moved into it.
    assert left(device) == [NAME]
    assert [path.name for path in (Path(device.root) / NAME).iterdir()] == ["file"]


def test_an_error_leaves_what_is_to_be_kept(device):
    with pytest.raises(KeyError), workplace(device, NAME, keep=True, progress=Quiet()) as place:
        write(device, place.copy)
        raise KeyError
    assert left(device) == [NAME]


def test_a_lost_connection_leaves_nothing_and_says_who_cleans_up(device, monkeypatch):
    def refuse(path):
        raise LostConnectionError("gone")

    watch = Quiet()
    with pytest.raises(LostConnectionError), workplace(device, NAME, keep=True, progress=watch) as place:
        write(device, place.copy)
        raise LostConnectionError("gone")
    assert (left(device), watch.warnings) == ([], [])
    monkeypatch.setattr(device, "remove", refuse)
    with pytest.raises(LostConnectionError), workplace(device, NAME, keep=True, progress=watch) as place:
        raise LostConnectionError("gone")
    assert watch.warnings == [
        f"warning: this machine removes {place.run} and {place.copy} itself, if it was measuring; see that it is gone"
    ]
