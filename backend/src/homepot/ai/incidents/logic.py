"""What becomes of an incident. Pure; `now` is an argument."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from homepot.core.errors import Conflict

State = Literal["open", "confirmed", "resolved", "normal", "closed", "merged"]
Severity = Literal["info", "warning", "critical"]

SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical")
LIVING: tuple[State, ...] = ("open", "confirmed")
CLOSES_AFTER = timedelta(minutes=10)
CLOSES_AFTER_MAX = timedelta(hours=4)
# What was mended takes a while to show.
GRACE = timedelta(minutes=30)
# Detection knows a deviation to be over only when readings were usual for so long; one without an
# end so much later was off within it.
KNOWN_AFTER = timedelta(hours=1)
_BAND_MARGIN = 0.1
_ENDS_AT_ONCE = ("silent", "unmeasured")


def worst(severities: Iterable[str]) -> Severity:
    """
    >>> worst(["warning", "critical", "info"])
    'critical'
    """
    return SEVERITIES[max((SEVERITIES.index(one) for one in severities), default=0)]


def closes_after(reopened: int) -> timedelta:
    """How long all has to be usual before an incident is over: longer for one that keeps
    returning.

    >>> [closes_after(n).total_seconds() / 60 for n in (0, 1, 3, 9)]
    [10.0, 20.0, 80.0, 240.0]
    """
    return min(CLOSES_AFTER * float(2 ** min(reopened, 10)), CLOSES_AFTER_MAX)


class WrongState(Conflict):
    """This incident is in a state in which that cannot be done."""

    kind = "wrong-state"


_MOVES: dict[str, tuple[Sequence[State], State]] = {
    "confirmed": (("open",), "confirmed"),
    "resolved": (("open", "confirmed", "closed"), "resolved"),
    "normal": (("open", "confirmed", "closed", "resolved"), "normal"),
    "reopened": (("resolved", "normal", "closed"), "open"),
}


def after(move: str, state: State) -> State:
    """The state a person's word leads to."""
    froms, to = _MOVES[move]
    if state not in froms:
        allowed = ", ".join(froms)
        raise WrongState(f"The incident is {state}; it can be {move} only while it is {allowed}.")
    return to


# -- what is normal -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Normal:
    """A kind of deviation of a metric that somebody called normal for a device."""

    metric: str
    kind: str
    low: float | None = None
    high: float | None = None

    def covers(self, metric: Mapping[str, Any]) -> bool:
        if (self.metric, self.kind) != (metric["name"], metric["kind"]):
            return False
        if self.low is None or self.high is None:
            return True
        return self.low <= float(metric["value"]) <= self.high


_BANDED = {"step", "limit", "surprise"}


def normals_of(kind: str, metrics: Sequence[Mapping[str, Any]]) -> list[Normal]:
    """What is to be called normal where this anomaly is: the values it had, and a little more."""
    if not metrics:
        return [Normal("", kind)]
    found = []
    for one in metrics:
        if one["kind"] not in _BANDED:
            found.append(Normal(one["name"], one["kind"]))
            continue
        value, usual = float(one["value"]), float(one["usual"])
        margin = _BAND_MARGIN * abs(value - usual)
        low, high = min(value, usual) - margin, max(value, usual) + margin
        found.append(Normal(one["name"], one["kind"], low, high))
    return found


def is_normal(kind: str, metrics: Sequence[Mapping[str, Any]], normals: Sequence[Normal]) -> bool:
    """Whether somebody called all of it normal.

    >>> step = {"name": "x", "kind": "step", "value": 5.0, "usual": 1.0}
    >>> known = normals_of("step", [step])
    >>> is_normal("step", [step], known), is_normal("step", [{**step, "value": 9.0}], known)
    (True, False)
    """
    if not metrics:
        return any(one.metric == "" and one.kind == kind for one in normals)
    return all(any(one.covers(metric) for one in normals) for metric in metrics)


# -- following ----------------------------------------------------------------------------------


def returns(state: State, *, is_new: bool, is_back: bool, is_normal: bool) -> bool:
    """Whether a sign brings an incident back that was over."""
    if state in LIVING or state == "merged" or is_normal:
        return False
    return is_new or is_back or state == "normal"


def is_not_mended(
    metrics: Sequence[Mapping[str, Any]], resolved_at: datetime, at: datetime
) -> bool:
    """Whether news of a sign that goes on tell that the incident was not mended: it went on for
    longer than a grace, or another metric is off since."""
    is_wider = any(datetime.fromisoformat(one["since"]) > resolved_at for one in metrics)
    return is_wider or resolved_at + GRACE <= at


def goes_on(kind: str, resolved_at: datetime, now: datetime) -> bool:
    """Whether a sign without an end has outlasted what was done about it.

    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> [goes_on(kind, at, at + timedelta(minutes=40)) for kind in ("silent", "step")]
    [True, False]
    >>> goes_on("step", at, at + timedelta(minutes=90))
    True
    """
    known_after = timedelta(0) if kind in _ENDS_AT_ONCE else KNOWN_AFTER
    return resolved_at + GRACE + known_after <= now


def is_over(ends: Sequence[datetime | None], reopened: int, now: datetime) -> bool:
    """Whether all that it rests on has been usual again for long enough."""
    last = [one for one in ends if one is not None]
    return len(last) == len(ends) and bool(last) and max(last) + closes_after(reopened) <= now
