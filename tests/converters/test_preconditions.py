"""What a converter refuses before it lowers: in one line, by the program, the node and what was expected."""

import dataclasses
from typing import get_args

import pytest
import torch

from edge_power.conversion.artifacts import converter_for
from edge_power.conversion.engines import ENGINES, WRITTEN
from edge_power.conversion.tracing import Tracer
from edge_power.model.config import Activation
from edge_power.model.extract import LOWERINGS
from edge_power_converters import ConversionError, SourceProgram, fp32
from edge_power_converters.preconditions import OPERATORS, check_programs, operator_of
from edge_power_runtime import RetentionConfig
from tests.tiny import tiny_config, tiny_model

PRUNED = RetentionConfig(6, (4, 1))


class Given(torch.nn.Module):
    """Gives what a function makes of the mask, as logits."""

    def __init__(self, work) -> None:
        super().__init__()
        self.work = work

    def forward(self, attention_mask: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"logits": self.work(attention_mask)}


def program_of(work, *, name="p", mask=None, **options) -> SourceProgram:
    sample = {"attention_mask": torch.ones(1, 4) if mask is None else mask}
    exported = torch.export.export(Given(work), (), sample, strict=False, **options)
    return SourceProgram(name, "full", 4, exported, last=1)


class Named(torch.nn.Module):
    """Takes what no manifest has a name for."""

    def forward(self, pixels: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"logits": pixels + 1}


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (
            lambda: program_of(torch.erf),
            "program p: the node erf is erf, which is compared with PyTorch on no engine; expected one of "
            "_assert_tensor_metadata, add.Tensor, ",
        ),
        (
            lambda: program_of(lambda x: torch.add(x, 1, alpha=2).cumprod(1)),
            "program p: the node cumprod is cumprod, which is compared with",
        ),
        (
            lambda: program_of(lambda x: (x.to(torch.float64) + 1).to(torch.float32)),
            "program p: the node to gives torch.float64; expected torch.int32 or torch.int64 or torch.float32 or torc",
        ),
        (
            lambda: program_of(lambda x: x + 1, mask=torch.ones(1, 4, dtype=torch.float64)),
            "program p takes attention_mask as torch.float64; expected torch.int32 or torch.int64 or torch.float32",
        ),
        (
            lambda: program_of(lambda x: x > 0),
            "program p gives logits as torch.bool; expected torch.int32 or torch.int64 or torch.float32",
        ),
        (
            lambda: SourceProgram(
                "p", "full", 4, torch.export.export(Named(), (), {"pixels": torch.ones(1, 4)}, strict=False), last=1
            ),
            "program p takes pixels; expected tensors called input_ids, attention_mask, token_type_ids, words, logits,",
        ),
        (
            lambda: program_of(
                lambda x: x + 1, dynamic_shapes={"attention_mask": {1: torch.export.Dim("n", min=2, max=64)}}
            ),
            "expected whole numbers alone: export without dynamic shapes",
        ),
    ],
    ids=["operator", "second operator", "dtype within", "dtype in", "dtype out", "name", "shape"],
)
@pytest.mark.parametrize("engine", ENGINES)
def test_each_converter_refuses_before_it_writes(tmp_path, engine, program, message):
    steps = []
    with pytest.raises(ConversionError) as refused:
        converter_for(engine).convert([program()], tmp_path, fp32(engine, "topk"), progress=steps.append)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not steps and not list(tmp_path.iterdir())


@pytest.mark.parametrize("engine", ENGINES)
def test_a_precision_that_no_converter_writes(tmp_path, engine):
    recipe = dataclasses.replace(fp32(engine, "topk"), precision="int4")
    expected = " or ".join(WRITTEN[engine])
    with pytest.raises(ConversionError, match=f"^no converter writes int4 for {engine}; expected {expected}$"):
        converter_for(engine).convert([program_of(torch.relu)], tmp_path, recipe, progress=lambda name: None)
    assert not list(tmp_path.iterdir())


def test_no_program_and_two_of_one_name():
    with pytest.raises(ConversionError, match="^no program to convert; give at least one length$"):
        check_programs([])
    with pytest.raises(ConversionError, match="^two programs are called p; each budget and length may be given once$"):
        check_programs([program_of(torch.relu), program_of(torch.tanh)])


def test_every_operator_is_one_that_our_models_use():
    """The list is neither short, for then a model could not be converted, nor long, for then nobody tried them all."""
    base, found = dataclasses.replace(tiny_config(), num_encoders=2), set()
    variants = [dataclasses.replace(base, activation=activation) for activation in get_args(Activation)]
    variants += [dataclasses.replace(base, position_offset=2), dataclasses.replace(base, head_activation="relu")]
    for config in variants:
        tracer = Tracer(tiny_model(config))
        for lowering in LOWERINGS:
            program = SourceProgram("p", "fast", 6, tracer.trace(PRUNED, lowering=lowering), last=2)
            check_programs([program])
            found |= {operator_of(node) for node in program.exported.graph.nodes if node.op == "call_function"}
    assert found - {"getitem"} == OPERATORS
