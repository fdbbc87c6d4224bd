"""Reports that come by themselves: when, once, and as paper through a real mail server."""

import socket
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pypdfium2
import pytest
from aiosmtpd.controller import Controller
from fastapi import FastAPI
from sqlalchemy import text
from tests.alerts.stage import BASE, Alarm, Mailbox

from homepot.ai.analysis.facts import Window
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


async def wish(alarm: Alarm, kind: str, channel: str | None, **more: Any) -> dict[str, Any]:
    scope = "everything" if kind == "incident" else "each_site"
    body = {
        "report_type": kind, "scope": scope, "channel_ids": [channel] if channel else [], **more,
    }  # fmt: skip
    answer = await alarm.admin.post("/api/ai/report-schedules", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def changed(alarm: Alarm, schedule: dict[str, Any], **fields: Any) -> dict[str, Any]:
    body = {name: value for name, value in schedule.items() if name != "schedule_id"} | fields
    if body["scope"] != "everything":
        body["timezone"] = None
    address = f"/api/ai/report-schedules/{schedule['schedule_id']}"
    answer = await alarm.admin.put(address, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def listed(alarm: Alarm) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await alarm.admin.get("/api/ai/reports")).json()["items"]
    return items


async def content(alarm: Alarm, report_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await alarm.admin.get(f"/api/ai/reports/{report_id}")).json()
    content: dict[str, Any] = found["content"]
    return content


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


def test_a_weekly_report_is_due_on_monday() -> None:
    monday = datetime(2026, 3, 30, 7, 0, tzinfo=OSLO).astimezone(UTC)
    found = window_due(ReportType.WEEKLY, OSLO, monday)
    assert found is not None
    assert found.length == timedelta(hours=7 * 24 - 1), "a week in which an hour was left out"
    assert window_due(ReportType.WEEKLY, OSLO, monday - timedelta(minutes=1)) is None
    late = window_due(ReportType.WEEKLY, OSLO, monday + timedelta(days=3))
    assert late == found, "a server that was off on Monday makes up for it"
    assert window_due(ReportType.WEEKLY, OSLO, monday + timedelta(days=3, seconds=1)) is None


@pytest.mark.parametrize("zone", ["Europe/Oslo", "America/New_York", "Australia/Lord_Howe", "UTC"])
@pytest.mark.parametrize("kind", [ReportType.DAILY, ReportType.WEEKLY, ReportType.MONTHLY])
def test_what_is_due_in_a_year_follows_without_hole_or_overlap(kind: ReportType, zone: str) -> None:
    """Each at 7:00 of a clock that was set forward and back, Mondays, firsts of a month."""
    there = ZoneInfo(zone)
    windows: list[Window] = []
    at = datetime(2026, 1, 1, tzinfo=UTC)
    while at < datetime(2027, 1, 10, tzinfo=UTC):
        found = window_due(kind, there, at)
        if found is not None and (not windows or windows[-1] != found):
            assert not windows or windows[-1].end == found.start
            windows.append(found)
        at += timedelta(hours=1, minutes=30)
    for one in windows:
        first, last = one.start.astimezone(there), one.end.astimezone(there)
        assert (first.hour, first.minute, last.hour, last.minute) == (7, 0, 7, 0)
        if kind is ReportType.WEEKLY:
            assert (last.weekday(), (last.date() - first.date()).days) == (0, 7)
        if kind is ReportType.MONTHLY:
            assert (first.day, last.day) == (1, 1)
            assert 28 <= (last.date() - first.date()).days <= 31
    odd = {one.length for one in windows if "up to 7:00" in one.words}
    days = (windows[-1].end.astimezone(there).date() - windows[0].end.astimezone(there).date()).days
    assert days >= 360
    if kind is not ReportType.MONTHLY:
        assert len(windows) == 1 + days // (1 if kind is ReportType.DAILY else 7)
    if zone != "UTC" and kind is not ReportType.MONTHLY:
        usual = timedelta(days=1 if kind is ReportType.DAILY else 7)
        change = timedelta(minutes=30) if zone == "Australia/Lord_Howe" else timedelta(hours=1)
        assert odd == {usual - change, usual + change}


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
    (one,) = await listed(alarm)
    assert got["Subject"] == one["title"]
    assert (one["report_type"], one["mode"], one["by_itself"]) == (
        "daily", "executive", True,
    )  # fmt: skip
    (paper,) = [part for part in got.walk() if part.get_content_type() == "application/pdf"]
    assert paper.get_filename() == f"{one['report_id']}.pdf"
    pages = pypdfium2.PdfDocument(paper.get_payload(decode=True))
    assert one["report_id"] in pages[0].get_textpage().get_text_range()
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


async def test_a_mail_server_that_is_down_gets_it_once_when_it_is_back(
    db: Database, alarm: Alarm, reporter: Reporter
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"mailto://127.0.0.1:{port}?from=homepot@pier.example&to=ada@pier.example&mode=insecure"
    await wish(alarm, "daily", await alarm.channel(kind="service", url=url))
    await sites_in(db, "UTC")
    await long_ago(db)
    assert await make_due(db, reporter, morning()) == 1
    await reports.read_new(db, BASE, now())
    for _ in range(2):
        assert await alarm.send() == 0, "nobody listens there"
        await alarm.at_once()
    (waiting,) = await alarm.deliveries()
    assert (waiting["state"], waiting["kind"]) == ("waiting", "report")
    assert waiting["problem"]
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=port, ready_timeout=30)
    server.start()
    try:
        await reports.read_new(db, BASE, now())
        await alarm.at_once()
        assert await alarm.send() == 1
        await alarm.at_once()
        assert await alarm.send() == 0
    finally:
        server.stop()
    (got,) = box.mails
    (paper,) = [part for part in got.walk() if part.get_content_type() == "application/pdf"]
    (one,) = await listed(alarm)
    assert paper.get_filename() == f"{one['report_id']}.pdf"


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
    (one,) = await listed(alarm)
    assert one["report_type"] == "incident"
    said = await content(alarm, one["report_id"])
    assert "INC-00" in [each["incident_id"] for each in said["incidents"]]


async def test_on_monday_everybody_gets_the_week_of_everything_and_of_each_site(
    db: Database, alarm: Alarm, mail: Mail, reporter: Reporter, estate: Any
) -> None:
    url, box = mail
    channel = await alarm.channel(kind="service", url=url)
    await estate.site()
    await sites_in(db, "Europe/Oslo")
    whole = await wish(alarm, "weekly", channel, scope="everything", timezone="Asia/Tokyo")
    assert (whole["scope"], whole["timezone"]) == ("everything", "Asia/Tokyo")
    await wish(alarm, "weekly", None, mode="predictive")
    async with db.system() as tx:
        await tx.execute(text("update ai_report_schedules set since = '2026-01-01Z'"))
    oslo = datetime(2026, 3, 30, 7, tzinfo=OSLO).astimezone(UTC)
    tokyo = datetime(2026, 3, 30, 7, tzinfo=ZoneInfo("Asia/Tokyo")).astimezone(UTC)
    assert await make_due(db, reporter, tokyo - timedelta(minutes=1)) == 0
    assert await make_due(db, reporter, tokyo) == 1, "it is Monday in Tokyo first"
    assert await make_due(db, reporter, oslo - timedelta(minutes=1)) == 0
    assert await make_due(db, reporter, oslo) == 2
    assert await make_due(db, reporter, oslo + timedelta(minutes=1)) == 0
    found = {(one["site_id"] is None, one["mode"]): one for one in await listed(alarm)}
    assert set(found) == {(True, "maintenance"), (False, "predictive")}
    said = await content(alarm, found[True, "maintenance"]["report_id"])
    assert said["title"] == "Weekly Summary - All sites"
    assert said["period"]["timezone"] == "Asia/Tokyo"
    start, end = (datetime.fromisoformat(said["period"][name]) for name in ("start", "end"))
    assert (end, end - start) == (tokyo, timedelta(days=7))
    await reports.read_new(db, BASE, now())
    await alarm.send()
    (got,) = box.mails
    assert got["Subject"] == "Weekly Summary - All sites", "the others go to nobody"


async def test_on_the_first_there_is_a_report_of_the_month(
    db: Database, alarm: Alarm, reporter: Reporter
) -> None:
    await sites_in(db, "Europe/Oslo")
    await wish(alarm, "monthly", None)
    async with db.system() as tx:
        await tx.execute(text("update ai_report_schedules set since = '2026-01-01Z'"))
    first = datetime(2026, 4, 1, 7, tzinfo=OSLO).astimezone(UTC)
    assert await make_due(db, reporter, first) == 1
    assert await make_due(db, reporter, first + timedelta(hours=30)) == 0
    (one,) = await listed(alarm)
    assert (one["report_type"], one["title"][:15]) == ("monthly", "Monthly Summary")
    said = await content(alarm, one["report_id"])
    start, end = (datetime.fromisoformat(said["period"][name]) for name in ("start", "end"))
    # March, in which an hour was left out.
    assert (end, end - start) == (first, timedelta(days=31) - timedelta(hours=1))


async def test_a_device_of_ones_own_has_its_report_each_morning(
    db: Database, alarm: Alarm, reporter: Reporter
) -> None:
    given = {"name": "Till", "type": "tablet", "site_id": alarm.site}
    device = (await alarm.admin.post("/api/devices", json=given)).json()["device_id"]
    await wish(alarm, "daily", None, scope="device", device_id=device)
    await sites_in(db, "UTC")
    await long_ago(db)
    assert await make_due(db, reporter, morning()) == 1
    (one,) = await listed(alarm)
    assert (one["device_id"], one["by_itself"]) == (device, True)
    found = (await alarm.admin.get("/api/ai/reports", params={"about": "device"})).json()
    assert len(found["items"]) == 1
    assert (await alarm.admin.get("/api/ai/reports", params={"about": "site"})).json() == {
        "items": [], "next_before": None,
    }  # fmt: skip


async def test_a_schedule_that_is_off_or_gone_makes_nothing(
    db: Database, alarm: Alarm, mail: Mail, reporter: Reporter
) -> None:
    url, box = mail
    channel = await alarm.channel(kind="service", url=url)
    await sites_in(db, "UTC")
    assert (await alarm.admin.get("/api/ai/report-schedules")).json() == {"items": []}
    daily = await wish(alarm, "daily", channel)
    await long_ago(db)
    off = await changed(alarm, daily, enabled=False)
    assert off == daily | {"enabled": False}
    assert await make_due(db, reporter, morning()) == 0
    await changed(alarm, daily)
    assert await make_due(db, reporter, morning()) == 0, "what it missed is not made up for"
    await long_ago(db)
    assert await make_due(db, reporter, morning()) == 1
    address = f"/api/ai/report-schedules/{daily['schedule_id']}"
    assert (await alarm.admin.delete(address)).status_code == 204
    assert (await alarm.admin.delete(address)).status_code == 404
    await reports.read_new(db, BASE, now())
    await alarm.send()
    assert (box.mails, len(await listed(alarm))) == ([], 1), "what was made stays, and is not sent"


UNFITTING: list[tuple[dict[str, Any], str]] = [
    ({"channel_ids": ["CHANNEL-NOWHERE"]}, "There is no channel 'CHANNEL-NOWHERE'"),
    ({"report_type": "yearly"}, "'daily', 'weekly', 'monthly' or 'incident'"),
    ({"scope": "planet"}, "'everything', 'each_site', 'site' or 'device'"),
    ({"scope": "site"}, "`site_id` is needed with scope=site"),
    ({"scope": "site", "site_id": "NOWHERE"}, "There is no site 'NOWHERE'"),
    ({"scope": "device", "device_id": "NOTHING"}, "There is no device 'NOTHING'"),
    ({"site_id": "NOWHERE"}, "`site_id` goes with scope=site"),
    ({"timezone": "UTC"}, "`timezone` goes with scope=everything"),
    ({"scope": "everything", "timezone": "Europe/Osol"}, "did you mean Europe/Oslo?"),
    ({"report_type": "incident"}, "scope=everything"),
]


async def test_a_schedule_that_does_not_fit_is_refused_with_what_would(
    admin: httpx.AsyncClient,
) -> None:
    for fields, said in UNFITTING:
        body = {"report_type": "daily", "scope": "each_site", **fields}
        answer = await admin.post("/api/ai/report-schedules", json=body)
        assert answer.status_code == 422, fields
        assert said in answer.text, fields
