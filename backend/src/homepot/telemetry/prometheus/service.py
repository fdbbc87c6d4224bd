"""The use case of remote write: decode, name, take in who is new, and down the one road."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from homepot.access.caller import Caller
from homepot.core.errors import BadInput, Conflict, TooMany, Unavailable
from homepot.core.log import get_logger
from homepot.core.process import Process
from homepot.core.settings import Settings
from homepot.telemetry.adoption import ADOPTIONS_MAX, adopt
from homepot.telemetry.intake.service import Intake
from homepot.telemetry.prometheus.naming import Named, NotKept, named
from homepot.telemetry.prometheus.protobuf import decode, labels_of, unpacked
from homepot.telemetry.prometheus.readings import Arranged, Claims, arranged
from homepot.telemetry.prometheus.rules import Rules, load

log = get_logger(__name__)

NAMES_KNOWN_MAX = 200_000
# Who was there but may not speak is not looked for again at every request.
RESTING_S = 30.0
_RESTING_MAX = 10_000


class Sender(Protocol):
    """Who sends; opens a transaction in its name where one is needed."""

    @property
    def tenant_id(self) -> int: ...

    def caller(self) -> AbstractAsyncContextManager[Caller]: ...


@dataclass(frozen=True)
class Written:
    stored: int
    refused: Mapping[str, int]  # samples or rows, by the reason


class RemoteWrite:
    def __init__(self, process: Process) -> None:
        self._process = process
        self.rules = check_rules(process.settings)
        self._names: dict[bytes, Named | NotKept] = {}
        self._claims: dict[int, Claims] = {}
        self._resting: dict[tuple[int, str], float] = {}
        self._adopting = asyncio.Lock()

    async def take(self, sender: Sender, body: bytes, now: datetime) -> Written:
        """Returns when everything that can be taken is committed.

        Unavailable where all of it has to be sent again: Prometheus does so for 5xx alone unless
        it was told otherwise, and repeats are harmless.
        """
        samples = decode(unpacked(body), self._names)
        self._learn(samples.labels)
        claims = self._claims.setdefault(sender.tenant_id, Claims())
        found = arranged(samples, self._names, claims)
        try:
            await self._know_devices(sender, found)
            return await self._store(sender, found, now)
        except TooMany as busy:
            raise Unavailable(busy.detail) from busy

    def _learn(self, series: Collection[bytes]) -> None:
        if len(self._names) + len(series) > NAMES_KNOWN_MAX:
            self._names.clear()
        for packed in series:
            if packed not in self._names:
                self._names[packed] = named(labels_of(packed), self.rules)

    async def _know_devices(self, sender: Sender, found: Arranged) -> None:
        intake = self._process.part(Intake)
        tenant_id = sender.tenant_id
        unknown = await self._unknown(intake, tenant_id, found.devices)
        if not unknown:
            return
        async with self._adopting:  # so that two shards do not take the same device in
            unknown = await self._unknown(intake, tenant_id, unknown)
            if not unknown:
                return
            try:
                async with sender.caller() as caller:
                    new = await adopt(caller, unknown, found.sites, way="prometheus")
            except Conflict as refusal:
                found.refused[f"no device could be adopted: {refusal.detail}"] += len(unknown)
                return
            self._rest(tenant_id, set(unknown) - set(new) if len(new) < ADOPTIONS_MAX else set())
        if len(new) == ADOPTIONS_MAX:
            raise Unavailable(
                f"{ADOPTIONS_MAX} devices that were not known have been taken in, the most that"
                " one request may bring; send it again for the others."
            )

    async def _unknown(self, intake: Intake, tenant_id: int, devices: Collection[str]) -> list[str]:
        known = await intake.directory.numbers(tenant_id, devices)
        now_s = time.monotonic()
        return [
            one
            for one in devices
            if one not in known and self._resting.get((tenant_id, one), 0) <= now_s
        ]

    def _rest(self, tenant_id: int, devices: Collection[str]) -> None:
        if len(self._resting) + len(devices) > _RESTING_MAX:
            self._resting.clear()
        until_s = time.monotonic() + RESTING_S
        self._resting.update(dict.fromkeys([(tenant_id, one) for one in devices], until_s))

    async def _store(self, sender: Sender, found: Arranged, now: datetime) -> Written:
        intake = self._process.part(Intake)
        stored = 0
        refused = Counter(found.refused)
        for batch in found.batches:
            fitting, no_room = await intake.directory.fitting(sender.tenant_id, batch)
            refused.update(no_room)
            receipt = await intake.take(sender.tenant_id, fitting, now)
            stored += receipt.outcome.stored
            refused.update(rejected.reason for rejected in receipt.rejected)
        if refused:
            log.warning(
                "Samples of Prometheus could not be taken.",
                action="prometheus.refused",
                reasons=dict(refused.most_common(5)),
            )
        return Written(stored, refused)


def refusal(refused: Mapping[str, int]) -> BadInput:
    """What Prometheus writes into its log: it shows the start of the first line."""
    first = max(refused, key=lambda reason: refused[reason])
    others = f" (and {len(refused) - 1} other reasons)" if len(refused) > 1 else ""
    return BadInput(f"All but {sum(refused.values()):,} were stored: {first}{others}.", at="body")


def check_rules(settings: Settings) -> Rules:
    """SettingsError with the line to mend."""
    return load(settings.prometheus_rules_path, settings.named("prometheus_rules_path"))


@asynccontextmanager
async def running(process: Process) -> AsyncIterator[RemoteWrite]:
    yield RemoteWrite(process)
