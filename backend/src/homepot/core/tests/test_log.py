"""Logs: one form for ours and for the libraries', readable by programs."""

import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Literal

import pytest

from homepot.core.log import configure_logging, get_logger


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    configure_logging("warning")


def test_every_line_is_one_object_with_a_sentence_and_an_action() -> None:
    stream = io.StringIO()
    configure_logging("info", "json", stream)
    get_logger("homepot.trial").info("A till went silent.", action="device.silent", device="T1")
    logging.getLogger("some.library").warning("Odd: %s", "yes")
    ours, theirs = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert datetime.fromisoformat(ours.pop("timestamp")).utcoffset() is not None
    assert ours == {
        "event": "A till went silent.",
        "action": "device.silent",
        "device": "T1",
        "module": "homepot.trial",
        "logger": "homepot.trial",
        "level": "info",
    }
    assert (theirs["event"], theirs["level"]) == ("Odd: yes", "warning")


def test_lines_below_the_level_are_left_out() -> None:
    stream = io.StringIO()
    configure_logging("warning", "text", stream)
    get_logger("homepot.trial").info("Nothing to see.")
    get_logger("homepot.trial").warning("Look here.")
    assert "Look here." in stream.getvalue()
    assert "Nothing to see." not in stream.getvalue()


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_traceback_says_where_and_shows_no_value(form: Literal["text", "json"]) -> None:
    stream = io.StringIO()
    configure_logging("info", form, stream)
    api_key = "hpd_the-secret-of-a-device"
    try:
        len(api_key) / 0
    except ZeroDivisionError:
        get_logger("homepot.trial").exception("It failed.", action="trial.failed")
        logging.getLogger("some.library").exception("It failed.")
    assert stream.getvalue().count("test_log.py") >= 2
    assert api_key not in stream.getvalue()


def test_a_full_disk_does_not_end_what_the_line_was_about() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("only Linux has a file that is always full")
    file = os.fdopen(os.open(full, os.O_WRONLY), "w", buffering=1)
    configure_logging("info", "text", file)
    get_logger("homepot.trial").warning("No room for this.")
    logging.getLogger("some.library").warning("Nor for this.")
    with pytest.raises(OSError, match="No space left"):
        file.write("Nor for this.\n")
    with suppress(OSError):
        file.close()


def test_a_line_goes_where_errors_go_at_that_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that had a standard error of its own for a while leaves no closed one behind."""
    first, second = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", first)
    configure_logging("warning")
    first.close()
    monkeypatch.setattr(sys, "stderr", second)
    get_logger("homepot.trial").warning("Still here.")
    logging.getLogger("some.library").warning("So am I.")
    assert "Still here." in second.getvalue()
    assert "So am I." in second.getvalue()
