"""Sites, devices and events as files spell them."""

import json

import pytest

from homepot.transfer.shapes import Item, WrongItem, device_of, event_of, items_of, site_of

SITE = {"id": "site_mill", "name": "Old Mill", "timezone": "Europe/London"}
DEVICE = {"id": "pos_1", "name": "Till", "type": "pos_terminal", "site_id": "site_mill"}


def test_each_item_knows_its_line() -> None:
    text = '[\n {"id": 1},\n\n {\n  "id": 2\n }, 7]\n'
    assert list(items_of(text)) == [
        Item(2, {"id": 1}),
        Item(4, {"id": 2}),
        Item(6, {}, "an object is expected"),
    ]


@pytest.mark.parametrize(
    ("text", "good", "line"),
    [
        ("", 0, 1),
        ('{"sites": []}', 0, 1),
        ('[\n{"id": 1},\n{"id": oops}\n]', 1, 3),
        ('[{"id": 1}', 1, 1),
        ("[" * 100_000, 0, 1),
    ],
)
def test_what_cannot_be_read_is_told_after_what_could(text: str, good: int, line: int) -> None:
    *before, last = items_of(text)
    assert len(before) == good
    assert last.problem
    assert last.line == line


def test_a_site_keeps_what_it_says_and_names_what_means_nothing() -> None:
    tariff = {"downtime_cost_per_hour": 40.1, "visit_cost": 90, "currency": "EUR"}
    site, left_out = site_of({**SITE, **tariff, "closed_on": ["2026-09-15"], "colour": "red"})
    assert left_out == ["colour"]
    assert site.tariff is not None
    assert str(site.tariff.downtime_cost_per_hour) == "40.1"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"visit_cost": 90}, "tariff.downtime_cost_per_hour: this is missing"),
        ({"timezone": "Europe/Londn"}, "did you mean Europe/London"),
        ({"id": "../up"}, "site_id: .*an id has 1 to 64 of the characters"),
    ],
)
def test_a_wrong_site_says_why(fields: dict[str, object], reason: str) -> None:
    with pytest.raises(WrongItem, match=reason):
        site_of(SITE | fields)


def test_a_device_is_imported_whatever_the_file_says() -> None:
    device, left_out = device_of({**DEVICE, "provenance": "real", "serial": None})
    assert device.provenance == "imported"
    assert left_out == ["provenance"]


def test_an_event_keeps_fields_nobody_listed() -> None:
    given = {"device_id": "pos_1", "timestamp": "2026-09-01T03:10:00Z", "event": "login"}
    said = event_of(json.dumps({**given, "message": "", "who": "night shift"})).said
    assert (said.severity, said.title, said.description) == ("info", "login", None)
    assert said.details == {"who": "night shift"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "an object is expected"),
        ('{"device_id": "a", "timestamp": "2026-09-01T00:00:00Z"}', "event: this is missing"),
        ('{"device_id": "a", "timestamp": "1999-01-01T00:00:00Z", "event": "x"}', "before 2000"),
        (
            '{"device_id": "a", "timestamp": "2026-09-01T00:00:00Z", "event": "x", "n": "\\u0000"}',
            "cannot be stored",
        ),
    ],
)
def test_a_wrong_event_says_why(text: str, reason: str) -> None:
    with pytest.raises(WrongItem, match=reason):
        event_of(text)
