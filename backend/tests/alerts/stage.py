"""Who alerts go to, and somebody who makes incidents happen."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from typing import Any

import httpx
from sqlalchemy import text

from homepot.ai.reports.printer import Printer
from homepot.alerts import deciding
from homepot.alerts.doors.service_door import ServiceDoor
from homepot.alerts.occurrence import Occurrence, Subject
from homepot.alerts.sending import Sender
from homepot.core.clock import now
from homepot.core.database import Database

BASE = "http://homepot.test"


class Mailbox:
    """What aiosmtpd hands over."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.refuses = False
        self.knows_nobody = False

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.knows_nobody:
            return f"550 5.1.1 no such user: {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuses:
            return "451 come back later"
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"


@dataclass
class Hook:
    """A webhook receiver that notes everything, and answers as it is told."""

    port: int = 0
    status: int = 200
    posts: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/s3cr3t-hook"


class Alarm:
    """Makes incidents happen, and lets the worker's parts run."""

    def __init__(
        self,
        db: Database,
        admin: httpx.AsyncClient,
        tenant_id: int,
        site: str,
        printer: Printer,
    ) -> None:
        self.db, self.admin, self.tenant_id, self.site = db, admin, tenant_id, site
        self.sender = Sender(db, {"service": ServiceDoor()}, BASE, printer=printer)
        self.count = 0

    async def channel(self, **fields: Any) -> str:
        answer = await self.admin.post("/api/alerts/channels", json={"name": "Ada", **fields})
        assert answer.status_code == 201, answer.text
        channel_id: str = answer.json()["channel_id"]
        return channel_id

    def occurrence(self, incident: str = "INC-1", what: str = "opened", **given: Any) -> Occurrence:
        self.count += 1
        subject = Subject(
            "critical", "temperature", self.site, "DEVICE-1", tags=frozenset({"till"})
        )
        one = Occurrence(
            self.tenant_id,
            f"test:{self.count}",
            incident,
            what,  # type: ignore[arg-type]
            now(),
            subject,
            "Harbour shop",
            "Front till",
            "Front till is hotter than usual",
            "CPU temperature is 91 °C, usually 48 to 55 °C at this hour.",
            now() - timedelta(minutes=5),
        )
        severity = given.pop("severity", None)
        if severity:
            given["subject"] = replace(subject, severity=severity)
        return replace(one, **given)

    async def happens(self, *occurrences: Occurrence, at: datetime | None = None) -> None:
        async with self.db.tenant(self.tenant_id) as tx:
            await deciding.take(tx, self.tenant_id, occurrences, at or now())

    async def later(self, at: datetime) -> None:
        await deciding.look_at_due(self.db, at)

    async def send(self) -> int:
        return await self.sender.send_due(now())

    async def at_once(self) -> None:
        """Let what was put off for a while be due."""
        async with self.db.system() as tx:
            await tx.execute(text("update alert_deliveries set due_at = now()"))

    async def dead_workers_are_noticed(self) -> None:
        """As if the time had passed after which a send without an end is a killed one."""
        async with self.db.system() as tx:
            dead = "update alert_deliveries set sending_until = now() - interval '1 minute'"
            await tx.execute(text(f"{dead} where state = 'sending'"))

    async def deliveries(self, **query: str) -> list[dict[str, Any]]:
        answer = await self.admin.get("/api/alerts/deliveries", params=query)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def rule(self, **fields: Any) -> dict[str, Any]:
        rules = (await self.admin.get("/api/alerts/rules")).json()
        answer = await self.admin.patch(f"/api/alerts/rules/{rules[0]['rule_id']}", json=fields)
        assert answer.status_code == 200, answer.text
        changed: dict[str, Any] = answer.json()
        return changed
