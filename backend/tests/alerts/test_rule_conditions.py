"""Each condition of a rule, said through the API, decides whether a receiver hears of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.alerts.stage import Alarm, Hook

from homepot.core.clock import now

HERE = "the site of the incident"


@pytest.mark.parametrize(
    ("condition", "is_told"),
    [
        ({"severity_min": "critical"}, True),
        ({"categories": ["temperature", "power"]}, True),
        ({"categories": ["storage"]}, False),
        ({"site_ids": [HERE]}, True),
        ({"types": ["pos_terminal"]}, True),
        ({"types": ["gateway"]}, False),
        ({"tags": ["till", "vip"]}, True),
        ({"tags": ["vip"]}, False),
        ({"types": ["pos_terminal"], "tags": ["vip"]}, False),
        ({"enabled": False}, False),
    ],
)
async def test_a_rule_is_about_what_it_says(
    alarm: Alarm, hook: Hook, condition: dict[str, Any], is_told: bool
) -> None:
    await alarm.channel(url=hook.url)
    if condition.get("site_ids") == [HERE]:
        condition = {"site_ids": [alarm.site]}
    await alarm.rule(**condition)
    one = alarm.occurrence()
    await alarm.happens(
        replace(one, subject=replace(one.subject, types=frozenset({"pos_terminal"})))
    )
    assert await alarm.send() == int(is_told)
    assert len(hook.posts) == int(is_told)
    [decision] = (await alarm.admin.get("/api/alerts/decisions")).json()
    assert (decision["outcome"] == "Ada is told.") == is_told, decision


async def test_a_rule_for_one_site_is_not_about_another(
    alarm: Alarm, hook: Hook, estate: Any
) -> None:
    await alarm.channel(url=hook.url)
    await alarm.rule(site_ids=[await estate.site()])
    await alarm.happens(alarm.occurrence())
    assert await alarm.send() == 0
    [decision] = (await alarm.admin.get("/api/alerts/decisions")).json()
    assert decision["outcome"] == "No rule is about this: one is of other sites."


def span(begin: datetime, end: datetime, *names: str) -> list[dict[str, Any]]:
    first, last = names
    return [{"weekday": begin.weekday(), first: f"{begin:%H:%M}", last: f"{end:%H:%M}"}]


@pytest.mark.parametrize(
    ("kind", "why"),
    [("hours", "it is outside the hours of the rule"), ("opening", "the site is closed")],
)
async def test_what_happens_outside_the_hours_is_told_when_they_begin(
    alarm: Alarm, hook: Hook, kind: str, why: str
) -> None:
    """Two incidents at night: one lasts into the morning, one is over before."""
    await alarm.channel(url=hook.url)
    begin = now() + timedelta(hours=3)
    if kind == "hours":
        hours = span(begin, begin + timedelta(hours=2), "start", "end")
        await alarm.rule(hours=hours)
    else:
        schedule = span(begin, begin + timedelta(hours=2), "open", "close")
        changed = await alarm.admin.patch(f"/api/sites/{alarm.site}", json={"schedule": schedule})
        assert changed.status_code == 200, changed.text
        await alarm.rule(opening="open")
    await alarm.happens(alarm.occurrence(), alarm.occurrence("INC-2"))
    await alarm.happens(alarm.occurrence("INC-2", "over"))
    await alarm.later(begin - timedelta(minutes=10))
    assert await alarm.send() == 0
    [*_, first] = (await alarm.admin.get("/api/alerts/decisions?incident_id=INC-1")).json()
    assert why in first["outcome"]
    await alarm.later(begin + timedelta(minutes=10))
    await alarm.at_once()
    assert await alarm.send() == 1
    assert [one["incident_id"] for post in hook.posts for one in post["incidents"]] == ["INC-1"]


async def test_an_incident_within_the_hours_is_told_at_once(alarm: Alarm, hook: Hook) -> None:
    await alarm.channel(url=hook.url)
    begin = now() - timedelta(hours=1)
    await alarm.rule(hours=span(begin, begin + timedelta(hours=3), "start", "end"))
    await alarm.happens(alarm.occurrence())
    assert await alarm.send() == 1
