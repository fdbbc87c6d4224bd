"""What `homepot evaluate questions` does: a fleet in a database of its own, asked and scored."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from homepot.access.caller import system_caller
from homepot.access.people import service as people
from homepot.ai.device_memory.keeping import memory_of
from homepot.ai.embedding import Embedding
from homepot.ai.query.service import Asked, Asking
from homepot.alerts.asked import alerts_sent
from homepot.ask.commands import WHO
from homepot.ask.score import Score, is_right, score
from homepot.core.clock import now
from homepot.core.embedded_postgres import EmbeddedPostgres
from homepot.core.log import configure_logging
from homepot.core.migrate import upgrade
from homepot.core.process import Process, opened
from homepot.core.settings import Settings
from homepot.telemetry.archive.service import Archive
from homepot.transfer.findings import Findings
from homepot.transfer.importing import Brought, Folder, importer

_out = Console(highlight=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)
Result = dict[str, Any]


def questions(
    file: Path, fleet: Path, out: Path | None, *, as_json: bool, show_wrong: bool
) -> None:
    configure_logging("warning")
    given = _read(file)
    with TemporaryDirectory(prefix="homepot-questions-") as folder:
        data = Path(folder)
        data.chmod(0o711)  # under root the server of the database runs as another user
        with EmbeddedPostgres(data, fast=True).lease() as url:
            upgrade(url)
            settings = Settings.model_validate({"database_url": url, "data_dir": data / "var"})
            results, times_ms = asyncio.run(_asked(settings, fleet, given))
    if out is not None:
        listed = [{"id": key, "result": result} for key, result in results.items()]
        out.write_text(json.dumps(listed, ensure_ascii=False, indent=1) + "\n", "utf-8")
    _tell(given, results, times_ms, as_json=as_json, show_wrong=show_wrong)


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        lines = file.read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.strip()]
    except (ValueError, OSError) as error:
        _refuse(f"{file} cannot be read: {error}")


async def _asked(
    settings: Settings, fleet: Path, given: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Result], list[int]]:
    async with opened(settings) as process:
        async with process.database.system() as tx:
            tenant_id = await people.add_tenant(tx, "Evaluation")
        findings = Findings(lambda _: None)
        async with importer(process, tenant_id, findings, lambda *_: None) as bringing:
            await bringing.bring(Folder(fleet), Brought())
        for line in findings.lines():
            _errors.print(line, markup=False)
        return await _ask_all(process, tenant_id, given)


async def _ask_all(
    process: Process, tenant_id: int, given: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Result], list[int]]:
    asking = Asking(Archive.of(process.settings))
    asking.doors.alerts = alerts_sent
    asking.memory = memory_of(process.settings, Embedding(), with_index=False)
    results: dict[str, Result] = {}
    times_ms = []
    for one in given:
        as_of = datetime.fromisoformat(one["as_of"]) if one.get("as_of") else None
        asked = Asked(one["question"], as_of=as_of, conversation_id=one.get("conversation_id"))
        async with process.database.tenant(tenant_id) as tx:
            reply = await asking.ask(system_caller(tx, tenant_id, WHO), asked, now())
        found = reply.answer.result
        results[one["id"]] = {"kind": found.kind.value, "value": found.value}
        times_ms.append(reply.response_time_ms)
    return results, times_ms


def _tell(
    given: Sequence[Mapping[str, Any]],
    results: Mapping[str, Result],
    times_ms: Sequence[int],
    *,
    as_json: bool,
    show_wrong: bool,
) -> None:
    marked = [one for one in given if "expect" in one]
    found = score(marked, results)
    if show_wrong:
        for one in marked:
            if not is_right(one["expect"], results[one["id"]]):
                line = f"{one['id']} {one['question']} | {one['expect']} | {results[one['id']]}"
                _errors.print(line, markup=False)
    if as_json:
        _out.print(json.dumps(_figures(found, times_ms)), markup=False)
        return
    table = Table("category", "right", "of")
    for name, (right, total) in sorted(found.by_category.items()):
        table.add_row(name, str(right), str(total))
    table.add_row("all", str(found.right), str(found.total))
    _out.print(table)
    _out.print(f"{found.percent:.1f} % right", markup=False)


def _figures(found: Score, times_ms: Sequence[int]) -> dict[str, Any]:
    return {
        "right": found.right,
        "total": found.total,
        "percent": round(found.percent, 2),
        "by_category": {name: list(pair) for name, pair in sorted(found.by_category.items())},
        "median_ms": median(times_ms) if times_ms else None,
    }


def _refuse(words: str) -> NoReturn:
    _errors.print(words, markup=False)
    raise typer.Exit(1)
