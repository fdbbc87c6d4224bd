"""Use cases of importing: sites, devices, readings, events, incidents of a folder, in that order.

Whatever was stored before is met again harmlessly, so a run that was interrupted is simply
started again.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from homepot.access.caller import Caller, system_caller
from homepot.core.clock import now
from homepot.core.errors import BadInput, Conflict, HomepotError, NotFound
from homepot.core.process import Process
from homepot.fleet.devices import service as devices
from homepot.fleet.enrolment.speaker import Speaker
from homepot.fleet.events import service as events
from homepot.fleet.sites import service as sites
from homepot.fleet.sites.schemas import site_values
from homepot.fleet.types import service as types
from homepot.telemetry.intake.service import Intake
from homepot.telemetry.storage.collisions import Outcome
from homepot.transfer.findings import Findings
from homepot.transfer.incidents import BringIncident, bringing_incidents
from homepot.transfer.lines import Line, LinesOf
from homepot.transfer.progress import Advance
from homepot.transfer.series import Piece, pieces
from homepot.transfer.shapes import (
    EventLine,
    Item,
    WrongItem,
    device_of,
    event_of,
    incident_of,
    items_of,
    site_of,
)

SITES, DEVICES, EVENTS, INCIDENTS = "sites.json", "devices.json", "events.jsonl", "incidents.jsonl"
METRICS = "metrics"
WHO = "homepot import, on the server"
_ENDINGS = (".csv.gz", ".csv")
_ITEMS_AT_ONCE = 100
_EVENTS_AT_ONCE = 500
_JSON_BYTES_MAX = 64 * 1024 * 1024

_Bring = Callable[[Caller, Item], Awaitable[list[str]]]


@dataclass
class Made:
    """Of sites, devices or events: those that are new, and those that were there."""

    new: int = 0
    known: int = 0


@dataclass
class Brought:
    sites: Made = field(default_factory=Made)
    devices: Made = field(default_factory=Made)
    events: Made = field(default_factory=Made)
    incidents: Made = field(default_factory=Made)
    types: list[str] = field(default_factory=list)  # those that nobody knew before
    readings: Outcome = field(default_factory=Outcome)
    empty: int = 0


@dataclass(frozen=True)
class Folder:
    """What there is to bring in. Files of other names are never opened."""

    path: Path

    def file(self, name: str) -> Path | None:
        found = self.path / name
        return found if found.is_file() else None

    @property
    def series(self) -> Sequence[Path]:
        """A file for each device, named by its id."""
        inside = self.path / METRICS
        found = inside.iterdir() if inside.is_dir() else iter(())
        return sorted(path for path in found if path.name.endswith(_ENDINGS) and path.is_file())

    @property
    def files(self) -> list[Path]:
        named = [self.file(name) for name in (SITES, DEVICES, EVENTS, INCIDENTS)]
        return [path for path in (*named, *self.series) if path]

    @property
    def size_bytes(self) -> int:
        return sum(path.stat().st_size for path in self.files)


@asynccontextmanager
async def importer(
    process: Process, tenant_id: int, findings: Findings, advance: Advance
) -> AsyncIterator["Importer"]:
    intake = Intake(process)
    # What follows from readings is written here file by file, not by a loop beside: when the
    # command ends nothing of it may be under way.
    async with intake.writer.running():
        yield Importer(process, intake, tenant_id, findings, advance)


class Importer:
    def __init__(
        self,
        process: Process,
        intake: Intake,
        tenant_id: int,
        findings: Findings,
        advance: Advance,
    ) -> None:
        self._process = process
        self._database = process.database
        self._silent_after_s = process.settings.device_silent_after_s
        self._intake = intake
        self._tenant_id = tenant_id
        self._findings = findings
        self._advance = advance
        self.brought = Brought()

    async def bring(self, folder: Folder, brought: Brought) -> None:
        """`brought` and the findings say what came of it, also where this was interrupted."""
        self.brought = brought
        if path := folder.file(SITES):
            await self._bring_items(path, self._bring_site)
        if path := folder.file(DEVICES):
            await self._bring_items(path, self._bring_device)
        for path in folder.series:
            await self._bring_series(path)
        if path := folder.file(EVENTS):
            await self._bring_events(path)
        if path := folder.file(INCIDENTS):
            # Last: how they looked is read from what was stored.
            await self._bring_incidents(path)

    # -- sites and devices --------------------------------------------------------------------

    async def _bring_items(self, path: Path, bring: _Bring) -> None:
        content = _content(path)
        if content is None:
            self._findings.add(path.name, 1, f"the file has more than {_JSON_BYTES_MAX:,} bytes")
            return
        items = items_of(content.decode(errors="replace"))
        while some := list(islice(items, _ITEMS_AT_ONCE)):
            async with self._database.tenant(self._tenant_id) as tx:
                caller = system_caller(tx, self._tenant_id, WHO)
                for item in some:
                    try:
                        if item.problem:
                            raise WrongItem(item.problem)  # noqa: TRY301
                        left_out = await bring(caller, item)
                    except (WrongItem, BadInput, NotFound, Conflict) as error:
                        self._findings.add(path.name, item.line, item.named(_reason(error)))
                        continue
                    if left_out:
                        reason = f"left out, nothing here is called so: {', '.join(left_out)}"
                        self._findings.add(path.name, item.line, item.named(reason))
        self._advance(path.name, len(content))

    async def _bring_site(self, caller: Caller, item: Item) -> list[str]:
        site, left_out = site_of(item.fields)
        if site.site_id is None:
            raise WrongItem("id is missing")
        try:
            await sites.find(caller.tx, site.site_id)
        except NotFound:
            await sites.create(caller, site.site_id, site_values(site))
            self.brought.sites.new += 1
            return left_out
        self.brought.sites.known += 1
        return left_out

    async def _bring_device(self, caller: Caller, item: Item) -> list[str]:
        device, left_out = device_of(item.fields)
        if device.device_id is None:
            raise WrongItem("id is missing")
        try:
            await devices.find(caller.tx, device.device_id)
        except NotFound:
            await sites.find_living(caller.tx, device.site_id)
            is_new_type = await types.adopt_type(caller, device.type)
            await devices.create(
                caller,
                site_id=device.site_id,
                public_id=device.device_id,
                provenance=device.provenance,
                values=device.values(),
            )
            self.brought.devices.new += 1
            if is_new_type:
                self.brought.types.append(device.type)
            return left_out
        self.brought.devices.known += 1
        return left_out

    # -- readings -----------------------------------------------------------------------------

    async def _bring_series(self, path: Path) -> None:
        shown = f"{METRICS}/{path.name}"
        device_id = path.name.removesuffix(".gz").removesuffix(".csv")
        with LinesOf(path) as lines:
            read = 0
            for piece in pieces(lines):
                await self._bring_piece(shown, device_id, piece)
                self._advance(shown, lines.bytes_read - read)
                read = lines.bytes_read
        await self._intake.aftermath.write(now())

    async def _bring_piece(self, shown: str, device_id: str, piece: Piece) -> None:
        wrong = list(piece.wrong)
        self.brought.empty += piece.empty
        if piece.numbers:
            try:
                receipt = await self._intake.take(self._tenant_id, piece.batch(device_id), now())
            except BadInput as refused:  # of the whole piece
                wrong += [(number, refused.detail) for number in piece.numbers]
            else:
                self.brought.readings += receipt.outcome
                wrong += [(piece.numbers[one.index], one.reason) for one in receipt.rejected]
        for number, reason in sorted(wrong):
            self._findings.add(shown, number, reason)

    # -- events -------------------------------------------------------------------------------

    async def _bring_events(self, path: Path) -> None:
        with LinesOf(path) as lines:
            read = 0
            each = iter(lines)
            while some := list(islice(each, _EVENTS_AT_ONCE)):
                await self._bring_some_events(path.name, list(self._events_in(path.name, some)))
                self._advance(path.name, lines.bytes_read - read)
                read = lines.bytes_read

    def _events_in(self, shown: str, lines: Sequence[Line]) -> Iterator[tuple[int, EventLine]]:
        for line in lines:
            if line.text is None:
                self._findings.add(shown, line.number, line.problem)
            elif line.text.strip():
                try:
                    yield line.number, event_of(line.text)
                except WrongItem as wrong:
                    self._findings.add(shown, line.number, _reason(wrong))

    async def _bring_some_events(self, shown: str, given: Sequence[tuple[int, EventLine]]) -> None:
        at = now()
        made = Made()
        async with self._database.tenant(self._tenant_id) as tx:
            caller = system_caller(tx, self._tenant_id, WHO)
            rows = await devices.at_work(tx, {event.device_id for _, event in given})
            for number, event in given:
                row = rows.get(event.device_id)
                if row is None:
                    reason = f"no device {event.device_id!r} is at work here"
                    self._findings.add(shown, number, reason)
                    continue
                speaker = Speaker(caller, row, event.device_id, at, self._silent_after_s)
                try:
                    is_new = await events.record(speaker, event.said, "level")
                except BadInput as refused:
                    self._findings.add(shown, number, _reason(refused))
                    continue
                made.new += is_new
                made.known += not is_new
        self.brought.events.new += made.new
        self.brought.events.known += made.known

    # -- incidents ----------------------------------------------------------------------------

    async def _bring_incidents(self, path: Path) -> None:
        async with bringing_incidents(self._process, self._tenant_id, WHO) as bring:
            with LinesOf(path) as lines:
                read = 0
                for line in lines:
                    await self._bring_incident(path.name, line, bring)
                    self._advance(path.name, lines.bytes_read - read)
                    read = lines.bytes_read

    async def _bring_incident(self, shown: str, line: Line, bring: BringIncident) -> None:
        if line.text is None:
            self._findings.add(shown, line.number, line.problem)
        elif line.text.strip():
            try:
                is_new = await bring(incident_of(line.text))
            except (WrongItem, BadInput, NotFound) as wrong:
                self._findings.add(shown, line.number, _reason(wrong))
                return
            self.brought.incidents.new += is_new
            self.brought.incidents.known += not is_new


def _content(path: Path) -> bytes | None:
    """The whole of a file; None where it is too large for that."""
    with path.open("rb") as file:
        found = file.read(_JSON_BYTES_MAX + 1)
    return found if len(found) <= _JSON_BYTES_MAX else None


def _reason(error: Exception) -> str:
    return error.detail if isinstance(error, HomepotError) else str(error)
