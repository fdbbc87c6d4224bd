"""The wire: a stock agent's whole conversation with the real application."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

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


async def enrolled(estate: Any, people: Any) -> tuple[httpx.AsyncClient, str, str]:
    """An agent that came in by the bootstrap key of its site; its own id and the site's."""
    site_id = await estate.site()
    assert SITE_ID.fullmatch(site_id)
    wild: httpx.AsyncClient = people.anonymous()
    body = {
        "site_id": site_id,
        "bootstrap_key": await estate.bootstrap_key(site_id),
        "device_name": "Front till",
        "os_details": "Android 13",
        "provisioning_source": "physical",
    }
    came = data_of(await wild.post("/api/v1/devices/bootstrap-provision", json=body))
    assert came.keys() == {"device_id", "api_key", "site_id", "created_at", "epoch_id"}
    assert DEVICE_ID.fullmatch(came["device_id"])
    assert came["site_id"] == site_id
    wild.headers.update({"X-Device-ID": came["device_id"], "X-API-Key": came["api_key"]})
    return wild, came["device_id"], site_id


async def describes_itself(wild: httpx.AsyncClient, device_id: str, site_id: str) -> None:
    facts = {
        "mac_address": "00:11:22:33:44:55",
        "os_details": "Android 14",
        "local_ip": "192.168.1.20",
        "wan_ip": "203.0.113.10",
        "peripherals": {"printer": {"model": "TM-88"}},
    }
    named = {"device_id": device_id, "site_id": site_id}
    besides = {
        "firmware_version": "2.4.1",
        "device_type": "pos_terminal",
        "device_source": "physical",
        "device_token": "push-token",
    }
    dna = data_of(await wild.post("/api/v1/agent/device-dna", json={**named, **facts, **besides}))
    assert dna == {**named, **facts, "lifecycle_state": "active", "created": False}


async def reports(wild: httpx.AsyncClient, device_id: str) -> None:
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
    measured_at = datetime.fromisoformat(latest.pop("timestamp"))
    assert measured_at == datetime.fromisoformat(str(report["timestamp"]))
    assert latest == {
        "device_id": device_id,
        "cpu_percent": 23.5,
        "memory_percent": 61.0,
        "disk_percent": 48.25,
        "network_latency_ms": 8.4,
        "uptime_seconds": 3600.0,
    }


async def test_the_whole_conversation(estate: Any, admin: httpx.AsyncClient, people: Any) -> None:
    wild, device_id, site_id = await enrolled(estate, people)
    await describes_itself(wild, device_id, site_id)
    word = {"device_id": device_id, "timestamp": at(0), "status": "ONLINE", "extra": {}}
    beat = data_of(await wild.post("/api/v1/agent/heartbeat", json=word))
    assert beat["device_id"] == device_id
    status = data_of(await wild.get(f"/api/v1/agent/{device_id}/status"))
    assert status == {
        "device_id": device_id,
        "lifecycle_state": "active",
        "connectivity_state": "online",
        "health_state": "unknown",
        "last_heartbeat_at": beat["last_heartbeat_at"],
    }
    await reports(wild, device_id)
    assert (await wild.get("/api/v1/devices/pending")).json() == []
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


async def test_events_are_asked_for_by_severity_and_time(
    agent: Any, admin: httpx.AsyncClient
) -> None:
    moments = [at(600 - 60 * number) for number in range(5)]
    levels = ["info", "warning", "critical", "error", "info"]
    for number, (moment, level) in enumerate(zip(moments, levels, strict=True)):
        await agent.tell("/agent/logs", message=f"line {number}", level=level, timestamp=moment)
    path = f"/api/devices/{agent.device_id}/events"

    async def titles(**asked: Any) -> tuple[list[str], str | None]:
        page = (await admin.get(path, params=asked)).json()
        return [one["title"] for one in page["items"]], page["next_cursor"]

    assert await titles(severity=["warning", "critical"]) == (["line 3", "line 2", "line 1"], None)
    window = {"from": moments[1], "to": moments[3]}
    assert await titles(**window) == (["line 2", "line 1"], None)
    first, cursor = await titles(severity="critical", limit=1)
    assert first == ["line 3"]
    assert await titles(severity="critical", limit=1, cursor=cursor) == (["line 2"], None)
    other = await admin.get(path, params={"severity": "info", "cursor": cursor})
    assert (other.status_code, other.json()["errors"][0]["at"]) == (422, "query.cursor")
    assert (await admin.get(path, params={"severity": "purple"})).status_code == 422


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
    data_of(await agent.tell("/agent/telemetry", **sent, timestamp=at(1)))
    query = (
        "select s.metrics, m.values from device_metrics m"
        " join metric_sets s on s.id = m.metric_set_id"
    )
    async with db.system() as tx:
        metrics, values = (await tx.exec_driver_sql(query)).one()
    kept = dict(zip(metrics, values, strict=True))
    assert (kept["queue_depth"], kept["fan_rpm"]) == (3, 1200)
    assert "mood" not in kept
