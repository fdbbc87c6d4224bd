"""What `homepot import` and `homepot export` do, and what they say of it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import NoReturn, TextIO

import psycopg
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from sqlalchemy.exc import SQLAlchemyError

from homepot.access.people import service as people
from homepot.core.errors import HomepotError
from homepot.core.log import configure_logging
from homepot.core.process import Process, opened
from homepot.core.settings import SettingsError, load_settings
from homepot.core.words import count
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.intake.batch import moment
from homepot.transfer.exporting import Export, Given, export
from homepot.transfer.findings import Finding, Findings
from homepot.transfer.formats import Format
from homepot.transfer.importing import Brought, Folder, Made, importer
from homepot.transfer.progress import Advance
from homepot.transfer.series import WrongLine, microseconds_of

_out = Console(highlight=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)
_AGAIN = "What was stored is kept; the same command goes on from there."


# -- import -----------------------------------------------------------------------------------


def bring_in(folder: Path, report: Path | None, tenant: str | None) -> None:
    source = Folder(folder)
    if not source.files:
        names = "sites.json, devices.json, metrics/, events.jsonl nor incidents.jsonl"
        _refuse(f"{folder} has neither {names}.")
    brought = Brought()
    begun = False
    with _written(report) as file:
        findings = Findings(lambda finding: _write_down(finding, file))

        async def work(process: Process, advance: Advance) -> None:
            nonlocal begun
            tenant_id = await _tenant(process, tenant)
            begun = True
            async with importer(process, tenant_id, findings, advance) as one:
                await one.bring(source, brought)

        why_not = _run("Importing", source.size_bytes, work)
    if why_not is not None and not begun:
        _refuse(why_not)
    _tell(brought, findings, report)
    if why_not is not None:
        _refuse(f"{why_not} {_AGAIN}")
    if findings.count:
        raise typer.Exit(1)


@contextmanager
def _written(report: Path | None) -> Iterator[TextIO | None]:
    if report is None:
        yield None
        return
    try:
        file = report.open("w", encoding="utf-8")
    except OSError as error:
        _refuse(f"{report} cannot be written: {error.strerror}.")
    with file:
        yield file


def _write_down(finding: Finding, file: TextIO | None) -> None:
    if file is not None:
        file.write(f"{finding}\n")


def _tell(brought: Brought, findings: Findings, report: Path | None) -> None:
    for line in findings.lines("; --report FILE writes all" if report is None else None):
        _errors.print(line, markup=False)
    readings = brought.readings
    again = f"{readings.corrected:,} corrected; lines without a value: {brought.empty:,}"
    lines = [
        f"Sites: {_made(brought.sites)}",
        f"Devices: {_made(brought.devices)}",
        *([_types(brought.types)] if brought.types else []),
        f"Readings: {readings.stored:,} new, {readings.repeated:,} stored before, {again}.",
        f"Events: {brought.events.new:,} new, {brought.events.known:,} stored before.",
        f"Incidents: {brought.incidents.new:,} new, {brought.incidents.known:,} known before.",
        f"Lines that were wrong: {findings.count:,}.",
    ]
    for line in lines:
        _out.print(line, markup=False)


def _types(names: Sequence[str]) -> str:
    many = count(len(names), "device type")
    return f"Adopted: {many} that nobody had described, {', '.join(names)}."


def _made(made: Made) -> str:
    return f"{made.new:,} new, {made.known:,} were there and left as they are."


# -- export -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """What `homepot export` was given, as it was typed."""

    folder: Path
    format: Format
    device_ids: Sequence[str]
    start: str | None
    end: str | None
    overwrite: bool
    tenant: str | None


def give_out(wanted: Wanted) -> None:
    folder = wanted.folder
    window = (_moment(wanted.start, "--from"), _moment(wanted.end, "--to"))
    if window[0] and window[1] and window[0] >= window[1]:
        _refuse(f"--from {wanted.start} does not lie before --to {wanted.end}: nothing is between.")
    if not wanted.overwrite and folder.is_dir() and any(folder.iterdir()):
        _refuse(f"{folder} is not empty; name another folder, or say --overwrite.")
    given = Given()
    began_s = monotonic()

    async def work(process: Process, advance: Advance) -> None:
        tenant_id = await _tenant(process, wanted.tenant)
        asked = Export(tenant_id, folder, wanted.format, wanted.device_ids, *window)
        archive = Archive.of(process.settings)
        await export(process.database, archive, asked, given, advance)

    if why_not := _run("Exporting", None, work):
        _refuse(f"{why_not} What {folder} holds now is not whole." if given.begun else why_not)
    what = f"{count(given.readings, 'reading')} of {count(given.devices, 'device')}"
    _out.print(
        f"{what} at {count(given.sites, 'site')}, in {folder}, written in"
        f" {monotonic() - began_s:.1f} s.",
        markup=False,
    )
    if not given.readings:
        _out.print(_why_none(wanted, given), markup=False)
    if given.archived:
        _out.print(
            f"Archived devices left out: {given.archived:,}. --device ID gives one out.",
            markup=False,
        )


def _why_none(wanted: Wanted, given: Given) -> str:
    """Nothing is an answer, and a nightly export may meet it; but it is said."""
    if not given.devices:
        return "No device is here yet: there was nothing to write but the sites."
    who = "this device" if given.devices == 1 else "these devices"
    if wanted.start or wanted.end:
        return f"No reading of {who} lies in the time that --from and --to name."
    return f"There is no reading of {who} yet."


def _moment(text: str | None, option: str) -> datetime | None:
    try:
        return None if text is None else moment(microseconds_of(text))
    except (WrongLine, OverflowError):
        _refuse(f"{option}: {text!r} is not like 2026-01-31T12:00:00Z or 2026-01-31.")


# -- both -------------------------------------------------------------------------------------


def _run(
    title: str, total: int | None, work: Callable[[Process, Advance], Awaitable[None]]
) -> str | None:
    """Do the work with a progress bar; why it ended early, where it did."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[file]}", markup=False),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    # What is no terminal gets no moving bar.
    with Progress(*columns, console=_errors, disable=not _errors.is_terminal) as bar:
        task = bar.add_task(title, total=total, file="")

        def advance(file: str, more: int, of: int | None = None) -> None:
            bar.update(task, total=of, advance=more, file=file)

        async def run() -> None:
            settings = load_settings()
            configure_logging("warning", settings.log_format)
            async with opened(settings) as process:
                await work(process, advance)

        try:
            asyncio.run(run())
        except SettingsError as error:
            return str(error)
        except HomepotError as error:
            return error.detail
        except (psycopg.Error, SQLAlchemyError) as error:
            return f"The database did not go along: {str(error).strip().splitlines()[0]}."
        except OSError as error:
            return f"{error.filename or 'A file'}: {error.strerror or error}."
        except KeyboardInterrupt:
            return "Interrupted."
    return None


async def _tenant(process: Process, name: str | None) -> int:
    async with process.database.system() as tx:
        return (await people.tenant_named(tx, name)).id


def _refuse(words: str) -> NoReturn:
    _errors.print(words, markup=False)
    raise typer.Exit(1)
