"""Brings the fleet into a product of its own and asks it every question, as a request would."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError
from stage import data_folder

from homepot.access.caller import system_caller
from homepot.access.people import service as people
from homepot.ai.device_memory.keeping import memory_of
from homepot.ai.embedding import Embedding
from homepot.ai.query.service import Asked as Question
from homepot.ai.query.service import Asking
from homepot.alerts.asked import alerts_sent
from homepot.core.clock import now
from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.migrate import upgrade
from homepot.core.process import Process, opened
from homepot.core.settings import Settings
from homepot.fleet.types import service as types
from homepot.telemetry.archive.service import Archive
from homepot.transfer.findings import Findings
from homepot.transfer.importing import Brought, Folder, importer
from questions.asking import Asked
from questions.estate import KINDS, OWN_KINDS
from questions.rows import Rows

WHO = "bench"
FAILED_MS = 60_000
Result = dict[str, Any]


async def answers(fleet: Path, asked: Sequence[Asked], rows: Rows) -> dict[str, Result]:
    """The result of each question by its id, with how long it took."""
    with data_folder() as folder, EmbeddedPostgres(folder, fast=True).lease() as url:
        upgrade(url)
        settings = Settings.model_validate({"database_url": url, "data_dir": folder / "var"})
        async with opened(settings) as process:
            tenant_id = await _brought(process, fleet)
            return await _asked(process, tenant_id, asked, rows)


async def _brought(process: Process, fleet: Path) -> int:
    """The owner says first which types of device are new; then the folder is brought in."""
    async with process.database.system() as tx:
        tenant_id = await people.add_tenant(tx, "Questions")
    async with process.database.tenant(tenant_id) as tx:
        for name in OWN_KINDS:
            caller = system_caller(tx, tenant_id, WHO)
            await types.save_type(caller, name, KINDS[name].label, {})
    findings = Findings(lambda _: None)
    async with importer(process, tenant_id, findings, lambda *_: None) as bringing:
        await bringing.bring(Folder(fleet), Brought())
    if findings.count:
        raise RuntimeError(f"the fleet was not taken whole: {findings.count} lines")
    return tenant_id


async def _asked(
    process: Process, tenant_id: int, asked: Sequence[Asked], rows: Rows
) -> dict[str, Result]:
    asking = Asking(Archive.of(process.settings))
    asking.doors.alerts = alerts_sent
    asking.memory = memory_of(process.settings, Embedding(), with_index=False)
    found: dict[str, Result] = {}
    for one in asked:
        question = Question(
            one.text, as_of=one.as_of or rows.as_of, conversation_id=one.conversation
        )
        try:
            async with process.database.tenant(tenant_id) as tx:
                reply = await asking.ask(system_caller(tx, tenant_id, WHO), question, now())
        except DBAPIError as error:  # a wrong answer, and the slowest there is
            said = str(error).splitlines()[0]
            found[one.id] = {"kind": "failed", "value": said, "ms": FAILED_MS, "plan": {}}
            continue
        result = reply.answer.result
        found[one.id] = {
            "kind": result.kind.value, "value": result.value, "rows": list(result.rows),
            "ms": reply.response_time_ms, "plan": reply.plan.machine(),
        }  # fmt: skip
    return found
