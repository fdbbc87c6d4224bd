"""Numbers of how devices are heard from: uptime, outages, time offline, gaps."""

from homepot.ai.query.language.asking import use
from homepot.ai.query.language.rules.answer import grouped
from homepot.ai.query.language.sentence import Sentence
from homepot.ai.query.language.tags import Kind
from homepot.ai.query.plan import Ask, Link, OfLink, Plan
from homepot.ai.query.when import Rolling

_VALUES = {
    "uptime": Link.UPTIME_PERCENT, "outages": Link.OUTAGES, "downtime": Link.SECONDS_OFFLINE,
    "gaps": Link.GAPS,
}  # fmt: skip


def hearing(sentence: Sentence) -> Plan | None:
    """The uptime of gw_1 last week; how many outages; the longest gap; last seen."""
    scope, window = sentence.scope, sentence.window
    item = sentence.first(Kind.LINK)
    if item is None:
        return None
    opener = sentence.opener
    last = item.word.startswith("last ") or any(
        one.word in {"last", "latest"} for one in sentence.free(Kind.AGGREGATE)
    )
    if item.value == "report" and last and (opener is None or opener.kind is not Kind.BE):
        use(sentence, Kind.LINK, Kind.AGGREGATE)
        return Plan(ask=Ask.VALUE, scope=scope, measure=OfLink(aspect=Link.LAST_HEARD))
    if item.value not in _VALUES or (opener is not None and opener.kind is Kind.BE):
        return None
    aspect = _VALUES[item.value]
    longest = next((one for one in sentence.free(Kind.SUPERLATIVE)
                    if one.word in {"longest", "biggest", "largest", "worst"}), None)  # fmt: skip
    if longest is not None and aspect in {Link.OUTAGES, Link.GAPS}:
        longest.used = True
        aspect = Link.LONGEST_OUTAGE if aspect is Link.OUTAGES else Link.LONGEST_GAP
    by = grouped(sentence)
    use(sentence, Kind.LINK, Kind.HOW_MANY, Kind.HOW_MUCH, Kind.AGGREGATE, Kind.DEVICES)
    if window is None:
        sentence.note("no time was named: the last 7 days")
        window = Rolling(length_s=7 * 86_400)
    ask = Ask.VALUE if by is None else Ask.EACH
    return Plan(ask=ask, scope=scope, measure=OfLink(aspect=aspect), window=window, by=by)
