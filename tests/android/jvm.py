"""Compiles the demo's Java code, and runs it on this machine's JVM with ONNX Runtime's Android library."""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from tests.android.install import FOLDER, REPOSITORY
from tests.machines.debian import InstallError

PROJECT = REPOSITORY / "android_demo"
BUILD = PROJECT / "build/without-gradle"
CORE = PROJECT / "core/src/main/java"
CORE_TESTS = PROJECT / "core/src/test/java"
APP_TESTS = PROJECT / "app/src/test/java"

JARS = FOLDER / "debian/usr/share/java"
ONNXRUNTIME = FOLDER / "onnxruntime/classes.jar"
HOST_LIBRARIES = FOLDER / "onnxruntime/host"
ANDROID_JAR = JARS / "com.android.android-23.jar"
JUNIT = (JARS / "junit4.jar", JARS / "hamcrest.jar")

# The library's classes are of Java 17.
LEAST_JAVA = 17


class JavaError(Exception):
    """Java's compiler or a program of ours refused; its own words are the message."""


@cache
def java_tool(name: str) -> str:
    """Path of `java`, `javac` or `keytool`, of a JDK that is new enough.

    Raises:
        InstallError: there is none.
    """
    home = os.environ.get("JAVA_HOME")
    found, compiler = (shutil.which(tool, path=f"{home}/bin" if home else None) for tool in (name, "javac"))
    said = subprocess.run([compiler, "-version"], capture_output=True, text=True).stdout.strip() if compiler else ""
    version = re.match(r"javac (\d+)", said)
    if found is None or version is None or int(version[1]) < LEAST_JAVA:
        there = said or f"no {'javac' if found else name}{f' in {home}' if home else ''}"
        fix = "Debian: apt install openjdk-17-jdk-headless"
        raise InstallError(f"a JDK {LEAST_JAVA} or newer is needed; found {there} ({fix})")
    return found


def sources(folder: Path) -> list[Path]:
    """Every Java file below `folder`, in an order that does not depend on the disk."""
    return sorted(folder.rglob("*.java"))


def compile_java(
    folders: Sequence[Path], target: Path, classpath: Iterable[Path], *, for_android: bool, also: Iterable[Path] = ()
) -> None:
    """Compile the Java files below `folders`, and of `also`, into `target`, unless that was done for just these.

    Code for Android sees Android's API alone: a call that a phone lacks, or a lambda, is an error.

    Raises:
        JavaError: javac refused.
    """
    files = [*(file for folder in folders for file in sources(folder)), *also]
    if not files:
        raise JavaError(f"no Java file in {', '.join(map(str, folders))}")
    path = list(classpath)
    options = ["-encoding", "UTF-8", "-g", "-proc:none", "-Werror", "-Xlint:all,-options,-classfile,-path,-serial"]
    options += ["-cp", os.pathsep.join(map(str, path))]
    if for_android and ANDROID_JAR.exists():
        options += ["-source", "8", "-target", "8", "-bootclasspath", str(ANDROID_JAR)]
    else:
        options += ["--release", "8"]
    digest = digest_of(files, [*options, *(digest_of_entry(entry) for entry in path)])
    stamp = target.with_name(f"{target.name}.stamp")
    if stamp.is_file() and stamp.read_text() == digest:
        return
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    command = [java_tool("javac"), *options, "-d", str(target), *map(str, files)]
    found = subprocess.run(command, cwd=target, capture_output=True, text=True)
    if found.returncode:
        raise JavaError(explained(found.stderr or found.stdout))
    stamp.write_text(digest)


def explained(said: str) -> str:
    """What javac said; on a lambda it dies of a class that Android's API does not have."""
    if "java.lang.invoke." not in said:
        return said
    return "a lambda or a method reference, which dx cannot lower: write a class; javac does not say where\n" + said


def digest_of(files: Iterable[Path], facts: Iterable[str]) -> str:
    """One digest of files, with their names, and of words."""
    digest = hashlib.sha256("\0".join(facts).encode())
    for file in files:
        digest.update(f"\0{file}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def digest_of_entry(entry: Path) -> str:
    """What tells whether an entry of a class path is another than it was: our own classes have a stamp."""
    stamp = entry.with_name(f"{entry.name}.stamp")
    return stamp.read_text() if stamp.is_file() else str(entry.stat().st_size if entry.exists() else 0)


def java_command(
    classpath: Iterable[Path],
    main: str,
    arguments: Iterable[str] = (),
    *,
    properties: Mapping[str, str | Path] | None = None,
    options: Iterable[str] = (),
) -> list[str]:
    """The command that runs a main class with the library's native code; it takes `java_environment` too."""
    given = {
        "onnxruntime.native.path": HOST_LIBRARIES,
        "edgepower.repository": REPOSITORY,
        "file.encoding": "UTF-8",
        **(properties or {}),
    }
    flags = [f"-D{name}={value}" for name, value in given.items()]
    return [java_tool("java"), *options, *flags, "-cp", os.pathsep.join(map(str, classpath)), main, *arguments]


def java_environment() -> dict[str, str]:
    """The environment in which the loader finds the stand-ins for Android's own libraries."""
    return {**os.environ, "LD_LIBRARY_PATH": str(HOST_LIBRARIES)}


def compile_core() -> Path:
    """Compile core for Android; its classes' folder."""
    target = BUILD / "core"
    compile_java([CORE], target, [ONNXRUNTIME], for_android=True)
    return target


def compile_core_tests() -> Path:
    """Compile core and its tests; the folder with the tests' classes."""
    target = BUILD / "core-tests"
    compile_java([CORE_TESTS], target, [compile_core(), ONNXRUNTIME, *JUNIT], for_android=False)
    return target


def test_classes(folder: Path, names: Iterable[str] = ()) -> list[str]:
    """Full names of the test classes in `folder`, or of those among `names`, which may be short.

    A class with helpers, or a main for a test, has another name than one that ends in Test.
    """
    every = (".".join(file.relative_to(folder).with_suffix("").parts) for file in sources(folder))
    tests = [name for name in every if name.endswith("Test")]
    wanted = tuple(names)
    return [test for test in tests if not wanted or test in wanted or test.rpartition(".")[2] in wanted]


test_classes.__test__ = False  # type: ignore[attr-defined]  # pytest would take it for a test by its name


def junit(
    classpath: Iterable[Path],
    classes: Iterable[str],
    *,
    last: Iterable[Path] = (),
    options: Iterable[str] = (),
    **properties: str | Path,
) -> subprocess.CompletedProcess[str]:
    """Run test classes; what JUnit printed, and its exit status. `last` comes behind JUnit on the class path."""
    path, runner = [*classpath, *JUNIT, *last], "org.junit.runner.JUnitCore"
    command = java_command(path, runner, classes, properties=properties, options=options)
    return subprocess.run(command, env=java_environment(), cwd=REPOSITORY, capture_output=True, text=True)
