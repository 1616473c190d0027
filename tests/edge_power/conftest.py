"""Fixtures of the host's tests: a tiny classifier, batches for it, and the command line run in this process."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
import torch

from edge_power.model.classifier import PowerForSequenceClassification
from tests.machines.browser import Browser, find_browser, open_browser
from tests.tiny import tiny_config, tiny_model

SHARED = Path(__file__).parents[3] / "shared"


class Batch(NamedTuple):
    """Padded texts as the eager model takes them, int64 (batch, length) each."""

    input_ids: torch.Tensor
    attention_mask: torch.Tensor
    token_type_ids: torch.Tensor

    def widen(self, length: int) -> "Batch":
        """The same texts with more padding behind."""
        return Batch(*(torch.nn.functional.pad(item, (0, length - item.shape[1])) for item in self))


def make_batch(num_words: list[int], length: int, *, vocabulary: int, seed: int = 0) -> Batch:
    """Random texts of that many tokens, [CLS] (2) first and [SEP] (3) last, the second half of each of token type 1."""
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(5, vocabulary, (len(num_words), length), generator=generator)
    mask, types = torch.zeros_like(ids), torch.zeros_like(ids)
    for row, words in enumerate(num_words):
        mask[row, :words] = 1
        types[row, words // 2 : words] = 1
        ids[row, words - 1] = 3
    ids[:, 0] = 2
    return Batch(ids * mask, mask, types)


class Result(NamedTuple):
    """What a command did."""

    status: int
    out: str
    err: str


@pytest.fixture(scope="session")
def model() -> PowerForSequenceClassification:
    """The tiny classifier; read only."""
    return tiny_model()


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny classifier as a directory; read only, copy it to change it."""
    directory = tmp_path_factory.mktemp("checkpoint") / "tiny"
    tiny_model().save_pretrained(directory)
    return directory


@pytest.fixture(scope="session")
def small_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny classifier with two encoders, which converts in half the time; read only."""
    directory = tmp_path_factory.mktemp("small") / "tiny"
    tiny_model(replace(tiny_config(), num_encoders=2)).save_pretrained(directory)
    return directory


@pytest.fixture(scope="session")
def real_checkpoint() -> Path:
    """MiniLM-L6 fine-tuned on SST-2."""
    directory = SHARED / "checkpoints" / "minilm-sst2"
    if not directory.is_dir():
        pytest.skip("the real checkpoint is not beside the checkout")
    return directory


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run `edge-power` in this process: cli("run", bundle, "text"). Native code's output is captured as well."""
    from edge_power.cli import main

    def run(*arguments: object) -> Result:
        capfd.readouterr()
        # pytest's own sys.stdout and sys.stderr pass by the descriptors, which we redirect where native code talks.
        with (
            open(1, "w", encoding="utf-8", closefd=False) as out,
            open(2, "w", encoding="utf-8", closefd=False, errors="backslashreplace") as err,
            monkeypatch.context() as patch,
            pytest.raises(SystemExit) as caught,
        ):
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return Result(int(caught.value.code or 0), captured.out, captured.err)

    return run


def assert_refused(result: Result, *expected: str, status: int = 2) -> None:
    """One line on standard error that says all of `expected`, and nothing on standard output."""
    assert result.status == status, result
    assert result.out == ""
    assert result.err.startswith("error: "), result.err
    assert result.err.count("\n") == 1 and result.err.endswith("\n"), result.err
    assert "Traceback" not in result.err
    for words in expected:
        assert words in result.err, result.err


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A headless browser, to look at pages with."""
    executable = find_browser()
    if executable is None:
        pytest.skip("no Chromium or Chrome is installed to look at the page with")
    with open_browser(executable, tmp_path_factory.mktemp("profile")) as opened:
        yield opened
