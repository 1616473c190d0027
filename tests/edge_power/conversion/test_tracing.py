"""Static programs against the eager model, in PyTorch; the engines come in tests/converters."""

import numpy as np
import pytest
import torch

from edge_power.conversion.tracing import Tracer
from edge_power.model.extract import LOWERINGS
from edge_power_converters import SourceProgram
from edge_power_converters.preconditions import check_programs
from edge_power_runtime import RetentionConfig, RetentionSchedule
from edge_power_runtime.bundle.tensors import INPUT_NAMES
from edge_power_runtime.retention import survivors
from tests.edge_power.conftest import make_batch
from tests.tiny import VOCABULARY, tiny_config, tiny_model, zero_attention

# The traced form sums in another order (no batch axis, 1/sqrt(d) folded into the weights): a few ulps of a logit.
ATOL = 1e-5
SCHEDULE = RetentionSchedule((0.8, 0.5, 0.3, 0.3))


@pytest.fixture(scope="module")
def tracer(model):
    return Tracer(model)


def run(program, batch, row=0):
    with torch.no_grad():
        return program.module()(**{name: item[row : row + 1] for name, item in batch._asdict().items()})


def words_kept(positions, words):
    return [{position for position in kept if position < words} for kept in positions]


def assert_same_as_eager(model, program, config, batch, num_words):
    with torch.no_grad():
        eager = model(*batch, retention=config)
    for row, words in enumerate(num_words):
        outputs = run(program, batch, row)
        torch.testing.assert_close(outputs["logits"][0], eager.logits[row], rtol=0, atol=ATOL)
        if config.drops:
            found = survivors(outputs["kept"].numpy(), config)
            expected = [kept[row].tolist() for kept in eager.encoder.survivors]
            assert words_kept(found, words) == words_kept(expected, words)


@pytest.mark.parametrize("lowering", LOWERINGS)
@pytest.mark.parametrize("length", [3, 8, 25])
def test_traced_is_eager(model, tracer, lowering, length):
    num_words = sorted({2, 3, length // 2 + 1, length})
    config = SCHEDULE.at(length)
    batch = make_batch(num_words, length, vocabulary=len(VOCABULARY), seed=length)
    assert_same_as_eager(model, tracer.trace(config, lowering=lowering), config, batch, num_words)


@pytest.mark.parametrize("lowering", LOWERINGS)
@pytest.mark.parametrize("keep", [(12, 12, 5, 1), (12, 4, 4, 1), (1, 1, 1, 1), (11, 10, 9, 1), (5, 5, 5, 5)], ids=str)
def test_configurations_where_some_encoders_drop_nothing(model, tracer, keep, lowering):
    config = RetentionConfig(12, keep)
    batch = make_batch([7, 12], 12, vocabulary=len(VOCABULARY))
    assert_same_as_eager(model, tracer.trace(config, lowering=lowering), config, batch, [7, 12])


@pytest.mark.parametrize(
    "options", [{"labels": (), "task": "regression"}, {"labels": tuple("abcde")}, {"labels": ("no", "yes")}], ids=str
)
def test_every_head(options):
    model = tiny_model(tiny_config(**options), seed=3)
    config = SCHEDULE.at(10)
    program = Tracer(model).trace(config)
    batch = make_batch([4, 10], 10, vocabulary=len(VOCABULARY))
    assert_same_as_eager(model, program, config, batch, [4, 10])
    assert tuple(run(program, batch)["logits"].shape) == (1, len(options["labels"]) or 1)


def test_full_retention_has_no_output_kept(tracer):
    for keep in ((9, 9, 9, 1), (9, 9, 9, 9)):
        source = SourceProgram("full", "full", 9, tracer.trace(RetentionConfig(9, keep)), last=len(keep))
        assert list(source.outputs) == ["logits"]


@pytest.mark.parametrize("lowering", LOWERINGS)
def test_programs_are_static_and_their_tensors_are_named(tracer, lowering):
    config = SCHEDULE.at(10)
    source = SourceProgram("fast_10", "fast", 10, tracer.trace(config, lowering=lowering), last=len(config.keep))
    assert list(source.inputs) == list(INPUT_NAMES)
    assert all(tuple(fake.shape) == (1, 10) and fake.dtype == torch.int64 for fake in source.inputs.values())
    assert {name: (tuple(fake.shape), fake.dtype) for name, fake in source.outputs.items()} == {
        "logits": ((1, 2), torch.float32),
        "kept": ((sum(config.keep[:3]),), torch.int64),
    }
    assert not source.exported.range_constraints
    for node in source.exported.graph.nodes:
        shape = getattr(node.meta.get("val"), "shape", ())
        assert all(isinstance(size, int) for size in shape), f"{node} has the shape {shape}"


@pytest.mark.parametrize("lowering", LOWERINGS)
def test_a_program_refuses_another_length(tracer, lowering):
    program = tracer.trace(SCHEDULE.at(10), lowering=lowering)
    with pytest.raises(Exception, match="10"):
        run(program, make_batch([5], 11, vocabulary=len(VOCABULARY)))


def test_one_row_may_enter_the_last_encoder(tracer):
    """As in a short program of a steep schedule; every operator of it is one that the converters know."""
    program = SourceProgram("short_8", "short", 8, tracer.trace(RetentionConfig(8, (4, 2, 1, 1))), last=4)
    check_programs([program])


def test_programs_of_a_model_share_its_weights(tracer):
    first, second = (tracer.trace(SCHEDULE.at(length)) for length in (8, 12))
    addresses = {tensor.data_ptr() for tensor in first.state_dict.values() if tensor.numel() > 1000}
    assert addresses
    assert addresses == {tensor.data_ptr() for tensor in second.state_dict.values() if tensor.numel() > 1000}


def test_tracing_leaves_the_model_as_it_was(model):
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    Tracer(model).trace(SCHEDULE.at(8))
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert list(model.state_dict()) == list(before)


@pytest.mark.parametrize("words", [2, 7, 12])
@pytest.mark.parametrize("lowering", LOWERINGS)
def test_the_same_text_in_a_longer_program(tracer, lowering, words):
    keep = (9, 6, 3, 1)
    batch = make_batch([words], 12, vocabulary=len(VOCABULARY), seed=words)
    found = []
    for length in (12, 21):
        config = RetentionConfig(length, keep)
        outputs = run(tracer.trace(config, lowering=lowering), batch.widen(length))
        found.append((outputs["logits"], words_kept(survivors(outputs["kept"].numpy(), config), words)))
    torch.testing.assert_close(found[1][0], found[0][0], rtol=0, atol=ATOL)
    assert found[1][1] == found[0][1]


def test_ties_go_to_the_earlier_position():
    """Attention without weights is uniform, so that all words tie. Engines' topk is tried in tests/converters."""
    model = zero_attention(tiny_model())
    config = RetentionConfig(12, (9, 6, 2, 1))
    batch = make_batch([8, 12, 3], 12, vocabulary=len(VOCABULARY))
    with torch.no_grad():
        eager = model(*batch, retention=config).encoder
    for kept, count in zip(eager.survivors, config.keep, strict=False):
        assert kept.tolist() == [list(range(count))] * 3
    scores = eager.scores[0][0, :8]
    assert len(set(scores.tolist())) == 1, "the scores must tie for this test to mean something"
    program = Tracer(model).trace(config, lowering="compare")
    for row in range(3):
        found = survivors(run(program, batch, row)["kept"].numpy(), config)
        assert found == tuple(tuple(range(count)) for count in config.keep[:-1])


def test_kept_is_decoded_row_by_row():
    """The runtime's `survivors` against a hand-made example: rows index what entered, not the text."""
    kept = np.array([0, 4, 2, 0, 2])
    assert survivors(kept, RetentionConfig(5, (3, 2, 1))) == ((0, 4, 2), (0, 2))
