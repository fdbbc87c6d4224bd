"""The application, subscribed to a broker, and what came of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from sqlalchemy import text

from homepot.core.database import Database
from homepot.core.settings import Settings
from homepot.main import create_app
from homepot.telemetry.mqtt.subscriber import Subscriber
from homepot.telemetry.mqtt.tests.mosquitto import Mosquitto

OWN = "homepot/{}/telemetry"


@asynccontextmanager
async def subscribed(settings: Settings, broker: Mosquitto, **more: Any) -> AsyncIterator[FastAPI]:
    """The application, subscribed to the broker."""
    async with started(settings, mqtt_url=broker.url, **more) as app:
        await eventually(lambda: status_of(app).state == "connected")
        yield app


@asynccontextmanager
async def started(settings: Settings, **more: Any) -> AsyncIterator[FastAPI]:
    values = settings.model_dump() | {"mqtt_site": "Yard"} | more
    app = create_app(Settings.model_validate(values))
    async with app.router.lifespan_context(app):
        yield app


def status_of(app: FastAPI) -> Any:
    return app.state.process.part(Subscriber).status


async def eventually(look: Callable[[], Any]) -> Any:
    async with asyncio.timeout(30):
        while True:
            found = look()
            found = await found if isinstance(found, Awaitable) else found
            if found:
                return found
            await asyncio.sleep(0.02)


async def settled(app: FastAPI, messages: int) -> Any:
    """When so many have come and nothing of them is left to do."""
    status = status_of(app)

    def done() -> bool:
        return bool(status.messages >= messages <= status.acknowledged)

    await eventually(done)
    return status


async def stored(db: Database) -> dict[tuple[str, int], dict[str, float]]:
    """By device and microseconds: the values."""
    async with db.system() as tx:
        rows = await tx.execute(
            text(
                "SELECT d.public_id, (extract(epoch FROM m.ts) * 1000000)::bigint, s.metrics,"
                " m.values FROM device_metrics m JOIN devices d ON d.id = m.device_id"
                " JOIN metric_sets s ON s.id = m.metric_set_id"
            )
        )
        return {
            (device, at_us): dict(zip(metrics, values, strict=True))
            for device, at_us, metrics, values in rows
        }
