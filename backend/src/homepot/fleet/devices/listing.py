"""The list of devices: which there are, in which order, from where. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from homepot.fleet.paging import Key, list_mark

LIMIT_MAX = 200
CHOICES_MAX = 20


class By(StrEnum):
    NAME = "name"
    DEVICE_ID = "device_id"
    LAST_SEEN = "last_seen"
    TYPE = "type"
    SITE = "site"
    CONNECTIVITY = "connectivity"


class Sort(StrEnum):
    """What a list may be sorted by; a minus turns it round."""

    NAME = "name"
    NAME_DOWN = "-name"
    DEVICE_ID = "device_id"
    DEVICE_ID_DOWN = "-device_id"
    LAST_SEEN = "last_seen"
    LAST_SEEN_DOWN = "-last_seen"
    TYPE = "type"
    TYPE_DOWN = "-type"
    SITE = "site"
    SITE_DOWN = "-site"
    CONNECTIVITY = "connectivity"
    CONNECTIVITY_DOWN = "-connectivity"

    @property
    def by(self) -> By:
        return By(self.value.lstrip("-"))

    @property
    def descending(self) -> bool:
        return self.value.startswith("-")


# What wants somebody's attention comes first.
CONNECTIVITIES = ("offline", "unknown", "online")

# The keys of each order, ended by one that is unique; names say where the store finds them.
KEYS: dict[By, dict[str, type]] = {
    By.NAME: {"name_key": str, "id": int},
    By.DEVICE_ID: {"public_id": str},
    By.LAST_SEEN: {"last_seen_at": datetime, "id": int},
    By.TYPE: {"type": str, "name_key": str, "id": int},
    By.SITE: {"site_name_key": str, "name_key": str, "id": int},
    By.CONNECTIVITY: {"connectivity_order": int, "name_key": str, "id": int},
}


@dataclass(frozen=True)
class Filters:
    """Empty means: any."""

    site_ids: Sequence[str] = ()
    types: Sequence[str] = ()
    lifecycles: Sequence[str] = ()
    connectivities: Sequence[str] = ()
    provenances: Sequence[str] = ()
    tags: Sequence[str] = ()
    terms: Sequence[str] = ()
    archived: bool | None = None

    @property
    def only_archived(self) -> bool | None:
        """True: only those put away; False: none of them; None: both.

        Archived devices are unpaired: who asks for unpaired ones means them too.
        """
        if self.archived is not None:
            return self.archived
        return None if "unpaired" in self.lifecycles else False


@dataclass(frozen=True)
class DeviceQuery:
    filters: Filters
    sort: Sort = Sort.NAME
    limit: int = 50
    after: Sequence[Key] | None = None

    @property
    def mark(self) -> str:
        """What a cursor of this list bears."""
        return list_mark("devices", self.sort, vars(self.filters))
