"""The web application, as a table of contents."""

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from homepot import __version__
from homepot.access.guard import refuse_unguarded_routes
from homepot.core.errors import HomepotError
from homepot.core.http import problems
from homepot.core.http.envelope import EnvelopeMiddleware
from homepot.core.http.limits import Limits, LimitsMiddleware
from homepot.core.http.pages import pages
from homepot.core.log import configure_logging
from homepot.core.process import feeding, opened
from homepot.core.settings import Settings, SettingsError, load_settings
from homepot.core.supervisor.part import NOT_AS_CONFIGURED
from homepot.features import FEATURES, check


def create_app(settings: Settings) -> FastAPI:
    check(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            process = await stack.enter_async_context(opened(settings))
            await stack.enter_async_context(feeding(process.feed))
            for part in (part for feature in FEATURES for part in feature.parts):
                running = await stack.enter_async_context(part(process))
                process.parts[type(running)] = running
            app.state.process = process
            yield

    app = FastAPI(
        title="HOMEPOT",
        version=__version__,
        summary="Watches a fleet of devices, wholly on its owner's own machine.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # the ready-made pages load their script from elsewhere
        redoc_url=None,
        lifespan=lifespan,
        # either can come before any route is reached
        responses=problems.documented(413, 429),
    )
    app.state.settings = settings
    for feature in FEATURES:
        for router in feature.routers:
            app.include_router(router)
    refuse_unguarded_routes(app)
    app.mount("/", pages(), name="pages")
    problems.install(app)
    app.add_middleware(LimitsMiddleware, limits=_limits(settings))
    app.add_middleware(EnvelopeMiddleware)
    return app


def _limits(settings: Settings) -> Limits:
    return Limits(
        body_size_max_bytes=settings.body_size_max_bytes,
        in_flight_requests_max=settings.in_flight_requests_max,
        requests_per_second_max=settings.requests_per_second_max,
        requests_burst_max=settings.requests_burst_max,
        told_unavailable=frozenset({"/api/prometheus/write"}),
    )


def _from_configuration() -> FastAPI:
    """What uvicorn serves. Configuration that cannot be used stops the start with one message."""
    try:
        settings = load_settings()
        configure_logging(settings.log_level, settings.log_format)
        app = create_app(settings)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(NOT_AS_CONFIGURED)
    except HomepotError as error:
        sys.exit(error.detail)
    # What the program consists of stays: looking through it again for garbage took up to a third
    # of a second whenever an answer was long.
    gc.collect()
    gc.freeze()
    return app


app = _from_configuration()
