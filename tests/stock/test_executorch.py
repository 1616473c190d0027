"""ExecuTorch's own Python runtime opens what we ship, as the documentation of stock clients shows it."""

from pathlib import Path

import numpy as np
import pytest

from edge_power.conversion.tracing import Tracer
from edge_power_converters import SourceProgram
from edge_power_converters.executorch import convert
from edge_power_converters.recipe import reduced
from edge_power_runtime import Bundle, RetentionConfig
from edge_power_runtime.sessions import open_session
from tests.converters.conftest import small_model
from tests.tiny import BUNDLE

# In the order of the method's arguments, as the manifest's positions say.
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def fp32() -> tuple[Path, object]:
    return BUNDLE, Bundle.open(BUNDLE).artifact("executorch", "fp32")


def int8(directory: Path) -> tuple[Path, object]:
    exported = Tracer(small_model()).trace(RetentionConfig(8, (5, 1)))
    program = SourceProgram("fast_8", "fast", 8, exported, last=2)
    return directory, convert([program], directory, reduced("executorch", "int8", "topk"), progress=lambda step: None)


@pytest.mark.parametrize("precision", ["fp32", pytest.param("int8", marks=pytest.mark.thorough)])
def test_its_runtime_gives_our_sessions_logits_to_the_bit(precision, tmp_path):
    import torch
    from executorch.runtime import Runtime

    directory, artifact = fp32() if precision == "fp32" else int8(tmp_path)
    [file] = artifact.files
    client = Runtime.get().load_program(directory / file.path)
    assert client.method_names == {program.method for program in artifact.programs}
    for program in artifact.programs:
        ids = np.arange(2, 2 + program.length, dtype=np.int64).reshape(1, -1)
        tensors = dict(zip(INPUTS, (ids, np.ones_like(ids), np.zeros_like(ids)), strict=True))
        found = client.load_method(program.method).execute([torch.from_numpy(tensors[name]) for name in INPUTS])
        ours = open_session(directory, artifact, program).run(tensors)
        assert found[0].numpy().tobytes() == ours["logits"].tobytes()
        assert [output.tolist() for output in found[1:]] == [ours[name].tolist() for name in ours if name == "kept"]
