"""Depth, the second lever: the lowest encoders of a model as a model of their own."""

from copy import deepcopy
from dataclasses import replace

from edge_power.errors import OptionError
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.config import ModelConfig

# What config.json calls the number of encoders; DistilBERT has a word of its own.
_NAMES = ("num_hidden_layers", "n_layers")


def check_encoders(config: ModelConfig, wanted: int) -> None:
    """Refuse a number of encoders that leaves nothing to learn.

    Args:
        config: of the model.
        wanted: encoders to keep.

    Raises:
        OptionError: with what can be kept.
    """
    have, readout = config.num_encoders, config.readout
    least = have - readout.passing(have) + 1  # one that may drop words, and those that cannot
    if have < least:
        raise OptionError(
            f"the model has one encoder, which computes the row of {readout.name} alone; there is nothing to drop"
        )
    if not least <= wanted <= have:
        raise OptionError(
            f"`encoders` is {wanted}, must be in {least}..{have}; this model has {have}, and the last one drops nothing"
        )


def lowest_encoders(model: PowerForSequenceClassification, encoders: int) -> PowerForSequenceClassification:
    """Copy a model without its upper encoders and its exits; the head reads the last one kept.

    Args:
        model: left as it is.
        encoders: to keep.

    Raises:
        OptionError: the model has fewer, or so few are to be kept that none may drop words.
    """
    check_encoders(model.config, encoders)
    shallow = PowerForSequenceClassification(replace(model.config, num_encoders=encoders, exits=()))
    wanted = shallow.state_dict().keys()
    shallow.load_state_dict({name: tensor for name, tensor in model.state_dict().items() if name in wanted})
    shallow.tokenizer = model.tokenizer
    shallow.source_config = deepcopy(model.source_config)
    if shallow.source_config is not None:
        shallow.source_config |= {name: encoders for name in _NAMES if name in shallow.source_config}
    return shallow.eval()
