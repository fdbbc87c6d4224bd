"""The wire: what is refused, and that each refusal says where and changes nothing."""

import json
from typing import Any

import httpx
import pytest

READING = {"cpu_usage": 23.5, "memory_usage": 61, "disk_usage": 48.25}


def data_of(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


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
