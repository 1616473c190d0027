"""The emulated Python that `make test-arm` makes."""

from pathlib import Path

import pytest

from tests.arm.install import FOLDER


@pytest.fixture(scope="session")
def emulator() -> Path:
    """qemu-aarch64 of the environment."""
    if not (FOLDER / ".installed").is_file():
        pytest.fail(f"{FOLDER} is not made, or not wholly; run `make test-arm`, which makes it first")
    return FOLDER / "qemu-aarch64"


@pytest.fixture(scope="session")
def arm_python(emulator: Path) -> Path:
    """An arm64 Python with the runtime, ONNX Runtime and LiteRT; it is started like any other."""
    return emulator.with_name("root") / "usr/bin/python"
