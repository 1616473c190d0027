"""A tiny checkpoint of every supported family, made by transformers itself: random weights and a real tokenizer."""

import json
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AlbertTokenizer,
    AutoConfig,
    AutoModelForSequenceClassification,
    CamembertTokenizer,
    DistilBertTokenizer,
    ElectraTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    RobertaTokenizer,
    XLMRobertaTokenizer,
)

from tests.tiny import VOCABULARY, WORDS, tiny_tokenizer

POSITIONS = 40
SHAPE = {
    "hidden_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 6,
    "intermediate_size": 80,
    "max_position_embeddings": POSITIONS,
    "type_vocab_size": 2,
}
# What is its own in each family's config.json; RoBERTa's table has rows for positions that no word has.
OPTIONS: dict[str, dict[str, Any]] = {
    "bert": SHAPE,
    "albert": SHAPE | {"embedding_size": 16},
    "distilbert": {
        "dim": 48,
        "n_layers": 3,
        "n_heads": 6,
        "hidden_dim": 80,
        "max_position_embeddings": POSITIONS,
    },
    "roberta": SHAPE | {"type_vocab_size": 1, "max_position_embeddings": POSITIONS + 2},
    "xlm-roberta": SHAPE | {"type_vocab_size": 1, "max_position_embeddings": POSITIONS + 2},
    "camembert": SHAPE | {"type_vocab_size": 1, "max_position_embeddings": POSITIONS + 2},
    "electra": SHAPE | {"embedding_size": 16},
}


def family_tokenizer(model_type: str) -> PreTrainedTokenizerBase:
    """The tokenizer of a family, over the words of tests/tiny.py."""
    match model_type:
        case "bert":
            return tiny_tokenizer()
        case "distilbert":
            return DistilBertTokenizer(vocab={word: index for index, word in enumerate(VOCABULARY)})
        case "electra":
            return ElectraTokenizer(vocab={word: index for index, word in enumerate(VOCABULARY)})
        case "albert":
            return AlbertTokenizer(vocab=_unigrams("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"))
        case "xlm-roberta":
            return XLMRobertaTokenizer(vocab=_unigrams("<s>", "<pad>", "</s>", "<unk>", "<mask>"))
        case "camembert":
            return CamembertTokenizer(
                vocab=_unigrams("<s>", "<pad>", "</s>", "<unk>", "<mask>"), additional_special_tokens=[]
            )
        case "roberta":
            return _byte_pairs()
    raise ValueError(model_type)


def family_checkpoint(directory: Path, model_type: str, *, spare: int = 0, **options: Any) -> PreTrainedModel:
    """Write a classifier, and give it as transformers has it.

    Args:
        directory: to write to.
        model_type: of the family.
        spare: embeddings for tokens that are added later.
        options: for config.json, besides OPTIONS.
    """
    tokenizer = family_tokenizer(model_type)
    config = AutoConfig.for_model(
        model_type,
        vocab_size=len(tokenizer) + spare,
        pad_token_id=tokenizer.pad_token_id,
        initializer_range=0.2,  # ten times wider than usual, so that the logits are not all alike
        **OPTIONS[model_type] | options,
    )
    torch.manual_seed(7)
    theirs = AutoModelForSequenceClassification.from_config(config).eval()
    with torch.no_grad():
        for name, parameter in theirs.named_parameters():
            if name.endswith("bias") or "norm" in name.lower():
                parameter.add_(torch.randn_like(parameter) * 0.1)
    theirs.save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    return theirs


def _unigrams(*special: str) -> list[tuple[str, float]]:
    """Words at the start of a word, and letters, which are less likely."""
    words = [("▁" + word, -2.0) for word in WORDS]
    letters = [(letter, -6.0) for letter in "▁abcdefghijklmnopqrstuvwxyz.,!?'"]
    return [(token, 0.0) for token in special] + list(dict(letters + words).items())


def _byte_pairs() -> RobertaTokenizer:
    """Byte-level BPE, trained on the words."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=380,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([" ".join(WORDS)] * 2, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return RobertaTokenizer(vocab=model["vocab"], merges=[tuple(pair) for pair in model["merges"]])
