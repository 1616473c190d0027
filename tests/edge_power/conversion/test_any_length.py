"""One program for every length against the eager model, in PyTorch; tests/e2e has ONNX Runtime."""

import pytest
import torch

from edge_power.conversion.any_length import trace_any_length
from edge_power.conversion.open_counts import CountsLookedUp, CountsReckoned
from edge_power.conversion.tracing import Tracer
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.extract import LOWERINGS
from edge_power_converters import ConversionError, SourceProgram
from edge_power_converters.open_length import export_open
from edge_power_converters.preconditions import check_programs
from edge_power_runtime import RetentionSchedule
from tests.tiny_families import family_checkpoint

# As in test_tracing.py: sums in another order.
ATOL = 1e-5
LONGEST = 11


# At 24 tokens the third encoder passes on all that enter it, and at 7 or 9 it does not.
NEAR, NEAR_LONGEST = RetentionSchedule((0.8171, 0.5723, 0.55, 0.44)), 24


def inputs(names, length):
    """A text of words that differ, without padding."""
    ids = 5 + torch.arange(length).unsqueeze(0)
    made = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "token_type_ids": torch.zeros_like(ids)}
    return {name: made[name] for name in names}


@pytest.mark.parametrize("lowering", LOWERINGS)
def test_each_length_is_that_of_a_static_program(model, lowering):
    schedule, parts = RetentionSchedule((0.9, 0.6, 0.3, 0.3)), Tracer(model)
    program = trace_any_length(parts, schedule, LONGEST, lowering=lowering).module()
    # Every encoder drops at 11. At 5 and 1 some do not, and need equals in order, which PyTorch's topk leaves open.
    for length in (LONGEST,) if lowering == "topk" else (LONGEST, 5, 1):
        config, given = schedule.at(length), inputs(parts.input_names, length)
        with torch.no_grad():
            static, found = parts.trace(config, lowering=lowering).module()(**given), program(**given)
        torch.testing.assert_close(found["logits"], static["logits"], rtol=0, atol=ATOL)
        assert found["kept"].tolist() == (static["kept"].tolist() if config.drops else [])


@pytest.mark.parametrize("counts", [CountsLookedUp, CountsReckoned])
def test_an_encoder_may_drop_at_some_lengths_and_not_at_the_longest(model, counts):
    assert 3 - len(NEAR.at(NEAR_LONGEST).drops) == 1
    parts = Tracer(model)
    # Where nothing is dropped equals stay in order, which PyTorch's topk leaves open.
    program = trace_any_length(parts, NEAR, NEAR_LONGEST, lowering="compare", counts=counts).module()
    for length in range(1, NEAR_LONGEST + 1):
        config, given = NEAR.at(length), inputs(parts.input_names, length)
        with torch.no_grad():
            found, eager = program(**given), model(**given, retention=config)
        torch.testing.assert_close(found["logits"], eager.logits, rtol=0, atol=ATOL)
        assert found["kept"].shape == (sum(config.keep[encoder] for encoder in config.drops),), length


class Supposes(torch.nn.Module):
    """A part that is empty where the length is a multiple of 8, and at the longest is."""

    def forward(self, input_ids):
        length = input_ids.shape[1]
        part = (length // 2) * torch.sym_min(1, length % 8)
        return {"logits": torch.cat([input_ids[0, :part], input_ids[0]])}


def test_a_graph_that_is_right_at_its_longest_alone_is_refused():
    with pytest.raises(ConversionError, match=r"as if .* < 2 of every text, which is wrong at 4 tokens; convert"):
        export_open(Supposes(), {"input_ids": torch.empty(0, dtype=torch.int64)}, 24)


@pytest.mark.parametrize(
    "model_type",
    ["roberta", *(pytest.param(name, marks=pytest.mark.slow) for name in ("albert", "distilbert", "electra"))],
)
def test_every_family(tmp_path, model_type):
    family_checkpoint(tmp_path, model_type)
    model = PowerForSequenceClassification.from_pretrained(tmp_path)
    schedule, parts = RetentionSchedule((0.9, 0.6, 0.6)), Tracer(model)
    program = trace_any_length(parts, schedule, LONGEST).module()
    given = inputs(parts.input_names, LONGEST)
    with torch.no_grad():
        eager, found = model(**given, retention=schedule.at(LONGEST)), program(**given)
    torch.testing.assert_close(found["logits"], eager.logits, rtol=0, atol=ATOL)


def test_a_text_as_long_as_the_position_table(model):
    longest, parts = model.config.max_positions, Tracer(model)
    schedule = RetentionSchedule.full(model.config.num_encoders)
    given = inputs(parts.input_names, longest)
    with torch.no_grad():
        found, eager = trace_any_length(parts, schedule, longest).module()(**given), model(**given)
    assert list(found) == ["logits"], "nothing is dropped at any length"
    torch.testing.assert_close(found["logits"], eager.logits, rtol=0, atol=ATOL)


def test_only_an_engine_that_takes_any_length_gets_such_a_program(model):
    exported = trace_any_length(Tracer(model), RetentionSchedule.full(4), 6)
    program = SourceProgram("full_6", "full", 6, exported, last=4, any_length=True)
    check_programs([program], any_length=True)
    with pytest.raises(ConversionError, match="program full_6: .* expected whole numbers alone|compared with PyTorch"):
        check_programs([program])
    assert {name: tuple(tensor.shape) for name, tensor in program.outputs.items()} == {"logits": (1, 2)}
    assert {tuple(tensor.shape) for tensor in program.inputs.values()} == {(1, 6)}
