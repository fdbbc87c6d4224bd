"""Messages of a real broker become readings; what cannot be taken is named."""

import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from homepot.core.database import Database
from homepot.core.settings import Settings, SettingsError
from homepot.main import create_app
from homepot.telemetry.mqtt.tests.mosquitto import Mosquitto, Sent, publish
from homepot.telemetry.mqtt.tests.stage import OWN, eventually, settled, stored, subscribed
from homepot.telemetry.names import device_id


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


def now_us() -> int:
    return int(datetime.now(UTC).timestamp() * 1_000_000)


async def test_every_form_of_our_own_topic_is_stored(
    settings: Settings, broker: Mosquitto, tenant_id: int, db: Database
) -> None:
    at_s = int(datetime.now(UTC).timestamp()) - 60
    began_us = now_us()
    packed = msgspec.msgpack.encode({"timestamp": at_s, "metrics": {"load_1m": 0.5, "x": 3}})
    listed = [{"timestamp": at_s + n, "metrics": {"load_1m": n}} for n in range(3)]
    moment = datetime.fromtimestamp(at_s, UTC).isoformat()
    async with subscribed(settings, broker) as app:
        await publish(
            broker.port,
            Sent(OWN.format("json"), json.dumps({"timestamp": moment, "metrics": {"x": 1.5}})),
            Sent(OWN.format("packed"), packed),
            Sent(OWN.format("listed"), json.dumps(listed)),
            Sent(OWN.format("flat"), json.dumps({"x": 7, "y": None, "timestamp": at_s})),
            Sent(OWN.format("now"), '{"x": 2}'),
            Sent(OWN.format("floor 2"), json.dumps({"x": 9, "timestamp": at_s})),
        )
        status = await settled(app, 6)
    found = await stored(db)
    (at_us,) = (at for device, at in found if device == "now")
    assert began_us <= at_us <= now_us()
    at = at_s * 1_000_000
    assert found == {
        ("json", at): {"x": 1.5},
        ("packed", at): {"load_1m": 0.5, "x": 3.0},
        **{("listed", at + n * 1_000_000): {"load_1m": n} for n in range(3)},
        ("flat", at): {"x": 7.0},
        ("now", at_us): {"x": 2.0},
        (device_id("floor 2"), at): {"x": 9.0},
    }
    assert (status.stored, status.refused) == (8, 0)
    async with db.system() as tx:
        rows = await tx.execute(
            text(
                "SELECT d.provenance, s.name, a.details->>'from' FROM devices d"
                " JOIN sites s ON s.id = d.site_id"
                " JOIN audit_log a ON a.object = 'device:' || d.public_id"
            )
        )
        assert set(rows.all()) == {("real", "Adopted", "mqtt")}


BAD = {
    "not JSON": "hello",
    "not JSON: JSON is malformed": '{"x": NaN}',
    "not MessagePack": b"\x81\xa1",
    "x is not a number: 'warm'": '{"x": "warm"}',
    "x is not a number: true": '{"x": true}',
    "no metric has a value": "{}",
    "a message is an object": "7",
    "the time is before the year 2000": '{"x": 1, "timestamp": 5}',
    "ahead of the server's clock": '{"x": 1, "timestamp": 4000000000}',
    "is not like 2026-01-31T12:00:00Z": '{"x": 1, "timestamp": "yesterday"}',
    "small letters, digits and _": '{"Temp": 1}',
    "device_id is not the device of the topic": '{"x": 1, "device_id": "another"}',
    "not a finite number": msgspec.msgpack.encode({"x": float("inf")}),
    "uptime_seconds is a duration": '{"uptime_seconds": -5}',
    "reading 1: timestamp is missing": '[{"x": 1, "timestamp": 1790000000},{"x": 2}]',
    "larger than 1,048,576 bytes": json.dumps({"x" * 1_048_577: 1}),
}


async def test_what_cannot_be_taken_is_acknowledged_counted_and_named(
    settings: Settings, broker: Mosquitto, tenant_id: int, db: Database
) -> None:
    async with subscribed(settings, broker) as app:
        for payload in BAD.values():
            await publish(broker.port, Sent(OWN.format("till"), payload))
        await publish(broker.port, Sent(OWN.format("till"), '{"x": 5}'))
        status = await settled(app, len(BAD) + 1)
        reasons = [one.reason for one in status.refusals]
    assert [one for one in BAD if not any(one in reason for reason in reasons)] == []
    assert len(reasons) == len(BAD)
    assert sorted(values["x"] for values in (await stored(db)).values()) == [1.0, 5.0]
    assert status.refused == len(BAD)


async def test_strangers_are_refused_where_no_site_is_named(
    settings: Settings, broker: Mosquitto, tenant_id: int, db: Database
) -> None:
    async with subscribed(settings, broker, mqtt_site=None) as app:
        await publish(broker.port, Sent(OWN.format("stranger"), '{"x": 5}'))
        status = await settled(app, 1)
    assert await stored(db) == {}
    (refused,) = status.refusals
    assert refused.topic == "homepot/stranger/telemetry"
    assert "no device 'stranger' is at work here; enter it, or let mqtt_site" in refused.reason


Z2M = "zigbee2mqtt/kitchen/thermometer"


async def test_ready_maps_take_what_zigbee2mqtt_and_tasmota_send(
    settings: Settings, broker: Mosquitto, tenant_id: int, db: Database
) -> None:
    at_ms = now_us() // 1_000 - 5_000
    moment = datetime.fromtimestamp(at_ms / 1e3, UTC).isoformat()
    weather = {"battery": 91, "humidity": 44.72, "linkquality": 60, "temperature": 27.34}
    plug = {"state": "ON", "power": 12.5, "voltage": 231, "update": {"state": "idle"}}
    energy = {"Total": 3.185, "Power": 63, "Factor": 0.97, "Voltage": 228, "Current": 0.286}
    sensor = {
        "Time": moment,
        "ENERGY": {"TotalStartTime": "2023-01-01T00:00:00", **energy, "Period": [1, 2]},
        "DS18B20-1": {"Id": "0119", "Temperature": 4.5},
        "AM2301": {"Temperature": None, "Humidity": 61.2},
        "Switch1": "OFF",
        "TempUnit": "C",
    }
    wifi = {"AP": 1, "SSId": "shop", "Channel": 3, "RSSI": 44, "Signal": -78, "LinkCount": 1}
    state = {"Time": moment, "UptimeSec": 611, "Heap": 24, "POWER": "OFF", "Wifi": wifi}
    async with subscribed(settings, broker, mqtt_maps="zigbee2mqtt, tasmota") as app:
        await publish(
            broker.port,
            Sent("zigbee2mqtt/bridge/state", '{"state": "online"}'),
            Sent(Z2M, json.dumps({**weather, "last_seen": at_ms})),
            Sent("zigbee2mqtt/plug", json.dumps({**plug, "last_seen": moment})),
            Sent("zigbee2mqtt/plug/set", '{"state": "OFF"}'),
            Sent("zigbee2mqtt/button", '{"action": "single", "last_seen": null}'),
            Sent("tele/fridge/SENSOR", json.dumps(sensor)),
            Sent("tele/fridge/STATE", json.dumps(state)),
            Sent("tele/fridge/LWT", "Online"),
        )
        status = await settled(app, 8)
    assert list(status.refusals) == []
    at = at_ms * 1_000
    found = await stored(db)
    assert found == {
        (device_id("kitchen/thermometer"), at): {
            "battery_percent": 91,
            "humidity_percent": 44.72,
            "linkquality": 60,
            "temperature_celsius": 27.34,
        },
        ("plug", at): {"switched_on": 1, "power_watts": 12.5, "voltage": 231},
        ("fridge", at): {
            "energy_total_kwh": 3.185,
            "power_watts": 63,
            "power_factor": 0.97,
            "voltage_volts": 228,
            "current_amperes": 0.286,
            "energy_period_0": 1,
            "energy_period_1": 2,
            "ds18b20_1_temperature": 4.5,
            "am2301_humidity": 61.2,
            "switch1": 0,
            "uptime_seconds": 611,
            "heap_free_kib": 24,
            "switched_on": 0,
            "signal_strength_dbm": -78,
            "wifi_quality_percent": 44,
            "wifi_link_count": 1,
        },
    }


async def test_a_word_of_life_keeps_a_known_device_online(
    settings: Settings, broker: Mosquitto, tenant_id: int, db: Database
) -> None:
    async def connectivity() -> list[str]:
        async with db.system() as tx:
            rows = await tx.execute(text("SELECT connectivity FROM device_state"))
            return list(rows.scalars())

    async with subscribed(settings, broker, mqtt_maps="zigbee2mqtt") as app:
        await publish(broker.port, Sent("zigbee2mqtt/lamp", '{"brightness": 200}'))
        await eventually(lambda: is_now(connectivity, ["online"]))
        async with db.system() as tx:
            await tx.execute(text("UPDATE device_state SET connectivity = 'offline'"))
        await publish(broker.port, Sent("zigbee2mqtt/lamp/availability", '{"state": "offline"}'))
        await settled(app, 2)
        assert await connectivity() == ["offline"]
        await publish(broker.port, Sent("zigbee2mqtt/lamp/availability", '{"state": "online"}'))
        await settled(app, 3)
        assert await connectivity() == ["online"]


async def is_now(look: Callable[[], Awaitable[Any]], wanted: Any) -> bool:
    return bool(await look() == wanted)


async def test_a_retained_state_is_not_stored_as_new(
    settings: Settings, broker: Mosquitto, tenant_id: int, db: Database
) -> None:
    at_s = int(datetime.now(UTC).timestamp()) - 60
    await publish(
        broker.port,
        Sent(OWN.format("old"), '{"x": 1}', retain=True),
        Sent(OWN.format("dated"), json.dumps({"x": 2, "timestamp": at_s}), retain=True),
    )
    for passed_over in (1, 0):  # the second time they are not even sent
        async with subscribed(settings, broker) as app:
            await publish(broker.port, Sent(OWN.format("live"), '{"x": 3}'))
            status = await settled(app, 3 if passed_over else 1)
            assert (status.passed_over, status.refused) == (passed_over, 0)
    found = await stored(db)
    assert sorted((device, values["x"]) for (device, _), values in found.items()) == [
        ("dated", 2),
        ("live", 3),
        ("live", 3),
    ]


@pytest.mark.parametrize(
    ("text_", "said_"),
    [
        ("maps:\n  - topic: a/b\n    others: take\n", ":2: maps.0: the topic says nowhere"),
        ("maps:\n  - topic: a/{device}\n", ":2: maps.0: a map says one of ignore"),
        ("maps:\n  - topic: a/x{device}\n    others: take\n", ":2: maps.0.topic: "),
        ("maps:\n  - topic: '{device}'\n    metrics: {a..b: x}\n", ":3: maps.0.metrics"),
        ("maps:\n  - topic: '{device}'\n    metrics:\n      a: Temp\n", ":4: maps.0.metrics.a"),
        ("maps:\n  - topic: '{device}'\n    metrics: {a: 'x_{1}'}\n", "names a star that"),
        ("maps:\n  - topic: '{device}'\n    zone: Lisbon\n    others: take\n", ":3: maps.0.zone"),
        ("maps: [\n", ":2: not valid YAML"),
    ],
)
def test_a_wrong_map_stops_the_start_with_its_line(
    settings: Settings, tmp_path: Path, text_: str, said_: str
) -> None:
    path = tmp_path / "my maps.yaml"
    path.write_text(text_, encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        create_app(settings.model_copy(update={"mqtt_maps_path": path}))
    assert f"{path}" in str(refused.value)
    assert said_ in str(refused.value)


def test_a_ready_map_that_is_not_there_stops_the_start(settings: Settings) -> None:
    with pytest.raises(SettingsError, match=r"no ready map 'shelly'.*tasmota, zigbee2mqtt"):
        create_app(settings.model_copy(update={"mqtt_maps": "tasmota shelly"}))
