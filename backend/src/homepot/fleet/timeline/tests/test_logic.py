from datetime import UTC, datetime, timedelta

from homepot.fleet.commands.service import Command
from homepot.fleet.connectivity.service import Past
from homepot.fleet.events.service import Change, Event, Job
from homepot.fleet.timeline.logic import (
    TITLE_LENGTH_MAX,
    newest_first,
    of_change,
    of_command,
    of_connectivity,
    of_event,
    of_job,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def said(at: datetime, title: str = "Disk full", **details: object) -> Event:
    return Event(1, "alert", at, "critical", None, "hardware", title, None, details, NOW)


def test_an_entry_is_never_later_than_the_server_heard_of_it() -> None:
    assert of_event(said(NOW + HOUR)).at == NOW
    assert of_event(said(NOW - HOUR)).at == NOW - HOUR


def test_a_value_is_taken_where_it_is_a_number() -> None:
    assert of_event(said(NOW, value=85.2)).value == 85.2
    assert of_event(said(NOW, value="85.2")).value is None
    assert of_event(said(NOW, value=True)).value is None


def test_a_title_is_one_line_of_some_length() -> None:
    entry = of_event(said(NOW, "a\n b\t" + "c" * 500))
    assert entry.title.startswith("a b c")
    assert len(entry.title) == TITLE_LENGTH_MAX


def test_a_command_is_as_it_stands_now() -> None:
    command = Command(
        1, "C", "restart", None, "pending", "ada", NOW, NOW + HOUR, None, None, None, None
    )
    assert of_command(command, NOW).title == "Command restart pending"
    expired = of_command(command, NOW + 2 * HOUR)
    assert (expired.name, expired.severity) == ("command_restart_expired", "warning")


def test_jobs_changes_and_connectivity() -> None:
    job = Job("J", "backup", None, "normal", None, "failed", None, "disk", NOW, NOW)
    assert (of_job(job).name, of_job(job).severity) == ("job_backup_failed", "warning")
    change = Change(NOW, "update", "max_rate", 1, 2, True, False)
    assert of_change(change).title == "Configuration update max_rate"
    change = Change(NOW, "update", "max_rate", 1, 2, True, True)
    assert of_change(change).name == "configuration_update_max_rate_rolled_back"
    gone = of_connectivity(Past(NOW, "offline", "online", NOW))
    assert (gone.name, gone.severity) == ("went_offline", "warning")


def test_the_newest_come_first_and_twins_in_one_order() -> None:
    one, two, three = (of_event(said(NOW - n * HOUR, f"T{n}")) for n in (2, 0, 1))
    assert newest_first([one, two, three], 2) == [two, three]
    twins = [of_event(said(NOW, title)) for title in ("b", "a", "c")]
    assert [entry.title for entry in newest_first(twins, 9)] == ["a", "b", "c"]
