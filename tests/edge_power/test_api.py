"""The calls from Python: what only Python can give them, and errors that name arguments."""

import pytest

import edge_power as ep
from edge_power.model.retention_file import parse_keep
from tests.tiny import tiny_model


def test_a_model_in_memory_is_explained_as_its_checkpoint_is(checkpoint):
    said = ep.explain(checkpoint, "a good film", keep=[0.8, 0.5, 0.3])
    same = ep.explain(tiny_model(), "a good film", keep=(0.8, 0.5, 0.3))
    assert (said.source, same.source) == ("tiny", "model")
    assert said.stages == same.stages and said.prediction == same.prediction


def test_a_budget_of_a_model_in_memory_is_scored_by_its_name(tmp_path):
    model = tiny_model()
    model.budgets = {"mild": parse_keep("0.9,0.9,0.9"), "fast": parse_keep("0.2,0.2,0.2")}
    data = tmp_path / "dev.tsv"
    data.write_text("label\ttext_a\npositive\ta good film\nnegative\tdull\n", encoding="utf-8")
    macs = {name: ep.evaluate(model, data, budget=name, lengths=[16]).macs for name in ("mild", "fast", "full")}
    assert macs["fast"] < macs["mild"] < macs["full"]
    assert ep.evaluate(model, data, lengths=[16]).macs == macs["mild"]  # the first is the default
    with pytest.raises(ep.InputError, match="no budget 'slow'; there are: mild, fast, full"):
        ep.evaluate(model, data, budget="slow")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"engines": "onnx"}, "^`engines` is 'onnx', must be a list; give "),
        ({"lengths": 32}, "^`lengths` is 32, must be a list; give "),
        ({"lengths": [8, 8]}, "length 8 is given twice; give each of `lengths` once"),
        ({"lengths": []}, "no length is given; give `lengths` such as 32"),
        ({"atol": 0}, "^`atol` is 0, must be above 0$"),
        ({"min_agreement": 1.5}, "^`min_agreement` is 1.5, must be in 0..1$"),
        ({"precisions": "int8"}, "^`precisions` is 'int8', must be a list; give "),
        ({"precisions": []}, "^no precision is given; give `precisions` out of fp32, fp16, int8$"),
        ({"precisions": ["fp32", "int4"]}, "^`precisions` has 'int4', must be out of fp32, fp16, int8$"),
        ({"lowering": "magic"}, "^`lowering` is 'magic', must be one of topk, compare$"),
        ({"keep": [0.5, 0.4, 0.3], "retention": "r.json"}, "^`keep` and `retention` both say what to keep"),
        ({"engines": ["onix"]}, "did you mean 'onnx'"),
    ],
)
def test_convert_names_the_argument(tmp_path, arguments, message):
    with pytest.raises(ep.EdgePowerError, match=message):
        ep.convert(tiny_model(), tmp_path / "out", **arguments)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, "^`batch_size` is 0, must be 1 or more$"),
        ({"target_macs": 1.5}, "^`target_macs` asks for 1.5 of the multiply-adds"),
        ({"target_macs": 0.5, "max_loss": 1}, "^`target_macs` and `max_loss` given; a fit has one goal: `price`, "),
        ({"search_epochs": -1}, "^`search_epochs` is -1, must be a number that is not negative$"),
        ({"precision": "int4"}, "^`precision` is 'int4', must be one of fp32, bf16, fp16$"),
        ({"labels": "a,b"}, "^`labels` is 'a,b', must be a list"),
        ({"latency": "report.json"}, "^`latency` chooses what is cheapest within `max_loss`"),
        ({"distil": 2}, "^`distil` is 2, must be in 0..1$"),
    ],
)
def test_fit_names_the_argument(tmp_path, arguments, message):
    with pytest.raises(ep.EdgePowerError, match=message):
        ep.fit("none", "none.tsv", tmp_path / "out", **arguments)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"setup": True}, "^`setup` is for another machine; give `device` with it$"),
        ({"device": "ssh://board", "runner": "x"}, "^`runner` is for `device` adb$"),
        ({"options": ep.ProfileOptions(threads=[4096])}, "`threads` 4096: this process may use"),
        ({"options": ep.ProfileOptions(budgets=["slow"])}, "`budgets` slow: not in .*; there are: "),
    ],
)
def test_profile_names_the_argument(tiny_bundle, arguments, message):
    """Those of the device too, whose own command line has flags."""
    with pytest.raises(ep.InputError, match=message):
        ep.profile(tiny_bundle, **arguments)
