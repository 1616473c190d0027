"""Multiply-adds, against what PyTorch counts while a traced program runs."""

import dataclasses

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from edge_power.conversion.tracing import Tracer
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.macs import count_macs
from edge_power_runtime import RetentionConfig
from edge_power_runtime.bundle.tensors import INPUT_NAMES
from tests.tiny import tiny_config

SHAPES = {
    "tiny": tiny_config(),
    "odd": dataclasses.replace(
        tiny_config(labels=tuple("abcdefg")), hidden_size=21, num_heads=3, intermediate_size=37, num_encoders=3
    ),
    "one encoder": dataclasses.replace(tiny_config(labels=(), task="regression"), num_encoders=1),
    "one head": dataclasses.replace(tiny_config(), hidden_size=8, num_heads=1, intermediate_size=5, num_encoders=2),
}
CASES = [
    ("tiny", 8, (7, 4, 3, 1)),
    ("tiny", 24, (24, 24, 24, 1)),
    ("tiny", 24, (24, 12, 12, 1)),
    ("tiny", 64, (33, 17, 1, 1)),
    ("tiny", 2, (1, 1, 1, 1)),
    ("odd", 17, (13, 5, 1)),
    ("odd", 17, (17, 17, 17)),
    ("one encoder", 9, (1,)),
    ("one head", 5, (3, 1)),
]


@pytest.mark.parametrize(("shape", "length", "keep"), CASES, ids=str)
def test_count_is_what_pytorch_counts(shape, length, keep):
    config, retention = SHAPES[shape], RetentionConfig(length, keep)
    program = Tracer(PowerForSequenceClassification(config).eval()).trace(retention).module()
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        program(**{name: torch.ones(1, length, dtype=torch.int64) for name in INPUT_NAMES})
    found = count_macs(config, retention)
    assert found.total == counter.get_total_flops() / 2
    assert len(found.encoders) == config.num_encoders
    assert found.total == sum(found.encoders) + found.head


def test_the_last_number_decides_nothing():
    config = tiny_config()
    assert count_macs(config, RetentionConfig(8, (6, 5, 4, 4))) == count_macs(config, RetentionConfig(8, (6, 5, 4, 1)))


def test_a_hand_count():
    """One encoder that drops 4 to 2 of hidden size 2, one head, width 3; then the last; two labels."""
    config = dataclasses.replace(
        tiny_config(), hidden_size=2, num_heads=1, intermediate_size=3, num_encoders=2, vocab_size=9
    )
    found = count_macs(config, RetentionConfig(4, (2, 1)))
    # q k v: 3*4*2*2; scores 4*4*2; votes 3*4*4: the head, the queries, the diagonal; context 2*4*2; output 2*2*2;
    # feed-forward 2*(2*2*3).
    assert found.encoders[0] == 48 + 32 + 48 + 16 + 8 + 24
    assert found.head == 2 * 2 + 2 * 2
