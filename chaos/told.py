"""What became of what went wrong: anomalies, incidents, alerts; and whether that is right.

The questions go to PostgreSQL itself; `judge` is pure.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg

from chaos.judge import Violation

_ANOMALIES = """
    SELECT a.id, d.public_id, a.muted, a.ended_at IS NOT NULL, ia.incident_id
    FROM ai_anomaly_logs a JOIN devices d ON d.id = a.device_id
        LEFT JOIN incident_anomalies ia ON ia.anomaly_id = a.id
"""
_INCIDENTS = """
    SELECT i.id, i.public_id, d.public_id, i.state,
        (SELECT count(*) FROM incident_history h WHERE h.incident_id = i.id AND h.what = 'opened')
    FROM incidents i LEFT JOIN devices d ON d.id = i.device_id
"""
_NOTICES = """
    SELECT al.incident_id, c.name, n.what, n.severity, n.episode, d.public_id
    FROM alert_notices n JOIN alerts al ON al.id = n.alert_id
        JOIN alert_channels c ON c.id = n.channel_id JOIN alert_deliveries d ON d.id = n.delivery_id
"""
_DELIVERIES = """
    SELECT d.public_id, c.name, d.state, count(t.number)
    FROM alert_deliveries d JOIN alert_channels c ON c.id = d.channel_id
        LEFT JOIN alert_attempts t ON t.delivery_id = d.id
    GROUP BY 1, 2, 3
"""


class Anomaly(NamedTuple):
    id: int
    device_id: str
    muted: str | None
    is_over: bool
    incident: int | None

    @property
    def is_loud(self) -> bool:
        return self.muted is None


class Incident(NamedTuple):
    id: int
    public_id: str
    device_id: str | None
    state: str
    opened: int


class Notice(NamedTuple):
    incident_id: str
    channel: str
    what: str
    severity: str
    episode: int
    delivery: str


class Delivery(NamedTuple):
    id: str
    channel: str
    state: str
    attempts: int


@dataclass(frozen=True)
class Told:
    """All there is to know of it in the database at one moment."""

    anomalies: Sequence[Anomaly]
    incidents: Sequence[Incident]
    notices: Sequence[Notice]
    deliveries: Sequence[Delivery]

    def waits(self, patients: Collection[str], channels: Collection[str]) -> list[str]:
        """What has not come to its end yet, in words."""
        found = [f"nobody noticed {one}" for one in sorted(set(patients) - self.noticed())]
        found += [f"{one.id} is {one.state}" for one in self.deliveries if one.state != "sent"]
        found += [f"{words} was not told" for words in self._untold(channels)]
        return found

    def noticed(self) -> set[str]:
        return {one.device_id for one in self.anomalies if one.is_loud}

    def _untold(self, channels: Collection[str]) -> Iterator[str]:
        heard = {(one.incident_id, one.channel) for one in self.notices}
        for incident in self.incidents:
            for channel in channels:
                if incident.state == "open" and (incident.public_id, channel) not in heard:
                    yield f"{incident.public_id} by {channel}"


def ask(connection: psycopg.Connection[Any]) -> Told:
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL ROLE homepot_system")

        anomalies, incidents, notices, deliveries = (
            connection.execute(query).fetchall()
            for query in (_ANOMALIES, _INCIDENTS, _NOTICES, _DELIVERIES)
        )
    return Told(
        [Anomaly(*row) for row in anomalies],
        [Incident(*row) for row in incidents],
        [Notice(*row) for row in notices],
        [Delivery(*row) for row in deliveries],
    )


def judge(
    told: Told,
    came: Mapping[str, Mapping[str, int]],
    seen: Collection[str],
    patients: Collection[str],
) -> list[Violation]:
    """`came`: by channel, how often each delivery arrived; `seen`: incidents that were there once.

    A delivery may arrive again under its id where a kill came between sending it and noting that:
    then it was tried more than once, which is on record. Anything else is an alert doubled.
    """
    return [*_of_incidents(told, seen, patients), *_of_alerts(told, came)]


def repeated(came: Mapping[str, Mapping[str, int]]) -> int:
    """Arrivals beyond the first, all under the id of the first."""
    return sum(times - 1 for one in came.values() for times in one.values())


def _of_incidents(
    told: Told, seen: Collection[str], patients: Collection[str]
) -> Iterator[Violation]:
    there = {one.public_id for one in told.incidents}
    for lost in sorted(set(seen) - there):
        yield Violation("incident lost", f"{lost} was there and is not any more")
    for one in told.anomalies:
        if one.is_loud and one.incident is None:
            yield Violation("anomaly alone", f"{one.id} of {one.device_id} is in no incident")
    for device_id in sorted(set(patients) - told.noticed()):
        kept = [
            f"{one.muted}{' and over' if one.is_over else ''}"
            for one in told.anomalies
            if one.device_id == device_id
        ]
        words = f"{device_id} is ill and nothing says so (kept to itself: {', '.join(kept) or '-'})"
        yield Violation("unnoticed", words)
    own = Counter(i.device_id for i in told.incidents if i.device_id and i.state != "merged")
    for device_id in sorted(patients):
        if own[device_id] > 1:
            words = f"{device_id} has {own[device_id]} incidents of one trouble"
            yield Violation("incident doubled", words)
    for incident in told.incidents:
        if incident.opened != 1:
            words = f"{incident.public_id} was opened {incident.opened} times"
            yield Violation("incident doubled", words)


def _of_alerts(told: Told, came: Mapping[str, Mapping[str, int]]) -> Iterator[Violation]:
    said = Counter(notice[:5] for notice in told.notices)
    for notice, times in said.items():
        if times > 1:
            yield Violation("alert doubled", f"{notice} stands in {times} messages")
    channels = {one.channel for one in told.deliveries}
    for words in told.waits((), channels):
        yield Violation("alert lost", words)
    known = {(one.channel, one.id): one for one in told.deliveries}
    for delivery in told.deliveries:
        arrived = came.get(delivery.channel, {}).get(delivery.id, 0)
        if delivery.state == "sent" and not arrived:
            yield Violation("alert lost", f"{delivery.id} is sent and did not arrive")
        if arrived > delivery.attempts:
            words = f"{delivery.id} arrived {arrived} times in {delivery.attempts} attempts"
            yield Violation("alert doubled", words)
    for channel, deliveries in came.items():
        for delivery_id in deliveries:
            if (channel, delivery_id) not in known:
                words = f"{delivery_id} arrived by {channel} and is nowhere in the log"
                yield Violation("alert doubled", words)
