"""Copies a bundle to a device: only the files that the device lacks, and only whole."""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from edge_power.profiling.devices.reach.device import Device
from edge_power.profiling.devices.reach.errors import DeviceError
from edge_power_runtime import Bundle, BundleError
from edge_power_runtime.bundle.checks.manifest import read_manifest
from edge_power_runtime.bundle.files import FileEntry
from edge_power_runtime.bundle.manifest import MANIFEST_FILE
from edge_power_runtime.bundle.seal import SEAL_FILE, seal_of
from edge_power_runtime.errors import InputError

# What a disk should have left after copying: its file system's own needs, and the report.
_SPARE_BYTES = 8_000_000


@dataclass(frozen=True, slots=True)
class Shipment:
    """What a device needs of a bundle.

    Attributes:
        bundle: the opened bundle.
        manifest: the bytes of bundle.json as they were when the bundle was opened.
        files: what goes along, without bundle.json and its seal.
    """

    bundle: Bundle
    manifest: bytes
    files: tuple[FileEntry, ...]

    @classmethod
    def of(cls, bundle: Bundle, *, engines: Collection[str] = (), precisions: Collection[str] = ()) -> "Shipment":
        """Choose the files of a bundle.

        Args:
            bundle: on this machine.
            engines: whose artifacts go along; empty for all, those among them that this runtime does not know.
            precisions: likewise.

        Raises:
            BundleError: a file is missing or altered here already.
        """
        artifacts = [
            artifact
            for artifact in bundle.manifest.every_artifact
            if (not engines or artifact.engine in engines) and (not precisions or artifact.precision in precisions)
        ]
        entries = (*bundle.manifest.files, *(entry for artifact in artifacts for entry in artifact.files))
        files = tuple({entry.path: entry for entry in entries}.values())
        bundle.check(files)
        shipment = cls(bundle, _manifest(bundle), files)
        if read_manifest(shipment.manifest) != bundle.manifest:
            raise _changed(shipment)
        return shipment

    @property
    def digests(self) -> dict[str, str]:
        """The sha256 of every file, by its path."""
        listed = {entry.path: entry.sha256 for entry in self.files}
        return listed | {name: hashlib.sha256(content).hexdigest() for name, content in self.written.items()}

    @property
    def written(self) -> dict[str, bytes]:
        """The files that no other lists, with their content; bundle.json is the last, and makes a copy a bundle."""
        return {SEAL_FILE: seal_of(self.manifest), MANIFEST_FILE: self.manifest}

    @property
    def folder(self) -> str:
        """A name for the copy: the same for every version of a bundle, so that what did not change is not copied."""
        place = hashlib.sha256(str(self.bundle.path.absolute()).encode()).hexdigest()[:12]
        readable = re.sub(r"[^A-Za-z0-9._-]+", "-", self.bundle.path.absolute().name).strip("-.")[:40]
        return f"{readable or 'bundle'}-{place}"


def sync(device: Device, shipment: Shipment, folder: str, *, step: Callable[[str], None], scratch: Path) -> int:
    """Make `folder` on a device a copy of the bundle.

    Args:
        device: where.
        shipment: what.
        folder: on the device; files in it that are no part of the bundle are removed.
        step: called with the name of each file before it is copied.
        scratch: a folder here for the manifest's copy.

    Returns:
        How many files were copied.

    Raises:
        InputError: there is no room.
        BundleError: the bundle was changed meanwhile.
        DeviceError: the device fails, or the copy is not what was sent.
    """
    wanted, there = shipment.digests, device.digests(folder)
    missing = [entry for entry in shipment.files if there.get(entry.path) != entry.sha256]
    _check_room(device, folder, missing)
    for path in sorted(there.keys() - wanted.keys()):
        device.remove(f"{folder}/{path}")  # of an earlier version of the bundle: the folder is a copy of ours
    for entry in missing:
        step(entry.path)
        _push(device, shipment, entry, f"{folder}/{entry.path}")
    lacking = [name for name in shipment.written if there.get(name) != wanted[name]]
    for name in lacking:
        (scratch / name).write_bytes(shipment.written[name])
        device.push(scratch / name, f"{folder}/{name}")
    if missing or lacking:
        _check_copy(shipment, wanted, device.digests(folder), device.name)
    return len(missing) + len(lacking)


def _push(device: Device, shipment: Shipment, entry: FileEntry, target: str) -> None:
    try:
        device.push(shipment.bundle.resolve(entry.path), target)
    except BundleError as error:  # it was there a moment ago
        raise _changed(shipment) from error


def _check_room(device: Device, folder: str, missing: Collection[FileEntry]) -> None:
    needed = sum(entry.size_bytes for entry in missing)
    if not missing:
        return
    free = device.free_bytes(folder)
    if needed + _SPARE_BYTES > free:
        raise InputError(
            f"no room on {device.name}: the bundle needs {needed / 1e6:.1f} MB and {_SPARE_BYTES / 1e6:.0f} MB to "
            f"spare, {free / 1e6:.1f} MB are free; make room, or choose fewer `engines` or `precisions`"
        )


def _check_copy(shipment: Shipment, wanted: Mapping[str, str], found: Mapping[str, str], name: str) -> None:
    """Refuse a copy that is not what was sent, and one whose original is another by now, though it be whole."""
    wrong = sorted(path for path in wanted.keys() | found.keys() if wanted.get(path) != found.get(path))
    try:
        if wrong:
            shipment.bundle.check(shipment.files)
        unchanged = _manifest(shipment.bundle) == shipment.manifest
    except BundleError as error:
        raise _changed(shipment) from error
    if not unchanged:
        raise _changed(shipment)
    if wrong:
        raise DeviceError(f"{wrong[0]} arrived damaged on {name}; run it again, and check the device's disk")


def _changed(shipment: Shipment) -> BundleError:
    return BundleError(f"the bundle {shipment.bundle.path} was changed while it was copied; run it again")


def _manifest(bundle: Bundle) -> bytes:
    try:
        return bundle.resolve(MANIFEST_FILE).read_bytes()
    except OSError as error:
        raise BundleError(f"cannot read {bundle.path / MANIFEST_FILE}: {error.strerror or error}") from error
