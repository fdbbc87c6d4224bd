"""What is said first, and how a report puts lengths and shares into words. Pure."""

from collections.abc import Sequence

from homepot.ai.analysis_modes.modes import Mode, ModeName
from homepot.ai.analysis_modes.templates import HEADINGS, NOTHING, Statement, Topic, chosen
from homepot.ai.reports.content import ReportSection

_LEAD_MAX = 6


def lead(mode: Mode, told: Sequence[Statement]) -> str:
    """The first of each that this audience wants to know."""
    said: dict[Topic, str] = {}
    for one in chosen(mode, told):
        if one.sentence not in said.values():
            said.setdefault(one.topic, one.sentence)
    return " ".join(list(said.values())[:_LEAD_MAX]) or NOTHING


def is_brief(mode: Mode) -> bool:
    """For those who have two minutes: what it comes to, and nothing twice."""
    return mode.name is ModeName.EXECUTIVE


def sections_of(mode: Mode, told: Sequence[Statement], summary: str) -> list[ReportSection]:
    """Under their headings, in the order of the mode; each sentence once."""
    found: dict[Topic, list[str]] = {}
    seen = set[str]()
    for one in chosen(mode, told):
        sentence = one.sentence.strip()
        if sentence in seen or (is_brief(mode) and sentence in summary):
            continue
        seen.add(sentence)
        found.setdefault(one.topic, []).append(sentence)
    return [ReportSection(heading=HEADINGS[topic], sentences=said) for topic, said in found.items()]


def listed(names: Sequence[str]) -> str:
    """
    >>> listed(["1 EUR"]), listed(["1 EUR", "2 JPY", "3 USD"])
    ('1 EUR', '1 EUR, 2 JPY and 3 USD')
    """
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def share(percentage: float | None) -> str | None:
    """Never rounded up to all of it, nor down to nothing.

    >>> share(99.84), share(99.9999), share(100.0), share(0.001), share(None)
    ('99.8%', '99.99%', '100%', '0.01%', None)
    """
    if percentage is None:
        return None
    if percentage >= 100 or percentage <= 0:
        return f"{percentage:.0f}%"
    close = percentage > 99.9 or percentage < 0.1
    return f"{min(max(percentage, 0.01), 99.99):.{2 if close else 1}f}%"


def uptime_share(online_s: float, offline_s: float, unknown_s: float) -> str | None:
    """Where less than half of the time is known, of how much it is.

    >>> uptime_share(90.0, 10.0, 50.0), uptime_share(180.0, 0.0, 90_000.0), uptime_share(0, 0, 9)
    ('90.0%', '100% of 3 min known', None)
    """
    known_s = online_s + offline_s
    if known_s <= 0:
        return None
    said = share(100 * online_s / known_s)
    return said if known_s >= unknown_s else f"{said} of {hours(known_s)} known"


def hours(seconds: float) -> str:
    """
    >>> hours(40), hours(600), hours(7200), hours(260_000)
    ('40 s', '10 min', '2 h', '3 days')
    """
    for unit_s, least_s, unit in ((86_400, 172_800, "days"), (3_600, 3_600, "h"), (60, 60, "min")):
        if seconds >= least_s:
            return f"{seconds / unit_s:.1f}".removesuffix(".0") + f" {unit}"
    return f"{seconds:.0f} s"
