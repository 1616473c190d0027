"""What goes wrong while weights are written, in our words."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from edge_power.errors import FitError


@contextmanager
def saving(directory: Path) -> Iterator[None]:
    """Stand round calls that write weights and do nothing else.

    safetensors and torch.save have errors of their own for a full disk, of which the second does not name the cause.

    Args:
        directory: on the disk that is written to.

    Raises:
        FitError: a file could not be written.
    """
    try:
        yield
    except (OSError, SafetensorError, RuntimeError) as error:
        left = shutil.disk_usage(directory).free / 1e6
        raise FitError(
            f"cannot write in {directory}, on a disk with {left:.1f} MB left: {error}; "
            "mend that, and go on with `resume`"
        ) from error
