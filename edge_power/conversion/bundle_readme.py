"""README.md of a bundle: what it holds, how near it is to its source, and how to run it; the same for the same input.

Names of models, labels and budgets come from users. Each stands in a code span, where Markdown and HTML mean nothing.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from edge_power.conversion.against_transformers import SourceReport
from edge_power_converters.program import file_entry
from edge_power_runtime.bundle.budgets import Budget
from edge_power_runtime.bundle.manifest import Manifest
from edge_power_runtime.engines import engine_info
from edge_power_runtime.profiler.report.figures import list_of
from edge_power_runtime.reading.printable import printable

README_FILE = "README.md"

# More would hide the rest of the page; bundle.json has them all.
SHOWN_LABELS = 50

# What ends a code span or a cell of a table, and what a code span drops: blanks at its ends.
_ENDS_A_SPAN = re.compile(r"[`|\\]|^\s|\s$|^$")

_ENGINES = {"onnx": "ONNX Runtime", "executorch": "ExecuTorch", "tflite": "TFLite"}

_RUN = """\
## Run it

```
pip install "edge-power-runtime[{extra}]"{others}
python -m edge_power_runtime classify . "some text"
python -m edge_power_runtime verify .
```

```python
from edge_power_runtime import Classifier

classifier = Classifier.open(".")  # this directory
prediction = classifier("some text")
```

`verify` compares this machine's answers with those in `golden.json`.
"""


def write_readme(directory: Path, manifest: Manifest, source: SourceReport) -> Manifest:
    """Write README.md into a bundle under way.

    Args:
        directory: of the bundle.
        manifest: of all else in it, parity filled in.
        source: how the model compares with transformers.

    Returns:
        The manifest, which lists README.md too.
    """
    path = directory / README_FILE
    path.write_bytes(bundle_readme(manifest, source).encode())
    files = (*manifest.files, file_entry(directory, path))
    return replace(manifest, files=tuple(sorted(files, key=lambda entry: entry.path)))


def bundle_readme(manifest: Manifest, source: SourceReport) -> str:
    """Give the page in Markdown; it names no date, path or machine.

    Args:
        manifest: parity filled in.
        source: how the model compares with transformers.
    """
    return "\n".join(
        (_introduction(manifest), _run(manifest), _labels(manifest), _budgets(manifest), _agreement(manifest, source))
    )


def code(text: str) -> str:
    r"""Text from a user as a code span that also fits a cell of a table.

    What a terminal would obey becomes an escape. Where a character could end the span, it is HTML without Markdown.
    """
    shown = printable(text)
    if not _ENDS_A_SPAN.search(shown):
        return f"`{shown}`"
    return f"<code>{re.sub(r'[!-/:-@[-`{-~]', lambda found: f'&#{ord(found[0])};', shown)}</code>"


def _introduction(manifest: Manifest) -> str:
    engines = list_of([_ENGINES[name] for name in _engines(manifest)])
    return (
        f"# {code(manifest.name)}\n\n"
        f"A {code(manifest.architecture)} model for {code(manifest.task)}, made by {code(manifest.created_by)} "
        f"to run on small machines with {engines}.\n"
        "Each engine ran its programs, and they were compared with the model in PyTorch, before this was written.\n"
    )


def _engines(manifest: Manifest) -> tuple[str, ...]:
    """Each once, though it may have several precisions."""
    return tuple(dict.fromkeys(artifact.engine for artifact in manifest.artifacts))


def _run(manifest: Manifest) -> str:
    extra, *others = (engine_info(name).extra for name in _engines(manifest))
    return _RUN.format(extra=extra, others=f"  # or [{'], ['.join(others)}]" if others else "")


def _labels(manifest: Manifest) -> str:
    if not manifest.labels:
        return "## Output\n\nOne number.\n"
    lines = [f"{number}. {code(label)}" for number, label in enumerate(manifest.labels[:SHOWN_LABELS])]
    more = len(manifest.labels) - SHOWN_LABELS
    rest = f"\n\n`bundle.json` lists {more} more." if more > 0 else ""
    threshold = manifest.answers().threshold
    each = "" if threshold is None else f" A text has each whose probability is above {threshold:g}."
    return f"## Labels\n\n{len(manifest.labels)}, in the order of the logits.{each}\n\n{chr(10).join(lines)}{rest}\n"


def _budgets(manifest: Manifest) -> str:
    measured = any(budget.accuracy is not None for budget in manifest.budgets)
    head = ("budget", "length", "words that each encoder passes on", "multiply-adds", "of `full`")
    rows = [row for budget in manifest.budgets for row in _budget_rows(manifest, budget, measured=measured)]
    unmeasured = "" if measured else "Accuracy was not measured here: `edge-power evaluate . --data dev.tsv` does it.\n"
    return (
        "## Budgets and lengths\n\n"
        f"A text takes the shortest length that holds it; one of more than {manifest.max_length} tokens is cut. "
        f"{_any_length(manifest)}"
        f"{code(manifest.budgets[0].name)} is the default; "
        "another is chosen by `--budget`, or by `budget=` in Python.\n\n"
        f"{_table((*head, 'accuracy') if measured else head, rows)}\n{unmeasured}"
    )


def _any_length(manifest: Manifest) -> str:
    engines = {
        _ENGINES[artifact.engine]
        for artifact in manifest.artifacts
        if any(program.any_length for program in artifact.programs)
    }
    return f"With {list_of(sorted(engines))} it runs at its own length instead, without padding. " if engines else ""


def _budget_rows(manifest: Manifest, budget: Budget, *, measured: bool) -> Iterable[Sequence[str]]:
    full = manifest.unpruned_macs
    for item in budget.configurations:
        share = f"{item.macs / full[item.length]:.2f}" if item.length in full else "-"
        keep = " ".join(map(str, item.keep))
        accuracy = ("-" if budget.accuracy is None else f"{budget.accuracy:.4f}",) if measured else ()
        yield code(budget.name), str(item.length), keep, f"{item.macs / 1e6:.1f} M", share, *accuracy


def _agreement(manifest: Manifest, source: SourceReport) -> str:
    head = ("engine", "precision", "size", "program", "largest difference", "same label", "same words kept", "texts")
    rows = []
    for artifact in manifest.artifacts:
        size = f"{artifact.size_bytes / 1e6:.1f} MB"
        for program in artifact.every_program:
            figures = ("-",) * 4
            if (parity := program.parity) is not None:
                agreement = (f"{parity.label_agreement:.1%}", f"{parity.kept_agreement:.1%}")
                figures = (f"{parity.max_abs_error:.1e}", *agreement, str(parity.texts))
            rows.append((artifact.engine, artifact.precision, size, code(program.name), *figures))
    return (
        "## Sizes and agreement\n\n"
        "An artifact holds all programs of its engine. Each program against the model in PyTorch, by logits:\n\n"
        f"{_table(head, rows)}\n{_source(source)}\n"
    )


def _source(source: SourceReport) -> str:
    if source.max_abs_error is None:
        return f"The model in PyTorch reads {source.texts} texts as transformers does; its logits were not compared."
    return (
        f"The model in PyTorch, all words kept, against transformers on {source.texts} texts: the same token ids, "
        f"the same label on {source.same_labels}, and logits that differ by {source.max_abs_error:.1e} at most."
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (head, ("---",) * len(head), *rows)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
