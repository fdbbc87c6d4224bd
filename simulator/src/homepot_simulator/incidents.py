"""What people wrote up: past faults, in the words of whoever stood in front of them."""

from typing import Any, Final

from homepot_simulator.clock import stamp
from homepot_simulator.episodes import Episode
from homepot_simulator.noise import draw

# severity at most, category, descriptions, resolutions
_Words = tuple[str, str, tuple[str, ...], tuple[str, ...]]
_WORDS: Final[dict[str, _Words]] = {
    "cpu_runaway": (
        "critical", "software",
        ("Processor busy without a reason, all sluggish", "One process took the whole processor"),
        ("Ended the process that was spinning, started the service anew", "Restarted the device"),
    ),
    "memory_leak": (
        "warning", "software",
        ("Memory went up hour after hour", "Running out of memory, a program kept growing"),
        ("Restarted the application", "Restarted, and put in the version that frees its buffers"),
    ),
    "disk_filling": (
        "warning", "storage",
        ("Storage nearly full, old journals were never cleared", "Disk space shrank day by day"),
        ("Cleared the journals and mended their rotation", "Moved old files away"),
    ),
    "degraded_link": (
        "warning", "network",
        ("Answers slow and packets lost", "Connection bad, payments needed several tries"),
        ("Replaced the patch cable", "The line's provider mended the connection"),
    ),
    "cooling_failure": (
        "critical", "temperature",
        ("Far too warm, cooling not running", "Temperature climbed and did not come back"),
        ("Cleaned the condenser and replaced its fan", "Replaced the relay of the cooling"),
    ),
    "bearing_wear": (
        "critical", "mechanical",
        ("Shaking more every day, bearing running hot", "Grinding noise, drive end bearing worn"),
        ("Fitted a new bearing and greased it", "Exchanged the drive end bearing"),
    ),
    "power_loss": (
        "critical", "power",
        ("Stopped reporting at once, no power at the socket", "Device was off"),
        ("Put the fuse back in", "Plugged it in again and fixed the plug"),
    ),
    "site_outage": (
        "critical", "power",
        ("The whole site went dark at one moment", "Nothing at the site answered any more"),
        ("Mains came back after the supplier's repair", "Main switch had tripped; put back in"),
    ),
    "frozen_sensor": (
        "warning", "hardware",
        ("Shows the same value for hours", "Reading does not move although the door was opened"),
        ("Replaced the probe", "Took the battery out and put it back in"),
    ),
    "error_burst": (
        "critical", "software",
        ("Many payments refused", "Requests failed one after the other"),
        ("Rolled back the last change of settings", "Renewed the certificate that had run out"),
    ),
}  # fmt: skip
_STRONG: Final = 0.45


def severity_of(fault: Episode) -> str:
    """What a person would call it: a weak one is never critical."""
    return _WORDS[fault.kind][0] if fault.strength >= _STRONG else "warning"


def incident_id(number: int) -> str:
    return f"inc_{number:04d}"


def incident_row(seed: int, number: int, fault: Episode) -> dict[str, Any]:
    """A recorded incident; which words were found is the seed's."""
    _, category, descriptions, resolutions = _WORDS[fault.kind]

    def chosen(texts: tuple[str, ...], purpose: str) -> str:
        return texts[int(draw(0, len(texts), seed, fault.device_key, fault.start_us, purpose))]

    return {
        "id": incident_id(number),
        "device_id": fault.device_key,
        "category": category,
        "severity": severity_of(fault),
        "started_at": stamp(fault.start_us),
        "ended_at": stamp(fault.end_us),
        "description": chosen(descriptions, "description"),
        "resolution": chosen(resolutions, "resolution"),
        "effective": True,
    }
