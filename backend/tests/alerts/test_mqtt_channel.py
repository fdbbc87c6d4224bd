"""A channel that is a topic of the owner's own broker, on a real one."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from pydantic import SecretStr

from homepot.alerts.doors.door import NotSent, Way
from homepot.alerts.doors.mqtt_door import MqttDoor
from homepot.alerts.words import Message
from homepot.telemetry.mqtt.tests.mosquitto import Mosquitto

WAY = Way("Hall", "mqtt", None, "homepot/alerts", "short")
MESSAGE = Message("ALERT-1", "alert", "Till is hot", "short", "long", [{"incident_id": "INC-1"}])


def test_a_topic_gets_the_alert_with_its_id(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path / "a broker")
    broker.start()
    heard: list[Any] = []
    ready, came = threading.Event(), threading.Event()
    listener = Client(CallbackAPIVersion.VERSION2)
    listener.on_subscribe = lambda *_: ready.set()

    def hear(_client: Any, _data: Any, message: Any) -> None:
        heard.append(json.loads(message.payload))
        came.set()

    listener.on_message = hear
    try:
        listener.connect("127.0.0.1", broker.port)
        listener.subscribe("homepot/#", qos=1)
        listener.loop_start()
        assert ready.wait(30)
        MqttDoor(SecretStr(broker.url), None).send(WAY, MESSAGE, again=False)
        assert came.wait(30)
    finally:
        listener.disconnect()
        listener.loop_stop()
        broker.end()
    [alert] = heard
    assert (alert["alert_id"], alert["incidents"][0]["incident_id"]) == ("ALERT-1", "INC-1")


def test_a_broker_that_is_away_is_said_and_not_waited_for(tmp_path: Path) -> None:
    away = Mosquitto(tmp_path)
    with pytest.raises(NotSent, match="mqtt://127"):
        MqttDoor(SecretStr(away.url), None).send(WAY, MESSAGE, again=False)
    with pytest.raises(NotSent, match="set mqtt_url"):
        MqttDoor(None, None).send(WAY, MESSAGE, again=False)


async def test_without_a_broker_the_channel_is_refused(alarm: Any) -> None:
    given = {"name": "Hall", "kind": "mqtt", "topic": "homepot/alerts"}
    answer = await alarm.admin.post("/api/alerts/channels", json=given)
    assert answer.status_code == 422
    assert "set mqtt_url" in answer.json()["errors"][0]["problem"]
