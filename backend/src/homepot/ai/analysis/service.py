"""Use cases of analysis: gather all that is known of a device in a period."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from homepot.access.caller import Caller
from homepot.ai.analysis import store
from homepot.ai.analysis.advising import advice
from homepot.ai.analysis.facts import (
    NOT_WATCHED,
    AnomalyFacts,
    DeviceFacts,
    Foreseen,
    HealthFacts,
    HeardFacts,
    IncidentFacts,
    MetricFacts,
    Window,
    cost_of,
    similar_of,
    weighed_health,
)
from homepot.ai.device_memory.patterns import Answer, Question
from homepot.ai.device_memory.service import Memory
from homepot.ai.health import service as health
from homepot.ai.incidents import service as incidents
from homepot.ai.prediction import service as prediction
from homepot.ai.prediction import words as of_prediction
from homepot.ai.thresholds import service as thresholds
from homepot.ai.thresholds.logic import Thresholds
from homepot.core.database import Connection
from homepot.fleet.connectivity import service as connectivity
from homepot.fleet.devices import service as devices
from homepot.fleet.devices.service import Device
from homepot.fleet.sites.timezones import zone_of
from homepot.fleet.tariffs import service as tariffs
from homepot.fleet.types import service as types
from homepot.fleet.types.logic import Kind, TypeMetric
from homepot.fleet.types.logic import of_metric as as_of_type
from homepot.telemetry.archive.service import Archive
from homepot.telemetry.reading import service as reading
from homepot.telemetry.totals.service import Heard, Part, Reader, Span

_COMPARED_MAX = 5
_SIMILAR_MAX = 5
_MOMENT = timedelta(microseconds=1)
_WORDS_MAX = 2_000


class Analyst:
    """Gathers facts; it changes nothing."""

    def __init__(self, memory: Memory, archive: Archive, usual: Mapping[str, Thresholds]) -> None:
        self._memory = memory
        self._archive = archive
        self._usual = usual

    async def facts(
        self, caller: Caller, device_id: str, window: Window, now: datetime
    ) -> DeviceFacts:
        tx = caller.tx
        device = await devices.find(tx, device_id)
        start, end = window.start, window.end
        struck = await store.incidents(tx, device.id, start, end)
        deviated = await store.anomalies(tx, device.id, start, end)
        answers, warnings = await self._answers(caller, struck, device)
        record = await connectivity.record(tx, [device.id], start, end)
        stretch = record.of(device.id)
        rates = (await tariffs.book(tx)).rates(device.site_row, device.type)
        zone = zone_of(device.site_timezone)
        foreseen = await _foreseen(tx, device_id)
        found = DeviceFacts(
            device.public_id, device.name, device.type, device.site_id, device.site_name, zone,
            device.provenance, device.connectivity, device.last_seen_at, device.firmware,
            device.location, device.warranty_until, window, now,
            metrics=await self._metrics(caller, device, window, now),
            heard=await self._heard(tx, device, window, now),
            stretch=stretch,
            anomalies=deviated,
            incidents=struck,
            events=await store.events(tx, device.id, start, end),
            health=await self._health(caller, device, window),
            similar=similar_of(answers)[:_SIMILAR_MAX],
            advice=advice(
                struck, answers, foreseen.predictions, device.warranty_until,
                now.astimezone(zone).date(),
            ),
            cost=cost_of(stretch, rates),
            foreseen=foreseen,
            warnings=warnings,
        )  # fmt: skip
        return replace(found, why=_why(found, deviated))

    async def _metrics(
        self, caller: Caller, device: Device, window: Window, now: datetime
    ) -> list[MetricFacts]:
        """What the readings come to, by the names of the metrics."""
        names = await reading.metrics_of(caller.tx, device.id)
        described = await self._described(caller, device, names)
        reader = Reader(caller.tx, self._archive, names, now)
        span = Span(window.start, window.end)
        parts = [Part([device.id], [place], [place], [span]) for place in range(len(names))]
        sums = {one.group: one for one in await reader.sums(parts)} if parts else {}
        counters = [
            part
            for part, name in zip(parts, names, strict=True)
            if described[name].kind is Kind.COUNTER and part.groups[0] in sums
        ]
        grown: dict[int, float] = {}
        if counters:
            found = await reader.increases(counters)
            grown = {one.group: one.value for one in found if one.label == 0}
        return [
            MetricFacts(
                described[names[place]], one.count, one.total / one.count, one.low, one.high,
                grown.get(place),
            )
            for place, one in sorted(sums.items(), key=lambda item: names[item[0]])
        ]  # fmt: skip

    async def _described(
        self, caller: Caller, device: Device, names: Sequence[str]
    ) -> dict[str, TypeMetric]:
        """Each with its unit, and with the limits that hold for this device."""
        registry = await types.registry(caller.tx)
        known = dict((await types.device_type(caller.tx, device.type)).metrics)
        known |= (await thresholds.of_device(caller, self._usual, device.public_id)).limits
        return {
            name: known[name]
            if name in known
            else as_of_type(registry[name].metric)
            if name in registry
            else TypeMetric(name)
            for name in names
        }

    async def _heard(
        self, tx: Connection, device: Device, window: Window, now: datetime
    ) -> HeardFacts:
        reader = Reader(tx, self._archive, [], now)
        found = await reader.reports([Heard([device.id], window.start, window.end)])
        if found:
            one = found[0]
            return HeardFacts(one.first_at, one.last_at, one.pauses, one.last_at)
        before = await reader.heard([device.id], window.end - _MOMENT)
        return HeardFacts(last_ever=before.get(device.id))

    async def _health(self, caller: Caller, device: Device, window: Window) -> HealthFacts:
        found = await health.of_device(caller.tx, caller.tenant_id, device.public_id, self._usual)
        steps = await store.health(caller.tx, device.id, window.start, window.end)
        average, lowest = weighed_health(steps, window.start, window.end)
        known, learned = found.now_, found.learned
        return HealthFacts(
            score=known.score if known else None,
            status=known.status if known else "unknown",
            reason=known.reason if known else learned.words,
            factors=known.factors if known else [],
            learning=learned.words,
            is_learning=learned.is_learning,
            average=average,
            lowest=lowest,
        )

    async def _answers(
        self, caller: Caller, struck: Sequence[IncidentFacts], device: Device
    ) -> tuple[dict[str, Answer], list[str]]:
        """What the incidents of the period resemble: as was found when they opened, or now."""
        wanted = [one for one in struck if one.state != "normal"][:_COMPARED_MAX]
        known = await incidents.likenesses(
            caller.tx, caller.tenant_id, [one.row for one in wanted], zone_of(device.site_timezone)
        )
        found: dict[str, Answer] = {}
        warnings: dict[str, None] = {}
        for one in wanted:
            if one.row in known:
                found[one.incident_id] = known[one.row].answer
                continue
            asked = Question(one.description[:_WORDS_MAX], without=one.incident_id)
            answer = await self._memory.get_similar_patterns(caller, asked, _SIMILAR_MAX)
            found[one.incident_id] = answer
            if answer.warning:
                warnings[answer.warning] = None
        return found, list(warnings)


async def _foreseen(tx: Connection, device_id: str) -> Foreseen:
    """As of the last look at the fleet, which is made each hour."""
    found = await prediction.of_device(tx, device_id)
    return Foreseen(
        found.predictions,
        found.risk,
        [of_prediction.beyond(limit) for limit in found.reached],
        of_prediction.history(found.known),
    )


def _why(facts: DeviceFacts, deviated: Sequence[AnomalyFacts]) -> dict[str, str]:
    """What has no value, and why."""
    why: dict[str, str] = {}
    if facts.temperature is None:
        warm = [one.metric.name for one in facts.metrics if one.metric.unit in ("°C", "°F")]
        reason = "it reported no temperature in that period"
        if warm:
            reason = f"it reports several temperatures: {', '.join(warm)}"
        why["avg_temperature"] = why["max_temperature"] = reason
    if facts.uptime_percentage is None:
        why["uptime_percentage"] = NOT_WATCHED
    if facts.health.score is None:
        why["health_score"] = facts.health.reason or facts.health.learning
    if not facts.similar:
        why["similar_past_incidents"] = (
            "nothing like its incidents is remembered"
            if facts.incidents
            else "it had no incident in that period to compare"
        )
    if not facts.advice:
        why["recommendations"] = (
            "what deviated opened no incident" if deviated else "nothing deviated in that period"
        )
    if facts.foreseen.risk is None:
        why["risk_score"] = facts.foreseen.history
    if facts.cost.why is not None:
        why["downtime_cost"] = facts.cost.why
    return why
