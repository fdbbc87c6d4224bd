"""What devices say of themselves: seldom, late, vague, and as often about nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from homepot_simulator.episodes import Episode, Slots
from homepot_simulator.faults import FAULTS
from homepot_simulator.fleet import Device, Role
from homepot_simulator.harmless import announced, firmware, restarting
from homepot_simulator.noise import DAY_US, SECOND_US, draw
from homepot_simulator.world import World

_SAID_SHARE: Final = 0.5
_SPOKEN_OF_LATER_US: Final = 9 * DAY_US
_COMPUTERS: Final = (Role.TILL, Role.SERVER, Role.GATEWAY)

# event, level, message
_Words = tuple[str, str, str]
_OF_FAULTS: Final[dict[str, _Words]] = {
    "cpu_runaway": ("service_slow", "warning", "Answers take longer than they should"),
    "memory_leak": ("low_memory", "warning", "Little memory left for new programs"),
    "disk_filling": ("low_space", "warning", "Storage is getting short"),
    "degraded_link": ("link_trouble", "warning", "Connection lost and found again"),
    "cooling_failure": ("out_of_range", "warning", "Temperature notice"),
    "bearing_wear": ("inspection_note", "info", "Louder than last time"),
    "error_burst": ("service_slow", "error", "Several requests were refused"),
}
_OF_NOTHING: Final[tuple[_Words, ...]] = (
    ("service_slow", "warning", "Answers take longer than they should"),
    ("link_trouble", "warning", "Connection lost and found again"),
    ("user_note", "info", "Somebody says it is slow today"),
)
_EVERYDAY: Final[tuple[_Words, ...]] = (
    ("signed_in", "info", "A technician signed in"),
    ("setting_changed", "info", "A setting was changed"),
    ("checked_for_update", "info", "No newer firmware found"),
)


@dataclass(frozen=True, order=True)
class Event:
    time_us: int
    device_key: str
    event: str
    level: str
    message: str


def events_between(world: World, from_us: int, to_us: int) -> list[Event]:
    """Every device event within (from, to], in order of time. Silent devices say nothing."""
    from_us, to_us = from_us + 1, to_us + 1
    found: list[Event] = []
    for device in world.fleet.devices:
        found += _lasting(world.fleet.seed, device, from_us, to_us)
        found += _passing(world.fleet.seed, device, from_us, to_us)
    for fault in world.faults(from_us - _SPOKEN_OF_LATER_US, to_us):
        found += _of_fault(world, fault)
    return sorted(
        one
        for one in set(found)
        if from_us <= one.time_us < to_us and not world.silent(one.device_key, one.time_us)
    )


def _lasting(seed: int, device: Device, from_us: int, to_us: int) -> Iterator[Event]:
    for index, at in firmware(seed, device).begun_within(from_us, to_us):
        if announced(seed, device, index):
            words = f"Firmware {index % 7 + 2}.{index % 10} installed"
            yield Event(_second(at), device.key, "firmware_updated", "info", words)
    if "uptime_seconds" in device.metrics:
        for _, at in restarting(seed, device).begun_within(from_us, to_us):
            yield Event(_second(at), device.key, "restarted", "info", "Planned restart")


def _passing(seed: int, device: Device, from_us: int, to_us: int) -> Iterator[Event]:
    for purpose, days, words in (("everyday", 9, _EVERYDAY), ("nothing", 24, _OF_NOTHING)):
        if purpose == "nothing" and device.role not in _COMPUTERS:
            continue
        slots = Slots(seed, device.key, purpose, days * DAY_US, 0.7)
        for number, begin_us in slots.taken(from_us, to_us):
            at, _ = slots.place(number, begin_us, 0)
            chosen = words[int(slots.chance(number, "words") * len(words))]
            yield Event(at, device.key, *chosen)


def _of_fault(world: World, fault: Episode) -> Iterator[Event]:
    seed = world.fleet.seed

    def chance(name: str) -> float:
        return draw(0, 1, seed, fault.device_key, fault.start_us, name)

    if fault.kind in _OF_FAULTS and chance("said") < _SAID_SHARE:
        late = 0.25 + 0.7 * chance("late")
        at = _second(fault.start_us + int(late * (fault.end_us - fault.start_us)))
        yield Event(at, fault.device_key, *_OF_FAULTS[fault.kind])
    if FAULTS[fault.kind].restarts:
        for key in fault.members or (fault.device_key,):
            if "uptime_seconds" in world.fleet.device[key].metrics:
                yield Event(_second(fault.end_us), key, "restarted", "info", "Started")


def _second(time_us: int) -> int:
    """The whole second at or after it."""
    return -(-time_us // SECOND_US) * SECOND_US
