"""What only weights and tokenizer together can tell: that every token has a vector, and that an answer is a number."""

import math
from typing import TYPE_CHECKING

from edge_power.errors import CheckpointError
from edge_power.model.checkpoint.files import Model, short

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def check_vocabulary(tokenizer: "PreTrainedTokenizerBase", rows: int, model: Model) -> None:
    """Refuse a tokenizer that was extended without its model, before a text holds a token that it was extended by.

    Args:
        tokenizer: of the checkpoint.
        rows: of the word embedding.
        model: for messages.

    Raises:
        CheckpointError: a token's id is no row.
    """
    vocabulary = tokenizer.get_vocab()
    beyond = sorted((number, token) for token, number in vocabulary.items() if number >= rows)
    if beyond:
        number, token = beyond[0]
        raise CheckpointError(
            f"the tokenizer of {model} has {len(beyond)} tokens that its model has no vector for, the first "
            f"{short(token)}: token {number} of an embedding of {rows} rows; "
            "call model.resize_token_embeddings(len(tokenizer)), fine-tune it, and save it again"
        )


def check_finite(logits: list[float], text: str, model: Model) -> None:
    """Refuse logits that are no answer.

    Raises:
        CheckpointError: one is NaN or infinite.
    """
    if not all(map(math.isfinite, logits)):
        shown = ", ".join(map(str, logits[:4]))
        raise CheckpointError(
            f"{model} answers {text} with the logits {shown}; its weights overflow: take an earlier checkpoint"
        )
