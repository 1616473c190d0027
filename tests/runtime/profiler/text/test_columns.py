"""Tables that keep within a terminal: which columns go first, and what is said of them."""

import pytest

from edge_power_runtime.profiler.text.columns import aligned, fitting, left_out

ROWS = [("case", "p50", "p99", "rate"), ("full", "1.00", "2.00", "1,000")]


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (None, [0, 1, 2, 3]),
        (23, [0, 1, 2, 3]),  # 4 + 4 + 4 + 5 and three gaps of two
        (22, [0, 1, 2]),
        (16, [0, 1, 2]),
        (15, [0, 1]),
        (3, [0, 1]),  # what nobody may leave out stays
    ],
)
def test_the_least_wanted_columns_go_first(width, shown):
    assert fitting(ROWS, width, spare=(3, 2)) == shown


def test_what_fits_is_as_wide_as_the_lines_are():
    lines = aligned([[row[place] for place in fitting(ROWS, 23, spare=(3, 2))] for row in ROWS])
    assert {len(line) for line in lines} == {23}


def test_what_is_left_out_is_said():
    assert left_out(ROWS[0], [0, 1, 2, 3], "the report") is None
    assert left_out(ROWS[0], [0, 1, 2], "the report") == "No room here for rate: it is in the report."
    assert left_out(ROWS[0], [0, 1], "the report") == "No room here for p99 and rate: they are in the report."
