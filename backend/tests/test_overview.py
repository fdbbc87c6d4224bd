"""The fleet at a glance, over the real application."""

from typing import Any

import httpx
from sqlalchemy import text

from homepot.core.database import Database

_INCIDENTS = """
    insert into incidents (tenant_id, public_id, site_id, device_id, state, category, severity,
        title, description, search, started_at, opened_at, ended_at, changed_at)
    select d.tenant_id, i.name, d.site_id, d.id, i.state, 'power', i.severity, i.name, '', '',
        now(), now() - i.age, case when i.name = 'back' then now() end, now()
    from devices as d, (values
        ('warned', 'open', 'warning', interval '1 minute'),
        ('seen', 'confirmed', 'critical', interval '2 minutes'),
        ('old', 'open', 'critical', interval '1 hour'),
        ('new', 'open', 'critical', interval '3 minutes'),
        ('back', 'open', 'critical', interval '1 minute'),
        ('over', 'resolved', 'critical', interval '1 minute')
    ) as i (name, state, severity, age)
    where d.public_id = :device
"""


async def test_it_counts_devices_and_puts_what_is_urgent_first(
    db: Database, admin: httpx.AsyncClient, estate: Any
) -> None:
    calm = await estate.site(name="Calm")
    rough = await estate.site(name="Rough")
    for site in (calm, calm, rough):
        last = await estate.agent(site)
    gone = await estate.agent(calm)
    answer = await admin.post(f"/api/devices/{gone.device_id}/archive", json={})
    assert answer.status_code == 200, answer.text
    async with db.system() as tx:
        await tx.execute(text(_INCIDENTS), {"device": last.device_id})
    told = (await admin.get("/api/overview")).json()
    assert told["numbers"]["devices"] == 3
    assert sum(told["numbers"]["health"].values()) == 3
    assert sum(told["numbers"]["connectivity"].values()) == 3
    assert told["trouble"] == {"critical": 3, "warning": 1, "info": 0, "confirmed": 1}
    assert [one["incident_id"] for one in told["urgent"]] == ["new", "old", "seen", "warned"]
    assert [(one["name"], one["numbers"]["devices"]) for one in told["sites"]] == [
        ("Rough", 1),
        ("Calm", 2),
    ]
    assert told["sites_total"] == 2


async def test_an_empty_house_is_told_as_one(admin: httpx.AsyncClient) -> None:
    told = (await admin.get("/api/overview")).json()
    assert told["numbers"]["devices"] == 0
    assert (told["sites"], told["urgent"]) == ([], [])
