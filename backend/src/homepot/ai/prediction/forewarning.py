"""Use cases of forewarnings: who is likely to fail is told once, planned for, and withdrawn with a
reason when it is over."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from homepot.ai.prediction import forewarning_store as store
from homepot.ai.prediction import forewarning_words as words
from homepot.ai.prediction.records import PREDICTION, Forewarning, Open
from homepot.ai.prediction.words import cost_of, parts_for
from homepot.core import live
from homepot.core.database import Connection
from homepot.core.ids import new_public_id
from homepot.fleet.tariffs import service as tariffs

# As probable as not, within a fortnight: from there on somebody plans for it. What was told stays
# told until it is clearly less probable, or it would come and go with every reading.
OPENS, STAYS = 0.5, 0.35
DUE_CHANCE = 0.25  # upkeep is due before a failure is as probable as this
SHOWN_FOR = timedelta(days=14)  # after it is over
OVER_MAX = 50
_HORIZONS = ((7.0, "chance_7d"), (14.0, "chance_14d"), (30.0, "chance_30d"))


def due_days(row: Mapping[str, Any]) -> float:
    """In how many days a failure is as probable as `DUE_CHANCE`, along the straight line between
    the chances that were told.

    >>> due_days({"chance_7d": 0.5, "chance_14d": 0.6, "chance_30d": 0.7})
    3.5
    >>> due_days({"chance_7d": 0.15, "chance_14d": 0.35, "chance_30d": 0.7})
    10.5
    """
    begin, low = 0.0, 0.0
    for days, name in _HORIZONS:
        high = float(row[name])
        if high >= DUE_CHANCE:
            return round(begin + (days - begin) * (DUE_CHANCE - low) / max(high - low, 1e-9), 3)
        begin, low = days, high
    return begin


def likely(rows: Sequence[Mapping[str, Any]], open_ones: Sequence[Open]) -> list[dict[str, Any]]:
    """Of the chances that were told, those that are a forewarning."""
    known = {one.device_row for one in open_ones}
    return [
        {
            "public_id": new_public_id(PREDICTION, 3),
            "severity": "critical" if row["chance_7d"] >= OPENS else "warning",
            **{name: row[name] for name in _KEPT},
        }
        for row in rows
        # a bare rate says nothing of one device
        if row["basis"] == "trees"
        and row["chance_14d"] >= (STAYS if row["device_id"] in known else OPENS)
    ]


_KEPT = ("device_id", "metric", "chance_7d", "chance_14d", "chance_30d", "reasons")


def endings(
    open_ones: Sequence[Open],
    rows: Sequence[Mapping[str, Any]],
    likely_now: Collection[int],
    failed_at: Mapping[int, datetime],
    watched: Mapping[int, bool],
) -> list[dict[str, Any]]:
    """Which are over, and why. `watched` says of each device whether its type tells chances."""
    told = {row["device_id"]: row for row in rows}
    out = []
    for one in open_ones:
        row, at = told.get(one.device_row), failed_at.get(one.device_row)
        if at is not None and at >= one.first_at:
            state, why = "failed", words.FAILED
        elif one.device_row in likely_now:
            continue
        elif row is not None and row["basis"] == "trees":
            state, why = "gone", words.fallen(row["chance_14d"])
        elif one.device_row not in watched:
            state, why = "gone", words.NOT_WATCHED
        elif not watched[one.device_row]:
            state, why = "gone", words.NOT_TOLD
        else:
            state, why = "gone", words.NOT_KNOWN
        out.append({"id": one.id, "device_id": one.device_row, "state": state, "why": why})
    return out


async def keep(
    tx: Connection,
    tenant_id: int,
    rows: Sequence[Mapping[str, Any]],
    failed_at: Mapping[int, datetime],
    watched: Mapping[int, bool],
    now: datetime,
) -> None:
    """From this hour's chances to what is told of them and planned for them."""
    open_ones = await store.open_ones(tx)
    found = likely(rows, open_ones)
    over = endings(open_ones, rows, {one["device_id"] for one in found}, failed_at, watched)
    ended = {one["device_id"] for one in over}
    living = [one for one in found if one["device_id"] not in ended]
    await store.end(tx, over, now)
    await store.save(tx, tenant_id, living, now)
    await _plan(tx, tenant_id, now)
    due = [{"device_id": one["device_id"], "due_at": _due_at(one, now)} for one in living]
    await store.follow(tx, due, now)


def _due_at(row: Mapping[str, Any], now: datetime) -> datetime:
    return now + timedelta(days=due_days(row))


async def _plan(tx: Connection, tenant_id: int, now: datetime) -> None:
    """A line in the schedule for each that has none."""
    found = await store.unplanned(tx, OPENS)
    if not found:
        return
    book = await tariffs.book(tx)
    rows = []
    for one in found:
        rates = book.rates(one.site_row, one.device_type)
        parts = parts_for(one.metric or "")
        cost, why = cost_of(rates, with_part=parts is not None)
        rows.append({
            "public_id": new_public_id("TERM", 3),
            "device_id": one.device_row,
            "forewarning_id": one.id,
            "what": words.what_to_do(one),
            "due_at": _due_at(vars(one), now),
            "parts": parts,
            "cost": cost,
            "currency": rates.currency if cost is not None else None,
            "cost_why": why,
        })  # fmt: skip
    await store.plan(tx, tenant_id, rows, now)
    news = [
        (tenant_id, "prediction.opened", {"device_id": one.device_id, "metric": one.metric})
        for one in found
    ]
    await live.announce_many(tx, news)


async def of_device(tx: Connection, device_row: int, now: datetime) -> Forewarning | None:
    """The open one, or what came of the last within a fortnight."""
    return await store.of_device(tx, device_row, now - SHOWN_FOR)


async def over(tx: Connection, site_id: str | None, now: datetime) -> list[Forewarning]:
    """What was withdrawn or came true within a fortnight."""
    return await store.over(tx, site_id, now - SHOWN_FOR, OVER_MAX)


# -- for alerts ---------------------------------------------------------------------------------


async def to_tell(tx: Connection, most: int) -> list[Forewarning]:
    """What nobody was told of, what became worse, and what was told and is over."""
    return await store.to_tell(tx, OPENS, most)


async def mark_told(tx: Connection, ids: Sequence[int]) -> None:
    await store.mark_told(tx, ids)
