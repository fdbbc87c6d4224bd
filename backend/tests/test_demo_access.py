"""The token and the user of the simulated fleet: made by the system, and never more than needed."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from homepot.access.first_admin import ensure_first_admin
from homepot.access.permissions import Role
from homepot.access.programs import ProgramShutOut
from homepot.core.database import Database
from homepot.demo import service
from homepot.demo.folder import DemoFolder

LIFE_MAX_DAYS = 366


@pytest.fixture
def folder(tmp_path: Path) -> DemoFolder:
    return DemoFolder(tmp_path / "my data")


async def audited(db: Database) -> list[tuple[str, str]]:
    async with db.system() as tx:
        rows = await tx.execute(
            text("SELECT action, actor_kind FROM audit_log ORDER BY tenant_id, number")
        )
        return [(row.action, row.actor_kind) for row in rows]


async def test_a_good_token_is_kept_and_a_bad_one_replaced(
    db: Database, folder: DemoFolder, people: Any
) -> None:
    await people.tenant("Harbour")
    await service.see_to_token(db, folder, LIFE_MAX_DAYS)
    first = folder.token()
    assert folder.credentials_path.stat().st_mode & 0o777 == 0o600
    await service.see_to_token(db, folder, LIFE_MAX_DAYS)
    assert folder.token() == first
    assert await audited(db) == [("user.added", "system"), ("token.added", "system")]
    async with db.system() as tx:
        await tx.execute(text("UPDATE api_tokens SET revoked_at = now()"))
    await service.see_to_token(db, folder, LIFE_MAX_DAYS)
    assert folder.token() not in {first, None}
    # of another database, or damaged
    for wrong in (json.dumps({"token": "hp_abc_def"}), "{", json.dumps(["x"])):
        folder.credentials_path.write_text(wrong)
        await service.see_to_token(db, folder, LIFE_MAX_DAYS)
        assert folder.token() is not None
    async with db.system() as tx:
        live = await tx.execute(
            text("SELECT count(*), max(scopes) FROM api_tokens WHERE revoked_at IS NULL")
        )
        count, scopes = live.one()
    assert count == 1, "an older token that still works is a door left open"
    assert sorted(scopes) == sorted(service.SCOPES)


@pytest.mark.parametrize(
    ("words", "with_demo"), [([], True), (["DEMO=1"], True), (["DEMO=0"], False)]
)
def test_make_run_brings_the_fleet_unless_it_is_told_not_to(
    words: list[str], with_demo: bool
) -> None:
    root = Path(__file__).parents[2]
    would = subprocess.run(
        ["make", "-n", "run", "PORT=8001", *words], cwd=root, capture_output=True, text=True
    )
    assert would.returncode == 0, would.stderr
    start = would.stdout.splitlines()[-1].split()
    assert start[:5] == ["exec", ".venv/bin/homepot", "up", "--port", "8001"]
    assert ("--demo" in start) is with_demo
    assert with_demo or "simulator" not in would.stdout


async def test_whoever_deactivates_its_user_shuts_the_fleet_out(
    db: Database, folder: DemoFolder, people: Any
) -> None:
    await people.tenant("Harbour")
    await service.see_to_token(db, folder, LIFE_MAX_DAYS)
    async with db.system() as tx:
        await tx.execute(text("UPDATE users SET deactivated_at = now()"))
    with pytest.raises(ProgramShutOut, match="homepot-simulator is deactivated"):
        await service.see_to_token(db, folder, LIFE_MAX_DAYS)


async def test_its_user_does_not_hide_that_nobody_has_signed_in_yet(
    db: Database, folder: DemoFolder
) -> None:
    assert await ensure_first_admin(db) is not None
    await service.see_to_token(db, folder, LIFE_MAX_DAYS)
    assert await ensure_first_admin(db) is not None, "the password was never read"


async def test_the_token_does_what_a_collector_needs_and_no_more(
    db: Database, folder: DemoFolder, people: Any
) -> None:
    await people.add(Role.ADMIN)
    await service.see_to_token(db, folder, LIFE_MAX_DAYS)
    client = people.anonymous(headers={"Authorization": f"Bearer {folder.token()}"})
    assert (await client.get("/api/sites")).status_code == 200
    assert (await client.get("/api/users")).status_code == 403
    assert (await client.get("/api/audit")).status_code == 403
    assert (await client.get("/api/tokens")).status_code == 403
