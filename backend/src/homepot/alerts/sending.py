"""The sender: takes what is due from the outbox, sends it, and notes what came of it.

"Sending" is committed before the first byte goes out, and the outcome after the last. A worker
that is killed in between leaves a row that says so; it is sent again under the same id, since
an alert that is missing is worse than one that comes twice.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from homepot.ai.incidents import service as incidents
from homepot.ai.incidents.service import Likeness
from homepot.ai.prediction.records import is_prediction
from homepot.ai.reports.printer import NotPrinted, Printer
from homepot.alerts import outbox_store, reports, same_store
from homepot.alerts.doors.addresses import hidden
from homepot.alerts.doors.door import Attached, Door, NotSent, Way
from homepot.alerts.outbox_store import Claimed, Item
from homepot.alerts.retry import SENDING_MAX, next_try
from homepot.alerts.words import Message, Told, foreseen_words, message, test_message
from homepot.core import live
from homepot.core.clock import now
from homepot.core.database import Connection, Database
from homepot.core.errors import HomepotError
from homepot.core.log import get_logger
from homepot.telemetry.reading.service import Kept

log = get_logger(__name__)

SEND_WITHIN_S = 120.0
# So long an alert waits until it is known what the incident resembles; then it goes without.
PATIENCE = timedelta(seconds=8)
# ... and until it is known how it goes on.
COURSE_WITHIN_S = 5.0
_COURSES_MAX = 5
_SEVERITIES = ("critical", "warning", "info")


class Sender:
    """Sends over the doors it is given; `base` is where links point."""

    def __init__(
        self,
        database: Database,
        doors: Mapping[str, Door],
        base: str,
        kept: Kept | None = None,
        printer: Printer | None = None,
    ) -> None:
        """`kept`: where readings lie; without it, alerts do not say how it goes on."""
        self._database = database
        self._doors = doors
        self._base = base
        self._kept = kept
        self._printer = printer or Printer()

    async def send_due(self, at: datetime) -> int:
        """All that is due, one after another; how many went out."""
        async with self._database.system() as tx:
            await outbox_store.find_lost(tx, at)
            await outbox_store.drop_removed(tx, at)
        sent = 0
        while (claimed := await self._claim()) is not None:
            sent += await self._send(*claimed)
        return sent

    async def _claim(self) -> tuple[Claimed, Message] | None:
        at = now()
        async with self._database.system() as tx:
            claimed = await outbox_store.claim(tx, at, at + SENDING_MAX, PATIENCE)
            if claimed is None:
                return None
            text = await self._message(tx, claimed)
            await outbox_store.keep_message(tx, claimed.id, text.as_json())
        return claimed, text

    async def _message(self, tx: Connection, claimed: Claimed) -> Message:
        if claimed.message is not None:
            return Message(**claimed.message)
        if claimed.kind == "test":
            return test_message(claimed.public_id, claimed.channel_name, self._base)
        items = await outbox_store.items(tx, claimed.id)
        items.sort(key=lambda one: (_SEVERITIES.index(one.severity), one.since))
        kind = "digest" if claimed.kind == "digest" else "alert"
        known = await _likenesses(tx, claimed.tenant_id, items)
        said = await same_store.said_before(tx, [one.incident_row or 0 for one in items])
        courses = await self._courses(claimed.tenant_id, items)
        told = [
            self._told(
                one,
                known.get(one.incident_row or 0),
                courses.get(one.incident_id, ""),
                foreseen_words(said.get(one.incident_row or 0, ()), _zone(one)),
            )
            for one in items
        ]
        return message(claimed.public_id, kind, told, self._base)  # type: ignore[arg-type]

    async def _courses(self, tenant_id: int, items: Sequence[Item]) -> dict[str, str]:
        """How bad each became, and how it is now. An alert goes without it rather than late."""
        found: dict[str, str] = {}
        if self._kept is None:
            return found
        try:
            async with asyncio.timeout(COURSE_WITHIN_S), self._database.tenant(tenant_id) as tx:
                for one in [one for one in items if one.incident_row is not None][:_COURSES_MAX]:
                    incident = await incidents.find(tx, one.incident_id)
                    briefly = one.what == "opened"
                    course = await incidents.course(
                        tx, self._kept, incident, now(), briefly=briefly
                    )
                    found[one.incident_id] = course.words
        except (HomepotError, SQLAlchemyError, OSError, ValueError) as error:
            log.warning(
                "How an incident goes on could not be read; its alert goes without.",
                action="alerts.no_course",
                error=repr(error),
            )
        return found

    def _told(self, item: Item, likeness: Likeness | None, course: str, foreseen: str) -> Told:
        given: dict[str, Any] = {name: getattr(item, name, None) for name in _TOLD}
        return Told(
            **given,
            zone=_zone(item),
            link=self._base + _page(item),
            resembles=likeness.words if likeness else "",
            what_now=incidents.what_now(likeness.answer if likeness else None, item.category),
            course=course,
            foreseen=foreseen,
        )

    async def _send(self, claimed: Claimed, text: Message) -> int:
        problem = None
        if claimed.channel_kind != "dashboard":
            problem = await self._through(claimed, text)
        at = now()
        async with self._database.system() as tx:
            if problem is None:
                if await outbox_store.end(tx, claimed, "sent", at):
                    await self._announce(tx, claimed, text, "sent")
            else:
                await self._failed(tx, claimed, text, problem, at)
        _say(claimed, problem)
        return 1 if problem is None else 0

    async def _through(self, claimed: Claimed, text: Message) -> str | None:
        """Out of the door, in a thread; what went wrong, in words."""
        way = Way(
            claimed.channel_name,
            claimed.channel_kind,
            claimed.url,
            claimed.topic,
            claimed.length,
            await self._attached(claimed, text),
        )
        door = self._doors[claimed.channel_kind]
        again = claimed.attempts > 1
        try:
            async with asyncio.timeout(SEND_WITHIN_S):
                await asyncio.to_thread(door.send, way, text, again=again)
        except NotSent as error:
            return str(error)
        except TimeoutError:
            return f"The service did not answer within {SEND_WITHIN_S:g} s."
        except Exception as error:  # noqa: BLE001  a library's own mistake must not stop the rest
            return hidden(repr(error), claimed.url)[:500]
        return None

    async def _attached(self, claimed: Claimed, text: Message) -> Attached | None:
        """A report goes as paper; one that cannot be printed goes in words alone."""
        if text.kind != "report" or claimed.channel_kind != "service":
            return None
        try:
            return await reports.attached(self._database, self._printer, claimed.tenant_id, text)
        except NotPrinted:
            return None

    async def _failed(
        self, tx: Connection, claimed: Claimed, text: Message, problem: str, at: datetime
    ) -> None:
        luck = random.random()  # noqa: S311  nobody may guess here
        due = None
        if claimed.kind != "test":
            due = next_try(claimed.attempts, claimed.created_at, at, luck)
        state = "failed" if due is None else "waiting"
        if await outbox_store.end(tx, claimed, state, at, problem=problem, due_at=due):
            await self._announce(tx, claimed, text, state)

    async def _announce(self, tx: Connection, claimed: Claimed, text: Message, state: str) -> None:
        """For the dashboards: what became of a delivery; to a dashboard channel, this is it."""
        news = {
            "delivery_id": claimed.public_id,
            "channel": claimed.channel_name,
            "state": state,
            "kind": claimed.kind,
        }
        if claimed.channel_kind == "dashboard":
            news |= {"title": text.title, "text": text.short}
        await live.announce(tx, claimed.tenant_id, "alert.delivery", news)


def _page(item: Item) -> str:
    """Where the dashboard shows it: what is foreseen of a device stands on the device's page."""
    if item.device_id is not None and is_prediction(item.incident_id):
        return f"/devices/{item.device_id}"
    return f"/incidents/{item.incident_id}"


def _zone(item: Item) -> ZoneInfo:
    return ZoneInfo(item.timezone or "UTC")


async def _likenesses(tx: Connection, tenant_id: int, items: Sequence[Item]) -> dict[int, Likeness]:
    """What each resembles, with days as they are at its site."""
    rows: dict[ZoneInfo, list[int]] = {}
    for one in items:
        if one.incident_row is not None and one.state != "over":
            rows.setdefault(_zone(one), []).append(one.incident_row)
    found: dict[int, Likeness] = {}
    for zone, some in rows.items():
        found.update(await incidents.likenesses(tx, tenant_id, some, zone))
    return found


_TOLD = (
    "incident_id",
    "what",
    "state",
    "severity",
    "category",
    "site_name",
    "device_name",
    "title",
    "words",
    "since",
    "ended_at",
    "how",
    "by",
    "note",
)


def _say(claimed: Claimed, problem: str | None) -> None:
    said = {"delivery": claimed.public_id, "attempt": claimed.attempts}
    if problem is None:
        log.info("An alert went out.", action="alerts.sent", **said)
    else:
        log.warning(
            f"An alert could not be sent over {claimed.channel_name}: {problem}",
            action="alerts.not_sent",
            **said,
        )
