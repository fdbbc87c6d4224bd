"""Reports that were made by themselves go out over the channels that want them, as paper."""

from datetime import datetime

from homepot.ai.reports import scheduling, service
from homepot.ai.reports.printer import Printer
from homepot.ai.reports.scheduling import ToTell
from homepot.alerts import outbox_store
from homepot.alerts.doors.door import Attached
from homepot.alerts.words import Message
from homepot.core.database import Connection, Database
from homepot.core.ids import new_public_id

AT_ONCE_MAX = 100


async def read_new(database: Database, base: str, now: datetime) -> None:
    """Each in the transaction in which it is marked as told: it goes into the outbox once."""
    async with database.system() as tx:
        found = await scheduling.to_tell(tx, AT_ONCE_MAX)
    for one in found:
        async with database.tenant(one.tenant_id) as tx:
            await scheduling.mark_told(tx, [one.row], now)
            if not one.channel_ids:
                continue
            summary = (await service.find(tx, one.report_id)).content.summary
            for channel_id in one.channel_ids:
                delivery_id = new_public_id("DELIVERY", 3)
                text = message(delivery_id, one, summary, base)
                await outbox_store.add_report(tx, delivery_id, channel_id, text.as_json(), now)


def message(delivery_id: str, one: ToTell, summary: str, base: str) -> Message:
    link = f"{base}/reports/{one.report_id}"
    facts = {
        "report_id": one.report_id,
        "report_type": one.report_type,
        "severity": "info",
        "title": one.title,
        "link": link,
    }
    text = f"{one.title}\n\n{summary}\n\n{link}"
    return Message(delivery_id, "report", one.title, text, text, [facts])


async def attached(
    database: Database, printer: Printer, tenant_id: int, text: Message
) -> Attached | None:
    """The paper; none where the report is gone meanwhile."""
    report_id = str(text.incidents[0]["report_id"])
    async with database.tenant(tenant_id) as tx:
        kept = await _kept(tx, report_id)
    if kept is None:
        return None
    return Attached(f"{report_id}.pdf", "application/pdf", await printer.printed(kept, "pdf"))


async def _kept(tx: Connection, report_id: str) -> service.Kept | None:
    try:
        return await service.find(tx, report_id)
    except service.NotFound:
        return None
