"""Activations: each name of transformers is computed as transformers does, by every engine, and saved by its name."""

import dataclasses
import json
from typing import get_args

import pytest
import torch
from transformers import AutoModelForSequenceClassification
from transformers.activations import ACT2CLS

from edge_power.conversion.artifacts import ENGINES
from edge_power.conversion.convert import convert
from edge_power.conversion.plan import Plan
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.config import Activation
from edge_power.model.families.family import ACTIVATIONS
from edge_power.model.retention_file import parse_keep
from edge_power_runtime import Bundle
from tests.edge_power.conftest import make_batch
from tests.tiny import VOCABULARY, tiny_config, tiny_model
from tests.tiny_families import family_checkpoint

# Both sum in float32, in other orders; the bar of the project.
ATOL = 1e-5
REFUSED = {"laplace", "sqrtsoftplus", "prelu", "xielu"}  # of attention, of routers, and two with weights of their own


def test_every_name_of_transformers_is_taken_or_refused_on_purpose():
    assert set(ACTIVATIONS) | REFUSED == set(ACT2CLS) and not set(ACTIVATIONS) & REFUSED
    assert set(ACTIVATIONS.values()) == set(get_args(Activation))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_it_is_computed_as_transformers_does(tmp_path, name):
    theirs = family_checkpoint(tmp_path, "bert", hidden_act=name)
    ours = PowerForSequenceClassification.from_pretrained(tmp_path)
    batch = make_batch([14, 5], 14, vocabulary=len(VOCABULARY))._asdict()
    with torch.no_grad():
        expected, found = theirs(**batch).logits, ours(**batch).logits
    torch.testing.assert_close(found, expected, rtol=0, atol=ATOL)
    ours.save_pretrained(tmp_path / "saved")
    assert json.loads((tmp_path / "saved" / "config.json").read_text(encoding="utf-8"))["hidden_act"] == name


def test_they_differ_from_each_other(tmp_path):
    """So that a name which is taken for another would be seen above: by more than the tolerance, on one input."""
    x = torch.linspace(-12, 12, 2001)
    values = {name: tiny_activation(name)(x) for name in get_args(Activation)}
    for name, found in values.items():
        for other, compared in values.items():
            assert name == other or (found - compared).abs().max() > 1e-4, (name, other)


def tiny_activation(name):
    return tiny_model(dataclasses.replace(tiny_config(), activation=name)).encoder.stack()[0].activation


@pytest.mark.parametrize("name", get_args(Activation))
def test_a_model_made_in_memory_is_read_back(tmp_path, name):
    tiny_model(dataclasses.replace(tiny_config(), activation=name)).save_pretrained(tmp_path)
    assert PowerForSequenceClassification.from_pretrained(tmp_path).config.activation == name
    theirs = AutoModelForSequenceClassification.from_pretrained(tmp_path)
    assert ACTIVATIONS[theirs.config.hidden_act] == name


@pytest.mark.slow
@pytest.mark.parametrize("name", get_args(Activation))
def test_every_engine_computes_it(tmp_path, name):
    model = tiny_model(dataclasses.replace(tiny_config(), activation=name, num_encoders=2))
    plan = Plan(engines=ENGINES, lengths=(16,), budgets={"fast": parse_keep("0.6")}, one_process=True)
    convert(model, tmp_path / "bundle", plan)  # which compares with eager to 1e-4
    parities = [artifact.programs[0].parity for artifact in Bundle.open(tmp_path / "bundle").manifest.artifacts]
    assert len(parities) == 3 and all(parity.kept_agreement == 1 for parity in parities)
