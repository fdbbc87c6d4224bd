"""History that came after its devices had begun to report. Pure.

An engine goes forward only: what a device measured before it was first heard is stored and not
learnt. Where most of the fleet came that way, as a fleet that is set up with its history does, it
is better to begin again with all that is stored than to say nothing for a day. So it is where
history was still coming in when the engine began: it would know a piece of it for all of it.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from homepot.ai.anomaly_detection.watching.mind import NEAR_S, Mind
from homepot.telemetry.following.service import Row

LOOK_EVERY_S = 60.0
# So long nothing old has come: the history is there, as far as it comes.
CALM_S = 45.0
# A past that is shorter than this is not worth it.
PAST_S = 3600.0
SHARE = 0.5
# What comes so soon after the engine began, or after more of it, belongs to the same history.
SAME_S = 300.0


class Backlog:
    def __init__(self) -> None:
        self._old_at = self._looked_at = self._same_until = -math.inf
        # From when to when each device measured what came too late for an engine just begun.
        self._missed: dict[int, tuple[float, float]] = {}

    def begin(self, now: float) -> None:
        """The engine has begun, with all that was stored."""
        self._same_until, self._missed = now + SAME_S, {}

    def see(self, rows: Sequence[Row], taken: Sequence[Row], now: float) -> None:
        if not any(row[1] <= now - NEAR_S for row in rows):
            return
        if now < self._same_until:
            self._same_until = now + SAME_S
            known = {(row[0], row[1]) for row in taken}
            for device, at, *_ in rows:
                if (device, at) not in known:
                    first, last = self._missed.get(device, (at, at))
                    self._missed[device] = min(first, at), max(last, at)
        self._old_at = now

    def has_missed(self, mind: Mind, now: float) -> bool:
        """Whether most devices' history was still coming when the engine began, and is there."""
        if now - self._old_at < CALM_S:
            return False
        missed = [
            row
            for row, (first, last) in self._missed.items()
            if row in mind.fleet.devices and last - first >= PAST_S
        ]
        return self.is_worth_it(mind, missed)

    def to_look_at(self, mind: Mind, now: float) -> Mapping[int, datetime]:
        """Devices that are learning, and from before which moment they would have a past."""
        if now - self._looked_at < LOOK_EVERY_S or now - self._old_at < CALM_S:
            return {}
        self._looked_at = now
        devices = mind.engine.devices
        learning = {
            int(row): datetime.fromtimestamp(float(devices.first_at[place]) - PAST_S, UTC)
            for place, row in enumerate(mind.engine.device_ids)
            if devices.reports[place]
            and int(row) in mind.fleet.devices
            and mind.learned_hours(int(row)) < mind.parameters.learning_hours
        }
        return learning if self.is_worth_it(mind, learning) else {}

    def is_there(self, mind: Mind, devices: Collection[int], now: float) -> bool:
        """Whether these have a past that is worth it, and it was seen to be whole."""
        if not self.is_worth_it(mind, devices):
            return False
        if self._old_at == -math.inf:  # it may have begun to come this very moment
            self._old_at = now
            return False
        self._old_at = -math.inf
        return True

    @staticmethod
    def is_worth_it(mind: Mind, devices: Collection[int]) -> bool:
        known = sum(row in mind.fleet.devices for row in map(int, mind.engine.device_ids))
        return bool(devices) and len(devices) >= SHARE * known
