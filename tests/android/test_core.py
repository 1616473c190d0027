"""Core's JUnit tests on ONNX Runtime's own classes and JNI code, and what of core they reach."""

import re
import shutil

import pytest

from tests.android.coverage import JACOCO, instrument, read_coverage, share, summary
from tests.android.jvm import (
    ANDROID_JAR,
    APP_TESTS,
    BUILD,
    CORE_TESTS,
    ONNXRUNTIME,
    compile_core,
    compile_core_tests,
    junit,
    sources,
    test_classes,
)
from tests.android.run_core import compile_app_and_tests

pytestmark = pytest.mark.android

LEAST_COVERAGE = 0.90


def test_core_passes_its_tests_and_they_reach_it(library, android_bundles, capfd):
    classes, instrumented, executed = compile_core(), BUILD / "instrumented", BUILD / "jacoco.exec"
    shutil.rmtree(instrumented, ignore_errors=True)
    instrument(classes, instrumented)
    executed.unlink(missing_ok=True)
    classpath = [compile_core_tests(), instrumented, ONNXRUNTIME, *JACOCO]
    properties = {"jacoco-agent.destfile": executed, "edgepower.bundles": android_bundles}
    found = junit(classpath, test_classes(CORE_TESTS), **properties)
    assert found.returncode == 0, found.stdout
    coverage = read_coverage(executed, classes)
    with capfd.disabled():
        print(f"\n{passed(found.stdout)} tests of core passed\n{summary(coverage)}")
    assert share(coverage) >= LEAST_COVERAGE


def test_app_passes_its_tests(apk_tools, capfd):
    if not sources(APP_TESTS):
        pytest.skip("the app has no tests of its own")
    classpath = [*compile_app_and_tests(), compile_core_tests(), compile_core(), ONNXRUNTIME]
    found = junit(classpath, test_classes(APP_TESTS), last=[ANDROID_JAR])
    assert found.returncode == 0, found.stdout
    with capfd.disabled():
        print(f"\n{passed(found.stdout)} tests of the app passed")


def passed(said: str) -> int:
    """How many tests JUnit counted, where all passed."""
    found = re.search(r"^OK \((\d+) tests?\)$", said, re.MULTILINE)
    assert found, said
    return int(found[1])
