"""Packages of any Debian release and architecture, downloaded and checked by apt, and installed nowhere.

They come from the mirror that this machine's own packages come from, by an apt with settings and lists of its own.
"""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


class InstallError(Exception):
    """What is missing, in one line."""


def open_archive(folder: Path, parts: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Make an apt in `folder` that knows of nothing installed, and fetch its lists.

    Args:
        folder: made; what apt downloads with dependencies lies in its cache/archives.
        parts: release and architecture, such as trixie and arm64.

    Returns:
        The environment in which apt-get is that one.

    Raises:
        InstallError: this machine is no Debian, or a download failed.
    """
    mirror = debian_mirror()
    for part in ("state/lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True)
    (folder / "status").touch()
    (folder / "debian.sources").write_text("\n".join(debian_source(mirror, *part) for part in parts))
    (folder / "apt.conf").write_text(apt_settings(folder, dict.fromkeys(architecture for _, architecture in parts)))
    environment = {**os.environ, "APT_CONFIG": str(folder / "apt.conf")}
    run(["apt-get", "--quiet=2", "--error-on=any", "update"], environment)
    return environment


def debian_mirror() -> str:
    """Address of the archive that this machine's own packages come from; it has the other releases too."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb") and KEYRING.exists()):
        raise InstallError(f"it takes Debian, with apt-get, dpkg-deb and {KEYRING}; found {platform.platform()}")
    release = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    # What apt would fetch: it reads both formats of its sources, and asks nobody.
    listed = run(["apt-get", "-o", "Debug::NoLocking=1", "--print-uris", "update"])
    found = re.search(rf"^'(\S+)/dists/{re.escape(release)}/", listed, re.MULTILINE)
    if not (release and found):
        raise InstallError(f"apt's sources name no archive of this machine's release {release!r}; see sources.list(5)")
    return found[1]


def debian_source(mirror: str, release: str, architecture: str) -> str:
    """One entry of apt's sources, in deb822 format."""
    fields = {
        "Types": "deb",
        "URIs": mirror,
        "Suites": release,
        "Components": "main",
        "Architectures": architecture,
        "Signed-By": KEYRING,
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


def apt_settings(folder: Path, architectures: Iterable[str]) -> str:
    """Settings that keep apt inside `folder`: no hooks of this machine, but its proxy and its rules of validity."""
    settings = {
        "Dir::Etc::Main": "/dev/null",
        "Dir::Etc::Parts": "/dev/null",
        "Dir::Etc::SourceList": folder / "debian.sources",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State": folder / "state",
        "Dir::State::Status": folder / "status",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root",  # apt's own user cannot write into the checkout
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
    }
    ours = [f'{name} "{value}";' for name, value in settings.items()]
    ours += [f'APT::Architectures:: "{name}";' for name in architectures]
    theirs = run(["apt-config", "dump", "Acquire"]).splitlines()
    return (
        "\n".join([*ours, *(line for line in theirs if line.startswith(("Acquire::http", "Acquire::Check-")))]) + "\n"
    )


def run(command: list[str], environment: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    """What a command printed.

    Raises:
        InstallError: it failed.
    """
    found = subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True)
    if found.returncode:
        said = " ".join((found.stderr or found.stdout).split())
        raise InstallError(f"{' '.join(command[:4])} ... failed; is there a network? It said: {said[-500:]}")
    return found.stdout
