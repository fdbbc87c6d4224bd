"""How many devices, which devices, does something hold of them."""

from collections.abc import Callable, Sequence
from typing import Any

from homepot.ai.query.answering.asks_of_values import each
from homepot.ai.query.answering.conditions import holding
from homepot.ai.query.answering.fleet import Device, chosen
from homepot.ai.query.answering.inquiry import Groups, Inquiry
from homepot.ai.query.answering.measures import measured
from homepot.ai.query.answering.naming import device_row, named
from homepot.ai.query.answering.result import Answer, Evidence, Kind, Result
from homepot.ai.query.plan import By, Compare, Condition, Link, OfHealth, OfLink, Plan, Scope

ROWS_MAX = 200
_KEYS: dict[By, Callable[[Device], str | None]] = {
    By.SITE: lambda one: one.site.id,
    By.TYPE: lambda one: one.type,
    By.FIRMWARE: lambda one: one.firmware,
    By.PLACE: lambda one: one.place,
}
NOUNS = {
    By.DEVICE: ("device", "devices"),
    By.SITE: ("site", "sites"),
    By.TYPE: ("device type", "device types"),
    By.FIRMWARE: ("firmware version", "firmware versions"),
    By.PLACE: ("place", "places"),
}


async def matching(inquiry: Inquiry, plan: Plan) -> list[Device]:
    """In the scope, and what is said of them holds."""
    inside = inquiry.chosen(plan.scope)
    return await holding(
        inquiry, inside, plan.where, any_of=plan.any_of, window=_shared_window(plan)
    )


def _shared_window(plan: Plan) -> Any:
    """A window that was said once counts for conditions that have none of their own."""
    return plan.window if plan.measure is None else None


async def count(inquiry: Inquiry, plan: Plan) -> Answer:
    if plan.by is not None or plan.measure is not None:
        return await each(inquiry, plan) if plan.by else await _counted_values(inquiry, plan)
    devices = await matching(inquiry, plan)
    rest(inquiry, plan, devices)
    keys = _keys(inquiry, plan, devices)
    found = devices if keys is None else keys
    rows = (
        [device_row(one) for one in devices[:ROWS_MAX]]
        if keys is None
        else _key_rows(inquiry, plan.of, keys, devices)
    )
    noun = NOUNS.get(plan.of, NOUNS[By.DEVICE])[len(found) != 1]
    return Answer(
        Result(Kind.NUMBER, float(len(found)), None, rows, len(found)),
        devices=await named(inquiry, devices),
        subject=noun,
    )


async def _counted_values(inquiry: Inquiry, plan: Plan) -> Answer:
    """How many devices have any value of what is measured: "how many devices had an incident"."""
    devices = await matching(inquiry, plan)
    assert plan.measure is not None
    values, _ = await measured(inquiry, plan.measure, Groups.each(devices), plan.window)
    having = [
        one for number, one in enumerate(devices) if (f := values.get((number, 0))) and f.value
    ]
    rest(inquiry, plan, having)
    rows = [device_row(one) for one in having[:ROWS_MAX]]
    return Answer(
        Result(Kind.NUMBER, float(len(having)), None, rows, len(having)),
        devices=await named(inquiry, having),
        subject=NOUNS[By.DEVICE][len(having) != 1],
    )


async def which(inquiry: Inquiry, plan: Plan) -> Answer:
    devices = await matching(inquiry, plan)
    rest(inquiry, plan, devices)
    keys = _keys(inquiry, plan, devices)
    if keys is not None:
        rows = _key_rows(inquiry, plan.of, keys, devices)
        shown = rows[: plan.limit] if plan.limit else rows
        return Answer(
            Result(Kind.TABLE, [row["key"] for row in shown], None, shown, len(rows)),
            devices=await named(inquiry, devices),
            subject=NOUNS[plan.of][len(rows) != 1],
        )
    total = len(devices)
    devices = devices[: plan.limit] if plan.limit else devices
    rows = [device_row(one) for one in devices[:ROWS_MAX]]
    return Answer(
        Result(Kind.DEVICES, [one.id for one in devices], None, rows, total),
        devices=await named(inquiry, devices),
        subject=NOUNS[By.DEVICE][total != 1],
    )


async def holds_of(inquiry: Inquiry, plan: Plan) -> Answer:
    """Yes where it holds of the device, or of any of several; that all is well, of each of them."""
    devices = await matching(inquiry, plan)
    rest(inquiry, plan, devices)
    if all(_says_well(one) for one in plan.where) and len(inquiry.chosen(plan.scope)) > 1:
        return await _all_well(inquiry, plan, devices)
    rows = [device_row(one) for one in devices[:ROWS_MAX]]
    return Answer(
        Result(Kind.BOOLEAN, bool(devices), None, rows, len(devices)),
        devices=await named(inquiry, devices or inquiry.chosen(plan.scope)),
        subject=NOUNS[By.DEVICE][len(devices) != 1],
    )


def _says_well(condition: Condition) -> bool:
    """Whether it says that a device is as it should be: of several it is asked of all."""
    match condition.measure:
        case OfHealth(aspect="status"):
            return condition.compare is Compare.IS and condition.value == "healthy"
        case OfLink(aspect=Link.IS_ONLINE):
            return condition.value is not False
        case _:
            return False


async def _all_well(inquiry: Inquiry, plan: Plan, well: Sequence[Device]) -> Answer:
    known = {one.row for one in well}
    asked = inquiry.chosen(plan.scope)
    others = [one for one in asked if one.row not in known]
    inquiry.assume("yes = so with every one of them")
    return Answer(
        Result(
            Kind.BOOLEAN, not others, None, [device_row(one) for one in others[:ROWS_MAX]],
            len(others),
        ),
        devices=await named(inquiry, others or asked),
        subject=NOUNS[By.DEVICE][len(asked) != 1],
        details={"well": len(well), "asked": len(asked)},
    )  # fmt: skip


def _keys(inquiry: Inquiry, plan: Plan, devices: Sequence[Device]) -> list[str] | None:
    """Sites, types ... of the devices; None where the devices themselves are meant."""
    key = _KEYS.get(plan.of)
    if key is None:
        return None
    found = {value for one in devices if (value := key(one))}
    if plan.of is By.SITE and not plan.where and _only_of_sites(plan.scope):
        found |= {
            one.id
            for one in inquiry.fleet.sites.values()
            if not one.is_archived and (not plan.scope.sites or one.id in plan.scope.sites)
        }
    return sorted(found)


def _only_of_sites(scope: Scope) -> bool:
    return scope.model_copy(update={"sites": ()}) == Scope()


def _key_rows(
    inquiry: Inquiry, of: By, keys: Sequence[str], devices: Sequence[Device]
) -> list[dict[str, Any]]:
    groups = Groups.of(of, devices, inquiry.fleet)
    counts = dict(zip(groups.keys, groups.members, strict=True))
    labels = dict(zip(groups.keys, groups.labels, strict=True))
    names = inquiry.fleet.sites
    return [
        {
            "key": key,
            "label": labels.get(key, names[key].name if key in names else key),
            "value": len(counts.get(key, ())),
        }
        for key in keys
    ]


def rest(inquiry: Inquiry, plan: Plan, devices: Sequence[Device]) -> None:
    every = chosen(plan.scope, inquiry.devices)
    inquiry.rests_on(Evidence("device", f"{len(every)} devices looked at", "/devices", len(every)))
    if len(devices) == 1:
        inquiry.rests_on(Evidence("device", devices[0].id, f"/devices/{devices[0].id}", 1))
