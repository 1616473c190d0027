"""The commands on bundles with cascades: two budgets, and a bag tier before one of them."""

import json
import shutil
from pathlib import Path

import pytest

from edge_power.conversion.cascade_golden import add_cascade_answers
from edge_power_runtime import Bundle, Classifier
from edge_power_runtime.bundle.golden import read_golden
from edge_power_runtime.verify import verify
from tests.cascades import bag_and_full, change_manifest, two_budgets
from tests.edge_power.conftest import assert_refused

TEXTS = ("dull", "a good film")


@pytest.fixture
def budgets(tiny_bundle, tmp_path) -> Path:
    """The budget fast before full; fast is sure of "dull" alone."""
    made = Path(shutil.copytree(tiny_bundle, tmp_path / "budgets"))
    measured = {"rows": 500, "accuracy": 0.875, "last_accuracy": 0.88, "passed_on": [0.25]}
    measured |= {"max_loss": 0.005, "confidence": 0.95}
    change_manifest(made, lambda manifest: manifest.update(cascades=[two_budgets(measured=measured)]))
    return made


@pytest.fixture
def bag(tiny_bundle, tmp_path) -> Path:
    """A bag tier before full; the bag is sure of "a good film" alone."""
    made = Path(shutil.copytree(tiny_bundle, tmp_path / "bag"))
    bag_and_full(made)
    return made


def test_run_tells_who_answered(cli, budgets, tmp_path):
    texts = tmp_path / "texts.txt"
    texts.write_text("\n".join(TEXTS) + "\n")
    found = cli("run", budgets, "--file", texts, "--engine", "onnx")
    rows = [line.split("\t") for line in found.out.splitlines()]
    assert [(row[0], row[2], row[4]) for row in rows] == [("negative", "fast", "dull"), ("negative", "full", TEXTS[1])]
    # At temperature 1 the confidence is the score; at the last tier's 1.5 it is less.
    assert rows[0][1] == rows[0][3] and float(rows[1][3]) < float(rows[1][1])
    plain = cli("run", budgets, "dull", "--engine", "onnx", "--budget", "full").out.rstrip().split("\t")
    assert len(plain) == 3
    said = json.loads(cli("run", budgets, TEXTS[1], "--engine", "onnx", "--json").out)
    assert said["tier"] == "full" and [run["name"] for run in said["tiers"]] == ["fast", "full"]
    assert said["tiers"][0]["failure"] is None and said["program"] == "full_8"
    alone = json.loads(cli("run", budgets, TEXTS[1], "--engine", "onnx", "--budget", "full", "--json").out)
    assert "tiers" not in alone and alone["logits"] == said["logits"]


def test_run_with_a_bag_tier_has_no_program(cli, bag):
    said = json.loads(cli("run", bag, TEXTS[1], "--engine", "onnx", "--json").out)
    assert (said["tier"], said["program"], said["length"], said["survivors"]) == ("bag", None, None, [])
    assert said["num_tokens"] == 5 and said["label"] == "positive"


def test_evaluate_counts_all_that_ran(cli, budgets, bag, tmp_path):
    data = tmp_path / "dev.tsv"
    data.write_text("label\ttext_a\nnegative\tdull\nnegative\ta good film\n")
    macs = {item.name: item.configurations[0].macs for item in Bundle.open(budgets).manifest.budgets}
    said = json.loads(cli("evaluate", budgets, "--data", data, "--engine", "onnx", "--json").out)
    assert said["answered"] == {"fast": 0.5, "full": 0.5} and said["accuracy"] == 1
    assert said["multiply_adds"] == (macs["fast"] + macs["fast"] + macs["full"]) / 2
    said = json.loads(cli("evaluate", bag, "--data", data, "--engine", "onnx", "--json").out)
    assert said["answered"] == {"bag": 0.5, "full": 0.5} and said["multiply_adds"] == macs["full"] / 2
    every = json.loads(cli("evaluate", bag, "--data", data, "--engine", "onnx", "--budget", "all", "--json").out)
    assert list(every) == ["cascade", "fast", "full"] and "answered" not in every["full"]
    told = cli("evaluate", budgets, "--data", data, "--engine", "onnx").out
    assert "answered by the tiers of the cascade: fast 50.0%, full 50.0%" in told


def test_inspect_lists_tiers(cli, budgets, bag, edit=change_manifest):
    told = cli("inspect", budgets).out.splitlines()
    place = told.index("cascade cascade, the default:")
    assert told[place + 1 : place + 4] == [
        "  budget fast answers at a confidence of 0.6, at temperature 1",
        "  budget full answers always, at temperature 1.5",
        "  measured on 500 rows; accuracy 0.8750, the last tier alone 0.8800; passed on 25.0%; "
        "at most 0.5 points lost, with 95% confidence",
    ]
    assert "  bag answers at a confidence of 0.75, at temperature 2" in cli("inspect", bag).out
    edit(bag, lambda manifest: manifest["cascades"][0]["tiers"][0].update(kind="oracle"))
    assert "cascade cascade (passed over): this version does not know a tier" in cli("inspect", bag).out
    assert json.loads(cli("inspect", budgets, "--json").out)["cascades"][0]["tiers"][0]["kind"] == "budget"


def test_explain_follows_the_tier_that_answered(cli, budgets, bag, tmp_path):
    told = cli("explain", "--model", budgets, TEXTS[1], "--engine", "onnx").out
    assert "asked      fast 0.575, then full 0.625, which answers" in told and "4     [CLS]" in told
    page = tmp_path / "bag.html"
    told = cli("explain", "--model", bag, TEXTS[1], "--engine", "onnx", "--html", page).out
    assert "asked      bag 0.833, which answers" in told and "because of film +1.67" in told
    assert "a tier without encoders answered" in page.read_text() and "Most for it spoke film +1.67" in page.read_text()
    said = json.loads(cli("explain", "--model", bag, TEXTS[1], "--engine", "onnx", "--json").out)
    assert said["encoders"] == [] and said["parts"] == [{"pieces": ["film"], "weight": pytest.approx(5 / 3)}]


def test_a_device_verifies_what_the_cascade_said(cli, budgets, bag):
    for bundle in (budgets, bag):
        add_cascade_answers(bundle)
    golden = read_golden(Bundle.open(bag).read("golden.json"))
    assert all(set(example.cascades) == {"onnx fp32", "executorch fp32", "tflite fp32"} for example in golden)
    by_tier = {example.text: example.cascades["onnx fp32"]["cascade"].tier for example in golden}
    assert set(by_tier.values()) <= {"bag", "full"} and all("bag.safetensors" in example.bags for example in golden)
    for engine in ("onnx", "tflite", "executorch"):
        *_, table, cascade = verify(bag, engine=engine)
        assert (table.program, table.max_abs_error, table.passed) == ("bag.safetensors", 0, True)
        assert (cascade.program, cascade.tier_agreement, cascade.passed) == ("cascade", 1, True)
        assert cascade.texts == len(golden) and cascade.atol == 1e-4 and cascade.max_abs_error <= 1e-4
    assert verify(budgets, engine="onnx")[-1].passed
    assert "tiers 100%" in cli("verify", bag, "--engine", "onnx").out


def reseal(bundle: Path, change) -> None:
    """Change golden.json in place, and all digests with it."""
    import hashlib

    path = bundle / "golden.json"
    document = json.loads(path.read_text())
    change(document["examples"])
    data = json.dumps(document).encode()
    path.write_bytes(data)

    def entries(manifest: dict) -> None:
        entry = next(item for item in manifest["files"] if item["path"] == "golden.json")
        entry.update(size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())

    change_manifest(bundle, entries)


@pytest.mark.parametrize("what", ["tier", "logits", "bag"])
def test_another_answer_fails(cli, bag, what):
    add_cascade_answers(bag)

    def change(examples: list[dict]) -> None:
        if what == "bag":
            examples[0]["bags"]["bag.safetensors"][0] += 0.001
        else:
            answer = examples[0]["cascades"]["onnx fp32"]["cascade"]
            answer[what] = "bag" if what == "tier" else [value + 0.001 for value in answer["logits"]]

    reseal(bag, change)
    *_, table, cascade = verify(bag, engine="onnx")
    assert (table.passed, cascade.passed) == (what != "bag", what == "bag")
    assert cascade.tier_agreement == (1 if what != "tier" else 1 - 1 / cascade.texts)
    assert cli("verify", bag, "--engine", "onnx").status == 1


def test_a_text_near_its_threshold_is_set_apart(bag, edit=change_manifest):
    """Here another tier answers it; a threshold 0.005 above the bag's confidence is near, one 0.02 above is not."""
    add_cascade_answers(bag)
    reseal(bag, lambda examples: examples.__delitem__(slice(1, None)))
    text = read_golden(Bundle.open(bag).read("golden.json"))[0].text
    sure = Classifier.open(bag, engine="onnx")(text).tiers[0].confidence
    reseal(bag, lambda examples: examples[0]["cascades"]["onnx fp32"]["cascade"].update(tier="bag"))
    for above, passes in ((0.005, True), (0.02, False)):
        edit(bag, lambda manifest, by=above: manifest["cascades"][0]["tiers"][0].update(threshold=sure + by))
        assert verify(bag, engine="onnx")[-1].passed is passes


def test_a_damaged_bag_is_refused_in_one_line(cli, bag):
    data = bytearray((bag / "bag.safetensors").read_bytes())
    data[-1] ^= 1
    (bag / "bag.safetensors").write_bytes(data)
    assert_refused(cli("run", bag, "dull", "--engine", "onnx"), "bag.safetensors", "sha256")
