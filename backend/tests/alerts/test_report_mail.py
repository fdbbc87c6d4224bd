"""Reports that come by themselves: when, once, and as paper through a real mail server."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pypdfium2
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from tests.alerts.stage import BASE, Alarm, Mailbox

from homepot.ai.reports.calendar import window_due
from homepot.ai.reports.kinds import ReportType
from homepot.ai.reports.scheduling import make_due
from homepot.ai.reports.service import Reporter
from homepot.alerts import reports
from homepot.core.clock import now
from homepot.core.database import Database

OSLO = ZoneInfo("Europe/Oslo")
Mail = tuple[str, Mailbox]


@pytest.fixture
def reporter(app: FastAPI) -> Reporter:
    found: Reporter = app.state.process.part(Reporter)
    return found


async def wish(alarm: Alarm, kind: str, channel: str | None, **more: Any) -> None:
    body = {"enabled": True, "channel_ids": [channel] if channel else [], **more}
    answer = await alarm.admin.put(f"/api/ai/report-schedules/{kind}", json=body)
    assert answer.status_code == 200, answer.text


async def long_ago(db: Database) -> None:
    """As if it had been switched on before."""
    async with db.system() as tx:
        await tx.execute(text("update ai_report_schedules set since = since - interval '9 days'"))


async def sites_in(db: Database, zone: str) -> None:
    async with db.system() as tx:
        await tx.execute(text("update sites set timezone = :zone"), {"zone": zone})


def morning(zone: str = "UTC", minute: int = 1) -> datetime:
    """Shortly after 7:00 there today, or yesterday."""
    local = now().astimezone(ZoneInfo(zone)).replace(hour=7, minute=minute, second=0, microsecond=0)
    found = local.astimezone(UTC)
    return found if found <= now() else found - timedelta(days=1)


@pytest.mark.parametrize(
    ("at", "hours", "end"),
    [
        ((2026, 3, 28, 8), 24, "2026-03-28T06:00"),
        ((2026, 3, 29, 8), 23, "2026-03-29T05:00"),
        ((2026, 3, 30, 8), 24, "2026-03-30T05:00"),
        ((2026, 10, 25, 8), 25, "2026-10-25T06:00"),
        ((2026, 10, 26, 8), 24, "2026-10-26T06:00"),
    ],
)
def test_a_daily_report_is_due_at_seven_whatever_the_clocks_do(
    at: tuple[int, ...], hours: int, end: str
) -> None:
    moment = datetime(*at, tzinfo=OSLO).astimezone(UTC)
    found = window_due(ReportType.DAILY, OSLO, moment)
    assert found is not None
    assert found.length == timedelta(hours=hours)
    assert found.end.isoformat()[:16] == end
    before = window_due(ReportType.DAILY, OSLO, found.end - timedelta(seconds=1))
    assert before is None, "that of the day before was due 12 hours ago"


def test_the_days_of_a_spring_follow_each_other_without_hole_or_overlap() -> None:
    ends = []
    at = datetime(2026, 3, 20, tzinfo=UTC)
    while at < datetime(2026, 4, 5, tzinfo=UTC):
        found = window_due(ReportType.DAILY, OSLO, at)
        if found is not None and (not ends or ends[-1][1] != found.end):
            assert not ends or ends[-1][1] == found.start
            ends.append((found.start, found.end))
        at += timedelta(minutes=30)
    assert len(ends) == 16


def test_a_weekly_report_is_due_on_monday() -> None:
    monday = datetime(2026, 3, 30, 7, 0, tzinfo=OSLO).astimezone(UTC)
    found = window_due(ReportType.WEEKLY, OSLO, monday)
    assert found is not None
    assert found.length == timedelta(hours=7 * 24 - 1), "a week in which an hour was left out"
    assert window_due(ReportType.WEEKLY, OSLO, monday - timedelta(minutes=1)) is None
    assert window_due(ReportType.WEEKLY, OSLO, monday + timedelta(days=1)) is None


async def test_each_morning_a_report_is_made_once_and_mailed_as_paper(
    db: Database, alarm: Alarm, mail: Mail, reporter: Reporter
) -> None:
    url, box = mail
    channel = await alarm.channel(kind="service", url=url)
    await wish(alarm, "daily", channel, mode="executive")
    await sites_in(db, "UTC")
    at = morning()
    assert await make_due(db, reporter, at) == 0, "it was switched on later than that"
    await long_ago(db)
    assert await make_due(db, reporter, at) == 1
    assert await make_due(db, reporter, at + timedelta(minutes=1)) == 0
    for _ in range(2):
        await reports.read_new(db, BASE, now())
    await alarm.send()
    await alarm.send()
    (got,) = box.mails
    (listed,) = (await alarm.admin.get("/api/ai/reports")).json()["items"]
    assert got["Subject"] == listed["title"]
    assert (listed["report_type"], listed["mode"], listed["by_itself"]) == (
        "daily", "executive", True,
    )  # fmt: skip
    (paper,) = [part for part in got.walk() if part.get_content_type() == "application/pdf"]
    assert paper.get_filename() == f"{listed['report_id']}.pdf"
    pages = pypdfium2.PdfDocument(paper.get_payload(decode=True))
    assert listed["report_id"] in pages[0].get_textpage().get_text_range()
    (delivery,) = await alarm.deliveries()
    assert (delivery["kind"], delivery["state"]) == ("report", "sent")


async def test_what_a_mail_server_refuses_is_kept_and_sent_once(
    db: Database, alarm: Alarm, mail: Mail, reporter: Reporter
) -> None:
    url, box = mail
    await wish(alarm, "daily", await alarm.channel(kind="service", url=url))
    await sites_in(db, "UTC")
    await long_ago(db)
    assert await make_due(db, reporter, morning()) == 1
    await reports.read_new(db, BASE, now())
    box.refuses = True
    assert await alarm.send() == 0
    (waiting,) = await alarm.deliveries()
    assert (waiting["state"], waiting["kind"]) == ("waiting", "report")
    box.refuses = False
    await alarm.at_once()
    assert await alarm.send() == 1
    assert await alarm.send() == 0
    assert len(box.mails) == 1
    assert any(part.get_content_type() == "application/pdf" for part in box.mails[0].walk())


async def test_after_a_critical_incident_there_is_a_report_of_it(
    db: Database, alarm: Alarm, reporter: Reporter
) -> None:
    await wish(alarm, "incident", None)
    await long_ago(db)
    at = now()
    insert = text(
        "insert into incidents (tenant_id, public_id, site_id, device_id, state, category,"
        " severity, title, description, search, started_at, opened_at, changed_at)"
        " select tenant_id, :id, id, null, 'open', 'power', :severity, 'no power', '', '', :at,"
        " :at, :at from sites order by id limit 1"
    )
    async with db.system() as tx:
        for number, severity in enumerate(("critical", "warning")):
            given = {"id": f"INC-0{number}", "severity": severity, "at": at - timedelta(minutes=5)}
            await tx.execute(insert, given)
    assert await make_due(db, reporter, at) == 1
    assert await make_due(db, reporter, at + timedelta(minutes=1)) == 0
    (listed,) = (await alarm.admin.get("/api/ai/reports")).json()["items"]
    assert listed["report_type"] == "incident"
    found = (await alarm.admin.get(f"/api/ai/reports/{listed['report_id']}")).json()
    assert "INC-00" in [one["incident_id"] for one in found["content"]["incidents"]]


async def test_a_schedule_that_is_off_makes_nothing_and_a_wrong_channel_is_refused(
    db: Database, alarm: Alarm, reporter: Reporter, admin: httpx.AsyncClient
) -> None:
    await sites_in(db, "UTC")
    items = (await admin.get("/api/ai/report-schedules")).json()["items"]
    assert [(one["report_type"], one["enabled"]) for one in items] == [
        ("daily", False), ("incident", False), ("weekly", False),
    ]  # fmt: skip
    await wish(alarm, "daily", None)
    await long_ago(db)
    await wish(alarm, "daily", None, enabled=False)
    assert await make_due(db, reporter, morning()) == 0
    body = {"enabled": True, "channel_ids": ["CHANNEL-NOWHERE"]}
    answer = await admin.put("/api/ai/report-schedules/daily", json=body)
    assert answer.status_code == 422
    assert "There is no channel 'CHANNEL-NOWHERE'" in answer.text
    answer = await admin.put("/api/ai/report-schedules/yearly", json={"enabled": True})
    assert answer.status_code == 422
    assert "'daily', 'incident' or 'weekly'" in answer.text
