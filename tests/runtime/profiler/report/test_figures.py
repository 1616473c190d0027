"""Figures as people write them."""

import pytest

from edge_power_runtime.profiler.report.figures import significant


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1362.4, "1,360"),
        (999.9, "1,000"),
        (120.4, "120"),
        (2.0, "2"),
        (1.2345, "1.23"),
        (0.0456001, "0.0456"),
        (1.234e-5, "0.0000123"),
        (0.0, "0"),
    ],
)
def test_three_digits_that_say_something(value, written):
    assert significant(value) == written
