"""Unpacks Debian's adbd and adb, with the libraries that they need, into .adbd beside this folder.

    python -m tests.machines.adbd_setup

Debian has packaged adbd since trixie; on a machine that has both installed, this is not needed. Nothing is installed.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from tests.machines.debian import InstallError, open_archive, run

TARGET = Path(__file__).resolve().parents[2] / ".adbd"
SUITE = "trixie"


def unpack(folder: Path, target: Path) -> None:
    """Download both and all that they depend on, and unpack them."""
    host = run(["dpkg", "--print-architecture"]).strip()
    environment = open_archive(folder, [(SUITE, host)])
    wanted = ["install", "--yes", "--no-install-recommends", "--download-only", "adbd", "adb"]
    run(["apt-get", "--quiet=2", "-o", "Debug::NoLocking=1", *wanted], environment)
    for package in sorted((folder / "cache/archives").glob("*.deb")):
        run(["dpkg-deb", "-x", str(package), str(target)])


def main() -> None:
    """Fill TARGET, unless it is there; an interrupted run leaves nothing."""
    if TARGET.exists():
        return
    with tempfile.TemporaryDirectory(prefix="adbd-") as folder:
        partial = Path(tempfile.mkdtemp(prefix=".adbd-", dir=TARGET.parent))
        try:
            unpack(Path(folder) / "apt", partial)
            partial.chmod(0o755)
            partial.rename(TARGET)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


if __name__ == "__main__":
    try:
        main()
    except InstallError as error:
        sys.exit(f"error: cannot unpack adbd: {error}")
