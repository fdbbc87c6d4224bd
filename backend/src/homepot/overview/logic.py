"""From counts of devices and incidents to a picture of the fleet. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from homepot.ai.incidents.service import Standing
from homepot.fleet.devices.service import Tally


@dataclass
class Numbers:
    """How devices are: by the connection, by the health, and of how many it is invented."""

    devices: int = 0
    simulated: int = 0
    connectivity: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("online", "offline", "unknown"), 0)
    )
    health: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(
            ("healthy", "warning", "critical", "maintenance", "unknown"), 0
        )
    )

    def take(self, tally: Tally) -> None:
        self.devices += tally.devices
        self.simulated += tally.simulated
        self.connectivity[tally.connectivity] += tally.devices
        self.health[tally.health] += tally.devices


@dataclass
class Trouble:
    """Incidents that live, by severity."""

    critical: int = 0
    warning: int = 0
    info: int = 0
    confirmed: int = 0

    def take(self, standing: Standing) -> None:
        setattr(self, standing.severity, getattr(self, standing.severity) + standing.incidents)
        if standing.state == "confirmed":
            self.confirmed += standing.incidents


@dataclass
class SiteNow:
    site_id: str
    name: str
    numbers: Numbers
    trouble: Trouble

    @property
    def urgency(self) -> tuple[int, int, int, int, str]:
        """The worst first; equal ones by name."""
        return (
            -self.trouble.critical - self.numbers.health["critical"],
            -self.trouble.warning - self.numbers.health["warning"],
            -self.numbers.connectivity["offline"],
            -self.trouble.info,
            self.name.casefold(),
        )


def picture(
    tallies: Iterable[Tally], standing: Iterable[Standing]
) -> tuple[Numbers, Trouble, Sequence[SiteNow]]:
    """The whole fleet, and each site, the worst first."""
    whole, trouble = Numbers(), Trouble()
    sites: dict[str, SiteNow] = {}
    for tally in tallies:
        whole.take(tally)
        _site(sites, tally.site_id, tally.site_name).numbers.take(tally)
    for one in standing:
        trouble.take(one)
        _site(sites, one.site_id, one.site_name).trouble.take(one)
    return whole, trouble, sorted(sites.values(), key=lambda site: site.urgency)


def _site(sites: dict[str, SiteNow], site_id: str, name: str) -> SiteNow:
    return sites.setdefault(site_id, SiteNow(site_id, name, Numbers(), Trouble()))
