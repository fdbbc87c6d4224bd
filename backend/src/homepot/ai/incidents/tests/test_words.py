"""An incident in words."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homepot.ai.incidents.words import Told, description_of, title_of

AT = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)


def metric(name: str, kind: str, minutes: int, **said: Any) -> dict[str, Any]:
    since = (AT + timedelta(minutes=minutes)).isoformat()
    figures = {"value": 91.0, "usual": 30.0, "low": 20.0, "high": 40.0, "size": 61.0, "share": 0.5}
    return {"name": name, "kind": kind, "unit": "%", "since": since, **figures, **said}


def test_it_says_which_since_when_what_in_which_order_and_by_how_much() -> None:
    signs = [
        Told("Till 3", "step", AT, [metric("memory_percent", "step", 25, value=80.0, size=50.0),
                                    metric("cpu_percent", "step", 10)]),
    ]  # fmt: skip
    told = description_of("Till 3", "Europe/Berlin", signs, AT + timedelta(hours=3))
    assert told == (
        "Till 3 was not as usual from 5 Nov 10:00 (Europe/Berlin) on."
        " First, cpu_percent was 61 points above its usual: 91 %, where usual for this device at"
        " this hour is 30 %, expected 20 to 40 %."
        " Then, at 10:25, memory_percent was 50 points above its usual: 80 %, where usual for this"
        " device at this hour is 30 %, expected 20 to 40 %."
        " All was as usual again at 5 Nov 13:00."
    )
    assert title_of("Till 3", "software", signs) == "Till 3: cpu_percent above its usual, 91 %"


def test_by_how_much_adds_up_with_the_values_beside_it() -> None:
    grown = Told("Till 3", "step", AT, [metric("x", "step", 0, value=80.0, size=45.0)])
    assert "x was 50 points above its usual: 80 %" in description_of("Till 3", "UTC", [grown])


def test_a_site_says_which_devices() -> None:
    signs = [Told(f"Till {n}", "silent", AT + timedelta(minutes=n), []) for n in range(12)]
    told = description_of("Pier", "UTC", signs)
    assert told.startswith(
        "At Pier, 12 devices are affected since 5 Nov 09:00 (UTC): Till 0, Till 1,"
    )
    assert "and 4 more." in told
    assert "They have stopped reporting." in told
    assert title_of("Pier", "connectivity", signs) == "Pier: 12 devices silent at once"


def test_a_site_with_one_silent_device_is_not_said_to_be_silent() -> None:
    slow = [
        Told(f"Till {n}", "step", AT, [metric("network_latency_ms", "step", 1)]) for n in (1, 2)
    ]
    signs = [Told("Till 3", "silent", AT, []), *slow]
    assert (
        title_of("Pier", "connectivity", signs) == "Pier: 3 devices in connection trouble at once"
    )
    assert "Till 3 has stopped reporting." in description_of("Pier", "UTC", signs)


def test_each_kind_has_words_of_its_own() -> None:
    told = {
        kind: description_of("Pump", "UTC", [Told("Pump", kind, AT, [metric("x", kind, 0)])])
        for kind in ("step", "ramp", "drift", "frozen", "limit", "joint", "surprise")
    }
    assert len(set(told.values())) == len(told)
    assert all("91 %" in words for words in told.values())


def test_what_is_off_together_says_which_part_is_whose() -> None:
    """Of it no usual is known: none is made up."""
    found = {"usual": 0.0, "low": 0.0, "high": 0.0, "size": 0.0}
    metrics = [
        metric("flow", "joint", 0, share=0.7, unit="l/min", **found),
        metric("x", "joint", 0, share=0.3, **found),
    ]
    told = description_of("Pump", "UTC", [Told("Pump", "joint", AT, metrics)])
    assert "First, flow no longer fits the other metrics of the device, at 91 l/min (70 %" in told
    assert "expected" not in told


def test_a_steady_move_says_from_what_to_what_and_what_weighs_most_is_the_title() -> None:
    disk = metric("disk_percent", "ramp", 0, value=49.8, usual=47.1, size=2.1, share=0.2)
    worn = metric("vibration_mm_s", "drift", 60, unit="mm/s", value=3.4, share=0.8)
    signs = [Told("Pump 2", "ramp", AT, [disk, worn])]
    told = description_of("Pump 2", "UTC", signs)
    assert "disk_percent moved on steadily from 47.1 % to 49.8 %" in told
    assert "2.1 points more than at its usual pace" in told
    assert title_of("Pump 2", "mechanical", signs) == (
        "Pump 2: vibration_mm_s drifts away slowly, 3.4 mm/s"
    )


def test_what_drifts_says_by_how_much_and_what_joins_another_day_says_which() -> None:
    worn = metric("vibration_mm_s", "drift", 0, unit="mm/s", value=4.6, usual=2.0, size=2.5)
    late = metric("cpu_percent", "step", 17 * 60)
    told = description_of("Pump 2", "UTC", [Told("Pump 2", "drift", AT, [worn, late])])
    assert "what it was last week, by 2.6 mm/s to 4.6 mm/s; usual for this device" in told
    assert "Then, at 6 Nov 02:00, cpu_percent was" in told


def test_a_device_that_reports_again_is_not_said_to_be_silent() -> None:
    back = AT + timedelta(minutes=20)
    silent = Told("Till 3", "silent", AT, [], back)
    slow = Told("Till 3", "step", back, [metric("network_latency_ms", "step", 21)])
    told = description_of("Till 3", "UTC", [silent, slow])
    assert "It reports again since 5 Nov 09:20, after a silence." in told
    assert "stopped reporting" not in told
    assert title_of("Till 3", "connectivity", [silent, slow]).startswith("Till 3: network_latency")
    # While it is away, and once all of it is over, it is what it was.
    away = Told("Till 3", "silent", AT, [])
    assert "It has stopped reporting." in description_of("Till 3", "UTC", [away])
    assert title_of("Till 3", "connectivity", [silent]) == "Till 3: silent"
    assert "It had stopped reporting." in description_of("Till 3", "UTC", [silent], back)


def test_a_device_that_is_heard_and_not_measured_is_not_said_to_be_silent() -> None:
    told = description_of("Till 3", "UTC", [Told("Till 3", "unmeasured", AT, [])])
    assert "It gives signs of life, but no readings come." in told
    assert "stopped reporting" not in told
