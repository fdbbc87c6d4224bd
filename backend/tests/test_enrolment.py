"""Enrolment over the real application: bootstrap keys, claims, keys of devices."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from homepot.core.clock import now
from homepot.core.security import digest

PROVISION = "/api/v1/devices/bootstrap-provision"


async def claim(people: Any, intent: dict[str, Any], **fields: object) -> httpx.Response:
    body = {"claim_token": intent["claim_token"], **fields}
    path = f"/api/v1/enrolment-intents/{intent['intent_id']}/claim"
    answer: httpx.Response = await people.anonymous().post(path, json=body)
    return answer


async def intent_of(client: httpx.AsyncClient, site_id: str, **fields: object) -> dict[str, Any]:
    answer = await client.post("/api/enrolment-intents", json={"site_id": site_id, **fields})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def audited(admin: httpx.AsyncClient) -> list[str]:
    items = (await admin.get("/api/audit")).json()["items"]
    return [one["action"] for one in reversed(items)]


async def alive(agent: Any) -> int:
    status: int = (await agent.tell("/agent/heartbeat")).status_code
    return status


# -- bootstrap keys -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "provenance"), [("physical", "real"), ("emulator", "simulated"), (None, "real")]
)
async def test_provenance_is_what_the_enrolment_said(
    estate: Any, admin: httpx.AsyncClient, source: str | None, provenance: str
) -> None:
    agent = await estate.agent(provisioning_source=source)
    await agent.tell("/agent/device-dna", device_source="simulation")
    shown = (await admin.get(f"/api/devices/{agent.device_id}")).json()
    assert shown["provenance"] == provenance
    contradicted = "device.provenance_contradicted" in await audited(admin)
    assert contradicted == (provenance == "real")


async def test_an_unknown_type_is_the_type_unknown(estate: Any, admin: httpx.AsyncClient) -> None:
    agent = await estate.agent(device_type="Espresso-Machine")
    assert (await admin.get(f"/api/devices/{agent.device_id}")).json()["type"] == "unknown"
    await agent.tell("/agent/device-dna", device_type="Gateway")
    assert (await admin.get(f"/api/devices/{agent.device_id}")).json()["type"] == "gateway"


async def test_the_owners_name_and_type_stand(estate: Any, admin: httpx.AsyncClient) -> None:
    agent = await estate.agent(device_name="Till 1")
    await agent.tell("/agent/device-dna", device_name="localhost", device_type="server")
    shown = (await admin.get(f"/api/devices/{agent.device_id}")).json()
    assert (shown["name"], shown["type"]) == ("Till 1", "pos_terminal")


async def test_every_wrong_bootstrap_is_answered_alike(estate: Any, people: Any) -> None:
    here, there = await estate.site(), await estate.site()
    key = await estate.bootstrap_key(here)
    client = people.anonymous()
    told = []
    for site_id, given in ((here, "wrong"), (there, key), ("SITE-2222-2222", key)):
        body = {"site_id": site_id, "bootstrap_key": given}
        answer = await client.post(PROVISION, json=body)
        told.append((answer.status_code, answer.json()["detail"]))
    assert {status for status, _ in told} == {401}
    assert len(set(told)) == 1
    assert (await estate.admin.get("/api/devices")).json()["total"] == 0


async def test_a_bootstrap_key_ends_by_revocation(
    estate: Any, people: Any, admin: httpx.AsyncClient
) -> None:
    site_id = await estate.site()
    made = (await admin.post(f"/api/sites/{site_id}/bootstrap-keys", json={"label": "van"})).json()
    body = {"site_id": site_id, "bootstrap_key": made["bootstrap_key"]}
    client = people.anonymous()
    assert (await client.post(PROVISION, json=body)).status_code == 200
    listed = (await admin.get(f"/api/sites/{site_id}/bootstrap-keys")).json()["items"]
    assert [(one["label"], one["uses"]) for one in listed] == [("van", 1)]
    assert "bootstrap_key" not in listed[0]
    path = f"/api/sites/{site_id}/bootstrap-keys/{made['id']}"
    assert (await admin.delete(path)).status_code == 204
    assert (await admin.delete(path)).status_code == 204
    assert (await client.post(PROVISION, json=body)).status_code == 401
    assert (await admin.delete(f"/api/sites/{site_id}/bootstrap-keys/999")).status_code == 404
    assert (await audited(admin))[-2:] == ["device.enrolled", "bootstrap_key.revoked"]


async def test_a_bootstrap_key_ends_by_time(estate: Any, people: Any, db: Any) -> None:
    site_id = await estate.site()
    key = await estate.bootstrap_key(site_id, expires_in_s=60)
    body = {"site_id": site_id, "bootstrap_key": key}
    assert (await people.anonymous().post(PROVISION, json=body)).status_code == 200
    async with db.system() as tx:
        await tx.execute(text("update bootstrap_keys set expires_at = now()"))
    assert (await people.anonymous().post(PROVISION, json=body)).status_code == 401


async def test_a_bootstrap_key_is_not_used_once_too_often(estate: Any, people: Any) -> None:
    site_id = await estate.site()
    key = await estate.bootstrap_key(site_id, uses_max=3)
    body = {"site_id": site_id, "bootstrap_key": key}
    clients = [people.anonymous() for _ in range(6)]
    answers = await asyncio.gather(*(client.post(PROVISION, json=body) for client in clients))
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [401] * 3
    assert (await estate.admin.get("/api/devices")).json()["total"] == 3


async def test_an_archived_site_takes_no_device(
    estate: Any, people: Any, admin: httpx.AsyncClient
) -> None:
    site_id = await estate.site()
    key = await estate.bootstrap_key(site_id)
    assert (await admin.post(f"/api/sites/{site_id}/archive")).status_code == 200
    body = {"site_id": site_id, "bootstrap_key": key}
    assert (await people.anonymous().post(PROVISION, json=body)).status_code == 409


async def test_two_tenants_may_use_the_same_id(estate: Any, stranger: httpx.AsyncClient) -> None:
    """The key says whose device it is, not the id."""
    site = {"name": "x", "timezone": "UTC"}
    device = {"device_id": "sensor_1234", "name": "x", "type": "iot_sensor"}
    keys = []
    for owner in (estate.admin, stranger):
        site_id = (await owner.post("/api/sites", json=site)).json()["site_id"]
        made = await owner.post("/api/devices", json={**device, "site_id": site_id})
        assert made.status_code == 201, made.text
        rotated = await owner.post("/api/devices/sensor_1234/rotate-key")
        assert rotated.status_code == 200, rotated.text
        keys.append(rotated.json()["api_key"])
    agent = await estate.agent()
    agent.device_id, agent.api_key = "sensor_1234", keys[1]
    assert await alive(agent) == 200
    mine = (await estate.admin.get("/api/devices/sensor_1234")).json()
    theirs = (await stranger.get("/api/devices/sensor_1234")).json()
    assert (mine["connectivity"], theirs["connectivity"]) == ("unknown", "online")


# -- claims ---------------------------------------------------------------------------------------


async def test_a_claim_enrols_one_device_once(
    estate: Any, people: Any, installer: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    site_id = await estate.site()
    intent = await intent_of(installer, site_id, device_name="Kitchen", provenance="simulated")
    answers = await asyncio.gather(*(claim(people, intent) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    (won,) = (answer.json() for answer in answers if answer.status_code == 200)
    assert won.keys() == {"message", "device_id", "api_key", "site_id", "epoch_id"}
    shown = (await admin.get("/api/devices")).json()
    assert shown["total"] == 1
    assert shown["items"][0]["device_id"] == won["device_id"]
    assert (shown["items"][0]["name"], shown["items"][0]["provenance"]) == ("Kitchen", "simulated")
    agent = await estate.agent()
    agent.device_id, agent.api_key = won["device_id"], won["api_key"]
    assert await alive(agent) == 200
    listed = (await admin.get("/api/enrolment-intents")).json()["items"]
    assert [one["claimed_at"] is not None for one in listed] == [True]
    assert "claim_token" not in listed[0]


async def test_a_claim_for_one_device_is_not_anothers(estate: Any, people: Any) -> None:
    intent = await intent_of(estate.admin, await estate.site(), expected_device_identity="serial-7")
    for wrong in ({}, {"expected_device_identity": "serial-8"}):
        assert (await claim(people, intent, **wrong)).status_code == 403
    right = await claim(people, intent, expected_device_identity="serial-7")
    assert right.status_code == 200


async def test_every_wrong_claim_is_answered_alike(estate: Any, people: Any, db: Any) -> None:
    site_id = await estate.site()
    good = await intent_of(estate.admin, site_id)
    expired = await intent_of(estate.admin, site_id)
    revoked = await intent_of(estate.admin, site_id)
    path = f"/api/enrolment-intents/{revoked['intent_id']}"
    assert (await estate.admin.delete(path)).status_code == 204
    async with db.system() as tx:
        await tx.execute(
            text("update enrolment_intents set expires_at = now() where public_id = :id"),
            {"id": expired["intent_id"]},
        )
    wrong = [
        {**good, "claim_token": "wrong"},
        {**good, "intent_id": "INTENT-2222-2222-2222"},
        {**good, "claim_token": expired["claim_token"]},
        expired,
        revoked,
    ]
    answers = [await claim(people, one) for one in wrong]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    assert (await claim(people, good)).status_code == 200
    done = f"/api/enrolment-intents/{good['intent_id']}"
    assert (await estate.admin.delete(done)).status_code == 409


async def test_who_may_let_devices_in(
    estate: Any, installer: httpx.AsyncClient, viewer: httpx.AsyncClient, stranger: Any
) -> None:
    site_id = await estate.site()
    body = {"site_id": site_id}
    assert (await installer.post("/api/enrolment-intents", json=body)).status_code == 201
    assert (await viewer.post("/api/enrolment-intents", json=body)).status_code == 403
    assert (await stranger.post("/api/enrolment-intents", json=body)).status_code == 422
    path = f"/api/sites/{site_id}/bootstrap-keys"
    assert (await installer.post(path)).status_code == 201
    assert (await viewer.get(path)).status_code == 403
    assert (await stranger.get(path)).status_code == 404


async def test_an_enrolment_is_announced_and_audited(
    estate: Any, admin: httpx.AsyncClient, db: Any
) -> None:
    agent = await estate.agent(device_name="Till", device_type="toaster")
    async with db.system() as tx:
        rows = await tx.execute(text("select data from live_events where kind = 'device.enrolled'"))
        (told,) = rows.scalars()
    assert told["device_id"] == agent.device_id
    entry = (await admin.get("/api/audit?limit=1")).json()["items"][0]
    assert entry["action"] == "device.enrolled"
    assert entry["details"]["type_given"] == "toaster"
    assert agent.api_key not in str(entry)


# -- keys of devices ------------------------------------------------------------------------------


async def test_the_old_key_lives_on_for_the_grace(
    agent: Any, admin: httpx.AsyncClient, db: Any
) -> None:
    old = agent.api_key
    answer = (await admin.post(f"/api/devices/{agent.device_id}/rotate-key")).json()
    assert await alive(agent) == 200
    agent.api_key = answer["api_key"]
    assert await alive(agent) == 200
    async with db.system() as tx:
        ends = await tx.execute(
            text("select expires_at from device_keys where digest = :d"), {"d": digest(old)}
        )
        assert timedelta(hours=23) < ends.scalar_one() - now() <= timedelta(hours=24)
    again = await admin.post(f"/api/devices/{agent.device_id}/rotate-key", json={"grace_s": 0})
    assert await alive(agent) == 401
    agent.api_key = old
    assert await alive(agent) == 401
    agent.api_key = again.json()["api_key"]
    assert await alive(agent) == 200


async def test_a_later_rotation_does_not_lengthen_an_old_keys_life(
    agent: Any, admin: httpx.AsyncClient, db: Any
) -> None:
    path = f"/api/devices/{agent.device_id}/rotate-key"
    first = (await admin.post(path, json={"grace_s": 60})).json()["old_keys_end_at"]
    await admin.post(path, json={"grace_s": 3600})
    async with db.system() as tx:
        ends = await tx.execute(
            text("select expires_at from device_keys where digest = :d"),
            {"d": digest(agent.api_key)},
        )
        assert ends.scalar_one().isoformat().startswith(first[:19])


async def test_revoking_ends_every_key_at_once(agent: Any, admin: httpx.AsyncClient) -> None:
    newer = (await admin.post(f"/api/devices/{agent.device_id}/rotate-key")).json()["api_key"]
    answer = await admin.post(f"/api/devices/{agent.device_id}/revoke-key")
    assert answer.json() == {"device_id": agent.device_id, "keys_revoked": 2}
    assert await alive(agent) == 401
    agent.api_key = newer
    assert await alive(agent) == 401
    assert (await audited(admin))[-2:] == ["device.key_rotated", "device.keys_revoked"]


async def test_a_device_made_by_hand_gets_its_first_key(
    estate: Any, agent: Any, admin: httpx.AsyncClient
) -> None:
    body = {"name": "Scale", "type": "iot_sensor", "site_id": await estate.site()}
    made = (await admin.post("/api/devices", json={**body, "device_id": "scale:1"})).json()
    assert made["lifecycle"] == "pending"
    rotated = await admin.post("/api/devices/scale:1/rotate-key")
    agent.device_id, agent.api_key = "scale:1", rotated.json()["api_key"]
    assert await alive(agent) == 200
    assert (await admin.get("/api/devices/scale:1")).json()["lifecycle"] == "active"


async def test_keys_are_kept_as_digests_only(agent: Any, estate: Any, db: Any) -> None:
    site_id = await estate.site()
    secrets = [
        agent.api_key,
        await estate.bootstrap_key(site_id),
        (await intent_of(estate.admin, site_id))["claim_token"],
    ]
    async with db.system() as tx:
        for table in ("device_keys", "bootstrap_keys", "enrolment_intents", "audit_log"):
            rows = await tx.execute(text(f"select cast(t as text) from {table} t"))
            kept = "\n".join(rows.scalars())
            assert kept
            assert not any(secret in kept for secret in secrets)
