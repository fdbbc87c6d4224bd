"""What `homepot report` does, and what it says."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from homepot.access.caller import system_caller
from homepot.access.people import service as people
from homepot.ai.analysis_modes.modes import DEFAULT, ModeName, mode_named
from homepot.ai.reports import blocks
from homepot.ai.reports.content import Kept, plain
from homepot.ai.reports.kinds import ReportFormat, ReportType, window_of
from homepot.ai.reports.printer import Printer
from homepot.ai.reports.running import reporter_of
from homepot.ai.reports.service import Wanted
from homepot.core.clock import now
from homepot.core.errors import BadInput, HomepotError
from homepot.core.process import opened
from homepot.core.settings import Settings
from homepot.core.terminal import refuse, say, settings_or_refuse

WHO = "homepot report, on the server"


@dataclass(frozen=True)
class About:
    device: str | None
    site: str | None
    of_all: bool


@dataclass(frozen=True)
class Told:
    kind: ReportType | None
    start: datetime | None
    end: datetime | None
    mode: ModeName | None
    form: ReportFormat | None
    out: Path | None
    tenant: str | None


def report(about: About, told: Told) -> None:
    form = _form(told)
    if (about.device is not None) + (about.site is not None) + about.of_all != 1:
        refuse("Name a device, or --site with its id, or --all: one of them.")
    if told.out is not None and not told.out.absolute().parent.is_dir():
        refuse(f"There is no folder {told.out.absolute().parent}; make it first.")
    settings = settings_or_refuse({"log_level": "warning"})
    try:
        kept, printed = asyncio.run(_made(settings, about, told, form))
    except BadInput as error:
        refuse(_as_typed(error.detail))
    except HomepotError as error:
        refuse(error.detail)
    except (SQLAlchemyError, OSError) as error:
        refuse(f"The database did not answer: {str(error).strip().splitlines()[0]}")
    if told.out is None:
        say(printed.decode().rstrip("\n"))
        return
    try:
        told.out.write_bytes(printed)
    except OSError as error:
        refuse(f"{told.out} cannot be written: {error.strerror}. It is kept as {kept.report_id}.")
    say(f"{kept.content.title}, kept as {kept.report_id}: {told.out}")


def _form(told: Told) -> ReportFormat | None:
    """None: as words, for those who read it here."""
    if told.form is None and told.out is not None:
        ends = told.out.suffix.lower().lstrip(".").replace("htm", "html").replace("htmll", "html")
        if ends not in list(ReportFormat):
            refuse("Say --format pdf, html or json, or give a FILE that ends so.")
        return ReportFormat(ends)
    if told.form is ReportFormat.PDF and told.out is None:
        refuse("A PDF needs --out FILE.")
    return told.form


def _as_typed(words: str) -> str:
    """What is called so in an address, as it is called here."""
    for name, typed in (("`from`", "--from"), ("`to`", "--to"), ("report_type=", "--kind ")):
        words = words.replace(name, typed)
    return words


async def _made(
    settings: Settings, about: About, told: Told, form: ReportFormat | None
) -> tuple[Kept, bytes]:
    at = now()
    kind = told.kind or (ReportType.CUSTOM if told.start else ReportType.DAILY)
    window = window_of(kind, None, _moment(told.start), _moment(told.end), at)
    wanted = Wanted(kind, window, mode_named(told.mode or DEFAULT))
    async with opened(settings) as process:
        reporter = reporter_of(settings, process.database)
        async with process.database.system() as tx:
            tenant_id = (await people.tenant_named(tx, told.tenant)).id
        async with process.database.tenant(tenant_id) as tx:
            caller = system_caller(tx, tenant_id, WHO)
            if about.device is not None:
                kept = await reporter.of_device(caller, about.device, wanted, at)
            else:
                kept = await reporter.of_fleet(caller, about.site, wanted, at)
    assert kept is not None, "only what has an occasion is made once"
    return kept, await _printed(kept, form)


async def _printed(kept: Kept, form: ReportFormat | None) -> bytes:
    if form is None:
        return "\n".join(blocks.words(kept)).encode()
    if form is ReportFormat.JSON:
        return (json.dumps(plain(kept), ensure_ascii=False, indent=2) + "\n").encode()
    printer = Printer()
    try:
        return await printer.printed(kept, form)
    finally:
        printer.close()


def _moment(said: datetime | None) -> datetime | None:
    return said.replace(tzinfo=UTC) if said is not None and said.tzinfo is None else said
