"""Who there is in the fleet that questions are asked about: places and devices, as a table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """What a type of device reports: metric -> (level, daily swing, noise, digits)."""

    label: str
    metrics: dict[str, tuple[float, float, float, int]]
    step_s: int = 600


SITES = [
    {
        "id": "oak-street", "name": "Oak Street Pharmacy", "timezone": "America/Chicago",
        "downtime_cost_per_hour": 120.0, "visit_cost": 80.0, "currency": "USD", "closed_on": [],
    },
    {
        "id": "night-day", "name": "Night & Day Market", "timezone": "Europe/Lisbon",
        "downtime_cost_per_hour": 60.0, "visit_cost": 45.0, "currency": "EUR", "closed_on": [],
    },
    {
        "id": "lake-n", "name": "Lakeside North", "timezone": "Europe/Helsinki",
        "downtime_cost_per_hour": 75.0, "visit_cost": 95.0, "currency": "EUR",
        "closed_on": ["2026-10-31"],
    },
    {"id": "lake-s", "name": "Lakeside South", "timezone": "Europe/Helsinki", "closed_on": []},
    {
        "id": "t9", "name": "Terminal Nine", "timezone": "Europe/Lisbon",
        "downtime_cost_per_hour": 200.0, "visit_cost": 150.0, "currency": "EUR", "closed_on": [],
    },
]  # fmt: skip

KINDS = {
    "pos_terminal": Kind("Till", {
        "cpu_percent": (28, 9, 3, 1), "memory_percent": (47, 3, 1, 1),
        "disk_percent": (52, 0, 0.15, 1), "network_latency_ms": (24, 6, 3, 1),
        "error_rate": (0.006, 0, 0.004, 4), "transaction_count": (9, 8, 2.5, 0),
    }),
    "server": Kind("Server", {
        "cpu_percent": (34, 8, 4, 1), "memory_percent": (61, 2, 1.2, 1),
        "disk_percent": (63, 0, 0.15, 1), "load_1m": (1.8, 0.6, 0.3, 2),
        "fan_rpm": (3200, 250, 60, 0), "temperature_celsius": (43, 2, 0.7, 1),
        "power_watts": (310, 25, 8, 0),
    }),
    "gateway": Kind("Gateway", {
        "cpu_percent": (19, 5, 2, 1), "memory_percent": (52, 1, 1, 1),
        "network_latency_ms": (17, 4, 2, 1), "packet_loss_percent": (0.4, 0.1, 0.15, 2),
        "active_connections": (14, 6, 1.5, 0), "signal_strength_dbm": (-71, 1, 1.5, 0),
    }),
    "freezer": Kind("Freezer", {
        "temperature_celsius": (-19, 0.6, 0.4, 2), "power_watts": (420, 30, 12, 0),
        "door_openings": (1.6, 1.5, 0.8, 0),
    }),
    "vending_machine": Kind("Vending machine", {
        "temperature_celsius": (5, 0.5, 0.3, 1), "items_sold": (2.2, 2, 1, 0),
        "coin_level_percent": (58, 0, 1, 1), "error_rate": (0.01, 0, 0.006, 4),
    }),
    "printer": Kind("Printer", {
        "pages_printed": (6, 5, 2, 0), "toner_percent": (64, 0, 0.2, 1),
        "queue_length": (1.5, 1, 0.8, 0),
    }),
    "iot_sensor": Kind("Sensor", {
        "temperature_celsius": (20.5, 1.2, 0.3, 2), "humidity_percent": (46, 3, 1.2, 1),
        "battery_percent": (83, 0, 0.2, 1), "co2_ppm": (620, 140, 30, 0),
    }, 900),
    "tablet": Kind("Tablet", {
        "battery_percent": (71, 14, 2, 1), "cpu_percent": (22, 6, 3, 1),
        "signal_strength_dbm": (-63, 2, 2, 0),
    }),
}  # fmt: skip
OWN_KINDS = ("freezer", "vending_machine", "printer")

_TABLE = """
till_2207 | Front Till | pos_terminal | oak-street | Front | 5.2.0 | 2022-03-14 | 2026-11-20 | priority
till_2208 | Prescription Till | pos_terminal | oak-street | Dispensary | 5.2.0 | 2024-05-02 | 2027-05-02 | priority
till_2209 | Drive-Through Till | pos_terminal | oak-street | Drive-Through | 5.1.3 | 2023-09-19 | 2026-09-19 |
till_2210 | Back Office Till | pos_terminal | oak-street | Back Office | 5.0.8 | 2021-11-30 | 2025-11-30 | spare
till_3301 | Bakery Till | pos_terminal | night-day | Bakery | 5.2.0 | 2025-02-11 | 2028-02-11 | priority
till_3302 | Deli Till | pos_terminal | night-day | Deli | 5.1.3 | 2023-06-06 | 2026-12-15 |
till_3303 | Self-Checkout Left | pos_terminal | night-day | Self-Checkout | 5.2.1 | 2026-01-20 | 2029-01-20 | beta
till_3304 | Self-Checkout Right | pos_terminal | night-day | Self-Checkout | 5.2.1 | 2026-01-20 | 2029-01-20 | beta
till_3305 | Kiosk Till | pos_terminal | night-day | Entrance | 5.1.3 | 2022-08-08 | 2026-08-08 |
till_4401 | Till 1 | pos_terminal | lake-n | Shop Floor | 5.2.0 | 2024-10-01 | 2027-10-01 |
till_4402 | Till 2 | pos_terminal | lake-n | Shop Floor | 5.2.0 | 2024-10-01 | 2027-10-01 |
till_4403 | Till 3 | pos_terminal | lake-n | Garden | 5.0.8 | 2021-04-23 | 2026-04-23 |
till_5501 | Till 1 | pos_terminal | lake-s | Shop Floor | 5.2.0 | 2024-10-08 | 2027-01-31 |
till_5502 | Till 2 | pos_terminal | lake-s | Shop Floor | 5.1.3 | 2024-10-08 | 2027-10-08 |
till_5503 | Till 3 | pos_terminal | lake-s | Garden | 5.1.3 | 2023-01-17 | 2027-01-17 |
till_5504 | Cafeteria Till | pos_terminal | lake-s | Cafeteria | 5.2.0 | 2025-07-07 | 2028-07-07 | priority
till_9901 | Duty Free Till | pos_terminal | t9 | Duty Free | 5.2.1 | 2026-06-15 | 2029-06-15 | priority
till_9902 | Gate 4 Till | pos_terminal | t9 | Gate 4 | 5.2.0 | 2024-12-03 | 2026-12-05 |
till_9903 | Gate 7 Till | pos_terminal | t9 | Gate 7 | 5.2.0 | 2024-12-03 | 2027-12-03 |
till_9904 | Lounge Till | pos_terminal | t9 | Lounge | 5.1.3 | 2023-03-28 | 2027-03-28 |
srv_oak | Pharmacy Server | server | oak-street | Server Room | 22.04.3 | 2023-02-14 | 2027-02-14 | critical
srv_nd | Market Server | server | night-day | Server Room | 22.04.3 | 2022-06-01 | 2026-12-31 | critical
srv_lake | Lakeside Server | server | lake-n | Server Room | 24.04.1 | 2025-11-11 | 2028-11-11 | critical
srv_t9_a | Rack Server A | server | t9 | Data Closet | 24.04.1 | 2026-02-02 | 2029-02-02 | critical
srv_t9_b | Rack Server B | server | t9 | Data Closet | 22.04.3 | 2021-07-19 | 2026-07-19 | critical
gtw_11 | Uplink Oak Street | gateway | oak-street | Ceiling | 1.9.4 | 2023-05-05 | 2027-05-05 |
gtw_12 | Uplink Market | gateway | night-day | Ceiling | 1.9.4 | 2023-05-12 | 2027-05-12 |
gtw_13 | Uplink North | gateway | lake-n | Ceiling | 1.8.0 | 2022-05-12 | 2026-05-12 |
gtw_14 | Uplink South | gateway | lake-s | Ceiling | 1.9.4 | 2024-05-12 | 2028-05-12 |
gtw_15 | Uplink Gates | gateway | t9 | Gate 4 | 1.9.4 | 2025-09-01 | 2028-09-01 |
gtw_16 | Uplink Lounge | gateway | t9 | Lounge | 1.8.0 | 2022-09-01 | 2026-11-30 |
frz_01 | Ice Cream Chest | freezer | night-day | Bakery | 3.3 | 2022-04-04 | 2027-04-04 | food
frz_02 | Fish Freezer | freezer | night-day | Deli | 3.3 | 2021-04-04 | 2026-12-04 | food
frz_03 | Walk-In Freezer | freezer | night-day | Store Room | 3.4 | 2025-04-04 | 2030-04-04 | food
frz_04 | Frozen Aisle Left | freezer | lake-n | Aisle | 3.4 | 2024-03-21 | 2029-03-21 | food
frz_05 | Frozen Aisle Right | freezer | lake-n | Aisle | 3.4 | 2024-03-21 | 2029-03-21 | food
frz_06 | Bait Freezer | freezer | lake-s | Garden | 3.1 | 2020-06-30 | 2025-06-30 |
frz_07 | Kitchen Freezer | freezer | lake-s | Cafeteria | 3.3 | 2023-10-10 | 2028-10-10 | food
frz_08 | Vaccine Freezer | freezer | oak-street | Dispensary | 3.4 | 2026-05-25 | 2031-05-25 | priority,medical
vend_1 | Snack Machine Gate 4 | vending_machine | t9 | Gate 4 | 7.0 | 2023-01-09 | 2027-01-09 |
vend_2 | Drinks Machine Gate 4 | vending_machine | t9 | Gate 4 | 7.0 | 2023-01-09 | 2027-07-09 |
vend_3 | Snack Machine Gate 7 | vending_machine | t9 | Gate 7 | 7.2 | 2025-01-09 | 2028-01-09 |
vend_4 | Coffee Machine Lounge | vending_machine | t9 | Lounge | 7.2 | 2025-08-18 | 2028-08-18 |
vend_5 | Drinks Machine Garden | vending_machine | lake-s | Garden | 7.0 | 2022-12-12 | 2025-12-12 |
vend_6 | Snack Machine Entrance | vending_machine | night-day | Entrance | 7.2 | 2025-10-30 | 2028-10-30 |
prn_1 | Label Printer | printer | oak-street | Dispensary | 2.11 | 2024-01-15 | 2027-01-15 | medical
prn_2 | Office Printer | printer | oak-street | Back Office | 2.9 | 2020-02-20 | 2024-02-20 |
prn_3 | Price Tag Printer | printer | night-day | Store Room | 2.11 | 2024-08-01 | 2027-08-01 |
prn_4 | Boarding Pass Printer | printer | t9 | Gate 7 | 2.12 | 2026-04-01 | 2029-04-01 | priority
prn_5 | Receipt Printer | printer | lake-n | Shop Floor | 2.11 | 2024-10-01 | 2026-11-15 |
probe_61 | Dispensary Probe | iot_sensor | oak-street | Dispensary | 1.2.2 | 2024-02-02 | 2027-02-20 | medical
probe_62 | Waiting Area Probe | iot_sensor | oak-street | Waiting Area | 1.2.2 | 2024-02-02 | 2027-02-20 |
probe_63 | Roof Probe | iot_sensor | oak-street | Roof | 1.1.0 | 2021-02-02 | 2026-02-02 |
probe_64 | Bakery Probe | iot_sensor | night-day | Bakery | 1.2.2 | 2024-09-09 | 2027-09-09 |
probe_65 | Cellar Probe | iot_sensor | night-day | Cellar | 1.1.0 | 2022-09-09 | 2026-12-09 |
probe_66 | Greenhouse Probe | iot_sensor | lake-n | Garden | 1.2.2 | 2025-05-05 | 2028-05-05 |
probe_67 | Shop Floor Probe | iot_sensor | lake-n | Shop Floor | 1.2.2 | 2025-05-05 | 2028-05-05 |
probe_68 | Cold Store Probe | iot_sensor | lake-n | Cold Store | 1.3.0 | 2026-03-03 | 2029-03-03 | food
probe_69 | Cafeteria Probe | iot_sensor | lake-s | Cafeteria | 1.2.2 | 2024-11-30 | 2027-11-30 |
probe_70 | Boathouse Probe | iot_sensor | lake-s | Boathouse | 1.1.0 | 2020-11-30 | 2023-11-30 | retired
tab_1 | Waiter Tablet | tablet | t9 | Lounge | 16.1 | 2025-03-03 | 2027-03-03 |
tab_2 | Inventory Tablet | tablet | t9 | Duty Free | 16.1 | 2026-07-01 | 2028-07-01 |
"""  # noqa: E501

_FIELDS = (
    "id", "name", "type", "site_id", "location", "firmware", "installed_on", "warranty_until",
)  # fmt: skip


def devices() -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for line in _TABLE.strip().splitlines():
        *said, tags = (part.strip() for part in line.split("|"))
        tagged = {"tags": tags.split(",")} if tags else {}
        found.append(dict(zip(_FIELDS, said, strict=True)) | tagged)
    return found
