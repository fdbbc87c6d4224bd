"""How the installation is, measured on a real one."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import psutil
from fastapi import FastAPI
from sqlalchemy import text

from homepot.condition.host import programs
from homepot.core.clock import now
from homepot.core.database import Database


async def parts(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/api/status")
    assert answer.status_code == 200, answer.text
    return {one["name"]: one for one in answer.json()["parts"]}


def figure(part: dict[str, Any], name: str) -> Any:
    return next(one for one in part["figures"] if one["name"] == name)


async def test_every_figure_is_measured_now(
    app: FastAPI, people: Any, estate: Any, db: Database
) -> None:
    found = await parts(estate.admin)
    assert figure(found["database"], "size")["value"] > 1_000_000
    async with db.system() as tx:
        most = (await tx.execute(text("select current_setting('max_connections')"))).scalar_one()
    assert figure(found["database"], "connections_max")["value"] == int(most)
    assert found["database"]["words"].startswith("PostgreSQL")
    # no worker runs in a test, and it is said
    assert (found["worker"]["state"], bool(found["worker"]["to_do"])) == ("critical", True)
    assert found["intake"]["state"] == "unknown"
    assert found["backups"]["state"] == "unknown"
    assert figure(found["backups"], "kept")["value"] == 0

    agent = await estate.agent()
    usage = {"cpu_usage": 4.5, "memory_usage": 30.0, "disk_usage": 51.0}
    stored = await agent.tell("/agent/telemetry", **usage)
    assert stored.is_success, stored.text
    found = await parts(estate.admin)
    assert figure(found["intake"], "reports")["value"] > 0
    newest = datetime.fromisoformat(figure(found["intake"], "newest")["at"])
    assert now() - newest < timedelta(minutes=5)


async def test_what_waits_or_was_given_up_is_told(estate: Any, db: Database) -> None:
    async with db.engine.begin() as owner:
        for state, task in (("failed", "reports.daily"), ("todo", "wear.look")):
            await owner.execute(
                text(
                    "insert into procrastinate_jobs (queue_name, task_name, priority, args, status,"
                    " scheduled_at) values ('default', :task, 0, '{}', cast(:state as"
                    " procrastinate_job_status), now() - interval '1 hour')"
                ),
                {"task": task, "state": state},
            )
    jobs = (await parts(estate.admin))["jobs"]
    assert jobs["state"] == "warning"
    assert (figure(jobs, "waiting")["value"], figure(jobs, "failed")["value"]) == (1, 1)


async def test_the_programs_of_this_installation_are_weighed() -> None:
    (first, *others) = programs(psutil.Process())
    assert first.memory_bytes > 10_000_000
    assert "api" in {one.name for one in (first, *others)}
    assert now() - first.since < timedelta(days=1)


async def test_it_is_for_those_who_are_signed_in(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/status")).status_code == 401
