"""MediaPipe's own TextClassifier on the file that `convert --tflite-metadata` writes, against our classifier."""

import json
import subprocess
import unicodedata
from pathlib import Path

import pytest

import edge_power
from edge_power_runtime import Classifier
from tests.tiny import tiny_model

pytestmark = pytest.mark.mediapipe

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-mediapipe/bin/python"
CHECKPOINT = ROOT.parent / "shared/checkpoints/minilm-sst2"
TEXTS = (
    "the film was good , but the music was dull !",
    "A GOOD Film, It's GREAT (really)... $5, 90% of it",
    "",
    "very " * 40 + "dull",
    "a\tgood\nmovie",
)
ACCENTED = "A naïve, très dull résumé of Amélie"
# Probabilities of one graph, of float32: LiteRT's of here and MediaPipe's own may add in different orders.
ATOL = 1e-4


def asked(path: Path, texts: list[str], labels: tuple[str, ...]) -> list[tuple[float, ...]]:
    """The probabilities that MediaPipe gives, in the order of `labels`."""
    client = [PYTHON, Path(__file__).with_name("mediapipe_client.py"), path]
    done = subprocess.run(client, input=json.dumps(texts), capture_output=True, text=True, check=True)
    return [tuple(answer[label] for label in labels) for answer in json.loads(done.stdout)]


def unaccented(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if unicodedata.category(letter) != "Mn")


@pytest.fixture(scope="module", params=["tiny", pytest.param("real", marks=pytest.mark.real)])
def bundle(request, tmp_path_factory):
    if request.param == "real" and not CHECKPOINT.is_dir():
        pytest.skip("the real checkpoint is not beside this checkout")
    model = tiny_model() if request.param == "tiny" else CHECKPOINT
    path = tmp_path_factory.mktemp("mediapipe") / "bundle"
    keep = (0.8, 0.6, 0.45) if request.param == "tiny" else (0.8, 0.6, 0.45, 0.3, 0.2)
    edge_power.convert(model, path, engines=["tflite"], lengths=[24], keep=keep, full=False, tflite_metadata=True)
    return path


def test_labels_and_scores_are_ours(bundle):
    classifier = Classifier.open(bundle, engine="tflite")
    for text, answer in zip(TEXTS, asked(bundle / "mediapipe.tflite", list(TEXTS), classifier.labels), strict=True):
        ours = classifier(text)
        assert classifier.labels[answer.index(max(answer))] == ours.label
        assert answer == pytest.approx(ours.scores, abs=ATOL)
    assert classifier(TEXTS[3]).truncated


def test_accents_are_the_caller_s_to_take_off(bundle):
    """MediaPipe looks letters up with their accents, which an uncased vocabulary lacks; without, it reads as we do."""
    classifier = Classifier.open(bundle, engine="tflite")
    ours = classifier(ACCENTED)
    kept, folded = asked(bundle / "mediapipe.tflite", [ACCENTED, unaccented(ACCENTED)], classifier.labels)
    assert folded == pytest.approx(ours.scores, abs=ATOL)
    assert kept != pytest.approx(ours.scores, abs=ATOL)
