"""Copies of the training texts with some words swapped, for which the fine-tuned model's answer takes a label's place.

A teacher has learned its training texts by heart: following it there says little of what it does elsewhere, and what it
does elsewhere is what a user keeps. Any text will do to ask it (Jiao et al., TinyBERT, arXiv:1909.10351, section 4,
which takes replacements from a language model; here they are drawn from the texts themselves).
"""

from collections.abc import Collection

import numpy as np

from edge_power.fitting.texts.dataset import TokenizedExamples


def augmented(
    texts: TokenizedExamples, part: float, copies: int, *, special: Collection[int], seed: int
) -> TokenizedExamples:
    """Put copies of all texts behind them; lengths, token types and special tokens are those of the text.

    A word that a text has several times is swapped everywhere, and for the same word: the two texts of a pair go on
    sharing what they share, so that a paraphrase can stay one.

    Args:
        texts: to train on.
        part: of the words, each of which is swapped with this probability for a word of any of the texts, drawn as
            often as they have it.
        copies: of each text.
        special: ids that stay where they are, and are never drawn.
        seed: the same seed gives the same copies.

    Returns:
        The texts, then the copies. Their labels are the text's, and may be wrong: they are for a teacher to replace.
    """
    generator = np.random.default_rng(seed)
    ids = texts.input_ids
    is_word = ~np.isin(ids, list(special))
    words = ids[is_word]
    different, number = _different_words(texts)
    swapped = [ids]
    for _ in range(copies):
        is_chosen = generator.random(different) < part
        replacements = generator.choice(words, different) if len(words) else np.zeros(different, ids.dtype)
        swapped.append(np.where(is_word & is_chosen[number], replacements[number], ids).astype(ids.dtype))
    return texts.with_copies(swapped)


def _different_words(texts: TokenizedExamples) -> tuple[int, np.ndarray]:
    """How many different words the texts have, each text by itself, and the number of each token, int64 (tokens,)."""
    text_of = np.repeat(np.arange(len(texts), dtype=np.int64), texts.lengths)
    keys, number = np.unique(text_of << 32 | texts.input_ids, return_inverse=True)
    return len(keys), number
