"""What `homepot alerts silence` and its like do, and what they say of it."""

import re
from collections.abc import Mapping
from datetime import timedelta

from pydantic import ValidationError
from rich.table import Column, Table

from homepot.alerts import service
from homepot.alerts.commands import caller_of
from homepot.alerts.schemas import SilenceNew
from homepot.alerts.store import SilenceRow
from homepot.core.clock import now
from homepot.core.process import Process
from homepot.core.terminal import refuse, run, say, show

_SPAN = re.compile(r"(\d{1,5})\s*(m|min|h|d)")
_MINUTES = {"m": 1, "min": 1, "h": 60, "d": 1440}


def minutes_of(span: str) -> int | None:
    """
    >>> [minutes_of(one) for one in ("30m", "4h", "2 d", "soon")]
    [30, 240, 2880, None]
    """
    found = _SPAN.fullmatch(span.strip().lower())
    return int(found[1]) * _MINUTES[found[2]] if found else None


def list_silences(tenant: str | None) -> None:
    async def work(process: Process) -> list[SilenceRow]:
        async with caller_of(process, tenant) as caller:
            return await service.silences(caller.tx, now(), past=False)

    found = run(work)
    if not found:
        say("Nothing is silent.")
        return
    table = Table(Column("silence", no_wrap=True), "of", "until", "by", "why")
    for one in found:
        until = f"{one.until:%Y-%m-%d %H:%M} UTC"
        table.add_row(one.public_id, _of(one), until, one.created_by, one.reason or "")
    show(table)


def add_silence(
    tenant: str | None, given: Mapping[str, str | None], span: str, reason: str | None
) -> None:
    minutes = minutes_of(span)
    if minutes is None:
        refuse(f"--for {span!r} is not like 30m, 4h or 2d.")
    try:
        asked = SilenceNew.model_validate({**given, "for_min": minutes, "reason": reason})
    except ValidationError as error:
        first = error.errors()[0]
        named = {"for_min": "--for", "site_id": "--site", "device_id": "--device"}
        where = str(first["loc"][0]) if first["loc"] else ""
        at = named.get(where, f"--{where}")
        needs = "Say what is to be silent: --device, --site, --type, --tag or --category."
        refuse(f"{at}: {first['msg']}." if where else needs)

    async def work(process: Process) -> SilenceRow:
        at = now()
        values = asked.model_dump(exclude={"for_min"})
        async with caller_of(process, tenant) as caller:
            until = at + timedelta(minutes=asked.for_min)
            return await service.create_silence(caller, {**values, "until": until}, at)

    made = run(work)
    say(f"{made.public_id}: {_of(made)}, silent until {made.until:%Y-%m-%d %H:%M} UTC.")


def end_silence(tenant: str | None, silence_id: str) -> None:
    async def work(process: Process) -> None:
        async with caller_of(process, tenant) as caller:
            await service.end_silence(caller, silence_id, now())

    run(work)
    say(f"{silence_id} is over; what it held back and still lasts is told now.")


def _of(one: SilenceRow) -> str:
    given = {"device": one.device_id, "site": one.site_id, "type": one.type, "tag": one.tag}
    given["category"] = one.category
    return ", ".join(f"{name} {value}" for name, value in given.items() if value is not None)
