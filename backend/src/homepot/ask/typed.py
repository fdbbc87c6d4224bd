"""What `homepot ask` says in the terminal, whoever answered."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from homepot.ask import near
from homepot.core.settings import Settings, SettingsError, load_settings

_NO_WORDS = {
    "refused": "The model said something that the result does not say; its words are not shown:",
    "too_slow": "The model was too slow:",
    "away": "No model answers now:",
    "not_asked": "No model was asked:",
    "shown": "What it said further is not shown:",
}


@dataclass(frozen=True)
class Wanted:
    question: str
    mode: str | None
    as_of: datetime | None
    conversation: str | None
    explain: bool
    as_json: bool
    tenant: str | None
    words: bool = False


def ask(wanted: Wanted) -> None:
    try:
        settings = load_settings()
    except SettingsError as error:
        refuse(str(error))
    try:
        _tell(wanted, near.ask(settings.data_dir, _asked(wanted, settings)))
    except near.NobodyNear:
        # Two seconds of libraries that are needed where nobody runs.
        from homepot.ask import commands  # noqa: PLC0415

        _tell(wanted, [{"reply": commands.answered(wanted, settings)}])
        if wanted.words and not wanted.as_json:
            typer.echo("\nNo words of a model: HOMEPOT is not running on this data folder.")


def _asked(wanted: Wanted, settings: Settings) -> dict[str, Any]:
    url = settings.database_url
    return {
        "question": wanted.question,
        "mode": wanted.mode,
        "as_of": in_utc(wanted.as_of).isoformat() if wanted.as_of else None,
        "conversation": wanted.conversation,
        "tenant": wanted.tenant,
        "timezone": here(),
        "words": wanted.words,
        "database": near.mark_of(url.get_secret_value()) if url else None,
    }


def in_utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def here(link: Path = Path("/etc/localtime")) -> str | None:
    """The zone by which this machine lives, where it says so."""
    try:
        _, _, name = str(link.readlink()).partition("zoneinfo/")
        return ZoneInfo(name).key if name else None
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return None


def _tell(wanted: Wanted, lines: Iterable[Mapping[str, Any]]) -> None:
    shown = ""
    for line in lines:
        if "problem" in line:
            refuse(str(line["problem"]))
        if "reply" in line:
            _tell_reply(wanted, line["reply"])
        elif wanted.as_json:
            typer.echo(json.dumps(line, ensure_ascii=False))
        elif "words" in line:
            if not shown:
                typer.echo(f"\nIn the words of {line['model']}:")
            typer.echo(str(line["words"]).removeprefix(shown).strip())
            shown = str(line["words"])
        elif line.get("narration", {}).get("reasons"):
            ended = line["narration"]
            typer.echo(f"\n{_NO_WORDS[ended['state']]} {'; '.join(ended['reasons'])}")


def _tell_reply(wanted: Wanted, reply: Mapping[str, Any]) -> None:
    if wanted.as_json:
        typer.echo(json.dumps(reply, ensure_ascii=False))
        return
    typer.echo(reply["answer"])
    if wanted.explain:
        typer.echo(f"\nUnderstood as: {reply['plan']['readable']}")
        for one in reply["evidence"]:
            count = f" ({one['count']:,})" if one["count"] else ""
            typer.echo(f"  {one['kind']}: {one['what']}{count}")
        typer.echo(f"  {reply['response_time_ms']} ms")


def refuse(words: str) -> NoReturn:
    typer.echo(words, err=True)
    raise typer.Exit(1)
