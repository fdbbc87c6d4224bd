"""Faults by hand: FAULT@DEVICE[:minutes], or as words: DEVICE FAULT [minutes]."""

from typing import Final

from homepot_simulator.episodes import Episode
from homepot_simulator.errors import SimulatorError
from homepot_simulator.faults import FAULTS, make_fault
from homepot_simulator.fleet import Device, Fleet, Role
from homepot_simulator.noise import MINUTE_US
from homepot_simulator.state import Identities

_STRENGTH: Final = 0.8
_MINUTES_MAX: Final = 30 * 24 * 60


def as_text(words: list[str]) -> str:
    """The short form of what was said in words.

    >>> as_text(["sim-plant-conveyor-a", "bearing_wear", "90"])
    'bearing_wear@sim-plant-conveyor-a:90'
    """
    if len(words) == 1:
        return words[0]
    device, kind, *minutes = words
    if len(minutes) > 1:
        raise SimulatorError("Say DEVICE FAULT [MINUTES]; a name of several words in quotes")
    return ":".join([f"{kind}@{device}", *minutes])


def parse_injection(
    text: str, fleet: Fleet, start_us: int, known: Identities | None = None
) -> Episode:
    """The fault that the text asks for, from the given moment on."""
    kind, at, where = text.partition("@")
    if not at or not where:
        raise SimulatorError(f'"{text}" is not FAULT@DEVICE[:minutes]')
    if kind not in FAULTS:
        raise SimulatorError(f'There is no fault "{kind}"; there are {", ".join(FAULTS)}')
    who, minutes = _minutes(where, FAULTS[kind].minutes)
    device = _site_gateway(who, fleet, known) if FAULTS[kind].site_wide else None
    device = device or _device(who, fleet, known)
    if device.role not in FAULTS[kind].roles:
        able = ", ".join(name for name, fault in FAULTS.items() if device.role in fault.roles)
        raise SimulatorError(f"{device.key} cannot have {kind}; it can have {able}")
    span = (start_us, start_us + int(minutes * MINUTE_US))
    return make_fault(fleet, kind, device, span, _STRENGTH)


def _minutes(where: str, usual: float) -> tuple[str, float]:
    who, colon, last = where.rpartition(":")
    if not colon:
        return where, usual
    try:
        minutes = float(last)
    except ValueError:
        raise SimulatorError(f'"{last}" is not a number of minutes') from None
    if not 0.5 <= minutes <= _MINUTES_MAX:
        raise SimulatorError(f"A fault lasts 0.5 to {_MINUTES_MAX} minutes, not {last}")
    return who, minutes


def _device(who: str, fleet: Fleet, known: Identities | None) -> Device:
    slug = who.strip().lower().replace(" ", "-")
    for device in fleet.devices:
        if slug == device.key or (known and known.name(device.key) == who):
            return device
    found = [device for device in fleet.devices if slug in device.key]
    if len(found) == 1:
        return found[0]
    keys = ", ".join(device.key for device in found or fleet.devices)
    problem = "Several devices are meant by" if found else "There is no device"
    raise SimulatorError(f'{problem} "{who}"; say one of {keys}')


def _site_gateway(who: str, fleet: Fleet, known: Identities | None) -> Device | None:
    """Who speaks for the site that is named by its key, its id, or one of its devices."""
    slug = who.strip().lower()
    site_key = next(
        (
            site.key
            for site in fleet.sites
            if slug in {site.key, site.name.lower(), site.key.removeprefix("sim-")}
            or (known and known.name(site.key) == who)
        ),
        None,
    )
    site_key = site_key or _device(who, fleet, known).site_key
    return next(one for one in fleet.at_site(site_key) if one.role is Role.GATEWAY)
