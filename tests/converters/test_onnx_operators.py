"""The exporter's operators: read once, however many programs are converted."""

from torch.onnx._internal._lazy_import import onnxscript_apis


def test_later_programs_use_the_operators_of_the_first(conversion):
    programs = conversion("onnx").artifact.programs
    asked = onnxscript_apis.get_torchlib_ops.cache_info()
    assert asked.misses == 1 and asked.hits >= len(programs) - 1 > 0
