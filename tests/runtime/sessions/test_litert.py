"""What ai-edge-litert's compiled models need of us: a look at the file first, one cache of weights, and silence."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from edge_power_runtime import Bundle, EngineError
from edge_power_runtime.sessions import open_engine

pytest.importorskip("ai_edge_litert")


@pytest.fixture
def artifact(tiny_bundle):
    return Bundle.open(tiny_bundle).artifact("tflite")


@pytest.mark.parametrize("content", [b"", b"no graph", None], ids=["empty", "text", "half"])
def test_what_is_no_model_is_an_engine_error(tmp_path, tiny_bundle, artifact, content):
    """Half a file ends the process, where CompiledModel is the first to read it."""
    whole = (tiny_bundle / artifact.files[0].path).read_bytes()
    (tmp_path / artifact.files[0].path).write_bytes(whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(EngineError, match=f"TFLite cannot load program {artifact.programs[0].name} from "):
        open_engine(tmp_path, artifact).session(artifact.programs[0])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has memfd")
def test_programs_share_one_cache_of_weights(tiny_bundle, artifact):
    def caches() -> set[str]:
        maps = Path("/proc/self/maps").read_text()
        return set(re.findall(r"^\S+ \S+ \S+ \S+ (\d+) +/memfd:XNNPack", maps, re.MULTILINE))

    before = caches()
    engine = open_engine(tiny_bundle, artifact)
    sessions = [engine.session(program) for program in artifact.programs]
    assert len(caches() - before) == 1
    del sessions, engine


def test_nothing_is_said_not_even_at_the_end(tiny_bundle):
    """LiteRT tells of each accelerator that it finds, and again of each when the process ends."""
    code = (
        "import sys; from edge_power_runtime import Classifier\n"
        "for _ in range(2): print(Classifier.open(sys.argv[1], engine='tflite')('a good film').label)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tiny_bundle)], capture_output=True, text=True, check=True)
    assert (done.stdout.split(), done.stderr) == (["negative"] * 2, "")
