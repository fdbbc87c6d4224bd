"""The proof that every route has a lock, on applications made for it."""

from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI
from starlette.applications import Starlette

from homepot.access.guard import Caller, allow, refuse_unguarded_routes, signed_in
from homepot.access.marks import Mark, marked
from homepot.access.permissions import Permission


def application() -> FastAPI:
    return FastAPI(openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)


def test_a_guarded_application_starts() -> None:
    app = application()
    router = APIRouter(prefix="/api/things")

    @marked(Mark("device"))
    def device() -> str:
        return "me"

    def around(who: Annotated[str, Depends(device)]) -> str:
        return who

    @router.get("")
    def things(caller: Annotated[Caller, allow(Permission.FLEET_READ)]) -> None: ...

    @router.get("/mine")
    def mine(caller: Annotated[Caller, signed_in()]) -> None: ...

    @router.get("/devices", dependencies=[Depends(around)])
    def devices() -> None: ...

    app.include_router(router)
    refuse_unguarded_routes(app)


def test_an_open_door_stops_the_start_and_is_named() -> None:
    app = application()
    inner, outer = APIRouter(prefix="/inner"), APIRouter(prefix="/api")

    @inner.post("/door")
    def door() -> None: ...

    @app.websocket("/api/socket")
    async def socket() -> None: ...

    outer.include_router(inner)
    app.include_router(outer)
    app.mount("/files", Starlette())
    with pytest.raises(RuntimeError) as caught:
        refuse_unguarded_routes(app)
    assert str(caught.value).endswith(": MOUNT /files, POST /api/inner/door, WEBSOCKET /api/socket")


def test_a_public_line_opens_one_method_alone() -> None:
    app = application()

    @app.api_route("/api/health/live", methods=["GET", "DELETE"])
    def live() -> None: ...

    with pytest.raises(RuntimeError, match=r": DELETE /api/health/live$"):
        refuse_unguarded_routes(app)
