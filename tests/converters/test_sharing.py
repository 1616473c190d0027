"""One copy of the weights, however many programs an artifact holds."""

import dataclasses

import pytest

from edge_power.conversion.artifacts import ENGINES
from edge_power.conversion.tracing import Tracer
from edge_power_converters import SourceProgram
from edge_power_runtime import RetentionConfig
from tests.converters.conftest import convert_for
from tests.tiny import tiny_config, tiny_model

# The bar of the project, and what a graph of two encoders may take besides: some 40 kB in the most talkative format.
RATIO = 1.03
GRAPH_BYTES = 60_000


# These take half a minute; that their int8 files share weights, the tests of their precisions ask.
SLOWER = [pytest.param(engine, marks=pytest.mark.thorough) for engine in ENGINES if engine != "onnx"]


@pytest.mark.parametrize("engine", ["onnx", *SLOWER])
def test_two_lengths_weigh_as_much_as_the_weights(engine, tmp_path):
    config = dataclasses.replace(tiny_config(), num_encoders=2, hidden_size=64, intermediate_size=2048, vocab_size=8000)
    tracer = Tracer(tiny_model(config))
    programs = [
        SourceProgram(f"fast_{length}", "fast", length, tracer.trace(RetentionConfig(length, (length // 2, 1))), last=2)
        for length in (6, 14)
    ]
    size = convert_for(engine, programs, tmp_path).artifact.size_bytes
    weights = 4 * sum(parameter.numel() for parameter in tiny_model(config).parameters())
    assert weights > 4_000_000, "weights must dominate for this test to mean something"
    assert weights * 0.99 < size < weights * RATIO + len(programs) * GRAPH_BYTES
