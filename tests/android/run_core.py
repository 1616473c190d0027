"""Compiles core and its tests, and runs them with JUnit on ONNX Runtime's Android library.

python -m tests.android.run_core                         every test class
python -m tests.android.run_core JsonTest WordPieceTest  these
python -m tests.android.run_core --compile               core, its tests and the app; runs nothing
python -m tests.android.run_core --main edgepower.runtime.SomeMain ARGUMENT...   a class of core or of its tests
"""

import subprocess
import sys
from pathlib import Path

from tests.android.install import FOLDER
from tests.android.jvm import (
    ANDROID_JAR,
    APP_TESTS,
    BUILD,
    CORE_TESTS,
    JUNIT,
    ONNXRUNTIME,
    PROJECT,
    JavaError,
    compile_core,
    compile_core_tests,
    compile_java,
    java_command,
    java_environment,
    sources,
    test_classes,
)
from tests.machines.debian import InstallError


def main(arguments: list[str]) -> int:
    """Run what was asked for; its exit status."""
    if not (FOLDER / "installed").exists():
        raise InstallError(f"{FOLDER} is not there; run `python -m tests.android.install` first")
    classpath = [compile_core_tests(), compile_core(), ONNXRUNTIME, *JUNIT]
    if arguments[:1] == ["--main"]:
        return run_java(classpath, arguments[1], arguments[2:])
    if sources(APP_TESTS) or arguments[:1] == ["--compile"]:
        # Android's stubs come last: they bring old classes of JUnit's.
        classpath += [*compile_app_and_tests(), ANDROID_JAR]
    if arguments[:1] == ["--compile"]:
        return 0
    tests = [*test_classes(CORE_TESTS, arguments), *test_classes(APP_TESTS, arguments)]
    if not tests:
        raise JavaError(f"no test class {' '.join(arguments)} in {CORE_TESTS} or {APP_TESTS}")
    return run_java(classpath, "org.junit.runner.JUnitCore", tests)


def compile_app_and_tests() -> list[Path]:
    """Compile the app and its tests, which use none of Android's types; both folders."""
    from tests.android.apk import compile_app, link_resources, require_tools

    if not sources(PROJECT / "app/src/main"):
        return []
    require_tools()
    BUILD.mkdir(parents=True, exist_ok=True)
    link_resources(PROJECT / "app", BUILD, None)
    app, tests = compile_app(PROJECT, BUILD), BUILD / "app-tests"
    if sources(APP_TESTS):
        classpath = [app, compile_core_tests(), compile_core(), ONNXRUNTIME, *JUNIT, ANDROID_JAR]
        compile_java([APP_TESTS], tests, classpath, for_android=False)
    return [tests, app]


def run_java(classpath: list[Path], main_class: str, arguments: list[str]) -> int:
    """Run a main class here, its output where ours goes."""
    return subprocess.run(java_command(classpath, main_class, arguments), env=java_environment()).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (InstallError, JavaError) as error:
        sys.exit(f"error: {error}")
