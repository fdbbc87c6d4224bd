"""Writing the audit log, reading it, and proving it whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from homepot.access.audit import store
from homepot.access.audit.chain import fault_in
from homepot.access.caller import Caller
from homepot.core.database import Connection
from homepot.core.errors import BadInput

HASH_LENGTH_BYTES = 32


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


async def verify(tx: Connection, tenant_id: int, noted_hash: str | None = None) -> Verdict:
    """Compute the chain anew. A hash that was noted earlier, outside this database, must be the
    hash of an entry still: that shows a chain which was forged as a whole or cut to its start."""
    facts = await store.chain_facts(tx, tenant_id)
    fault = fault_in(facts)
    if fault is None and noted_hash is not None:
        number = await store.number_of(tx, tenant_id, _bytes_of(noted_hash))
        if number is None:
            fault = "No entry has the hash you noted: the log was replaced or cut since then."
    return Verdict(facts.entries, (facts.head_hash or b"").hex(), fault)


def _bytes_of(noted_hash: str) -> bytes:
    try:
        found = bytes.fromhex(noted_hash.strip())
    except ValueError:
        found = b""
    if len(found) != HASH_LENGTH_BYTES:
        raise BadInput("A hash has 64 hexadecimal digits, as `homepot audit verify` prints them.")
    return found
