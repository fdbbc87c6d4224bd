"""Sites over HTTP, on a real database."""

import json
from typing import Any

import httpx
from sqlalchemy import text

from homepot.access.permissions import Role
from homepot.core.database import Database

SITE: dict[str, Any] = {
    "site_id": "site_mill",
    "name": "Old Mill Bäckerei",
    "timezone": "Europe/Berlin",
    "address": "Mühlgasse 3",
    "schedule": [
        {
            "weekday": 0,
            "open": "06:00",
            "close": "18:00",
            "peak_start": "07:00",
            "peak_end": "09:00",
        },
        {"weekday": 6, "closed": True},
    ],
    "maintenance_windows": [{"weekday": 2, "start": "22:00", "end": "02:00", "note": "updates"}],
    "closed_on": ["2026-12-25", "2026-09-15"],
    "tariff": {"downtime_cost_per_hour": 55.5, "visit_cost": 100, "currency": "EUR"},
}


async def add_site(client: httpx.AsyncClient, name: str = "Mill", **more: Any) -> Any:
    answer = await client.post("/api/sites", json={"name": name, "timezone": "UTC", **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def add_device(client: httpx.AsyncClient, site_id: str, **more: Any) -> Any:
    given = {"name": "Till", "type": "pos_terminal", "site_id": site_id, **more}
    answer = await client.post("/api/devices", json=given)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def audited(db: Database) -> list[tuple[str, str, Any]]:
    async with db.system() as tx:
        rows = await tx.execute(text("SELECT action, object, details FROM audit_log ORDER BY at"))
        return [(row.action, row.object, row.details) for row in rows]


async def announced(db: Database) -> list[tuple[str, Any]]:
    async with db.system() as tx:
        rows = await tx.execute(text("SELECT kind, data FROM live_events ORDER BY id"))
        return [(row.kind, row.data) for row in rows]


def place(answer: httpx.Response) -> str:
    found: str = answer.json()["errors"][0]["at"]
    return found


async def test_a_site_comes_back_as_it_was_told(operator: httpx.AsyncClient) -> None:
    made = await operator.post("/api/sites", json=SITE)
    assert made.status_code == 201
    site = (await operator.get("/api/sites/site_mill")).json()
    assert site == made.json()
    assert site["closed_on"] == ["2026-09-15", "2026-12-25"]
    assert site["schedule"][0] == {**SITE["schedule"][0], "closed": False}
    assert site["maintenance_windows"] == SITE["maintenance_windows"]
    assert site["tariff"] == SITE["tariff"]
    assert (site["device_count"], site["online_count"]) == (0, 0)
    assert site["open_now"] in (True, False)
    assert site["created_at"].endswith("Z")


async def test_a_plain_site_pretends_nothing(operator: httpx.AsyncClient) -> None:
    site = await add_site(operator)
    assert site["site_id"].startswith("SITE-")
    assert (site["tariff"], site["open_now"], site["in_maintenance"]) == (None, None, False)


async def test_an_id_is_taken_once_in_a_tenant_and_a_name_as_often_as_one_likes(
    operator: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await add_site(operator, "Mill", site_id="mill")
    await add_site(operator, "Mill")
    again = await operator.post(
        "/api/sites", json={"site_id": "mill", "name": "X", "timezone": "UTC"}
    )
    assert again.status_code == 409
    assert "mill" in again.json()["detail"]
    await add_site(stranger, "Mill", site_id="mill")


WRONG_SITES: list[Any] = [
    ({"timezone": "Mars/Olympus"}, "body.timezone"),
    ({"name": "nul\x00"}, "body.name"),
    ({"name": "\ud800"}, "body.name"),
    ({"site_id": "a b"}, "body.site_id"),
    ({"closed_on": ["soon"]}, "body.closed_on.0"),
    ({"tariff": {"visit_cost": 1}}, "body.tariff.downtime_cost_per_hour"),
    ({"schedule": [{"weekday": 1, "open": "10:00", "close": "10:00"}]}, "body.schedule"),
    ({"colour": "red"}, "body.colour"),
]


async def test_bad_input_names_its_place_and_changes_nothing(
    operator: httpx.AsyncClient,
) -> None:
    for wrong, at in WRONG_SITES:
        body = json.dumps({"name": "Mill", "timezone": "UTC", **wrong})
        answer = await operator.post(
            "/api/sites", content=body, headers={"Content-Type": "application/json"}
        )
        assert (answer.status_code, place(answer)) == (422, at), wrong
    assert (await operator.get("/api/sites")).json()["total"] == 0


async def test_a_change_changes_what_it_says_and_is_told(
    operator: httpx.AsyncClient, db: Database
) -> None:
    await operator.post("/api/sites", json=SITE)
    changed = await operator.patch(
        "/api/sites/site_mill", json={"name": "Neue Mühle", "tariff": None}
    )
    assert changed.status_code == 200
    site = changed.json()
    assert (site["name"], site["tariff"], site["address"]) == ("Neue Mühle", None, "Mühlgasse 3")
    assert site["version"] == 2
    action, of_what, details = (await audited(db))[-1]
    assert (action, of_what) == ("site.changed", "site:site_mill")
    assert details["changed"]["name"] == {"from": "Old Mill Bäckerei", "to": "Neue Mühle"}
    assert details["changed"]["visit_cost"] == {"from": 100.0, "to": None}
    kind, data = (await announced(db))[-1]
    assert (kind, data["site_id"]) == ("site.changed", "site_mill")
    assert (await operator.get("/api/sites", params={"q": "muhle neue"})).json()["total"] == 1


async def test_a_change_that_changes_nothing_is_not_written_down(
    operator: httpx.AsyncClient, db: Database
) -> None:
    await operator.post("/api/sites", json=SITE)
    before = await audited(db), await announced(db)
    given = {key: value for key, value in SITE.items() if key != "site_id"}
    same = await operator.patch("/api/sites/site_mill", json=given)
    assert (same.status_code, same.json()["version"]) == (200, 1)
    assert (await audited(db), await announced(db)) == before


async def test_the_slower_of_two_editors_is_told(operator: httpx.AsyncClient) -> None:
    await operator.post("/api/sites", json=SITE)
    first = await operator.patch("/api/sites/site_mill", json={"name": "One", "version": 1})
    second = await operator.patch("/api/sites/site_mill", json={"name": "Two", "version": 1})
    assert (first.status_code, second.status_code) == (200, 409)
    assert "version 2" in second.json()["detail"]


async def test_the_list_is_paged_without_gap_or_double(operator: httpx.AsyncClient) -> None:
    names = ["Site 10", "site 9", "Äpfel", "Same", "Same", "東京"]
    for name in names:
        await add_site(operator, name)
    seen, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await operator.get("/api/sites", params=params)).json()
        assert page["total"] == 6
        seen += page["items"]
        if not (cursor := page["next_cursor"]):
            break
    assert [site["name"] for site in seen] == ["Äpfel", "Same", "Same", "site 9", "Site 10", "東京"]
    assert len({site["site_id"] for site in seen}) == 6
    other = await operator.get("/api/sites", params={"q": "same", "cursor": "eA"})
    assert (other.status_code, place(other)) == (422, "query.cursor")


SIGNS: list[Any] = ["%", "_", "\\", "100%", "a'b", '"']


async def test_signs_of_the_database_are_searched_as_they_are(
    operator: httpx.AsyncClient,
) -> None:
    await add_site(operator, "plain")
    for sign in SIGNS:
        await add_site(operator, f"odd {sign} name")
    for sign in SIGNS:
        found = (await operator.get("/api/sites", params={"q": sign})).json()
        expected = [f"odd {other} name" for other in SIGNS if sign in other]
        assert [site["name"] for site in found["items"]] == sorted(expected), sign


async def test_a_site_with_devices_is_archived_only_with_them(
    operator: httpx.AsyncClient, db: Database
) -> None:
    await add_site(operator, site_id="mill")
    for n in range(3):
        await add_device(operator, "mill", device_id=f"till_{n}")
    refused = await operator.post("/api/sites/mill/archive")
    assert (refused.status_code, refused.json()["device_count"]) == (409, 3)
    assert "3 devices stand" in refused.json()["detail"]
    assert (await operator.get("/api/sites/mill")).json()["device_count"] == 3

    done = await operator.post("/api/sites/mill/archive", json={"with_devices": True})
    assert done.status_code == 200
    assert done.json()["archived_at"] is not None
    assert (await operator.get("/api/sites")).json()["total"] == 0
    assert (await operator.get("/api/sites", params={"archived": True})).json()["total"] == 1
    assert (await operator.get("/api/devices")).json()["total"] == 0
    device = (await operator.get("/api/devices/till_1")).json()
    assert (device["lifecycle"], device["archived_at"]) == ("unpaired", done.json()["archived_at"])
    _, _, details = (await audited(db))[-1]
    assert details == {"devices": ["till_0", "till_1", "till_2"]}
    told = [
        d["device_id"] for k, d in await announced(db) if k == "device.changed" and d["archived"]
    ]
    assert told == ["till_0", "till_1", "till_2"]


async def test_an_archived_site_takes_no_device_until_it_is_restored(
    operator: httpx.AsyncClient,
) -> None:
    await add_site(operator, site_id="mill")
    await operator.post("/api/sites/mill/archive")
    again = await operator.post("/api/sites/mill/archive")
    assert (again.status_code, "already" in again.json()["detail"]) == (409, True)
    body = {"name": "Till", "type": "server", "site_id": "mill"}
    assert (await operator.post("/api/devices", json=body)).status_code == 409
    assert (await operator.post("/api/sites/mill/restore")).status_code == 200
    assert (await operator.post("/api/sites/mill/restore")).status_code == 409
    assert (await operator.post("/api/devices", json=body)).status_code == 201


async def test_who_may_what(
    operator: httpx.AsyncClient,
    viewer: httpx.AsyncClient,
    installer: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
) -> None:
    await add_site(operator, site_id="mill")
    for reader in (viewer, installer):
        assert (await reader.get("/api/sites/mill")).status_code == 200
        for change in ("archive", "restore"):
            assert (await reader.post(f"/api/sites/mill/{change}")).status_code == 403
        assert (await reader.patch("/api/sites/mill", json={"name": "X"})).status_code == 403
    assert (await stranger.get("/api/sites/mill")).status_code == 404
    assert (await stranger.post("/api/sites/mill/archive")).status_code == 404
    assert (await stranger.get("/api/sites")).json()["total"] == 0
    assert (await operator.get("/api/sites/mill")).json()["archived_at"] is None


async def test_a_query_without_a_filter_shows_one_tenant(people: Any, db: Database) -> None:
    for tenant in ("Harbour", "Orchard"):
        client = await people.client(await people.add(Role.OPERATOR, tenant=tenant))
        await add_site(client, tenant)
        await add_device(client, (await add_site(client, tenant))["site_id"])
    async with db.tenant(await people.tenant("Harbour")) as tx:
        for table, count in (("sites", 2), ("devices", 1), ("device_state", 1)):
            rows = (await tx.execute(text(f"SELECT tenant_id FROM {table}"))).scalars().all()
            assert rows == [await people.tenant("Harbour")] * count
