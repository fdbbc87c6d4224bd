"""What messages say, and what addresses hide."""

import contextlib
import logging
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homepot.alerts import words
from homepot.alerts.doors.addresses import WrongAddress, hidden, read
from homepot.alerts.doors.library import warnings_of
from homepot.alerts.same_store import Foreseen
from homepot.alerts.words import Told, message


def told(number: int = 1, **given_: object) -> Told:
    values: dict[str, object] = {
        "incident_id": f"INC-{number}",
        "what": "opened",
        "state": "open",
        "severity": "warning",
        "category": "storage",
        "site_name": "Pier",
        "device_name": "Till",
        "title": "Disk fills up",
        "words": "disk_percent is 93, usually 40 to 55.",
        "since": datetime(2026, 3, 1, 12, tzinfo=UTC),
        "zone": ZoneInfo("Europe/Lisbon"),
        "link": f"http://h/incidents/INC-{number}",
    }
    return Told(**{**values, **given_})  # type: ignore[arg-type]


def test_one_incident_is_told_in_full() -> None:
    found = message("A-1", "alert", [told()], "http://h")
    assert found.title == "[WARNING] Till (Pier): Disk fills up"
    assert found.short == (
        "[WARNING] Till (Pier): Disk fills up\n"
        "Since Sun 1 Mar 2026, 12:00 WET.\n"
        "http://h/incidents/INC-1"
    )
    for part in ("disk_percent is 93", "Open it: http://h/"):
        assert part in found.long


def test_the_first_line_names_the_device_once_and_where_it_is() -> None:
    """Four gateways have one name: the site tells them apart, in a chat too."""
    known: dict[str, Any] = {"title": "Gateway: Memory used above usual, 49.5 % at first"}
    real = message("A-1", "alert", [told(device_name="Gateway", **known)], "http://h")
    assert real.title == "[WARNING] Gateway (Pier): Memory used above usual, 49.5 % at first"
    invented = told(device_name="Gateway (simulated)", **known)
    found = message("A-1", "alert", [invented], "http://h")
    assert found.title == (
        "[WARNING] Gateway (Pier, simulated): Memory used above usual, 49.5 % at first"
    )
    site = told(device_name=None, title="Pier: 12 devices silent at once")
    assert message("A-1", "alert", [site], "http://h").title == f"[WARNING] {site.title}"


def test_it_says_what_it_resembles_and_what_to_do_until_it_is_over() -> None:
    known: dict[str, Any] = {
        "resembles": "Resembles INC-7, fixed by “a wipe”.",
        "what_now": "Wipe it.",
    }
    found = message("A-1", "alert", [told(**known)], "http://h")
    assert found.long.endswith(
        "Resembles INC-7, fixed by “a wipe”.\n\nWhat to do now: Wipe it.\n\n"
        "Open it: http://h/incidents/INC-1"
    )
    assert "INC-7, fixed by “a wipe”.\nWipe it.\nhttp://h" in found.short
    assert found.incidents[0]["resembles"] == known["resembles"]
    over = message("A-1", "alert", [told(**known, what="over", state="over")], "http://h")
    assert "Wipe it" not in over.long + over.short


def test_many_are_counted_and_a_chat_is_spared_the_rest() -> None:
    many = [told(number) for number in range(25)] + [told(99, state="over")]
    found = message("A-1", "alert", many, "http://h")
    assert found.title == "26 incidents at Pier: 25 warning, 1 over"
    assert found.short.count("\n- ") == words.SHOWN_SHORT_MAX + 1
    assert "and 16 more" in found.short
    assert "Disk fills up\n  http://h/incidents/INC-3\n" in found.short
    assert all(f"INC-{number}\n" in found.long + "\n" for number in range(25))


def test_what_is_over_asks_nothing_of_anybody() -> None:
    found = message("A-1", "alert", [told(what="over", state="over")], "http://h")
    assert found.title.startswith("[OVER]")
    assert "What to do" not in found.long


@given(
    st.text("abcdefghijkmnpqrstuvwxyzABCDEFGH23456789-_", min_size=8, max_size=40),
    st.sampled_from(["json://hook.lan/{}", "mailto://ada:{}@mail.lan", "tgram://123456789:{}/42"]),
)
def test_no_piece_of_a_secret_is_left_in_what_is_said(secret: str, form: str) -> None:
    url = form.format(secret)
    said = f"HTTPSConnectionPool(host='x'): /bot123456789:{secret}/send failed for {url}"
    assert secret not in hidden(said, url)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("json://hook.lan:8080/s3cr3t?token=abc", "json://hook.lan:8080/…"),
        ("mailto://ada:pw@mail.lan?to=bob@lan.org", "mailto://mail.lan/…"),
        ("ntfy://my-s3cr3t-topic", "ntfy://…"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert read(url).shown == shown


@given(st.text(max_size=60))
def test_no_text_makes_reading_an_address_fail_otherwise(text: str) -> None:
    for url in (text, f"json://{text}", f"mailto://{text}"):
        with contextlib.suppress(WrongAddress):
            assert read(url).shown.endswith("…")


def test_what_the_library_says_in_another_thread_is_not_ours() -> None:
    """Two tenants' messages go out at the same time."""
    library = logging.getLogger("apprise")
    with warnings_of() as said:
        other = threading.Thread(target=library.warning, args=("their secret",))
        other.start()
        other.join()
        library.warning("our trouble")
    assert said == ["our trouble"]


BACK = datetime(2026, 3, 1, 13, tzinfo=UTC)


def test_what_is_over_says_who_resolved_it_and_that_it_may_open_again() -> None:
    known: dict[str, Any] = {"what": "over", "state": "over", "by": "ada"}
    off = told(how="resolved", note="cleared the disk.", **known)
    [said] = [message("A-1", "alert", [off], "http://h")]
    expected = (
        "Resolved by ada: cleared the disk; its values are still off, if they stay so it opens"
        " again."
    )
    assert expected in said.long
    assert expected in said.short
    assert "nothing left to do" not in said.long
    assert said.incidents[0]["ended"] is None
    mended = message("A-1", "alert", [replace(off, ended_at=BACK)], "http://h")
    assert "Resolved by ada: cleared the disk.\n" in mended.short
    span = "Sun 1 Mar 2026, 12:00 WET to Sun 1 Mar 2026, 13:00"
    assert f"\nFrom {span}.\n" in mended.short
    assert f"\nFrom: {span}\n" in mended.long
    assert mended.incidents[0]["ended"] == BACK.isoformat()
    normal = message("A-1", "alert", [told(how="normal", note=None, **known)], "http://h")
    assert "Called normal by ada. What is off in this way opens no incident again." in normal.long
    known["by"] = "HOMEPOT"
    calm = message("A-1", "alert", [told(how="closed", ended_at=BACK, **known)], "http://h")
    assert "It is over: all was as usual again at Sun 1 Mar 2026, 13:00" in calm.long
    ended = "Till was not as usual from 1 Mar 12:00 on. All was as usual again at 1 Mar 13:00."
    once = told(how="closed", ended_at=BACK, words=ended, **known)
    assert message("A-1", "alert", [once], "http://h").long.lower().count("usual again") == 1


def test_what_is_back_and_not_over_yet_says_since_when() -> None:
    said = message("A-1", "alert", [told(ended_at=BACK, how="opened")], "http://h")
    assert "Back since Sun 1 Mar 2026, 13:00; it is closed" in said.short
    assert "Back since Sun 1 Mar 2026, 13:00; it is closed" in said.long


def test_the_zone_is_named_once_in_a_message() -> None:
    since = datetime(2026, 3, 1, 12, tzinfo=UTC)
    known: dict[str, Any] = {
        "words": "Till has not been as usual since 1 Mar 12:00 WET. At 12:05, Disk used: 93 %.",
        "course": "At worst so far: Disk used 95 % at 12:20. Now, at 12:30: Disk used 94 %.",
        "ended_at": since.replace(hour=13),
    }
    found = message("A-1", "alert", [told(what="worse", **known)], "http://h")
    for text in (found.long, found.short):
        assert text.count("WET") == 1
        assert "UTC" not in text
        assert known["course"] in text
    assert "since 1 Mar 12:00. At 12:05" in found.long
    assert found.incidents[0]["course"] == known["course"]
    # Where there is no word for it, the distance from UTC is.
    there: dict[str, Any] = {"zone": ZoneInfo("America/Sao_Paulo"), "words": "Since 09:00 UTC-3."}
    assert message("A-1", "alert", [told(**there)], "http://h").long.count("UTC-3") == 1


def test_it_says_what_was_foreseen_until_it_is_over() -> None:
    at = datetime(2026, 2, 20, 23, 30, tzinfo=UTC)
    limits = [("warning", 85.0, 9), ("critical", 95.0, 12)]
    forecasts = [
        Foreseen(at, "Disk used", severity, limit, "%", at + timedelta(days=days))
        for severity, limit, days in limits
    ]
    said = words.foreseen_words(forecasts, ZoneInfo("Europe/Berlin"))
    assert said == (
        "Foreseen on 21 Feb 2026: Disk used was to reach its warning limit of 85 % around"
        " 2 Mar 2026."
    )
    found = message("A-1", "alert", [told(foreseen=said)], "http://h")
    assert said in found.long
    assert said in found.short
    over = message("A-1", "alert", [told(foreseen=said, what="over", state="over")], "http://h")
    assert said not in over.long


def test_what_was_not_mended_says_so() -> None:
    again = told(what="reopened", how="reopened", note="It goes on: not mended.")
    assert "It goes on: not mended." in message("A-1", "alert", [again], "http://h").short
