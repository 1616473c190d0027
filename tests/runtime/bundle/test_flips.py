"""A flipped byte anywhere in a bundle is refused in one line, or changes no answer; tests/flips.py flips every one."""

import pytest

from tests.flips import Answers, files_read, flip_file

# Some twenty bytes of each file; `python -m tests.flips` takes minutes.
FLIPS = 20


def test_a_flipped_byte_is_refused_or_harmless(tiny_copy, tiny_artifact):
    expected = Answers.of(tiny_copy, tiny_artifact.engine)
    assert expected.passed and len(expected.found) == 2
    names = files_read(tiny_copy, tiny_artifact.engine)
    assert {"bundle.json", "bundle.json.sha256", "golden.json", *(e.path for e in tiny_artifact.files)} <= set(names)
    seen = 0
    for name in names:
        step = max(1, (tiny_copy / name).stat().st_size // FLIPS)
        counted = flip_file(tiny_copy, name, tiny_artifact.engine, expected, step=step)
        assert set(counted) == {"refused"}, (name, counted)
        seen += sum(counted.values())
    assert seen > 100


def test_the_seal_covers_every_byte(tiny_copy):
    engine = pytest.importorskip("onnxruntime") and "onnx"
    expected = Answers.of(tiny_copy, engine)
    counted = flip_file(tiny_copy, "bundle.json.sha256", engine, expected)
    assert counted == {"refused": 64 + 2 + len("bundle.json") + 1}
