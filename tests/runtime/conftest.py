"""A toy bundle whose every number can be worked out by hand, and an engine in numpy that runs it."""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from edge_power_runtime import Bundle
from edge_power_runtime.bundle.artifacts import Artifact
from edge_power_runtime.bundle.seal import write_manifest
from edge_power_runtime.bundle.tensors import ROLES
from tests.cascades import change_manifest, two_budgets

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "good", "bad", "film", "the", "##s", "very", "dull")
LENGTHS = (8, 16)
KEEP = {"full": {8: (8, 8, 1), 16: (16, 16, 1)}, "fast": {8: (4, 2, 1), 16: (8, 4, 1)}}
CLS_BONUS = 1e6


def toy_run(inputs: Mapping[str, np.ndarray], keep: tuple[int, ...]) -> dict[str, np.ndarray]:
    """The toy model: the logits are s/100 and 1 - s/100 with s the sum of the real ids; larger ids are kept."""
    values = (inputs["input_ids"] * inputs["attention_mask"])[0].astype(np.float32)
    total = values.sum() / 100
    outputs = {"logits": np.array([[total, 1 - total]], dtype=np.float32)}
    values[0] += CLS_BONUS
    kept = []
    for count in keep[:-1]:
        if count < len(values):
            rows = np.argsort(-values, kind="stable")[:count]
            values = values[rows]
            kept.append(rows)
    if kept:
        outputs["kept"] = np.concatenate(kept)
    return outputs


class ToyEngine:
    """Runs toy programs in numpy and counts what it loads."""

    loaded: list[str]

    def __init__(self) -> None:
        self.loaded = []

    def session(self, program):
        """Load a program: nothing but its configuration is needed."""
        self.loaded.append(program.name)
        return ToySession(KEEP[program.budget][program.length])


class ToySession:
    """A toy program."""

    def __init__(self, keep: tuple[int, ...]) -> None:
        self.keep = keep

    def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Run it."""
        return toy_run(inputs, self.keep)


def toy_tokenizer() -> str:
    """tokenizer.json of a WordPiece tokenizer that knows WORDS; padding is set, to be ignored."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.WordPiece({word: index for index, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.enable_padding(length=128)
    return tokenizer.to_str()


def entry(root: Path, name: str) -> dict:
    """The manifest's entry of a file that is there."""
    data = (root / name).read_bytes()
    return {"path": name, "size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def toy_tensor(name: str, dtype: str, shape: list[int]) -> dict:
    """The manifest's tensor of an engine that goes by names."""
    return {
        "name": name,
        "role": ROLES[name],
        "engine_name": name,
        "position": None,
        "dtype": dtype,
        "shape": shape,
    }


def toy_program(budget: str, length: int) -> dict:
    """The manifest's program of one budget at one length."""
    keep = KEEP[budget][length]
    outputs = [toy_tensor("logits", "float32", [1, 2])]
    if budget == "fast":
        outputs.append(toy_tensor("kept", "int64", [keep[0] + keep[1]]))
    return {
        "name": f"{budget}_{length}",
        "budget": budget,
        "length": length,
        "first": 1,
        "last": len(keep),
        "file": f"onnx/{budget}_{length}.onnx",
        "files": [f"onnx/{budget}_{length}.onnx"],
        "method": None,
        "inputs": [
            toy_tensor(name, "int64", [1, length]) for name in ("input_ids", "attention_mask", "token_type_ids")
        ],
        "outputs": outputs,
        "parity": None,
    }


def toy_golden() -> dict:
    """golden.json of two texts, worked out with the toy model."""
    examples = []
    for text, pair, ids, type_ids in (
        ("a good film", None, (2, 4, 5, 7, 3), (0, 0, 0, 0, 0)),
        ("the very bad films", "dull", (2, 8, 10, 6, 7, 9, 3, 11, 3), (0, 0, 0, 0, 0, 0, 0, 1, 1)),
    ):
        programs = {}
        for budget in KEEP:
            for length in LENGTHS:
                if len(ids) <= length:
                    padded = np.zeros((1, length), dtype=np.int64)
                    padded[0, : len(ids)] = ids
                    out = toy_run({"input_ids": padded, "attention_mask": (padded > 0) * 1}, KEEP[budget][length])
                    programs[f"{budget}_{length}"] = {
                        "logits": out["logits"][0].tolist(),
                        "survivors": toy_survivors(out["kept"].tolist(), KEEP[budget][length]) if "kept" in out else [],
                    }
        examples.append({"text": text, "pair": pair, "ids": ids, "type_ids": type_ids, "programs": programs})
    return {"schema_version": 1, "examples": examples}


def toy_survivors(kept: list[int], keep: tuple[int, ...]) -> list[list[int]]:
    """Compose two droppings by hand."""
    first, second = kept[: keep[0]], kept[keep[0] :]
    return [first, [first[row] for row in second]]


def write_toy_bundle(root: Path, graph: Callable[[int, tuple[int, ...]], bytes]) -> Path:
    """Write a bundle of both budgets at both lengths, with `graph(length, keep)` as the content of each program."""
    (root / "onnx").mkdir(parents=True)
    programs = [toy_program(budget, length) for budget in KEEP for length in LENGTHS]
    for program in programs:
        content = graph(program["length"], KEEP[program["budget"]][program["length"]])
        (root / program["file"]).write_bytes(content)
    (root / "tokenizer.json").write_text(toy_tokenizer(), encoding="utf-8")
    (root / "golden.json").write_text(json.dumps(toy_golden()), encoding="utf-8")
    manifest = {
        "schema_version": 1,
        "name": "toy",
        "architecture": "bert",
        "task": "classification",
        "labels": ["negative", "positive"],
        "max_length": 16,
        "tokenizer": {
            "pad_id": 0,
            "has_token_types": True,
            "truncation_side": "right",
            "split_special_tokens": False,
        },
        "files": [entry(root, "tokenizer.json"), entry(root, "golden.json")],
        "budgets": [
            {
                "name": budget,
                "schedule": None,
                "configurations": [{"length": length, "keep": keep, "macs": 1} for length, keep in lengths.items()],
                "accuracy": None,
            }
            for budget, lengths in KEEP.items()
        ],
        "artifacts": [
            {
                "engine": "onnx",
                "precision": "fp32",
                "files": [entry(root, program["file"]) for program in programs],
                "programs": programs,
                "acceptance": {"max_abs_error": 1e-4, "label_agreement": 0, "kept_agreement": 0},
                "lowering": "by hand",
                "versions": {},
                "runtimes": [],
            }
        ],
        "versions": {},
        "created_by": "test",
    }
    write_manifest(root, json.dumps(manifest).encode())
    return root


@pytest.fixture
def toy_bundle(tmp_path: Path) -> Path:
    """A toy bundle whose programs are stubs; `toy_engine` runs it."""
    return write_toy_bundle(tmp_path / "bundle", lambda length, keep: f"program {length} {keep}".encode())


@pytest.fixture
def toy_engine(monkeypatch: pytest.MonkeyPatch) -> ToyEngine:
    """The engine in numpy, put in place of every real one."""
    engine = ToyEngine()
    monkeypatch.setattr("edge_power_runtime.model.open_engine", lambda *args, **options: engine)
    return engine


@pytest.fixture(params=["onnx", "tflite", "executorch"])
def tiny_artifact(request, tiny_bundle) -> Artifact:
    """The fp32 artifact of each engine that is installed."""
    match request.param:
        case "onnx":
            pytest.importorskip("onnxruntime")
        case "tflite":
            try:
                import ai_edge_litert  # noqa: F401
            except ModuleNotFoundError:
                pytest.importorskip("tflite_runtime")
        case "executorch":
            pytest.importorskip("executorch")
            pytest.importorskip("torch")
    return Bundle.open(tiny_bundle).artifact(request.param, "fp32")


@pytest.fixture
def stages_copy(tiny_stages: Path, tmp_path: Path) -> Path:
    """A copy of the committed bundle in stages, to change."""
    return Path(shutil.copytree(tiny_stages, tmp_path / "stages"))


@pytest.fixture
def tiny_copy(tiny_bundle: Path, tmp_path: Path) -> Path:
    """A copy of the committed bundle, to change."""
    return Path(shutil.copytree(tiny_bundle, tmp_path / "tiny"))


@pytest.fixture
def cascade_bundle(tiny_copy: Path) -> Path:
    """The committed bundle with a cascade of its two budgets: fast is sure enough of "dull", not of "a good film"."""
    change_manifest(tiny_copy, lambda manifest: manifest.update(cascades=[two_budgets()]))
    return tiny_copy


@pytest.fixture
def edit_manifest() -> Callable[[Path, Callable[[dict], None]], None]:
    """Change the manifest of a bundle in place, and seal it anew: edit_manifest(bundle, lambda manifest: ...)."""
    return change_manifest


def onnx_graph(length: int, keep: tuple[int, ...]) -> bytes:
    """The toy model as an ONNX graph."""
    from onnx import TensorProto, checker, helper, numpy_helper

    node = helper.make_node

    def constant(name: str, value: np.ndarray):
        return numpy_helper.from_array(value, name)

    bonus = np.zeros((1, length), dtype=np.float32)
    bonus[0, 0] = CLS_BONUS
    constants = [
        constant("slope", np.array([[0.01, -0.01]], dtype=np.float32)),
        constant("offset", np.array([[0, 1]], dtype=np.float32)),
        constant("axis", np.array([1], dtype=np.int64)),
        constant("bonus", bonus),
    ]
    nodes = [
        node("Mul", ["input_ids", "attention_mask"], ["real"]),
        node("Cast", ["real"], ["values"], to=TensorProto.FLOAT),
        node("ReduceSum", ["values", "axis"], ["sum"], keepdims=1),
        node("Mul", ["sum", "slope"], ["scaled"]),
        node("Add", ["scaled", "offset"], ["logits"]),
        node("Add", ["values", "bonus"], ["values_0"]),
    ]
    kept, entering = [], length
    for encoder, count in enumerate(keep[:-1]):
        if count < entering:
            constants.append(constant(f"count_{encoder}", np.array([count], dtype=np.int64)))
            outputs = [f"values_{encoder + 1}", f"rows_{encoder}"]
            nodes.append(node("TopK", [f"values_{encoder}", f"count_{encoder}"], outputs, axis=1, sorted=1))
            kept.append(f"rows_{encoder}")
        entering = count
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 2])]
    if kept:
        constants.append(constant("first", np.array([0], dtype=np.int64)))
        nodes += [node("Concat", kept, ["all_rows"], axis=1), node("Squeeze", ["all_rows", "first"], ["kept"])]
        outputs.append(helper.make_tensor_value_info("kept", TensorProto.INT64, [sum(keep[:-1])]))
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, [1, length])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    graph = helper.make_graph(nodes, "toy", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    checker.check_model(model)
    return model.SerializeToString()


@pytest.fixture
def onnx_bundle(tmp_path: Path) -> Path:
    """The toy bundle with graphs that ONNX Runtime runs."""
    pytest.importorskip("onnx", reason="the toy graphs are made with onnx")
    pytest.importorskip("onnxruntime")
    return write_toy_bundle(tmp_path / "bundle", onnx_graph)
