"""What a command needs and is not given is told in one line, before any work."""

import click
import pytest

from edge_power.cli import cli as group
from tests.edge_power.conftest import assert_refused

CONTEXT = click.Context(group)
COMMANDS = {name: group.get_command(CONTEXT, name) for name in group.list_commands(CONTEXT)}
NEEDED = {
    "convert": {"model", "output"},
    "fit": {"model", "train", "output"},
    "explain": {"text", "model"},
    "cascade": {"second", "first", "output"},
    "run": {"bundle"},
    "verify": {"bundle"},
    "inspect": {"bundle"},
    "evaluate": {"data", "target"},
    "android": {"bundle", "output"},
}


def test_what_each_command_needs():
    needed = {name: {item.name for item in command.params if item.required} for name, command in COMMANDS.items()}
    assert {name: names for name, names in needed.items() if names} == NEEDED


@pytest.mark.parametrize(("name", "missing"), [(name, one) for name, names in NEEDED.items() for one in sorted(names)])
def test_each_is_asked_for_by_its_name(cli, name, missing):
    given = []
    for item in COMMANDS[name].params:
        if item.required and item.name != missing:
            given += [item.opts[0], "x"] if isinstance(item, click.Option) else ["x"]
    (asked,) = (item for item in COMMANDS[name].params if item.name == missing)
    if isinstance(asked, click.Option):
        kind, called = "option", asked.opts[0]
    else:
        kind, called = "argument", asked.make_metavar(CONTEXT)
    assert_refused(cli(name, *given), f"Missing {kind} '{called}'; see `edge-power {name} --help`")
