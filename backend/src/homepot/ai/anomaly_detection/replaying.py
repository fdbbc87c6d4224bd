"""What `homepot replay` does, and what it says of it."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Column, Table

from homepot.access.people import service as people
from homepot.ai.anomaly_detection import store
from homepot.ai.anomaly_detection.engine.compiling import also_keep_in
from homepot.ai.anomaly_detection.watching.replay import (
    STEP,
    Replayed,
    replay,
    stored_until,
)
from homepot.core.clock import now
from homepot.core.errors import BadInput, HomepotError
from homepot.core.log import configure_logging
from homepot.core.process import opened
from homepot.core.settings import SettingsError, load_settings
from homepot.core.words import count

_out = Console(highlight=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)
_DEFAULT = timedelta(days=1)
_SHOWN_MAX = 50
_ID_LENGTH = len("DEVICE-0000-0000-0000")


def replay_history(
    start: str | None, end: str | None, out: Path | None, tenant: str | None
) -> None:
    last = asked = _moment(end, "--to") or now()
    first = _moment(start, "--from") or last - _DEFAULT
    if first >= last:
        _refuse("--from must be before --to.")
    try:
        found, names, last = asyncio.run(_replayed(first, last, tenant))
    except SettingsError as error:
        _refuse(str(error))
    except HomepotError as error:
        _refuse(error.detail)
    rows = [_row(one, names) for one in found]
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        with (out / "detections.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    _show(rows, first, last, out)
    if asked - last > STEP:
        ended = _stamp(last.timestamp())
        _out.print(f"It ends at {ended}: nothing is stored after it.")


async def _replayed(
    start: datetime, end: datetime, tenant: str | None
) -> tuple[list[Replayed], dict[int, str], datetime]:
    """What was found, how the devices are called, and how far it went."""
    settings = load_settings()
    configure_logging("warning", settings.log_format)
    with Progress(console=_errors, disable=not _errors.is_terminal) as bar:
        task = bar.add_task("Replaying", total=(end - start).total_seconds())

        def advance(at: datetime) -> None:
            bar.update(task, completed=(at - start).total_seconds())

        also_keep_in(settings.data_dir / "compiled")
        async with opened(settings) as process:
            async with process.database.system() as tx:
                tenant_id = (await people.tenant_named(tx, tenant)).id
            last = await stored_until(process.database, tenant_id, start)
            end = min(end, now(), last or start)
            if start >= end:
                raise BadInput(f"Nothing is stored from {_stamp(start.timestamp())} on.")
            found = await replay(process.database, tenant_id, start, end, advance)
            async with process.database.tenant(tenant_id) as tx:
                return found, await store.names(tx), end


def _row(one: Replayed, names: dict[int, str]) -> dict[str, object]:
    deviation = one.deviation
    return {
        "device_id": names[one.row],
        "detected_at": _stamp(deviation.detected_at),
        "start": _stamp(deviation.start),
        "end": one.ended_at.isoformat() if one.ended_at else None,
        "severity": deviation.severity.value,
        "kind": deviation.kind.value,
        "muted": one.muted.value if one.muted else None,
        "metrics": [metric.name for metric in deviation.metrics],
    }


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(round(seconds), UTC).isoformat().replace("+00:00", "Z")


def _show(rows: list[dict[str, object]], start: datetime, end: datetime, out: Path | None) -> None:
    told = [row for row in rows if row["severity"] != "info" and row["muted"] is None]
    ids = [len(str(row["device_id"])) for row in told[:_SHOWN_MAX]]
    # A moment can be copied whole, and an id unless it is longer than those we give.
    whole = [Column("detected at", no_wrap=True), Column("device", overflow="fold")]
    whole[1].no_wrap = max(ids, default=0) <= _ID_LENGTH
    names = [Column(one, overflow="fold") for one in ("severity", "kind", "metrics")]
    table = Table(*whole, *names)
    for row in told[:_SHOWN_MAX]:
        metrics = row["metrics"]
        named = ", ".join(str(one) for one in metrics) if isinstance(metrics, list) else ""
        table.add_row(*(str(row[key]) for key in ("detected_at", "device_id", "severity", "kind")),
                      named)  # fmt: skip
    if told:
        _out.print(table, soft_wrap=False)  # which would cut what is too wide
    hours = (end - start).total_seconds() / 3600
    more = f" The first {_SHOWN_MAX} are shown." if len(told) > _SHOWN_MAX else ""
    _out.print(
        f"{count(len(told), 'deviation')} would have been told in these {hours:,.1f} h, and"
        f" {_information(len(rows) - len(told))}. Nothing was written, nobody was told.{more}"
    )
    if out is not None:
        _out.print(f"All of them are in {out / 'detections.jsonl'}.", markup=False)


def _information(number: int) -> str:
    return f"{number:,} {'is' if number == 1 else 'are'} information"


def _moment(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        _refuse(f"{option}: {text!r} is not like 2026-01-31T12:00:00Z or 2026-01-31.")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _refuse(words: str) -> NoReturn:
    _errors.print(words, markup=False)
    raise typer.Exit(1)
