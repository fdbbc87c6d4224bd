"""How the pretend devices become known to a server, as any device does."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from homepot_simulator.client import Server, bearer
from homepot_simulator.clock import OpenDay, closed_on
from homepot_simulator.errors import RefusedError, SimulatorError
from homepot_simulator.fleet import Device, Fleet, Site
from homepot_simulator.noise import DAY_US
from homepot_simulator.state import Identities, Identity, State

_log: Final = logging.getLogger(__name__)

_CLOSED_DAYS_PAST: Final = 30
_CLOSED_DAYS_AHEAD: Final = 300
# should the simulator be stopped before it has revoked its key, the key ends by itself
_KEY_LIFE_S: Final = 3600


@dataclass(frozen=True)
class Credentials:
    """An API token, or bootstrap keys by the server's site id, or both."""

    token: str | None = None
    site_keys: Mapping[str, str] = field(default_factory=dict)


def known_part(fleet: Fleet, credentials: Credentials, known: Identities) -> Fleet:
    """The sites that can be had: all with a token, else one for each bootstrap key."""
    if credentials.site_keys:
        for site_id in credentials.site_keys:
            free = [site.key for site in fleet.sites if site.key not in known.sites]
            if site_id not in known.sites.values() and free:
                known.sites[free[0]] = site_id
    elif credentials.token:
        for site in fleet.sites:
            known.sites.setdefault(site.key, site.key)
    if not known.sites:
        raise SimulatorError(
            "Nothing to enrol with: give an API token or a site's bootstrap key"
            " (homepot-simulator --help says how)"
        )
    return fleet.only(frozenset(known.sites))


def enrol(
    fleet: Fleet,
    server: Server,
    credentials: Credentials,
    known: Identities,
    state: State,
    now_us: int,
) -> None:
    """Makes the sites where a token allows it, and enrols every device that has no key yet."""
    for site in fleet.sites:
        new = [one for one in fleet.at_site(site.key) if one.key not in known.devices]
        if not new:
            continue
        site_id = known.sites[site.key]
        key, key_id = credentials.site_keys.get(site_id), None
        if key is None:
            if credentials.token is None:
                raise SimulatorError(
                    f"{len(new)} devices of {site.name} have no key yet; give the bootstrap key"
                    f" of {site_id} or an API token"
                )
            if site_id == site.key:
                _make_site(site, server, credentials.token, fleet.seed, now_us)
            key, key_id = _bootstrap_key(site_id, server, credentials.token)
        for device in new:
            known.devices[device.key] = _provision(device, site_id, key, server)
            state.keep_identities(known)
            _introduce(device, site_id, known.devices[device.key], server)
            if credentials.token:
                _describe(device, known.name(device.key), server, credentials.token)
        if key_id is not None and credentials.token:
            _revoke(site_id, key_id, server, credentials.token)
        _log.info("Enrolled %d devices at %s.", len(new), site.name)


def _make_site(site: Site, server: Server, token: str, seed: int, now_us: int) -> None:
    span = (now_us - _CLOSED_DAYS_PAST * DAY_US, now_us + _CLOSED_DAYS_AHEAD * DAY_US)
    body = {
        "site_id": site.key,
        "name": site.name,
        "timezone": site.timezone,
        "address": site.address,
        "schedule": [_hours(weekday, day) for weekday, day in enumerate(site.schedule)],
        "closed_on": [str(day) for day in closed_on(seed, site.key, *span)],
        "tariff": {
            "downtime_cost_per_hour": site.downtime_cost_per_hour,
            "visit_cost": site.visit_cost,
            "currency": site.currency,
        },
    }
    try:
        server.patiently("POST", "/api/sites", body, headers=bearer(token))
    except RefusedError as error:
        # 409: the site is there already, from an earlier start
        if error.status != 409:
            raise


def _hours(weekday: int, day: OpenDay) -> dict[str, Any]:
    if not day.weight:
        return {"weekday": weekday, "closed": True}
    return {
        "weekday": weekday,
        "open": _wall(day.open_min),
        "close": _wall(day.close_min),
        "peak_start": _wall(day.peak_start_min),
        "peak_end": _wall(day.peak_end_min),
    }


def _wall(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _bootstrap_key(site_id: str, server: Server, token: str) -> tuple[str, int | str]:
    path = f"/api/sites/{site_id}/bootstrap-keys"
    body = {"label": "homepot-simulator", "expires_in_s": _KEY_LIFE_S}
    told = server.patiently("POST", path, body, headers=bearer(token))
    try:
        return told["bootstrap_key"], told["id"]
    except (KeyError, TypeError) as error:
        raise SimulatorError(f"The answer to POST {path} holds no bootstrap key") from error


def _revoke(site_id: str, key_id: int | str, server: Server, token: str) -> None:
    """A key that is no longer needed is a door left open."""
    path = f"/api/sites/{site_id}/bootstrap-keys/{key_id}"
    try:
        server.patiently("DELETE", path, headers=bearer(token))
    except RefusedError as error:
        # gone already: the answer to an earlier try was lost
        if error.status not in {404, 409, 410}:
            raise


def _provision(device: Device, site_id: str, key: str, server: Server) -> Identity:
    body = {
        "site_id": site_id,
        "bootstrap_key": key,
        "device_name": device.name,
        "device_type": device.type,
        "os_details": "homepot-simulator",
        "provisioning_source": "emulator",
    }
    told = server.patiently("POST", "/api/v1/devices/bootstrap-provision", body)
    try:
        return Identity(told["data"]["device_id"], told["data"]["api_key"])
    except (KeyError, TypeError) as error:
        raise SimulatorError("The answer to the enrolment holds no device id and key") from error


def device_headers(who: Identity) -> dict[str, str]:
    return {"X-Device-ID": who.device_id, "X-API-Key": who.api_key}


def _introduce(device: Device, site_id: str, who: Identity, server: Server) -> None:
    body = {
        "device_id": who.device_id,
        "site_id": site_id,
        "device_name": device.name,
        "device_type": device.type,
        "device_source": "emulator",
        "firmware_version": device.firmware,
        "os_details": "homepot-simulator",
    }
    server.patiently("POST", "/api/v1/agent/device-dna", body, headers=device_headers(who))


def _describe(device: Device, device_id: str, server: Server, token: str) -> None:
    """What a person would type in: where the device stands, and since when."""
    body = {
        "location": device.location,
        "serial": device.serial,
        "installed_on": str(device.installed_on),
        "warranty_until": str(device.warranty_until),
        "tags": [device.role.replace("_", "-")],
    }
    try:
        server.patiently("PATCH", f"/api/devices/{device_id}", body, headers=bearer(token))
    except RefusedError as error:
        # it reports all the same, only less is known about it
        _log.warning("%s keeps its bare name. %s", device.name, error)
