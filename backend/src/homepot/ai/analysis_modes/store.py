"""Every SQL statement on the modes that users chose."""

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.dialects.postgresql import insert

from homepot.ai.analysis_modes.tables import ai_mode_choices
from homepot.core.database import Connection

_TENANT = cast(func.current_setting("homepot.tenant_id"), Integer)


async def choice(tx: Connection, user_id: int) -> str | None:
    statement = select(ai_mode_choices.c.mode).where(ai_mode_choices.c.user_id == user_id)
    return (await tx.execute(statement)).scalar_one_or_none()


async def choose(tx: Connection, user_id: int, mode: str) -> None:
    made = insert(ai_mode_choices).values(tenant_id=_TENANT, user_id=user_id, mode=mode)
    statement = made.on_conflict_do_update(
        index_elements=["user_id"], set_={"mode": mode, "changed_at": func.now()}
    )
    await tx.execute(statement)
