"""bundle.json against literal bytes: what is read, what is written, and how each mistake is told."""

import copy
import json
import time

import pytest

from edge_power_runtime import BundleError, RetentionConfig, SchemaVersionError
from edge_power_runtime.bundle import bounds
from edge_power_runtime.bundle.artifacts import Acceptance
from edge_power_runtime.bundle.checks.manifest import read_manifest
from edge_power_runtime.bundle.checks.signatures import SIGNATURES
from edge_power_runtime.bundle.manifest import Manifest
from edge_power_runtime.reading.jsonnode import repeated_key
from edge_power_runtime.tasks import TASK_NAMES, MultiLabelClassification
from tests.mangled import mangled, places

SHA = "0123456789abcdef" * 4
LITERAL = (
    """{
  "schema_version": 1,
  "name": "tiny",
  "architecture": "bert",
  "task": "classification",
  "labels": [
    "negativ",
    "größer"
  ],
  "max_length": 4,
  "tokenizer": {
    "pad_id": 0,
    "has_token_types": false,
    "truncation_side": "right",
    "split_special_tokens": false
  },
  "files": [
    {
      "path": "tokenizer.json",
      "size_bytes": 5,
      "sha256": "SHA"
    }
  ],
  "budgets": [
    {
      "name": "fast",
      "schedule": [
        0.5,
        0.5
      ],
      "configurations": [
        {
          "length": 4,
          "keep": [
            2,
            1
          ],
          "macs": 123
        }
      ],
      "accuracy": 0.875
    }
  ],
  "artifacts": [
    {
      "engine": "tflite",
      "precision": "int8",
      "files": [
        {
          "path": "model.tflite",
          "size_bytes": 7,
          "sha256": "SHA"
        }
      ],
      "programs": [
        {
          "name": "fast_4",
          "budget": "fast",
          "length": 4,
          "first": 1,
          "last": 2,
          "file": "model.tflite",
          "files": [
            "model.tflite"
          ],
          "method": "fast_4",
          "inputs": [
            {
              "name": "input_ids",
              "role": "ids",
              "engine_name": "input_ids",
              "position": null,
              "dtype": "int32",
              "shape": [
                1,
                4
              ]
            },
            {
              "name": "attention_mask",
              "role": "mask",
              "engine_name": "attention_mask",
              "position": null,
              "dtype": "int32",
              "shape": [
                1,
                4
              ]
            }
          ],
          "outputs": [
            {
              "name": "logits",
              "role": "logits",
              "engine_name": "logits",
              "position": null,
              "dtype": "float32",
              "shape": [
                1,
                2
              ]
            },
            {
              "name": "kept",
              "role": "kept",
              "engine_name": "kept",
              "position": null,
              "dtype": "int32",
              "shape": [
                2
              ]
            }
          ],
          "parity": {
            "texts": 8,
            "max_abs_error": 1e-06,
            "label_agreement": 1.0,
            "kept_agreement": 1.0,
            "near_ties": 0
          },
          "delegation": {
            "delegate": "XnnpackBackend",
            "inside": {
              "linear": 16
            },
            "outside": {}
          }
        }
      ],
      "acceptance": {
        "max_abs_error": 0.0001,
        "label_agreement": 0.0,
        "kept_agreement": 1.0,
        "repeat_error": null
      },
      "lowering": "litert-torch",
      "versions": {
        "a": "1",
        "b": "2"
      },
      "runtimes": []
    }
  ],
  "versions": {
    "torch": "2.13.0"
  },
  "created_by": "edge-power 0.1.0"
}
"""
).replace("SHA", SHA)
PROGRAM = ("artifacts", 0, "programs", 0)


def changed(path: tuple, value: object) -> str:
    """The literal with the value at `path` replaced."""
    return mangled(LITERAL, path, value)


def test_literal_is_read():
    manifest = read_manifest(LITERAL.encode())
    assert manifest.labels == ("negativ", "größer")
    assert manifest.num_logits == 2
    assert manifest.budgets[0].configurations[0].retention == RetentionConfig(4, (2, 1))
    assert manifest.budgets[0].schedule == (0.5, 0.5)
    assert manifest.artifacts[0].size_bytes == 7
    assert manifest.artifacts[0].acceptance == Acceptance(1e-4, 0.0, 1.0)
    assert manifest.artifacts[0].programs[0].inputs[0].shape == (1, 4)
    assert manifest.configuration("fast", 4).macs == 123
    assert manifest.configuration("fast", 8) is None


def test_round_trip_is_exact():
    manifest = read_manifest(LITERAL)
    assert manifest.to_json() == LITERAL
    assert read_manifest(manifest.to_json()) == manifest


def test_delegation_may_be_null_or_missing():
    document = json.loads(LITERAL)
    program = document["artifacts"][0]["programs"][0]
    assert read_manifest(LITERAL).artifacts[0].programs[0].delegation.inside == {"linear": 16}
    program["delegation"] = None
    null = read_manifest(json.dumps(document))
    del program["delegation"]
    assert null.artifacts[0].programs[0].delegation is None
    assert read_manifest(json.dumps(document)) == null


def test_unknown_keys_are_ignored():
    document = json.loads(LITERAL)
    document["later"] = {"anything": 1}
    document["artifacts"][0]["programs"][0]["later"] = []
    assert read_manifest(json.dumps(document)) == read_manifest(LITERAL)


def test_regression_has_one_logit_and_no_labels():
    document = json.loads(changed(("task",), "regression"))
    document["labels"] = []
    document["artifacts"][0]["programs"][0]["outputs"][0]["shape"] = [1, 1]
    assert read_manifest(json.dumps(document)).num_logits == 1


def test_several_labels_have_a_threshold():
    document = json.loads(changed(("task",), "multi_label_classification"))
    document["threshold"] = 0.25
    found = read_manifest(json.dumps(document))
    assert (found.threshold, found.num_logits) == (0.25, len(found.labels))
    assert found.answers() == MultiLabelClassification(0.25)
    assert found.answers(threshold=0.75) == MultiLabelClassification(0.75)
    assert read_manifest(found.to_json()) == found


@pytest.mark.parametrize(
    ("task", "threshold", "message"),
    [
        *(("multi_label_classification", value, "threshold must be a number above 0") for value in (0, 1, -0.5, 7)),
        ("multi_label_classification", "0.5", "threshold must be a number, found '0.5'"),
        ("multi_label_classification", None, "threshold must be a number, found None"),
        ("multi_label_classification", ..., "threshold is missing"),
        ("classification", 0.5, "threshold must be null, since the task is classification, found 0.5"),
    ],
)
def test_thresholds_that_cannot_be(task, threshold, message):
    document = json.loads(changed(("task",), task))
    if threshold is not ...:
        document["threshold"] = threshold
    with pytest.raises(BundleError, match=message):
        read_manifest(json.dumps(document))


def test_newer_schema_is_refused_before_anything_else_is_read():
    with pytest.raises(SchemaVersionError, match="schema_version 2, this runtime reads up to 1; update edge-power-ru"):
        read_manifest('{"schema_version": 2}')


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "bundle.json is not valid JSON in UTF-8"),
        (b"\xff{}", "not valid JSON in UTF-8"),
        (b"{", "not valid JSON"),
        (b"[]", "the document must be an object, found"),
        (b"{}", "bundle.json: schema_version is missing"),
        (b'{"schema_version": NaN}', "NaN is not a JSON value"),
        (b'{"schema_version": true}', "schema_version must be a whole number, found True"),
        (b'{"schema_version": 0}', r"schema_version must be a whole number in 1\.\."),
        (b'{"schema_version": ' + b"9" * 5000 + b"}", "not valid JSON"),
        (b"[" * 200_000, "nested too deep|not valid JSON"),
    ],
)
def test_documents_that_are_no_manifest(data, message):
    with pytest.raises(BundleError, match=message):
        read_manifest(data)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("name",), 5, "bundle.json: name must be a string, found 5"),
        (("name",), "\ud800", "name must be a string without lone surrogates"),
        (
            ("task",),
            "ranking",
            "task must be one of classification, regression, multi_label_classification, found 'ranking'",
        ),
        (("task",), [], "task must be one of"),
        (("task",), "multi_label_classification", "threshold is missing"),
        (("task",), "regression", "labels must be empty, since the task is regression"),
        (("labels",), ["one"], "labels must be two or more non-empty strings"),
        (("labels", 1), "", "labels must be two or more non-empty strings"),
        (("labels", 1), None, r"labels\[1\] must be a string, found None"),
        (("max_length",), 8.0, "max_length must be a whole number, found 8.0"),
        (("max_length",), 2**63, r"max_length must be a whole number in 1\.\.2\^63-1"),
        (("tokenizer", "pad_id"), -1, r"tokenizer.pad_id must be a whole number in 0\.\.2\^31-1"),
        (("tokenizer", "pad_id"), 2**31, r"tokenizer.pad_id must be a whole number in 0\.\.2\^31-1"),
        (("tokenizer", "has_token_types"), 1, "tokenizer.has_token_types must be true or false"),
        (
            ("tokenizer", "truncation_side"),
            "both",
            "tokenizer.truncation_side must be one of right, left, found 'both'",
        ),
        (("tokenizer", "truncation_side"), None, "tokenizer.truncation_side must be one of right, left"),
        (("tokenizer", "split_special_tokens"), 0, "tokenizer.split_special_tokens must be true or false"),
        (("files",), {}, "files must be an array"),
        (("files",), [], "files must be a list with tokenizer.json"),
        (("files", 0, "sha256"), SHA[:-1], r"files\[0\].sha256 must be 64 lower-case hexadecimal digits"),
        (("files", 0, "sha256"), SHA.upper(), "64 lower-case"),
        (("files", 0, "sha256"), SHA + "\n", "64 lower-case"),
        (("files", 0, "size_bytes"), -1, r"files\[0\].size_bytes"),
        (("budgets", 0, "accuracy"), "high", r"budgets\[0\].accuracy must be a number"),
        (("budgets", 0, "accuracy"), 10**40, "a finite number within 64 bits"),
        (("budgets", 0, "schedule"), [0.5, 0.6], r"budgets\[0\].schedule must be a retention schedule \(encoder 2"),
        (("budgets", 0, "schedule"), [], "must be a retention schedule"),
        (("budgets", 0, "configurations", 0, "keep"), [5, 1], r"configurations\[0\].keep must be a retention conf"),
        (("budgets", 0, "configurations", 0, "keep"), [1, 1], r"outputs\[1\].shape must be \[1\] for kept"),
        (("budgets", 0, "configurations", 0, "keep"), [4, 1], r"outputs must be the tensors logits, each once"),
        (("max_length",), 8, "max_length must be 4, the longest length of a configuration, found 8"),
        (("artifacts", 0, "engine"), None, r"artifacts\[0\].engine must be a string"),
        (("artifacts", 0, "precision"), [], r"artifacts\[0\].precision must be a string"),
        (("artifacts", 0, "programs"), [], "a list of at least one program"),
        (("artifacts", 0, "versions"), {"torch": 2}, r"artifacts\[0\].versions.torch must be a string"),
        ((*PROGRAM, "budget"), "slow", "no budget 'slow' has length 4"),
        ((*PROGRAM, "length"), 8, "no budget 'fast' has length 8"),
        ((*PROGRAM, "first"), 2, r"programs\[0\].first must be 1, the first encoder, found 2"),
        ((*PROGRAM, "first"), 0, r"programs\[0\].first must be a whole number in 1\.\.1000"),
        ((*PROGRAM, "last"), 1, r"programs\[0\].last must be 2, the last encoder of the configuration, found 1"),
        ((*PROGRAM, "file"), None, r"programs\[0\].file must be a string"),
        ((*PROGRAM, "file"), "other.tflite", r"programs\[0\].file must be one of the program's files, found 'other"),
        ((*PROGRAM, "files"), [], r"programs\[0\].file must be one of the program's files"),
        ((*PROGRAM, "files", 0), "other.tflite", r"programs\[0\].files\[0\] must be one of the artifact's files, fou"),
        ((*PROGRAM, "files"), ["model.tflite"] * 2, r"programs\[0\].files must be a list without repeated paths"),
        ((*PROGRAM, "method"), None, "the name by which tflite finds the program"),
        ((*PROGRAM, "inputs", 1, "dtype"), "int16", r"programs\[0\].inputs\[1\].dtype must be one of int32, int64, f"),
        ((*PROGRAM, "inputs", 1, "dtype"), "float32", r"inputs\[1\].dtype must be int32 or int64 for attention_mask"),
        ((*PROGRAM, "outputs", 0, "dtype"), "int32", r"outputs\[0\].dtype must be float32 for logits, found 'int32'"),
        (
            (*PROGRAM, "inputs", 1, "role"),
            "ids",
            r"programs\[0\].inputs\[1\].role must be 'mask' for attention_mask, f",
        ),
        ((*PROGRAM, "inputs", 1, "role"), None, r"programs\[0\].inputs\[1\].role must be a string"),
        (
            (*PROGRAM, "inputs", 1, "name"),
            "labels",
            r"inputs\[1\].name must be one of input_ids, attention_mask, token",
        ),
        ((*PROGRAM, "inputs", 1, "shape"), [1, 5], r"inputs\[1\].shape must be \[1, 4\] for attention_mask"),
        ((*PROGRAM, "inputs", 1, "shape"), [1, 0], r"inputs\[1\].shape\[1\] must be a whole number in 1\.\."),
        ((*PROGRAM, "inputs", 1, "name"), "input_ids", r"inputs\[1\].role must be 'ids' for input_ids, found 'mask'"),
        ((*PROGRAM, "inputs"), [], r"inputs must be the tensors input_ids, attention_mask, each once, not none"),
        ((*PROGRAM, "inputs", 1, "engine_name"), None, "engine_name must be 'attention_mask' as the name is, found N"),
        ((*PROGRAM, "inputs", 1, "engine_name"), "mask", "engine_name must be 'attention_mask' as the name is"),
        (
            (*PROGRAM, "inputs", 1, "position"),
            0,
            r"inputs\[1\].position must be 1 for attention_mask, or null",
        ),
        ((*PROGRAM, "outputs", 1, "position"), 0, r"outputs\[1\].position must be 1 for kept, or null, found 0"),
        ((*PROGRAM, "outputs", 0, "shape"), [1, 3], r"outputs\[0\].shape must be \[1, 2\] for logits"),
        ((*PROGRAM, "delegation"), [], r"programs\[0\].delegation must be an object"),
        ((*PROGRAM, "delegation"), {"delegate": "X", "inside": {}}, r"delegation.outside is missing"),
        ((*PROGRAM, "delegation", "delegate"), None, r"delegation.delegate must be a string"),
        ((*PROGRAM, "delegation", "inside", "linear"), 0, r"delegation.inside.linear must be a whole number in 1\.\."),
        ((*PROGRAM, "any_length"), 1, r"programs\[0\].any_length must be true or false"),
        ((*PROGRAM, "any_length"), True, r"any_length must be false, since tflite has programs of one length alone"),
        ((*PROGRAM, "parity", "texts"), None, r"programs\[0\].parity.texts must be a whole number"),
        (("tokenizer", "has_token_types"), True, "the tensors input_ids, attention_mask, token_type_ids, each once"),
    ],
)
def test_each_mistake_is_told_with_its_place(path, value, message):
    with pytest.raises(BundleError, match=message):
        read_manifest(changed(path, value))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../x", "has an empty, '.' or '..' part"),
        ("a/../../x", "part"),
        ("a//b", "part"),
        ("./a", "part"),
        ("a/", "part"),
        ("/etc/passwd", "is absolute"),
        ("C:/x", "starts with a drive"),
        ("C:x", "starts with a drive"),
        ("..\\x", "backslash"),
        ("a\0b", "NUL"),
        ("", "is empty"),
    ],
)
@pytest.mark.parametrize(
    "place", [("files", 0, "path"), ("artifacts", 0, "files", 0, "path"), (*PROGRAM, "file"), (*PROGRAM, "files", 0)]
)
def test_unsafe_paths_are_refused(place, name, reason):
    with pytest.raises(BundleError, match=reason):
        read_manifest(changed(place, name))


@pytest.mark.parametrize("place", [(), ("tokenizer",), ("files", 0), ("budgets", 0), ("artifacts", 0), PROGRAM])
def test_every_key_must_be_there(place):
    document = json.loads(LITERAL)
    target = document
    for key in place:
        target = target[key]
    # A bundle made before delegation was counted lacks the key.
    for key in target.keys() - {"delegation"}:
        value = target.pop(key)
        with pytest.raises(BundleError, match=rf"{key} is missing"):
            read_manifest(json.dumps(document))
        target[key] = value


@pytest.mark.parametrize(
    ("path", "what"),
    [
        (("artifacts",), "pairs of engine and precision"),
        (("artifacts", 0, "programs"), "program names"),
        (("artifacts", 0, "files"), "paths"),
        (("files",), "paths"),
        (("budgets",), "budget names"),
        (("budgets", 0, "configurations"), "lengths"),
    ],
)
def test_repetitions_are_refused(path, what):
    document = json.loads(LITERAL)
    target = document
    for key in path:
        target = target[key]
    target.append(copy.deepcopy(target[0]))
    with pytest.raises(BundleError, match=f"without repeated {what}"):
        read_manifest(json.dumps(document))


def test_executorch_goes_by_position_and_onnx_has_no_method():
    document = json.loads(LITERAL)
    artifact = document["artifacts"][0]
    artifact["engine"] = "executorch"
    with pytest.raises(BundleError, match=r"inputs\[0\].position must be 0 for input_ids, found None"):
        read_manifest(json.dumps(document))
    program = artifact["programs"][0]
    for tensors in (program["inputs"], program["outputs"]):
        for position, tensor in enumerate(tensors):
            tensor.update(position=position, engine_name=None)
    read_manifest(json.dumps(document))
    program["inputs"][0]["position"], program["inputs"][1]["position"] = 1, 0
    with pytest.raises(BundleError, match=r"inputs\[0\].position must be 0 for input_ids, found 1"):
        read_manifest(json.dumps(document))
    artifact["engine"] = "onnx"
    with pytest.raises(BundleError, match="null, since an onnx file is one program"):
        read_manifest(json.dumps(document))


@pytest.mark.parametrize("key", ["schema_version", "labels", "path", "length"])
def test_a_key_that_is_there_twice_is_refused(key):
    """Another parser would take the other one: what a person or an app reads would not be what runs."""
    at = LITERAL.index(f'"{key}":')
    with pytest.raises(BundleError, match=f"^bundle.json has the key '{key}' twice in one object; give it once$"):
        read_manifest(f'{LITERAL[:at]}"{key}": 1, {LITERAL[at:]}')


@pytest.mark.parametrize(
    ("path", "most"),
    [
        (("labels",), bounds.LABELS),
        (("files",), bounds.FILES),
        (("budgets",), bounds.BUDGETS),
        (("budgets", 0, "configurations"), bounds.LENGTHS),
        (("budgets", 0, "configurations", 0, "keep"), bounds.ENCODERS),
        (("budgets", 0, "schedule"), bounds.ENCODERS),
        (("artifacts", 0, "files"), bounds.FILES),
        (("artifacts", 0, "programs"), bounds.PROGRAMS),
        ((*PROGRAM, "files"), bounds.FILES),
    ],
)
def test_a_list_has_a_bound(path, most):
    place = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)[1:]
    with pytest.raises(BundleError) as caught:
        read_manifest(changed(path, [0] * (most + 1)))
    expected = f"bundle.json: {place} must be an array of at most {most} elements (this one has {most + 1}), found ["
    assert str(caught.value).startswith(expected)
    assert len(str(caught.value)) < 200


def test_lengths_and_paths_have_a_bound():
    with pytest.raises(BundleError, match=r"configurations\[0\].length must be a whole number in 1\.\.65536"):
        read_manifest(changed(("budgets", 0, "configurations", 0, "length"), bounds.LENGTH + 1))
    with pytest.raises(BundleError, match=r"programs\[0\].length must be a whole number in 1\.\.65536"):
        read_manifest(changed((*PROGRAM, "length"), bounds.LENGTH + 1))
    with pytest.raises(BundleError, match=r"files\[0\].path must be a string of at most 1000 characters"):
        read_manifest(changed(("files", 0, "path"), "a" * 1001))


def test_thousands_of_parts_are_read_in_seconds():
    """Checks that compared every part with every other took 35 s for 20,000 files; the bound of 10 s is for slow CI."""
    document = json.loads(LITERAL)
    document["files"] = [{**document["files"][0], "path": f"file-{number}"} for number in range(bounds.FILES - 1)]
    document["files"].append({**document["files"][0], "path": "tokenizer.json"})
    budget, artifact = document["budgets"][0], document["artifacts"][0]
    document["budgets"] = [{**budget, "name": f"fast-{number}"} for number in range(bounds.BUDGETS)]
    artifact["files"] = [{**artifact["files"][0], "path": f"model-{number}"} for number in range(1000)]
    artifact["programs"] = [
        {
            **artifact["programs"][0],
            "name": f"p-{number}",
            "budget": f"fast-{number}",
            "file": f"model-{number}",
            "files": [f"model-{number}"],
        }
        for number in range(1000)
    ]
    start = time.perf_counter()
    manifest = read_manifest(json.dumps(document))
    assert time.perf_counter() - start < 10
    assert manifest.configuration("fast-999", 4).keep == (2, 1)
    document["files"] += [document["files"][-1]]
    document["files"].pop(0)
    with pytest.raises(BundleError, match="without repeated paths .here 'tokenizer.json'"):
        read_manifest(json.dumps(document))


def with_unknown(**entries: object) -> dict:
    """The literal with an artifact of an engine that nobody here knows."""
    document = json.loads(LITERAL)
    files = [{"path": "model.mlpackage", "size_bytes": 3, "sha256": SHA}]
    document["artifacts"].insert(0, {"engine": "coreml", "precision": "fp16", "files": files, **entries})
    return document


@pytest.mark.parametrize(
    ("engine", "precision"), [("coreml", "fp16"), ("tflite", "int4"), ("coreml", "int8"), ("", ""), ("ONNX", "fp32")]
)
def test_an_artifact_that_this_runtime_does_not_know_is_passed_over(engine, precision):
    document = with_unknown(engine=engine, precision=precision, programs="in a form of its own", lowering=None)
    manifest, literal = read_manifest(json.dumps(document)), read_manifest(LITERAL)
    assert manifest.artifacts == literal.artifacts
    assert [(item.engine, item.precision) for item in manifest.unknown] == [(engine, precision)]
    assert [entry.path for entry in manifest.listed] == ["tokenizer.json", "model.tflite", "model.mlpackage"]
    assert read_manifest(manifest.to_json()) == manifest


def test_faults_of_a_known_artifact_are_told_with_their_own_place():
    """An unknown one stands before it: places must not shift."""
    document = with_unknown()
    document["artifacts"][1]["programs"][0]["last"] = 1
    with pytest.raises(BundleError, match=r"artifacts\[1\].programs\[0\].last must be 2"):
        read_manifest(json.dumps(document))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"files": None}, r"artifacts\[0\].files must be an array"),
        (
            {"files": [{"path": "../x", "size_bytes": 1, "sha256": SHA}]},
            r"artifacts\[0\].files\[0\].path must be a rel",
        ),
        (
            {"files": [{"path": "x", "size_bytes": 1, "sha256": SHA}] * 2},
            r"artifacts\[0\].files must be a list without",
        ),
        ({"precision": 8}, r"artifacts\[0\].precision must be a string"),
        ({"files": [0] * (bounds.FILES + 1)}, r"artifacts\[0\].files must be an array of at most 10000 elements"),
    ],
)
def test_the_files_of_an_unknown_artifact_are_read_as_strictly(changes, message):
    with pytest.raises(BundleError, match=message):
        read_manifest(json.dumps(with_unknown(**changes)))


def test_two_unknown_artifacts_of_one_pair_are_refused():
    document = with_unknown()
    document["artifacts"].append(document["artifacts"][0])
    with pytest.raises(BundleError, match="without repeated pairs of engine and precision"):
        read_manifest(json.dumps(document))


def test_every_task_has_a_signature_of_the_whole_model():
    assert {task for task, stage in SIGNATURES if stage == "whole"} == set(TASK_NAMES)


def test_any_mutation_is_a_manifest_or_a_bundle_error():
    hypothesis = pytest.importorskip("hypothesis")
    st = hypothesis.strategies
    scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("a/../b")
    values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner))

    every = places(json.loads(LITERAL))

    @hypothesis.settings(max_examples=300, deadline=None)
    @hypothesis.given(st.sampled_from(every), values)
    def check(path, value):
        try:
            manifest = read_manifest(changed(path, value))
        except BundleError as error:
            assert str(error).startswith("bundle.json")
        else:
            assert isinstance(manifest, Manifest)
            assert read_manifest(manifest.to_json()) == manifest

    check()


def test_any_bytes_are_a_manifest_or_a_bundle_error():
    hypothesis = pytest.importorskip("hypothesis")
    st = hypothesis.strategies
    literal = LITERAL.encode()

    @hypothesis.settings(max_examples=300, deadline=None)
    @hypothesis.given(st.integers(0, len(literal) - 1), st.binary(max_size=4), st.integers(0, 4))
    def check(start, inserted, removed):
        try:
            assert isinstance(read_manifest(literal[:start] + inserted + literal[start + removed :]), Manifest)
        except BundleError:
            pass

    check()


def test_a_key_twice_is_found_in_time_that_grows_with_the_keys():
    """A list that is searched anew for each key takes minutes for as many."""
    members = [(str(number), None) for number in range(200_000)]
    assert repeated_key(members) is None
    assert repeated_key([*members, ("199999", None)]) == "199999"
    assert repeated_key([("b", 1), ("a", 1), ("a", 2), ("b", 2)]) == "b"


def of_any_length(**budget: object) -> str:
    """The literal as an artifact of onnx whose program takes any length, its budget changed."""
    document = json.loads(LITERAL)
    document["budgets"][0] |= budget
    artifact = document["artifacts"][0] | {"engine": "onnx"}
    artifact["programs"][0] |= {"any_length": True, "method": None, "delegation": None}
    document["artifacts"] = [artifact]
    return json.dumps(document)


def test_a_program_of_any_length_keeps_what_its_budget_says():
    manifest = read_manifest(of_any_length())
    program = manifest.artifacts[0].programs[0]
    assert program.any_length
    assert read_manifest(manifest.to_json()) == manifest
    assert manifest.retention_at(program, 3) == RetentionConfig(3, (2, 1))
    static = read_manifest(LITERAL)
    assert not static.artifacts[0].programs[0].any_length
    assert static.retention_at(static.artifacts[0].programs[0], 3) == RetentionConfig(4, (2, 1))


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        (None, "any_length must be false, since the budget 'fast' has no schedule"),
        ([0.9, 0.5], "any_length must be false, since the budget 'fast' keeps other words at 4 than it says"),
    ],
)
def test_a_program_of_any_length_needs_the_schedule_that_it_was_made_by(schedule, message):
    with pytest.raises(BundleError, match=message):
        read_manifest(of_any_length(schedule=schedule))
