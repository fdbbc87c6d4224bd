"""Who there is: four sites and their devices. The seed gives each its own habits."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final

from homepot_simulator.clock import CLOSED, OpenDay
from homepot_simulator.noise import draw


class Role(StrEnum):
    """What a device does at its site; its type follows from it."""

    TILL = "till"
    GATEWAY = "gateway"
    SERVER = "server"
    ROOM = "room"
    OUTDOOR = "outdoor"
    COLD_ROOM = "cold_room"
    FREEZER = "freezer"
    COMPRESSOR = "compressor"
    CONVEYOR = "conveyor"
    PUMP = "pump"
    FAN = "fan"


SENSORS: Final = (Role.ROOM, Role.OUTDOOR, Role.COLD_ROOM, Role.FREEZER)
MACHINES: Final = (Role.COMPRESSOR, Role.CONVEYOR, Role.PUMP, Role.FAN)
TYPES: Final = {
    Role.TILL: "pos_terminal",
    Role.GATEWAY: "gateway",
    Role.SERVER: "server",
    **dict.fromkeys(SENSORS, "iot_sensor"),
    **dict.fromkeys(MACHINES, "industrial_controller"),
}
METRICS: Final = {
    "pos_terminal": (
        "cpu_percent", "memory_percent", "disk_percent", "network_latency_ms", "error_rate",
        "transaction_count", "uptime_seconds",
    ),
    "iot_sensor": (
        "temperature_celsius", "humidity_percent", "battery_percent", "signal_strength_dbm",
    ),
    "gateway": (
        "cpu_percent", "memory_percent", "network_latency_ms", "packet_loss_percent",
        "active_connections", "uptime_seconds",
    ),
    "industrial_controller": (
        "cpu_percent", "disk_percent", "temperature_celsius", "vibration_mm_s", "power_watts",
        "uptime_seconds",
    ),
    "server": (
        "cpu_percent", "memory_percent", "disk_percent", "load_1m", "network_latency_ms",
        "error_rate", "active_connections", "queue_depth", "temperature_celsius", "fan_rpm",
        "uptime_seconds",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Climate:
    """Outdoors: the year's mean, how far summer and afternoon rise above it, the warmest month."""

    mean_c: float
    year_c: float
    day_c: float
    warmest_month: int


@dataclass(frozen=True)
class Site:
    key: str
    name: str
    timezone: str
    address: str
    schedule: tuple[OpenDay, ...]
    climate: Climate
    downtime_cost_per_hour: float
    visit_cost: float
    currency: str


@dataclass(frozen=True)
class Device:
    key: str
    name: str
    role: Role
    site_key: str
    location: str
    firmware: str
    serial: str
    installed_on: date
    warranty_until: date

    @property
    def type(self) -> str:
        return TYPES[self.role]

    @property
    def metrics(self) -> tuple[str, ...]:
        return METRICS[self.type]


@dataclass(frozen=True)
class Fleet:
    seed: int
    sites: tuple[Site, ...]
    devices: tuple[Device, ...]

    @cached_property
    def site(self) -> dict[str, Site]:
        return {site.key: site for site in self.sites}

    @cached_property
    def device(self) -> dict[str, Device]:
        return {device.key: device for device in self.devices}

    def at_site(self, site_key: str) -> tuple[Device, ...]:
        return tuple(device for device in self.devices if device.site_key == site_key)

    def only(self, site_keys: frozenset[str]) -> "Fleet":
        """The same fleet with some of its sites; what they do does not change by it."""
        return Fleet(
            self.seed,
            tuple(site for site in self.sites if site.key in site_keys),
            tuple(device for device in self.devices if device.site_key in site_keys),
        )


def _hours(opens: int, closes: int, peak: tuple[int, int], weight: float = 1.0) -> OpenDay:
    return OpenDay(opens * 60, closes * 60, peak[0] * 60, peak[1] * 60, weight)


_MARKET = Site(
    "sim-market", "Plaza Market", "Europe/Madrid", "Plaza Mayor 4, Segovia",
    (*(_hours(8, 22, (17, 20)),) * 4, _hours(8, 22, (17, 21), 1.2),
     _hours(8, 22, (11, 14), 1.35), CLOSED),
    Climate(13.5, 10.0, 6.0, 7), 180.0, 95.0, "EUR",
)  # fmt: skip
_PHARMACY = Site(
    "sim-pharmacy", "Corner Pharmacy", "America/New_York", "218 Alder Street, Albany",
    (*(_hours(9, 19, (16, 18)),) * 5, _hours(9, 17, (11, 14), 0.8), _hours(11, 16, (12, 14), 0.4)),
    Climate(9.5, 13.0, 5.0, 7), 140.0, 130.0, "USD",
)  # fmt: skip
_RESTAURANT = Site(
    "sim-restaurant", "Garden Restaurant", "Europe/London", "7 Orchard Lane, Bath",
    (CLOSED, *(_hours(11, 23, (18, 21)),) * 3, _hours(11, 23, (18, 22), 1.3),
     _hours(11, 23, (18, 22), 1.5), _hours(11, 20, (12, 15), 1.2)),
    Climate(10.5, 6.5, 4.0, 7), 90.0, 80.0, "GBP",
)  # fmt: skip
_PLANT = Site(
    "sim-plant", "Spice Packing Plant", "Asia/Kolkata", "Plot 61, Industrial Area, Kochi",
    (*(_hours(6, 22, (9, 17)),) * 5, _hours(6, 14, (8, 12), 0.7), CLOSED),
    Climate(27.5, 1.8, 4.0, 4), 2400.0, 1500.0, "INR",
)  # fmt: skip

_PEOPLE: Final[tuple[tuple[Site, tuple[tuple[str, Role, str], ...]], ...]] = (
    (_MARKET, (
        ("Till 1", Role.TILL, "Checkout"), ("Till 2", Role.TILL, "Checkout"),
        ("Till 3", Role.TILL, "Checkout"), ("Till 4", Role.TILL, "Checkout"),
        ("Bakery Till", Role.TILL, "Bakery"), ("Gateway", Role.GATEWAY, "Office"),
        ("Dairy Cold Room", Role.COLD_ROOM, "Store"), ("Meat Cold Room", Role.COLD_ROOM, "Store"),
        ("Freezer", Role.FREEZER, "Store"), ("Shop Floor Climate", Role.ROOM, "Shop"),
        ("Refrigeration Compressor", Role.COMPRESSOR, "Plant Room"),
        ("Ventilation", Role.FAN, "Roof"),
    )),
    (_PHARMACY, (
        ("Till 1", Role.TILL, "Counter"), ("Till 2", Role.TILL, "Counter"),
        ("Prescription Till", Role.TILL, "Dispensary"), ("Gateway", Role.GATEWAY, "Back Room"),
        ("Vaccine Fridge", Role.COLD_ROOM, "Dispensary"),
        ("Insulin Fridge", Role.COLD_ROOM, "Dispensary"),
        ("Dispensary Climate", Role.ROOM, "Dispensary"), ("Street Weather", Role.OUTDOOR, "Roof"),
    )),
    (_RESTAURANT, (
        ("Bar Till", Role.TILL, "Bar"), ("Terrace Till", Role.TILL, "Terrace"),
        ("Dining Till 1", Role.TILL, "Dining Room"), ("Dining Till 2", Role.TILL, "Dining Room"),
        ("Gateway", Role.GATEWAY, "Cellar"), ("Walk-in Fridge", Role.COLD_ROOM, "Kitchen"),
        ("Kitchen Freezer", Role.FREEZER, "Kitchen"), ("Kitchen Climate", Role.ROOM, "Kitchen"),
        ("Extraction Fan", Role.FAN, "Kitchen"),
    )),
    (_PLANT, (
        ("Plant Server", Role.SERVER, "Server Room"), ("Gateway", Role.GATEWAY, "Server Room"),
        ("Factory Shop Till", Role.TILL, "Shop"), ("Conveyor A", Role.CONVEYOR, "Line A"),
        ("Conveyor B", Role.CONVEYOR, "Line B"), ("Air Compressor", Role.COMPRESSOR, "Plant Room"),
        ("Water Pump", Role.PUMP, "Plant Room"), ("Cold Store North", Role.COLD_ROOM, "Stores"),
        ("Cold Store South", Role.COLD_ROOM, "Stores"), ("Packing Hall", Role.ROOM, "Hall"),
        ("Yard Weather", Role.OUTDOOR, "Yard"),
    )),
)  # fmt: skip

_FIRST_INSTALLED: Final = date(2022, 3, 1)


def make_fleet(seed: int) -> Fleet:
    sites = tuple(site for site, _ in _PEOPLE)
    devices = tuple(
        _device(seed, site, name, role, location)
        for site, people in _PEOPLE
        for name, role, location in people
    )
    return Fleet(seed, sites, devices)


def _device(seed: int, site: Site, name: str, role: Role, location: str) -> Device:
    key = f"{site.key}-{name.lower().replace(' ', '-')}"
    installed = _FIRST_INSTALLED + timedelta(days=int(draw(0, 1200, seed, key, "installed")))
    firmware = f"{int(draw(2, 5, seed, role))}.{int(draw(0, 9, seed, key, 'firmware'))}.0"
    return Device(
        key=key,
        name=name,
        role=role,
        site_key=site.key,
        location=location,
        firmware=firmware,
        serial=f"SIM{int(draw(1e6, 1e7, seed, key, 'serial'))}",
        installed_on=installed,
        warranty_until=installed + timedelta(days=int(draw(700, 1900, seed, key, "warranty"))),
    )
