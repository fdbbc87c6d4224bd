"""A small fleet to ask about, and the moment of asking: a Wednesday afternoon."""

from datetime import UTC, datetime

from homepot.ai.query.vocabulary import Device, DeviceType, Metric, Site, Vocabulary

AS_OF = datetime(2026, 5, 20, 13, 30, tzinfo=UTC)

_TILL = frozenset(
    {
        "cpu_percent",
        "memory_percent",
        "disk_percent",
        "network_latency_ms",
        "error_rate",
        "transaction_count",
    }
)
_SENSOR = frozenset({"temperature_celsius", "humidity_percent", "battery_percent"})
_GATEWAY = frozenset(
    {
        "cpu_percent",
        "memory_percent",
        "disk_percent",
        "network_latency_ms",
        "active_connections",
    }
)
_CONTROLLER = frozenset({"cpu_percent", "vibration_mm_s", "power_watts", "temperature_celsius"})

SITES = (
    Site("bistro", "Seaview Bistro", "Europe/Lisbon"),
    Site("market", "Pine Street Market", "Europe/Lisbon"),
    Site("warehouse", "Eastgate Warehouse", "Europe/Lisbon"),
)
_PLACES = ("Counter", "Kitchen", "Cold Room", "Office")


def _devices() -> tuple[Device, ...]:
    found = []
    for at, site in enumerate(SITES):
        for n, place in enumerate(_PLACES, 1):
            till = Device(
                f"pos_{at + 1}{n}07",
                f"POS Terminal - {place} {n}",
                "pos_terminal",
                site.id,
                place,
                "3.1.0" if n < 3 else "3.2.1",
                ("spare",) if n == 4 else (),
                _TILL,
            )
            probe = Device(
                f"sensor_{at + 1}{n}42",
                f"Temperature Sensor - {place} {n}",
                "iot_sensor",
                site.id,
                place,
                "1.0.4",
                (),
                _SENSOR,
            )
            found += [till, probe]
        found.append(
            Device(
                f"gw_{at + 1}99",
                "Gateway - Office 1",
                "gateway",
                site.id,
                "Office",
                "7.0",
                (),
                _GATEWAY,
            )
        )
        found.append(
            Device(
                f"plc_{at + 1}55",
                "Compressor Controller - Cold Room 1",
                "industrial_controller",
                site.id,
                "Cold Room",
                "2.2.2",
                (),
                _CONTROLLER,
            )
        )
    return tuple(found)


VOCABULARY = Vocabulary(
    sites=SITES,
    devices=_devices(),
    types=(
        DeviceType("pos_terminal", "Till", _TILL),
        DeviceType("iot_sensor", "Sensor", _SENSOR),
        DeviceType("gateway", "Gateway", _GATEWAY),
        DeviceType("industrial_controller", "Controller", _CONTROLLER),
        DeviceType("tablet", "Tablet"),
    ),
    metrics=(
        Metric("cpu_percent", "Processor load", "%", "gauge", "up_is_bad", 0, 100),
        Metric("memory_percent", "Memory used", "%", "gauge", "up_is_bad", 0, 100),
        Metric("disk_percent", "Disk used", "%", "gauge", "up_is_bad", 0, 100),
        Metric("network_latency_ms", "Network latency", "ms", "gauge", "up_is_bad", 0, 60_000),
        Metric("error_rate", "Errors", "", "ratio", "up_is_bad", 0, 1),
        Metric("transaction_count", "Transactions", "", "gauge", "down_is_bad", 0, 1_000_000),
        Metric("active_connections", "Open connections", "", "gauge", "both", 0, 1_000_000),
        Metric("temperature_celsius", "Temperature", "°C", "gauge", "both", -60, 150),
        Metric("humidity_percent", "Humidity", "%", "gauge", "both", 0, 100),
        Metric("battery_percent", "Battery", "%", "gauge", "down_is_bad", 0, 100),
        Metric("vibration_mm_s", "Vibration", "mm/s", "gauge", "up_is_bad", 0, 100),
        Metric("power_watts", "Power drawn", "W", "gauge", "both", 0, 1_000_000),
        Metric("fan_rpm", "Fan speed", "rpm", "gauge", "both", 0, 50_000),
    ),
    event_kinds=("restart", "firmware_updated", "login", "config_changed"),
    categories=(
        "temperature",
        "connectivity",
        "power",
        "storage",
        "software",
        "mechanical",
        "sensor",
        "hardware",
        "security",
    ),
)
