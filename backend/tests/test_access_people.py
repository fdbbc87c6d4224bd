"""Users and tokens over the real application, and what the audit log says of them."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import text

from homepot.access.audit.service import verify
from homepot.access.first_admin import ensure_first_admin
from homepot.access.permissions import Permission
from homepot.core.database import Database


async def actions(admin: httpx.AsyncClient) -> list[tuple[str, str, dict[str, Any]]]:
    """What the audit log says, the oldest first."""
    items = (await admin.get("/api/audit")).json()["items"]
    return [(one["action"], one["object"], one["details"]) for one in reversed(items)]


async def sign_in(people: Any, username: str, password: str) -> httpx.AsyncClient:
    client: httpx.AsyncClient = people.anonymous()
    given = {"username": username, "password": password}
    answer = await client.post("/api/auth/login", json=given)
    assert answer.status_code == 200, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return client


# -- users ----------------------------------------------------------------------------------


async def test_a_user_is_added_and_signs_in_once(people: Any, admin: httpx.AsyncClient) -> None:
    answer = await admin.post(
        "/api/users", json={"username": "Müller", "name": "Jörg Müller 工", "role": "operator"}
    )
    assert answer.status_code == 201
    user, password = answer.json()["user"], answer.json()["one_time_password"]
    assert user["active"] is True
    assert user["must_change_password"] is True
    client = await sign_in(people, "MÜLLER", password)
    changed = await client.post(
        "/api/auth/password",
        json={"current_password": password, "new_password": "nine quiet lanterns"},
    )
    assert changed.status_code == 204
    listed = (await admin.get("/api/users")).json()
    assert listed["total"] == 2
    assert [one["username"] for one in listed["items"]][1] == "Müller"
    assert listed["items"][1]["last_sign_in_at"].endswith("Z")
    assert await actions(admin) == [
        (
            "user.added",
            f"user:{user['id']}",
            {"username": "Müller", "name": "Jörg Müller 工", "role": "operator"},
        ),
        ("session.started", f"user:{user['id']}", {}),
        ("user.password_changed", f"user:{user['id']}", {}),
    ]


async def test_a_username_is_given_once_in_the_whole_installation(
    people: Any, admin: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await people.add(username="ada")
    for username in ("ada", "ADA", "Ａda"):
        for client in (admin, stranger):
            body = {"username": username, "role": "viewer"}
            answer = await client.post("/api/users", json=body)
            assert answer.status_code == 409, username
            assert "taken" in answer.json()["detail"]


NO_USERS = [
    ({"username": "a b", "role": "viewer"}, "body.username"),
    ({"username": "a\0b", "role": "viewer"}, "body.username"),
    ({"username": "ada", "role": "king"}, "body.role"),
    ({"username": "ada", "role": "viewer", "name": "a\0b"}, "body.name"),
    ({"username": "ada", "role": "viewer", "password": "mine"}, "body.password"),
    ({"role": "viewer"}, "body.username"),
]


async def test_a_malformed_user_is_refused_with_the_place(admin: httpx.AsyncClient) -> None:
    for body, place in NO_USERS:
        answer = await admin.post("/api/users", json=body)
        assert answer.status_code == 422, body
        assert [one["at"] for one in answer.json()["errors"]] == [place]
    assert (await admin.get("/api/users")).json()["total"] == 1


async def test_a_changed_role_counts_at_once(people: Any, admin: httpx.AsyncClient) -> None:
    person = await people.add("viewer")
    client = await people.client(person)
    assert (await client.get("/api/users")).status_code == 403
    answer = await admin.patch(f"/api/users/{person.id}", json={"role": "admin", "name": "Boss"})
    assert (answer.status_code, answer.json()["role"]) == (200, "admin")
    assert (await client.get("/api/users")).status_code == 200
    assert await actions(admin) == [
        (
            "user.changed",
            f"user:{person.id}",
            {"role": ["viewer", "admin"], "name": [person.username.title(), "Boss"]},
        )
    ]


async def test_nothing_changed_is_nothing_noted(people: Any, admin: httpx.AsyncClient) -> None:
    person = await people.add("viewer")
    answer = await admin.patch(f"/api/users/{person.id}", json={"role": "viewer", "active": True})
    assert answer.status_code == 200
    assert await actions(admin) == []
    assert (await admin.patch(f"/api/users/{person.id}", json={})).status_code == 422


async def test_who_is_deactivated_is_out_at_once(people: Any, admin: httpx.AsyncClient) -> None:
    person = await people.add("operator")
    browser, program = await people.client(person), await people.program(person)
    url = f"/api/users/{person.id}"
    assert (await admin.patch(url, json={"active": False})).json()["active"] is False
    assert (await browser.get("/api/auth/me")).status_code == 401
    assert (await program.get("/api/auth/me")).status_code == 401
    assert (await admin.patch(url, json={"active": True})).json()["active"] is True
    assert (await browser.get("/api/auth/me")).status_code == 401, "sessions stay ended"
    assert (await program.get("/api/auth/me")).status_code == 200


async def test_there_is_always_an_admin(people: Any, db: Database) -> None:
    first, second = await people.add(), await people.add()
    clients = [await people.client(one) for one in (first, second)]
    himself = await clients[0].patch(f"/api/users/{first.id}", json={"active": False})
    assert himself.status_code == 409
    # Each demotes the other at the same moment: one of them comes second.
    answers = await asyncio.gather(
        clients[0].patch(f"/api/users/{second.id}", json={"role": "viewer"}),
        clients[1].patch(f"/api/users/{first.id}", json={"role": "viewer"}),
    )
    assert 200 in {one.status_code for one in answers}
    async with db.system() as tx:
        left = await tx.execute(text("SELECT count(*) FROM users WHERE role = 'admin'"))
        assert left.scalar_one() == 1
    last = clients[0] if (await clients[0].get("/api/users")).status_code == 200 else clients[1]
    last_id = (await last.get("/api/auth/me")).json()["user"]["id"]
    demoted = await last.patch(f"/api/users/{last_id}", json={"role": "operator"})
    assert demoted.status_code == 409
    assert "last active admin" in demoted.json()["detail"]


async def test_an_admin_resets_a_forgotten_password(
    people: Any, admin: httpx.AsyncClient, db: Database
) -> None:
    person = await people.add("viewer", username="ada")
    browser = await people.client(person)
    answer = await admin.post(f"/api/users/{person.id}/reset-password")
    password = answer.json()["one_time_password"]
    assert (await browser.get("/api/auth/me")).status_code == 401
    client = await sign_in(people, "ada", password)
    assert (await client.get("/api/tokens")).json()["type"] == "/problems/password-change-needed"
    async with db.system() as tx:
        kept = await tx.execute(text("SELECT string_agg(a::text, ' ') FROM audit_log a"))
        assert password not in kept.scalar_one()
    own_id = (await admin.get("/api/auth/me")).json()["user"]["id"]
    assert (await admin.post(f"/api/users/{own_id}/reset-password")).status_code == 409


async def test_another_tenants_user_is_not_there(
    people: Any, admin: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    person = await people.add("viewer")
    for answer in (
        await stranger.patch(f"/api/users/{person.id}", json={"name": "mine"}),
        await stranger.post(f"/api/users/{person.id}/reset-password"),
        await admin.patch("/api/users/2147483647", json={"name": "nobody"}),
    ):
        assert answer.status_code == 404
        assert answer.json()["detail"] == "There is no such user."
    assert (await stranger.get("/api/users")).json()["total"] == 1


async def test_users_come_in_pages(people: Any, admin: httpx.AsyncClient) -> None:
    for _ in range(4):
        await people.add("viewer")
    seen: list[int] = []
    cursor: str | None = "0"
    while cursor is not None:
        page = (await admin.get("/api/users", params={"limit": 2, "cursor": cursor})).json()
        assert page["total"] == 5
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 5


# -- tokens ---------------------------------------------------------------------------------


async def make_token(client: httpx.AsyncClient, *scopes: str, **more: object) -> httpx.Response:
    return await client.post(
        "/api/tokens", json={"name": "the ünïcode poller", "scopes": scopes, **more}
    )


async def test_a_token_is_made_used_and_revoked(
    people: Any, viewer: httpx.AsyncClient, admin: httpx.AsyncClient, db: Database
) -> None:
    answer = await make_token(viewer, "tokens:own", expires_in_days=3)
    assert answer.status_code == 201
    token = answer.json()["token"]
    program = people.anonymous(headers={"Authorization": f"Bearer {token}"})
    me = (await program.get("/api/auth/me")).json()
    assert me["csrf_token"] is None
    [listed] = (await program.get("/api/tokens")).json()["items"]
    assert token.startswith(f"hp_{listed['public_part']}_")
    assert listed["last_used_at"] is not None
    async with db.system() as tx:
        kept = (await tx.execute(text("SELECT string_agg(t::text, ' ') FROM api_tokens t"))).one()
        assert token.rsplit("_", 1)[1] not in str(kept)
    token_id = listed["id"]
    assert (await program.delete(f"/api/tokens/{token_id}")).status_code == 204
    assert (await program.get("/api/auth/me")).status_code == 401
    assert (await viewer.delete(f"/api/tokens/{token_id}")).status_code == 204, "once more is fine"
    noted = [(action, about) for action, about, _ in await actions(admin)]
    assert noted == [
        ("token.added", f"token:{token_id}"),
        ("token.revoked", f"token:{token_id}"),
    ]


async def test_a_token_does_what_its_scopes_and_its_owner_may(people: Any) -> None:
    person = await people.add("admin")
    narrow = await people.program(person, Permission.FLEET_READ)
    refused = await narrow.get("/api/users")
    assert refused.status_code == 403
    assert refused.json()["detail"] == "Your token does not allow this: it needs users:manage."
    wide = await people.program(person, Permission.USERS_MANAGE)
    assert (await wide.get("/api/users")).status_code == 200
    boss = await people.client(await people.add("admin"))
    await boss.patch(f"/api/users/{person.id}", json={"role": "viewer"})
    assert (await wide.get("/api/users")).status_code == 403


async def test_a_token_makes_no_tokens(people: Any) -> None:
    program = await people.program(await people.add("admin"))
    answer = await make_token(program, "fleet:read")
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/session-needed")


NO_TOKENS: list[tuple[list[str], dict[str, object], str]] = [
    (["fleet:write"], {}, "body.scopes"),
    (["of:nothing"], {}, "body.scopes.0"),
    ([], {}, "body.scopes"),
    (["fleet:read"], {"expires_in_days": 0}, "body.expires_in_days"),
    (["fleet:read"], {"expires_in_days": 367}, "body.expires_in_days"),
    (["fleet:read"], {"name": "a\0b"}, "body.name"),
]


async def test_a_token_that_is_not_made(viewer: httpx.AsyncClient) -> None:
    for scopes, more, place in NO_TOKENS:
        answer = await make_token(viewer, *scopes, **more)
        assert answer.status_code == 422, (scopes, more)
        assert [one["at"] for one in answer.json()["errors"]] == [place]
    assert (await viewer.get("/api/tokens")).json()["total"] == 0


async def test_tokens_are_seen_by_their_owner_and_by_admins(
    people: Any, admin: httpx.AsyncClient, viewer: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    other = await people.client(await people.add("operator"))
    token_id = (await make_token(other, "fleet:read")).json()["id"]
    assert (await viewer.get("/api/tokens")).json()["items"] == []
    assert (await viewer.delete(f"/api/tokens/{token_id}")).status_code == 404
    assert (await stranger.delete(f"/api/tokens/{token_id}")).status_code == 404
    assert [one["id"] for one in (await admin.get("/api/tokens")).json()["items"]] == [token_id]
    assert (await admin.delete(f"/api/tokens/{token_id}")).status_code == 204


async def test_what_is_no_token_is_refused(people: Any) -> None:
    long = "Bearer hp_" + "x" * 300
    for given in (
        "Bearer hp_x_y",
        "Bearer hp__",
        "Bearer ",
        long,
        "Basic YTpi",
        "hp_x_y",
        "Bearer hä",
    ):
        client = people.anonymous(headers={"Authorization": given.encode()})
        assert (await client.get("/api/auth/me")).status_code == 401, given


async def test_a_known_public_part_is_not_enough(people: Any) -> None:
    token = await people.token(await people.add())
    client = people.anonymous(headers={"Authorization": f"Bearer {token[:-1]}x"})
    assert (await client.get("/api/auth/me")).status_code == 401
    dead = await people.token(await people.add(), expires_in=timedelta(seconds=-1))
    client = people.anonymous(headers={"Authorization": f"Bearer {dead}"})
    assert (await client.get("/api/auth/me")).status_code == 401


# -- audit, first start ---------------------------------------------------------------------


async def test_the_audit_log_is_read_backwards_in_pages(
    people: Any, admin: httpx.AsyncClient, stranger: httpx.AsyncClient, db: Database
) -> None:
    for number in range(5):
        await admin.post("/api/users", json={"username": f"user{number}", "role": "viewer"})
    first = (await admin.get("/api/audit", params={"limit": 3})).json()
    assert [one["number"] for one in first["items"]] == [5, 4, 3]
    rest = (await admin.get("/api/audit", params={"before": first["next_before"]})).json()
    assert [one["number"] for one in rest["items"]] == [2, 1]
    assert rest["next_before"] is None
    entry = first["items"][0]
    assert entry["actor"]["kind"] == "user"
    assert entry["request_id"]
    assert (await stranger.get("/api/audit")).json()["items"] == []
    async with db.system() as tx:
        verdict = await verify(tx, await people.tenant())
    assert (verdict.fault, verdict.head) == (None, entry["hash"])


async def test_a_refused_change_leaves_nothing(
    people: Any, admin: httpx.AsyncClient, db: Database
) -> None:
    """The transaction is one: what fails after the first statement undoes the first."""
    person = await people.add("viewer")
    async with db.engine.begin() as owner:
        await owner.execute(
            text(
                "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
                " 'BEGIN RAISE EXCEPTION ''no room''; END'"
            )
        )
        # At the commit, after the route has returned its answer.
        await owner.execute(
            text(
                "CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON audit_log DEFERRABLE INITIALLY"
                " DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()"
            )
        )
    answer = await admin.patch(f"/api/users/{person.id}", json={"name": "New"})
    assert answer.status_code == 500
    assert "no room" not in answer.text
    names = [one["name"] for one in (await admin.get("/api/users")).json()["items"]]
    assert "New" not in names


async def test_the_first_admin_is_made_once(people: Any, db: Database) -> None:
    await asyncio.gather(*(ensure_first_admin(db) for _ in range(4)))
    password = await ensure_first_admin(db)
    client = await sign_in(people, "admin", str(password))
    me = (await client.get("/api/auth/me")).json()["user"]
    assert (me["role"], me["must_change_password"], me["tenant"]["name"]) == (
        "admin",
        True,
        "Main",
    )
    assert await ensure_first_admin(db) is None


async def test_a_password_nobody_read_is_replaced_at_the_next_start(
    people: Any, db: Database
) -> None:
    unread = await ensure_first_admin(db)
    read = await ensure_first_admin(db)
    assert unread != read
    client = people.anonymous()
    for password, status in ((unread, 401), (read, 200)):
        given = {"username": "admin", "password": password}
        assert (await client.post("/api/auth/login", json=given)).status_code == status


async def test_where_others_are_no_password_is_replaced(people: Any, db: Database) -> None:
    assert await ensure_first_admin(db) is not None
    await people.add("viewer")
    assert await ensure_first_admin(db) is None
