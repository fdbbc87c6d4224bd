"""When something breaks, and where, by the fleet's seed.

Every device has faults of its own, as luck will have it. Beside them goes a rota: each kind comes
round every few days, so that a week of history has all of them.
"""

from collections.abc import Iterator
from typing import Final

from homepot_simulator.episodes import Episode, Slots
from homepot_simulator.faults import FAULTS, make_fault
from homepot_simulator.fleet import Device, Fleet, Role, make_fleet
from homepot_simulator.noise import DAY_US, HOUR_US, MINUTE_US, SECOND_US, draw

_SLOT_US: Final = 10 * DAY_US
_SLOTS_TAKEN: Final = 0.35
_OUTAGES_TAKEN: Final = 0.45
_OUTAGE_SLOT_US: Final = 21 * DAY_US
_WEAKEST: Final = 0.12
# From one turn of a kind to its next are at most 5 + 2 days: a week never lacks it.
_TURN_US: Final = 5 * DAY_US
_LATEST_START_US: Final = 2 * DAY_US


def scheduled_faults(fleet: Fleet, from_us: int, to_us: int) -> Iterator[Episode]:
    """Every fault of the seed that touches [from, to)."""
    for device in fleet.devices:
        yield from _of_device(fleet, device, from_us, to_us)
        if device.role is Role.GATEWAY:
            yield from _outages(fleet, device, from_us, to_us)
    phase = int(draw(0, _TURN_US, fleet.seed, "rota"))
    # whose turn it is does not depend on which part of the fleet is looked at
    whole = make_fleet(fleet.seed)
    for turn in range((from_us - phase) // _TURN_US, (to_us - phase) // _TURN_US + 1):
        for one in _rota(whole, turn, turn * _TURN_US + phase):
            if one.start_us < to_us and one.end_us > from_us and one.device_key in fleet.device:
                yield one


def _rota(fleet: Fleet, turn: int, begin_us: int) -> Iterator[Episode]:
    """One fault of each kind, each on another device, wholly within the turn."""
    taken: set[str] = set()
    for kind, fault in FAULTS.items():
        able = [one for one in fleet.devices if one.role in fault.roles and one.key not in taken]
        if not able or not fault.weight:
            continue

        def chance(name: str, kind: str = kind) -> float:
            return draw(0, 1, fleet.seed, "rota", turn, kind, name)

        device = _at_rest(fleet, able, begin_us, chance("device"))
        taken.add(device.key)
        low, high = fault.hours
        hours = min(low * (high / low) ** chance("length"), _TURN_US / HOUR_US * 0.9)
        length_us = int(hours * 60) * MINUTE_US
        room_us = min(_TURN_US - length_us, _LATEST_START_US)
        start_us = begin_us + int(chance("start") * room_us)
        start_us -= start_us % SECOND_US
        strength = _WEAKEST + (1.0 - _WEAKEST) * chance("strength")
        yield make_fault(fleet, kind, device, (start_us, start_us + length_us), strength)


def _at_rest(fleet: Fleet, able: list[Device], begin_us: int, chance: float) -> Device:
    """One of them that has no fault of its own in this turn, if there is any."""
    first = int(chance * len(able))
    in_order = able[first:] + able[:first]
    at_rest = (
        one for one in in_order if not any(_of_device(fleet, one, begin_us, begin_us + _TURN_US))
    )
    return next(at_rest, in_order[0])


def _of_device(fleet: Fleet, device: Device, from_us: int, to_us: int) -> Iterator[Episode]:
    slots = Slots(fleet.seed, device.key, "fault", _SLOT_US, _SLOTS_TAKEN)
    kinds = [name for name, fault in FAULTS.items() if device.role in fault.roles and fault.weight]
    for number, begin_us in slots.taken(from_us, to_us):
        kind = _chosen(kinds, slots.chance(number, "kind"))
        low, high = FAULTS[kind].hours
        # lengths spread evenly on a logarithmic scale: short ones are the more frequent
        hours = low * (high / low) ** slots.chance(number, "length")
        span = slots.place(number, begin_us, int(hours * 60) * MINUTE_US)
        if span[0] < to_us and span[1] > from_us:
            strength = _WEAKEST + (1.0 - _WEAKEST) * slots.chance(number, "strength")
            yield make_fault(fleet, kind, device, span, strength)


def _outages(fleet: Fleet, device: Device, from_us: int, to_us: int) -> Iterator[Episode]:
    slots = Slots(fleet.seed, device.key, "outage", _OUTAGE_SLOT_US, _OUTAGES_TAKEN)
    low, high = FAULTS["site_outage"].hours
    for number, begin_us in slots.taken(from_us, to_us):
        hours = low + (high - low) * slots.chance(number, "length")
        span = slots.place(number, begin_us, int(hours * 60) * MINUTE_US)
        if span[0] < to_us and span[1] > from_us:
            yield make_fault(fleet, "site_outage", device, span, 1.0)


def _chosen(kinds: list[str], chance: float) -> str:
    left = chance * sum(FAULTS[kind].weight for kind in kinds)
    for kind in kinds:
        left -= FAULTS[kind].weight
        if left < 0:
            return kind
    return kinds[-1]
