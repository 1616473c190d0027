"""ExecuTorch at int8: what is quantised, once for all programs, and that its products are right on this processor."""

import numpy as np
import pytest
import torch

from edge_power.conversion.tracing import Tracer
from edge_power_converters import SourceProgram
from edge_power_converters.executorch.int8 import Int8Weights
from edge_power_converters.executorch.rewrite import rewrite
from edge_power_converters.recipe import reduced
from edge_power_runtime import RetentionConfig
from tests.converters.conftest import Converted, small_model
from tests.tiny import VOCABULARY

LENGTH = 12
# XNNPACK rounds an activation as PyTorch does but for the last bit of a scale, so that one of its 255 steps may differ;
# a logit of the tiny model moves by some thousandths at that. Sums that saturate are off by as much as they are large.
ATOL = 0.02


class Wide(torch.nn.Module):
    """A layer whose products are as large as 8 bits allow, 512 of one sign, and a plain one behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.wide, self.last = torch.nn.Linear(512, 8, bias=False), torch.nn.Linear(8, 2, bias=False)
        torch.nn.init.ones_(self.wide.weight)
        torch.nn.init.ones_(self.last.weight)

    def forward(self, words: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"logits": self.last(self.wide(words))}


class Table(torch.nn.Module):
    """The words of a model, looked up."""

    def __init__(self, words: torch.nn.Embedding) -> None:
        super().__init__()
        self.words = words

    def forward(self, input_ids: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"logits": self.words(input_ids[0])}


@pytest.fixture(scope="module")
def sources():
    model = small_model()
    tracer = Tracer(model)
    words = Table(model.encoder.embeddings.word)
    table = torch.export.export(words, (), {"input_ids": torch.ones(1, 8, dtype=torch.int64)}, strict=False)
    wide = torch.export.export(Wide(), (), {"words": torch.ones(1, 512)}, strict=False)
    return [
        SourceProgram("fast_12", "fast", LENGTH, tracer.trace(RetentionConfig(LENGTH, (7, 1))), last=2),
        SourceProgram("table_8", "table", 8, table, last=1),
        SourceProgram("wide_512", "wide", 512, wide, last=1),
    ]


@pytest.fixture(scope="module")
def converted(sources, tmp_path_factory):
    from edge_power_converters.executorch import convert

    directory = tmp_path_factory.mktemp("int8")
    artifact = convert(sources, directory, reduced("executorch", "int8", "topk"), progress=lambda step: None)
    return Converted("executorch", directory, artifact, {source.name: source for source in sources}, ())


def inputs(length):
    ids = torch.arange(2, 2 + length).unsqueeze(0) % len(VOCABULARY)
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids), "token_type_ids": torch.zeros_like(ids)}


def answer(converted, name, tensors):
    return converted.session(name).run({key: value.numpy() for key, value in tensors.items()})


def test_the_file_names_its_precision(converted):
    assert converted.artifact.precision == "int8"
    assert [file.path for file in converted.artifact.files] == ["model-int8.pte"]


def test_every_layer_but_the_last_is_quantised_and_delegated(converted):
    found = converted.program("fast_12").delegation
    # Two encoders, the last of which has keys and values as products of another kind, and the head's two.
    assert found.inside["aten_linear_default"] == 6 + 4 + 2
    assert found.inside["quantized_decomposed_dequantize_per_channel_default"] == 6 + 4 + 1
    # Query, key and value read one activation.
    assert found.inside["quantized_decomposed_quantize_per_token_default"] == 4 + 4 + 1


def test_outside_the_delegate_nothing_is_quantised_and_nothing_multiplies(converted):
    """So that a build of ExecuTorch without its kernels for quantised numbers runs the file."""
    for program in converted.artifact.programs:
        outside = program.delegation.outside
        assert not [kind for kind in outside if "quantized" in kind or "mm" in kind or "linear" in kind]
    # Words and their scales, and the token types; positions are cut out of their table, with their scales.
    found = converted.program("fast_12").delegation
    assert found.outside["aten_embedding_default"] == 2 + 1
    assert found.inside["quantized_decomposed_dequantize_per_tensor_default"] == 2


def test_a_weight_is_in_the_file_once_for_all_programs(converted):
    content, weights = (converted.directory / "model-int8.pte").read_bytes(), Int8Weights()
    for source in converted.sources.values():
        rewritten = rewrite(source, weights)
        rows = [value for value in rewritten.state_dict.values() if value.dtype == torch.int8]
        assert len(rows) == {"fast_12": 6 + 4 + 1 + 2, "table_8": 1, "wide_512": 1}[source.name]
        assert {content.count(value.numpy().tobytes()) for value in rows} == {1}


def test_xnnpack_computes_what_the_rewritten_program_says(converted):
    source, tensors = converted.sources["fast_12"], inputs(LENGTH)
    expected = rewrite(source, Int8Weights()).module()(**tensors)
    found = answer(converted, "fast_12", tensors)
    np.testing.assert_allclose(found["logits"], expected["logits"].detach().numpy(), rtol=0, atol=ATOL)
    assert found["kept"].tolist() == expected["kept"].tolist()


def test_a_table_gives_its_rows_to_half_a_step(converted):
    words, ids = small_model().encoder.embeddings.word.weight.detach(), inputs(8)["input_ids"]
    found = answer(converted, "table_8", {"input_ids": ids})["logits"]
    step = words[ids[0]].abs().amax(1, keepdim=True).numpy() / 127
    error = np.abs(found - words[ids[0]].numpy())
    assert 0 < np.sqrt((error**2).mean()) < (step / np.sqrt(12)).max(), "uniform within a step, and not exact"


def test_the_largest_products_do_not_saturate(converted):
    """On processors without VNNI others add pairs of u8 x s8 in 16 bits, which hold less than two of them."""
    found = answer(converted, "wide_512", {"words": torch.ones(1, 512)})["logits"]
    np.testing.assert_allclose(found, np.full((1, 2), 8 * 512.0), rtol=1e-6)


def test_a_row_of_zeros_stays_zero():
    module = torch.export.export(Wide(), (), {"words": torch.ones(1, 512)}, strict=False).module()
    with torch.no_grad():
        module.wide.weight[3] = 0
    Int8Weights().replace(module)
    module.recompile()
    np.testing.assert_allclose(module(words=torch.ones(1, 512))["logits"].detach(), 7 * 512.0, rtol=1e-6)
