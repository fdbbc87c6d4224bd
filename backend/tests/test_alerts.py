"""Alerts from what happened with an incident to a real mail server and a real webhook."""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import text

from homepot.alerts import deciding
from homepot.alerts.doors.service_door import ServiceDoor
from homepot.alerts.incidents import read_new
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

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuses:
            return "451 come back later"
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def mail() -> Iterator[tuple[str, Mailbox]]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port, ready_timeout=30)
    server.start()
    yield (
        f"mailto://127.0.0.1:{port}?from=homepot@pier.example&to=ada@pier.example&mode=insecure",
        box,
    )
    server.stop()


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


@pytest.fixture
def hook() -> Iterator[Hook]:
    found = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if found.status == 200:
                found.posts.append(json.loads(body))
                found.keys.append(self.headers["Idempotency-Key"])
            self.send_response(found.status)
            if found.status == 302:
                self.send_header("Location", f"http://127.0.0.1:{found.port}/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
async def alarm(db: Database, people: Any, admin: httpx.AsyncClient, estate: Any) -> "Alarm":
    site = await estate.site()
    return Alarm(db, admin, await people.tenant(), site)


class Alarm:
    """Makes incidents happen, and lets the worker's parts run."""

    def __init__(self, db: Database, admin: httpx.AsyncClient, tenant_id: int, site: str) -> None:
        self.db, self.admin, self.tenant_id, self.site = db, admin, tenant_id, site
        self.sender = Sender(db, {"service": ServiceDoor()}, BASE)
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


# -- over the wire ------------------------------------------------------------------------------


async def test_an_incident_reaches_a_mailbox_once_and_its_end_too(
    alarm: Alarm, mail: tuple[str, Mailbox]
) -> None:
    url, box = mail
    await alarm.channel(url=url)
    opened = alarm.occurrence()
    await alarm.happens(opened)
    await alarm.happens(opened, alarm.occurrence(what="more"))
    assert await alarm.send() == 1
    assert await alarm.send() == 0
    [first] = box.mails
    said = first.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "[CRITICAL]" in str(first["Subject"])
    assert "Where: Front till (Harbour shop)" in said
    assert "CPU temperature is 91 °C" in said
    assert "What to do first: Check that its fans turn" in said
    assert f"Open it: {BASE}/incidents/INC-1" in said
    assert "(Europe/Lisbon)" in said
    [delivery] = await alarm.deliveries(incident_id="INC-1")
    assert first["Message-ID"] == f"<{delivery['delivery_id']}@alerts.homepot>"
    assert (delivery["state"], [one["result"] for one in delivery["log"]]) == ("sent", ["sent"])
    await alarm.happens(alarm.occurrence(what="over"))
    await alarm.send()
    assert "[OVER]" in str(box.mails[1]["Subject"])


async def test_a_webhook_gets_facts_for_programs_under_the_id_of_the_delivery(
    alarm: Alarm, hook: Hook
) -> None:
    await alarm.channel(url=hook.url)
    await alarm.happens(alarm.occurrence())
    await alarm.send()
    [post] = hook.posts
    [delivery] = await alarm.deliveries()
    assert post["alert_id"] == hook.keys[0] == delivery["delivery_id"]
    assert post["incidents"][0]["link"] == f"{BASE}/incidents/INC-1"
    assert post["incidents"][0]["severity"] == "critical"


async def test_a_storm_is_a_few_messages_not_hundreds(alarm: Alarm, hook: Hook) -> None:
    """At once in one message; and what follows within the minute is collected."""
    await alarm.channel(url=hook.url)
    await alarm.happens(*(alarm.occurrence(f"INC-{number}") for number in range(40)))
    await alarm.send()
    assert [len(post["incidents"]) for post in hook.posts] == [40]
    assert "40 incidents at Harbour shop: 40 critical" in hook.posts[0]["title"]
    for number in range(40, 60):
        await alarm.happens(alarm.occurrence(f"INC-{number}"))
        await alarm.send()
    assert len(hook.posts) == 3
    await alarm.at_once()
    await alarm.send()
    assert sum(len(post["incidents"]) for post in hook.posts) == 60
    assert len(hook.posts) == 4


async def test_a_channel_that_is_away_for_hours_gets_everything_once(
    alarm: Alarm, hook: Hook
) -> None:
    await alarm.channel(url=hook.url)
    hook.status = 500
    await alarm.happens(alarm.occurrence())
    assert await alarm.send() == 0
    [delivery] = await alarm.deliveries()
    assert delivery["state"] == "waiting"
    assert "500" in delivery["problem"] or "error" in delivery["problem"].lower()
    [channel] = (await alarm.admin.get("/api/alerts/channels")).json()
    assert channel["failing_since"] is not None
    # Others wait with it instead of asking in turn.
    await alarm.happens(alarm.occurrence("INC-2"))
    assert await alarm.send() == 0
    hook.status = 200
    await alarm.at_once()
    assert await alarm.send() == 2
    assert sorted(post["incidents"][0]["incident_id"] for post in hook.posts) == ["INC-1", "INC-2"]
    assert hook.keys[0] != hook.keys[1]
    [channel] = (await alarm.admin.get("/api/alerts/channels")).json()
    assert (channel["failing_since"], channel["problem"]) == (None, None)


async def test_after_a_day_it_is_given_up_and_says_so(alarm: Alarm, hook: Hook) -> None:
    await alarm.channel(url=hook.url)
    hook.status = 503
    await alarm.happens(alarm.occurrence())
    async with alarm.db.system() as tx:
        old = text("update alert_deliveries set created_at = now() - interval '26 hours'")
        await tx.execute(old)
    await alarm.send()
    [delivery] = await alarm.deliveries(state="failed")
    assert delivery["ended_at"] is not None


async def test_a_redirect_is_not_followed(alarm: Alarm, hook: Hook) -> None:
    """Where the owner did not point, nothing goes."""
    await alarm.channel(url=hook.url)
    hook.status = 302
    await alarm.happens(alarm.occurrence())
    assert await alarm.send() == 0
    assert (await alarm.deliveries())[0]["state"] == "waiting"


async def test_a_dashboard_channel_is_news_to_open_dashboards(alarm: Alarm) -> None:
    await alarm.channel(kind="dashboard")
    await alarm.happens(alarm.occurrence())
    await alarm.send()
    async with alarm.db.system() as tx:
        found = await tx.execute(
            text("select data from live_events where kind = 'alert.delivery' order by id")
        )
        [data] = [row.data for row in found]
    assert data["state"] == "sent"
    assert "hotter than usual" in data["text"]


async def test_a_test_says_whether_it_arrived_and_is_not_repeated(alarm: Alarm, hook: Hook) -> None:
    channel = await alarm.channel(url=hook.url)
    sent = await alarm.admin.post(f"/api/alerts/channels/{channel}/test")
    assert sent.status_code == 202
    again = await alarm.admin.post(f"/api/alerts/channels/{channel}/test")
    assert again.status_code == 409
    hook.status = 404
    await alarm.send()
    [delivery] = await alarm.deliveries(channel_id=channel)
    assert (delivery["state"], delivery["kind"], delivery["attempts"]) == ("failed", "test", 1)
    hook.status = 200
    await alarm.admin.post(f"/api/alerts/channels/{channel}/test")
    await alarm.send()
    assert (await alarm.deliveries(channel_id=channel))[0]["state"] == "sent"
    assert "test of the channel Ada" in hook.posts[0]["message"]


# -- what is refused, and what is hidden ----------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("hello", "begins with its service"),
        ("foo://bar", "no service that is known"),
        ("https://hooks.example/x", "write jsons://"),
        ("json://host:99999/", "port"),
        ("json://", "written like json://"),
        ("mailto://", "written like mailto://"),
        ("tgram://abc/", "written like tgram://"),
        ("slack://s3cr3t-token", "Slack"),
        ("syslog://", "server's own screen or log"),
        ("json://a.example json://b.example", "no blank"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/?template=/etc/passwd", "a file"),
    ],
)
async def test_a_wrong_address_is_refused_when_it_is_entered(
    alarm: Alarm, url: str, reason: str
) -> None:
    answer = await alarm.admin.post("/api/alerts/channels", json={"name": "Ada", "url": url})
    assert answer.status_code == 422
    assert reason in answer.json()["errors"][0]["problem"]
    assert "s3cr3t" not in answer.text


async def test_an_address_is_never_shown_again(
    alarm: Alarm, hook: Hook, caplog: pytest.LogCaptureFixture, capsys: Any
) -> None:
    channel = await alarm.channel(url=hook.url)
    hook.status = 500
    await alarm.happens(alarm.occurrence())
    await alarm.send()
    answers = [
        await alarm.admin.get(path)
        for path in (
            f"/api/alerts/channels/{channel}",
            "/api/alerts/channels",
            "/api/alerts/deliveries",
            "/api/audit",
        )
    ]
    wrong = await alarm.admin.patch(
        f"/api/alerts/channels/{channel}", json={"url": "json://s3cr3t-hook:70000/"}
    )
    assert wrong.status_code == 422
    said = "".join(one.text for one in [*answers, wrong]) + caplog.text + capsys.readouterr().err
    assert "s3cr3t" not in said
    assert f"json://127.0.0.1:{hook.port}/…" in answers[0].text


async def test_a_removed_channel_forgets_its_address_and_drops_what_waits(
    alarm: Alarm, hook: Hook
) -> None:
    channel = await alarm.channel(url=hook.url)
    await alarm.happens(alarm.occurrence())
    gone = await alarm.admin.delete(f"/api/alerts/channels/{channel}")
    assert gone.status_code == 204
    await alarm.send()
    assert hook.posts == []
    [delivery] = await alarm.deliveries()
    assert delivery["state"] == "dropped"
    async with alarm.db.system() as tx:
        assert (await tx.execute(text("select url from alert_channels"))).scalar_one() is None


# -- who is told, and when ------------------------------------------------------------------------


async def test_the_first_channel_brings_a_rule(alarm: Alarm, hook: Hook) -> None:
    channel = await alarm.channel(url=hook.url)
    await alarm.channel(url=hook.url, name="Bob")
    [rule] = (await alarm.admin.get("/api/alerts/rules")).json()
    assert (rule["severity_min"], rule["channel_ids"]) == ("warning", [channel])
    await alarm.happens(alarm.occurrence(severity="info"))
    assert await alarm.send() == 0
    [decision] = (await alarm.admin.get("/api/alerts/decisions")).json()
    assert decision["outcome"] == "No rule is about this."


async def test_a_silence_holds_and_its_end_tells_what_lasts(alarm: Alarm, hook: Hook) -> None:
    await alarm.channel(url=hook.url)
    quiet = {"tag": "till", "for_min": 60, "reason": "new ceiling"}
    silence = (await alarm.admin.post("/api/alerts/silences", json=quiet)).json()
    await alarm.happens(alarm.occurrence(), alarm.occurrence("INC-2"))
    await alarm.happens(alarm.occurrence("INC-2", "over"))
    assert await alarm.send() == 0
    [*_, first] = (await alarm.admin.get("/api/alerts/decisions?incident_id=INC-1")).json()
    assert "it is silenced" in first["outcome"]
    ended = await alarm.admin.delete(f"/api/alerts/silences/{silence['silence_id']}")
    assert ended.status_code == 200
    await alarm.later(now())
    await alarm.send()
    assert [one["incident_id"] for post in hook.posts for one in post["incidents"]] == ["INC-1"]


async def test_a_maintenance_window_holds_until_it_is_over(alarm: Alarm, hook: Hook) -> None:
    await alarm.channel(url=hook.url)
    windows = [{"weekday": day, "start": "00:00", "end": "24:00"} for day in range(7)]
    at = datetime.now(UTC)
    changed = await alarm.admin.patch(
        f"/api/sites/{alarm.site}", json={"maintenance_windows": windows}
    )
    assert changed.status_code == 200, changed.text
    await alarm.happens(alarm.occurrence())
    assert await alarm.send() == 0
    await alarm.admin.patch(f"/api/sites/{alarm.site}", json={"maintenance_windows": []})
    await alarm.later(at + timedelta(days=9))
    await alarm.at_once()
    assert await alarm.send() == 1


async def test_nobody_confirms_so_others_are_told(alarm: Alarm, hook: Hook) -> None:
    await alarm.channel(url=hook.url)
    boss = await alarm.channel(url=hook.url, name="Boss")
    await alarm.rule(escalate_after_min=30, escalate_channel_ids=[boss])
    await alarm.happens(alarm.occurrence(), alarm.occurrence("INC-2"))
    await alarm.happens(alarm.occurrence("INC-2", "confirmed"))
    await alarm.later(now() + timedelta(minutes=29))
    assert len(await alarm.deliveries(channel_id=boss)) == 0
    await alarm.later(now() + timedelta(minutes=31))
    await alarm.later(now() + timedelta(minutes=62))
    await alarm.at_once()
    await alarm.send()
    [told] = await alarm.deliveries(channel_id=boss)
    assert told["incident_ids"] == ["INC-1"]
    assert "nobody has confirmed" in told["title"]


async def test_a_digest_is_one_message_for_all(alarm: Alarm, hook: Hook) -> None:
    await alarm.channel(url=hook.url)
    await alarm.rule(digest="daily", digest_at="07:30", timezone="Europe/Lisbon")
    for number in range(5):
        await alarm.happens(alarm.occurrence(f"INC-{number}"))
    await alarm.happens(alarm.occurrence("INC-0", "over"))
    assert await alarm.send() == 0
    await alarm.later(now() + timedelta(days=1))
    await alarm.at_once()
    assert await alarm.send() == 1
    assert hook.posts[0]["title"] == "Digest: 5 incidents at Harbour shop: 4 critical, 1 over"


async def test_worse_is_told_again_and_back_again_too(alarm: Alarm, hook: Hook) -> None:
    await alarm.channel(url=hook.url)
    await alarm.happens(alarm.occurrence(severity="warning"))
    await alarm.send()
    await alarm.happens(alarm.occurrence(what="worse"))
    await alarm.send()
    await alarm.happens(alarm.occurrence(what="over"))
    await alarm.send()
    await alarm.happens(alarm.occurrence(what="reopened"))
    await alarm.at_once()
    await alarm.send()
    said = [post["incidents"][0]["what"] for post in hook.posts]
    assert said == ["opened", "worse", "over", "reopened"]


async def test_what_was_found_long_after_the_fact_wakes_nobody(alarm: Alarm, hook: Hook) -> None:
    await alarm.channel(url=hook.url)
    await alarm.happens(alarm.occurrence(at=now() - timedelta(days=2)))
    assert await alarm.send() == 0


async def test_another_tenant_sees_and_hears_nothing(
    alarm: Alarm, hook: Hook, stranger: httpx.AsyncClient
) -> None:
    channel = await alarm.channel(url=hook.url)
    await alarm.happens(alarm.occurrence())
    await alarm.send()
    for path in ("channels", "rules", "silences", "decisions"):
        assert (await stranger.get(f"/api/alerts/{path}")).json() == []
    assert (await stranger.get("/api/alerts/deliveries")).json()["items"] == []
    assert (await stranger.post(f"/api/alerts/channels/{channel}/test")).status_code == 404


async def test_who_may_do_what(
    alarm: Alarm, operator: httpx.AsyncClient, installer: httpx.AsyncClient
) -> None:
    quiet = {"tag": "till", "for_min": 5}
    assert (await operator.post("/api/alerts/silences", json=quiet)).status_code == 201
    assert (await installer.post("/api/alerts/silences", json=quiet)).status_code == 403
    assert (await installer.get("/api/alerts/silences")).status_code == 200


# -- from incidents -------------------------------------------------------------------------------


async def test_what_happens_with_an_incident_is_read_once_in_whatever_order_it_commits(
    alarm: Alarm, hook: Hook, agent: Any
) -> None:
    await alarm.channel(url=hook.url)
    async with alarm.db.system() as tx:
        device = (
            await tx.execute(
                text("select id, site_id from devices where public_id = :id"),
                {"id": agent.device_id},
            )
        ).one()

    async def opened(tx: Any, name: str) -> None:
        given = {
            "tenant": alarm.tenant_id,
            "name": name,
            "site": device.site_id,
            "device": device.id,
        }
        await tx.execute(text(_INCIDENT), given)

    slow = alarm.db.system()
    tx_slow = await slow.__aenter__()
    await opened(tx_slow, "INC-SLOW")
    async with alarm.db.system() as tx:
        await opened(tx, "INC-FAST")
    await read_new(alarm.db, now())
    assert await told_of(alarm) == {"INC-FAST"}
    await slow.__aexit__(None, None, None)
    await read_new(alarm.db, now())
    await read_new(alarm.db, now())
    assert await told_of(alarm) == {"INC-FAST", "INC-SLOW"}
    async with alarm.db.system() as tx:
        assert (await tx.execute(text("select count(*) from alert_notices"))).scalar_one() == 2


async def told_of(alarm: Alarm) -> set[str]:
    return {one for delivery in await alarm.deliveries() for one in delivery["incident_ids"]}


_INCIDENT = """
    with made as (
        insert into incidents (tenant_id, public_id, site_id, device_id, state, category, severity,
            title, description, search, started_at, opened_at, changed_at)
        values (:tenant, :name, :site, :device, 'open', 'storage', 'warning', 'Disk fills up',
            'The disk of the till fills up.', '', now(), now(), now()) returning id
    )
    insert into incident_history (tenant_id, incident_id, at, what, state, severity, actor_kind,
        actor_name)
    select :tenant, id, now(), 'opened', 'open', 'warning', 'system', 'HOMEPOT' from made
"""
