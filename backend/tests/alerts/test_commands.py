"""`homepot alerts` and what the doctor says of channels, on a real database and real receivers."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from tests.alerts.stage import Alarm, Hook
from typer.testing import CliRunner

from homepot.alerts.looking import look
from homepot.cli import app
from homepot.core.log import configure_logging
from homepot.doctor.alerts import finding

Command = Callable[..., Awaitable[Result]]


@pytest.fixture
def homepot(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("HOMEPOT_DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEPOT_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")

    async def run(*words: str) -> Result:
        try:
            return await asyncio.to_thread(CliRunner().invoke, app, list(words))
        finally:
            configure_logging()

    return run


async def test_channels_are_listed_without_their_secrets(
    alarm: Alarm, hook: Hook, homepot: Command
) -> None:
    assert "nobody is told of incidents" in (await homepot("alerts", "list")).stdout
    channel = await alarm.channel(url=hook.url)
    listed = await homepot("alerts", "list")
    assert listed.exit_code == 0, listed.output
    for part in (channel, "Ada", f"json://127.0.0.1:{hook.port}/…", "Everything from warning up"):
        assert part in listed.stdout
    assert "s3cr3t" not in listed.stdout


async def test_a_test_says_whether_it_arrived(alarm: Alarm, hook: Hook, homepot: Command) -> None:
    await alarm.channel(url=hook.url)

    async def tested() -> Result:
        typed = asyncio.create_task(homepot("alerts", "test", "Ada", "--within", "60"))
        while not typed.done():
            await alarm.send()
            await asyncio.sleep(0.05)
        return await typed

    found = await tested()
    assert (found.exit_code, found.stdout.strip()) == (0, "The test was taken by Ada.")
    assert len(hook.posts) == 1
    hook.status = 404
    refused = await tested()
    assert refused.exit_code == 1
    assert "The test did not arrive:" in refused.stderr
    nobody_sends = await homepot("alerts", "test", "Ada", "--within", "0")
    assert nobody_sends.exit_code == 1
    assert "still in the outbox. It is sent while HOMEPOT runs" in nobody_sends.stderr
    unknown = await homepot("alerts", "test", "Nobody")
    assert unknown.exit_code == 1
    assert "There is no channel 'Nobody'" in unknown.stderr


async def test_deliveries_are_listed_with_what_became_of_them(
    alarm: Alarm, hook: Hook, homepot: Command
) -> None:
    assert "no such message" in (await homepot("alerts", "deliveries")).stdout
    await alarm.channel(url=hook.url)
    hook.status = 503
    await alarm.happens(alarm.occurrence())
    await alarm.send()
    told = (await homepot("alerts", "deliveries", "--state", "waiting")).stdout
    assert "INC-1" in told
    assert "503" in told
    assert "no such message" in (await homepot("alerts", "deliveries", "--state", "sent")).stdout
    wrong = await homepot("alerts", "deliveries", "--state", "lost")
    assert wrong.exit_code == 1
    assert "--state is one of waiting, sending, sent, failed, dropped." in wrong.stderr


async def test_the_doctor_says_which_channel_would_not_be_reached(alarm: Alarm, hook: Hook) -> None:
    assert finding(await look(alarm.db)).detail.startswith("no channel: incidents are shown")
    await alarm.channel(url=hook.url)
    await alarm.channel(name="Chat", url="tgram://123456789:abcdefg_hijklmnop/12315544/")
    found = finding(await look(alarm.db))
    assert found.ok
    assert "Ada (JSON, json://127.0.0.1" in found.detail
    assert "), answers, nothing sent yet" in found.detail
    assert "Chat (Telegram, tgram://…), not asked" in found.detail
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        await alarm.channel(name="Away", url=f"json://127.0.0.1:{port}/s3cr3t-path")
        found = finding(await look(alarm.db))
    assert not found.ok
    assert f"127.0.0.1:{port} cannot be reached" in found.detail
    assert "s3cr3t" not in found.detail
    assert "homepot alerts test" in found.mend


async def test_the_doctor_says_when_no_rule_uses_a_channel(alarm: Alarm, hook: Hook) -> None:
    await alarm.channel(url=hook.url)
    await alarm.rule(enabled=False)
    found = finding(await look(alarm.db))
    assert not found.ok
    assert found.detail == "1 channel, and no rule that uses one"


async def test_a_silence_is_made_by_names_and_ended(
    alarm: Alarm, hook: Hook, homepot: Command, estate: Any
) -> None:
    device = (await estate.agent(alarm.site)).device_id
    renamed = await alarm.admin.patch(f"/api/devices/{device}", json={"name": "Plant Server"})
    assert renamed.status_code == 200, renamed.text
    made = await homepot("alerts", "silence", "--device", "plant server", "--for", "2h")
    assert made.exit_code == 0, made.output
    assert f"device {device}, silent until" in made.stdout
    site = await homepot("alerts", "silence", "--site", "Harbour shop", "--type", "Till")
    assert f"site {alarm.site}, type pos_terminal, silent until" in site.stdout
    listed = await homepot("alerts", "silences")
    first = next(word for word in made.stdout.split() if word.startswith("SILENCE-")).strip(":")
    assert first in listed.stdout
    ended = await homepot("alerts", "unsilence", first)
    assert ended.exit_code == 0, ended.output
    assert first not in (await homepot("alerts", "silences")).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Say what is to be silent: --device, --site, --type, --tag or --category."),
        (("--device", "Nobody"), "There is no device 'Nobody'."),
        (("--type", "spaceship"), "There is no type 'spaceship'; there are "),
        (("--tag", "till", "--for", "soon"), "--for 'soon' is not like 30m, 4h or 2d."),
        (("--category", "weather"), "--category: "),
    ],
)
async def test_a_silence_that_cannot_be_says_why(
    alarm: Alarm, homepot: Command, words: tuple[str, ...], said: str
) -> None:
    refused = await homepot("alerts", "silence", *words)
    assert refused.exit_code == 1
    assert said in refused.stderr
