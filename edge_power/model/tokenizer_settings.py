"""A checkpoint's tokenizer, read and written by transformers, and what each of its settings becomes on a device.

transformers builds a tokenizer of tokenizer.json, tokenizer_config.json, special_tokens_map.json and added_tokens.json,
or of vocab.txt and the like. What we save is the tokenizer that it built, so most settings are in our tokenizer.json
whatever file they came from. Measured with transformers 5.23, each in tests/edge_power/model/
test_tokenizer_settings.py:

| setting | on a device |
|---|---|
| do_lower_case, strip_accents, tokenize_chinese_chars, keep_accents | in tokenizer.json: its normalizer |
| add_prefix_space, trim_offsets | in tokenizer.json: its pre-tokenizer; offsets are no ids |
| added_tokens_decoder, added_tokens.json | in tokenizer.json |
| extra_special_tokens, additional_special_tokens, NAME_token | in tokenizer.json |
| cls_token, sep_token, unk_token, bos_token, eos_token, mask_token, special_tokens_map.json | in tokenizer.json |
| pad_token | in tokenizer.json; what fills up is the pad_token_id of config.json, which counts in RoBERTa |
| tokenizer_class | in tokenizer.json, as that class builds it; it also decides whether there are token types |
| truncation_side, and the direction of truncation in tokenizer.json | manifest: tokenizer.truncation_side |
| split_special_tokens | manifest: tokenizer.split_special_tokens |
| model_input_names | manifest: tokenizer.has_token_types; without them all types are 0 |
| model_max_length, max_length, truncation, stride | ignored: the bundle's longest length is given in their place |
| padding_side, pad_to_multiple_of, pad_token_type_id, padding | ignored: nothing of padding reaches a word |
| add_bos_token, add_eos_token | ignored: transformers drops them where there is a tokenizer.json |
| clean_up_tokenization_spaces, errors, legacy, decoder settings | ignored: they concern decoding, or other families |
| chat_template, response_template, name_or_path, init_inputs, processor_class | ignored: none is about a text's ids |
| never_split, do_basic_tokenize, use_fast, return_token_type_ids | ignored: transformers 5 ignores them |
| auto_map | never followed: it is code; the family's own class reads the files |
| add_special_tokens, and other names of methods | refused: transformers does |
| a tokenizer in Python, without a tokenizer.json form | refused: a device has no Python of the checkpoint |
| dropout of BPE | refused: one text has many readings then |
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edge_power.errors import CheckpointError, system_errors
from edge_power.model.checkpoint.config import SUPPORTED
from edge_power_runtime.system.native_output import captured
from edge_power_runtime.tokenizer_file import failure

if TYPE_CHECKING:
    from os import PathLike

    from transformers import PretrainedConfig, PreTrainedTokenizerBase

CONFIG_FILE = "tokenizer_config.json"


def load_tokenizer(model: "str | PathLike[str]", config: "PretrainedConfig") -> "PreTrainedTokenizerBase":
    """Read a checkpoint's tokenizer.

    Args:
        model: a directory, or a name on the hub.
        config: of the model, checked; transformers would read config.json itself, unchecked.

    Raises:
        CheckpointError: there is none, or none that a device can have.
    """
    from transformers import AutoTokenizer

    try:
        with captured(2):  # where Rust panics it also prints where, for its own authors
            tokenizer: Any = AutoTokenizer.from_pretrained(model, config=config, trust_remote_code=False)
            first = tokenizer("").input_ids[:1] if tokenizer.is_fast else []
    except BaseException as error:  # transformers and tokenizers raise what they like, and a panic is no Exception
        if reason := failure(error):
            raise CheckpointError(f"cannot read the tokenizer of {str(model)!r}: {reason}") from error
        raise
    if not tokenizer.is_fast:
        raise CheckpointError(f"the tokenizer of {model} has no tokenizer.json form, which a device needs")
    if tokenizer.vocab_size <= len(tokenizer.all_special_ids):
        # transformers 5 makes up a tokenizer of special tokens where it finds no file.
        raise CheckpointError(f"{model} has no tokenizer; expected tokenizer.json or vocab.txt beside config.json")
    if first != [tokenizer.cls_token_id]:
        found = repr(tokenizer.decode(first)) if first else "nothing"
        raise CheckpointError(f"the tokenizer of {model} begins a text with {found} and not with [CLS]; {SUPPORTED}")
    dropout = getattr(tokenizer.backend_tokenizer.model, "dropout", None)
    if dropout:
        raise CheckpointError(
            f"the tokenizer of {model} leaves out merges at random (dropout {dropout}), so that a text has no ids of "
            "its own; set it to null in tokenizer.json"
        )
    return tokenizer


def write_tokenizer(tokenizer: "PreTrainedTokenizerBase", directory: Path) -> None:
    """Write tokenizer.json and its companions, so that transformers reads the same tokenizer again.

    transformers itself writes the settings that the tokenizer was made with, not those that were set since.

    Raises:
        OSError: a file cannot be written.
    """
    with system_errors(Exception):  # the tokenizers library raises Exception itself
        tokenizer.save_pretrained(directory)
    path = directory / CONFIG_FILE
    config = json.loads(path.read_text(encoding="utf-8"))
    settings = {
        "truncation_side": tokenizer.truncation_side,
        "model_input_names": tokenizer.model_input_names,
        "split_special_tokens": tokenizer.split_special_tokens,
    }
    changed = {
        name: value
        for name, value in settings.items()
        if value != config.get(name, getattr(type(tokenizer), name, False))
    }
    if changed:
        path.write_text(json.dumps(config | changed, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
