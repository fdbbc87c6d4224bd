"""GET /metrics."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from homepot.access.guard import Caller, allow, process_of
from homepot.access.permissions import Permission
from homepot.core.clock import now
from homepot.core.http.problems import documented
from homepot.operation import figures

router = APIRouter(tags=["operation"])


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses=documented(401, 403),
)
async def read_figures(
    request: Request, _: Annotated[Caller, allow(Permission.OPERATION_READ)]
) -> PlainTextResponse:
    """The figures of the installation, all tenants together, as Prometheus reads them."""
    text = await figures.text(process_of(request), now())
    return PlainTextResponse(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)
