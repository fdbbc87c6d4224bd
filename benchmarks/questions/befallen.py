"""What befell the fleet that questions are asked about: happenings, pauses, events, incidents."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Happening:
    """From start to end a metric is other than usual; what stays goes on after the end."""

    device: str
    metric: str
    how: str  # add, ramp or set
    amount: float
    start: str
    end: str
    stays: bool = False


_BEGIN, _NOW = "2026-10-04T00:00Z", "2026-11-03T14:30Z"
# fmt: off
HAPPENED = [
    Happening("till_3302", "disk_percent", "ramp", 31, "2026-10-20T00:00Z", _NOW, True),
    Happening("srv_t9_b", "disk_percent", "ramp", 24, "2026-10-10T00:00Z", _NOW, True),
    Happening("srv_oak", "disk_percent", "ramp", -18, "2026-10-29T06:00Z", "2026-10-29T07:00Z", True),  # noqa: E501
    Happening("srv_nd", "memory_percent", "ramp", 21, "2026-10-28T00:00Z", _NOW, True),
    Happening("srv_oak", "cpu_percent", "add", 48, "2026-11-02T08:00Z", "2026-11-02T09:30Z"),
    Happening("srv_t9_b", "fan_rpm", "add", 1500, "2026-11-01T00:00Z", _NOW, True),
    Happening("till_2209", "network_latency_ms", "add", 90, "2026-11-02T13:00Z", "2026-11-02T18:00Z"),  # noqa: E501
    Happening("till_4403", "error_rate", "add", 0.12, "2026-10-31T10:00Z", "2026-10-31T12:00Z"),
    Happening("till_9901", "transaction_count", "add", 9, _BEGIN, _NOW, True),
    Happening("till_5504", "memory_percent", "add", 26, "2026-10-26T00:00Z", _NOW, True),
    Happening("frz_02", "temperature_celsius", "add", 9.5, "2026-10-30T05:00Z", "2026-10-30T11:00Z"),  # noqa: E501
    Happening("frz_04", "temperature_celsius", "add", 6, "2026-11-01T20:00Z", "2026-11-01T23:30Z"),
    Happening("frz_08", "temperature_celsius", "add", -12, _BEGIN, _NOW, True),
    Happening("frz_06", "power_watts", "ramp", 190, "2026-10-18T00:00Z", _NOW, True),
    Happening("probe_61", "temperature_celsius", "add", 6, "2026-10-29T15:00Z", "2026-10-29T19:00Z"),  # noqa: E501
    Happening("probe_63", "temperature_celsius", "add", -10, _BEGIN, _NOW, True),
    Happening("probe_68", "temperature_celsius", "add", -16, _BEGIN, _NOW, True),
    Happening("probe_66", "humidity_percent", "add", 27, _BEGIN, _NOW, True),
    Happening("probe_65", "battery_percent", "ramp", -58, "2026-10-08T00:00Z", _NOW, True),
    Happening("probe_62", "battery_percent", "ramp", -33, _BEGIN, _NOW, True),
    Happening("probe_69", "co2_ppm", "add", 640, "2026-11-02T10:00Z", "2026-11-02T13:00Z"),
    Happening("gtw_13", "packet_loss_percent", "add", 7, "2026-11-02T06:00Z", "2026-11-02T12:00Z"),
    Happening("gtw_11", "packet_loss_percent", "add", 1.4, "2026-10-25T00:00Z", _NOW, True),
    Happening("vend_3", "coin_level_percent", "ramp", -44, "2026-10-16T00:00Z", _NOW, True),
    Happening("vend_5", "items_sold", "add", 4, _BEGIN, _NOW, True),
    Happening("vend_1", "items_sold", "set", 0, "2026-10-28T00:00Z", "2026-10-30T00:00Z"),
    Happening("prn_2", "toner_percent", "ramp", -52, _BEGIN, _NOW, True),
    Happening("prn_3", "toner_percent", "ramp", -35, _BEGIN, _NOW, True),
    Happening("prn_4", "queue_length", "add", 14, "2026-11-02T16:00Z", "2026-11-02T17:30Z"),
    Happening("prn_4", "pages_printed", "add", 10, _BEGIN, _NOW, True),
]
# fmt: on

_NEVER = "2027-01-01T00:00Z"
PAUSES = [
    ("gtw_16", "2026-11-03T05:00Z", _NEVER),
    ("probe_70", "2026-10-15T08:00Z", _NEVER),
    ("till_3305", "2026-10-27T18:00Z", "2026-10-28T06:00Z"),
    ("till_4402", "2026-11-02T09:00Z", "2026-11-02T11:30Z"),
    ("srv_t9_a", "2026-10-31T01:00Z", "2026-10-31T03:30Z"),
    ("vend_5", "2026-10-30T00:00Z", "2026-10-31T12:00Z"),
    ("frz_06", "2026-11-01T10:00Z", "2026-11-01T13:00Z"),
]

_EVENTS = """
till_2207 2026-10-28T15:04:00Z restart info Restarted by the watchdog
till_2207 2026-10-31T20:41:00Z restart info Restarted by hand
till_2207 2026-11-02T16:22:00Z restart info Restarted by hand
srv_t9_b 2026-10-06T03:10:00Z restart info Planned
srv_t9_b 2026-10-19T03:12:00Z restart warning Unexpected
srv_t9_b 2026-10-30T11:31:00Z restart warning Unexpected
srv_t9_b 2026-11-01T02:47:00Z restart warning Unexpected
srv_t9_b 2026-11-02T22:05:00Z restart warning Unexpected
srv_t9_b 2026-11-03T06:18:00Z restart warning Unexpected
till_3303 2026-10-22T04:00:00Z restart info After an update
till_3304 2026-10-22T04:05:00Z restart info After an update
tab_2 2026-11-03T09:30:00Z restart info Battery was empty
gtw_13 2026-11-02T12:10:00Z restart info Restarted by hand
till_3303 2026-10-22T03:55:00Z firmware_updated info 5.1.3 to 5.2.1
till_3304 2026-10-22T04:01:00Z firmware_updated info 5.1.3 to 5.2.1
till_9901 2026-10-12T03:30:00Z firmware_updated info 5.2.0 to 5.2.1
frz_05 2026-10-30T02:20:00Z firmware_updated info 3.3 to 3.4
gtw_12 2026-11-01T03:15:00Z firmware_updated info 1.9.3 to 1.9.4
prn_4 2026-10-29T09:12:00Z paper_jam warning Tray 2
prn_4 2026-10-31T17:50:00Z paper_jam warning Tray 2
prn_4 2026-11-02T16:03:00Z paper_jam warning Tray 1
prn_1 2026-10-26T19:20:00Z paper_jam warning Tray 1
till_5501 2026-10-15T08:00:00Z config_changed info Receipt footer
till_5502 2026-10-15T08:02:00Z config_changed info Receipt footer
srv_nd 2026-11-02T10:00:00Z config_changed info Backup moved to 02:00
"""
EVENTS = [tuple(line.split(" ", 4)) for line in _EVENTS.strip().splitlines()]

_INCIDENTS = """
till_2207 | software | warning | 2026-10-07T14:00Z | 2026-10-07T16:30Z | Till froze at the payment screen | Reinstalled the payment module | yes
till_2207 | software | warning | 2026-10-28T14:20Z | 2026-10-28T15:10Z | Till froze at the payment screen again | Restarted the till | no
till_2209 | connectivity | warning | 2026-11-02T13:00Z | 2026-11-02T18:10Z | Slow link at the drive-through window | Replaced the patch cable | yes
till_2210 | hardware | warning | 2026-10-13T15:00Z | 2026-10-14T17:00Z | Card reader does not read chips | Swapped the card reader | yes
till_3301 | software | critical | 2026-10-17T08:10Z | 2026-10-17T12:00Z | Errors on every third sale | Rolled back the promotion prices | yes
till_3302 | storage | warning | 2026-10-11T05:00Z | 2026-10-12T09:00Z | Disk nearly full of receipt images | Deleted old receipt images | no
till_3302 | storage | critical | 2026-11-01T07:00Z | 2026-11-05T10:00Z | Disk filling up once more | Fitted a larger disk | yes
till_3305 | power | critical | 2026-10-27T18:00Z | 2026-10-28T06:00Z | Kiosk without power after closing | Reset the breaker and sealed the socket | yes
till_4402 | power | warning | 2026-11-02T09:00Z | 2026-11-02T11:35Z | Till 2 went dark | Plugged the mains adapter back in | yes
till_4403 | software | critical | 2026-10-31T10:00Z | 2026-10-31T12:10Z | Many sales refused with errors | Renewed the certificate of the payment service | yes
till_5503 | connectivity | warning | 2026-10-09T09:00Z | 2026-10-09T13:20Z | Till lost the network several times | Moved the till to another switch port | yes
till_9902 | hardware | warning | 2026-10-20T10:00Z | 2026-10-21T15:00Z | Receipt printer does not cut | Cleaned the cutter blade | no
srv_oak | storage | warning | 2026-10-28T20:00Z | 2026-10-29T07:10Z | Server disk above its limit | Purged old backups | yes
srv_nd | software | warning | 2026-10-30T06:00Z | 2026-11-04T09:00Z | Memory use grows day by day | Restarted the sync service | no
srv_t9_a | power | critical | 2026-10-31T01:00Z | 2026-10-31T03:40Z | Rack A lost one supply | Replaced the power distribution unit | yes
srv_t9_b | mechanical | warning | 2026-11-01T00:00Z | 2026-11-04T12:00Z | Fans running fast and loud | Cleaned the air filter | yes
gtw_13 | connectivity | critical | 2026-11-02T06:00Z | 2026-11-02T12:15Z | Packets lost on the uplink | Rebooted the gateway and changed the channel | yes
gtw_16 | connectivity | critical | 2026-11-03T05:00Z | 2026-11-03T18:00Z | Uplink of the lounge is dead | Provider repaired the line | yes
gtw_11 | connectivity | warning | 2026-10-16T11:00Z | 2026-10-16T15:00Z | High latency for an afternoon | Provider rerouted the traffic | yes
frz_02 | temperature | critical | 2026-10-30T05:00Z | 2026-10-30T11:20Z | Fish freezer warmed up to minus ten | Door seal replaced | yes
frz_04 | temperature | warning | 2026-11-01T20:00Z | 2026-11-01T23:40Z | Frozen aisle too warm after restocking | Closed the lid and moved stock | yes
frz_06 | power | warning | 2026-11-01T10:00Z | 2026-11-01T13:05Z | Bait freezer off | Reset the breaker | yes
frz_07 | temperature | critical | 2026-10-08T12:00Z | 2026-10-08T20:00Z | Kitchen freezer thawing | Replaced the compressor relay | yes
frz_07 | temperature | warning | 2026-10-24T13:00Z | 2026-10-24T17:00Z | Kitchen freezer thawing again | Defrosted the evaporator | yes
vend_1 | hardware | warning | 2026-10-28T00:00Z | 2026-10-30T00:10Z | Coin slot blocked, nothing sold | Removed a bent coin | yes
vend_5 | power | warning | 2026-10-30T00:00Z | 2026-10-31T12:10Z | Drinks machine switched off by mistake | Switched on and labelled the socket | yes
prn_2 | hardware | info | 2026-10-22T15:00Z | 2026-10-22T16:00Z | Streaks on the paper | Cleaned the drum | no
probe_61 | temperature | critical | 2026-10-29T15:00Z | 2026-10-29T19:10Z | Dispensary too warm for medicines | Air conditioning reset | yes
probe_65 | sensor | warning | 2026-10-21T06:00Z | 2026-10-21T18:00Z | Cellar readings jump about | Reseated the probe | no
"""  # noqa: E501


def _incident(number: int, line: str) -> dict[str, Any]:
    who, category, severity, start, end, description, resolution, worked = line.split(" | ")
    return {
        "id": f"case-{number:03d}", "device_id": who, "category": category, "severity": severity,
        "started_at": start.replace("Z", ":00Z"), "ended_at": end.replace("Z", ":00Z"),
        "description": description, "resolution": resolution, "effective": worked == "yes",
    }  # fmt: skip


INCIDENTS = [_incident(n, line) for n, line in enumerate(_INCIDENTS.strip().splitlines(), 101)]
