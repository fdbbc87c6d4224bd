"""The fleet at a glance: asks, counts, decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from homepot.ai.incidents import service as incidents
from homepot.ai.incidents.service import Incident
from homepot.core.database import Connection
from homepot.fleet.devices import service as devices
from homepot.overview.logic import Numbers, SiteNow, Trouble, picture

SITES_MAX = 200
URGENT_MAX = 12


@dataclass(frozen=True)
class Overview:
    as_of: datetime
    numbers: Numbers
    trouble: Trouble
    # the worst of them
    sites: Sequence[SiteNow]
    sites_total: int
    urgent: Sequence[Incident]


async def overview(tx: Connection, now: datetime) -> Overview:
    numbers, trouble, sites = picture(await devices.tallies(tx), await incidents.standing(tx))
    urgent = await incidents.urgent(tx, URGENT_MAX)
    return Overview(now, numbers, trouble, sites[:SITES_MAX], len(sites), urgent)
