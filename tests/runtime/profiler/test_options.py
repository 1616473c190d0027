"""Options: what is refused, in one line each, and what is put in order."""

import math
import re
from pathlib import Path

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
        ({"iterations": 0}, "`iterations` 0: expected a whole number of at least 1"),
        ({"iterations": True}, "`iterations` True"),
        ({"iterations": 2.5}, "`iterations` 2.5"),
        ({"burst": 0}, "`burst` 0"),
        ({"warmup": -1}, "`warmup` -1: expected a whole number of at least 0"),
        ({"threads": (1, 0)}, "`threads` 0: expected"),
        ({"threads": ()}, "`threads` 0: expected"),
        ({"max_seconds": 0.0}, "`max_seconds` 0: expected a number above 0"),
        ({"max_seconds": math.nan}, "`max_seconds` nan"),
        ({"max_seconds": math.inf}, "`max_seconds` inf"),
        ({"percentiles": (101.0,)}, "`percentiles` 101: expected numbers in 0..100"),
        ({"percentiles": (math.nan,)}, "`percentiles` nan"),
        ({"percentiles": ()}, "`percentiles` nan"),
        ({"engines": "onnx"}, "`engines` is 'onnx', must be a list; give ['onnx']"),
        ({"baseline": "fp32"}, "`baseline` is 'fp32', must be a list; give ['fp32']"),
        ({"lengths": 32}, "`lengths` is 32, must be a list; give [32]"),
        ({"precisions": ("int4",)}, "`precisions` int4: no precision is called so; there are fp32, fp16, int8"),
    ],
)
def test_wrong_values_are_told(wrong, message):
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        Options(**wrong)
    assert "\n" not in str(caught.value)


def test_lists_and_paths_are_taken():
    options = Options(lengths=[8, 24], engines=["ort"], texts=Path("rows.tsv"))
    assert (options.lengths, options.engines, options.texts) == ((8, 24), ("onnx",), "rows.tsv")


def test_zero_warmup_is_fine():
    assert Options(warmup=0).warmup == 0


def test_unknown_engines_are_told():
    with pytest.raises(UnsupportedEngineError, match="did you mean 'onnx'"):
        Options(engines=("onix",))
