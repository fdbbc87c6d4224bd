"""The list of devices over HTTP, on a real database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from homepot.core.database import Database
from homepot.fleet.devices import service
from homepot.fleet.devices.listing import By, Sort
from homepot.fleet.sites import service as sites


@pytest.fixture
async def mill(operator: httpx.AsyncClient) -> str:
    for site_id in ("mill", "north"):
        body = {"site_id": site_id, "name": f"Site {site_id}", "timezone": "Europe/Berlin"}
        assert (await operator.post("/api/sites", json=body)).status_code == 201
    return "mill"


async def add(client: httpx.AsyncClient, device_id: str, **more: Any) -> Any:
    given = {"device_id": device_id, "name": device_id, "type": "server", "site_id": "mill", **more}
    answer = await client.post("/api/devices", json=given)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def ids(client: httpx.AsyncClient, **params: Any) -> list[str]:
    answer = await client.get("/api/devices", params=params)
    assert answer.status_code == 200, answer.text
    return [one["device_id"] for one in answer.json()["items"]]


# Names are ordered by rules of their own, see fleet/tests/test_text.py.
KEY_OF: dict[By, Callable[[Any], Any]] = {
    By.DEVICE_ID: lambda d: d["device_id"],
    By.LAST_SEEN: lambda d: d["last_seen_at"] or "",
    By.TYPE: lambda d: d["type"],
    By.SITE: lambda d: d["site_name"],
    By.CONNECTIVITY: lambda d: ["offline", "unknown", "online"].index(d["connectivity"]),
}


async def test_filters(operator: httpx.AsyncClient, mill: str, db: Database) -> None:
    await add(operator, "a", type="gateway", tags=["x", "y"], provenance="imported")
    await add(operator, "b", tags=["x"], name="Прилавок №5", serial="AB%9")
    await add(operator, "c", site_id="north", location="Cold Room", provenance="simulated")
    await operator.post("/api/devices/c/activate")
    async with db.system() as tx:
        await tx.execute(
            text(
                "UPDATE device_state SET connectivity = 'online' FROM devices"
                " WHERE id = device_id AND public_id = 'a'"
            )
        )
    assert await ids(operator, type="gateway") == ["a"]
    assert await ids(operator, type=["gateway", "server"]) == ["a", "c", "b"]
    assert await ids(operator, site_id="north") == ["c"]
    assert await ids(operator, site_id="nowhere") == []
    assert await ids(operator, lifecycle="active") == ["c"]
    assert await ids(operator, connectivity="online") == ["a"]
    assert await ids(operator, provenance="imported") == ["a"]
    assert await ids(operator, tag="x") == ["a", "b"]
    assert await ids(operator, tag=["x", "y"]) == ["a"]
    assert await ids(operator, q="прилавок") == ["b"]
    assert await ids(operator, q="COLD room") == ["c"]
    assert await ids(operator, q="b%9") == ["b"]
    assert await ids(operator, q="%") == ["b"]
    assert await ids(operator, q="x' OR 1=1 --") == []
    site = (await operator.get("/api/sites/mill")).json()
    assert (site["device_count"], site["online_count"]) == (2, 1)


REFUSED: list[dict[str, Any]] = [
    {"limit": 0},
    {"limit": 201},
    {"sort": "colour"},
    {"lifecycle": "dead"},
    {"q": "nul\x00"},
    {"cursor": "x"},
    {"cursor": "é"},
    {"colour": "red"},
    {"type": "a\x00"},
    {"tag": "\x00"},
]


async def test_a_list_refuses_what_it_does_not_know(operator: httpx.AsyncClient) -> None:
    for params in REFUSED:
        answer = await operator.get("/api/devices", params=params)
        assert answer.status_code == 422, params
        assert answer.json()["errors"][0]["at"].startswith("query"), params


@pytest.fixture
async def fleet(people: Any, db: Database, mill: str) -> None:
    """23 devices with many equals among them, half of them heard from."""
    async with db.tenant(await people.tenant()) as tx:
        there = [await sites.find_living(tx, one) for one in (mill, "north")]
        for n in range(23):
            await service.enrol(
                tx,
                there[n % 2],
                public_id=f"d{n}",
                name=["same", f"Till {n}", "ÄÖ"][n % 3],
                type_=["server", "gateway", "tablet"][n % 3],
                provenance="simulated",
            )
        for n in range(0, 23, 2):
            seen_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=n // 4)
            await tx.execute(
                text(
                    "UPDATE device_state SET connectivity = :c, last_seen_at = :at FROM devices"
                    " WHERE id = device_id AND public_id = :d"
                ),
                {"c": ["online", "offline"][n % 4 // 2], "at": seen_at, "d": f"d{n}"},
            )


async def test_every_sort_pages_without_gap_or_double(
    operator: httpx.AsyncClient, fleet: None
) -> None:
    for sort in Sort:
        everything = await walk(operator, sort=sort.value)
        assert len(everything) == 23
        if sort.by in KEY_OF:
            keys = [KEY_OF[sort.by](one) for one in everything]
            assert keys == sorted(keys, reverse=sort.descending), sort
        found = await walk(operator, sort=sort.value, q="TILL 1")
        named = [one for one in everything if "Till 1" in one["name"]]
        assert [one["device_id"] for one in found] == [one["device_id"] for one in named], sort
        assert len(named) > 3
    by_name = [one["name"] for one in await walk(operator, sort="name")]
    assert by_name[:7] + by_name[-1:] == ["ÄÖ"] * 7 + ["Till 22"]
    assert by_name.index("Till 4") < by_name.index("Till 10")


async def walk(client: httpx.AsyncClient, **params: Any) -> list[Any]:
    """Every device of a list, page by page; none comes twice."""
    seen: list[Any] = []
    params["limit"] = 3
    while True:
        page = (await client.get("/api/devices", params=params)).json()
        seen += page["items"]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert len(seen) == len({one["device_id"] for one in seen}) == page["total"]
    other = await client.get("/api/devices", params={**params, "type": "server"})
    assert other.status_code == (422 if "cursor" in params else 200)
    return seen


async def test_a_page_beyond_the_end_still_counts(operator: httpx.AsyncClient, mill: str) -> None:
    for device_id in ("a", "b", "c"):
        await add(operator, device_id)
    first = (await operator.get("/api/devices", params={"limit": 2})).json()
    await operator.post("/api/devices/c/archive")
    params = {"limit": 2, "cursor": first["next_cursor"]}
    last = (await operator.get("/api/devices", params=params)).json()
    assert last == {"items": [], "total": 2, "next_cursor": None}
