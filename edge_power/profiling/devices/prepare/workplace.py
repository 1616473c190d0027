"""The folders of one run on a device: its own, so that two runs at a time do not meet in them."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from edge_power.profiling.devices.reach.device import Device, output
from edge_power.profiling.devices.reach.errors import DeviceError, LostConnectionError
from edge_power.progress import Progress

# All three names are ours alone: two end in random digits of this run, the kept copy's in digits of a digest
# (`Shipment.folder`), in a folder that is called edge-power. So what a rename or a removal takes is a copy of ours.
#
# A rename is one step for the file system, so of two runs that want the kept copy one gets it. Whoever renames onto a
# folder that is there would move into it: it goes first, and nobody uses it where it lies.
_TAKE = 'mkdir -p "${2%/*}" && { mv "$1" "$2" 2>/dev/null || true; }'
_KEEP = '[ -d "$1" ] || exit 0; rm -rf "$2" && mv "$1" "$2"'


@dataclass(frozen=True, slots=True)
class Workplace:
    """Folders on a device that are one run's alone.

    Attributes:
        run: for texts, inputs and the report.
        copy: for the bundle.
    """

    run: str
    copy: str

    @property
    def folders(self) -> tuple[str, str]:
        """All, to remove them."""
        return self.run, self.copy


@contextmanager
def workplace(device: Device, name: str, *, keep: bool, progress: Progress) -> Iterator[Workplace]:
    """Give a run its folders, and remove them, whatever happens; a lost connection is made once more for that.

    A copy of the bundle that an earlier run kept becomes this run's own. A second run at the same time finds none, and
    copies the bundle anew.

    Args:
        device: where.
        name: of the kept copy.
        keep: leave the copy under that name for the next run, unless the connection is lost.
        progress: is told of it, and of what cannot be removed.
    """
    token, kept = secrets.token_hex(6), f"{device.root}/{name}"
    place = Workplace(f"{device.root}/run-{token}", f"{device.root}/copy-{token}")
    lost = False
    try:
        _say(device, "make a folder", _TAKE, kept, place.copy)
        yield place
    except LostConnectionError:
        lost = True
        raise
    finally:
        progress.begin("cleaning up")
        if keep and not lost:
            _keep(device, place.copy, kept, progress)
        _clean_up(device, place, progress, lost=lost)


def _keep(device: Device, copy: str, kept: str, progress: Progress) -> None:
    try:
        _say(device, "keep the bundle", _KEEP, copy, kept)
    except DeviceError as error:
        progress.line(f"warning: {error}")


def _clean_up(device: Device, place: Workplace, progress: Progress, *, lost: bool) -> None:
    left = [folder for folder in place.folders if not _is_removed(device, folder)]
    if left and lost:
        progress.line(
            f"warning: {device.name} removes {' and '.join(left)} itself, if it was measuring; see that it is gone"
        )
    elif left:
        progress.line(f"warning: could not remove {' and '.join(left)} on {device.name}; remove it by hand")


def _say(device: Device, what: str, script: str, *words: str) -> None:
    status, lines = output(device, ["sh", "-c", script, "sh", *words])
    if status != 0:
        raise DeviceError(f"cannot {what} on {device.name}: {' '.join(lines[-1:]) or f'exit status {status}'}")


def _is_removed(device: Device, folder: str) -> bool:
    try:
        device.remove(folder)
    except DeviceError:
        return False
    return True
