"""Rows chosen by topk, and by comparisons and products (`--lowering compare`): the same words, equals in their order.

The slower engines are asked in `make test-thorough`; what they do with topk alone, test_engines.py asks.
"""

import numpy as np
import pytest

from edge_power.conversion.artifacts import ENGINES
from tests.converters.conftest import (
    PRUNED,
    TIED,
    assert_says_what_eager_says,
    convert_for,
    more_sources,
    sources,
)

SLOWER = [pytest.param(engine, marks=pytest.mark.thorough) for engine in ENGINES if engine != "onnx"]


@pytest.fixture(scope="module", params=["onnx", *SLOWER])
def both(request, tmp_path_factory):
    """The classifier by both lowerings, and both where all words tie."""
    topk = next(program for program in sources() if program.name == "topk_12")
    return convert_for(request.param, [topk, *more_sources()], tmp_path_factory.mktemp(request.param))


def test_both_say_the_same(both, references):
    sessions = [both.session(name) for name in ("topk_12", "compare_12")]
    for reference in references["topk_12"]:
        topk, compare = (session.run(reference.inputs) for session in sessions)
        assert topk["kept"].tolist() == compare["kept"].tolist()
        # Products by 0 and 1 are exact, so only the engine's order of adding differs.
        np.testing.assert_allclose(topk["logits"], compare["logits"], rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "retention"), [("compare_12", PRUNED), ("tied_topk_12", TIED), ("tied_compare_12", TIED)]
)
def test_the_engine_says_what_eager_says(both, references, name, retention):
    assert_says_what_eager_says(both.session(name), references[name], retention)


@pytest.mark.parametrize("name", ["tied_topk_12", "tied_compare_12"])
def test_ties_go_to_the_earlier_position(both, references, name):
    session = both.session(name)
    for reference in references[name]:
        scores = reference.scores[0][: reference.num_tokens]
        assert len(set(scores.tolist())) == 1, "the scores must tie for this test to mean something"
        words = min(reference.num_tokens, TIED.keep[0])
        assert session.run(reference.inputs)["kept"].tolist()[:words] == list(range(words))
