"""What a list shows of incidents."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from homepot.ai.incidents.schemas import IncidentOut, IncidentPageOut
from homepot.ai.incidents.service import Incident, IncidentPage

AT = datetime(2026, 9, 1, tzinfo=UTC)
OTHERS = {"state": "resolved", "category": "power", "severity": "info", "provenance": "imported",
          "worked": None, "reopened": 0, "started_at": AT, "opened_at": AT, "ended_at": AT,
          "changed_at": AT, "back_since": None}  # fmt: skip


def incident(note: str) -> Any:
    fields = Incident.__dataclass_fields__
    return SimpleNamespace(**(dict.fromkeys(fields, note) | OTHERS))


def test_a_list_has_the_beginning_of_a_long_note_and_the_incident_all_of_it() -> None:
    one = incident("warm " * 20_000)
    (listed,) = IncidentPageOut.of(
        IncidentPage(
            [
                one,
            ],
            None,
        )
    ).items
    assert listed.resolution is not None
    assert [len(note) for note in (listed.description, listed.resolution)] == [4_000, 4_000]
    assert listed.description.endswith("…")
    assert len(IncidentOut.of(one).description) == 100_000
    short = IncidentPageOut.of(IncidentPage([incident("warm")], None)).items[0]
    assert (short.description, short.resolution) == ("warm", "warm")
