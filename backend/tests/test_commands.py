"""Commands over the real application: who permits, how they travel, what is kept of them."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.fleet.commands.jobs import sweep
from homepot.fleet.commands.permissions import COMMAND_TYPES, NEEDED

FIVE = {
    "root_access",
    "command_execution",
    "process_monitoring",
    "filesystem_access",
    "network_monitoring",
}


async def grant(admin: httpx.AsyncClient, agent: Any, **permissions: bool) -> dict[str, Any]:
    path = f"/api/devices/{agent.device_id}/permissions"
    answer = await admin.put(path, json={"permissions": permissions})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def issue(
    client: httpx.AsyncClient, agent: Any, command_type: str = "ping", **fields: object
) -> httpx.Response:
    body = {"command_type": command_type, **fields}
    return await client.post(f"/api/devices/{agent.device_id}/commands", json=body)


async def issued(client: httpx.AsyncClient, agent: Any, *given: Any, **fields: object) -> str:
    answer = await issue(client, agent, *given, **fields)
    assert answer.status_code == 201, answer.text
    command_id: str = answer.json()["command_id"]
    return command_id


async def shown(client: httpx.AsyncClient, agent: Any, command_id: str) -> dict[str, Any]:
    path = f"/api/devices/{agent.device_id}/commands/{command_id}"
    body: dict[str, Any] = (await client.get(path)).json()
    return body


async def ack(agent: Any, command_id: str) -> httpx.Response:
    path = f"/devices/{agent.device_id}/commands/{command_id}/ack"
    answer: httpx.Response = await agent.send("POST", path, {})
    return answer


async def report(agent: Any, command_id: str, method: str = "PUT", **body: Any) -> httpx.Response:
    answer: httpx.Response = await agent.send(method, f"/devices/{command_id}/status", body)
    return answer


async def outlive(db: Database) -> None:
    """All commands have outlived their time."""
    async with db.system() as tx:
        await tx.execute(text("update commands set expires_at = now() - interval '1 second'"))


# -- the road of a command ------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "POST"])
async def test_a_command_is_fetched_acknowledged_and_answered(
    agent: Any, operator: httpx.AsyncClient, method: str
) -> None:
    """Agents in the field report with POST."""
    command_id = await issued(operator, agent, payload={"note": "hello"})
    (waiting,) = (await agent.get("/devices/pending")).json()
    assert waiting.keys() == {"command_id", "command_type", "payload", "status", "created_at"}
    assert waiting["command_id"] == command_id
    assert (waiting["command_type"], waiting["payload"]) == ("ping", {"note": "hello"})
    assert waiting["status"] == "pending"
    assert (await ack(agent, command_id)).json()["data"]["status"] == "sent"
    assert (await agent.get("/devices/pending")).json() == []
    executed_at = datetime.now(UTC).isoformat()
    done = await report(
        agent, command_id, method, status="completed", result={"message": "pong"},
        executed_at=executed_at,
    )  # fmt: skip
    assert done.status_code == 200, done.text
    command = await shown(operator, agent, command_id)
    assert (command["status"], command["result"]) == ("completed", {"message": "pong"})
    assert datetime.fromisoformat(command["executed_at"]) == datetime.fromisoformat(executed_at)
    lived = datetime.fromisoformat(command["expires_at"]) - datetime.fromisoformat(
        command["created_at"]
    )
    assert lived == timedelta(seconds=300)


async def test_what_is_said_twice_counts_once(
    agent: Any, operator: httpx.AsyncClient, admin: httpx.AsyncClient, db: Database
) -> None:
    command_id = await issued(operator, agent)
    acks = await asyncio.gather(*(ack(agent, command_id) for _ in range(4)))
    assert {answer.status_code for answer in acks} == {200}
    body = {"status": "completed", "result": {"n": 1}}
    reports = await asyncio.gather(*(report(agent, command_id, **body) for _ in range(4)))
    assert {answer.status_code for answer in reports} == {200}
    assert (await ack(agent, command_id)).status_code == 200
    other = await report(agent, command_id, status="failed", result={"n": 2})
    assert other.status_code == 409
    assert (await shown(operator, agent, command_id))["result"] == {"n": 1}
    async with db.system() as tx:
        rows = await tx.execute(
            text("select data->>'status' from live_events where kind = 'command.changed'"
                 " order by id")
        )  # fmt: skip
        assert list(rows.scalars()) == ["pending", "sent", "completed"]
    audited = [one["action"] for one in (await admin.get("/api/audit")).json()["items"]]
    assert audited.count("command.issued") == audited.count("command.completed") == 1


async def test_a_refusal_by_the_device_is_kept_without_an_acknowledgement(
    agent: Any, operator: httpx.AsyncClient
) -> None:
    command_id = await issued(operator, agent)
    error = {"error": "Permission denied"}
    assert (await report(agent, command_id, status="failed", result=error)).status_code == 200
    command = await shown(operator, agent, command_id)
    assert (command["status"], command["sent_at"], command["result"]) == ("failed", None, error)


async def test_only_the_device_itself_reports(
    agent: Any, estate: Any, operator: httpx.AsyncClient
) -> None:
    other = await estate.agent()
    command_id = await issued(operator, agent)
    assert (await other.get("/devices/pending")).json() == []
    assert (await report(other, command_id, status="completed")).status_code == 404
    other_ack = f"/devices/{other.device_id}/commands/{command_id}/ack"
    assert (await other.send("POST", other_ack, {})).status_code == 404
    assert (await shown(operator, agent, command_id))["status"] == "pending"


async def test_commands_wait_in_order_and_are_listed_newest_first(
    agent: Any, operator: httpx.AsyncClient
) -> None:
    ids = [await issued(operator, agent) for _ in range(5)]
    waiting = (await agent.get("/devices/pending")).json()
    assert [one["command_id"] for one in waiting] == ids
    path = f"/api/devices/{agent.device_id}/commands?limit=3"
    first = (await operator.get(path)).json()
    rest = (await operator.get(f"{path}&cursor={first['next_cursor']}")).json()
    listed = [one["command_id"] for one in first["items"] + rest["items"]]
    assert listed == ids[::-1]
    assert rest["next_cursor"] is None


# -- expiry ---------------------------------------------------------------------------------------


async def test_a_command_expires_at_read_and_by_the_sweep(
    agent: Any, operator: httpx.AsyncClient, db: Database
) -> None:
    command_id = await issued(operator, agent)
    await outlive(db)
    assert (await agent.get("/devices/pending")).json() == []
    assert (await shown(operator, agent, command_id))["status"] == "expired"
    late = await ack(agent, command_id)
    assert late.status_code == 409
    assert late.json()["command_status"] == "expired"
    await asyncio.gather(*(sweep(db, now()) for _ in range(4)))
    async with db.system() as tx:
        assert (await tx.execute(text("select status from commands"))).scalar_one() == "expired"
        told = await tx.execute(
            text("select count(*) from live_events where data->>'status' = 'expired'")
        )
        assert told.scalar_one() == 1
    assert (await report(agent, command_id, status="completed")).status_code == 409


async def test_a_late_answer_to_what_arrived_in_time_is_kept(
    agent: Any, operator: httpx.AsyncClient, db: Database
) -> None:
    command_id = await issued(operator, agent)
    await ack(agent, command_id)
    await outlive(db)
    await sweep(db, now())
    assert (await report(agent, command_id, status="completed", result=1)).status_code == 200
    command = await shown(operator, agent, command_id)
    assert (command["status"], command["result"]) == ("completed", 1)


# -- results --------------------------------------------------------------------------------------


async def test_a_huge_result_is_kept_as_what_it_is(agent: Any, operator: httpx.AsyncClient) -> None:
    command_id = await issued(operator, agent)
    noise = {"stdout": "x" * 400_000, "stderr": "a\0b"}
    assert (await report(agent, command_id, status="failed", result=noise)).status_code == 200
    result = (await shown(operator, agent, command_id))["result"]
    assert result["truncated"] is True
    assert result["size_bytes"] > 400_000


async def test_a_status_that_is_none_is_refused(agent: Any, operator: httpx.AsyncClient) -> None:
    command_id = await issued(operator, agent)
    assert (await report(agent, command_id, status="exploded")).status_code == 422
    assert (await report(agent, command_id)).status_code == 422
    assert (await shown(operator, agent, command_id))["status"] == "pending"


# -- permissions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("command_type", COMMAND_TYPES)
async def test_every_command_needs_its_permission(
    agent: Any, operator: httpx.AsyncClient, admin: httpx.AsyncClient, command_type: str
) -> None:
    needed = NEEDED[command_type]
    await grant(admin, agent, **dict.fromkeys(FIVE | {"contact"}, True) | {needed: False})
    refused = await issue(operator, agent, command_type)
    assert refused.status_code == 403
    body = refused.json()
    assert body["missing_permissions"] == [needed]
    assert f"PUT /api/devices/{agent.device_id}/permissions" in body["detail"]
    await grant(admin, agent, **{needed: True})
    await issued(operator, agent, command_type)


async def test_running_as_root_needs_root_too(
    agent: Any, operator: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await grant(admin, agent, command_execution=True)
    payload = {"command": "reboot", "run_as_root": True}
    refused = await issue(operator, agent, "run_command", payload=payload)
    assert refused.json()["missing_permissions"] == ["root_access"]
    await issued(operator, agent, "run_command", payload={"command": "uptime"})


async def test_nothing_is_granted_by_itself(agent: Any, admin: httpx.AsyncClient) -> None:
    path = f"/api/devices/{agent.device_id}/permissions"
    body = (await admin.get(path)).json()
    assert body["permissions"] == {"contact": True, **dict.fromkeys(FIVE, False)}
    seen = (await agent.get(f"/devices/device/{agent.device_id}/permissions")).json()["data"]
    assert seen["permissions"] == body["permissions"]


async def test_a_device_withdraws_but_never_grants(
    agent: Any, admin: httpx.AsyncClient, operator: httpx.AsyncClient
) -> None:
    path = f"/devices/device/{agent.device_id}/permissions"
    wish = {"permissions": {"root_access": True, "from_the_future": True}}
    asked = await agent.send("PATCH", path, wish)
    assert asked.status_code == 200, asked.text
    assert asked.json()["data"]["permissions"]["root_access"] is False
    assert asked.json()["data"]["wanted"] == ["root_access"]
    assert "waiting for the owner: root_access" in asked.json()["message"]
    assert (await issue(operator, agent, "restart")).status_code == 403
    granted = await grant(admin, agent, root_access=True)
    assert (granted["permissions"]["root_access"], granted["wanted"]) == (True, [])
    await issued(operator, agent, "restart")
    back = {"permissions": {"root_access": False}}
    withdrawn = (await agent.send("PATCH", path, back)).json()["data"]
    assert (withdrawn["permissions"]["root_access"], withdrawn["wanted"]) == (False, [])
    assert (await issue(operator, agent, "restart")).status_code == 403
    again = (await agent.send("PATCH", path, wish)).json()["data"]
    assert again["permissions"]["root_access"] is False


async def test_who_permits_is_not_who_commands(
    agent: Any,
    admin: httpx.AsyncClient,
    operator: httpx.AsyncClient,
    viewer: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
) -> None:
    path = f"/api/devices/{agent.device_id}/permissions"
    body = {"permissions": {"root_access": True}}
    assert (await operator.put(path, json=body)).status_code == 403
    assert (await stranger.put(path, json=body)).status_code == 404
    assert (await issue(viewer, agent)).status_code == 403
    assert (await issue(stranger, agent)).status_code == 404
    wrong = {"permissions": {"everything": True}}
    assert (await admin.put(path, json=wrong)).status_code == 422
    assert (await admin.put(path, json=body)).status_code == 200
    entry = (await admin.get("/api/audit?limit=1")).json()["items"][0]
    assert entry["action"] == "device.permissions_changed"
    assert entry["details"] == {"changed": {"root_access": True}}


async def test_an_unknown_command_is_refused(agent: Any, operator: httpx.AsyncClient) -> None:
    refused = await issue(operator, agent, "explode")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["at"] == "body.command_type"
    assert "restart_pos_app" in refused.json()["detail"]


async def test_a_device_out_of_service_takes_no_command(
    agent: Any, operator: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await admin.post(f"/api/devices/{agent.device_id}/suspend")
    assert (await issue(operator, agent)).status_code == 409


async def test_no_more_commands_than_the_limit_wait(
    agent: Any, operator: httpx.AsyncClient, db: Database
) -> None:
    await issued(operator, agent)
    async with db.system() as tx:
        await tx.execute(
            text(
                "insert into commands (tenant_id, device_id, public_id, command_type, status,"
                " issued_by, created_at, expires_at)"
                " select tenant_id, device_id, 'C-' || n, 'ping', 'pending', 'x', created_at,"
                " expires_at from commands, generate_series(1, 98) n"
            )
        )
    answers = await asyncio.gather(*(issue(operator, agent) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    await outlive(db)
    await issued(operator, agent)
