"""What the Android demo's tests share: its bundles, its classes and its APK, each made once."""

from pathlib import Path

import pytest

from tests.android.apk import BUILD, PROJECT, build_apk, require_tools
from tests.android.bundles import write_bundles
from tests.android.damages import write_damages
from tests.android.install import FOLDER
from tests.machines.debian import InstallError


@pytest.fixture(scope="session")
def library() -> Path:
    """The folder with ONNX Runtime's Android library and the tools."""
    if not (FOLDER / "installed").is_file():
        pytest.fail(f"{FOLDER} is not made, or not wholly; run `make test-android`, which makes it first")
    return FOLDER


@pytest.fixture(scope="session")
def android_bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the system property `edgepower.bundles` names: bundles, answers and damaged documents."""
    folder = tmp_path_factory.mktemp("android-bundles")
    write_bundles(folder)
    write_damages(folder)
    return folder


@pytest.fixture(scope="session")
def apk_tools(library: Path) -> Path:
    """That Android's build tools are there; where Debian no longer has one, what takes them is skipped and says so."""
    try:
        require_tools()
    except InstallError as error:
        pytest.skip(str(error))
    return library


@pytest.fixture(scope="session")
def apk(apk_tools: Path) -> Path:
    """The demo's APK with both ABIs and no bundle."""
    target = BUILD / "demo.apk"
    build_apk(PROJECT, target, BUILD, bundle=False)
    return target
