"""Wheels for a device that has no runtime yet: ours is packed here, the others come from the package index."""

import base64
import hashlib
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from importlib.metadata import distribution
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from edge_power.profiling.devices.prepare.interpreter import Interpreter
from edge_power.profiling.devices.reach.errors import DeviceError
from edge_power_runtime.engines import engine_info
from edge_power_runtime.errors import InputError
from edge_power_runtime.system.python_process import python_command, python_environment

_NAME = "edge_power_runtime"
_PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input")


def pack_runtime(folder: Path) -> Path:
    """Write the wheel of this machine's runtime, from the files that are installed: no tool and no index is needed.

    Args:
        folder: for the wheel.

    Returns:
        The wheel, in the binary distribution format 1.0 (packaging.python.org).
    """
    metadata = distribution("edge-power-runtime")
    info = f"{_NAME}-{metadata.version}.dist-info"
    contents = _modules(files(_NAME), _NAME)
    contents[f"{info}/METADATA"] = (metadata.read_text("METADATA") or "").encode()
    contents[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: edge-power\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = "".join(f"{name},{_digest(data)},{len(data)}\n" for name, data in contents.items())
    contents[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    wheel = folder / f"{_NAME}-{metadata.version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return wheel


def _modules(folder: Traversable, place: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name != "__pycache__":
            found |= _modules(entry, f"{place}/{entry.name}")
        elif entry.name.endswith(".py") or entry.name == "py.typed":
            found[f"{place}/{entry.name}"] = entry.read_bytes()
    return found


def _digest(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def platforms(interpreter: Interpreter) -> list[str]:
    """The platform tags of wheels that a device can run, newest first (PEP 600, PEP 656).

    Raises:
        InputError: it is none that wheels are published for.
    """
    machine = interpreter.machine
    known = re.fullmatch(r"2\.(\d+)(\..*)?", interpreter.libc_version) if interpreter.libc == "glibc" else None
    if interpreter.system != "linux" or known is None or machine not in ("x86_64", "aarch64"):
        libc = " ".join(filter(None, (interpreter.libc, interpreter.libc_version))) or "no glibc"
        raise InputError(
            f"no set-up for {interpreter.system} on {machine} with {libc}; expected linux with glibc on x86_64 or "
            'aarch64: install there by hand, pip install "edge-power-runtime[onnx]", and name its `python`'
        )
    # 2.17 is the oldest that today's wheels are built for, under two names.
    tags = [f"manylinux_2_{minor}_{machine}" for minor in range(int(known[1]), 16, -1)]
    return [*tags, f"manylinux2014_{machine}", f"linux_{machine}"]


def download(wheel: Path, interpreter: Interpreter, engines: Sequence[str]) -> list[str]:
    """The arguments of pip that gather what the runtime needs on a device.

    Args:
        wheel: of the runtime; the others are put beside it.
        interpreter: of the device.
        engines: whose packages come along.
    """
    major, minor = interpreter.version[:2]
    extras = ",".join(engine_info(engine).extra for engine in engines)
    tags = [f"--platform={tag}" for tag in platforms(interpreter)]
    abis = [f"--abi={abi}" for abi in (f"cp{major}{minor}", "abi3", "none")]
    folder = str(wheel.parent)
    return [
        *("download", "--only-binary=:all:", "--quiet", f"--dest={folder}", f"--find-links={folder}"),
        *(f"--python-version={major}.{minor}", "--implementation=cp", *abis, *tags),
        f"{wheel}[{extras}]",
    ]


def gather(folder: Path, interpreter: Interpreter, engines: Sequence[str]) -> list[Path]:
    """Fill `folder` with the wheels of the runtime and all that it needs on a device.

    Raises:
        InputError: the device's platform has no wheels.
        DeviceError: pip cannot get them.
    """
    wheel = pack_runtime(folder)
    command = python_command(sys.executable, *_PIP, *download(wheel, interpreter, engines))
    done = subprocess.run(command, env=python_environment(), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["pip gave no reason"]
        raise DeviceError(
            f"cannot get the wheels for the device: {lines[-1]}; put them in a folder, and name it `wheels`"
        )
    return sorted(folder.glob("*.whl"))
