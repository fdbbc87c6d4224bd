"""Writing the audit log, reading it, and proving it whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from homepot.access.audit import store
from homepot.access.audit.chain import fault_in
from homepot.access.caller import Caller
from homepot.core.database import Connection


async def record(
    caller: Caller, *, action: str, object_: str, details: Mapping[str, Any] | None = None
) -> None:
    """Note what was just done, in its own transaction. The last step of a use case: it holds the
    end of the tenant's chain until the commit.

    `action` is a stable name such as "device.renamed", `object_` such as "device:DEVICE-…".
    Nothing secret may stand in `details`.
    """
    await store.add(caller, action, object_, dict(details or {}))


async def entries(caller: Caller, *, limit: int, before: int | None) -> Sequence[store.Entry]:
    return await store.page(caller.tx, limit=limit, before=before)


@dataclass(frozen=True)
class Verdict:
    entries: int
    head: str
    fault: str | None


async def verify(tx: Connection, tenant_id: int, expected_head: str | None = None) -> Verdict:
    facts = await store.chain_facts(tx, tenant_id)
    head = (facts.head_hash or b"").hex()
    return Verdict(facts.entries, head, fault_in(facts, expected_head))
