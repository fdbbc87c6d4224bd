"""Addresses: what is refused when it is entered, and what is never shown again."""

from typing import Any

import pytest
from sqlalchemy import text
from tests.alerts.stage import Alarm, Hook


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("hello", "begins with its service"),
        ("foo://bar", "no service that is known"),
        ("https://hooks.example/x", "write jsons://"),
        ("json://host:99999/", "port"),
        ("json://", "write json://"),
        ("mailto://", "write mailtos://"),
        ("tgram://abc/", "write tgram://"),
        ("slack://s3cr3t-token", "write slack://"),
        ("", "this is empty"),
        ("syslog://", "server's own screen or log"),
        ("json://a.example json://b.example", "no blank"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/?template=/etc/passwd", "a file"),
    ],
)
async def test_a_wrong_address_is_refused_when_it_is_entered(
    alarm: Alarm, url: str, reason: str
) -> None:
    answer = await alarm.admin.post("/api/alerts/channels", json={"name": "Ada", "url": url})
    assert answer.status_code == 422
    assert reason in answer.json()["errors"][0]["problem"]
    assert "s3cr3t" not in answer.text


async def test_an_address_is_never_shown_again(
    alarm: Alarm, hook: Hook, caplog: pytest.LogCaptureFixture, capsys: Any
) -> None:
    channel = await alarm.channel(url=hook.url)
    hook.status = 500
    await alarm.happens(alarm.occurrence())
    await alarm.send()
    answers = [
        await alarm.admin.get(path)
        for path in (
            f"/api/alerts/channels/{channel}",
            "/api/alerts/channels",
            "/api/alerts/deliveries",
            "/api/audit",
        )
    ]
    wrong = await alarm.admin.patch(
        f"/api/alerts/channels/{channel}", json={"url": "json://s3cr3t-hook:70000/"}
    )
    assert wrong.status_code == 422
    said = "".join(one.text for one in [*answers, wrong]) + caplog.text + capsys.readouterr().err
    assert "s3cr3t" not in said
    assert f"json://127.0.0.1:{hook.port}/…" in answers[0].text


async def test_a_removed_channel_forgets_its_address_and_drops_what_waits(
    alarm: Alarm, hook: Hook
) -> None:
    channel = await alarm.channel(url=hook.url)
    await alarm.happens(alarm.occurrence())
    gone = await alarm.admin.delete(f"/api/alerts/channels/{channel}")
    assert gone.status_code == 204
    await alarm.send()
    assert hook.posts == []
    [delivery] = await alarm.deliveries()
    assert delivery["state"] == "dropped"
    async with alarm.db.system() as tx:
        assert (await tx.execute(text("select url from alert_channels"))).scalar_one() is None
