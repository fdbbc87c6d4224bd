"""The loops of alerts: what happened with incidents, what is due, and sending it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from homepot.ai.reports.printer import Printer
from homepot.alerts import deciding, predictions, reports, service
from homepot.alerts.doors.door import Door
from homepot.alerts.doors.mqtt_door import MqttDoor
from homepot.alerts.doors.service_door import ServiceDoor
from homepot.alerts.incidents import read_new
from homepot.alerts.sending import Sender
from homepot.core.database import Database
from homepot.core.jobs import Loop, Task
from homepot.core.settings import Settings
from homepot.telemetry.reading.service import Kept

# So many channels that do not answer hold nobody up.
SENDERS = 4


def loops(settings: Settings) -> Sequence[Loop]:
    doors: dict[str, Door] = {
        "service": ServiceDoor(),
        "mqtt": MqttDoor(settings.mqtt_url, settings.mqtt_ca_path),
    }
    base = service.base_url(settings)
    kept = Kept.of(settings)
    printer = Printer()

    async def send(database: Database, now: datetime) -> None:
        await Sender(database, doors, base, kept, printer).send_due(now)

    async def tell_reports(database: Database, now: datetime) -> None:
        await reports.read_new(database, base, now)

    return (
        Loop("alerts from incidents", 0.2, read_new),
        Loop("alerts from predictions", 30.0, predictions.read_new),
        Loop("reports to send", 10.0, tell_reports),
        Loop("alerts that come later", 2.0, deciding.look_at_due),
        *(Loop(f"sender {number} of alerts", 1.0, send) for number in range(1, SENDERS + 1)),
    )


def tasks(settings: Settings) -> Sequence[Task]:
    kept = timedelta(days=settings.events_kept_days)

    async def forget(database: Database, now: datetime) -> None:
        await service.forget(database, now - kept)

    return [Task("alerts.forget", "13 2 * * *", forget)]
