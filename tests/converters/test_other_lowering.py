"""`--lowering compare`: rows chosen by comparisons and products say what topk says, on every engine."""

import numpy as np
import pytest

from edge_power.conversion.artifacts import ENGINES
from tests.converters.answers import assert_says_what_eager_says, assert_ties_go_to_the_earlier
from tests.converters.conftest import PRUNED, convert_for, other_lowering, sources

# ONNX Runtime converts in a tenth of the others' time.
SLOWER = [pytest.param(engine, marks=pytest.mark.thorough) for engine in ENGINES if engine != "onnx"]


@pytest.fixture(scope="module", params=["onnx", *SLOWER])
def both(request, tmp_path_factory):
    """The classifier by both lowerings, and by the other one where all words tie."""
    topk = next(program for program in sources() if program.name == "topk_12")
    return convert_for(request.param, [topk, *other_lowering()], tmp_path_factory.mktemp(request.param))


def test_both_say_the_same(both, references):
    sessions = [both.session(name) for name in ("topk_12", "compare_12")]
    for reference in references["topk_12"]:
        topk, compare = (session.run(reference.inputs) for session in sessions)
        assert topk["kept"].tolist() == compare["kept"].tolist()
        # Products by 0 and 1 are exact, so only the engine's order of adding differs.
        np.testing.assert_allclose(topk["logits"], compare["logits"], rtol=0, atol=1e-5)


def test_the_engine_says_what_eager_says(both, references):
    assert_says_what_eager_says(both.session("compare_12"), references["compare_12"], PRUNED)


def test_ties_go_to_the_earlier_position(both, references):
    assert_ties_go_to_the_earlier(both.session("tied_compare_12"), references["tied_compare_12"])
