"""Only the tasks' own files look at a task's name: all others ask the value."""

import ast
from collections.abc import Iterator
from pathlib import Path

import edge_power
import edge_power_converters
import edge_power_runtime
from edge_power_runtime.tasks import TASK_NAMES

PACKAGES = [Path(package.__file__).parent for package in (edge_power, edge_power_converters, edge_power_runtime)]
RUNTIME = Path(edge_power_runtime.__file__).parent
# The format has a table of tensors by task, in which each task has a row.
OWN = {RUNTIME / "tasks.py", RUNTIME / "bundle" / "checks" / "signatures.py", *(PACKAGES[0] / "tasks").glob("*.py")}


def branches(source: str) -> Iterator[int]:
    """Lines where something is compared with a task's name, or looked up by it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare | ast.MatchValue | ast.Subscript | ast.Dict):
            named = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
            if any(value in TASK_NAMES for value in named if isinstance(value, str)):
                yield node.lineno


def test_no_other_file_branches_on_a_name():
    files = [path for package in PACKAGES for path in package.rglob("*.py") if path not in OWN]
    assert len(files) > 200
    found = {str(path): list(branches(path.read_text(encoding="utf-8"))) for path in files}
    assert not {path: lines for path, lines in found.items() if lines}


def test_the_search_finds_what_it_looks_for():
    source = 'x = 1 if task == "regression" else 2\nmatch task:\n    case "classification":\n        pass\n'
    assert set(branches(source + 'y = {"regression": 1}[task]\n')) == {1, 3, 5}
    assert any(list(branches(path.read_text(encoding="utf-8"))) for path in OWN)
