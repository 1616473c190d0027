"""Export a checkpoint with optimum-onnx as its own users do: dynamic shapes, its default opset, no extra optimisation.

Beside it stands the same export at int8, by the preset that fits this processor and otherwise its command's defaults.

Runs in an environment of its own, since optimum-onnx wants transformers 4; `make bench-peers` makes it.
"""

import argparse
import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("optimum-onnx", "optimum", "transformers", "torch", "onnx", "onnxruntime")


def fitting_preset() -> str:
    """The preset of optimum-onnx for this processor."""
    if platform.machine() in ("aarch64", "arm64"):
        return "arm64"
    info = Path("/proc/cpuinfo")
    flags = info.read_text(encoding="utf-8") if info.is_file() else ""
    wanted = {"avx512_vnni": "avx512_vnni", "avx512f": "avx512"}
    return next((preset for flag, preset in wanted.items() if flag in flags), "avx2")


def quantize(directory: Path, preset: str) -> None:
    """Write model_quantized.onnx beside model.onnx."""
    from optimum.onnxruntime import ORTQuantizer
    from optimum.onnxruntime.configuration import AutoQuantizationConfig

    configuration = getattr(AutoQuantizationConfig, preset)(is_static=False, per_channel=False)
    ORTQuantizer.from_pretrained(directory, file_name="model.onnx").quantize(configuration, save_dir=directory)


def main() -> int:
    """Export, quantise, and note beside the models which versions made them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="directory of a Hugging Face text classifier")
    parser.add_argument("output", type=Path, help="directory to write model.onnx and the tokenizer to")
    options = parser.parse_args()
    if not (options.model / "config.json").is_file():
        parser.error(f"{options.model} is no checkpoint: it has no config.json")
    if options.output.is_dir() and any(options.output.iterdir()):
        parser.error(f"{options.output} is not empty, and the export would write over what is there; remove it")

    from optimum.exporters.onnx import main_export

    main_export(str(options.model), output=options.output, task="text-classification")
    preset = fitting_preset()
    quantize(options.output, preset)
    versions = {"preset": preset} | {package: version(package) for package in PACKAGES}
    (options.output / "versions.json").write_text(json.dumps(versions, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
