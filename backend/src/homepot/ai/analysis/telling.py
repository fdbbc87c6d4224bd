"""The facts as sentences, each about one thing, for the mode to choose from. Pure."""

from collections.abc import Iterator
from datetime import datetime

from homepot.ai.analysis.facts import AnomalyFacts, DeviceFacts, IncidentFacts, MetricFacts
from homepot.ai.analysis_modes.modes import Mode
from homepot.ai.analysis_modes.templates import NOTHING, Statement, Topic, chosen
from homepot.ai.incidents.words import amount
from homepot.ai.llm.gate import Facts
from homepot.ai.prediction.words import action, headline, reasoning

_SHOWN_MAX = 3
_DAY_S, _HOUR_S, _MINUTE_S = 86_400, 3_600, 60


def summary(facts: DeviceFacts, mode: Mode) -> str:
    """What this audience is told, in its order."""
    said = [one.sentence for one in chosen(mode, statements(facts))]
    return " ".join(said) if said else NOTHING


def statements(facts: DeviceFacts) -> list[Statement]:
    return [
        *_health(facts), *_readings(facts), *_metrics(facts), *_events(facts), *_similar(facts),
        *(Statement(Topic.FIX, one.text) for one in facts.advice), *_uptime(facts), *_key(facts),
        *_foreseen(facts), *_costs(facts), *_strategy(facts),
    ]  # fmt: skip


def as_facts(facts: DeviceFacts, mode: Mode) -> Facts:
    """What a model may say, and who there is."""
    return Facts(
        [one.sentence for one in chosen(mode, statements(facts))],
        devices=[facts.device_id],
        places=[facts.site_name],
        terms=[_label(one) for one in facts.metrics],
        same={facts.name: facts.device_id} if facts.name != facts.device_id else {},
        now=facts.now,
        timezone=facts.zone,
    )


# -- one topic each -------------------------------------------------------------------------------


def _health(facts: DeviceFacts) -> Iterator[Statement]:
    known = facts.health
    if known.score is None:
        yield Statement(
            Topic.HEALTH, f"The health of {facts.name} is not known yet: {known.reason}."
        )
        return
    score = f"at {known.score:.2f} of 1"
    said = f"{facts.name} is {known.status}, {score}."
    if known.status == "warning":
        said = f"{facts.name} needs attention, {score} (warning)."
    yield Statement(Topic.HEALTH, said)
    if known.lowest is not None and known.lowest < known.score:
        yield Statement(Topic.HEALTH, f"Its lowest in {facts.window.words} was {known.lowest:.2f}.")
    for factor in known.factors:
        if factor.get("lost", 0) > 0 and factor.get("reason"):
            yield Statement(Topic.CAUSE, f"It lost {factor['lost']:.2f}: {factor['reason']}.")


def _readings(facts: DeviceFacts) -> Iterator[Statement]:
    heard, window = facts.heard, facts.window
    if heard.first_at is None:
        last = heard.last_ever
        known = f"the last one is of {_moment(last, facts)}" if last else "it has never sent any"
        yield Statement(Topic.METRIC, f"No readings in {window.words}; {known}.")
        return
    late_s = (heard.first_at - window.start).total_seconds()
    if late_s > max(0.1 * window.length.total_seconds(), 300):
        whole = _length(window.length.total_seconds())
        yield Statement(
            Topic.METRIC,
            f"Its readings of {window.words} begin at {_moment(heard.first_at, facts)} and cover"
            f" {_length(heard.covered_s)} of {whole}.",
        )
    if heard.pauses:
        longest = max(heard.pauses, key=lambda one: one[1] - one[0])
        length = _length((longest[1] - longest[0]).total_seconds())
        yield Statement(
            Topic.METRIC,
            f"Its readings paused {_times(len(heard.pauses))}, the longest for {length} from"
            f" {_moment(longest[0], facts)}.",
        )


def _metrics(facts: DeviceFacts) -> Iterator[Statement]:
    """Those beyond a limit first, then those that deviated."""
    deviated = {metric.get("name") for one in facts.anomalies_told for metric in one.metrics}

    def place(one: MetricFacts) -> tuple[bool, bool, str]:
        return one.beyond is None, one.metric.name not in deviated, one.metric.name

    ordered = sorted(facts.metrics, key=place)
    for one in ordered:
        label, unit = _label(one), one.metric.unit
        if one.is_counter:
            if one.increase is not None:
                yield Statement(Topic.METRIC, f"{label} grew by {amount(one.increase, unit)}.")
            continue
        low, high = amount(one.low, unit), amount(one.high, unit)
        said = f"{label} was {amount(one.mean, unit)} on average, from {low} to {high}"
        if one.low == one.high:
            said = f"{label} was {low} throughout"
        if one.beyond is not None:
            severity, value, limit = one.beyond
            said += f"; {amount(value, unit)} is beyond the {severity} limit"
            said += f" of {amount(limit, unit)}"
        yield Statement(Topic.METRIC, f"{said}.")


def _events(facts: DeviceFacts) -> Iterator[Statement]:
    window = facts.window.words
    told, muted = facts.anomalies_told, len(facts.anomalies) - len(facts.anomalies_told)
    if not told:
        yield Statement(Topic.EVENT, f"Nothing deviated in {window} of which anybody was told.")
    else:
        named = "; ".join(_anomaly(one, facts) for one in told[:_SHOWN_MAX])
        more = f"; and {len(told) - _SHOWN_MAX} more" if len(told) > _SHOWN_MAX else ""
        yield Statement(Topic.EVENT, f"{_count(len(told), 'anomaly')} in {window}: {named}{more}.")
    if muted:
        yield Statement(
            Topic.EVENT,
            f"{_count(muted, 'anomaly')} more of which nobody was told: history, announced work or"
            " closed hours.",
        )
    for one in facts.incidents[:_SHOWN_MAX]:
        yield Statement(Topic.EVENT, _incident(one, facts))
    if len(facts.incidents) > _SHOWN_MAX:
        more_ = _count(len(facts.incidents) - _SHOWN_MAX, "incident")
        yield Statement(Topic.EVENT, f"{more_} more in {window}.")


def _similar(facts: DeviceFacts) -> Iterator[Statement]:
    if facts.similar:
        best = facts.similar[0]
        when = f" of {_day(best.at, facts)}" if best.at else ""
        done = f", resolved so: {_ended(best.resolution)}" if best.resolution else "."
        yield Statement(Topic.CAUSE, f"{best.of_incident} resembles {best.incident_id}{when}{done}")


def _uptime(facts: DeviceFacts) -> Iterator[Statement]:
    share = facts.uptime_percentage
    if share is None:
        yield Statement(
            Topic.UPTIME, f"The uptime in {facts.window.words} is not known: {_why(facts)}."
        )
        return
    outages = facts.stretch.outages
    uptime = facts.stretch.uptime
    said = f"It was online {percent(share)} of {facts.window.words}"
    if uptime.unknown_s >= _MINUTE_S:
        known = _length(uptime.online_s + uptime.offline_s)
        said = (
            f"It was online {percent(share)} of the {known} of {facts.window.words} that are known"
        )
    if outages:
        longest = _length(facts.stretch.longest_outage_s)
        said += f"; {_count(outages, 'outage')}, the longest of {longest}"
    yield Statement(Topic.UPTIME, f"{said}.")


def _key(facts: DeviceFacts) -> Iterator[Statement]:
    anomalies = _count(len(facts.anomalies_told), "anomaly")
    struck = _count(len(facts.incidents), "incident")
    living = sum(one.is_living for one in facts.incidents)
    is_open = f", {living} of them open" if living else ""
    yield Statement(
        Topic.KPI, f"{facts.name} had {anomalies} and {struck}{is_open} in {facts.window.words}."
    )


def _foreseen(facts: DeviceFacts) -> Iterator[Statement]:
    known = facts.foreseen
    for words in known.reached:
        yield Statement(Topic.RISK, words)
    for one in known.predictions[:_SHOWN_MAX]:
        yield Statement(
            Topic.RISK,
            f"{headline(one, facts.zone)} The chance within 14 days is"
            f" {percent(100 * one.chance_14d)}.",
        )
        yield Statement(Topic.TREND, reasoning(one, facts.zone))
        yield Statement(Topic.SCHEDULE, action(one, facts.zone))
    if not known.predictions and not known.reached:
        if known.risk is None:
            # Where nobody has looked, or could, nothing is known, which is not that nothing comes.
            is_known = known.history.startswith("Known for")
            said = "Nothing is foreseen." if is_known else "What is ahead is not known."
            yield Statement(Topic.RISK, f"{said} {known.history}")
        else:
            yield Statement(Topic.RISK, "None of its metrics is on its way to a limit.")


def _costs(facts: DeviceFacts) -> Iterator[Statement]:
    cost = facts.cost
    rate = cost.rates.downtime_cost_per_hour
    if cost.downtime is None or rate is None or cost.offline_h is None:
        yield Statement(Topic.COST, f"No cost of downtime can be told: {cost.why}.")
        return
    currency = cost.rates.currency or ""
    yield Statement(
        Topic.COST,
        f"Downtime cost {cost.downtime:,.2f} {currency}:"
        f" {cost.offline_h:,.2f} h at {rate.amount:,.2f} {currency} an hour.",
    )


def _strategy(facts: DeviceFacts) -> Iterator[Statement]:
    for one in facts.advice[:1]:
        yield Statement(Topic.STRATEGY, one.text)


# -- words ---------------------------------------------------------------------------------------


def _anomaly(one: AnomalyFacts, facts: DeviceFacts) -> str:
    names = [facts.label(str(metric["name"])) for metric in one.metrics[:2]]
    what = {"silent": "silence", "unmeasured": "signs of life without readings"}.get(one.kind)
    said = what or f"{' and '.join(names) or 'its metrics'} ({one.kind})"
    since = _moment(one.started_at, facts)
    until = f" to {_moment(one.ended_at, facts)}" if one.ended_at else ", not over"
    return f"{said} from {since}{until}"


def _incident(one: IncidentFacts, facts: DeviceFacts) -> str:
    whole = ", of the whole site" if one.is_site else ""
    said = f"{one.incident_id} ({one.severity}, {one.state}{whole}): {one.title}"
    if one.resolution and not one.is_living:
        worked = {True: " It worked.", False: " It did not help.", None: ""}[one.worked]
        return f"{_ended(said)} What was done: {_ended(one.resolution)}{worked}"
    return f"{said}, since {_moment(one.started_at, facts)}."


def _why(facts: DeviceFacts) -> str:
    return facts.why.get("uptime_percentage", "it was not watched")


def _label(one: MetricFacts) -> str:
    return one.metric.label or one.metric.name.replace("_", " ")


def _moment(at: datetime, facts: DeviceFacts) -> str:
    return f"{at.astimezone(facts.zone):%Y-%m-%d %H:%M}"


def _day(at: datetime, facts: DeviceFacts) -> str:
    return f"{at.astimezone(facts.zone):%Y-%m-%d}"


def _count(number: int, what: str) -> str:
    """
    >>> _count(1, "anomaly"), _count(2, "anomaly"), _count(0, "incident")
    ('1 anomaly', '2 anomalies', '0 incidents')
    """
    plural = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{number:,} {what if number == 1 else plural}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"


def percent(share: float) -> str:
    """Never rounded up to all of it.

    >>> percent(99.9996), percent(100.0), percent(99.8)
    ('99.99 %', '100 %', '99.8 %')
    """
    if share >= 100:
        return "100 %"
    return f"{min(share, 99.99):.2f}".rstrip("0").rstrip(".") + " %"


def _length(seconds: float) -> str:
    """
    >>> _length(90), _length(5400), _length(86400 * 3)
    ('1 min', '1.5 h', '3 days')
    """
    if seconds < _HOUR_S:
        return f"{int(seconds // _MINUTE_S)} min" if seconds >= _MINUTE_S else f"{seconds:.0f} s"
    if seconds < 2 * _DAY_S:
        return f"{seconds / _HOUR_S:.1f}".removesuffix(".0") + " h"
    return f"{seconds / _DAY_S:.1f}".removesuffix(".0") + " days"


def _ended(text: str) -> str:
    short = " ".join(text.split())
    return short if short.endswith((".", "!", "?", "…")) else f"{short}."
