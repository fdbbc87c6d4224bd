"""What outlives a restart: who the devices are at the server, and how far they have reported."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from homepot_simulator.clock import stamp
from homepot_simulator.episodes import Episode
from homepot_simulator.errors import SimulatorError
from homepot_simulator.faults import FAULTS, make_fault
from homepot_simulator.files import private_folder, replace_text
from homepot_simulator.fleet import Fleet

_VERSIONS: Final = {"identities.json": 1, "progress.json": 2}
_OF_ONE_SERVER: Final = (
    "identities.json", "progress.json", "added.jsonl", "truth.jsonl", "harmless.jsonl",
)  # fmt: skip


@dataclass
class Identity:
    device_id: str
    api_key: str


@dataclass
class Identities:
    """Sites and devices by the simulator's keys, as the server knows them."""

    seed: int
    server: str
    sites: dict[str, str] = field(default_factory=dict)
    devices: dict[str, Identity] = field(default_factory=dict)

    def name(self, key: str) -> str:
        """The server's id of a device or a site, or the key itself before it has one."""
        if key in self.devices:
            return self.devices[key].device_id
        return self.sites.get(key, key)


@dataclass
class Stretch:
    """Everything within (begun, sent] has been acknowledged; events likewise."""

    begun_us: int
    sent_us: int
    events_us: int

    @classmethod
    def from_moment(cls, at_us: int) -> "Stretch":
        return cls(at_us, at_us, at_us)


@dataclass
class Progress:
    """What has been sent, in order of time. Between two stretches lies what is still owed.

    Live time has a stretch of its own, so that it never waits for history.
    """

    stretches: list[Stretch]

    @property
    def begun_us(self) -> int:
        return self.stretches[0].begun_us

    @property
    def live(self) -> Stretch:
        return self.stretches[-1]

    @property
    def owed_us(self) -> int:
        """How much of the past has not been sent yet."""
        pairs = zip(self.stretches, self.stretches[1:], strict=False)
        return sum(later.begun_us - earlier.sent_us for earlier, later in pairs)

    def close_gaps(self) -> None:
        """Makes one stretch of those that meet."""
        met = self.stretches[:1]
        for one in self.stretches[1:]:
            if met[-1].sent_us < one.begun_us:
                met.append(one)
            else:
                met[-1] = Stretch(met[-1].begun_us, one.sent_us, one.events_us)
        self.stretches = met


class State:
    """A folder of its own, readable by its owner alone, used by one simulator at a time."""

    def __init__(self, folder: Path) -> None:
        try:
            self.folder = private_folder(folder)
        except OSError as error:
            raise SimulatorError(f"Cannot use the state folder {folder}: {error}") from error
        self._lock: IO[str] | None = None
        self._added_seen = -1

    @property
    def truth_path(self) -> Path:
        return self.folder / "truth.jsonl"

    @property
    def harmless_path(self) -> Path:
        return self.folder / "harmless.jsonl"

    def lock(self) -> None:
        """Keeps a second simulator out until this process ends."""
        if os.name != "posix":
            return
        import fcntl  # noqa: PLC0415  (there is no such module elsewhere)

        self._lock = (self.folder / "lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.unlock()
            raise SimulatorError(
                f"Another simulator is at work with the state folder {self.folder};"
                " stop it, or give this one a folder of its own with --state"
            ) from error

    def unlock(self) -> None:
        if self._lock:
            self._lock.close()
            self._lock = None

    def identities(self) -> Identities | None:
        told = self._read("identities.json")
        if told is None:
            return None
        devices = {key: Identity(**one) for key, one in told["devices"].items()}
        return Identities(told["seed"], told["server"], told["sites"], devices)

    def keep_identities(self, known: Identities) -> None:
        told = {
            "version": _VERSIONS["identities.json"],
            "seed": known.seed,
            "server": known.server,
            "sites": known.sites,
            "devices": {key: vars(one) for key, one in known.devices.items()},
        }
        replace_text(self.folder / "identities.json", json.dumps(told, indent=1), private=True)

    def progress(self) -> Progress | None:
        told = self._read("progress.json")
        return Progress([Stretch(**one) for one in told["stretches"]]) if told else None

    def keep_progress(self, progress: Progress) -> None:
        told = {
            "version": _VERSIONS["progress.json"],
            "stretches": [vars(one) for one in progress.stretches],
            "sent_to": stamp(progress.live.sent_us),
        }
        replace_text(self.folder / "progress.json", json.dumps(told))

    def keep_status(self, **words: float | str) -> None:
        """What it is doing, for whoever looks after it."""
        replace_text(self.folder / "status.json", json.dumps(words) + "\n")

    def put_aside(self) -> None:
        """Makes room for another life at the server; what was written last is kept in `before`."""
        aside = private_folder(self.folder / "before")
        for name in _OF_ONE_SERVER:
            (aside / name).unlink(missing_ok=True)
            if (self.folder / name).exists():
                (self.folder / name).replace(aside / name)
        self._added_seen = -1

    def add(self, episode: Episode) -> None:
        """Remembers a fault added by hand; a simulator at work takes it up by itself."""
        row = {
            "fault": episode.kind,
            "device": episode.device_key,
            "start_us": episode.start_us,
            "end_us": episode.end_us,
            "strength": episode.strength,
        }
        with (self.folder / "added.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def added_anew(self, fleet: Fleet) -> list[Episode] | None:
        """Every fault added by hand, or None if none came since the last asking."""
        path = self.folder / "added.jsonl"
        size = path.stat().st_size if path.exists() else 0
        if size == self._added_seen:
            return None
        self._added_seen = size
        return _read_added(path, fleet) if size else []

    def _read(self, name: str) -> dict[str, Any] | None:
        path = self.folder / name
        if not path.exists():
            return None
        try:
            told: dict[str, Any] = json.loads(path.read_text("utf-8"))
            version = told["version"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SimulatorError(f"Cannot read {path}: {error}") from error
        if version != _VERSIONS[name]:
            raise SimulatorError(f"{path} was written by another version of the simulator")
        return told


def _read_added(path: Path, fleet: Fleet) -> list[Episode]:
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            kind, device, strength = row["fault"], fleet.device.get(row["device"]), row["strength"]
            span = (int(row["start_us"]), int(row["end_us"]))
        except (ValueError, KeyError, TypeError) as error:
            raise SimulatorError(f"Cannot read {path}:{number}: {error}") from error
        if device and kind in FAULTS:
            found.append(make_fault(fleet, kind, device, span, float(strength)))
    return found
