"""Memory of incidents on the real database, with the real Chroma and the model that ships."""

from datetime import timedelta

import httpx
import numpy as np
import pytest
from sqlalchemy import text
from tests.remembered import DISK, FAN, FULL, NOON, WARM, Owner, signature

from homepot.ai.device_memory.index import Kind
from homepot.ai.device_memory.keeping import Keeper
from homepot.ai.device_memory.patterns import (
    CUT,
    NOTE_CHARACTERS_MAX,
    IncidentPattern,
)
from homepot.ai.device_memory.signature import Signature
from homepot.core.errors import BadInput, NotFound

# -- keeping and finding ----------------------------------------------------------------------


@pytest.mark.parametrize("with_chroma", [True, False], ids=["chroma", "exactly"])
async def test_what_looked_alike_is_found_with_what_helped(
    owner: Owner, keeper: Keeper, with_chroma: bool
) -> None:
    if with_chroma:
        await keeper.look()
    await owner.save(FAN, DISK)
    if with_chroma:
        await keeper.look()
    answer = await owner.ask(signature=signature(temperature_celsius=2.0, hours=3))
    assert [match.pattern.incident_id for match in answer.matches] == ["inc_fan"]
    assert answer.recommendation is not None
    assert answer.recommendation.resolution == "Fitted a new fan motor"
    assert answer.recommendation.incident_ids == ["inc_fan"]
    assert (answer.warning is None) == with_chroma


async def test_the_plan_in_its_own_words(owner: Owner) -> None:
    async with owner.caller() as caller:
        saved = await owner.memory.save_incident_pattern(
            caller,
            IncidentPattern(
                "Sensor 1234 temperature spike to 85°C followed by cooling system activation"
            ),
        )
    assert saved.is_new
    assert await owner.ids("sensor temperature anomaly") == [saved.incident_id]
    async with owner.caller() as caller:
        found = await owner.memory.incident(caller, saved.incident_id)
    assert found.category == "temperature"


async def test_nothing_similar_is_an_answer(owner: Owner) -> None:
    await owner.save(FAN, DISK)
    answer = await owner.ask(signature=signature("gateway", 2, packet_loss_percent=6.0))
    assert (answer.matches, answer.recommendation) == ([], None)
    assert answer.nearest_score is not None
    assert answer.nearest_score < 0.5
    assert (await owner.ask("a unicorn in the car park")).matches == []


async def test_the_resolution_that_worked_most_is_recommended(owner: Owner) -> None:
    def case(number: int, resolution: str, effective: bool | None) -> IncidentPattern:
        return IncidentPattern(
            "Cold store warm", f"inc_{number}", resolution=resolution, effective=effective,
            signature=WARM,
        )  # fmt: skip

    await owner.save(
        case(1, "Reset the controller", False),
        case(2, "Reset the controller.", False),
        case(3, "reset the controller", True),
        case(4, "Replaced the evaporator fan", True),
        case(5, "Replaced the evaporator fan.", True),
        case(6, "Waited", None),
    )
    recommendation = (await owner.ask(signature=WARM)).recommendation
    assert recommendation is not None
    assert recommendation.resolution.rstrip(".") == "Replaced the evaporator fan"
    assert (recommendation.worked, recommendation.tried) == (2, 2)
    assert sorted(recommendation.incident_ids) == ["inc_4", "inc_5"]


async def test_the_same_incident_again_is_told_anew_not_twice(owner: Owner, keeper: Keeper) -> None:
    await keeper.look()
    await owner.save(FAN)
    await keeper.look()
    await owner.save(
        IncidentPattern("Card reader dead", "inc_fan", signature=signature(transaction_count=-2))
    )
    assert await owner.ids(signature=WARM) == []  # before the index has heard of it
    await keeper.look()
    assert await owner.ids("card reader dead") == ["inc_fan"]
    assert owner.memory.index is not None
    assert owner.memory.index.count(owner.tenant_id, Kind.HISTORY) == 1


async def test_an_incident_is_not_its_own_likeness_nor_known_before_its_end(owner: Owner) -> None:
    await owner.save(FAN)
    assert await owner.ids(signature=WARM) == ["inc_fan"]
    assert await owner.ids(signature=WARM, without="inc_fan") == []
    assert await owner.ids(signature=WARM, known_by=NOON + timedelta(hours=1)) == []
    assert await owner.ids(signature=WARM, known_by=NOON + timedelta(hours=4)) == ["inc_fan"]


async def test_what_is_deleted_is_gone_everywhere(
    owner: Owner, keeper: Keeper, admin: httpx.AsyncClient, estate
) -> None:
    agent = await estate.agent()
    await keeper.look()
    await owner.save(FAN, IncidentPattern("Disk full", "inc_2", agent.device_id, signature=FULL))
    await keeper.look()
    index = owner.memory.index
    assert index is not None
    async with owner.caller() as caller:
        await owner.memory.forget(caller, "inc_fan")
        with pytest.raises(NotFound):
            await owner.memory.forget(caller, "inc_fan")
    assert [index.count(owner.tenant_id, kind) for kind in Kind] == [1, 1]
    # With its device, past all of our code: the next look finds it out.
    async with owner.db.system() as tx:
        await tx.execute(text("DELETE FROM ai_incident_patterns WHERE device_id IS NOT NULL"))
    assert await owner.ids("disk full") == []
    await keeper.look()
    assert [index.count(owner.tenant_id, kind) for kind in Kind] == [0, 0]


# -- tenants ----------------------------------------------------------------------------------


@pytest.mark.parametrize("with_chroma", [True, False], ids=["chroma", "exactly"])
async def test_tenants_never_see_each_others_incidents(
    owner: Owner, neighbour: Owner, keeper: Keeper, with_chroma: bool
) -> None:
    await owner.save(FAN)
    await neighbour.save(DISK)
    if with_chroma:
        await keeper.look()
    assert await owner.ids(signature=FULL) == await owner.ids("disk filling up") == []
    assert await neighbour.ids(signature=FULL) == ["inc_disk"]
    async with owner.caller() as caller:
        with pytest.raises(NotFound):
            await owner.memory.incident(caller, "inc_disk")
        with pytest.raises(NotFound):
            await owner.memory.forget(caller, "inc_disk")


async def test_a_strangers_vector_in_ones_own_collection_shows_nothing(
    owner: Owner, neighbour: Owner, keeper: Keeper
) -> None:
    """Even an index that mixes everything up proposes rows only, which are read as the asker."""
    await owner.save(FAN)
    await keeper.look()
    index = owner.memory.index
    assert index is not None
    async with owner.db.system() as tx:
        row = (await tx.execute(text("SELECT id, shape FROM ai_incident_patterns"))).one()
    index.put(
        neighbour.tenant_id, Kind.PATTERNS, {row.id: np.frombuffer(row.shape, dtype=np.float32)}
    )
    assert await neighbour.ids(signature=WARM) == []


# -- what is refused, and what is cut ---------------------------------------------------------


async def test_a_long_note_is_cut_and_says_so(owner: Owner) -> None:
    async with owner.caller() as caller:
        long = IncidentPattern("Kühlung ausgefallen 冷蔵庫 " + "x" * 1_000_000, "inc_long")
        saved = await owner.memory.save_incident_pattern(caller, long)
        assert saved.is_cut
        kept = await owner.memory.incident(caller, "inc_long")
    assert len(kept.description) == NOTE_CHARACTERS_MAX
    assert kept.description.endswith(CUT)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (IncidentPattern("a\0b"), "NUL"),
        (IncidentPattern("words", resolution="a\0b"), "NUL"),
        (IncidentPattern("  "), "neither words nor readings"),
        (IncidentPattern("words", severity="dreadful"), "critical, warning, info"),
        (IncidentPattern("words", "i" * 65), "1 to 64"),
        (IncidentPattern("words", started_at=NOON, ended_at=NOON - timedelta(1)), "before"),
    ],
)
async def test_what_cannot_be_an_incident_is_refused_with_the_reason(
    owner: Owner, given: IncidentPattern, why: str
) -> None:
    with pytest.raises(BadInput, match=why):
        await owner.save(given)


async def test_a_device_of_somebody_else_is_no_device(
    owner: Owner, neighbour: Owner, estate
) -> None:
    agent = await estate.agent()
    with pytest.raises(NotFound):
        await neighbour.save(IncidentPattern("words", device_id=agent.device_id))


async def test_a_question_without_words_or_signature_is_refused(owner: Owner) -> None:
    with pytest.raises(BadInput, match="Say what happened"):
        await owner.ask("  ")
    nothing_seen = Signature("iot_sensor", 4.0)
    with pytest.raises(BadInput, match="Say what happened"):
        await owner.ask(signature=nothing_seen)


@pytest.mark.parametrize(
    "words", ["冷蔵庫のファン", "مروحة التبريد", "\ud800", "'; drop table x", "%_\\"]
)
async def test_words_in_any_language_are_asked_without_harm(owner: Owner, words: str) -> None:
    await owner.save(FAN)
    assert (await owner.ask(words)).nearest_score is not None


# -- through the front door -------------------------------------------------------------------


async def test_people_ask_in_words_or_by_an_incident(
    owner: Owner, viewer: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    again = IncidentPattern("Cold room too warm", "inc_now", signature=WARM)
    await owner.save(FAN, DISK, again)
    answer = await viewer.post("/api/ai/similar", json={"text": "the disk is filling up"})
    assert answer.status_code == 200
    (found,) = answer.json()["similar_past_incidents"]
    assert found["incident_id"] == "inc_disk"
    assert found["resolution"] == "Repaired log rotation and purged old logs"
    assert found["effective"]
    by_incident = await viewer.post("/api/ai/similar", json={"incident_id": "inc_now"})
    assert [one["incident_id"] for one in by_incident.json()["similar_past_incidents"]] == [
        "inc_fan"
    ]
    assert by_incident.json()["recommendation"]["worked"] == 1
    assert (await stranger.post("/api/ai/similar", json={"text": "the disk is filling up"})).json()[
        "similar_past_incidents"
    ] == []
    assert (
        await stranger.post("/api/ai/similar", json={"incident_id": "inc_now"})
    ).status_code == 404


@pytest.mark.parametrize(
    "asked", [{}, {"text": "   "}, {"text": "a\0b"}, {"text": "a", "limit": 0}]
)
async def test_what_is_no_question_is_refused(
    viewer: httpx.AsyncClient, asked: dict[str, str | int]
) -> None:
    assert (await viewer.post("/api/ai/similar", json=asked)).status_code == 422
