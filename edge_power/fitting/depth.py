"""Depth, the second lever: the lowest encoders of a model as a model of their own."""

from copy import deepcopy
from dataclasses import replace

from edge_power.errors import OptionError
from edge_power.model.classifier import PowerForSequenceClassification

# What config.json calls the number of encoders; DistilBERT has a word of its own.
_NAMES = ("num_hidden_layers", "n_layers")


def check_encoders(have: int, wanted: int) -> None:
    """Refuse a number of encoders that leaves nothing to learn.

    Args:
        have: of the model.
        wanted: to keep.

    Raises:
        OptionError: with what can be kept.
    """
    if have < 2:
        raise OptionError("the model has one encoder, which computes the row of [CLS] alone; there is nothing to drop")
    if not 2 <= wanted <= have:
        raise OptionError(
            f"`encoders` is {wanted}, must be in 2..{have}; this model has {have}, and the last one drops nothing"
        )


def lowest_encoders(model: PowerForSequenceClassification, encoders: int) -> PowerForSequenceClassification:
    """Copy a model without its upper encoders; the head reads the [CLS] of the last one kept.

    Args:
        model: left as it is.
        encoders: to keep.

    Raises:
        OptionError: the model has fewer, or less than two are to be kept.
    """
    check_encoders(model.config.num_encoders, encoders)
    shallow = PowerForSequenceClassification(replace(model.config, num_encoders=encoders))
    wanted = shallow.state_dict().keys()
    shallow.load_state_dict({name: tensor for name, tensor in model.state_dict().items() if name in wanted})
    shallow.tokenizer = model.tokenizer
    shallow.source_config = deepcopy(model.source_config)
    if shallow.source_config is not None:
        shallow.source_config |= {name: encoders for name in _NAMES if name in shallow.source_config}
    return shallow.eval()
