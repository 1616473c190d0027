"""A whole fit of every family: from an encoder without a head for these labels to a checkpoint for transformers."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForSequenceClassification

from edge_power.fitting.options import Goal
from edge_power.fitting.run import fit
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.tokenizer import text_encoder
from tests.tiny_families import family_checkpoint
from tests.tiny_fit import make_rows, options_of, write_task

TARGET = 0.5

# As in test_families.py: ours and transformers' sum attention in different orders.
ATOL = 1e-5


@pytest.mark.thorough
@pytest.mark.parametrize("model_type", ["bert", "albert", "distilbert", "roberta", "electra"])
def test_a_family_is_fitted(tmp_path: Path, model_type: str) -> None:
    train, _ = write_task(tmp_path, rows=96)
    family_checkpoint(tmp_path / "pretrained", model_type)
    options = options_of(tmp_path / "pretrained", train, tmp_path / "fitted", Goal(target=TARGET))
    record = fit(options)
    assert [phase.name for phase in record.phases] == ["fine-tune", "search", "re-train"]
    # A schedule is scaled to meet the target from below; the texts are few and short, so that one word is some 3 %.
    assert TARGET * 0.94 <= record.phases[-1].multiply_adds <= TARGET

    ours = PowerForSequenceClassification.from_pretrained(tmp_path / "fitted")
    assert ours.config.labels == ("negative", "positive")
    assert ours.retention is not None and ours.retention.schedule is not None
    assert ours.retention.schedule.fractions == record.budgets[0].schedule
    theirs = AutoModelForSequenceClassification.from_pretrained(tmp_path / "fitted").eval()
    assert theirs.config.id2label == {0: "negative", 1: "positive"}
    encoder = text_encoder(ours)
    for text, _ in make_rows(4, seed=5):
        encoded = encoder.encode(text, 40)
        batch = {
            name: torch.from_numpy(values.copy()) for name, values in encoder.pad(encoded, encoded.num_tokens).items()
        }
        with torch.no_grad():
            torch.testing.assert_close(ours(**batch).logits, theirs(**batch).logits, rtol=0, atol=ATOL)
