"""`homepot models` at work: bars while it lasts, and one clear line at the end."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import NoReturn, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Column, Table

from homepot.ai.config import ROLES, AiConfig, ai_config
from homepot.ai.llm.doors.door import Model
from homepot.ai.llm.doors.ollama_door import OllamaDoor
from homepot.ai.llm.errors import ModelAway, ModelFailed, NoSuchModel
from homepot.ai.llm.models import pulling
from homepot.ai.llm.models.catalogue import entry_of
from homepot.ai.llm.models.newer import another_file, long_ago
from homepot.ai.llm.models.pulling import Step
from homepot.ai.llm.models.shelf import Here, Shelf
from homepot.ai.llm.roles import DEFAULT, roles_of
from homepot.core.clock import now
from homepot.core.errors import HomepotError
from homepot.core.log import configure_logging
from homepot.core.settings import Settings, SettingsError, load_settings

_out = Console(highlight=False)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)
_OLLAMA_SILENT_MAX_S = 300.0

Result = TypeVar("Result")


def show(only_outdated: bool = False) -> None:
    settings = _settings()
    config, shelf = ai_config(settings), Shelf.of(settings)
    here = {one.name: one for one in shelf.all()}
    of_ollama = {one.name: one for one in asyncio.run(_in_ollama(config))}
    name_whole = Column("model", no_wrap=True)  # it has to be typed
    mine = [Model(one.name, one.bytes) for one in here.values() if one.kind == "chat"]
    used = roles_of(config, list(of_ollama.values()) or mine)
    table = Table(name_whole, "role", "kind", "size", "state", "licence", box=None)
    known = [entry.name for entry in shelf.entries]
    for name in [*known, *sorted((here.keys() | of_ollama.keys()) - set(known))]:
        entry = entry_of(name, shelf.entries)
        old = _old(here.get(name), of_ollama.get(name))
        if only_outdated and not old:
            continue
        table.add_row(
            name,
            _role(name, used) or _wished(name, config) or (entry.role if entry else ""),
            entry.kind if entry else "chat",
            _size(here.get(name), of_ollama.get(name), entry.bytes if entry else None),
            old or _state(here.get(name), of_ollama.get(name)),
            entry.licence if entry else "",
        )
    if only_outdated and not table.rows:
        _out.print("No model is known to be outdated.")
        return
    _out.print(table)


def pull(name: str, origin: str | None, sha256: str | None) -> None:
    settings = _settings()
    shelf = Shelf.of(settings)
    inside = pulling.ollama_source(entry_of(name, shelf.entries))
    if origin is None and inside is not None:
        asyncio.run(_pull_through_ollama(ai_config(settings), inside))
        _out.print(f"{name} is in Ollama.", markup=False)
        return
    kept = _with_bar(
        name, lambda tell: pulling.pull(shelf, name, tell, origin=origin, sha256=sha256)
    )
    held = "" if kept.is_known else (
        f" Nobody gave its checksum beforehand; from now on it is held to {kept.sha256}."
    )  # fmt: skip
    _out.print(
        f"{kept.name} is here: {_gigabytes(kept.bytes)}, {kept.path}.{held}",
        markup=False, soft_wrap=True,
    )  # fmt: skip


def remove(name: str) -> None:
    settings = _settings()
    shelf = Shelf.of(settings)
    try:
        pulling.remove(shelf, name)
    except HomepotError as error:
        asyncio.run(_remove_from_ollama(ai_config(settings), name, error))
        _out.print(f"{name} has gone from Ollama.", markup=False)
        return
    _out.print(f"{name} has gone.", markup=False)


def verify() -> None:
    shelf = Shelf.of(_settings())
    wrong = 0
    for one in shelf.all():
        try:
            _with_bar(one.name, lambda tell, one=one: pulling.verify(one, tell), refuse=False)  # type: ignore[misc]
            held = "as the catalogue or its owner says" if one.is_known else "as on its first day"
            _out.print(f"ok     {one.name}: {held}", markup=False)
        except (HomepotError, OSError) as error:
            wrong += 1
            said = error.detail if isinstance(error, HomepotError) else str(error)
            _out.print(f"WRONG  {one.name}: {said}", markup=False, soft_wrap=True)
    if wrong:
        raise typer.Exit(1)


def _with_bar(name: str, work: Callable[[pulling.Tell], Result], *, refuse: bool = True) -> Result:
    columns = (
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=_out, transient=True) as progress:
        bar = progress.add_task(name, total=None)

        def tell(step: Step) -> None:
            words = f"{name}: {step.doing}"
            progress.update(bar, description=words, completed=step.done, total=step.total)

        try:
            return work(tell)
        except HomepotError as error:
            if not refuse:
                raise
            progress.stop()
            _refuse(error.detail)


async def _pull_through_ollama(config: AiConfig, name: str) -> None:
    door = OllamaDoor(config.ollama.url, _OLLAMA_SILENT_MAX_S)
    try:
        await _bars_of(door.pull(name), name)
    except (ModelFailed, NoSuchModel) as error:
        _refuse(f"Ollama could not pull {name}: {error.detail}")
    except ModelAway:
        _refuse(
            f"{name} comes through Ollama, and none answers at {door.url}. Start Ollama, or give a"
            f" GGUF file: homepot models pull {name} --from FILE-OR-URL"
        )
    finally:
        await door.close()


async def _bars_of(steps: AsyncGenerator[tuple[str, int, int | None]], name: str) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=_out, transient=True) as progress:
        bar = progress.add_task(name, total=None)
        async with aclosing(steps):
            async for doing, done, total in steps:
                words = f"{name}: {doing}"
                progress.update(bar, description=words, completed=done, total=total)


async def _remove_from_ollama(config: AiConfig, name: str, before: HomepotError) -> None:
    door = OllamaDoor(config.ollama.url, _OLLAMA_SILENT_MAX_S)
    try:
        await door.remove(name)
    except (ModelAway, ModelFailed, NoSuchModel):
        _refuse(before.detail)
    finally:
        await door.close()


async def _in_ollama(config: AiConfig) -> list[Model]:
    door = OllamaDoor(config.ollama.url, 5)
    try:
        return list(await door.models())
    except (ModelAway, ModelFailed):
        return []
    finally:
        await door.close()


def _role(name: str, used: Mapping[str, str]) -> str:
    return ", ".join(role for role, one in used.items() if one == name)


def _wished(name: str, config: AiConfig) -> str:
    """For what it would be used where it is not there, or not by the server in use."""
    roles = [role for role in ROLES if getattr(config.models, role) == name]
    wished = [*([DEFAULT] if config.default_model == name else []), *roles]
    return f"meant: {', '.join(wished)}" if wished else ""


def _size(here: Here | None, in_ollama: Model | None, known: int | None) -> str:
    size = here.bytes if here else in_ollama.size_bytes if in_ollama else known
    return _gigabytes(size) if size else ""


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def _state(here: Here | None, in_ollama: Model | None) -> str:
    states = [f"here ({here.source})"] if here else []
    states += ["in Ollama"] if in_ollama else []
    return ", ".join(states) or "can be pulled"


def _old(here: Here | None, in_ollama: Model | None) -> str:
    if here is not None and another_file(here):
        return "the catalogue has another file: pull it"
    days = long_ago(in_ollama, now()) if in_ollama else None
    return f"in Ollama, fetched {days} days ago: pull asks for a newer one" if days else ""


def _settings() -> Settings:
    try:
        settings = load_settings(os.environ)
        ai_config(settings)
    except SettingsError as error:
        _refuse(str(error))
    configure_logging("warning", settings.log_format)
    return settings


def _refuse(words: str) -> NoReturn:
    _errors.print(words, markup=False)
    raise typer.Exit(1)
