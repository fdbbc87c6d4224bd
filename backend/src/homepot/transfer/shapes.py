"""Sites, devices and events as their files spell them, and as the services want them. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from homepot.ai.device_memory.recorded import RecordedIncident
from homepot.core.words import words_of
from homepot.fleet.devices.schemas import DeviceNew, DeviceOut
from homepot.fleet.documents import Object, Page, Sentence, Word
from homepot.fleet.events.service import Said
from homepot.fleet.moments import Moment
from homepot.fleet.sites.schemas import SiteNew, Tariff
from homepot.fleet.sites.service import Site

_BETWEEN = re.compile(r"[\s,]*")
_TARIFF = tuple(Tariff.model_fields)
_DEVICE_FIELDS = tuple(name for name in DeviceNew.model_fields if name != "provenance")

Model = TypeVar("Model", bound=BaseModel)


class WrongItem(ValueError):
    """Something in a file that cannot be taken; the message says why."""


@dataclass(frozen=True)
class Item:
    """One object of a JSON array and the line it begins in; `problem` where it is none."""

    line: int
    fields: dict[str, Any]
    problem: str = ""

    def named(self, reason: str) -> str:
        """The reason with whose it is: a whole file may be one line.

        >>> Item(1, {"id": "till-1"}).named("name: this is missing")
        'till-1: name: this is missing'
        """
        own_id = self.fields.get("id")
        is_name = isinstance(own_id, str | int) and not isinstance(own_id, bool)
        return f"{str(own_id)[:64]}: {reason}" if is_name else reason


def items_of(text: str) -> Iterator[Item]:
    """The objects of a JSON array, each with its line. What follows a mistake is not read."""
    decoder = json.JSONDecoder()
    text = text.removeprefix("\ufeff")
    place = len(text) - len(text.lstrip())
    if text[place : place + 1] != "[":
        yield Item(1, {}, "a JSON array is expected: nothing of this file is taken")
        return
    place += 1
    while True:
        between = _BETWEEN.match(text, place)
        place = between.end() if between else place
        line = text.count("\n", 0, place) + 1
        if text[place : place + 1] == "]":
            return
        try:
            found, place = decoder.raw_decode(text, place)
        except (json.JSONDecodeError, RecursionError) as error:
            at = error.lineno if isinstance(error, json.JSONDecodeError) else line
            yield Item(at, {}, "this is not JSON: what follows in this file is not taken")
            return
        if isinstance(found, dict):
            yield Item(line, found)
        else:
            yield Item(line, {}, "an object is expected")


# -- sites and devices ------------------------------------------------------------------------


def site_of(fields: Mapping[str, Any]) -> tuple[SiteNew, list[str]]:
    """The site, and the names of fields that mean nothing here."""
    given = dict(fields)
    said = {"site_id": given.pop("id", None)}
    tariff = {name: given.pop(name) for name in _TARIFF if given.get(name) is not None}
    known = {name: given.pop(name) for name in SiteNew.model_fields if name in given}
    said |= known | ({"tariff": tariff} if tariff else {})
    return _checked(SiteNew, said), _unknown(given)


def device_of(fields: Mapping[str, Any]) -> tuple[DeviceNew, list[str]]:
    """The device, and the names of fields that mean nothing here."""
    given = dict(fields)
    said = {"device_id": given.pop("id", None)}
    said |= {name: given.pop(name) for name in _DEVICE_FIELDS if name in given}
    return _checked(DeviceNew, said | {"provenance": "imported"}), _unknown(given)


def _unknown(left: Mapping[str, Any]) -> list[str]:
    return sorted(str(name)[:80] for name, value in left.items() if value is not None)


def _checked(model: type[Model], said: Mapping[str, Any]) -> Model:
    try:
        return model.model_validate(said)
    except ValidationError as error:
        raise WrongItem(spoken(error)) from None


def spoken(error: ValidationError) -> str:
    """Every complaint in one line."""
    return "; ".join(
        f"{'.'.join(str(part) for part in one['loc'])}: {words_of(one)}".removeprefix(": ")
        for one in error.errors()
    )


def site_item(site: Site) -> dict[str, Any]:
    """The other way round; only what has a value."""
    tariff = {
        "downtime_cost_per_hour": site.downtime_cost_per_hour,
        "visit_cost": site.visit_cost,
    }
    return {
        "id": site.public_id,
        "name": site.name,
        "timezone": site.timezone,
        **({"address": site.address} if site.address else {}),
        **{name: float(value) for name, value in tariff.items() if value is not None},
        **({"currency": site.currency} if site.currency else {}),
        **({"schedule": site.schedule} if site.schedule else {}),
        **({"maintenance_windows": site.maintenance_windows} if site.maintenance_windows else {}),
        "closed_on": [day.isoformat() for day in site.closed_on],
    }


def device_item(device: DeviceOut) -> dict[str, Any]:
    days = {"installed_on": device.installed_on, "warranty_until": device.warranty_until}
    words = {"location": device.location, "firmware": device.firmware, "serial": device.serial}
    return {
        "id": device.device_id,
        "name": device.name,
        "type": device.type,
        "site_id": device.site_id,
        **{name: word for name, word in words.items() if word},
        **{name: day.isoformat() for name, day in days.items() if day},
        **({"tags": device.tags} if device.tags else {}),
    }


# -- events -----------------------------------------------------------------------------------


class EventLine(BaseModel):
    """A line of events.jsonl; fields nobody listed are kept with the event."""

    model_config = ConfigDict(extra="allow")

    device_id: Annotated[str, Field(min_length=1, max_length=64)]
    timestamp: Moment
    event: Sentence
    level: Word = "info"
    message: Page | None = None

    @property
    def said(self) -> Said:
        return Said(
            kind="log",
            severity=self.level,
            category="device",
            title=self.event,
            description=self.message,
            details=dict(self.model_extra or {}),
            at=self.timestamp,
        )


class _Extra(BaseModel):
    kept: Object


def event_of(text: str) -> EventLine:
    """Raises WrongItem with the reason."""
    try:
        fields = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise WrongItem(f"not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise WrongItem("an object is expected")
    if fields.get("message") == "":
        del fields["message"]
    found = _checked(EventLine, fields)
    _checked(_Extra, {"kept": found.model_extra or {}})
    return found


# -- incidents --------------------------------------------------------------------------------


def incident_of(text: str) -> RecordedIncident:
    """Raises WrongItem with the reason."""
    try:
        fields = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise WrongItem(f"not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise WrongItem("an object is expected")
    return _checked(RecordedIncident, fields)
