"""HTTP of Prometheus remote write."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from homepot.access.guard import process_of
from homepot.core.clock import now
from homepot.core.errors import BadInput
from homepot.core.http.problems import documented
from homepot.telemetry.prometheus.guard import Collector, collector
from homepot.telemetry.prometheus.service import RemoteWrite, refusal

router = APIRouter()

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/x-protobuf": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post(
    "/api/prometheus/write",
    tags=["telemetry"],
    status_code=204,
    responses=documented(401, 403, 413, 422, 429, 503),
    openapi_extra=_BODY,
)
async def remote_write(request: Request, sent_by: Annotated[Collector, collector()]) -> Response:
    """Remote write 1.0 (snappy): answered when every sample that can be taken is committed.
    422 names what cannot, and is not to be repeated; 503 is to be sent again."""
    _refuse_other_forms(request)
    written = await process_of(request).part(RemoteWrite).take(sent_by, await request.body(), now())
    if written.refused:
        raise refusal(written.refused)
    return Response(status_code=204)


def _refuse_other_forms(request: Request) -> None:
    encoding = request.headers.get("content-encoding", "snappy").strip().lower()
    if encoding != "snappy":
        raise BadInput(
            f"Content-Encoding {encoding[:80]!r} is not taken; remote write is packed with snappy.",
            at="header.content-encoding",
        )
    form = request.headers.get("content-type", "").replace(" ", "").lower()
    if "proto=io.prometheus.write.v2" in form:
        raise BadInput(
            "Remote write 2.0 is not taken; set protobuf_message: prometheus.WriteRequest.",
            at="header.content-type",
        )
