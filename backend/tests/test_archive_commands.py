"""`homepot archive` and what it says."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from click.testing import Result
from tests.test_archive import DAY, House, house, minutes
from typer.testing import CliRunner

from homepot.cli import app as commands
from homepot.core.clock import now
from homepot.telemetry.archive import moving

__all__ = ["house"]  # the fixture


@pytest.fixture
def homepot(house: House, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Awaitable[Result]]:
    """Runs a command on the same database and data folder."""
    monkeypatch.setenv("HOMEPOT_DATABASE_URL", house.database.url)
    monkeypatch.setenv("HOMEPOT_DATA", str(house.archive.folder.parent))
    monkeypatch.setenv("COLUMNS", "200")

    async def run(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, commands, words)

    return run


async def test_the_commands_archive_and_find_what_is_not_whole(
    house: House, homepot: Callable[..., Awaitable[Result]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "It is empty." in (await homepot("archive", "show")).stdout
    await house.store(0, minutes(DAY, range(5)))
    waits = (await homepot("archive", "run")).stdout
    assert f"{DAY.date()} stays in the database for now: readings of that day still come" in waits
    assert "nothing more came for 15 minutes, at 20" in waits
    done = (await homepot("archive", "run", "--now")).stdout
    assert f"{DAY.date()}: 10 values in 1 file, " in done
    assert "1 day archived." in done
    assert "1 day from" in (await homepot("archive", "show")).stdout
    assert (await homepot("archive", "verify")).stdout.startswith("1 file, all whole.")
    assert "No day was archived." in (await homepot("archive", "run")).stdout
    assert "1 file, 0.0 MiB, in" in (await homepot("doctor")).stdout
    (path,) = await house.paths()
    content = bytearray(path.read_bytes())
    content[50] ^= 1
    path.write_bytes(content)
    verified = await homepot("archive", "verify")
    assert verified.exit_code == 1
    assert f"{path}: is not what was written" in verified.stderr
    path.unlink()
    assert f"{path}: is missing" in (await homepot("doctor")).stdout


async def test_run_says_when_the_next_day_is_due_and_who_else_archives(
    house: House, homepot: Callable[..., Awaitable[Result]]
) -> None:
    today = now().replace(hour=0, minute=0, second=0, microsecond=0)
    await house.store(0, minutes(today, [0]))
    due_at = (today + timedelta(days=31)).astimezone()
    told = (await homepot("archive", "run")).stdout
    assert "No day was archived." in told
    assert f"30 days (readings_kept_days): {today.date()} is due on {due_at:%Y-%m-%d %H:%M}" in told
    async with moving.owner(house.database.url) as other:
        assert await moving.take_turn(other)
        assert "archives just now, by itself" in (await homepot("archive", "run")).stdout
