"""Which of the points that were tried a loss is spent on."""

from dataclasses import replace

import pytest

from edge_power.fitting import max_loss
from edge_power.fitting.cost import Cost
from edge_power.fitting.max_loss import FINE_TUNED, OWN, SHARED, Tried
from edge_power.fitting.record import Candidate
from tests.tiny import tiny_model

LIMIT = 0.9


def tried(*metrics: float) -> list[Tried]:
    """Points on shared weights, rising in expected latency, and the whole model as the dearest."""
    model = tiny_model()
    schedule = (1.0,) * model.config.num_encoders
    cost = Cost.of(model.config, [8])
    points = [
        Candidate(f"point {place}", len(schedule), schedule, 0.1 * place, 0.1 * place, metric, SHARED, chosen=False)
        for place, metric in enumerate(metrics)
    ]
    points.append(Candidate("whole", len(schedule), schedule, 1.0, 1.0, 1.0, FINE_TUNED, chosen=False))
    return [Tried(point, model, cost) for point in points]


@pytest.mark.parametrize(
    ("shared", "alone", "expected", "retrained"),
    [
        # The cheapest within the limit fails on its own: it keeps the weights it shares; nothing dearer comes.
        ((0.8, 0.91, 0.95), {"point 1": 0.85, "point 2": 0.99}, ("point 1", SHARED), ["point 1"]),
        # It holds, and so does the next cheaper one, on weights of its own; the one below does not.
        (
            (0.5, 0.8, 0.91),
            {"point 2": 0.95, "point 1": 0.9, "point 0": 0.7},
            ("point 1", OWN),
            ["point 2", "point 1", "point 0"],
        ),
        ((0.91,), {"point 0": 0.92}, ("point 0", OWN), ["point 0"]),
        # Nothing but the whole model is good enough, and there is nothing to re-train.
        ((0.5, 0.6), {}, ("whole", FINE_TUNED), []),
    ],
    ids=["it fails alone", "cheaper ones hold", "the cheapest of all", "only the whole"],
)
def test_the_cheapest_that_holds_is_settled_on(monkeypatch, shared, alone, expected, retrained):
    done = []

    def retrain(phases, one):
        done.append(one.candidate.title)
        return replace(one, candidate=replace(one.candidate, metric=alone[one.candidate.title], stage=OWN))

    monkeypatch.setattr(max_loss, "_retrain", retrain)
    points = tried(*shared)
    before = len(points)
    best = max_loss._settle(None, points, LIMIT)
    assert (best.candidate.title, best.candidate.stage) == expected
    assert done == retrained
    assert [one.candidate.title for one in points[before:]] == done, "each is kept for the record"
