"""What this capability brings to the house."""

from collections.abc import Sequence

from homepot.core.features import Feature
from homepot.core.jobs import Loop
from homepot.core.settings import Settings
from homepot.telemetry import routes
from homepot.telemetry.archive import jobs as archive
from homepot.telemetry.intake.clocks import running as clocks
from homepot.telemetry.intake.measure import running as measures
from homepot.telemetry.intake.service import running
from homepot.telemetry.mqtt import routes as mqtt
from homepot.telemetry.mqtt.maps import load as check_maps
from homepot.telemetry.mqtt.subscriber import running as subscriber
from homepot.telemetry.pauses import jobs as pauses
from homepot.telemetry.prometheus import routes as prometheus
from homepot.telemetry.prometheus.service import check_rules
from homepot.telemetry.prometheus.service import running as remote_write
from homepot.telemetry.reading import routes as reading
from homepot.telemetry.rollups import jobs as rollups


def _loops(settings: Settings) -> Sequence[Loop]:
    return (*rollups.loops(settings), *pauses.loops(settings), *archive.loops(settings))


FEATURE = Feature(
    "telemetry",
    routers=[routes.router, prometheus.router, mqtt.router, reading.router],
    loops_of=_loops,
    checks=[check_rules, check_maps],
    parts=[clocks, measures, running, remote_write, subscriber],
)
