"""Export a checkpoint with optimum-onnx as its own users do: dynamic shapes, its default opset, no extra optimisation.

Runs in an environment of its own, since optimum-onnx wants transformers 4; `make bench-peers` makes it.
"""

import argparse
import json
import sys
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("optimum-onnx", "optimum", "transformers", "torch", "onnx", "onnxruntime")


def main() -> int:
    """Export, and note beside the model which versions made it."""
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
    versions = {package: version(package) for package in PACKAGES}
    (options.output / "versions.json").write_text(json.dumps(versions, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
