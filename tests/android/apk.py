"""Builds the app's APK with Debian's packages of Android's build tools: what Gradle does on a developer's machine.

    python -m tests.android.apk APK [--project DIR] [--abi arm64-v8a]

Two builds with one key are equal byte by byte: every entry has the same time, and their order is fixed.
"""

import argparse
import shutil
import sys
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.android.dex import DEBIAN, LEAST_API, android_tool, lowered_library, make_dex, run_tool
from tests.android.install import ABIS, FOLDER
from tests.android.jvm import BUILD, JARS, ONNXRUNTIME, PROJECT, JavaError, compile_java, java_tool
from tests.android.manifest import merged_manifest
from tests.machines.debian import InstallError

TARGET_API = 34
FRAMEWORK = DEBIAN / "usr/share/android-framework-res/framework-res.apk"
NATIVE = FOLDER / "onnxruntime/jni"
PAGE_BYTES = 16 * 1024
PASSWORD = "android"  # that of Android's own debug key: it keeps nothing secret


def build_apk(project: Path, target: Path, build: Path, abis: Sequence[str] = ABIS, *, bundle: bool = True) -> None:
    """Build, align and sign the APK of a project: this repository's demo, or what `edge-power android` wrote.

    Args:
        project: with core and app.
        target: the APK, replaced.
        build: everything on the way; nothing in it is read that is older than its sources.
        abis: whose native code goes in.
        bundle: whether the app's assets do.

    Raises:
        InstallError: Debian no longer has one of the tools.
        JavaError: one of the tools refused; its own words are the message.
    """
    require_tools()
    build.mkdir(parents=True, exist_ok=True)
    assets = project / "app/src/main/assets" if bundle else None
    link_resources(project / "app", build, assets)
    app = compile_app(project, build)
    make_dex([build / "core", app, lowered_library(build)], build / "classes.dex")
    pack_and_sign(build, target, abis)


def pack_and_sign(build: Path, target: Path, abis: Iterable[str]) -> None:
    """Make the APK of resources and code that lie in `build`."""
    unaligned, aligned = build / "unaligned.apk", build / "aligned.apk"
    pack(build / "linked.apk", build / "classes.dex", abis, unaligned)
    run_tool(android_tool("zipalign", "-f", str(PAGE_BYTES), str(unaligned), str(aligned)))
    sign(aligned, target)


def require_tools() -> None:
    """Say in one line what Debian no longer has.

    Raises:
        InstallError: a part of the tools could not be fetched.
    """
    notes = [note.read_text().strip() for note in sorted((FOLDER / "missing").iterdir())]
    if notes:
        raise InstallError(f"the APK cannot be built here, its tools are not to be had: {'; '.join(notes)}")


def compile_app(project: Path, build: Path) -> Path:
    """Compile core and the app of a project for Android; the app's classes."""
    app, core = project / "app", build / "core"
    compile_java([project / "core/src/main/java"], core, [ONNXRUNTIME], for_android=True)
    resources = sorted((build / "resource-class").rglob("R.java"))
    compile_java([app / "src/main/java"], build / "app", [core, ONNXRUNTIME], for_android=True, also=resources)
    return build / "app"


def link_resources(app: Path, build: Path, assets: Path | None) -> None:
    """Compile the app's resources and its manifest into linked.apk, and write the class of their numbers."""
    compiled, manifest, linked = build / "resources.zip", build / "AndroidManifest.xml", build / "linked.apk"
    shutil.rmtree(build / "resource-class", ignore_errors=True)
    (build / "resource-class").mkdir()
    manifest.write_text(merged_manifest(app), encoding="utf-8")
    run_tool(android_tool("aapt2", "compile", "--dir", str(app / "src/main/res"), "-o", str(compiled)))
    options = ["-I", str(FRAMEWORK), "--manifest", str(manifest), "--java", str(build / "resource-class")]
    options += ["--min-sdk-version", str(LEAST_API), "--target-sdk-version", str(TARGET_API)]
    options += ["--version-code", "1", "--version-name", "0.1.0", "--auto-add-overlay", "-0", "bin", "-0", "onnx"]
    options += ["-A", str(assets)] if assets and assets.is_dir() else []
    run_tool(android_tool("aapt2", "link", *options, "-o", str(linked), str(compiled)))


def pack(linked: Path, dex: Path, abis: Iterable[str], target: Path) -> None:
    """Put resources, code and native libraries into one archive; what Android maps into memory is stored."""
    with zipfile.ZipFile(linked) as resources, zipfile.ZipFile(target, "w") as apk:
        for entry in sorted(resources.infolist(), key=lambda entry: entry.filename):
            add(apk, entry.filename, resources.read(entry), entry.compress_type)
        add(apk, dex.name, dex.read_bytes(), zipfile.ZIP_DEFLATED)
        for abi in abis:
            for library in sorted((NATIVE / abi).iterdir()):
                add(apk, f"lib/{abi}/{library.name}", library.read_bytes(), zipfile.ZIP_STORED)


def add(apk: zipfile.ZipFile, name: str, content: bytes, compression: int) -> None:
    """Add an entry whose bytes in the archive depend on nothing but its name and content."""
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.external_attr = 0o644 << 16
    apk.writestr(entry, content, compression, 9)


def sign(aligned: Path, target: Path) -> None:
    """Sign by the schemes 2 and 3, with a key that stays in the build folder."""
    key = BUILD / "debug.keystore"
    if not key.exists():
        made = [
            "-genkeypair",
            "-keyalg",
            "RSA",
            "-keysize",
            "2048",
            "-validity",
            "10000",
            "-dname",
            "CN=edge-power test",
        ]
        run_tool([java_tool("keytool"), *made, "-alias", "debug", "-keystore", str(key), "-storepass", PASSWORD])
    options = ["--ks", str(key), "--ks-pass", f"pass:{PASSWORD}", "--v1-signing-enabled", "false"]
    options += ["--v2-signing-enabled", "true", "--v3-signing-enabled", "true", "--min-sdk-version", str(LEAST_API)]
    target.unlink(missing_ok=True)
    apksigner("sign", *options, "--out", str(target), str(aligned))
    target.with_name(f"{target.name}.idsig").unlink(missing_ok=True)


def apksigner(*arguments: str) -> str:
    """What Android's own signer printed."""
    return run_tool([java_tool("java"), "-jar", str(JARS / "apksigner.jar"), *arguments])


def compressed_bytes(apk: Path) -> int:
    """What the APK's entries take when every one is deflated: what a store has to send at most."""
    with zipfile.ZipFile(apk) as archive:
        return sum(len(zlib.compress(archive.read(name), 9)) for name in archive.namelist())


def main() -> None:
    """Build an APK by hand."""
    parser = argparse.ArgumentParser(description="Build the Android demo's APK with Debian's tools.")
    parser.add_argument("apk", type=Path)
    parser.add_argument("--project", type=Path, default=PROJECT, help="this repository's demo, unless another is named")
    parser.add_argument("--abi", action="append", choices=ABIS, help="both, unless one is named")
    given = parser.parse_args()
    build = BUILD if given.project == PROJECT else given.project / "build/without-gradle"
    build_apk(given.project, given.apk, build, given.abi or ABIS)
    print(f"{given.apk}: {given.apk.stat().st_size} bytes, {compressed_bytes(given.apk)} compressed")


if __name__ == "__main__":
    try:
        main()
    except (InstallError, JavaError) as error:
        sys.exit(f"error: {error}")
