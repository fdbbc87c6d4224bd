"""The page that the link in a message opens, from the first look to the last word."""

import json
from typing import Any

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import text
from tests.browser.test_every_page import SIZES

from homepot.core.database import Database

_METRICS = [
    {
        "name": name, "kind": "step", "unit": "°C", "share": 0.5, "size": 9.0, "value": 30.0,
        "usual": 21.0, "low": 20.1, "high": 22.3, "p": 1e-6, "since": since,
    }
    for name, since in (
        ("temperature_celsius_of_the_innermost_compartment", "2026-11-05T02:00:00+00:00"),
        ("fan_rpm", "2026-11-05T02:20:00+00:00"),
    )
]  # fmt: skip
_FOUND = [{"incident_id": "INC-BEFORE", "score": 0.93}]
_PUT = """
    with device as (
        select id, tenant_id, site_id, name from devices where public_id = :device
    ), made as (
        insert into incidents (tenant_id, public_id, site_id, device_id, state, category, severity,
            title, description, search, started_at, opened_at, changed_at)
        select tenant_id, 'INC-NOW', site_id, id, 'open', 'temperature', 'critical',
            'Cold store: too warm', 'It is 9 °C above its usual.', 'cold store', now(), now(), now()
        from device returning id, tenant_id, device_id, site_id
    ), past as (
        insert into incident_history (tenant_id, incident_id, at, what, state, severity,
            actor_kind, actor_name)
        select tenant_id, id, now(), 'opened', 'open', 'critical', 'system', 'HOMEPOT' from made
    ), anomaly as (
        insert into ai_anomaly_logs (tenant_id, device_id, site_id, health_score, status, metrics,
            kind, severity, p_value, started_at, detected_at, engine_version, generation, number)
        select tenant_id, device_id, site_id, 0.3, 'critical', cast(:metrics as jsonb), 'step',
            'critical', 1e-6, now(), now(), '1', 1, 1 from made returning id, tenant_id, device_id
    ), linked as (
        insert into incident_anomalies (tenant_id, anomaly_id, incident_id, device_id)
        select anomaly.tenant_id, anomaly.id, made.id, anomaly.device_id from anomaly, made
    ), known as (
        insert into ai_incident_patterns (tenant_id, incident_id, category, started_at, ended_at,
            pattern_description, resolution, effective)
        select tenant_id, 'INC-BEFORE', 'temperature', now(), now(), 'Cold store warming up',
            'Fitted a new fan motor', true from made
    )
    insert into incident_likenesses (tenant_id, incident_id, at, found)
    select tenant_id, id, now(), cast(:found as jsonb) from made
"""


@pytest.fixture
async def told(db: Database, estate: Any) -> str:
    """An incident that goes on, with all that can be known of one; its page."""
    device = (await estate.agent(device_name="Cold store")).device_id
    given = {"device": device, "metrics": json.dumps(_METRICS), "found": json.dumps(_FOUND)}
    async with db.system() as tx:
        await tx.execute(text(_PUT), given)
    return "/incidents/INC-NOW"


async def test_it_tells_what_is_known_and_is_resolved(at_home: Any, told: str) -> None:
    page: Page = at_home.page
    await at_home.open(told)
    await expect(page.get_by_role("heading", name="Cold store: too warm")).to_be_visible()
    rows = await page.get_by_role("row").all_text_contents()
    assert "temperature celsius of the innermost compartment" in rows[1]
    assert "Fan speed" in rows[2]
    await expect(page.get_by_text("fixed by “Fitted a new fan motor”")).to_be_visible()
    await expect(page.get_by_text("What helped before: Fitted a new fan motor.")).to_be_visible()
    await expect(page.get_by_text("Nobody was told of this incident.")).to_be_visible()
    await page.get_by_role("button", name="Confirm").click()
    await page.get_by_role("dialog").get_by_label("Note").fill("on my way")
    await page.get_by_role("dialog").get_by_role("button", name="Confirm").click()
    await expect(page.get_by_text("on my way")).to_be_visible()
    await page.get_by_role("button", name="Resolve").click()
    window = page.get_by_role("dialog")
    await window.get_by_label("What was done?").fill("Fitted another fan motor")
    await window.get_by_role("radio", name="Yes").check()
    await window.get_by_role("button", name="Resolve").click()
    await expect(page.get_by_role("button", name="Correct the note")).to_be_visible()
    await expect(page.get_by_text("Fitted another fan motor")).to_be_visible()
    await page.get_by_role("link", name="Incidents").first.click()
    await expect(page.get_by_role("heading", name="No incident", exact=True)).to_be_visible()
    await page.get_by_label("State").select_option("All")
    await page.get_by_role("link", name="Cold store: too warm").click()
    await expect(page).to_have_url(at_home.server + told)


@pytest.mark.parametrize("size", SIZES)
async def test_it_has_no_barrier(at_home: Any, told: str, size: str) -> None:
    page: Page = at_home.page
    await page.set_viewport_size(SIZES[size])
    await at_home.open("/incidents")
    await page.get_by_role("link", name="Cold store: too warm").wait_for()
    assert await at_home.barriers() == []
    assert await at_home.sideways_px() == 0
    await at_home.open(told)
    await page.get_by_text("Nobody was told of this incident.").wait_for()
    assert await at_home.barriers() == []
    assert await at_home.sideways_px() == 0
    await page.get_by_role("button", name="Resolve").click()
    await page.get_by_role("dialog").get_by_label("What was done?").wait_for()
    assert await at_home.barriers() == []
    assert await at_home.sideways_px() == 0
