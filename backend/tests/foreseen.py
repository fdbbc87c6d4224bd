"""A line in the maintenance schedule, for tests that only need one to be there."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from homepot.core.clock import now


async def planned_term(people: Any, device_id: str) -> str:
    """A line for a device of the tenant Harbour; its id."""
    tenant_id = await people.tenant()
    at = now()
    async with people.database.tenant(tenant_id) as tx:
        await tx.execute(
            text(
                "insert into maintenance_schedule (tenant_id, public_id, device_id, what, due_at,"
                " cost_why, state, created_at, changed_at) select tenant_id, 'TERM-TIDE', id,"
                " 'Scrape the hull', :due, 'Nobody said.', 'planned', :at, :at"
                " from devices where public_id = :device"
            ),
            {"due": at + timedelta(days=3), "at": at, "device": device_id},
        )
    return "TERM-TIDE"
