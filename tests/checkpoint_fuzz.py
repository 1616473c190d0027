"""Broken checkpoints of every family, seeded: each is refused in one line, or answers as transformers does.

python -m tests.checkpoint_fuzz --cases 2000        cases of each family; prints what became of them
python -m tests.checkpoint_fuzz --show bert 17      what is broken in a case, and what we say of it
"""

import argparse
import json
import math
import random
import shutil
import struct
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer, PreTrainedConfig
from transformers.utils import logging

from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.families import FAMILIES
from edge_power_runtime.errors import EdgePowerError
from tests.tiny_families import family_checkpoint

TEXTS = ("a good film", "the woman was not bad, and not dull", "")
# Both sum in float32, in other orders; 1e-5 is the bar of the project.
ATOL = 1e-5
# The slowest refusal is some 0.1 s; a case that takes this long allocates or loops.
MOST_SECONDS = 20.0

KEYS = (
    *("model_type", "architectures", "hidden_act", "activation", "vocab_size", "hidden_size", "dim", "embedding_size"),
    *("num_hidden_layers", "n_layers", "num_attention_heads", "n_heads", "intermediate_size", "hidden_dim"),
    *("max_position_embeddings", "type_vocab_size", "layer_norm_eps", "initializer_range", "pad_token_id"),
    *("hidden_dropout_prob", "dropout", "attention_dropout", "classifier_dropout", "problem_type", "num_labels"),
    *("id2label", "label2id", "dtype", "torch_dtype", "attn_implementation", "_attn_implementation", "auto_map"),
    *("quantization_config", "is_decoder", "add_cross_attention", "is_encoder_decoder", "chunk_size_feed_forward"),
    *("position_embedding_type", "return_dict", "output_attentions", "output_hidden_states", "use_cache"),
    *("per_layer_config", "pruned_heads", "transformers_weights", "tie_word_embeddings", "transformers_version"),
    *("num_hidden_groups", "inner_group_num", "sinusoidal_pos_embds", "tokenizer_class", "bos_token_id", "to_dict"),
    *("name_or_path", "validate", "__class__", "rope_scaling", "head_dim", "layer_types", "summary_type"),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, -1, 0, 1, 2, 3, 5, 6, 40, 42, 48, 80, 10**9, 2**63, 10**400, 0.0, 0.5, 2.0, -1e-5, 1e-12),
    *(1e308, math.inf, math.nan, "", "many", "x" * 5000, "\x1b[2J\n", "\ud800", "gelu", "gelu_fast", "prelu"),
    *(
        "bert",
        "roberta",
        "gpt2",
        "regression",
        "single_label_classification",
        "multi_label_classification",
        "relative_key",
        "float16",
        "sdpa",
    ),
    *("flash_attention_2", "BertForSequenceClassification", [], [1], ["a", "b"], ["BertModel"], {}, {"0": 1}),
    *({"0": "a", "1": "b"}, {"0": "a", "2": "b"}, {"1": "a", "0": "b"}, {"a": 0, "b": 1}, {"0": {"hidden_size": 3}}),
    *([[[[[1]]]]], {"": None}),
)
NAMES: tuple[Any, ...] = ("a", "b", "", " ", "LABEL_0", 0, 1, 1.5, True, None, [], {}, "\x1b[0m", "\t", "\u202e", "é")


def make_checkpoints(directory: Path) -> dict[str, Path]:
    """A tiny checkpoint of each family."""
    for family in FAMILIES:
        family_checkpoint(directory / family, family)
    return {family: directory / family for family in FAMILIES}


def fuzz(source: Path, place: Path, *, cases: int, seed: int) -> Counter[str]:
    """Break a checkpoint in many ways, one at a time.

    Args:
        source: a good checkpoint.
        place: a directory that does not exist, for the broken ones.
        cases: how many.
        seed: of what is broken how.

    Returns:
        How many were `refused`, and how many `answered` as transformers does.

    Raises:
        AssertionError: with the case, so that it can be seen again.
    """
    found: Counter[str] = Counter()
    batch = dict(AutoTokenizer.from_pretrained(source)(list(TEXTS), padding=True, return_tensors="pt"))
    expected = _their_logits(source, batch)
    assert expected is not None
    for case in range(cases):
        mutation = _break(source, place, seed, case)
        began = time.monotonic()
        try:
            found[_outcome(place, batch, expected)] += 1
            assert time.monotonic() - began < MOST_SECONDS
        except BaseException as error:
            error.add_note(
                f"{mutation}; see it: python -m tests.checkpoint_fuzz --seed {seed} --show {source.name} {case}"
            )
            raise
    shutil.rmtree(place, ignore_errors=True)
    return found


def _break(source: Path, place: Path, seed: int, case: int) -> str:
    """Copy a checkpoint and break the copy; the name of how."""
    chance = random.Random(f"{seed} {source.name} {case}")
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(source, place)
    mutation = chance.choice(MUTATIONS)
    mutation(place, chance)
    return mutation.__name__


def _show(directory: Path, family: str, seed: int, case: int) -> None:
    family_checkpoint(directory / family, family)
    print(_break(directory / family, directory / "broken", seed, case))
    for path in sorted((directory / "broken").glob("*.json")):
        before = directory / family / path.name
        if path.is_file() and (not before.exists() or before.read_bytes() != path.read_bytes()):
            print(path.name, path.read_bytes()[:3000])
    try:
        print(PowerForSequenceClassification.from_pretrained(directory / "broken").config)
    except EdgePowerError as error:
        print(type(error).__name__, error)


def _outcome(broken: Path, batch: dict[str, torch.Tensor], unbroken: torch.Tensor) -> str:
    try:
        ours = PowerForSequenceClassification.from_pretrained(broken)
    except EdgePowerError as error:
        assert "\n" not in str(error) and len(str(error)) < 2000, str(error)[:3000]
        return "refused"
    with torch.no_grad():
        found = ours(**batch).logits
    # Where transformers cannot read it for a reason that changes no number, as a key that is the name of a method of
    # its own, it is given what we made of config.json; and where it does not know the names of the weights, the answer
    # is the unbroken one's.
    theirs = _their_logits(broken, batch)
    if theirs is None:
        theirs = _their_logits(broken, batch, AutoConfig.for_model(**ours.hugging_face_config()))
    torch.testing.assert_close(found, unbroken if theirs is None else theirs, rtol=0, atol=ATOL)
    assert len(ours.config.labels) in (0, found.shape[1]) and all(ours.config.labels)
    return "answered"


def _their_logits(
    checkpoint: Path, batch: dict[str, torch.Tensor], config: PreTrainedConfig | None = None
) -> torch.Tensor | None:
    try:
        model, report = AutoModelForSequenceClassification.from_pretrained(
            checkpoint,
            config=config,
            dtype=torch.float32,
            attn_implementation="eager",
            trust_remote_code=False,
            output_loading_info=True,
        )
        if report["missing_keys"]:  # it does not know the names, and made up what it lacks
            return None
        with torch.no_grad():
            return model.eval()(**batch, return_dict=True).logits
    except Exception:  # whatever it cannot make sense of
        return None


def _config_values(place: Path, chance: random.Random) -> None:
    content = json.loads((place / "config.json").read_text(encoding="utf-8"))
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        key = chance.choice((*KEYS, *content))
        content[key] = chance.choice(VALUES)
        if chance.random() < 0.15:
            del content[key]
    (place / "config.json").write_text(json.dumps(content), encoding="utf-8")


def _labels(place: Path, chance: random.Random) -> None:
    content = json.loads((place / "config.json").read_text(encoding="utf-8"))
    keys = [chance.choice(("0", "1", "1", "2", "-1", " 0", "x", "00", "1_0")) for _ in range(chance.randrange(4))]
    content["id2label"] = {key: chance.choice(NAMES) for key in chance.choice((keys, ["0", "1"]))}
    if chance.random() < 0.5:
        content["label2id"] = {str(chance.choice(NAMES)): chance.choice(NAMES) for _ in range(chance.randrange(3))}
    (place / "config.json").write_text(json.dumps(content), encoding="utf-8")


def _config_bytes(place: Path, chance: random.Random) -> None:
    path = place / "config.json"
    path.write_bytes(_damaged(path.read_bytes(), chance))


def _header_bytes(place: Path, chance: random.Random) -> None:
    path = place / "model.safetensors"
    data = path.read_bytes()
    end = 8 + struct.unpack("<Q", data[:8])[0]
    path.write_bytes(_damaged(data[:end], chance) + data[end:])


def _header_values(place: Path, chance: random.Random) -> None:
    path = place / "model.safetensors"
    data = path.read_bytes()
    end = 8 + struct.unpack("<Q", data[:8])[0]
    header: dict[str, Any] = json.loads(data[8:end])
    name = chance.choice([name for name in header if name != "__metadata__"])
    match chance.randrange(6):
        case 0:
            header[name]["dtype"] = chance.choice(("F16", "BF16", "I32", "F8_E4M3", "C64", "X", 5))
        case 1:
            header[name]["shape"] = chance.choice(([], [0], [-1], [10**18, 10**18], [48, 1], ["a"], None))
        case 2:
            header[name]["shape"] = header[name]["shape"][::-1]
        case 3:
            header[name]["data_offsets"] = chance.choice(([0, 0], [0, 10**18], [8, 4], [], None))
        case 4:
            header[chance.choice(("", "x", f"module.{name}", f"{name}.lora_A", "\ud800"))] = header.pop(name)
        case 5:
            prefix = chance.choice(("module.", "model.", "_orig_mod.", "a.b."))
            header = {prefix + name if name != "__metadata__" else name: entry for name, entry in header.items()}
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data[end:])


def _retention(place: Path, chance: random.Random) -> None:
    def value() -> Any:
        return chance.choice((*VALUES, [0.9, 0.5, 0.3], [1, 0.5], [0.5] * 1000, [math.nan] * 3, [8, 4, 1], [9, 9, 9]))

    content = chance.choice(
        (
            value(),
            {"schedule": value()},
            {"configurations": {chance.choice(("8", "08", "0", "x", "9" * 5000, "32")): value()}},
            {"budgets": {chance.choice(("fast", "full", "a b", "", "a" * 300)): {"schedule": value()}}},
        )
    )
    data = json.dumps(content).encode()
    (place / "retention.json").write_bytes(_damaged(data, chance) if chance.random() < 0.3 else data)


def _added_tokens(place: Path, chance: random.Random) -> None:
    tokenizer = AutoTokenizer.from_pretrained(place)
    tokenizer.add_tokens([f"zq{number}" for number in range(chance.randrange(3))], special_tokens=chance.random() < 0.5)
    tokenizer.save_pretrained(place)


def _file_kinds(place: Path, chance: random.Random) -> None:
    path = place / chance.choice(("config.json", "model.safetensors", "retention.json", "model.safetensors.index.json"))
    path.unlink(missing_ok=True)
    match chance.randrange(6):
        case 0:
            path.mkdir()
        case 1:
            path.symlink_to("gone")
        case 2:
            path.symlink_to(path.name)
        case 3:
            path.write_bytes(chance.randbytes(chance.randrange(4000)))
        case 4:
            path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\n", encoding="utf-8")
        case 5:
            path.write_text(
                chance.choice(("", "{}", "[]", "<html>", '{"weight_map": {"a": "../b"}}')), encoding="utf-8"
            )


def _damaged(data: bytes, chance: random.Random) -> bytes:
    content = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = chance.randrange(len(content)) if content else 0
        match chance.randrange(4):
            case 0 if content:
                content[at] ^= 1 << chance.randrange(8)
            case 1:
                content[at:at] = chance.randbytes(chance.randrange(1, 4))
            case 2:
                del content[at : at + chance.randrange(1, 20)]
            case 3 if chance.random() < 0.2:
                del content[at:]
    return bytes(content)


MUTATIONS: tuple[Callable[[Path, random.Random], None], ...] = (
    *(_config_values, _config_values, _labels, _config_bytes, _header_bytes, _header_values, _retention),
    *(_added_tokens, _file_kinds),
)


def main() -> None:
    """Fuzz every family, and print what became of the cases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=2000, help="of each family")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", nargs=2, metavar=("FAMILY", "CASE"), help="one case alone")
    asked = parser.parse_args()
    quiet()
    with tempfile.TemporaryDirectory() as directory:
        if asked.show:
            _show(Path(directory), asked.show[0], asked.seed, int(asked.show[1]))
            return
        total: Counter[str] = Counter()
        for family, source in make_checkpoints(Path(directory)).items():
            found = fuzz(source, Path(directory) / "broken", cases=asked.cases, seed=asked.seed)
            total += found
            _tell(family, found)
    _tell("all", total)


def _tell(what: str, found: Counter[str]) -> None:
    answered = f"{found['answered']} answered as transformers does"
    print(f"{what}: {found.total()} cases, {found['refused']} refused in one line, {answered}", flush=True)


def quiet() -> None:
    """Keep transformers' remarks on broken files off the screen."""
    logging.set_verbosity(logging.CRITICAL)
    logging.disable_progress_bar()


if __name__ == "__main__":
    sys.exit(main())
