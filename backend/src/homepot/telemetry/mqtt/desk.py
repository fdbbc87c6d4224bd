"""Takes what messages said down the one road, and tells when it is stored."""

import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from homepot.access.caller import system_caller
from homepot.core.errors import BadInput, Conflict
from homepot.core.process import Process
from homepot.fleet.connectivity import service as connectivity
from homepot.telemetry.adoption import adopt
from homepot.telemetry.intake.batch import Batch
from homepot.telemetry.intake.service import Intake
from homepot.telemetry.mqtt import store
from homepot.telemetry.mqtt.gathering import batches
from homepot.telemetry.mqtt.messages import Message, Sorted
from homepot.telemetry.mqtt.receipts import Receipts
from homepot.telemetry.storage.collisions import Outcome

# Who was there but may not speak is not looked for again at every message.
RESTING_S = 30.0
_RESTING_MAX = 10_000
STRANGER = "is at work here"
ENTER_IT = "; enter it, or let mqtt_site take in whoever speaks"


@dataclass
class Stored:
    outcome: Outcome = field(default_factory=Outcome)
    refused: list[tuple[str, str]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


class Desk:
    def __init__(self, process: Process, receipts: Receipts, site: str | None) -> None:
        self._process = process
        self._receipts = receipts
        self._site = site
        self._resting: dict[str, float] = {}

    async def store(
        self, tenant_id: int, messages: Sequence[Message], found: Sorted, now: datetime
    ) -> Stored:
        """Returns when everything that can be taken is committed."""
        await self._keep_receipts()
        stored = Stored()
        intake = self._process.part(Intake)
        if found.rows:
            await self._know_devices(tenant_id, {row.device for row in found.rows})
            for batch in batches(found.rows, found.index):
                await self._take(intake, tenant_id, messages, batch, now, stored)
        if found.alive:
            await self._hear(intake, tenant_id, found.alive, now)
        return stored

    async def _keep_receipts(self) -> None:
        """Before anything is stored: a crash after that must not forget when it came."""
        unsaved = self._receipts.unsaved()
        if unsaved:
            async with self._process.database.system() as tx:
                await store.save(tx, unsaved)
            self._receipts.saved(unsaved)

    async def _take(
        self,
        intake: Intake,
        tenant_id: int,
        messages: Sequence[Message],
        batch: Batch,
        now: datetime,
        stored: Stored,
    ) -> None:
        try:
            fitting, left_out = await intake.directory.fitting(tenant_id, batch)
            receipt = await intake.take(tenant_id, fitting, now)
        except BadInput as refusal:
            if len(batch) == 1:
                stored.refused.append((messages[int(batch.index[0])].topic, refusal.detail))
                return
            for row in range(len(batch)):  # each alone: one of them spoils it for the others
                one = batch.taking(np.array([row]))
                await self._take(intake, tenant_id, messages, one, now, stored)
            return
        stored.outcome = stored.outcome + receipt.outcome
        stored.left_out.update(left_out)
        stored.refused += [
            (messages[one.index].topic, one.reason + self._advice(one.reason))
            for one in receipt.rejected
        ]

    def _advice(self, reason: str) -> str:
        return ENTER_IT if self._site is None and reason.endswith(STRANGER) else ""

    async def _know_devices(self, tenant_id: int, devices: Collection[str]) -> None:
        """Take in who nobody entered, where the owner said under which site."""
        if self._site is None:
            return
        directory = self._process.part(Intake).directory
        while unknown := await self._unknown(tenant_id, devices):
            try:
                async with self._process.database.tenant(tenant_id) as tx:
                    caller = system_caller(tx, tenant_id, "mqtt")
                    sites = dict.fromkeys(unknown, self._site)
                    new = await adopt(caller, unknown, sites, way="mqtt")
            except Conflict:
                new = []  # the site is archived: refused as strangers, with that reason
            if not new:
                self._rest(unknown)
            await directory.numbers(tenant_id, new)

    async def _unknown(self, tenant_id: int, devices: Collection[str]) -> list[str]:
        known = await self._process.part(Intake).directory.numbers(tenant_id, devices)
        now_s = time.monotonic()
        return [one for one in devices if one not in known and self._resting.get(one, 0) <= now_s]

    def _rest(self, devices: Collection[str]) -> None:
        if len(self._resting) + len(devices) > _RESTING_MAX:
            self._resting.clear()
        self._resting.update(dict.fromkeys(devices, time.monotonic() + RESTING_S))

    async def _hear(
        self, intake: Intake, tenant_id: int, devices: Collection[str], now: datetime
    ) -> None:
        """A sign of life without a number in it."""
        numbers = await intake.directory.numbers(tenant_id, devices)
        if numbers:
            silence_s = self._process.settings.device_silent_after_s
            async with self._process.database.system() as tx:
                await connectivity.heard_many(tx, sorted(numbers.values()), now, silence_s)
