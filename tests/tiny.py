"""A tiny, seeded classifier with a real tokenizer, made in memory; and the bundles in tests/data that are made of it.

python -m tests.tiny                writes tests/data/tiny-bundle, tiny-int8 and tiny-stages anew
python -m tests.tiny tiny-stages    writes this one alone
"""

import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertTokenizer

from edge_power.conversion.convert import convert
from edge_power.conversion.plan import Plan, default_budgets
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.config import ModelConfig
from edge_power.model.retention_file import parse_keep
from edge_power_runtime.tasks import TaskName

WORDS = (
    "a an the film movie story is was and but not good bad fine warm dull great awful long short very "
    "never i you it of to in on for with that this all no play music end start way time man woman house "
    "sea night day ever again"
).split()
PIECES = ["##" + letter for letter in "abcdefghijklmnopqrstuvwxyz"]
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *"bcdefghjklmnopqrstuvwxyz.,!?'", *PIECES]
KEEP = "0.8,0.5,0.3"
STAGES_KEEP = "0.5,0.5"
LENGTHS = (8, 24)
BUNDLE = Path(__file__).parent / "data" / "tiny-bundle"
INT8_BUNDLE = BUNDLE.with_name("tiny-int8")
STAGES_BUNDLE = BUNDLE.with_name("tiny-stages")


def tiny_tokenizer() -> BertTokenizer:
    """A WordPiece tokenizer of some hundred pieces, in BERT's form."""
    tokenizer = Tokenizer(models.WordPiece({word: index for index, word in enumerate(VOCABULARY)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return BertTokenizer(tokenizer_object=tokenizer, model_max_length=64)


def tiny_config(
    *, labels: tuple[str, ...] = ("negative", "positive"), task: TaskName = "classification"
) -> ModelConfig:
    """Four encoders of 32 numbers; large enough that each drops words, small enough to convert in seconds."""
    return ModelConfig(
        architecture="bert",
        vocab_size=len(VOCABULARY),
        hidden_size=32,
        num_encoders=4,
        num_heads=4,
        intermediate_size=64,
        max_positions=64,
        num_token_types=2,
        norm_eps=1e-12,
        activation="gelu",
        task=task,
        labels=labels,
    )


def tiny_model(config: ModelConfig | None = None, *, seed: int = 0) -> PowerForSequenceClassification:
    """A classifier with random weights, spread wide enough that words differ in significance and texts in label."""
    torch.manual_seed(seed)
    model = PowerForSequenceClassification(config or tiny_config())
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" not in name:
                parameter.normal_(std=0.25)
    model.tokenizer = tiny_tokenizer()
    return model.eval()


def staged_model() -> PowerForSequenceClassification:
    """The tiny classifier with three encoders, of which two have an exit behind them."""
    model = tiny_model(replace(tiny_config(), num_encoders=3))
    model.put_exits((1, 2))
    with torch.no_grad():
        for parameter in model.exits.parameters():
            parameter.normal_(std=0.25)
    return model


def zero_attention(model: PowerForSequenceClassification) -> PowerForSequenceClassification:
    """Take the weights of all queries away: attention is uniform, and so all words of a text tie."""
    with torch.no_grad():
        for encoder in model.encoder.stack():
            encoder.query.weight.zero_()
            encoder.query.bias.zero_()
    return model


def write_bundle(
    output: Path,
    *,
    engines: tuple[str, ...] = ("onnx", "executorch", "tflite"),
    precisions: tuple[str, ...] = ("fp32",),
) -> None:
    """Convert the tiny classifier, pruned and full."""
    model = tiny_model()
    budgets = {"fast": parse_keep(KEEP), **default_budgets(model)}
    plan = Plan(engines=engines, precisions=precisions, lengths=LENGTHS, budgets=budgets, force=True, one_process=True)
    convert(model, output, plan, name="tiny")


def write_staged_bundle(output: Path, *, engines: tuple[str, ...] = ("onnx", "executorch", "tflite")) -> None:
    """Convert the tiny classifier with exits, pruned alone: a stage drops words, the next none, the last reads."""
    budgets = {"fast": parse_keep(STAGES_KEEP)}
    plan = Plan(engines=engines, lengths=LENGTHS, budgets=budgets, force=True, one_process=True)
    convert(staged_model(), output, plan, name="tiny-stages")


WRITERS: dict[Path, Callable[[Path], None]] = {
    BUNDLE: write_bundle,
    INT8_BUNDLE: partial(write_bundle, precisions=("int8",)),
    STAGES_BUNDLE: write_staged_bundle,
}

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    for place, write in WRITERS.items():
        if place.name in (sys.argv[1:] or [place.name]):
            # git has it; what an earlier format wrote is no bundle today, and would not be replaced
            shutil.rmtree(place, ignore_errors=True)
            write(place)
