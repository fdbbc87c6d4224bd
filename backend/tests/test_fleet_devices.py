"""Devices over HTTP, on a real database."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from homepot.access.caller import system_caller
from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.errors import Conflict
from homepot.fleet.devices import service
from homepot.fleet.devices.lifecycle import Lifecycle, Move, WrongState
from homepot.fleet.sites import service as sites

DEVICE: dict[str, Any] = {
    "device_id": "pos_1425",
    "name": "POS Terminal - Küche 2",
    "type": "pos_terminal",
    "site_id": "mill",
    "location": "Küche",
    "firmware": "2.4.1",
    "serial": "SN-99/7",
    "installed_on": "2024-03-27",
    "warranty_until": "2027-05-29",
    "tags": ["till", "kitchen", "till"],
    "provenance": "simulated",
}


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


async def the_audit(db: Database) -> list[Any]:
    async with db.system() as tx:
        return list(
            await tx.execute(text("SELECT action, object, details FROM audit_log ORDER BY at"))
        )


async def the_events(db: Database, kind: str = "device.changed") -> list[Any]:
    async with db.system() as tx:
        query = text("SELECT data FROM live_events WHERE kind = :kind ORDER BY id")
        return list((await tx.execute(query, {"kind": kind})).scalars())


async def test_a_device_comes_back_as_it_was_told(
    operator: httpx.AsyncClient, mill: str, db: Database
) -> None:
    made = await operator.post("/api/devices", json=DEVICE)
    assert made.status_code == 201
    device = made.json()
    assert device == (await operator.get("/api/devices/pos_1425")).json()
    expected = {**DEVICE, "tags": ["till", "kitchen"], "site_name": "Site mill"}
    assert {key: device[key] for key in expected} == expected
    assert (device["lifecycle"], device["connectivity"], device["health"]) == (
        "pending",
        "unknown",
        "unknown",
    )
    assert (device["last_seen_at"], device["archived_at"], device["version"]) == (None, None, 1)
    in_list = (await operator.get("/api/devices")).json()["items"][0]
    assert in_list == {key: device[key] for key in in_list}
    assert (await the_audit(db))[-1].details["provenance"] == "simulated"
    assert (await the_events(db))[-1]["device_id"] == "pos_1425"


WRONG_DEVICES: list[Any] = [
    ({"type": "toaster"}, "body.type", "there are: gateway, industrial_controller"),
    ({"site_id": "nowhere"}, "body.site_id", "no site 'nowhere'"),
    ({"device_id": "a/b"}, "body.device_id", "1 to 64"),
    ({"provenance": "guessed"}, "body.provenance", "'real', 'imported' or 'simulated'"),
    ({"name": ""}, "body.name", "this is empty"),
    ({"tags": ["x"] * 33}, "body.tags", "at most 32"),
    ({"installed_on": "2024-02-30"}, "body.installed_on", "valid date"),
    ({"lifecycle": "active"}, "body.lifecycle", "this is not known here"),
]


async def test_bad_input_names_its_place_and_changes_nothing(
    operator: httpx.AsyncClient, mill: str
) -> None:
    for wrong, at, words in WRONG_DEVICES:
        answer = await operator.post("/api/devices", json={**DEVICE, **wrong})
        assert answer.status_code == 422, wrong
        error = answer.json()["errors"][0]
        assert error["at"] == at
        assert words in error["problem"]
    assert (await operator.get("/api/devices")).json()["total"] == 0


async def test_ids_are_unique_and_names_need_not_be(operator: httpx.AsyncClient, mill: str) -> None:
    await add(operator, "till_1", name="Till")
    await add(operator, "till_2", name="Till")
    again = await operator.post("/api/devices", json={**DEVICE, "device_id": "till_1"})
    assert again.status_code == 409
    fresh = await operator.post("/api/devices", json={**DEVICE, "device_id": None})
    assert fresh.json()["device_id"].startswith("DEVICE-")


async def test_a_change_changes_what_it_says(
    operator: httpx.AsyncClient, mill: str, db: Database
) -> None:
    await operator.post("/api/devices", json=DEVICE)
    change = {"name": "Kasse 3", "serial": None, "tags": [], "version": 1}
    device = (await operator.patch("/api/devices/pos_1425", json=change)).json()
    assert (device["name"], device["serial"], device["tags"]) == ("Kasse 3", None, [])
    assert (device["location"], device["version"]) == ("Küche", 2)
    assert await ids(operator, q="kasse kuche") == ["pos_1425"]
    assert await ids(operator, q="SN-99") == []
    entry = (await the_audit(db))[-1]
    assert entry.action == "device.changed"
    assert entry.details["changed"]["tags"] == {"from": ["till", "kitchen"], "to": []}
    assert (await the_events(db))[-1]["changed"] == ["serial", "tags", "name"]
    late = await operator.patch("/api/devices/pos_1425", json=change)
    assert late.status_code == 409


NOT_CHANGED_HERE: list[Any] = [
    ({"provenance": "real"}, "fixed at enrolment"),
    ({"device_id": "other"}, "never changes"),
    ({"site_id": "north"}, "transfer"),
    ({"lifecycle": "active"}, "suspend, activate"),
    ({"type": "toaster"}, "no device type 'toaster'"),
    ({"epoch_id": "x"}, "this is not known here"),
]


async def test_what_is_changed_elsewhere_or_never_is_refused(
    operator: httpx.AsyncClient, mill: str
) -> None:
    before = (await operator.post("/api/devices", json=DEVICE)).json()
    for change, words in NOT_CHANGED_HERE:
        answer = await operator.patch("/api/devices/pos_1425", json=change)
        assert answer.status_code == 422, change
        assert words in answer.json()["detail"]
    assert (await operator.get("/api/devices/pos_1425")).json() == before


@pytest.mark.parametrize("role", ["homepot_tenant", "homepot_system"])
async def test_no_statement_relabels_a_device(
    operator: httpx.AsyncClient, mill: str, people: Any, db: Database, role: str
) -> None:
    await operator.post("/api/devices", json=DEVICE)
    tenant_id = await people.tenant()
    with pytest.raises(DBAPIError, match="provenance of a device is fixed"):
        async with db.tenant(tenant_id) if role == "homepot_tenant" else db.system() as tx:
            await tx.execute(text("UPDATE devices SET provenance = 'real'"))
    assert (await operator.get("/api/devices/pos_1425")).json()["provenance"] == "simulated"


async def test_a_life(operator: httpx.AsyncClient, mill: str, db: Database) -> None:
    await operator.post("/api/devices", json=DEVICE)

    async def ask(move: str) -> httpx.Response:
        return await operator.post(f"/api/devices/pos_1425/{move}")

    for move, state in (
        ("activate", "active"),
        ("suspend", "suspended"),
        ("activate", "active"),
        ("archive", "unpaired"),
    ):
        answer = await ask(move)
        assert (answer.status_code, answer.json()["lifecycle"]) == (200, state)
    assert answer.json()["archived_at"] is not None
    assert await ids(operator) == []
    assert await ids(operator, archived=True) == ["pos_1425"]
    assert await ids(operator, lifecycle="unpaired") == ["pos_1425"]

    refused = await ask("suspend")
    problem = refused.json()
    assert (refused.status_code, problem["state"], problem["allowed"]) == (
        409,
        "archived",
        ["restore"],
    )
    assert "is archived cannot be asked to suspend" in problem["detail"]
    restored = (await ask("restore")).json()
    assert (restored["lifecycle"], restored["archived_at"]) == ("pending", None)
    actions = [entry.action for entry in await the_audit(db)][-6:]
    assert actions == [
        "device.created",
        "device.activated",
        "device.suspended",
        "device.activated",
        "device.archived",
        "device.restored",
    ]
    assert (await the_events(db))[-1]["lifecycle"] == "pending"


async def test_whatever_ends_a_pairing_voids_its_epoch(
    operator: httpx.AsyncClient, mill: str, people: Any, db: Database
) -> None:
    tenant_id = await people.tenant()
    async with db.tenant(tenant_id) as tx:
        site = await sites.find_living(tx, "mill")
        device = await service.enrol(
            tx, site, public_id="d", provenance="real", epoch_id="e1", type_="brand-new"
        )
        assert (device.lifecycle, device.epoch_id, device.type) == ("active", "e1", "unknown")
        device = await service.pair(tx, device, "e2")
        assert device.epoch_id == "e2"
        suspended = await service.move_silently(tx, device, Move.SUSPEND, now())
        assert suspended.epoch_id == "e2"
        with pytest.raises(WrongState):
            await service.pair(tx, suspended, "e3")
        archived = await service.move_silently(tx, suspended, Move.ARCHIVE, now())
        assert archived.epoch_id is None
        with pytest.raises(Conflict):
            await service.enrol(tx, site, public_id="d", provenance="real")


async def test_of_editors_at_the_same_moment_one_is_quicker(
    operator: httpx.AsyncClient, mill: str
) -> None:
    await operator.post("/api/devices", json=DEVICE)
    answers = await asyncio.gather(
        *(
            operator.patch("/api/devices/pos_1425", json={"name": f"Till {n}", "version": 1})
            for n in range(6)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    device = (await operator.get("/api/devices/pos_1425")).json()
    assert device["version"] == 2
    assert device["name"] in [a.json().get("name") for a in answers if a.status_code == 200]


async def test_transfer(operator: httpx.AsyncClient, mill: str, db: Database) -> None:
    await operator.post("/api/devices", json=DEVICE)
    path = "/api/devices/pos_1425/transfer"
    moved = await operator.post(path, json={"site_id": "north"})
    assert (moved.json()["site_id"], moved.json()["site_name"]) == ("north", "Site north")
    assert (await operator.get("/api/sites/north")).json()["device_count"] == 1
    assert (await operator.get("/api/sites/mill")).json()["device_count"] == 0
    assert (await the_audit(db))[-1].details == {"from": "mill", "to": "north"}
    nowhere = await operator.post(path, json={"site_id": "nowhere"})
    assert (nowhere.status_code, nowhere.json()["errors"][0]["at"]) == (422, "body.site_id")
    await operator.post("/api/sites/mill/archive")
    assert (await operator.post(path, json={"site_id": "mill"})).status_code == 409
    await operator.post("/api/devices/pos_1425/archive")
    assert (await operator.post(path, json={"site_id": "north"})).status_code == 409


async def test_a_device_is_not_restored_to_an_archived_site(
    operator: httpx.AsyncClient, mill: str
) -> None:
    await operator.post("/api/devices", json=DEVICE)
    await operator.post("/api/sites/mill/archive", json={"with_devices": True})
    refused = await operator.post("/api/devices/pos_1425/restore")
    assert (refused.status_code, "archived" in refused.json()["detail"]) == (409, True)
    await operator.post("/api/sites/mill/restore")
    assert (await operator.get("/api/sites/mill")).json()["device_count"] == 0
    assert (await operator.post("/api/devices/pos_1425/restore")).status_code == 200


async def test_no_device_slips_into_a_site_while_it_is_archived(
    operator: httpx.AsyncClient, mill: str
) -> None:
    answers = await asyncio.gather(
        operator.post("/api/sites/mill/archive", json={"with_devices": True}),
        *(operator.post("/api/devices", json={**DEVICE, "device_id": f"d{n}"}) for n in range(8)),
    )
    assert answers[0].status_code == 200
    assert {answer.status_code for answer in answers[1:]} <= {201, 409}
    assert (await operator.get("/api/sites/mill")).json()["device_count"] == 0
    assert await ids(operator) == []


async def test_who_may_what(
    operator: httpx.AsyncClient,
    viewer: httpx.AsyncClient,
    installer: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    mill: str,
) -> None:
    await operator.post("/api/devices", json=DEVICE)
    assert (await viewer.get("/api/devices/pos_1425")).status_code == 200
    assert (await viewer.post("/api/devices", json=DEVICE)).status_code == 403
    made = await installer.post("/api/devices", json={**DEVICE, "device_id": "new"})
    assert made.status_code == 201
    for move in ("suspend", "activate", "archive", "restore"):
        assert (await installer.post(f"/api/devices/pos_1425/{move}")).status_code == 403
        assert (await stranger.post(f"/api/devices/pos_1425/{move}")).status_code == 404
    assert (await stranger.patch("/api/devices/pos_1425", json={"name": "X"})).status_code == 404
    theirs = await stranger.post("/api/devices", json=DEVICE)
    assert (theirs.status_code, theirs.json()["errors"][0]["at"]) == (422, "body.site_id")
    assert await ids(stranger) == []


async def test_what_an_agent_says_of_its_device_is_kept(
    operator: httpx.AsyncClient, mill: str, people: Any, db: Database
) -> None:
    await operator.post("/api/devices", json=DEVICE)
    facts = {"mac_address": "00:11", "peripherals": {"printer": True}, "firmware": "3.0"}
    async with db.tenant(await people.tenant()) as tx:
        learnt = await service.learn(tx, await service.find(tx, "pos_1425"), facts)
        same = await service.learn(tx, learnt, facts)
        assert (learnt.version, same.version) == (2, 2)
    device = (await operator.get("/api/devices/pos_1425")).json()
    assert {key: device[key] for key in facts} == facts


async def test_a_use_case_without_a_person_is_audited_as_the_system(
    operator: httpx.AsyncClient, mill: str, people: Any, db: Database
) -> None:
    await operator.post("/api/devices", json=DEVICE)
    tenant_id = await people.tenant()
    async with db.tenant(tenant_id) as tx:
        caller = system_caller(tx, tenant_id, "tidying")
        device = await service.move(caller, "pos_1425", Move.ACTIVATE, now())
    assert device.lifecycle == Lifecycle.ACTIVE
    assert (await the_audit(db))[-1].action == "device.activated"
