"""When a session or a token is still good. Pure: the time is an argument."""

from datetime import datetime, timedelta

# How old `last_used_at` may be before it is written again: reading must not mean writing.
TOUCH_AFTER = timedelta(minutes=1)


def session_is_live(
    now: datetime, last_used_at: datetime, expires_at: datetime, idle_max_s: int
) -> bool:
    return now < expires_at and now - last_used_at < timedelta(seconds=idle_max_s)


def token_is_live(now: datetime, expires_at: datetime, revoked_at: datetime | None) -> bool:
    return now < expires_at and revoked_at is None


def needs_touch(now: datetime, last_used_at: datetime | None) -> bool:
    return last_used_at is None or now - last_used_at >= TOUCH_AFTER
