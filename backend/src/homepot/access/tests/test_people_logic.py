import pytest

from homepot.access.people.logic import Standing, UserChange, refusal
from homepot.access.permissions import Role

ADMIN = Standing(1, Role.ADMIN, active=True)


@pytest.mark.parametrize(
    "change", [UserChange(role=Role.VIEWER), UserChange(active=False), UserChange("x", Role.VIEWER)]
)
def test_the_last_admin_stays(change: UserChange) -> None:
    why = refusal(ADMIN, change, by_user_id=2, active_admins=1)
    assert why is not None
    assert "last active admin" in why
    assert refusal(ADMIN, change, by_user_id=2, active_admins=2) is None


def test_nobody_deactivates_themselves() -> None:
    why = refusal(ADMIN, UserChange(active=False), by_user_id=1, active_admins=5)
    assert why is not None
    assert "yourself" in why


def test_an_admin_may_step_down_while_another_stays() -> None:
    step_down = UserChange(role=Role.OPERATOR)
    assert refusal(ADMIN, step_down, by_user_id=1, active_admins=2) is None


@pytest.mark.parametrize(
    ("standing", "change"),
    [
        (ADMIN, UserChange(name="New name")),
        (ADMIN, UserChange(role=Role.ADMIN, active=True)),
        (Standing(2, Role.VIEWER, active=True), UserChange(active=False)),
        (Standing(2, Role.ADMIN, active=False), UserChange(role=Role.VIEWER)),
        (Standing(2, Role.ADMIN, active=False), UserChange(active=True)),
    ],
)
def test_what_leaves_the_last_admin_alone_is_allowed(
    standing: Standing, change: UserChange
) -> None:
    assert refusal(standing, change, by_user_id=9, active_admins=1) is None
