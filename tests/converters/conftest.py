"""Every engine converts one set of programs once for all tests; a conversion takes seconds to a minute."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from edge_power.conversion.artifacts import ENGINES, converter_for
from edge_power.conversion.references import CheckedText, make_references
from edge_power.conversion.tracing import Tracer
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.tokenizer import text_encoder
from edge_power_converters import Reference, SourceProgram, fp32
from edge_power_runtime import RetentionConfig
from edge_power_runtime.bundle.artifacts import Artifact
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.retention import survivors
from edge_power_runtime.sessions import Session, open_engine
from edge_power_runtime.text import Text
from tests.machines.forker import Forker, open_forker
from tests.tiny import tiny_config, tiny_model, zero_attention

LENGTH = 12
PRUNED = RetentionConfig(LENGTH, (6, 1))
FULL = RetentionConfig(8, (8, 1))
TIED = RetentionConfig(LENGTH, (7, 1))
TOPK_LENGTH, TOPK_KEEP = 12, 7
# Engines sum in other orders than PyTorch; the bar of the project for fp32. Kept words must be the same.
ATOL = 1e-4
TEXTS: list[Text] = [
    "",
    "a good film",
    ("is it good ?", "never !"),
    "the way it was not bad again , and not dull",
    "great woman , man , sea",
]


class PlainTopk(torch.nn.Module):
    """The shortest program that chooses rows."""

    def forward(self, words: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"kept": torch.topk(words[0], TOPK_KEEP).indices}


def small_model() -> PowerForSequenceClassification:
    """The tiny classifier with two encoders, one that drops words and the last: ExecuTorch takes seconds for each."""
    return tiny_model(dataclasses.replace(tiny_config(), num_encoders=2))


def sources() -> list[SourceProgram]:
    """The programs: a classifier that drops words, one that keeps all, a bare topk."""
    traced = Tracer(small_model())
    topk = torch.export.export(PlainTopk(), (), {"words": torch.ones(1, TOPK_LENGTH)})
    return [
        SourceProgram("topk_12", "topk", LENGTH, traced.trace(PRUNED, lowering="topk"), last=2),
        SourceProgram("full_8", "full", FULL.length, traced.trace(FULL), last=2),
        SourceProgram("plain_12", "plain", TOPK_LENGTH, topk, last=1),
    ]


def more_sources() -> list[SourceProgram]:
    """The classifier with rows chosen by comparisons and products, and either lowering where all words tie."""
    traced, tied = Tracer(small_model()), Tracer(zero_attention(small_model()))
    return [
        SourceProgram("compare_12", "compare", LENGTH, traced.trace(PRUNED, lowering="compare"), last=2),
        SourceProgram("tied_topk_12", "tied_topk", LENGTH, tied.trace(TIED, lowering="topk"), last=2),
        SourceProgram("tied_compare_12", "tied_compare", LENGTH, tied.trace(TIED, lowering="compare"), last=2),
    ]


@dataclass(frozen=True)
class Converted:
    """What one engine's converter made; read only."""

    engine: str
    directory: Path
    artifact: Artifact
    sources: dict[str, SourceProgram]
    steps: tuple[str, ...]

    def program(self, name: str) -> Program:
        return next(program for program in self.artifact.programs if program.name == name)

    def session(self, name: str) -> Session:
        return open_engine(self.directory, self.artifact).session(self.program(name))


def convert_for(engine: str, programs: Sequence[SourceProgram], directory: Path) -> Converted:
    """Convert without a bundle around."""
    steps: list[str] = []
    artifact = converter_for(engine).convert(programs, directory, fp32(engine, "as named"), progress=steps.append)
    return Converted(engine, directory, artifact, {program.name: program for program in programs}, tuple(steps))


@pytest.fixture(scope="session")
def conversion(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Converted]:
    """All programs of `sources` for one engine, made when it is first asked for: conversion("onnx")."""
    return cache(lambda engine: convert_for(engine, sources(), tmp_path_factory.mktemp(engine)))


@pytest.fixture(scope="session", params=ENGINES)
def converted(request: pytest.FixtureRequest, conversion: Callable[[str], Converted]) -> Converted:
    """All programs of `sources`, for each engine."""
    return conversion(request.param)


@pytest.fixture(scope="session")
def references() -> dict[str, list[Reference]]:
    """What eager says of TEXTS, by program."""
    model, tied = small_model(), zero_attention(small_model())
    encoder = text_encoder(model)
    checked = [CheckedText(text, encoder.encode(text, LENGTH)) for text in TEXTS]
    short = [item for item in checked if item.encoded.num_tokens <= FULL.length]
    pruned, ties = make_references(model, encoder, checked, PRUNED), make_references(tied, encoder, checked, TIED)
    return {
        "topk_12": pruned,
        "compare_12": pruned,
        "full_8": make_references(model, encoder, short, FULL),
        "tied_topk_12": ties,
        "tied_compare_12": ties,
    }


RETENTION = {"topk_12": PRUNED, "full_8": FULL}


def assert_says_what_eager_says(session: Session, references: Sequence[Reference], retention: RetentionConfig) -> None:
    """Logits within ATOL, and the same kept words."""
    for reference in references:
        outputs = session.run(reference.inputs)
        np.testing.assert_allclose(outputs["logits"][0], reference.logits, rtol=0, atol=ATOL)
        if "kept" in outputs:
            found = survivors(outputs["kept"], retention)
            for ours, theirs in zip(found, reference.survivors, strict=True):
                words = reference.num_tokens
                assert [p for p in ours if p < words] == [p for p in theirs if p < words]


def stable_order(values: Sequence[float], keep: int) -> list[int]:
    """Positions of the `keep` highest, equals in their order, by a plain sort."""
    return np.argsort(-np.asarray(values, dtype=np.float64), kind="stable")[:keep].tolist()


@pytest.fixture(scope="session")
def forker() -> Iterator[Forker]:
    """Starts functions of this folder's tests in processes of their own, to be killed."""
    with open_forker("tests.converters.test_kills", "tests.converters.test_leftovers") as opened:
        yield opened
