from datetime import UTC, datetime, timedelta

from homepot.access.identity.lifetimes import needs_touch, session_is_live, token_is_live

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_session_ends_when_idle_or_old() -> None:
    assert session_is_live(NOW, NOW - 59 * SECOND, NOW + SECOND, idle_max_s=60)
    assert not session_is_live(NOW, NOW - 60 * SECOND, NOW + SECOND, idle_max_s=60)
    assert not session_is_live(NOW, NOW, NOW, idle_max_s=60)


def test_a_token_ends_when_expired_or_revoked() -> None:
    assert token_is_live(NOW, NOW + SECOND, None)
    assert not token_is_live(NOW, NOW, None)
    assert not token_is_live(NOW, NOW + SECOND, NOW)


def test_a_use_is_noted_once_a_minute() -> None:
    assert needs_touch(NOW, None)
    assert not needs_touch(NOW, NOW - 59 * SECOND)
    assert needs_touch(NOW, NOW - 60 * SECOND)
