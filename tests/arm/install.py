"""Makes a 64-bit ARM environment: an emulator, and an arm64 Python with the runtime's requirements and pytest.

    python tests/arm/install.py     makes .arm anew; .arm/root/usr/bin/python is then an ARM Python that runs here

Nothing is installed on this machine and nothing needs root. Debian's packages are downloaded and checked by apt, with
settings and lists of its own, from the mirror that this machine uses; they and the wheels are only unpacked.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / ".arm"

# Debian 13 has qemu 10, linked statically, so it runs on older releases too. Debian 12 is the one with Python 3.11.
EMULATOR_RELEASE, EMULATOR = "trixie", "qemu-user"
PYTHON_RELEASE = "bookworm"
PYTHON_PACKAGES = (
    "python3.11-minimal",
    "libpython3.11-minimal",
    "libpython3.11-stdlib",
    "libc6",
    "libgcc-s1",
    "libstdc++6",
    "libbz2-1.0",
    "libexpat1",
    "libffi8",
    "liblzma5",
    "libssl3",
    "libuuid1",
    "zlib1g",
)
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# What glibc 2.36 of Debian 12 can load, newest first.
WHEEL_PLATFORMS = tuple(f"manylinux{tag}_aarch64" for tag in ("_2_28", "_2_27", "_2_17", "2014"))

# onnx makes the toy graphs. Without hypothesis the fuzzed readers are skipped: they are the same Python everywhere.
TEST_PACKAGES = ("pytest", "onnx")

# Named by its place in the root, Python finds its library and the packages from there, without PYTHONHOME. As
# sys.executable it starts a subprocess in the emulator too. It keeps its bytecode: compiling numpy and pytest takes
# the emulator 6 seconds. The processor is that of a Raspberry Pi 5 and of many phones; of qemu's own invention,
# its default, ONNX Runtime warns that it does not know the vendor.
LAUNCHER = """#!/bin/sh
unset PYTHONDONTWRITEBYTECODE
export QEMU_CPU="${QEMU_CPU:-cortex-a76}"
root=$(dirname "$0")/../..
exec "$root/../qemu-aarch64" -L "$root" -0 "$0" "$root/usr/bin/python3.11" "$@"
"""


class InstallError(Exception):
    """What is missing, in one line."""


def install(folder: Path) -> None:
    """Make the environment in `folder`, whatever was there before.

    Raises:
        InstallError: this machine is no Debian, or a download failed.
    """
    mirror = debian_mirror()
    if folder.exists():
        shutil.rmtree(folder)
    root = folder / "root"
    packages = root / "usr/local/lib/python3.11/dist-packages"
    packages.mkdir(parents=True)
    for deb in download_debs(folder / "apt", mirror):
        if deb.name.startswith(f"{EMULATOR}_"):
            unpack_emulator(deb, folder / "qemu-aarch64")
        else:
            run(["dpkg-deb", "-x", str(deb), str(root)])
    shutil.rmtree(folder / "apt")
    install_wheels(packages)
    # As an editable install does it: the runtime is read from this checkout.
    (packages / "edge_power_runtime.pth").write_text(f"{os.path.relpath(REPOSITORY / 'runtime', packages)}\n")
    launcher = root / "usr/bin/python"
    launcher.write_text(LAUNCHER)
    launcher.chmod(0o755)


def download_debs(folder: Path, mirror: str) -> list[Path]:
    """Download the packages of both releases with an apt that knows of nothing installed."""
    host = run(["dpkg", "--print-architecture"]).strip()
    for part in ("state/lists/partial", "cache/archives/partial", "debs"):
        (folder / part).mkdir(parents=True)
    (folder / "status").touch()
    sources = [debian_source(mirror, EMULATOR_RELEASE, host), debian_source(mirror, PYTHON_RELEASE, "arm64")]
    (folder / "debian.sources").write_text("\n".join(sources))
    (folder / "apt.conf").write_text(apt_settings(folder))
    environment = {**os.environ, "APT_CONFIG": str(folder / "apt.conf")}
    run(["apt-get", "--quiet=2", "--error-on=any", "update"], environment)
    names = [f"{EMULATOR}:{host}", *(f"{name}:arm64" for name in PYTHON_PACKAGES)]
    run(["apt-get", "--quiet=2", "download", *names], environment, cwd=folder / "debs")
    return sorted((folder / "debs").iterdir())


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


def apt_settings(folder: Path) -> str:
    """Settings that keep apt inside `folder`: no hooks of this machine, but its proxy and its rules of validity."""
    settings = {
        "Dir::Etc::Main": "/dev/null",
        "Dir::Etc::Parts": "/dev/null",
        "Dir::Etc::SourceList": folder / "debian.sources",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State": folder / "state",
        "Dir::State::Status": folder / "status",
        "Dir::Cache": folder / "cache",
        "APT::Architectures::": "arm64",
        "APT::Sandbox::User": "root",  # apt's own user cannot write into the checkout
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
    }
    ours = [f'{name} "{value}";' for name, value in settings.items()]
    theirs = run(["apt-config", "dump", "Acquire"]).splitlines()
    return (
        "\n".join([*ours, *(line for line in theirs if line.startswith(("Acquire::http", "Acquire::Check-")))]) + "\n"
    )


def unpack_emulator(deb: Path, target: Path) -> None:
    """Unpack the one emulator that we need of the dozens in the package; it comes early, so the rest is not read."""
    with (
        subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE) as process,
        tarfile.open(fileobj=process.stdout, mode="r|") as archive,
    ):
        for member in archive:
            content = archive.extractfile(member) if member.name == "./usr/bin/qemu-aarch64" else None
            if content is not None:
                target.write_bytes(content.read())
                target.chmod(0o755)
                process.kill()
                return
    raise InstallError(f"{deb.name} holds no usr/bin/qemu-aarch64")


def install_wheels(target: Path) -> None:
    """Unpack what the runtime requires with ONNX Runtime and LiteRT, and what its tests use, as wheels for arm64."""
    project = tomllib.loads((REPOSITORY / "runtime/pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    command = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
    command += ["--no-warn-conflicts", "--no-compile", "--target", str(target)]
    command += ["--only-binary=:all:", "--implementation=cp", "--python-version=3.11"]
    command += [f"--platform={name}" for name in WHEEL_PLATFORMS]
    run([*command, *project["dependencies"], *extras["onnx"], *extras["tflite"], *TEST_PACKAGES])


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


if __name__ == "__main__":
    try:
        install(FOLDER)
    except InstallError as error:
        sys.exit(f"error: cannot make the ARM environment: {error}")
