"""From what is foreseen to occurrences: a limit that will probably be reached soon, or a device
that will probably fail, is told like an incident, and told to be over when it came or is gone.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from itertools import groupby
from typing import TypeVar
from zoneinfo import ZoneInfo

from homepot.ai.incidents.category import category_of_metric
from homepot.ai.prediction import forewarning_words as likely
from homepot.ai.prediction import service
from homepot.ai.prediction.records import Forewarning, Prediction
from homepot.ai.prediction.words import headline, reasoning
from homepot.alerts import deciding
from homepot.alerts.occurrence import Occurrence, Subject, What
from homepot.core.database import Connection, Database

AT_ONCE_MAX = 200
_One = TypeVar("_One", Prediction, Forewarning)


async def read_new(database: Database, now: datetime) -> None:
    """Each tenant's in its own transaction, in which it is marked as told."""
    await _read(database, now, service.to_tell, occurrence_of, service.mark_told)
    # After it: who is told of a wear is not told as well that the device is likely to fail of it.
    await _read(
        database, now, service.likely_to_tell, occurrence_of_likely, service.mark_likely_told
    )


async def _read(
    database: Database,
    now: datetime,
    to_tell: Callable[[Connection, int], Awaitable[Sequence[_One]]],
    as_occurrence: Callable[[_One], Occurrence],
    mark: Callable[[Connection, Sequence[int]], Awaitable[None]],
) -> None:
    while True:
        async with database.system() as tx:
            found = await to_tell(tx, AT_ONCE_MAX)
        by_tenant = sorted(found, key=lambda one: (one.tenant_id, one.id))
        for tenant_id, some in groupby(by_tenant, key=lambda one: one.tenant_id):
            mine = list(some)
            async with database.tenant(tenant_id) as tx:
                await deciding.take(tx, tenant_id, map(as_occurrence, mine), now)
                await mark(tx, [one.id for one in mine])
        if len(found) < AT_ONCE_MAX:
            return


def occurrence_of_likely(one: Forewarning) -> Occurrence:
    """Told when it becomes likely, once more where it becomes critical, and when it is over."""
    is_open = one.state == "open"
    what: What = "over"
    if is_open:
        what = "worse" if one.told else "opened"
    said = likely.reasoning(one)
    return Occurrence(
        tenant_id=one.tenant_id,
        source=f"{what}:{one.prediction_id}",
        incident_id=one.prediction_id,
        what=what,
        at=one.predicted_at if one.ended_at is None else one.ended_at,
        subject=_subject(one, category_of_metric(one.metric) if one.metric else "hardware"),
        site_name=one.site_name,
        device_name=_named(one),
        title=likely.headline(one).removesuffix("."),
        words=f"{said} {likely.first_step(one)}" if is_open else f"{one.ended_why}",
        since=one.first_at,
        note=one.ended_why,
        metrics=frozenset({one.metric} if one.metric else ()),
        is_foreseen=True,
    )


def occurrence_of(one: Prediction) -> Occurrence:
    zone = ZoneInfo(one.zone)
    is_open = one.state == "open"
    return Occurrence(
        tenant_id=one.tenant_id,
        source=f"{'foreseen' if is_open else 'ended'}:{one.prediction_id}",
        incident_id=one.prediction_id,
        what="opened" if is_open else "over",
        at=one.predicted_at if one.ended_at is None else one.ended_at,
        subject=_subject(one, category_of_metric(one.metric)),
        site_name=one.site_name,
        device_name=_named(one),
        title=headline(one, zone).removesuffix("."),
        words=reasoning(one, zone),
        since=one.onset_at,
        note="The limit is reached." if one.state == "reached" else None,
        metrics=frozenset({one.metric}),
        is_foreseen=True,
    )


def _subject(one: Prediction | Forewarning, category: str) -> Subject:
    return Subject(
        one.severity,
        category,  # type: ignore[arg-type]
        one.site_id,
        one.device_id,
        frozenset({one.device_type}),
        frozenset(one.tags),
    )


def _named(one: Prediction | Forewarning) -> str:
    return one.device_name if one.provenance == "real" else f"{one.device_name} ({one.provenance})"
