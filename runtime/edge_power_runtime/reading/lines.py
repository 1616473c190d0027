"""Texts from lines of a file, and predictions as lines: what every command line of edge-power reads and prints."""

import json
import sys
from collections.abc import Iterator, Sequence
from typing import IO

from edge_power_runtime.errors import InputError
from edge_power_runtime.prediction import Prediction
from edge_power_runtime.reading.printable import printable, printable_json
from edge_power_runtime.text import Text

STDIN = "-"


def read_texts(name: str) -> Iterator[Text]:
    """Read a text, or a pair with a TAB between, from each line of a UTF-8 file as it comes.

    Args:
        name: of the file; `-` is standard input.

    Raises:
        InputError: the file cannot be read, a line is not UTF-8, or has more than one TAB.
    """
    if name == STDIN:
        yield from _read_lines(standard_input(), "standard input")
        return
    try:
        with open(name, "rb") as stream:
            yield from _read_lines(stream, name)
    except OSError as error:
        raise InputError(f"cannot read {name}: {error.strerror}") from error


def argument_texts(texts: Sequence[str], *, pair: bool) -> Iterator[Text]:
    """Give the texts of a command line.

    Args:
        texts: as they were typed.
        pair: take them two by two.

    Raises:
        InputError: one is left over.
    """
    if not pair:
        return iter(texts)
    if len(texts) % 2:
        raise InputError(f"--pair takes TEXTs two by two, found {len(texts)}")
    return zip(texts[::2], texts[1::2], strict=True)


def standard_input() -> IO[bytes]:
    """Give standard input as bytes.

    Raises:
        InputError: there is none, or it has no bytes, as that of a notebook.
    """
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None or stream.closed:
        raise InputError("there is no standard input to read; give a file, or put something on it with | or <")
    found: IO[bytes] = stream
    return found


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
    r"""Write a prediction as label, score and text, with tabs between.

    That of a cascade has, before the text, the tier that answered and its confidence. Of a multi-label model, the
    labels and the scores have a `|` between them, and where no label is above the threshold both are empty.

    What would break the line, or act on a terminal, is escaped, and so is the backslash: `\n` is a line break, `\\n` a
    backslash and an n.
    """
    parts = (text,) if isinstance(text, str) else text
    if prediction.label is None:
        label, score = "", f"{prediction.score:.6f}"
    else:
        label, score = "|".join(prediction.labels), "|".join(f"{value:.6f}" for value in prediction.label_scores)
    return "\t".join((_field(label), score, *_tier(prediction), *map(_field, parts)))


def _tier(prediction: Prediction) -> tuple[str, ...]:
    answered = next((run for run in reversed(prediction.tiers) if run.confidence is not None), None)
    return () if answered is None else (_field(answered.name), f"{answered.confidence:.6f}")


def _field(text: str) -> str:
    return printable(text.replace("\\", "\\\\"))


def json_line(text: Text, prediction: Prediction) -> str:
    """Write a prediction as one JSON object."""
    fields: dict[str, object] = {
        "text": text,
        "label": prediction.label,
        "score": prediction.score,
        "scores": prediction.scores,
        "labels": prediction.labels,
        "label_scores": prediction.label_scores,
        "logits": prediction.logits,
        "program": prediction.program,
        "length": prediction.length,
        "num_tokens": prediction.num_tokens,
        "truncated": prediction.truncated,
        "survivors": prediction.survivors,
    }
    if prediction.tiers:
        fields |= {"tier": prediction.tier, "tiers": [run._asdict() for run in prediction.tiers]}
    return printable_json(json.dumps(fields, ensure_ascii=False))
