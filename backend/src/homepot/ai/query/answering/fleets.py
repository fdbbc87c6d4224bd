"""The fleets that were asked about lately, each as it is now: made anew when it changed."""

import asyncio
import gc
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from homepot.ai.incidents.category import CATEGORIES
from homepot.ai.query import vocabulary as words
from homepot.ai.query.answering import fleet_store
from homepot.ai.query.answering.fleet import Device, Fleet, Site
from homepot.ai.query.vocabulary import Vocabulary
from homepot.core.database import Connection
from homepot.fleet.tariffs import service as tariffs
from homepot.fleet.types import service as types

TENANTS_MAX = 100
# What devices report is asked for anew after so long; sooner where a question could not be read.
REPORTED_FRESH_S = 60.0


@dataclass(frozen=True)
class _Known:
    fingerprint: tuple[str, ...]
    fleet: Fleet
    until_s: float


class Fleets:
    """One for a process. What it forgets is read again.

    `prepare` builds what is asked of the words of a fleet, in a thread, before anybody has to wait
    for it; `forget` lets it go.
    """

    def __init__(
        self,
        clock_s: Callable[[], float] = time.monotonic,
        *,
        prepare: Callable[[Vocabulary], object] = id,
        forget: Callable[[Vocabulary], object] = id,
    ) -> None:
        self._clock_s = clock_s
        self._prepare = prepare
        self._forget = forget
        self._known: OrderedDict[int, _Known] = OrderedDict()
        self._turns: dict[int, asyncio.Lock] = {}

    async def of(self, tx: Connection, tenant_id: int, *, anew: bool = False) -> Fleet:
        """The fleet of the tenant whose transaction this is."""
        fingerprint = await fleet_store.fingerprint(tx)
        if not anew and (fleet := self._good(tenant_id, fingerprint)) is not None:
            return fleet
        # Of several that ask after a change one reads, in a turn, and the others have it from him.
        async with self._turns.setdefault(tenant_id, asyncio.Lock()):
            if not anew and (fleet := self._good(tenant_id, fingerprint)) is not None:
                return fleet
            known = self._known.get(tenant_id)
            is_good = known is not None and known.fingerprint == fingerprint
            fleet = await load(tx, known.fleet if known is not None and is_good else None)
            if known is None or fleet is not known.fleet:
                # It takes a large fleet a third of a second: others are answered meanwhile.
                await asyncio.to_thread(self._prepare, fleet.vocabulary)
                _set_apart()
            self._keep(tenant_id, _Known(fingerprint, fleet, self._clock_s() + REPORTED_FRESH_S))
            return fleet

    def knows(self, tenant_id: int) -> bool:
        """Whether it was asked about lately."""
        return tenant_id in self._known

    def _good(self, tenant_id: int, fingerprint: tuple[str, ...]) -> Fleet | None:
        known = self._known.get(tenant_id)
        if known is None or known.fingerprint != fingerprint or self._clock_s() >= known.until_s:
            return None
        self._known.move_to_end(tenant_id)
        return known.fleet

    def _keep(self, tenant_id: int, one: _Known) -> None:
        before = self._known.get(tenant_id)
        self._known[tenant_id] = one
        gone = [before] if before is not None and before.fleet is not one.fleet else []
        while len(self._known) > TENANTS_MAX:
            tenant_id, oldest = self._known.popitem(last=False)
            self._turns.pop(tenant_id, None)
            gone.append(oldest)
        for old in gone:
            self._forget(old.fleet.vocabulary)


def _set_apart() -> None:
    """What stays is not looked through again by the collector of garbage, which would hold up an
    answer for as long as a large fleet takes."""
    gc.collect()
    gc.freeze()


async def load(tx: Connection, before: Fleet | None = None) -> Fleet:
    """`before` is the same fleet of a while ago: kept where nothing new was reported."""
    reported = await fleet_store.reported(tx)
    event_kinds = tuple(await fleet_store.event_kinds(tx))
    if before is not None and _is_same(before, reported, event_kinds):
        return before
    site_rows = await fleet_store.sites(tx)
    sites = {row.id: Site(*row) for row in site_rows}
    devices = [_device(row, sites) for row in await fleet_store.devices(tx)]
    return Fleet(
        {one.id: one for one in sites.values()},
        devices,
        await _vocabulary(tx, list(sites.values()), devices, reported, event_kinds),
        await tariffs.book(tx),
    )


def _is_same(
    before: Fleet, reported: Mapping[int, frozenset[str]], event_kinds: tuple[str, ...]
) -> bool:
    nothing: frozenset[str] = frozenset()
    known = before.vocabulary.by_device
    return event_kinds == before.vocabulary.event_kinds and all(
        known[one.id].metrics == reported.get(one.row, nothing)
        for one in before.devices
        if one.id in known
    )


def _device(row: Sequence[Any], sites: Mapping[int, Site]) -> Device:
    device, public_id, name, type_, site, place, firmware, address, tags, *rest = row
    return Device(
        device, public_id, name, type_, sites[site], place, firmware, address, tuple(tags), *rest
    )


async def _vocabulary(
    tx: Connection,
    sites: Sequence[Site],
    devices: Sequence[Device],
    reported: Mapping[int, frozenset[str]],
    event_kinds: tuple[str, ...],
) -> Vocabulary:
    nothing: frozenset[str] = frozenset()
    return Vocabulary(
        sites=tuple(
            words.Site(one.id, one.name, one.timezone) for one in sites if not one.is_archived
        ),
        devices=tuple(
            words.Device(
                one.id,
                one.name,
                one.type,
                one.site.id,
                one.place,
                one.firmware,
                one.tags,
                reported.get(one.row, nothing),
            )
            for one in devices
            if one.archived_at is None
        ),
        types=tuple(
            words.DeviceType(one.name, one.label, frozenset(one.metrics))
            for one in await types.device_types(tx)
        ),
        metrics=tuple(
            words.Metric(
                name,
                one.metric.label,
                one.metric.unit,
                one.metric.kind.value,
                one.metric.direction.value,
                one.metric.range_low,
                one.metric.range_high,
            )
            for name, one in (await types.registry(tx)).items()
        ),
        event_kinds=event_kinds,
        categories=tuple(CATEGORIES),
    )
