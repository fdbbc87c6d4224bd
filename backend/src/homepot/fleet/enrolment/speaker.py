"""A device that has proved who it is: what every use case of the wire is given."""

from dataclasses import dataclass
from datetime import datetime

from homepot.access.caller import Caller
from homepot.fleet.connectivity import service as connectivity
from homepot.fleet.connectivity.service import Turn, Word
from homepot.fleet.enrolment.errors import NotThisDevice


@dataclass(frozen=True)
class Speaker:
    """One device, at the moment its request came, inside its tenant's transaction."""

    caller: Caller
    device_row: int
    device_id: str
    at: datetime
    default_silence_s: int

    def speaks_for(self, device_id: str) -> None:
        """Refuse a request that names another device."""
        if device_id != self.device_id:
            raise NotThisDevice

    async def heard(
        self,
        *,
        heartbeat: bool = False,
        said: datetime | None = None,
        collection_interval_s: int | None = None,
    ) -> Turn | None:
        """Whatever a device says proves that it is there. The turn of its clock, if any."""
        word = Word(self.at, self.default_silence_s, heartbeat, said, collection_interval_s)
        return await connectivity.heard(
            self.caller.tx, self.caller.tenant_id, self.device_row, self.device_id, word
        )
