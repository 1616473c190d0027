"""Makes classes.dex of core, the app and ONNX Runtime's classes, and reads it back: a stand-in for Gradle's d8.

dx cannot read Java 17 nor lower a lambda. So the library's class files get an older version, and ProGuard makes
classes of its lambdas; our own code has none.
"""

import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

from tests.android.classfile import lower_jar
from tests.android.install import FOLDER
from tests.android.jvm import ANDROID_JAR, JARS, ONNXRUNTIME, JavaError, digest_of, java_tool

DEBIAN = FOLDER / "debian"
LEAST_API = 26


def lowered_library(build: Path) -> Path:
    """ONNX Runtime's classes as dx can read them."""
    target, older = build / "onnxruntime-lowered.jar", build / "onnxruntime-java-11.jar"
    stamp, digest = (
        target.with_suffix(".stamp"),
        digest_of([ONNXRUNTIME, *sorted(Path(__file__).parent.glob("*.py"))], []),
    )
    if not (stamp.is_file() and target.is_file() and stamp.read_text() == digest):
        build.mkdir(parents=True, exist_ok=True)
        lower_jar(ONNXRUNTIME, older)
        target.unlink(missing_ok=True)
        options = ["-target", "1.7", "-dontshrink", "-dontoptimize", "-dontobfuscate", "-dontnote", "-dontwarn"]
        options += ["-ignorewarnings", "-keepattributes", "*"]
        jars = ["-injars", str(older), "-outjars", str(target), "-libraryjars", str(ANDROID_JAR)]
        run_tool([java_tool("java"), "-cp", str(JARS / "proguard.jar"), "proguard.ProGuard", *options, *jars])
        stamp.write_text(digest)
    return target


def make_dex(classes: Iterable[Path], target: Path) -> None:
    """Write classes.dex of folders and jars of class files."""
    command = [java_tool("java"), "-Xmx1g", "-cp", str(JARS / "com.android.dx.jar"), "com.android.dx.command.Main"]
    run_tool([*command, "--dex", f"--min-sdk-version={LEAST_API}", f"--output={target}", *map(str, classes)])


def count_invoke_custom(dex: Path) -> int:
    """Calls that need a bootstrap method, as of a lambda; no phone before API 26 has them, and dx makes them wrong."""
    return run_tool(android_tool("dexdump", "-d", str(dex))).count("invoke-custom")


def dex_to_jar(dex: Path, target: Path) -> None:
    """Turn a dex back into class files, by enjarify: the code that ships, for this machine's JVM."""
    enjarify = DEBIAN / "usr/lib/python3/dist-packages"
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-O",
        "-m",
        "enjarify.main",
        "--force",
        "--output",
        str(target),
        str(dex),
    ]
    said = run_tool(command, cwd=enjarify)
    with zipfile.ZipFile(target) as jar:
        if not jar.namelist():
            raise JavaError(f"enjarify made no class: {said}")


def android_tool(name: str, *arguments: str) -> list[str]:
    """The command of one of Android's native build tools, with the libraries that Debian packs beside them."""
    library = DEBIAN / "usr/lib"
    folders = [library / "x86_64-linux-gnu/android", library / "x86_64-linux-gnu", library / "p7zip", library]
    return ["env", f"LD_LIBRARY_PATH={':'.join(map(str, folders))}", str(DEBIAN / "usr/bin" / name), *arguments]


def run_tool(command: list[str], cwd: Path | None = None) -> str:
    """What a build tool printed.

    Raises:
        JavaError: it failed; its own words are the message.
    """
    # dexdump prints strings in the modified UTF-8 of a dex.
    found = subprocess.run(command, cwd=cwd, capture_output=True, text=True, errors="replace")
    if found.returncode:
        raise JavaError(f"{' '.join(command[:6])} ... failed:\n{found.stdout[-2000:]}{found.stderr[-4000:]}")
    return found.stdout + found.stderr
