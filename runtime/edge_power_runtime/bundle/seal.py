"""bundle.json.sha256: the manifest's own digest, in a form that `sha256sum -c` checks."""

import hashlib
import re
from pathlib import Path

from edge_power_runtime.bundle.manifest import MANIFEST_FILE
from edge_power_runtime.errors import BundleError

SEAL_FILE = f"{MANIFEST_FILE}.sha256"

_SEAL = re.compile(rf"([0-9a-f]{{64}})  {re.escape(MANIFEST_FILE)}\n".encode())
# What is read of the file at most: a byte more than a seal has, which shows that it is none.
SEAL_BYTES = 64 + 2 + len(MANIFEST_FILE) + 1 + 1
_AFTER_AN_EDIT = f"after an edit of your own run there: sha256sum {MANIFEST_FILE} > {SEAL_FILE}"


def seal_of(manifest: bytes) -> bytes:
    """Give the content of bundle.json.sha256 for that of bundle.json."""
    return f"{hashlib.sha256(manifest).hexdigest()}  {MANIFEST_FILE}\n".encode()


def write_manifest(directory: Path, manifest: bytes) -> None:
    """Write bundle.json and its seal.

    Raises:
        OSError: one of them cannot be written.
    """
    (directory / MANIFEST_FILE).write_bytes(manifest)
    (directory / SEAL_FILE).write_bytes(seal_of(manifest))


def check_seal(directory: Path, manifest: bytes, seal: bytes) -> None:
    """Compare bundle.json with its seal, before anything that it says is believed.

    Args:
        directory: of the bundle, for messages.
        manifest: the content of bundle.json.
        seal: the content of bundle.json.sha256.

    Raises:
        BundleError: the seal is malformed or another's.
    """
    said = _SEAL.fullmatch(seal)
    if said is None:
        raise BundleError(
            f"{SEAL_FILE} in the bundle {directory} must be 64 lower-case hexadecimal digits, two blanks, "
            f"{MANIFEST_FILE} and a line feed; copy the bundle again, or {_AFTER_AN_EDIT}"
        )
    found, expected = hashlib.sha256(manifest).hexdigest(), said[1].decode()
    if found != expected:
        raise BundleError(
            f"{MANIFEST_FILE} in the bundle {directory} has the sha256 {found}, {SEAL_FILE} says {expected}; "
            f"one of them is damaged or altered: copy the bundle again, or {_AFTER_AN_EDIT}"
        )
