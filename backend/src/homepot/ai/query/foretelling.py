"""What prediction knows, in the way that questions ask for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from homepot.ai.prediction import failing
from homepot.ai.prediction import service as prediction
from homepot.ai.prediction.records import Prediction
from homepot.ai.query.answering.inquiry import Foreseen
from homepot.ai.query.answering.result import NoResult
from homepot.ai.query.plan import NoAnswer, OfForecast
from homepot.core.database import Connection

_STILL_TO_DO = ("planned", "ordered")


async def foreseen(
    tx: Connection, measure: OfForecast, devices: Mapping[int, str]
) -> Sequence[Foreseen]:
    """Of these devices, by their rows: the nearest of each, or how probable it is."""
    if await prediction.last_look(tx) is None:
        raise NoResult(
            NoAnswer.UNAVAILABLE,
            "Nobody has looked ahead yet: that is done each hour, from a day of readings on.",
            ["Ask how a metric has changed so far."],
        )
    if measure.aspect == "maintenance":
        return await _planned(tx, set(devices.values()))
    found = await prediction.of_devices(tx, devices)
    wanted = [one for one in found if not measure.metrics or one.metric in measure.metrics]
    if measure.aspect == "risk":
        return await _risks(tx, measure, devices, wanted)
    # the nearest of a device first: the later ones do not replace it
    nearest = {one.device_id: one for one in reversed(wanted)}
    return [
        Foreseen(one.device_id, one.crosses_at, "", f"{one.label} reaches {one.limit:g} {one.unit}")
        for one in nearest.values()
    ]


async def _risks(
    tx: Connection,
    measure: OfForecast,
    devices: Mapping[int, str],
    wanted: Sequence[Prediction],
) -> list[Foreseen]:
    """The higher of two chances: that a limit is reached, and that it fails as others did."""
    place = {7: 0, 14: 1, 30: 2}[measure.days]
    limit = f"that a limit is reached within {measure.days} days"
    failure = f"that it fails within {measure.days} days, by how failures of its type came on"
    risks = dict.fromkeys(devices.values(), (0.0, limit))
    for one in wanted:
        chance = 100 * (one.chance_7d, one.chance_14d, one.chance_30d)[place]
        risks[one.device_id] = max(risks[one.device_id], (chance, limit))
    if not measure.metrics:
        for row, chances in (await failing.of_devices(tx, list(devices))).items():
            told = (100 * chances[place], failure)
            risks[devices[row]] = max(risks[devices[row]], told)
    return [Foreseen(device, risk, "%", words) for device, (risk, words) in risks.items()]


async def _planned(tx: Connection, wanted: set[str]) -> list[Foreseen]:
    terms = [one for state in _STILL_TO_DO for one in await prediction.terms(tx, state, None)]
    first: dict[str, tuple[datetime, str]] = {}
    for one in terms:
        if one.device_id in wanted:
            mine = (one.due_at, one.what)
            first[one.device_id] = min(first.get(one.device_id, mine), mine)
    return [Foreseen(device, due, "", what) for device, (due, what) in first.items()]
