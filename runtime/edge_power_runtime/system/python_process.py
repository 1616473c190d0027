"""How another Python is started: one that runs no code of the folder in which the user happens to be.

A downloaded folder may hold a `torch.py`, and Python looks into the working directory first when it is started with
`-m` or `-c`. A bundle or a checkpoint is data, and nothing beside it is ours to run.
"""

import os
import sys
from pathlib import Path

# The folder that holds our package, which may be the working directory: in a checkout.
_HOME = str(Path(__file__).absolute().parents[2])


def python_command(python: str, *arguments: str) -> list[str]:
    """Give the command line that starts a Python, here or on a device.

    Args:
        python: the program; 3.11 or newer.
        arguments: its options, then the code and what that gets.
    """
    # -P keeps the working directory out of the search. Warnings are for whoever writes a program: one who wants errors
    # instead (PYTHONWARNINGS=error) means their own, and ours would end at the first of some library's.
    return [python, "-P", "-Wignore", *arguments]


def python_environment() -> dict[str, str]:
    """Give our environment with the places where we find modules, so that a process that we start finds the same."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(trusted_places(sys.path))}


def trusted_places(places: list[str]) -> list[str]:
    """Leave the working directory out, unless PYTHONPATH names it or our own package lies there.

    Python puts it there as an empty name, or as its path: for `-m`, and for an empty entry in PYTHONPATH, such as that
    before the colon of `:/my/modules`.
    """
    try:
        here = os.getcwd()
    except FileNotFoundError:  # it was removed
        here = ""
    named = {os.path.abspath(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry}
    found = [place or here for place in places]
    kept = [place for place in found if place and (os.path.abspath(place) != here or here in (*named, _HOME))]
    return kept if _HOME in kept else [*kept, _HOME]
