from datetime import UTC, datetime, timedelta

import pytest

from homepot.fleet.events.logic import (
    JOB_STATUS_WORDS,
    SEVERITY_WORDS,
    fingerprint,
    job_status_of,
    severity_of,
)

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("word", SEVERITY_WORDS)
def test_severities_are_known_in_any_case(word: str) -> None:
    assert severity_of(f" {word.upper()} ") == severity_of(word) is not None


def test_the_worst_words_mean_the_worst() -> None:
    assert [severity_of(w) for w in ("critical", "high", "error")] == ["critical"] * 3
    assert [severity_of(w) for w in ("warning", "medium")] == ["warning"] * 2
    assert [severity_of(w) for w in ("info", "low")] == ["info", "info"]
    assert severity_of("") is None


@pytest.mark.parametrize("word", JOB_STATUS_WORDS)
def test_job_statuses_are_known_in_any_spelling(word: str) -> None:
    assert job_status_of(word.upper().replace("_", "-")) == job_status_of(word) is not None


def test_a_report_sent_again_is_known_by_its_fingerprint() -> None:
    one = fingerprint("log", AT, {"message": "hello", "level": "info"})
    assert one == fingerprint("log", AT, {"level": "info", "message": "hello"})
    others = [
        fingerprint("alert", AT, {"message": "hello", "level": "info"}),
        fingerprint("log", AT + timedelta(seconds=1), {"message": "hello", "level": "info"}),
        fingerprint("log", AT, {"message": "hello!", "level": "info"}),
    ]
    assert one not in others


def test_a_report_without_a_time_is_never_taken_for_another() -> None:
    assert fingerprint("log", None, {"message": "hello"}) is None
