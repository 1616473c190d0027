"""Texts from lines of a file, and predictions as lines: what every command line of edge-power reads and prints."""

import json
import sys
from collections.abc import Iterator
from typing import IO

from edge_power_runtime.classifier import Prediction
from edge_power_runtime.errors import InputError
from edge_power_runtime.text import Text

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def read_texts(name: str) -> Iterator[Text]:
    """Read a text, or a pair with a TAB between, from each line of a UTF-8 file as it comes.

    Args:
        name: of the file; `-` is standard input.

    Raises:
        InputError: the file cannot be read, a line is not UTF-8, or has more than one TAB.
    """
    if name == "-":
        yield from _read_lines(sys.stdin.buffer, "standard input")
        return
    try:
        with open(name, "rb") as stream:
            yield from _read_lines(stream, name)
    except OSError as error:
        raise InputError(f"cannot read {name}: {error.strerror}") from error


def _read_lines(stream: IO[bytes], name: str) -> Iterator[Text]:
    for number, line in enumerate(stream, start=1):
        try:
            # A byte order mark may open the file; it is no part of the first text.
            decoded = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise InputError(f"{name}, line {number} is not UTF-8 ({error.reason}); convert the file") from error
        parts = decoded.rstrip("\r\n").split("\t")
        if len(parts) > 2:
            raise InputError(f"{name}, line {number} has {len(parts) - 1} TABs; expected TEXT or TEXT<TAB>PAIR")
        yield parts[0] if len(parts) == 1 else (parts[0], parts[1])


def tsv_line(text: Text, prediction: Prediction) -> str:
    """A prediction as label, score and text, with tabs between; what would break the line is escaped."""
    parts = (text,) if isinstance(text, str) else text
    return "\t".join((prediction.label or "", f"{prediction.score:.6f}", *(part.translate(_ESCAPES) for part in parts)))


def json_line(text: Text, prediction: Prediction) -> str:
    """A prediction as one JSON object."""
    fields = {
        "text": text,
        "label": prediction.label,
        "score": prediction.score,
        "scores": prediction.scores,
        "logits": prediction.logits,
        "program": prediction.program,
        "length": prediction.length,
        "num_tokens": prediction.num_tokens,
        "truncated": prediction.truncated,
        "survivors": prediction.survivors,
    }
    return json.dumps(fields, ensure_ascii=False)
