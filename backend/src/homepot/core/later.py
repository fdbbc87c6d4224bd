"""Commands whose code is loaded when they are called, and not before.

A command line that loads all it can do before it reads a word answers `--help` in seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group


@dataclass(frozen=True, slots=True)
class Later:
    """A command, or a group of commands: where it is (`module:name`), and its line in the help."""

    where: str
    help: str

    def load(self, name: str) -> Any:
        module, _, attribute = self.where.partition(":")
        found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            group = get_group(found)
            group.name = name
            return group
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(name)(found)
        return get_command(alone)


def group_of(commands: Mapping[str, Later], help_: str) -> typer.Typer:
    """A group with these commands; others may be added to it as to any."""

    class Group(TyperGroup):
        def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
            name, command, rest = super().resolve_command(ctx, args)
            if name is not None and name in commands:
                command = commands[name].load(name)
            return name, command, rest

    app = typer.Typer(
        cls=Group,
        help=help_,
        no_args_is_help=True,
        pretty_exceptions_enable=False,  # they show values, and a fault is for the log
    )
    app.callback()(_nothing)
    for name, one in commands.items():
        app.command(name, help=one.help)(_nothing)
    return app


def _nothing() -> None:
    """Stands for a command in the list of commands; the command itself is loaded to be run."""
