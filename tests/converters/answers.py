"""What a program must say on every engine and by either lowering."""

from collections.abc import Sequence

import numpy as np

from edge_power_converters import Reference
from edge_power_runtime import RetentionConfig
from edge_power_runtime.retention import survivors
from edge_power_runtime.sessions import Session
from tests.converters.conftest import TIED

# Engines sum in other orders than PyTorch; the bar of the project for fp32. Kept words must be the same.
ATOL = 1e-4


def assert_says_what_eager_says(session: Session, references: Sequence[Reference], retention: RetentionConfig) -> None:
    for reference in references:
        outputs = session.run(reference.inputs)
        np.testing.assert_allclose(outputs["logits"][0], reference.logits, rtol=0, atol=ATOL)
        if "kept" in outputs:
            found = survivors(outputs["kept"], retention)
            for ours, theirs in zip(found, reference.survivors, strict=True):
                words = reference.num_tokens
                assert [p for p in ours if p < words] == [p for p in theirs if p < words]


def assert_ties_go_to_the_earlier(session: Session, references: Sequence[Reference]) -> None:
    for reference in references:
        scores = reference.scores[0][: reference.num_tokens]
        assert len(set(scores.tolist())) == 1, "the scores must tie for this test to mean something"
        words = min(reference.num_tokens, TIED.keep[0])
        assert session.run(reference.inputs)["kept"].tolist()[:words] == list(range(words))
