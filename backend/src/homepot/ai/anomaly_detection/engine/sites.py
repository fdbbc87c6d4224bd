"""What needs more than one device, behind the engines: a site's traffic, a site that falls silent,
and false discoveries over the whole fleet. No engine knows of its neighbours; this does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from homepot.ai.anomaly_detection.engine.columns import Doubles, Floats, Places
from homepot.ai.anomaly_detection.engine.parameters import Parameters
from homepot.ai.anomaly_detection.engine.shapes import Busy, Deviation, Kind, Severity, Stage

_FEW = 3  # devices that make a site; two where there are no more
_SAMPLED = {Kind.STEP}


class Traffic:
    """How busy each site is now against its usual for this hour.

    Each device that counts traffic keeps short means of what it had and of what is usual; the
    site's factor is the median of their ratios, weighted by the usual. A till that stands idle
    does not make the site quiet, and a promotion is nobody's fault.
    """

    def __init__(self, site_of_device: Places, sites: int, parameters: Parameters) -> None:
        self._site = site_of_device
        self._keep = np.float32(1 / parameters.site_readings)
        self._seen: Floats = np.zeros(len(site_of_device), np.float32)
        self._usual: Floats = np.zeros(len(site_of_device), np.float32)
        self.factor: Floats = np.ones(sites, np.float32)

    def kept(self) -> dict[str, Floats]:
        """All that is known; `take_up` goes on from there, in a fleet that may have grown."""
        return {"seen": self._seen, "usual": self._usual, "factor": self.factor}

    def take_up(self, kept: Mapping[str, Floats]) -> None:
        mine = self.kept()
        for name, array in mine.items():
            array[: len(kept[name])] = kept[name]

    def learn(self, told: Iterable[Busy]) -> None:
        for busy in told:
            seen = np.bincount(busy.device, busy.seen, len(self._seen)).astype(np.float32)
            usual = np.bincount(busy.device, np.maximum(busy.usual, 0), len(self._seen))
            met = np.unique(busy.device)
            self._seen[met] += self._keep * (seen[met] - self._seen[met])
            self._usual[met] += self._keep * (usual[met].astype(np.float32) - self._usual[met])
        counting = np.flatnonzero(self._usual > 0)
        ratio = (self._seen[counting] + 1) / (self._usual[counting] + 1)
        for site in range(len(self.factor)):
            here = self._site[counting] == site
            weight = self._usual[counting][here]
            busy_enough = here.any() and weight.sum() > len(weight)
            self.factor[site] = _weighted_median(ratio[here], weight) if busy_enough else 1

    def of(self, devices: Places) -> Floats:
        return self.factor[self._site[devices]]


def _weighted_median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values)
    below = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(below, below[-1] / 2)])


class Silences:
    """Devices of a site that fall silent together are one trouble of the site."""

    def __init__(self, site_of: Mapping[str, str], parameters: Parameters) -> None:
        self._site_of = site_of
        self._size: dict[str, int] = {}
        for site in site_of.values():
            self._size[site] = self._size.get(site, 0) + 1
        self._silent: dict[str, dict[str, Deviation]] = {}
        self._out: set[str] = set()
        self._share = parameters.site_share

    def fuse(self, told: Iterable[Deviation]) -> list[Deviation]:
        """The same deviations, where a site fell silent with that instead of its devices."""
        passed: list[Deviation] = []
        fallen: dict[str, list[Deviation]] = {}
        for one in told:
            site = self._site_of.get(one.device_id)
            if one.kind is not Kind.SILENT or site is None:
                passed.append(one)
            elif one.stage is Stage.OVER:
                self._silent.get(site, {}).pop(one.device_id, None)
                passed += self._back(site, one)
            else:
                self._silent.setdefault(site, {})[one.device_id] = one
                fallen.setdefault(site, []).append(one)
        for site, new in fallen.items():
            passed += self._fallen(site, new)
        return passed

    def _fallen(self, site: str, new: list[Deviation]) -> list[Deviation]:
        if site in self._out:
            return []  # the site's own deviation speaks for them
        silent = self._silent[site]
        if len(silent) < self._many(site):
            return new
        self._out.add(site)
        first = min(silent.values(), key=lambda one: one.start)
        members = tuple(sorted(silent))
        return [
            replace(
                new[0], device_id="", site_id=site, members=members, start=first.start,
                severity=Severity.CRITICAL,
            )
        ]  # fmt: skip

    def _many(self, site: str) -> float:
        """So many of its devices are the site."""
        return max(2, min(_FEW, self._size[site]), self._share * self._size[site])

    def _back(self, site: str, one: Deviation) -> list[Deviation]:
        if site not in self._out:
            return [one]
        if len(self._silent[site]) >= self._many(site) / 2:
            return []
        self._out.discard(site)
        return [replace(one, device_id="", site_id=site)]


class Discoveries:
    """Holds back what may be chance where very many streams are watched.

    Of the deviations that begin at one moment, sorted by p, all up to the last k with
    p_k <= share k / tests stand (Benjamini and Hochberg, 1995); the others become information, and
    stand later if the engine finds them worse. Guard-rails, silences, standstills, ramps and
    drifts are not samples of a noise, and always stand.
    """

    def __init__(self, parameters: Parameters) -> None:
        self._share = parameters.false_share
        self._doubted: set[int] = set()

    def kept(self) -> list[int]:
        """The numbers of what is held back; `take_up` goes on from there."""
        return sorted(self._doubted)

    def take_up(self, kept: Iterable[int]) -> None:
        self._doubted.update(kept)

    def believed(self, told: list[Deviation], tests: int) -> list[Deviation]:
        asked = [k for k, one in enumerate(told) if self._is_sample(one)]
        p: Doubles = np.sort(np.array([told[k].p for k in asked]))
        standing = p[p <= self._share * np.arange(1, len(p) + 1) / max(tests, 1)]
        most = float(standing[-1]) if len(standing) else -1.0
        result = []
        for k, one in enumerate(told):
            if k in asked and one.p > most:
                self._doubted.add(one.number)
                result.append(replace(one, severity=Severity.INFO))
            elif one.number in self._doubted:
                # What was held back begins when it is believed.
                self._doubted.discard(one.number)
                result.append(replace(one, stage=Stage.BEGUN) if k in asked else one)
            elif one.stage is Stage.WORSE:
                result.append(replace(one, severity=Severity.INFO))
            else:
                result.append(one)
        return result

    def _is_sample(self, one: Deviation) -> bool:
        if one.stage is Stage.WORSE:
            return one.number in self._doubted
        sampled = {metric.kind for metric in one.metrics} <= _SAMPLED
        return one.stage is Stage.BEGUN and one.kind in _SAMPLED and sampled
