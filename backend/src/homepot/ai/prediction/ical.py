"""The maintenance schedule as a calendar (RFC 5545). Pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from homepot.ai.prediction.records import Term

_LINE_OCTETS_MAX = 75
# What is due has no length; an hour that ends then is seen in every calendar.
_LENGTH = timedelta(hours=1)
_OFF = ("dropped", "lapsed")


def calendar(terms: Sequence[Term], devices_at: str | None) -> str:
    """`devices_at` is where the pages of devices are, if that is known."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//HOMEPOT//Maintenance//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Maintenance",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    for term in terms:
        lines += _event(term, devices_at)
    lines.append("END:VCALENDAR")
    return "".join(f"{one}\r\n" for line in lines for one in folded(line))


def _event(term: Term, devices_at: str | None) -> list[str]:
    state = "" if term.state == "planned" else f" ({term.state})"
    lines = [
        "BEGIN:VEVENT",
        f"UID:{escaped(term.term_id)}@homepot",
        f"DTSTAMP:{_at(term.changed_at)}",
        f"CREATED:{_at(term.created_at)}",
        f"LAST-MODIFIED:{_at(term.changed_at)}",
        f"DTSTART:{_at(term.due_at - _LENGTH)}",
        f"DTEND:{_at(term.due_at)}",
        f"SUMMARY:{escaped(f'{term.device_name}: {term.what}{state}')}",
        f"LOCATION:{escaped(term.site_name)}",
        f"DESCRIPTION:{escaped(_description(term))}",
        f"STATUS:{'CANCELLED' if term.state in _OFF else 'CONFIRMED'}",
        "TRANSP:TRANSPARENT",
        f"CATEGORIES:{escaped(term.state)}",
    ]
    if devices_at is not None:
        lines.append(f"URL:{devices_at}/{term.device_id}")
    return [*lines, "END:VEVENT"]


def _description(term: Term) -> str:
    said = [f"{term.what}", f"Device {term.device_id} at {term.site_name}. State: {term.state}."]
    if term.parts:
        said.append(f"Parts: {term.parts}.")
    cost = f"{term.cost:.2f} {term.currency}" if term.cost is not None else "unknown"
    said.append(f"Cost: {cost}. {term.cost_why}")
    if term.note:
        said.append(term.note)
    return "\n".join(said)


def escaped(text: str) -> str:
    r"""
    >>> escaped("a, b; c\\d\ne")
    'a\\, b\\; c\\\\d\\ne'
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(one for one in plain if one == "\n" or (ord(one) >= 32 and one != "\x7f"))
    for sign in ("\\", ";", ","):
        kept = kept.replace(sign, f"\\{sign}")
    return kept.replace("\n", "\\n")


def folded(line: str) -> Iterable[str]:
    """Lines of 75 octets at most, a letter never parted; those that go on begin with a space.

    >>> [len(one.encode()) for one in folded("é" * 60)]
    [74, 47]
    """
    part, octets = "", 0
    for letter in line:
        long = len(letter.encode())
        if octets + long > _LINE_OCTETS_MAX:
            yield part
            part, octets = " ", 1
        part, octets = part + letter, octets + long
    yield part


def _at(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
