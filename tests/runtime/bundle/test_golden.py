"""golden.json is read strictly."""

import pytest

from edge_power_runtime import BundleError, SchemaVersionError
from edge_power_runtime.bundle.golden import read_golden


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        ('{"schema_version": 2}', SchemaVersionError, "golden.json has schema_version 2"),
        ('{"schema_version": 1}', BundleError, "golden.json: examples is missing"),
        ('{"schema_version": 1, "examples": [{"text": 1}]}', BundleError, r"examples\[0\].text must be a string"),
        (
            '{"schema_version": 1, "examples": [{"text": "", "pair": null, "ids": [1.5]}]}',
            BundleError,
            r"examples\[0\].ids\[0\] must be a whole number, found 1.5",
        ),
    ],
)
def test_malformed_golden_is_told_with_its_place(data, error, message):
    with pytest.raises(error, match=message):
        read_golden(data)


def test_pair_is_read_as_a_tuple(toy_bundle):
    examples = read_golden((toy_bundle / "golden.json").read_bytes())
    assert [example.text for example in examples] == ["a good film", ("the very bad films", "dull")]
