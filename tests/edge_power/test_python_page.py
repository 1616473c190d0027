"""docs/python.md: its examples, run one after the other on a tiny model."""

import re
from pathlib import Path

import pytest

from tests.tiny_fit import taught_model, write_task

PAGE = Path(__file__).parents[2] / "docs" / "python.md"


@pytest.mark.thorough  # a fit, conversions and a profile, each of which has tests of its own
def test_every_example_runs(tmp_path, monkeypatch, capfd):
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 14
    taught_model().save_pretrained(tmp_path / "my-checkpoint")
    write_task(tmp_path, rows=120)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for number, block in enumerate(blocks, start=1):
        exec(compile(block, f"{PAGE.name}, example {number}", "exec"), names)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "by-hand", "dev.tsv", "film.html", "my-app", "my-bundle", "my-checkpoint", "my-fit", "report.html",
        "report.json", "train.tsv",
    ]  # fmt: skip
    out, err = capfd.readouterr()
    assert err == ""
    assert "✓ onnx balanced_32: largest difference" in out
    assert "`atol` is 0, must be above 0" in out
