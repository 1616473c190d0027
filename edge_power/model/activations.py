"""The activations of the feed-forward layer, as transformers computes them, in operations that engines have."""

from collections.abc import Callable
from functools import partial

import torch
from torch import nn
from torch.nn import functional

from edge_power.model.config import Activation


class QuickGELU(nn.Module):
    """x * sigmoid(1.702 x), Hendrycks and Gimpel's cheaper form of GELU (arXiv:1606.08415)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Any shape to the same."""
        return x * torch.sigmoid(1.702 * x)


class ClippedGELU(nn.Module):
    """GELU within -10..10, for quantization (arXiv:2004.09602)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Any shape to the same."""
        return torch.clamp(functional.gelu(x), -10.0, 10.0)


class SquaredReLU(nn.Module):
    """max(x, 0)^2, of Primer (arXiv:2109.08668)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Any shape to the same."""
        positive = functional.relu(x)
        return positive * positive


_ACTIVATIONS: dict[Activation, Callable[[], nn.Module]] = {
    "gelu": nn.GELU,
    "gelu_tanh": partial(nn.GELU, approximate="tanh"),
    "gelu_clipped": ClippedGELU,
    "quick_gelu": QuickGELU,
    "relu": nn.ReLU,
    "relu2": SquaredReLU,
    "relu6": nn.ReLU6,
    "leaky_relu": nn.LeakyReLU,
    "silu": nn.SiLU,
    "hardswish": nn.Hardswish,
    "mish": nn.Mish,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "linear": nn.Identity,
}


def make_activation(name: Activation) -> nn.Module:
    """Build the activation of that name."""
    return _ACTIVATIONS[name]()
