"""What the supported architectures of transformers have in common: a name, a shape in config.json, names of weights."""

import re
import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from edge_power.errors import CheckpointError
from edge_power.model.config import Activation, ModelConfig
from edge_power.model.exits import EXITS
from edge_power_runtime.tasks import TaskName

if TYPE_CHECKING:
    from transformers import PretrainedConfig

# Every name that transformers gives to an activation without weights of its own, but `laplace` and `sqrtsoftplus`,
# which belong to attention and to routers. Names with one value differ in rounding alone.
ACTIVATIONS: dict[str, Activation] = {
    "gelu": "gelu",
    "gelu_python": "gelu",
    "gelu_new": "gelu_tanh",
    "gelu_fast": "gelu_tanh",
    "gelu_accurate": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "gelu_python_tanh": "gelu_tanh",
    "gelu_10": "gelu_clipped",
    "quick_gelu": "quick_gelu",
    "relu": "relu",
    "relu2": "relu2",
    "relu6": "relu6",
    "leaky_relu": "leaky_relu",
    "silu": "silu",
    "swish": "silu",
    "hardswish": "hardswish",
    "mish": "mish",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "linear": "linear",
}

# Parts of an exit's head, which is called alike in every family and on both sides: transformers has none.
_EXIT = {f"{EXITS}{{}}.{part}": f"{EXITS}{{}}.{part}" for part in ("pooler", "classifier")}


@dataclass(frozen=True, slots=True)
class Family:
    """One architecture of transformers, and how our encoder holds it.

    Attributes:
        model_type: as config.json spells it.
        classifier: the class that config.json declares for a classification checkpoint.
        names: Hugging Face's name of every module that has parameters, and ours; {} stands for an encoder's number.
        read: makes our configuration of config.json's shape, given the task and the labels; raises CheckpointError,
            whose subject is the model, where our encoder does not compute what is asked for.
        write: makes config.json's shape of our configuration.
    """

    model_type: str
    classifier: str
    names: Mapping[str, str]
    read: Callable[["PretrainedConfig", TaskName, tuple[str, ...]], ModelConfig]
    write: Callable[[ModelConfig], dict[str, Any]]

    def to_ours(self, state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Rename Hugging Face's parameters; what we have no use for (buffers such as position_ids) is left out."""
        return _rename(state, {**self.names, **_EXIT})

    def to_theirs(self, state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Rename our parameters."""
        return _rename(state, {ours: theirs for theirs, ours in self.names.items()} | _EXIT)

    @property
    def head(self) -> tuple[str, ...]:
        """What Hugging Face's names of the head's parameters begin with."""
        return tuple(f"{theirs}." for theirs, ours in self.names.items() if ours.startswith("head."))

    @property
    def output(self) -> str:
        """What Hugging Face's names of the last layer's parameters begin with."""
        return next(f"{theirs}." for theirs, ours in self.names.items() if ours == "head.classifier")

    @property
    def base(self) -> str:
        """What Hugging Face calls the encoder in a classifier; an encoder saved alone leaves it out."""
        return next(iter(self.names)).partition(".")[0]


def read_activation(name: str) -> Activation:
    """Spell the feed-forward layer's activation in our words.

    Raises:
        CheckpointError: our encoder has no such activation.
    """
    if name not in ACTIVATIONS:
        raise CheckpointError(f"has the activation {reprlib.repr(name)}; supported: {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[name]


def write_activation(activation: Activation) -> str:
    """Spell an activation as config.json does."""
    return next(theirs for theirs, ours in ACTIVATIONS.items() if ours == activation)


def _rename(state: Mapping[str, torch.Tensor], names: Mapping[str, str]) -> dict[str, torch.Tensor]:
    renamed = {}
    for name, tensor in state.items():
        module, _, parameter = name.rpartition(".")
        number = re.search(r"\.(\d+)\.", module)
        pattern = module if number is None else module.replace(number.group(), ".{}.", 1)
        if pattern in names:
            target = names[pattern].format(number.group(1)) if number else names[pattern]
            renamed[f"{target}.{parameter}"] = tensor
    return renamed
