"""Of which models a file for MediaPipe can be had, and what is in it; MediaPipe itself is asked in tests/stock."""

import dataclasses
import io
import json
import zipfile

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from edge_power.conversion.text_classifier import mediapipe_vocabulary, write_text_classifier
from edge_power.conversion.tracing import Tracer
from edge_power.errors import OptionError
from edge_power_runtime import RetentionConfig
from tests.tiny import VOCABULARY, tiny_config, tiny_model, tiny_tokenizer

LENGTH = 8
# One graph against eager, in other orders of additions; probabilities are at most 1.
ATOL = 1e-5


@pytest.fixture
def tokenizer(tmp_path):
    """tokenizer.json of the tiny model, which a test may change."""
    path = tmp_path / "tokenizer.json"
    tiny_tokenizer().backend_tokenizer.save(str(path))
    return path


def change(path, part: str, key: str, value: object) -> None:
    content = json.loads(path.read_text())
    content[part][key] = value
    path.write_text(json.dumps(content))


def test_the_vocabulary_is_by_id(tokenizer):
    assert mediapipe_vocabulary(tiny_model(), tokenizer.parent) == VOCABULARY


@pytest.mark.parametrize(
    ("part", "key", "value", "message"),
    [
        ("model", "type", "BPE", "the tokenizer is BPE, expected WordPiece with ##"),
        ("normalizer", "lowercase", False, "the tokenizer keeps upper case, and MediaPipe lowers every letter"),
        ("model", "vocab", {"[UNK]": 0, "a": 2}, "ids of the vocabulary are left out or there twice"),
        ("model", "vocab", {"[UNK]": 0, "a": 1}, r"the vocabulary has no \[CLS\], \[SEP\]"),
    ],
)
def test_tokenizers_that_mediapipe_has_not_are_refused(tokenizer, part, key, value, message):
    change(tokenizer, part, key, value)
    with pytest.raises(OptionError, match=f"^`tflite_metadata` cannot be had: {message}"):
        mediapipe_vocabulary(tiny_model(), tokenizer.parent)


def test_a_regressor_is_refused(tokenizer):
    model = tiny_model(dataclasses.replace(tiny_config(), task="regression", labels=()))
    with pytest.raises(OptionError, match="the task is regression, expected classification with one label a text"):
        mediapipe_vocabulary(model, tokenizer.parent)


@pytest.mark.thorough  # MediaPipe itself reads such a file in tests/stock
def test_the_file_gives_probabilities_and_holds_its_words_and_labels(tmp_path):
    model = tiny_model(dataclasses.replace(tiny_config(), num_encoders=2))
    path, config = tmp_path / "mediapipe.tflite", RetentionConfig(LENGTH, (5, 1))
    write_text_classifier(model, Tracer(model), config, VOCABULARY, path=path, name="tiny")
    content = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.read("vocab.txt").decode().splitlines() == VOCABULARY
        assert archive.read("labels.txt").decode().splitlines() == ["negative", "positive"]
    found = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content))
    entry = next(entry for entry in found.metadata if entry.name == b"TFLITE_METADATA")
    assert found.buffers[entry.buffer].data[4:8].tobytes() == b"M001"
    runner = Interpreter(model_path=str(path)).get_signature_runner("classify")
    ids = np.array([[2, 5, 6, 3, 0, 0, 0, 0]], np.int32)
    inputs = {"input_ids": ids, "attention_mask": (ids > 0).astype(np.int32), "token_type_ids": ids * 0}
    import torch

    with torch.no_grad():
        tensors = {name: torch.from_numpy(value).long() for name, value in inputs.items()}
        expected = torch.softmax(model(**tensors, retention=config).logits, -1).numpy()
    np.testing.assert_allclose(runner(**inputs)["probability"], expected, rtol=0, atol=ATOL)


def test_inputs_are_named_as_mediapipe_looks_for_them(tmp_path):
    model = tiny_model(dataclasses.replace(tiny_config(), num_encoders=1, num_token_types=0))
    path = tmp_path / "mediapipe.tflite"
    write_text_classifier(model, Tracer(model), RetentionConfig(LENGTH, (1,)), VOCABULARY, path=path, name="tiny")
    details = Interpreter(model_path=str(path)).get_input_details()
    # The model reads no token types, so that nothing reads the third.
    assert sorted(entry["name"] for entry in details) == [
        "serving_default_input_mask:0",
        "serving_default_input_type_ids:0",
        "serving_default_input_word_ids:0",
    ]
    assert {tuple(entry["shape"]) for entry in details} == {(1, LENGTH)}
