"""Signing in and out, and choosing a new password."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from homepot.access import audit
from homepot.access.caller import Actor, Caller
from homepot.access.fields import username_key
from homepot.access.identity.service import SECRET_LENGTH_MAX, Identity
from homepot.access.password_desk import PasswordDesk
from homepot.access.passwords import password_fault
from homepot.access.permissions import PERMISSIONS_OF, Role
from homepot.access.sign_in import store, throttle
from homepot.access.sign_in.profile import Profile
from homepot.core.database import Connection, Database, enter_tenant
from homepot.core.errors import BadInput, NotSignedIn, TooMany
from homepot.core.log import get_logger
from homepot.core.security import digest, new_secret
from homepot.core.settings import Settings

log = get_logger(__name__)

# Browsers keep no cookie for longer.
BROWSER_KEPT_DAYS = 400
SESSIONS_MAX = 50
KNOWN_BROWSERS_MAX = 50
# The most that `session_idle_max_s` may be.
IDLE_MAX_S = 30 * 24 * 60 * 60


class WrongCredentials(NotSignedIn):
    """The username or the password is wrong."""

    kind = "wrong-credentials"


@dataclass(frozen=True)
class Visit:
    """Where a request comes from, and when."""

    address: str
    request_id: str | None
    now: datetime


@dataclass(frozen=True)
class Door:
    """What the use cases of this room need of the process."""

    database: Database
    desk: PasswordDesk
    settings: Settings


@dataclass(frozen=True)
class NewSession:
    secret: str
    browser_secret: str
    profile: Profile


async def sign_in(
    door: Door,
    visit: Visit,
    *,
    username: str,
    password: str,
    browser_secret: str | None,
    old_session_secret: str | None,
) -> NewSession:
    """Three steps: count the attempt, check the password outside any transaction, let in."""
    key = username_key(username)
    browser = _digest_of(browser_secret)
    async with door.database.system() as tx:
        found = await store.user_to_sign_in(tx, key)
        # Asked for unknown users too, so that both take the same road.
        is_known = await store.knows_browser(tx, found.id if found else 0, browser)
        counters = throttle.counters(
            key, browser if is_known else None, visit.address, door.settings
        )
        await _count(tx, counters, visit, door.settings)
    usable = found if found is not None and _may_sign_in(found, visit.now) else None
    fits = await door.desk.verify(password, usable.password_hash if usable else None)
    if usable is None or not fits:
        _say_refused(visit)
        raise WrongCredentials
    async with door.database.system() as tx:
        again = await store.user_to_sign_in(tx, key, lock=True)
        if again is None or again != usable:
            raise WrongCredentials
        await _forgive(tx, counters)
        if old_session_secret is not None:
            await store.end_session(tx, _digest_of(old_session_secret))
        kept = browser_secret if is_known and browser_secret else new_secret("hb")
        await store.note_sign_in(tx, again.id, visit.now)
        session = await _let_in(tx, door.settings, visit, again.id, kept)
        caller = await _as_user(tx, visit, session.profile)
        await audit.record(caller, action="session.started", object_=f"user:{again.id}")
    return session


async def sign_out(caller: Caller) -> None:
    assert caller.session_id is not None, "the guard lets in sessions alone"
    await store.end_session_by_id(caller.tx, caller.session_id)
    await audit.record(caller, action="session.ended", object_=f"user:{caller.user_id}")


async def change_password(
    door: Door, visit: Visit, identity: Identity, *, current: str, new: str
) -> NewSession:
    """Everywhere else the user is signed out; here with a fresh session."""
    async with door.database.system() as tx:
        # A stolen session must not become a place to guess the password.
        place = f"session {identity.session_id}"
        counters = throttle.counters(
            identity.actor.name, place.encode(), visit.address, door.settings
        )
        await _count(tx, counters, visit, door.settings)
        stored = await store.password_hash_of(tx, identity.user_id)
        profile = await store.profile(tx, identity.user_id)
    if not await door.desk.verify(current, stored):
        raise BadInput("This is not your current password.", at="body.current_password")
    fault = password_fault(new, username=profile.username, name=profile.name)
    if fault is None and new == current:
        fault = "it is the same as before"
    if fault is not None:
        raise BadInput(f"This password is not taken: {fault}.", at="body.new_password")
    hashed = await door.desk.hash(new)
    async with door.database.system() as tx:
        if not await store.replace_password(tx, identity.user_id, old=stored, new=hashed):
            raise BadInput("This is not your current password.", at="body.current_password")
        await _forgive(tx, counters)
        await end_everything_of(tx, identity.user_id)
        session = await _let_in(tx, door.settings, visit, identity.user_id, new_secret("hb"))
        caller = await _as_user(tx, visit, session.profile)
        await audit.record(caller, action="user.password_changed", object_=f"user:{caller.user_id}")
    return session


async def profile_of(caller: Caller) -> Profile:
    assert caller.user_id is not None, "people and tokens belong to a user"
    return await store.profile(caller.tx, caller.user_id)


async def end_everything_of(tx: Connection, user_id: int) -> int:
    """Sign a user out everywhere; the number of sessions that ended."""
    await store.forget_browsers_of(tx, user_id)
    return await store.end_sessions_of(tx, user_id)


async def clean_up(database: Database, now: datetime) -> None:
    """Forget what has ended: sessions, counted attempts, browsers not seen for long."""
    async with database.system() as tx:
        await store.clean_up(
            tx,
            now=now,
            unused_since=now - timedelta(seconds=IDLE_MAX_S),
            browser_unused_since=now - timedelta(days=BROWSER_KEPT_DAYS),
        )


def _digest_of(secret: str | None) -> bytes:
    """Of something a client sent: an overlong one is nobody's."""
    return digest(secret if secret is not None and len(secret) <= SECRET_LENGTH_MAX else "")


def _may_sign_in(found: store.SignInRow, now: datetime) -> bool:
    expired = found.password_expires_at is not None and found.password_expires_at <= now
    return found.deactivated_at is None and not expired


async def _count(
    tx: Connection, counters: list[throttle.Counter], visit: Visit, settings: Settings
) -> None:
    end = throttle.window_end(visit.now, settings)
    for counter in counters:
        failures, ends_at = await store.count_attempt(tx, counter.key, visit.now, end)
        wait_s = throttle.wait_s(counter, failures, ends_at, visit.now)
        if wait_s > 0:
            log.warning(
                "Too many failed sign-ins from one place; it has to wait.",
                action="sign_in.throttled",
                address=visit.address,
            )
            raise TooMany(
                "Too many failed attempts came from here; try again in"
                f" {max(1, round(wait_s / 60))} min.",
                retry_after_s=wait_s,
            )


async def _forgive(tx: Connection, counters: list[throttle.Counter]) -> None:
    for counter in counters:
        if counter.forgiven:
            await store.forget_attempts(tx, counter.key)
        else:
            await store.take_back_attempt(tx, counter.key)


def _say_refused(visit: Visit) -> None:
    # Without the name: people type their password into the wrong field.
    log.info("A sign-in was refused.", action="sign_in.refused", address=visit.address)


async def _let_in(
    tx: Connection, settings: Settings, visit: Visit, user_id: int, browser_secret: str
) -> NewSession:
    secret = new_secret("hs")
    profile = await store.profile(tx, user_id)
    await store.add_session(
        tx,
        tenant_id=profile.tenant_id,
        user_id=user_id,
        secret_digest=digest(secret),
        now=visit.now,
        expires_at=visit.now + timedelta(seconds=settings.session_life_max_s),
    )
    await store.remember_browser(
        tx,
        tenant_id=profile.tenant_id,
        user_id=user_id,
        secret_digest=digest(browser_secret),
        now=visit.now,
    )
    # A script that signs in every minute must not fill the tables.
    await store.end_oldest_sessions(tx, user_id, kept_max=SESSIONS_MAX)
    await store.forget_oldest_browsers(tx, user_id, kept_max=KNOWN_BROWSERS_MAX)
    return NewSession(secret, browser_secret, profile)


async def _as_user(tx: Connection, visit: Visit, profile: Profile) -> Caller:
    await enter_tenant(tx, profile.tenant_id)
    role = Role(profile.role)
    return Caller(
        tx=tx,
        tenant_id=profile.tenant_id,
        actor=Actor("user", profile.id, profile.username),
        role=role,
        permissions=PERMISSIONS_OF[role],
        request_id=visit.request_id,
        address=visit.address,
        user_id=profile.id,
    )
