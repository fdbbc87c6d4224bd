"""From what is foreseen to occurrences: a limit that will probably be reached soon is told like an
incident, and told to be over when it is reached or the wear is gone.
"""

from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from homepot.ai.incidents.category import category_of_metric
from homepot.ai.prediction import service
from homepot.ai.prediction.records import Prediction
from homepot.ai.prediction.words import headline, reasoning
from homepot.alerts import deciding
from homepot.alerts.occurrence import Occurrence, Subject
from homepot.core.database import Database

AT_ONCE_MAX = 200


async def read_new(database: Database, now: datetime) -> None:
    """Each tenant's in its own transaction, in which it is marked as told."""
    while True:
        async with database.system() as tx:
            found = await service.to_tell(tx, AT_ONCE_MAX)
        by_tenant = sorted(found, key=lambda one: (one.tenant_id, one.id))
        for tenant_id, some in groupby(by_tenant, key=lambda one: one.tenant_id):
            mine = list(some)
            async with database.tenant(tenant_id) as tx:
                await deciding.take(tx, tenant_id, map(occurrence_of, mine), now)
                await service.mark_told(tx, [one.id for one in mine])
        if len(found) < AT_ONCE_MAX:
            return


def occurrence_of(one: Prediction) -> Occurrence:
    zone = ZoneInfo(one.zone)
    is_open = one.state == "open"
    mark = "" if one.provenance == "real" else f" ({one.provenance})"
    return Occurrence(
        tenant_id=one.tenant_id,
        source=f"{'foreseen' if is_open else 'ended'}:{one.prediction_id}",
        incident_id=one.prediction_id,
        what="opened" if is_open else "over",
        at=one.predicted_at if one.ended_at is None else one.ended_at,
        subject=Subject(
            one.severity,
            category_of_metric(one.metric),  # type: ignore[arg-type]
            one.site_id,
            one.device_id,
            frozenset({one.device_type}),
            frozenset(one.tags),
        ),
        site_name=one.site_name,
        device_name=f"{one.device_name}{mark}",
        title=headline(one, zone).removesuffix("."),
        words=reasoning(one, zone),
        since=one.onset_at,
        note="The limit is reached." if one.state == "reached" else None,
        metrics=frozenset({one.metric}),
        is_foreseen=True,
    )
