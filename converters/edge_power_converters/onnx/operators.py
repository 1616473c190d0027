"""The operators that PyTorch's ONNX exporter translates by, read once a process and not once a program."""

from functools import cache


@cache
def keep_operators() -> None:
    """Let the exporter use again what it read of onnxscript's operators for an earlier program.

    It asks for all of them at each call, and onnxscript 0.7 parses the source of each, some 500, to tell its domain:
    half a second, a third of what a program of two encoders takes. PyTorch is held to one minor, so its name stays.
    """
    from torch.onnx._internal._lazy_import import onnxscript_apis  # type: ignore[attr-defined]  # a private name

    onnxscript_apis.get_torchlib_ops = cache(onnxscript_apis.get_torchlib_ops)
