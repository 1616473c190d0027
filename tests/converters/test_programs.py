"""Programs as converters take them, and as the manifest has them."""

import pytest
import torch

from edge_power_converters import ConversionError, SourceProgram
from edge_power_converters.executorch.rewrite import rewrite
from edge_power_converters.program import tensor_specs


class TwoInputs(torch.nn.Module):
    """Names in another order than the alphabet's."""

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"logits": input_ids + attention_mask, "kept": input_ids - attention_mask}


class Positional(torch.nn.Module):
    """No dict comes out."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + 1


class TopkValues(torch.nn.Module):
    """Uses what a rewritten topk would change."""

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"best": torch.topk(x[0], 2).values}


def export(module, **inputs):
    return torch.export.export(module.eval(), (), inputs)


@pytest.fixture(scope="module")
def two():
    ids, mask = (torch.ones(1, 3, dtype=torch.int64) for _ in range(2))
    return SourceProgram("two", "full", 3, export(TwoInputs(), input_ids=ids, attention_mask=mask), last=1)


def test_names_are_those_of_the_keywords(two):
    assert list(two.inputs) == ["input_ids", "attention_mask"]
    assert list(two.outputs) == ["logits", "kept"]
    assert {name: (sample.shape, sample.dtype) for name, sample in two.samples().items()} == {
        "input_ids": ((1, 3), torch.int64),
        "attention_mask": ((1, 3), torch.int64),
    }


def test_specifications_by_name_and_by_position(two):
    by_name = tensor_specs(two.inputs, addressed_by="name", narrow=True)
    assert [(spec.name, spec.role, spec.engine_name, spec.position, spec.dtype, spec.shape) for spec in by_name] == [
        ("input_ids", "ids", "input_ids", None, "int32", (1, 3)),
        ("attention_mask", "mask", "attention_mask", None, "int32", (1, 3)),
    ]
    by_position = tensor_specs(two.outputs, addressed_by="position")
    assert [(spec.engine_name, spec.position, spec.dtype) for spec in by_position] == [
        (None, 0, "int64"),
        (None, 1, "int64"),
    ]


def test_a_program_that_gives_no_dict_is_refused():
    program = SourceProgram("bare", "full", 2, export(Positional(), x=torch.ones(1, 2)), last=1)
    with pytest.raises(ConversionError, match="bare must take keyword tensors and return a dict"):
        _ = program.outputs


def test_topk_values_are_not_silently_changed():
    program = SourceProgram("values", "full", 4, export(TopkValues(), x=torch.ones(1, 4)), last=1)
    with pytest.raises(ConversionError, match="program values uses the values of a topk"):
        rewrite(program)


def test_a_program_with_nothing_to_rewrite_is_left_alone(two):
    assert rewrite(two) is two.exported
