"""An incident in words."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homepot.ai.incidents.words import Told, description_of, title_of
from homepot.fleet.types.naming import Called

AT = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)


NAMES = {
    "cpu_percent": Called("Processor load"),
    "memory_percent": Called("Memory used"),
    "disk_percent": Called("Disk used"),
    "vibration_mm_s": Called("Vibration"),
    "network_latency_ms": Called("Network latency"),
}


def told(
    device: str, kind: str, at: datetime, metrics: list[Any], ended_at: datetime | None = None
) -> Told:
    return Told(device, kind, at, metrics, ended_at, NAMES)


def metric(name: str, kind: str, minutes: int, **said: Any) -> dict[str, Any]:
    since = (AT + timedelta(minutes=minutes)).isoformat()
    figures = {"value": 91.0, "usual": 30.0, "low": 20.0, "high": 40.0, "size": 61.0, "share": 0.5}
    return {"name": name, "kind": kind, "unit": "%", "since": since, **figures, **said}


def test_it_says_which_since_when_what_in_which_order_and_by_how_much() -> None:
    signs = [
        told("Till 3", "step", AT, [metric("memory_percent", "step", 25, value=80.0, size=50.0),
                                    metric("cpu_percent", "step", 10)]),
    ]  # fmt: skip
    words = description_of("Till 3", "Europe/Berlin", signs, AT + timedelta(hours=3))
    assert words == (
        "Till 3 was not as usual from 5 Nov 10:00 CET on."
        " First, at 10:10, Processor load: 91 %, 61 points above what is usual for this device at"
        " this hour (30 %, expected 20 to 40 %)."
        " Then, at 10:25, Memory used: 80 %, 50 points above what is usual for this device at"
        " this hour (30 %, expected 20 to 40 %)."
        " All was as usual again at 5 Nov 13:00."
    )
    title = title_of("Till 3", "software", signs)
    assert title == "Till 3: Processor load above usual, 91 % at first"


def test_the_figures_are_those_of_the_moment_it_was_told_first() -> None:
    """Later it was worse: that is said apart, of its own moment."""
    first = {"kind": "step", "value": 60.0, "usual": 31.0, "low": 20.0, "high": 40.0, "size": 29.0}
    signs = [told("Till 3", "step", AT, [metric("cpu_percent", "limit", 10, first=first)])]
    words = description_of("Till 3", "UTC", signs)
    assert "At 09:10, Processor load: 60 %, 29 points above what is usual" in words
    assert "91 %" not in words
    title = title_of("Till 3", "software", signs)
    assert title == "Till 3: Processor load above usual, 60 % at first"


def test_metrics_are_called_as_people_call_them_in_units_they_use() -> None:
    names = {"error_rate": Called("Errors", True), "queue_length": Called("queue length")}
    metrics = [
        metric("error_rate", "step", 0, value=0.12, usual=0.01, low=0.0, high=0.02, size=0.11,
               unit="", share=0.6),
        metric("queue_length", "step", 1, unit=""),
        metric("network_in_bytes_per_second", "step", 2, value=2.5e6, usual=1e5, low=9e4, high=2e5,
               size=2.4e6, unit="B/s"),
    ]  # fmt: skip
    words = description_of("Till", "UTC", [Told("Till", "step", AT, metrics, names=names)])
    assert "Errors: 12 %, 11 points above" in words
    assert "queue length: 91, 61 above" in words
    assert "network in bytes per second: 2.5 MB/s, 2.4 MB/s above" in words
    assert "expected 90 kB/s to 200 kB/s" in words


def test_a_zone_without_a_name_is_told_by_its_distance() -> None:
    signs = [told("Till", "silent", AT, [])]
    assert "since 5 Nov 06:00 UTC-3." in description_of("Till", "America/Sao_Paulo", signs)


def test_a_clock_that_is_changed_meanwhile_is_named_again() -> None:
    late = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    words = description_of(
        "Till", "Europe/Berlin", [told("Till", "silent", late, [])], late + timedelta(hours=9)
    )
    assert "from 25 Oct 00:00 CEST on" in words
    assert words.endswith("again at 25 Oct 08:00 CET.")


def test_by_how_much_adds_up_with_the_values_beside_it() -> None:
    grown = told("Till 3", "step", AT, [metric("x", "step", 0, value=80.0, size=45.0)])
    assert "x: 80 %, 50 points above what is usual" in description_of("Till 3", "UTC", [grown])


def test_a_site_says_which_devices() -> None:
    signs = [Told(f"Till {n}", "silent", AT + timedelta(minutes=n), []) for n in range(12)]
    words = description_of("Pier", "UTC", signs)
    assert words.startswith(
        "At Pier, 12 devices have been affected since 5 Nov 09:00 UTC: Till 0, Till 1,"
    )
    assert "and 4 more." in words
    assert "They have stopped reporting." in words
    assert title_of("Pier", "connectivity", signs) == "Pier: 12 devices silent at once"


def test_a_site_with_one_silent_device_is_not_said_to_be_silent() -> None:
    slow = [
        Told(f"Till {n}", "step", AT, [metric("network_latency_ms", "step", 1)]) for n in (1, 2)
    ]
    signs = [told("Till 3", "silent", AT, []), *slow]
    assert (
        title_of("Pier", "connectivity", signs) == "Pier: 3 devices in connection trouble at once"
    )
    assert "Till 3 has stopped reporting." in description_of("Pier", "UTC", signs)


def test_each_kind_has_words_of_its_own() -> None:
    words = {
        kind: description_of("Pump", "UTC", [told("Pump", kind, AT, [metric("x", kind, 0)])])
        for kind in ("step", "ramp", "drift", "frozen", "limit", "joint", "surprise")
    }
    assert len(set(words.values())) == len(words)
    assert all("91 %" in said for said in words.values())


def test_what_is_off_together_says_which_part_is_whose() -> None:
    """Of it no usual is known: none is made up."""
    found = {"usual": 0.0, "low": 0.0, "high": 0.0, "size": 0.0}
    metrics = [
        metric("flow", "joint", 0, share=0.7, unit="l/min", **found),
        metric("x", "joint", 0, share=0.3, **found),
    ]
    words = description_of("Pump", "UTC", [told("Pump", "joint", AT, metrics)])
    assert (
        "flow: no longer in step with the other metrics of the device, at 91 l/min (70 %" in words
    )
    assert "expected" not in words


def test_a_steady_move_says_from_what_to_what_and_what_weighs_most_is_the_title() -> None:
    disk = metric("disk_percent", "ramp", 0, value=49.8, usual=47.1, size=2.1, share=0.2)
    worn = metric("vibration_mm_s", "drift", 60, unit="mm/s", value=3.4, share=0.8)
    signs = [told("Pump 2", "ramp", AT, [disk, worn])]
    words = description_of("Pump 2", "UTC", signs)
    assert "Disk used: steadily from 47.1 % to 49.8 %" in words
    assert "2.1 points more than at its usual pace" in words
    assert title_of("Pump 2", "mechanical", signs) == (
        "Pump 2: Vibration slowly drifting up, 3.4 mm/s at first"
    )


def test_what_drifts_says_by_how_much_and_what_joins_another_day_says_which() -> None:
    worn = metric("vibration_mm_s", "drift", 0, unit="mm/s", value=4.6, usual=2.0, size=2.5)
    late = metric("cpu_percent", "step", 17 * 60)
    words = description_of("Pump 2", "UTC", [told("Pump 2", "drift", AT, [worn, late])])
    assert (
        "Vibration: drifted by 2.6 mm/s from what it was last week, to 4.6 mm/s (usual was 2 mm/s)"
        in words
    )
    assert "Then, at 6 Nov 02:00, Processor load: " in words


def test_a_device_that_reports_again_is_not_said_to_be_silent() -> None:
    back = AT + timedelta(minutes=20)
    silent = told("Till 3", "silent", AT, [], back)
    slow = told("Till 3", "step", back, [metric("network_latency_ms", "step", 21)])
    words = description_of("Till 3", "UTC", [silent, slow])
    assert "It has been reporting again since 5 Nov 09:20, after a silence." in words
    assert "stopped reporting" not in words
    assert title_of("Till 3", "connectivity", [silent, slow]).startswith(
        "Till 3: Network latency above"
    )
    # While it is away, and once all of it is over, it is what it was.
    away = told("Till 3", "silent", AT, [])
    assert "It has stopped reporting." in description_of("Till 3", "UTC", [away])
    assert title_of("Till 3", "connectivity", [silent]) == "Till 3: silent"
    assert "It had stopped reporting." in description_of("Till 3", "UTC", [silent], back)


def test_a_device_that_is_heard_and_not_measured_is_not_said_to_be_silent() -> None:
    words = description_of("Till 3", "UTC", [told("Till 3", "unmeasured", AT, [])])
    assert "It gives signs of life, but no readings come." in words
    assert "stopped reporting" not in words


def test_since_when_it_was_off_is_said_beside_when_it_was_seen() -> None:
    began = {"began": (AT + timedelta(minutes=4)).isoformat()}
    memory = metric("memory_percent", "step", 25, value=80.0, size=50.0, **began)
    signs = [told("Till 3", "step", AT, [memory, metric("cpu_percent", "step", 10)])]
    words = description_of("Till 3", "UTC", signs)
    assert "First, at 09:25 (off since 09:04), Memory used: 80 %" in words
    assert "Then, at 09:10, Processor load: 91 %" in words


def test_the_cause_names_it_and_goes_on_to() -> None:
    """Load follows from the processor; who is loudest changes, the title does not."""
    load = metric("load_1m", "step", 0, share=0.9, unit="", size=60.0)
    cpu = metric("cpu_percent", "step", 0, share=0.1, size=30.0)
    later = metric("memory_percent", "step", 30, share=0.95, size=80.0)
    at_first = title_of("Server", "software", [told("Server", "step", AT, [load, cpu])])
    assert at_first == "Server: Processor load above usual, 91 % at first"
    worse = [told("Server", "step", AT, [later, load, cpu | {"share": 0.01}])]
    assert title_of("Server", "software", worse) == at_first
    hot = metric("temperature_celsius", "step", 40, share=0.95, unit="°C")
    wider = [told("Server", "step", AT, [hot, load, cpu])]
    assert "temperature" in title_of("Server", "temperature", wider)
