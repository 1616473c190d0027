"""The APK that Debian's tools build of the demo: what is in it, that a phone would take it, and that its code runs."""

import re
import struct
import zipfile
from pathlib import Path

import pytest

from tests.android.apk import (
    BUILD,
    PAGE_BYTES,
    PROJECT,
    android_tool,
    apksigner,
    build_apk,
    compressed_bytes,
    pack_and_sign,
    run_tool,
)
from tests.android.dex import count_invoke_custom, dex_to_jar, lowered_library, make_dex
from tests.android.install import ABIS
from tests.android.jvm import CORE_TESTS, compile_core, compile_core_tests, compile_java, junit, test_classes
from tests.android.test_core import passed

pytestmark = pytest.mark.android

MOST_COMPRESSED_BYTES = 14_000_000
LOAD = 1  # a segment that the loader maps, in an ELF file's program headers


def test_both_64_bit_abis_are_in_it(apk):
    with zipfile.ZipFile(apk) as archive:
        libraries = {name for name in archive.namelist() if name.startswith("lib/")}
    assert libraries == {f"lib/{abi}/lib{name}.so" for abi in ABIS for name in ("onnxruntime", "onnxruntime4j_jni")}


def test_native_code_can_be_mapped_with_pages_of_16_kib(apk):
    run_tool(android_tool("zipalign", "-c", str(PAGE_BYTES), str(apk)))
    with zipfile.ZipFile(apk) as archive:
        for name in (name for name in archive.namelist() if name.endswith(".so")):
            assert archive.getinfo(name).compress_type == zipfile.ZIP_STORED, name
            assert {alignment % PAGE_BYTES for alignment in load_alignments(archive.read(name))} == {0}, name


def load_alignments(library: bytes) -> list[int]:
    """Alignments of the segments that are mapped, of a 64-bit little-endian ELF file."""
    (headers,) = struct.unpack_from("<Q", library, 32)
    size, count = struct.unpack_from("<HH", library, 54)
    found = [struct.unpack_from("<I44xQ", library, headers + size * number) for number in range(count)]
    return [alignment for kind, alignment in found if kind == LOAD]


def test_signature_is_verified(apk):
    said = apksigner("verify", "--verbose", "--min-sdk-version", "26", str(apk))
    assert re.search(r"^Verified using v2 scheme .*: true$", said, re.MULTILINE), said
    assert re.search(r"^Verified using v3 scheme .*: true$", said, re.MULTILINE), said


def test_manifest_asks_for_nothing(apk):
    said = run_tool(android_tool("aapt2", "dump", "badging", str(apk)))
    assert "package: name='edgepower.demo'" in said
    assert "sdkVersion:'26'" in said
    assert "uses-permission" not in said


def test_no_call_needs_a_bootstrap_method(apk):
    assert count_invoke_custom(BUILD / "classes.dex") == 0


def test_a_lambda_would_be_seen(apk_tools, tmp_path):
    source = tmp_path / "Lambda.java"
    source.write_text("final class Lambda { static Runnable make() { return () -> { }; } }\n")
    compile_java([], tmp_path / "classes", [], for_android=False, also=[source])
    make_dex([tmp_path / "classes"], tmp_path / "classes.dex")
    assert count_invoke_custom(tmp_path / "classes.dex") > 0


def test_core_passes_on_the_classes_that_were_dexed(apk, android_bundles, capfd):
    found = core_tests([compile_core(), lowered_library(BUILD)], android_bundles)
    assert found.returncode == 0, found.stdout
    with capfd.disabled():
        print(f"\n{passed(found.stdout)} tests of core passed on the library's classes as they were dexed")


def test_core_passes_on_the_code_that_ships(apk, android_bundles, tmp_path, capfd):
    with zipfile.ZipFile(apk) as archive:
        archive.extract("classes.dex", tmp_path)
    dex_to_jar(tmp_path / "classes.dex", tmp_path / "classes.jar")
    # enjarify gives every frame room for 300 values, whatever a method needs: ten times a phone's or javac's.
    found = core_tests([tmp_path / "classes.jar"], android_bundles, "-Xss8m")
    assert found.returncode == 0, found.stdout
    with capfd.disabled():
        print(f"\n{passed(found.stdout)} tests of core passed on the APK's classes.dex")


def core_tests(classpath, bundles, *options):
    properties = {"edgepower.bundles": bundles}
    return junit([compile_core_tests(), *classpath], test_classes(CORE_TESTS), options=options, **properties)


def test_two_builds_are_equal(apk, tmp_path):
    build_apk(PROJECT, tmp_path / "again.apk", tmp_path / "build", bundle=False)
    assert (tmp_path / "again.apk").read_bytes() == apk.read_bytes()


def test_size_of_what_a_phone_downloads(apk, tmp_path, capfd):
    target = tmp_path / "arm64.apk"
    pack_and_sign(BUILD, target, ["arm64-v8a"])
    compressed = compressed_bytes(target)
    with capfd.disabled():
        print(f"\nAPK for arm64 without a bundle: {size(target)} with its native code stored, {compressed} compressed")
    assert compressed <= MOST_COMPRESSED_BYTES


def size(path: Path) -> int:
    """Bytes of a file."""
    return path.stat().st_size
