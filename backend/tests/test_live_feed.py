"""From a committed change to an open dashboard, on real PostgreSQL."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from homepot.core.clock import now
from homepot.core.database import Database
from homepot.core.live import (
    KEPT_FOR,
    QUEUE_MAX,
    LiveFeed,
    Subscription,
    announce,
    announce_many,
    forget_old,
)
from homepot.core.process import feeding
from homepot.core.tables import tenants


@pytest.fixture
async def two_tenants(db: Database) -> tuple[int, int]:
    async with db.system() as tx:
        ids = [
            (await tx.execute(tenants.insert().values(name=n).returning(tenants.c.id))).scalar_one()
            for n in ("Harbour", "Mill")
        ]
    return ids[0], ids[1]


async def _somebody_listens(db: Database) -> bool:
    """Asked as the login role, which alone may see what its own connections are doing."""
    async with db.engine.connect() as bare:
        found = await bare.execute(
            text(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            )
        )
        return bool(found.scalar_one())


async def the_next(subscription: Subscription) -> dict[str, object]:
    async with asyncio.timeout(10):
        event, _ = await subscription.queue.get()
    return event.data


async def test_a_change_reaches_its_own_tenant_and_no_other(
    db: Database, two_tenants: tuple[int, int]
) -> None:
    mine, theirs = two_tenants
    feed = LiveFeed(db)
    async with feeding(feed):
        with feed.subscribe(mine) as my_view, feed.subscribe(theirs) as their_view:
            async with db.tenant(theirs) as tx:
                await announce(tx, theirs, "site.changed", {"site_id": "theirs"})
            async with db.tenant(mine) as tx:
                await announce(tx, mine, "site.changed", {"site_id": "mine"})
            assert await the_next(my_view) == {"site_id": "mine"}
            assert await the_next(their_view) == {"site_id": "theirs"}
            assert my_view.queue.empty()


async def test_what_is_rolled_back_is_never_announced(
    db: Database, two_tenants: tuple[int, int]
) -> None:
    mine, _ = two_tenants
    feed = LiveFeed(db)
    async with feeding(feed):
        with feed.subscribe(mine) as view:
            with pytest.raises(RuntimeError):
                async with db.tenant(mine) as tx:
                    await announce(tx, mine, "site.changed", {"n": 1})
                    raise RuntimeError
            async with db.system() as tx:
                await announce_many(
                    tx, [(mine, "site.changed", {"n": 2}), (mine, "site.changed", {"n": 3})]
                )
            assert await the_next(view) == {"n": 2}
            assert await the_next(view) == {"n": 3}


async def test_a_slow_transaction_is_not_skipped(
    db: Database, two_tenants: tuple[int, int]
) -> None:
    """The slow one takes its id first and commits last; a reader of ids alone would lose it."""
    mine, _ = two_tenants
    feed = LiveFeed(db)
    async with feeding(feed):
        with feed.subscribe(mine) as view:
            async with db.tenant(mine) as slow:
                await announce(slow, mine, "site.changed", {"n": "slow"})
                async with db.tenant(mine) as quick:
                    await announce(quick, mine, "site.changed", {"n": "quick"})
                assert await the_next(view) == {"n": "quick"}
            assert await the_next(view) == {"n": "slow"}
            assert view.queue.empty()


async def test_after_sleep_what_was_missed_is_replayed(
    db: Database, two_tenants: tuple[int, int]
) -> None:
    mine, theirs = two_tenants
    feed = LiveFeed(db)
    token, missed = await feed.replay(mine, None)
    assert missed == []
    async with db.tenant(mine) as tx:
        await announce(tx, mine, "site.changed", {"n": 1})
    async with db.tenant(theirs) as tx:
        await announce(tx, theirs, "site.changed", {"n": 2})
    later, missed = await feed.replay(mine, str(token))
    assert missed is not None
    assert [event.data for event in missed] == [{"n": 1}]
    assert (await feed.replay(mine, str(later)))[1] == []


@pytest.mark.parametrize("token", ["", "x", "12", "-5-5", "9999999999999999-1", "1-1", "٣-٣"])
async def test_a_token_that_cannot_be_honoured_means_load_anew(
    db: Database, two_tenants: tuple[int, int], token: str
) -> None:
    assert (await LiveFeed(db).replay(two_tenants[0], token))[1] is None


async def test_old_events_are_forgotten(db: Database, two_tenants: tuple[int, int]) -> None:
    async with db.tenant(two_tenants[0]) as tx:
        await announce(tx, two_tenants[0], "site.changed", {})
    await forget_old(db, now())
    async with db.system() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM live_events"))).scalar_one() == 1
    await forget_old(db, now() + KEPT_FOR + timedelta(seconds=1))
    async with db.system() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM live_events"))).scalar_one() == 0


async def test_a_viewer_that_cannot_keep_up_is_reset(
    db: Database, two_tenants: tuple[int, int]
) -> None:
    mine, _ = two_tenants
    feed = LiveFeed(db)
    async with feeding(feed):
        with feed.subscribe(mine) as view:
            async with db.system() as tx:
                many = [(mine, "site.changed", {"n": n}) for n in range(QUEUE_MAX + 1)]
                await announce_many(tx, many)
            async with asyncio.timeout(10):
                while not view.overrun:
                    await asyncio.sleep(0.01)
            async with db.tenant(mine) as tx:
                await announce(tx, mine, "site.changed", {"n": "after"})
            assert await the_next(view) == {"n": "after"}


async def test_the_feed_survives_the_loss_of_its_connection(
    db: Database, two_tenants: tuple[int, int]
) -> None:
    mine, _ = two_tenants
    feed = LiveFeed(db)
    async with feeding(feed):
        with feed.subscribe(mine) as view:
            async with asyncio.timeout(10):
                while not await _somebody_listens(db):
                    pass
            async with db.engine.connect() as bare:
                await bare.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
                    )
                )
            async with db.tenant(mine) as tx:
                await announce(tx, mine, "site.changed", {"n": "after the loss"})
            assert await the_next(view) == {"n": "after the loss"}
