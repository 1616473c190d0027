"""Fetches what it takes to run and build the Android demo on a machine without Android, and unpacks it into `.android`.

    python -m tests.android.install     fills .android, or the folder that EDGE_POWER_ANDROID_DIR names

ONNX Runtime's official Android library and the desktop build of the same release come in one npm package; JUnit, JaCoCo
and Android's build tools are Debian's. Nothing is installed; nothing needs root. Two of Debian's packages, dx and the
android.jar that it pairs with, are of a release past its end: where they are gone, what does not take them still works.
"""

import hashlib
import os
import platform
import shutil
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.machines.debian import InstallError, open_archive, run

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("EDGE_POWER_ANDROID_DIR", REPOSITORY / ".android")).resolve()
SHIMS = Path(__file__).with_name("shims")

# The one package of npm's that holds the official Android library and, of the same release, a desktop build.
NPM_PACKAGE, NPM_VERSION = "com.github.asus4.onnxruntime", "0.4.9"
NPM_SHA256 = "e59788788818fdde1b2e522e766a21ba0f7d8391de55737abf81e32cc801785d"
AAR = "package/Plugins/Android/onnxruntime.aar"
DESKTOP_LIBRARY = "package/Plugins/Linux/x64/libonnxruntime.so"
ABIS = ("arm64-v8a", "x86_64")

# What each part of the work takes, and the release of Debian that has it.
PARTS = {
    "junit": ("bookworm", "junit4 libhamcrest-java libjacoco-java libasm-java"),
    "apk": (
        "bookworm",
        "aapt android-libaapt android-libandroidfw android-libbase android-liblog android-libutils "
        "android-libbacktrace android-libcutils android-libziparchive libpng16-16 libprotobuf-lite32 "
        "android-framework-res zipalign libzopfli1 apksigner libapksig-java proguard-cli libproguard-java enjarify "
        "dexdump android-libart android-libnativebridge android-libnativeloader liblz4-1 p7zip p7zip-full",
    ),
    "dx": ("bullseye", "dalvik-exchange libandroid-23-java"),
}
NEEDED = ("junit",)


def install(folder: Path) -> None:
    """Fill `folder`, unless it holds all of this already; an interrupted run leaves what was there.

    Raises:
        InstallError: this machine cannot run the library, or what the tests cannot do without is not to be had.
    """
    if is_installed(folder):
        return
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        found = f"{sys.platform}, {platform.machine()}"
        raise InstallError(f"the library's desktop build is for Linux on x86-64; found {found}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=".android-", dir=folder.parent))
    try:
        fetch_onnxruntime(partial / "onnxruntime")
        compile_shims(partial / "onnxruntime/host")
        (partial / "missing").mkdir()
        for name, (release, packages) in PARTS.items():
            fetch_part(name, release, packages.split(), partial)
        (partial / "installed").write_text(contents())
        partial.chmod(0o755)
        # What is replaced was made here: its file `installed` says so, or it is a rest of an older one.
        if (folder / "installed").exists():
            shutil.rmtree(folder)
        partial.rename(folder)
    except OSError as error:
        raise InstallError(f"{folder} cannot be filled: {error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def is_installed(folder: Path) -> bool:
    """Whether `folder` holds what this file, as it is now, would put there."""
    stamp = folder / "installed"
    return stamp.is_file() and stamp.read_text() == contents()


def contents() -> str:
    """Digest of everything that decides what is fetched and made."""
    files = [Path(__file__), *sorted(SHIMS.iterdir())]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def fetch_onnxruntime(target: Path) -> None:
    """Put the library's classes, its native code for a phone, and what runs here into `target`."""
    if not shutil.which("npm"):
        raise InstallError("npm is needed to fetch ONNX Runtime's Android library (Debian: apt install npm)")
    with tempfile.TemporaryDirectory(prefix="android-npm-") as name:
        scratch = Path(name)
        run(["npm", "pack", "--silent", f"{NPM_PACKAGE}@{NPM_VERSION}", "--pack-destination", name], cwd=scratch)
        package = scratch / f"{NPM_PACKAGE}-{NPM_VERSION}.tgz"
        check_digest(package, NPM_SHA256)
        with tarfile.open(package) as archive:
            wanted = [AAR, DESKTOP_LIBRARY, "package/LICENSE", "package/ThirdPartyNotices.txt"]
            archive.extractall(scratch, [archive.getmember(member) for member in wanted], filter="data")
        unpack_library(scratch / AAR, target)
        shutil.copy(scratch / DESKTOP_LIBRARY, target / "host/libonnxruntime.so")
        for notice in ("LICENSE", "ThirdPartyNotices.txt"):
            shutil.copy(scratch / "package" / notice, target)


def check_digest(path: Path, expected: str) -> None:
    """Refuse a download that is not the one that was looked at."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected:
        raise InstallError(f"{path.name} has sha256 {found}, expected {expected}: it is not what was tested")


def unpack_library(aar: Path, target: Path) -> None:
    """Unpack what we use of the Android library: classes, and two ABIs' native code."""
    with zipfile.ZipFile(aar) as archive:
        members = [name for name in archive.namelist() if name.startswith(tuple(f"jni/{abi}/lib" for abi in ABIS))]
        archive.extractall(target, ["classes.jar", *members])
    (target / "host").mkdir()
    shutil.copy(target / "jni/x86_64/libonnxruntime4j_jni.so", target / "host")


def compile_shims(target: Path) -> None:
    """Compile stand-ins for the three libraries of Android that the JNI library asks the loader for."""
    compiler = next(filter(shutil.which, ("cc", "gcc", "clang")), None)
    if compiler is None:
        raise InstallError("a C compiler is needed; found no cc, gcc or clang (Debian: apt install gcc libc6-dev)")
    for source in sorted(SHIMS.glob("*.c")):
        library = target / f"{source.stem}.so"
        linked = [f"-Wl,-soname,{library.name}", f"-Wl,--version-script={SHIMS / 'versions.map'}"]
        run([compiler, "-shared", "-fPIC", "-O1", "-fno-builtin", *linked, "-o", str(library), str(source)])


def fetch_part(name: str, release: str, packages: Sequence[str], folder: Path) -> None:
    """Unpack a part's packages into `folder`/debian; where they are not to be had, leave one line in `folder`/missing.

    Raises:
        InstallError: the tests cannot do without this part.
    """
    try:
        unpack_packages(release, packages, folder / "debian")
    except InstallError as error:
        if name in NEEDED:
            raise
        (folder / "missing" / name).write_text(f"{' '.join(packages)} of Debian {release}: {error}\n")


def unpack_packages(release: str, packages: Iterable[str], target: Path) -> None:
    """Download packages of a release, and unpack them."""
    with tempfile.TemporaryDirectory(prefix="android-apt-") as name:
        host = run(["dpkg", "--print-architecture"]).strip()
        environment = open_archive(Path(name) / "apt", [(release, host)])
        debs = Path(name) / "debs"
        debs.mkdir()
        run(["apt-get", "--quiet=2", "download", *packages], environment, cwd=debs)
        for deb in sorted(debs.iterdir()):
            run(["dpkg-deb", "-x", str(deb), str(target)])


if __name__ == "__main__":
    try:
        install(FOLDER)
    except InstallError as error:
        sys.exit(f"error: cannot fetch what the Android demo takes: {error}")
    for note in sorted((FOLDER / "missing").iterdir()):
        print(f"not to be had: {note.read_text().strip()}")
