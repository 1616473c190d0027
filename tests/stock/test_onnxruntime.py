"""Plain onnxruntime opens the graphs, and knows nothing of bundles."""

import numpy as np
import onnxruntime
import pytest

from tests.stock.conftest import BUDGETS, feed, place

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_plain_session_says_what_we_say(bundle, answers, precision, budget):
    session = onnxruntime.InferenceSession(bundle.joinpath(*place(precision, budget)))
    assert [item.name for item in session.get_inputs()] == ["input_ids", "attention_mask", "token_type_ids"]
    (logits,) = session.run(["logits"], feed(bundle))
    # One engine and one graph; the thread pool has another size, and sums are split by it.
    np.testing.assert_allclose(logits[0], answers[precision, budget], rtol=0, atol=1e-5)
