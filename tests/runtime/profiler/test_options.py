"""Options: what is refused, in one line each, and what is put in order."""

import math

import pytest

from edge_power_runtime import InputError, UnsupportedEngineError
from edge_power_runtime.profiler.options import Options


def test_defaults():
    options = Options()
    assert (options.warmup, options.iterations, options.burst, options.threads) == (10, 100, 5, (1,))
    assert options.percentiles == (50, 90, 95, 99)
    assert options.max_seconds is None


def test_repeated_values_and_aliases_become_one():
    options = Options(engines=("ort", "ONNX", "et"), lengths=(8, 24, 8), threads=(2, 1, 2), percentiles=(50, 50.0))
    assert options.engines == ("onnx", "executorch")
    assert options.lengths == (8, 24)
    assert options.threads == (2, 1)
    assert options.percentiles == (50.0,)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"iterations": 0}, "iterations is 0, must be a whole number of at least 1"),
        ({"iterations": True}, "iterations is True"),
        ({"iterations": 2.5}, "iterations is 2.5"),
        ({"burst": 0}, "burst is 0"),
        ({"warmup": -1}, "warmup is -1, must be a whole number of at least 0"),
        ({"threads": (1, 0)}, "threads is 0"),
        ({"threads": ()}, "threads is 0"),
        ({"max_seconds": 0.0}, "max-seconds is 0, must be above 0"),
        ({"max_seconds": math.nan}, "max-seconds is nan"),
        ({"max_seconds": math.inf}, "max-seconds is inf"),
        ({"percentiles": (101.0,)}, "a percentile is 101, must be in 0..100"),
        ({"percentiles": (math.nan,)}, "a percentile is nan"),
        ({"percentiles": ()}, "a percentile is nan"),
        ({"precisions": ("int4",)}, "no precision is called 'int4'; there are fp32, fp16, int8"),
    ],
)
def test_wrong_values_are_told(wrong, message):
    with pytest.raises(InputError, match=message.replace("(", r"\(")) as caught:
        Options(**wrong)
    assert "\n" not in str(caught.value)


def test_zero_warmup_is_fine():
    assert Options(warmup=0).warmup == 0


def test_unknown_engines_are_told():
    with pytest.raises(UnsupportedEngineError, match="did you mean 'onnx'"):
        Options(engines=("onix",))
