"""Device types and the metric registry over HTTP, on a real database."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.errors import BadInput
from homepot.fleet.types import service

TILL = "/api/device-types/pos_terminal"


def metric(device_type: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in device_type["metrics"] if one["name"] == name)
    return found


async def registered(client: httpx.AsyncClient, name: str) -> dict[str, Any] | None:
    items = (await client.get("/api/metrics")).json()["items"]
    return next((one for one in items if one["name"] == name), None)


async def test_what_is_shipped_is_there_from_the_start(viewer: httpx.AsyncClient) -> None:
    types = (await viewer.get("/api/device-types")).json()
    assert types["total"] == 7
    till = types["items"][0]
    assert (till["name"], till["shipped"]) == ("pos_terminal", True)
    assert till["own"] == {"label": None, "metrics": {}}
    assert metric(till, "cpu_percent")["warning_above"] == 85
    assert (await registered(viewer, "vibration_mm_s") or {})["origin"] == "shipped"


async def test_own_words_win_field_by_field_and_can_be_set_back(
    operator: httpx.AsyncClient, db: Database
) -> None:
    shipped = (await operator.get(TILL)).json()
    words = {
        "label": "Kasse",
        "metrics": {
            "cpu_percent": {"warning_above": 60, "critical_above": None},
            "queue_depth": None,
            "paper_mm": {"unit": "mm", "direction": "down_is_bad", "warning_below": 5},
        },
    }
    changed = (await operator.put(TILL, json=words)).json()
    assert changed == (await operator.get(TILL)).json()
    assert (changed["label"], changed["own"]) == ("Kasse", words)
    cpu = metric(changed, "cpu_percent")
    assert (cpu["warning_above"], cpu["critical_above"], cpu["unit"]) == (60, None, "%")
    assert "queue_depth" not in [one["name"] for one in changed["metrics"]]
    assert metric(changed, "paper_mm")["warning_below"] == 5
    assert metric(changed, "disk_percent") == metric(shipped, "disk_percent")
    paper = await registered(operator, "paper_mm") or {}
    assert (paper["origin"], paper["first_seen_at"]) == ("declared", None)

    assert (await operator.put(TILL, json=changed["own"])).json() == changed
    assert (await operator.delete(TILL)).status_code == 204
    assert (await operator.get(TILL)).json() == shipped
    async with db.system() as tx:
        actions = (await tx.execute(text("SELECT action FROM audit_log ORDER BY at"))).scalars()
        assert list(actions) == ["device_type.changed", "device_type.changed", "device_type.reset"]


async def test_a_type_of_ones_own(operator: httpx.AsyncClient, stranger: httpx.AsyncClient) -> None:
    path = "/api/device-types/coffee_machine"
    assert (await operator.get(path)).status_code == 404
    made = await operator.put(
        path, json={"metrics": {"temperature_celsius": {"warning_above": 99}}}
    )
    assert made.status_code == 200
    water = metric(made.json(), "temperature_celsius")
    assert (water["unit"], water["warning_above"], made.json()["shipped"]) == ("°C", 99, False)
    await operator.post("/api/sites", json={"site_id": "m", "name": "M", "timezone": "UTC"})
    device = {"device_id": "c1", "name": "C1", "type": "coffee_machine", "site_id": "m"}
    assert (await operator.post("/api/devices", json=device)).status_code == 201
    assert (await stranger.get(path)).status_code == 404
    assert (await operator.delete(path)).status_code == 204
    assert (await operator.delete(path)).status_code == 404
    assert (await operator.get("/api/devices/c1")).json()["type"] == "coffee_machine"


WRONG_WORDS: list[Any] = [
    (
        {"metrics": {"cpu_percent": {"warning_above": 99}}},
        "body.metrics.cpu_percent.warning_above",
    ),
    (
        {"metrics": {"cpu_percent": {"critical_above": 101}}},
        "body.metrics.cpu_percent.critical_above",
    ),
    ({"metrics": {"nonsense": None}}, "body.metrics.nonsense"),
    ({"metrics": {"a b": {}}}, "body.metrics"),
    (
        {"metrics": {"cpu_percent": {"warning_above": "NaN"}}},
        "body.metrics.cpu_percent.warning_above",
    ),
    ({"metrics": {"cpu_percent": {"kind": "guess"}}}, "body.metrics.cpu_percent.kind"),
    ({"colour": 1}, "body.colour"),
]


async def test_words_that_contradict_change_nothing(
    operator: httpx.AsyncClient,
) -> None:
    before = (await operator.get(TILL)).json(), (await operator.get("/api/metrics")).json()
    for words, at in WRONG_WORDS:
        answer = await operator.put(TILL, json=words)
        assert (answer.status_code, answer.json()["errors"][0]["at"]) == (422, at), words
    assert before == (
        (await operator.get(TILL)).json(),
        (await operator.get("/api/metrics")).json(),
    )


async def test_metrics_a_device_sends_register_themselves(
    operator: httpx.AsyncClient, people: Any, db: Database
) -> None:
    tenant_id = await people.tenant()
    first = now()
    async with db.tenant(tenant_id) as tx:
        ids = await service.ensure_metrics(tx, ["flux_capacity", "cpu_percent"], first)
    async with db.tenant(tenant_id) as tx:
        again = await service.ensure_metrics(tx, ["cpu_percent", "flux_capacity", "new_one"], now())
    assert ids.items() <= again.items()
    new = await registered(operator, "flux_capacity") or {}
    assert (new["origin"], new["kind"], new["direction"]) == ("discovered", "gauge", "none")
    assert new["first_seen_at"] == first.isoformat().replace("+00:00", "Z")
    cpu = await registered(operator, "cpu_percent") or {}
    assert (cpu["origin"], cpu["unit"]) == ("shipped", "%")
    assert cpu["first_seen_at"] is not None


async def test_a_declared_metric_notes_when_it_first_came(
    operator: httpx.AsyncClient, people: Any, db: Database
) -> None:
    await operator.put(TILL, json={"metrics": {"paper_mm": {}}})
    async with db.tenant(await people.tenant()) as tx:
        await service.ensure_metrics(tx, ["paper_mm"], now())
    paper = await registered(operator, "paper_mm") or {}
    assert (paper["origin"], paper["first_seen_at"] is None) == ("declared", False)


async def test_two_intakes_meet_the_same_new_metrics(people: Any, db: Database) -> None:
    tenant_id = await people.tenant()
    names = [f"m{n}" for n in range(50)]

    async def intake(order: list[str]) -> dict[str, int]:
        async with db.tenant(tenant_id) as tx:
            return await service.ensure_metrics(tx, order, now())

    answers = await asyncio.gather(*(intake(names[::step]) for step in (1, -1, 1, -1)))
    assert all(answer == answers[0] for answer in answers)
    assert len(set(answers[0].values())) == 50


async def test_the_registry_has_an_end_and_says_so(people: Any, db: Database) -> None:
    tenant_id = await people.tenant()
    async with db.tenant(tenant_id) as tx:
        await service.ensure_metrics(tx, [f"m{n}" for n in range(service.METRICS_MAX)], now())
    async with db.tenant(tenant_id) as tx:
        with pytest.raises(service.RegistryFull, match=r"2,000 metrics.*'one_more'"):
            await service.ensure_metrics(tx, ["one_more", "m1"], now())
        # the transaction goes on, and what is known is still known
        assert len(await service.ensure_metrics(tx, ["m1", "m2"], now())) == 2
        with pytest.raises(BadInput, match="'two words' is no metric"):
            await service.ensure_metrics(tx, ["two words"], now())
    async with db.tenant(await people.tenant("Orchard")) as tx:
        assert len(await service.ensure_metrics(tx, ["one_more"], now())) == 1


async def test_a_metric_can_be_described_and_set_back(
    operator: httpx.AsyncClient, viewer: httpx.AsyncClient, people: Any, db: Database
) -> None:
    async with db.tenant(await people.tenant()) as tx:
        ids = await service.ensure_metrics(tx, ["flux"], now())
    path = "/api/metrics/flux"
    words = {"unit": "Wb", "range_low": 0, "range_high": 5, "direction": "up_is_bad"}
    flux = (await operator.patch(path, json=words)).json()
    assert {key: flux[key] for key in words} == words
    assert flux["origin"] == "discovered"
    wrong = await operator.patch(path, json={"range_high": -1})
    assert (wrong.status_code, wrong.json()["errors"][0]["at"]) == (422, "body.range_low")
    back = (await operator.patch(path, json=dict.fromkeys(words))).json()
    assert (back["unit"], back["range_low"], back["direction"]) == ("", None, "none")
    shipped = (await operator.patch("/api/metrics/cpu_percent", json={"unit": "pct"})).json()
    assert (shipped["unit"], shipped["origin"], shipped["range_high"]) == ("pct", "shipped", 100)
    assert (await operator.patch("/api/metrics/nothing", json={})).status_code == 404
    assert (await viewer.patch(path, json=words)).status_code == 403
    async with db.tenant(await people.tenant()) as tx:
        assert await service.ensure_metrics(tx, ["flux"], now()) == ids


async def test_who_may_what(viewer: httpx.AsyncClient, installer: httpx.AsyncClient) -> None:
    for reader in (viewer, installer):
        assert (await reader.put(TILL, json={})).status_code == 403
        assert (await reader.delete(TILL)).status_code == 403
