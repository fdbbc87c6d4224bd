"""Which signs are one trouble. Pure, and blind to the order in which signs are given.

Signs of one device belong together where they began within some hours of each other and there was
little calm between them, or where the same returns within a day. Signs of one category that begin
on many devices of a site within minutes of each other are the site's.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

CALM = timedelta(minutes=30)  # less calm than this between two signs: one trouble
APART = timedelta(hours=6)  # what begins later than this is another trouble
RETURNS = timedelta(hours=24)  # the same within this is the same trouble again
AT_ONCE = timedelta(minutes=10)
SITE_DEVICES_MIN = 3
# What hangs on a link or a cooling unit that fails is seldom all of a site.
SITE_SHARE = 1 / 3


@dataclass(frozen=True)
class Sign:
    """An anomaly that is worth telling."""

    id: int
    device: int
    site: int
    category: str
    metrics: frozenset[str]
    started: datetime
    ended: datetime | None


@dataclass(frozen=True)
class Group:
    """Signs that are one trouble, in the order they began; of a device, or of the whole site."""

    site: int
    device: int | None
    signs: tuple[Sign, ...]


def groups(signs: Iterable[Sign], devices_of: Mapping[int, int]) -> list[Group]:
    """`devices_of` is how many devices each site has."""
    ordered = sorted(signs, key=lambda one: (one.started, one.id))
    struck = [c for c in _at_once(ordered) if _is_site(c, devices_of)]
    taken = {sign.id for cluster in struck for sign in cluster}
    found = [
        Group(some[0].site, None, tuple(some))
        for some in _joined([sign for c in struck for sign in c], _same_at_site)
    ]
    by_device: dict[int, list[Sign]] = {}
    for sign in ordered:
        if sign.id not in taken:
            by_device.setdefault(sign.device, []).append(sign)
    for device, own in by_device.items():
        found += [Group(some[0].site, device, tuple(some)) for some in _joined(own, _same)]
    return sorted(found, key=lambda one: (one.signs[0].started, one.signs[0].id))


def _at_once(ordered: Sequence[Sign]) -> list[list[Sign]]:
    """Signs of one category at one site, each begun soon after another."""
    latest: dict[tuple[int, str], list[Sign]] = {}
    clusters = []
    for sign in ordered:
        cluster = latest.get((sign.site, sign.category))
        if cluster is None or sign.started - cluster[-1].started > AT_ONCE:
            cluster = latest[sign.site, sign.category] = []
            clusters.append(cluster)
        cluster.append(sign)
    return clusters


def _is_site(cluster: Sequence[Sign], devices_of: Mapping[int, int]) -> bool:
    devices = len({sign.device for sign in cluster})
    all_ = devices_of.get(cluster[0].site, SITE_DEVICES_MIN)
    # Two are a site where there are no more.
    return devices >= max(2, min(SITE_DEVICES_MIN, all_), SITE_SHARE * all_)


def _joined(signs: Sequence[Sign], is_same: Callable[[Sign, Sign], bool]) -> list[list[Sign]]:
    """Everything that is the same by however many steps."""
    parent = list(range(len(signs)))

    def root(place: int) -> int:
        while parent[place] != place:
            place = parent[place]
        return place

    for a, one in enumerate(signs):
        for b in range(a):
            if is_same(signs[b], one):
                parent[root(a)] = root(b)
    found: dict[int, list[Sign]] = {}
    for place, sign in enumerate(signs):
        found.setdefault(root(place), []).append(sign)
    return [sorted(some, key=lambda one: (one.started, one.id)) for some in found.values()]


def _calm(one: Sign, other: Sign) -> timedelta:
    first, second = sorted((one, other), key=lambda sign: (sign.started, sign.id))
    if first.ended is None:
        return timedelta(0)
    return max(second.started - first.ended, timedelta(0))


def _same(one: Sign, other: Sign) -> bool:
    calm = _calm(one, other)
    if calm <= CALM and abs(one.started - other.started) <= APART:
        return True
    alike = one.category == other.category and (
        bool(one.metrics & other.metrics) or not (one.metrics or other.metrics)
    )
    return alike and calm <= RETURNS


def _same_at_site(one: Sign, other: Sign) -> bool:
    if (one.site, one.category) != (other.site, other.category):
        return False
    return abs(one.started - other.started) <= AT_ONCE or _calm(one, other) <= RETURNS
