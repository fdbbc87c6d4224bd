"""The subscriber and its broker: away, refusing, older, too fast; who sees what of it."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from sqlalchemy import text
from structlog.testing import LogCapture

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.errors import TooMany
from homepot.core.settings import Settings
from homepot.telemetry.intake.service import Intake
from homepot.telemetry.mqtt import subscriber as module
from homepot.telemetry.mqtt.connection import RECEIVE_MAX
from homepot.telemetry.mqtt.tests.mosquitto import Mosquitto, Sent, free_port, publish
from homepot.telemetry.mqtt.tests.stage import (
    OWN,
    eventually,
    settled,
    started,
    status_of,
    stored,
    subscribed,
)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    found = Mosquitto(tmp_path / "the broker")
    found.start()
    yield found
    found.end()


@pytest.fixture
async def tenant_id(db: Database) -> int:
    async with db.system() as tx:
        made = await tx.execute(text("INSERT INTO tenants (name) VALUES ('Pier') RETURNING id"))
        found: int = made.scalar_one()
        return found


async def test_a_broker_that_is_away_keeps_nobody_from_starting(
    settings: Settings, tmp_path: Path, tenant_id: int, db: Database
) -> None:
    broker = Mosquitto(tmp_path / "broker")
    async with started(settings, mqtt_url=broker.url) as app:
        await eventually(lambda: status_of(app).state == "away")
        assert f"mqtt://127.0.0.1:{broker.port} cannot be reached" in status_of(app).problem
        broker.start()
        try:
            await eventually(lambda: status_of(app).state == "connected")
            await publish(broker.port, Sent(OWN.format("till"), '{"x": 1}'))
            await settled(app, 1)
        finally:
            broker.end()
        await eventually(lambda: status_of(app).state == "away")
    assert len(await stored(db)) == 1


async def test_withheld_acknowledgements_are_the_back_pressure(
    settings: Settings,
    broker: Mosquitto,
    tenant_id: int,
    db: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many = RECEIVE_MAX + 500
    is_full = True
    take = Intake.take

    async def full(self: Intake, *given: Any) -> Any:
        if is_full:
            raise TooMany("Readings come faster than they can be stored; send them again.")
        return await take(self, *given)

    monkeypatch.setattr(Intake, "take", full)
    monkeypatch.setattr(module, "STORE_PAUSE_MAX_S", 0.2)
    async with subscribed(settings, broker) as app:
        messages = [Sent(OWN.format(f"d{n % 10}"), f'{{"x": {n}}}') for n in range(many)]
        await publish(broker.port, *messages)
        status = status_of(app)
        await eventually(lambda: status.messages == RECEIVE_MAX)
        assert (status.acknowledged, status.stored) == (0, 0)
        assert "faster than they can be stored" in await eventually(lambda: status.withheld)
        is_full = False
        await settled(app, many)
        assert status.messages == many
        assert status.withheld is None
    found = await stored(db)
    assert sorted(values["x"] for values in found.values()) == list(range(many))


async def test_reading_stops_where_the_broker_knows_no_bound(
    settings: Settings,
    broker: Mosquitto,
    tenant_id: int,
    db: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At QoS 0 nothing is acknowledged, so nothing can be withheld but reading."""
    is_full, take = True, Intake.take

    async def full(self: Intake, *given: Any) -> Any:
        if is_full:
            raise TooMany
        return await take(self, *given)

    monkeypatch.setattr(Intake, "take", full)
    monkeypatch.setattr(module, "STORE_PAUSE_MAX_S", 0.2)
    monkeypatch.setattr(module, "WAITING_MAX", 20)
    async with subscribed(settings, broker) as app:
        sent = [Sent(OWN.format("d"), f'{{"x": {n}}}', qos=0) for n in range(200)]
        await publish(broker.port, *sent, Sent("elsewhere", "", qos=1))
        status = status_of(app)
        await eventually(lambda: status.messages == 21)
        is_full = False
        await eventually(lambda: status.stored == 200)
    assert sorted(one["x"] for one in (await stored(db)).values()) == list(range(200))


async def test_an_installation_of_several_tenants_is_asked_which(
    settings: Settings, broker: Mosquitto, people: Any
) -> None:
    for name in ("Harbour", "Orchard"):
        await people.tenant(name)
    async with started(settings, mqtt_url=broker.url) as app:
        await eventually(lambda: status_of(app).state == "away")
        assert "several tenants, so name one with mqtt_tenant" in status_of(app).problem


async def test_one_process_subscribes_and_another_stands_by(
    settings: Settings, broker: Mosquitto, tenant_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SEAT_LOOKED_AT_EVERY_S", 0.1)
    async with AsyncExitStack() as second:
        async with subscribed(settings, broker):
            other = await second.enter_async_context(started(settings, mqtt_url=broker.url))
            await eventually(lambda: status_of(other).state == "standing_by")
        await eventually(lambda: status_of(other).state == "connected")


@pytest.fixture
def said() -> Iterator[list[Any]]:
    capture = LogCapture()
    before = structlog.get_config()
    structlog.configure(
        processors=[capture], wrapper_class=structlog.make_filtering_bound_logger("debug")
    )
    yield capture.entries
    structlog.configure(**before)


async def said_by(*command: str | Path) -> None:
    """Run a program that has to end well."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    assert await process.wait() == 0


async def test_a_wrong_password_is_told_and_shown_nowhere(
    settings: Settings, tmp_path: Path, tenant_id: int, people: Any, said: list[Any]
) -> None:
    secret = "nine%20quiet%20lanterns"
    passwords = tmp_path / "passwords"
    await said_by("mosquitto_passwd", "-b", "-c", passwords, "ada", "another")
    broker = Mosquitto(tmp_path / "broker", f"allow_anonymous false\npassword_file {passwords}")
    broker.start()
    try:
        url = f"mqtt://ada:{secret}@127.0.0.1:{broker.port}"
        async with started(settings, mqtt_url=url, mqtt_tenant="Pier") as app:
            await eventually(lambda: status_of(app).state == "away")
            assert "does not let us in: Not authorized" in status_of(app).problem
            shown = str(status_of(app)) + str(said) + str(vars(app.state.process.settings))
        right = f"mqtt://ada:another@127.0.0.1:{broker.port}"
        async with started(settings, mqtt_url=right, mqtt_tenant="Pier") as app:
            await eventually(lambda: status_of(app).state == "connected")
    finally:
        broker.end()
    assert [one for one in (secret, "nine quiet lanterns") if one in shown] == []


async def test_mqtts_trusts_the_certificate_that_is_named_and_no_other(
    settings: Settings, tmp_path: Path, tenant_id: int
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    for_us = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    await said_by("openssl", *request, "-keyout", key, "-out", certificate, *for_us)
    tls_port = free_port()
    broker = Mosquitto(
        tmp_path / "broker",
        f"allow_anonymous true\nlistener {tls_port} 127.0.0.1\n"
        f"certfile {certificate}\nkeyfile {key}",
    )
    broker.start()
    url = f"mqtts://127.0.0.1:{tls_port}"
    try:
        async with started(settings, mqtt_url=url) as app:
            await eventually(lambda: status_of(app).state == "away")
            assert "its certificate is not trusted" in status_of(app).problem
        async with started(settings, mqtt_url=url, mqtt_ca_path=certificate) as app:
            await eventually(lambda: status_of(app).state == "connected")
            # More than one record at once: what TLS has unpacked wakes nobody up.
            await publish(broker.port, *(Sent(OWN.format("t"), '{"x": 1}') for _ in range(500)))
            await settled(app, 500)
    finally:
        broker.end()


async def test_a_broker_of_3_1_1_alone_is_spoken_to_in_3_1_1(
    settings: Settings, tenant_id: int, db: Database
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readexactly(2)
        connect = await reader.readexactly(head[1])
        level = connect[6]
        writer.write(b"\x20\x02\x00" + (b"\x00" if level == 4 else b"\x01"))
        if level == 4:
            head = await reader.readexactly(2)
            asked = await reader.readexactly(head[1])
            writer.write(b"\x90\x03" + asked[:2] + b"\x01")
            body = b"\x00\x15homepot/old/telemetry\x00\x09" + b'{"x": 4}'
            writer.write(bytes([0x32, len(body)]) + body)
            acknowledged.set_result(await reader.readexactly(4))
        writer.close()

    acknowledged: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, started(settings, mqtt_url=f"mqtt://127.0.0.1:{port}") as app:
        async with asyncio.timeout(30):
            assert await acknowledged == b"\x40\x02\x00\x09"
        assert status_of(app).protocol == "3.1.1"
    assert list((await stored(db)).values()) == [{"x": 4}]


async def test_the_status_shows_a_tenant_its_own_alone(
    settings: Settings, broker: Mosquitto, people: Any
) -> None:
    ours = await people.add("viewer", tenant="Harbour")
    theirs = await people.add("admin", tenant="Orchard")
    async with subscribed(settings, broker, mqtt_tenant="Harbour", mqtt_site=None) as app:
        await publish(broker.port, Sent(OWN.format("stranger"), '{"x": 5}'))
        await settled(app, 1)
        found = {}
        for person in (ours, theirs):
            token = await people.token(person)
            transport = httpx.ASGITransport(app)
            headers = {"Authorization": f"Bearer {token}"}
            async with httpx.AsyncClient(
                transport=transport, base_url="http://homepot.test", headers=headers
            ) as client:
                found[person.tenant_id] = (await client.get("/api/telemetry/mqtt")).json()
    shown = found[ours.tenant_id]
    assert (shown["state"], shown["protocol"], shown["refused"]) == ("connected", "5", 1)
    assert shown["subscriptions"] == ["homepot/+/telemetry"]
    assert shown["last_refused"][0]["topic"] == "homepot/stranger/telemetry"
    assert shown["reasons"][0]["count"] == 1
    other = found[theirs.tenant_id]
    assert (other["state"], other["last_refused"], other["broker"]) == ("off", [], None)


async def receipts(db: Database) -> int:
    async with db.system() as tx:
        found: int = (await tx.execute(text("SELECT count(*) FROM mqtt_receipts"))).scalar_one()
    return found


async def test_receipts_are_forgotten_where_nothing_can_be_repeated(
    settings: Settings, broker: Mosquitto, tenant_id: int, db: Database, tmp_path: Path
) -> None:
    sent = [Sent(OWN.format("till"), f'{{"x": {n}}}') for n in range(30)]
    async with subscribed(settings, broker) as app:
        await publish(broker.port, *sent)
        await settled(app, len(sent))
        assert await receipts(db) == len(sent)
    async with subscribed(settings, broker) as app:
        assert await receipts(db) == len(sent)  # the session is kept: they may be needed
    other = Mosquitto(tmp_path / "another broker")
    other.start()
    try:
        async with subscribed(settings, other):
            await eventually(lambda: _none(db))
    finally:
        other.end()


async def _none(db: Database) -> bool:
    return await receipts(db) == 0


async def test_old_receipts_are_forgotten_while_the_connection_lasts(
    settings: Settings,
    broker: Mosquitto,
    tenant_id: int,
    db: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SEAT_LOOKED_AT_EVERY_S", 0.05)
    monkeypatch.setattr(module, "RECEIPTS_LOOKED_AT_EVERY", timedelta(seconds=0.1))
    async with subscribed(settings, broker) as app:
        async with db.system() as tx:
            old = "INSERT INTO mqtt_receipts VALUES (60000, '', :at_us)"
            week_us = int((now() - timedelta(days=8)).timestamp() * 1_000_000)
            await tx.execute(text(old), {"at_us": week_us})
        await publish(broker.port, Sent(OWN.format("till"), '{"x": 1}'))
        await settled(app, 1)
        await eventually(lambda: _one_left(db))


async def _one_left(db: Database) -> bool:
    return await receipts(db) == 1
