"""The way out to a topic of the owner's own broker, the one that readings come from."""

import json
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from pydantic import SecretStr

from homepot.alerts.doors.door import NotSent, Way
from homepot.alerts.words import Message
from homepot.telemetry.mqtt.broker import Broker, broker_at

ANSWER_WITHIN_S = 15.0


class MqttDoor:
    def __init__(self, url: SecretStr | None, ca_path: Path | None) -> None:
        self._broker = broker_at(url) if url is not None else None
        self._ca_path = ca_path

    def send(self, way: Way, message: Message, *, again: bool) -> None:  # noqa: ARG002  it has an id
        if self._broker is None:
            raise NotSent("No MQTT broker is configured; set mqtt_url.")
        assert way.topic is not None
        client = Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False)
        try:
            self._publish(client, self._broker, way.topic, _payload(way, message))
        except (OSError, ValueError, RuntimeError) as error:
            said = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise NotSent(f"{self._broker.name}: {said}") from None
        finally:
            client.disconnect()
            client.loop_stop()

    def _publish(self, client: Client, broker: Broker, topic: str, payload: bytes) -> None:
        if broker.username is not None:
            client.username_pw_set(broker.username, broker.password)
        if broker.tls:
            client.tls_set(ca_certs=str(self._ca_path) if self._ca_path else None)
        client.connect_timeout = ANSWER_WITHIN_S
        if client.connect(broker.host, broker.port) != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise NotSent(f"{broker.name} does not answer.")
        client.loop_start()
        published = client.publish(topic, payload, qos=1)
        published.wait_for_publish(ANSWER_WITHIN_S)
        if not published.is_published():
            raise NotSent(f"{broker.name} did not confirm the message.")


def _payload(way: Way, message: Message) -> bytes:
    told = {
        "alert_id": message.id,
        "kind": message.kind,
        "title": message.title,
        "message": way.text_of(message),
        "incidents": list(message.incidents),
    }
    return json.dumps(told, ensure_ascii=False).encode()
