"""No secret is kept anywhere, in whatever table, nor said in a log line or an audit entry."""

from base64 import b64encode
from typing import Any

import httpx
import pytest
import structlog
from sqlalchemy import text
from structlog.testing import LogCapture

from homepot.core.database import Database

NEW = "nine quiet lanterns"


async def made(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


async def every_kind_of_secret(people: Any, estate: Any) -> dict[str, str]:
    """Go through every door that makes or takes a secret; what they were."""
    admin, secrets = estate.admin, {}
    added = await made(await admin.post("/api/users", json={"username": "ada", "role": "operator"}))
    secrets["one-time password"] = added["one_time_password"]
    browser = people.anonymous()
    await made(await people.sign_in(browser, "ada", added["one_time_password"]))
    secrets["first session"] = browser.cookies["homepot_session"]
    change = {"current_password": added["one_time_password"], "new_password": NEW}
    answer = await browser.post("/api/auth/password", json=change)
    assert answer.status_code == 204
    browser.headers["X-CSRF-Token"] = secrets["csrf token"] = answer.headers["X-CSRF-Token"]
    secrets |= {"password": NEW, "session": browser.cookies["homepot_session"]}
    secrets["browser"] = browser.cookies["homepot_browser"]
    await people.sign_in(people.anonymous(), "ada", "a wrong password of mine")
    secrets["wrong password"] = "a wrong password of mine"
    token = {"name": "poller", "scopes": ["fleet:read"]}
    secrets["token"] = (await made(await browser.post("/api/tokens", json=token)))["token"]
    calendar = await made(await browser.post("/api/ai/maintenance-calendars", json={"name": "own"}))
    secrets["calendar key"] = calendar["path"].partition("=")[2]
    await people.anonymous().get(calendar["path"])
    program = people.anonymous(headers={"Authorization": f"Bearer {secrets['token']}"})
    await made(await program.get("/api/devices"))
    reset = await made(await admin.post(f"/api/users/{added['user']['id']}/reset-password"))
    secrets["second one-time password"] = reset["one_time_password"]
    site_id = await estate.site()
    secrets["bootstrap key"] = await estate.bootstrap_key(site_id)
    agent = await estate.agent(site_id)
    secrets["device key"] = agent.api_key
    rotated = await made(await admin.post(f"/api/devices/{agent.device_id}/rotate-key"))
    secrets["next device key"] = rotated["api_key"]
    intent = await made(await admin.post("/api/enrolment-intents", json={"site_id": site_id}))
    secrets["claim token"] = intent["claim_token"]
    claim = f"/api/v1/enrolment-intents/{intent['intent_id']}/claim"
    body = {"claim_token": intent["claim_token"]}
    claimed = await made(await people.anonymous().post(claim, json=body))
    secrets["claimed device key"] = claimed["api_key"]
    await people.anonymous().post(claim, json=body)
    await agent.send("GET", "/devices/pending")
    return secrets


@pytest.fixture
def said() -> Any:
    """Every log line of the product, however unimportant."""
    capture = LogCapture()
    before = structlog.get_config()
    structlog.configure(
        processors=[capture], wrapper_class=structlog.make_filtering_bound_logger("debug")
    )
    yield capture.entries
    structlog.configure(**before)


def shapes(secret: str) -> list[str]:
    """How a secret would look where it was kept: plain, as bytea, in base64."""
    raw = secret.encode()
    return [secret, raw.hex(), b64encode(raw).decode().rstrip("=")]


async def test_no_secret_is_kept_or_said(
    people: Any, estate: Any, db: Database, said: list[dict[str, Any]]
) -> None:
    secrets = await every_kind_of_secret(people, estate)
    places = {"log": str(said)}
    async with db.system() as tx:
        tables = await tx.execute(
            text(
                "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
                " AND relnamespace = 'public'::regnamespace"
                " AND has_table_privilege(oid, 'SELECT')"
            )
        )
        for (table,) in tables.all():
            rows = await tx.execute(
                text(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            )
            places[table] = rows.scalar_one()
    found = [
        f"{what} in {place}"
        for what, secret in secrets.items()
        for place, content in places.items()
        if any(shape in content for shape in shapes(secret))
    ]
    assert found == []
    # The places were really looked at, and something was in them.
    signs = {"log": "request.done", "users": "ada", "audit_log": "token.added"}
    signs |= {"api_tokens": "poller", "devices": "DEVICE-", "sessions": "2"}
    assert [place for place, sign in signs.items() if sign not in places[place]] == []
