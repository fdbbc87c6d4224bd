"""The broker's address: what cannot be one stops the start, and its password is never said."""

from pathlib import Path

import pytest

from homepot.core.settings import SettingsError, load_settings
from homepot.telemetry.mqtt.broker import Broker, broker_at


@pytest.mark.parametrize(
    "url",
    [
        "http://ada:hidden@pier.lan",
        "mqtt://",
        "mqtt://ada:hidden@pier.lan:0",
        "mqtt://ada:hidden@pier.lan:x",
        "mqtt://ada:hidden@pier.lan/topic",
        "mqtt://:hidden@pier.lan",
        "mqtt://ada:hidden@[pier",
    ],
)
def test_what_is_no_address_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({"HOMEPOT_MQTT_URL": url}, tmp_path)
    assert "HOMEPOT_MQTT_URL: mqtt_url: " in str(refused.value)
    assert "an address like mqtt://user:password@host:1883" in str(refused.value)
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "broker", "name"),
    [
        ("mqtt://pier.lan", Broker("pier.lan", 1883, False), "mqtt://pier.lan:1883"),
        ("mqtts://[::1]", Broker("::1", 8883, True), "mqtts://[::1]:8883"),
        (
            "mqtt://ada:a%40b@pier.lan:1",
            Broker("pier.lan", 1, False, "ada", "a@b"),
            "mqtt://pier.lan:1",
        ),
    ],
)
def test_an_address_is_taken_apart(url: str, broker: Broker, name: str, tmp_path: Path) -> None:
    given = load_settings({"HOMEPOT_MQTT_URL": url}, tmp_path).mqtt_url
    assert given is not None
    found = broker_at(given)
    assert (found, found.name) == (broker, name)
    assert "a@b" not in repr(found) + repr(given)
