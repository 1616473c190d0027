"""Makes a 64-bit ARM environment: an emulator, and an arm64 Python with the runtime's requirements and pytest.

    python -m tests.arm.install     makes .arm anew; .arm/root/usr/bin/python is then an ARM Python that runs here

Nothing is installed on this machine and nothing needs root. Debian's packages are downloaded and checked by apt, with
settings and lists of its own, from the mirror that this machine uses; they and the wheels are only unpacked.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

from tests.machines.debian import InstallError, debian_mirror, open_archive, run

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


def install(folder: Path) -> None:
    """Make the environment in `folder`, whatever was there before.

    Raises:
        InstallError: this machine is no Debian, or a download failed.
    """
    debian_mirror()  # nothing is removed where nothing can be made
    if folder.exists():
        shutil.rmtree(folder)
    root = folder / "root"
    packages = root / "usr/local/lib/python3.11/dist-packages"
    packages.mkdir(parents=True)
    for deb in download_debs(folder / "apt"):
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


def download_debs(folder: Path) -> list[Path]:
    """Download the packages of both releases."""
    host = run(["dpkg", "--print-architecture"]).strip()
    environment = open_archive(folder, [(EMULATOR_RELEASE, host), (PYTHON_RELEASE, "arm64")])
    debs = folder / "debs"
    debs.mkdir()
    names = [f"{EMULATOR}:{host}", *(f"{name}:arm64" for name in PYTHON_PACKAGES)]
    run(["apt-get", "--quiet=2", "download", *names], environment, cwd=debs)
    return sorted(debs.iterdir())


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


if __name__ == "__main__":
    try:
        install(FOLDER)
    except InstallError as error:
        sys.exit(f"error: cannot make the ARM environment: {error}")
