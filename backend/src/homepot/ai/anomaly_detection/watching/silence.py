"""Whether readings that stay away are a silence: by what connectivity knows of the device. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

# Devices of a site that fall silent within so long are told together, and so much later at most.
TOGETHER_S = 60.0
# A device that is heard is not called unmeasured before so many times its patience.
_UNMEASURED_AFTER = 2.0


@dataclass(frozen=True)
class Quiet:
    """A device whose readings stay away, as detection knows it."""

    row: int
    last_at: float
    patience_s: float
    # another device of its site was last measured with it, and has some patience left
    in_company: bool = False


@dataclass(frozen=True)
class Heard:
    """The same device as connectivity knows it; moments are seconds since 1970."""

    silence_s: float
    silent_after: float | None = None
    heartbeat_at: float | None = None
    # of the newest reading that is stored, whether or not detection has come to it
    measured_at: float | None = None
    # another device of its site fell silent with it, and its deadline is still to come
    in_company: bool = False


@dataclass(frozen=True)
class Verdicts:
    """Rows of devices that are given another while, and of those that are heard, not measured."""

    spared: Sequence[int] = field(default=())
    unmeasured: Sequence[int] = field(default=())


def verdict_of(quiet: Quiet, heard: Heard, now: float) -> Literal["wait", "silent", "unmeasured"]:
    """
    >>> quiet = Quiet(1, 0.0, 84.0)
    >>> verdict_of(quiet, Heard(120, 120.0), 100.0), verdict_of(quiet, Heard(120, 120.0), 121.0)
    ('wait', 'silent')
    >>> verdict_of(quiet, Heard(120, 400.0, 280.0), 300.0)
    'unmeasured'
    """
    measured = max(quiet.last_at, heard.measured_at or quiet.last_at)
    patience_s = max(quiet.patience_s, heard.silence_s)
    if now - measured < patience_s:
        return "wait"
    if heard.silent_after is not None and now < heard.silent_after:
        beats = heard.heartbeat_at is not None and heard.heartbeat_at > measured
        is_long = now - measured > _UNMEASURED_AFTER * patience_s
        return "unmeasured" if beats and is_long else "wait"
    deadline = max(measured + patience_s, heard.silent_after or 0.0)
    in_company = quiet.in_company or heard.in_company
    return "wait" if in_company and now < deadline + TOGETHER_S else "silent"


def verdicts_of(quiet: Sequence[Quiet], heard: Mapping[int, Heard], now: float) -> Verdicts:
    said = {one.row: verdict_of(one, heard[one.row], now) for one in quiet if one.row in heard}
    return Verdicts(
        [row for row, one in said.items() if one == "wait"],
        [row for row, one in said.items() if one == "unmeasured"],
    )
