"""The wire: a stock agent's whole conversation with the real application, and what is refused."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

SITE_ID = re.compile(r"SITE-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}")
DEVICE_ID = re.compile(r"DEVICE(-[2-9A-HJKMNP-Z]{4}){3}")
READING = {"cpu_usage": 23.5, "memory_usage": 61, "disk_usage": 48.25}


def at(seconds_ago: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds_ago)).isoformat()


def data_of(answer: httpx.Response) -> Any:
    """What an answer in the envelope holds."""
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body.keys() == {"status", "message", "data"}
    assert body["status"] == "success"
    assert body["message"]
    return body["data"]


async def test_the_whole_conversation(estate: Any, admin: httpx.AsyncClient, people: Any) -> None:
    site_id = await estate.site()
    assert SITE_ID.fullmatch(site_id)
    wild = people.anonymous()
    enrolled = data_of(
        await wild.post(
            "/api/v1/devices/bootstrap-provision",
            json={
                "site_id": site_id,
                "bootstrap_key": await estate.bootstrap_key(site_id),
                "device_name": "Front till",
                "os_details": "Android 13",
                "provisioning_source": "physical",
            },
        )
    )
    assert enrolled.keys() == {"device_id", "api_key", "site_id", "created_at", "epoch_id"}
    device_id = enrolled["device_id"]
    assert DEVICE_ID.fullmatch(device_id)
    assert enrolled["site_id"] == site_id
    wild.headers.update({"X-Device-ID": device_id, "X-API-Key": enrolled["api_key"]})

    dna = data_of(
        await wild.post(
            "/api/v1/agent/device-dna",
            json={
                "device_id": device_id,
                "mac_address": "00:11:22:33:44:55",
                "os_details": "Android 14",
                "local_ip": "192.168.1.20",
                "wan_ip": "203.0.113.10",
                "firmware_version": "2.4.1",
                "peripherals": {"printer": {"model": "TM-88"}},
                "site_id": site_id,
                "device_type": "pos_terminal",
                "device_source": "physical",
                "device_token": "push-token",
            },
        )
    )
    assert dna == {
        "device_id": device_id,
        "site_id": site_id,
        "lifecycle_state": "active",
        "mac_address": "00:11:22:33:44:55",
        "os_details": "Android 14",
        "local_ip": "192.168.1.20",
        "wan_ip": "203.0.113.10",
        "peripherals": {"printer": {"model": "TM-88"}},
        "created": False,
    }

    beat = data_of(
        await wild.post(
            "/api/v1/agent/heartbeat",
            json={"device_id": device_id, "timestamp": at(0), "status": "ONLINE", "extra": {}},
        )
    )
    assert beat["device_id"] == device_id
    status = data_of(await wild.get(f"/api/v1/agent/{device_id}/status"))
    assert status == {
        "device_id": device_id,
        "lifecycle_state": "active",
        "connectivity_state": "online",
        "health_state": "unknown",
        "last_heartbeat_at": beat["last_heartbeat_at"],
    }

    report = {
        "device_id": device_id,
        **READING,
        "network_latency_ms": 8.4,
        "uptime_seconds": 3600,
        "collection_interval_seconds": 30,
        "timestamp": at(10),
        "pos": {"transaction_count": 4, "error_rate": 0.25},
    }
    saved = data_of(await wild.post("/api/v1/agent/telemetry", json=report))
    assert saved == {"device_id": device_id, "saved_count": 1, "duplicate_count": 0}
    latest = data_of(await wild.get(f"/api/v1/agent/{device_id}/metrics"))
    assert datetime.fromisoformat(latest.pop("timestamp")) == datetime.fromisoformat(
        str(report["timestamp"])
    )
    assert latest == {
        "device_id": device_id,
        "cpu_percent": 23.5,
        "memory_percent": 61.0,
        "disk_percent": 48.25,
        "network_latency_ms": 8.4,
        "uptime_seconds": 3600.0,
    }

    shown = (await admin.get(f"/api/devices/{device_id}")).json()
    assert (shown["name"], shown["firmware"]) == ("Front till", "2.4.1")
    assert (shown["connectivity"], shown["provenance"]) == ("online", "real")


async def test_what_a_device_says_of_itself_is_shown(agent: Any, admin: httpx.AsyncClient) -> None:
    said = at(5)
    data_of(await agent.tell("/agent/logs", message="Paper low\nroll 2", level="warning"))
    data_of(
        await agent.tell(
            "/agent/audit",
            event_type="agent_started",
            description="The agent started",
            metadata={"version": "1.2"},
            timestamp=at(8),
        )
    )
    alert = {"title": "High latency", "severity": "high", "timestamp": said, "site": "x"}
    assert data_of(await agent.tell("/agent/alert", **alert))["duplicate"] is False
    assert data_of(await agent.tell("/agent/alert", **alert))["duplicate"] is True
    page = (await admin.get(f"/api/devices/{agent.device_id}/events")).json()
    found = {one["kind"]: one for one in page["items"]}
    assert len(page["items"]) == 3
    assert found["alert"]["severity"] == "critical"
    assert found["alert"]["severity_given"] == "high"
    assert found["alert"]["category"] == "network"
    assert found["alert"]["details"] == {"site": "x"}
    assert datetime.fromisoformat(found["alert"]["at"]) == datetime.fromisoformat(said)
    assert found["log"]["title"] == "Paper low"
    assert found["log"]["description"] == "Paper low\nroll 2"
    assert (found["log"]["severity"], found["log"]["category"]) == ("warning", "device")
    assert found["audit"]["details"] == {"metadata": {"version": "1.2"}}
    only = (await admin.get(f"/api/devices/{agent.device_id}/events?kind=log&limit=1")).json()
    assert [one["kind"] for one in only["items"]] == ["log"]


async def test_events_are_read_page_by_page(agent: Any, admin: httpx.AsyncClient) -> None:
    for number in range(5):
        await agent.tell("/agent/logs", message=f"line {number}", timestamp=at(60 - number))
    seen: list[str] = []
    path = f"/api/devices/{agent.device_id}/events?limit=2"
    cursor: str | None = ""
    while cursor is not None:
        page = (await admin.get(path + (f"&cursor={cursor}" if cursor else ""))).json()
        seen += [one["title"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [f"line {number}" for number in (4, 3, 2, 1, 0)]


async def test_a_job_of_the_device_and_its_end(agent: Any, admin: httpx.AsyncClient) -> None:
    job = data_of(await agent.tell("/agent/jobs", action="Update payment config", payload={"v": 2}))
    done = {"device_id": agent.device_id, "status": "success", "result": {"exit_code": 0}}
    assert data_of(await agent.send("PUT", f"/agent/jobs/{job['job_id']}", done)) == {
        "device_id": agent.device_id,
        "job_id": job["job_id"],
        "status": "completed",
    }
    (shown,) = (await admin.get(f"/api/devices/{agent.device_id}/jobs")).json()["items"]
    assert (shown["priority"], shown["result"]) == ("normal", {"exit_code": 0})
    wrong = await agent.send("PUT", f"/agent/jobs/{job['job_id']}", {**done, "status": "purple"})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["at"] == "body.status"
    assert (await agent.send("PUT", "/agent/jobs/JOB-2222-2222-2222", done)).status_code == 404


async def test_a_change_of_configuration_is_kept_once(agent: Any, db: Any) -> None:
    change = {
        "action": "update_pos_payment_config",
        "parameter_name": "payment",
        "new_value": {"version": "2.1.0"},
        "performance_before": {"response_time_ms": 45},
        "change_reason": "pushed",
        "timestamp": at(3),
    }
    assert data_of(await agent.tell("/agent/config-history", **change))["duplicate"] is False
    assert data_of(await agent.tell("/agent/config-history", **change))["duplicate"] is True
    async with db.system() as tx:
        rows = await tx.exec_driver_sql(
            "select success, was_rolled_back, details, new_value from config_history"
        )
        assert rows.all() == [
            (True, False, {"change_reason": "pushed"}, {"version": "2.1.0"}),
        ]


# -- telemetry ------------------------------------------------------------------------------------


async def test_a_batch_is_saved_and_a_repeat_is_not_doubled(agent: Any, db: Any) -> None:
    batch = [
        {"device_id": agent.device_id, **READING, "timestamp": at(age)} for age in (90, 60, 30)
    ]
    assert data_of(await agent.send("POST", "/agent/telemetry", batch))["saved_count"] == 3
    again = data_of(await agent.send("POST", "/agent/telemetry", [*batch, batch[0]]))
    assert (again["saved_count"], again["duplicate_count"]) == (0, 4)
    async with db.system() as tx:
        count = await tx.exec_driver_sql("select count(*) from device_metrics")
        assert count.scalar_one() == 3


async def test_reports_without_a_time_are_all_kept(agent: Any) -> None:
    batch = [{"device_id": agent.device_id, **READING} for _ in range(3)]
    assert data_of(await agent.send("POST", "/agent/telemetry", batch))["saved_count"] == 3


async def test_an_old_report_does_not_replace_the_latest(agent: Any) -> None:
    newest = {**READING, "cpu_usage": 1, "timestamp": at(10)}
    await agent.tell("/agent/telemetry", **newest)
    await agent.tell("/agent/telemetry", **{**READING, "cpu_usage": 99, "timestamp": at(500)})
    latest = data_of(await agent.get(f"/agent/{agent.device_id}/metrics"))
    assert latest["cpu_percent"] == 1


async def test_a_device_without_telemetry_has_no_values(agent: Any) -> None:
    latest = data_of(await agent.get(f"/agent/{agent.device_id}/metrics"))
    assert latest.pop("device_id") == agent.device_id
    assert set(latest.values()) == {None}


async def test_every_number_of_a_report_is_kept(agent: Any, db: Any) -> None:
    sent = {**READING, "pos": {"queue_depth": 3}, "fan_rpm": 1200, "mood": "fine"}
    await agent.tell("/agent/telemetry", **sent, timestamp=at(1))
    query = "select s.metrics, m.values from device_metrics m join metric_sets s on s.id = 1"
    async with db.system() as tx:
        metrics, values = (await tx.exec_driver_sql(query)).one()
    kept = dict(zip(metrics, values, strict=True))
    assert (kept["queue_depth"], kept["fan_rpm"]) == (3, 1200)
    assert "mood" not in kept


# -- what is refused ------------------------------------------------------------------------------

WRONG_READINGS = [
    ({"cpu_usage": 101}, "body.cpu_usage"),
    ({"cpu_usage": -0.1}, "body.cpu_usage"),
    ({"memory_usage": "61"}, "body.memory_usage"),
    ({"disk_usage": True}, "body.disk_usage"),
    ({"disk_usage": None}, "body.disk_usage"),
    ({"network_latency_ms": -1}, "body.network_latency_ms"),
    ({"uptime_seconds": -5}, "body.uptime_seconds"),
    ({"collection_interval_seconds": 0}, "body.collection_interval_seconds"),
    ({"timestamp": "1999-12-31T23:59:59Z"}, "body.timestamp"),
    ({"timestamp": "2999-01-01T00:00:00Z"}, "body.timestamp"),
    ({"timestamp": "yesterday"}, "body.timestamp"),
    ({"pos": "many"}, "body.pos"),
    ({"pos": {"note": "a\0b"}}, "body.pos"),
    ({"else": "a\0b"}, "body"),
]


@pytest.mark.parametrize(("wrong", "place"), WRONG_READINGS)
async def test_a_wrong_reading_is_refused_with_its_place(
    agent: Any, wrong: dict[str, Any], place: str
) -> None:
    answer = await agent.tell("/agent/telemetry", **{**READING, **wrong})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["at"] == place
    good = {"device_id": agent.device_id, **READING}
    several = await agent.send("POST", "/agent/telemetry", [good, {**good, **wrong}])
    assert several.json()["errors"][0]["at"] == place.replace("body", "body.1", 1)
    latest = data_of(await agent.get(f"/agent/{agent.device_id}/metrics"))
    assert latest["timestamp"] is None


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize("place", ["cpu_usage", "network_latency_ms", "pos"])
async def test_numbers_that_are_none_are_refused(agent: Any, number: str, place: str) -> None:
    fields = {"cpu_usage": "1", "memory_usage": "1", "disk_usage": "1", "pos": "{}"}
    fields[place] = f'{{"depth": {number}}}' if place == "pos" else number
    body = ", ".join(f'"{name}": {value}' for name, value in fields.items())
    answer = await agent.client.post(
        "/api/v1/agent/telemetry",
        headers={**agent.headers, "Content-Type": "application/json"},
        content=f'{{"device_id": "{agent.device_id}", {body}}}',
    )
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("body", [[], "text", 7, None, [[]], [None]])
async def test_a_body_of_another_shape_is_refused(agent: Any, body: object) -> None:
    assert (await agent.send("POST", "/agent/telemetry", body)).status_code == 422


@pytest.mark.parametrize("raw", [b"{", b"\xff\xfe", b"[" * 100_000, b"9" * 5_000, b""])
async def test_malformed_json_is_refused(agent: Any, raw: bytes) -> None:
    for path in ("telemetry", "heartbeat"):
        answer = await agent.client.post(
            f"/api/v1/agent/{path}",
            headers={**agent.headers, "Content-Type": "application/json"},
            content=raw,
        )
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("text", [r"a\u0000b", r"\ud800", "x" * 20_000, ""])
async def test_text_that_cannot_be_kept_is_refused(agent: Any, text: str) -> None:
    for path, fields in (
        ("logs", {"message": text}),
        ("alert", {"title": text}),
        ("audit", {"event_type": text, "description": "x"}),
        ("config-history", {"action": "x", "parameter_name": text}),
        ("jobs", {"action": text}),
    ):
        body = json.dumps({"device_id": agent.device_id, **fields})
        answer = await agent.client.post(
            f"/api/v1/agent/{path}",
            headers={**agent.headers, "Content-Type": "application/json"},
            content=body.replace("\\\\", "\\"),
        )
        assert answer.status_code == 422, (path, answer.text)


@pytest.mark.parametrize("extra", [{"note": "a\0b"}, {"deep": [[[float("nan")]]]}, {"a\0": 1}])
async def test_what_comes_besides_must_be_of_a_kind_that_can_be_kept(
    agent: Any, extra: dict[str, Any]
) -> None:
    for path, fields in (
        ("heartbeat", {}),
        ("device-dna", {}),
        ("logs", {"message": "x"}),
        ("alert", {"title": "x"}),
        ("config-history", {"action": "x", "parameter_name": "x"}),
    ):
        body = json.dumps({"device_id": agent.device_id, **fields, **extra})
        headers = {**agent.headers, "Content-Type": "application/json"}
        answer = await agent.client.post(f"/api/v1/agent/{path}", headers=headers, content=body)
        assert answer.status_code == 422, (path, answer.text)


async def test_a_word_that_is_no_severity_is_refused(agent: Any) -> None:
    answer = await agent.tell("/agent/alert", title="x", severity="purple")
    assert answer.status_code == 422
    assert "warning" in answer.json()["detail"]


async def test_a_device_speaks_for_itself_alone(estate: Any, agent: Any) -> None:
    other = await estate.agent()
    answers = [
        await agent.send("POST", f"/agent/{path}", {"device_id": other.device_id, **fields})
        for path, fields in (
            ("device-dna", {}),
            ("heartbeat", {}),
            ("telemetry", READING),
            ("logs", {"message": "x"}),
            ("audit", {"event_type": "x", "description": "x"}),
            ("alert", {"title": "x"}),
            ("jobs", {"action": "x"}),
            ("config-history", {"action": "x", "parameter_name": "x"}),
        )
    ]
    answers += [
        await agent.get(f"/agent/{other.device_id}/status"),
        await agent.get(f"/agent/{other.device_id}/metrics"),
        await agent.get(f"/devices/device/{other.device_id}/permissions"),
        await agent.send("POST", f"/devices/{other.device_id}/commands/COMMAND-2222/ack"),
    ]
    mixed = [{"device_id": one.device_id, **READING} for one in (agent, other)]
    answers.append(await agent.send("POST", "/agent/telemetry", mixed))
    assert {answer.status_code for answer in answers} == {403}
    assert {answer.json()["type"] for answer in answers} == {"/problems/not-this-device"}
    assert data_of(await agent.get(f"/agent/{agent.device_id}/metrics"))["timestamp"] is None


async def test_unknown_device_and_wrong_key_are_answered_alike(agent: Any) -> None:
    answers = []
    for headers in (
        {},
        {"X-Device-ID": agent.device_id},
        {"X-Device-ID": agent.device_id, "X-API-Key": "wrong"},
        {"X-Device-ID": "DEVICE-2222-2222-2222", "X-API-Key": "wrong"},
        {"X-Device-ID": "DEVICE-2222-2222-2222", "X-API-Key": agent.api_key},
    ):
        answer = await agent.client.get("/api/v1/devices/pending", headers=headers)
        body = answer.json()
        body.pop("request_id")
        answers.append((answer.status_code, body))
    assert {status for status, _ in answers} == {401}
    assert all(body == answers[0][1] for _, body in answers)


@pytest.mark.parametrize("move", ["suspend", "archive"])
async def test_a_device_out_of_service_is_not_listened_to(
    agent: Any, admin: httpx.AsyncClient, move: str
) -> None:
    assert (await admin.post(f"/api/devices/{agent.device_id}/{move}")).status_code == 200
    answer = await agent.tell("/agent/heartbeat")
    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/device-not-at-work"
    back = "activate" if move == "suspend" else "restore"
    assert (await admin.post(f"/api/devices/{agent.device_id}/{back}")).status_code == 200
    # A suspended device goes on with its key; a restored one has to be enrolled anew.
    expected = 200 if move == "suspend" else 401
    assert (await agent.tell("/agent/heartbeat")).status_code == expected


async def test_many_wrong_keys_do_not_lock_a_good_device_out(agent: Any) -> None:
    wrong = {"X-Device-ID": agent.device_id, "X-API-Key": "wrong"}
    seen = [
        (await agent.client.get("/api/v1/devices/pending", headers=wrong)).status_code
        for _ in range(25)
    ]
    assert seen[0] == 401
    assert seen[-1] == 429
    last = await agent.client.get("/api/v1/devices/pending", headers=wrong)
    assert 0 < int(last.headers["Retry-After"]) <= 60
    assert (await agent.tell("/agent/heartbeat")).status_code == 200
