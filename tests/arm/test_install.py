"""What the set-up script says where it cannot work; that it works is seen by every other test here."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from tests.arm.install import install
from tests.machines.debian import KEYRING, InstallError, apt_settings, debian_mirror, debian_source

needs_apt = pytest.mark.skipif(not (shutil.which("apt-get") and KEYRING.exists()), reason="needs Debian's apt")


def command(folder: Path, name: str, script: str) -> None:
    """Put a command before all others on the PATH that the test has set."""
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(stat.S_IRWXU)


def test_no_debian_is_told_and_nothing_is_touched(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    kept = tmp_path / "arm/kept"
    kept.parent.mkdir()
    kept.touch()
    with pytest.raises(InstallError, match=r"it takes Debian, with apt-get, dpkg-deb and .*; found "):
        install(kept.parent)
    assert kept.exists()


@needs_apt
def test_mirror_is_that_of_this_machines_release():
    assert debian_mirror().split("://")[0] in ("http", "https", "file", "copy", "cdrom", "mirror+file")
    assert "/dists/" not in debian_mirror()


@needs_apt
def test_sources_without_this_release_are_told(tmp_path, monkeypatch):
    command(tmp_path, "apt-get", "echo \"'http://mirror.example/debian/dists/other/InRelease' other_InRelease 0\"")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(InstallError, match=r"apt's sources name no archive of this machine's release '\w*'"):
        debian_mirror()


@needs_apt
def test_failed_download_is_one_line_and_leaves_no_stamp(tmp_path, monkeypatch):
    arm = tmp_path / "arm"
    monkeypatch.setattr("tests.machines.debian.debian_mirror", lambda: f"file://{tmp_path}/absent")
    with pytest.raises(InstallError) as caught:
        install(arm)
    assert str(caught.value).startswith(
        "apt-get --quiet=2 --error-on=any update ... failed; is there a network? It said:"
    )
    assert "\n" not in str(caught.value)
    assert not (arm / ".installed").exists()


@needs_apt
def test_apt_keeps_to_its_folder(tmp_path):
    settings = apt_settings(tmp_path, ["arm64"])
    for name in ("Dir::State", "Dir::State::Status", "Dir::Cache", "Dir::Etc::SourceList"):
        assert f'{name} "{tmp_path}' in settings
    assert 'APT::Architectures:: "arm64";' in settings
    assert 'Dir::Etc::Parts "/dev/null";' in settings, "hooks of the machine would run"


def test_source_names_release_and_architecture():
    assert debian_source("http://mirror.example/debian", "trixie", "amd64").splitlines() == [
        "Types: deb",
        "URIs: http://mirror.example/debian",
        "Suites: trixie",
        "Components: main",
        "Architectures: amd64",
        f"Signed-By: {KEYRING}",
    ]
