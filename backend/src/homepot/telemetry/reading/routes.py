"""HTTP of reading."""

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response

from homepot.access.guard import Caller, allow, process_of
from homepot.access.permissions import Permission
from homepot.core.clock import now
from homepot.core.http.problems import documented
from homepot.fleet.fields import PublicId
from homepot.fleet.moments import Moment
from homepot.telemetry.reading import service
from homepot.telemetry.reading.schemas import (
    ChartOut,
    LatestReadings,
    MetricNames,
    chart_out,
    each_once,
)
from homepot.telemetry.reading.service import METRICS_MAX, POINTS_MAX, Kept

router = APIRouter(tags=["telemetry"])

Reader = Annotated[Caller, allow(Permission.FLEET_READ)]
Metrics = Annotated[
    list[MetricNames] | None,
    Query(
        max_length=METRICS_MAX,
        description=f"Said again for each, or several with commas; {METRICS_MAX} at most.",
    ),
]


@router.get(
    "/api/devices/{device_id}/metrics",
    response_model=ChartOut,
    responses=documented(401, 403, 404, 422, 503),
)
async def read_chart(
    request: Request,
    caller: Reader,
    device_id: PublicId,
    metrics: Metrics = None,
    start: Annotated[Moment | None, Query(alias="from")] = None,
    end: Annotated[Moment | None, Query(alias="to")] = None,
    points: Annotated[int, Query(ge=1, le=POINTS_MAX)] = 500,
) -> Response:
    """A window of one device in at most so many points; the lowest and highest are never lost.

    Without `metrics`, the first 20 by name of those the device reports, and `left_out` names the
    others; without `from`, the last 24 hours. A metric that nobody knows is refused.
    """
    window: tuple[datetime | None, datetime | None] = (start, end)
    wanted = each_once(metrics)
    kept = Kept.of(process_of(request).settings)
    chart = await service.chart(caller.tx, kept, device_id, wanted, window, points, now())
    return _as_it_is(chart_out(device_id, chart))


@router.get(
    "/api/telemetry/latest", response_model=LatestReadings, responses=documented(401, 403, 422)
)
async def read_latest(
    caller: Reader,
    metrics: Metrics = None,
    devices: Annotated[list[PublicId] | None, Query(max_length=1_000)] = None,
) -> Response:
    """The newest value of each metric of every device, or of those named."""
    return _as_it_is({"items": await service.latest(caller.tx, each_once(metrics), devices)})


def _as_it_is(answer: object) -> Response:
    """So many values are written as they are, not checked a second time on their way out."""
    return Response(msgspec.json.encode(answer), media_type="application/json")
