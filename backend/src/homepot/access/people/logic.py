"""What may be changed about a user. Pure."""

from dataclasses import dataclass

from homepot.access.permissions import Role

# Users that are programs of the product's own: nobody signs in as one of them.
SIMULATOR = "homepot-simulator"
PROGRAMS = frozenset({SIMULATOR})


@dataclass(frozen=True)
class UserChange:
    """None leaves as it is."""

    name: str | None = None
    role: Role | None = None
    active: bool | None = None


@dataclass(frozen=True)
class Standing:
    """What counts for the decision."""

    user_id: int
    role: Role
    active: bool


def refusal(
    standing: Standing, change: UserChange, *, by_user_id: int | None, active_admins: int
) -> str | None:
    """Why this change may not be made; None when it may."""
    if change.active is False and standing.user_id == by_user_id:
        return "You cannot deactivate yourself; another admin can."
    was_admin = standing.active and standing.role is Role.ADMIN
    active = standing.active if change.active is None else change.active
    role = standing.role if change.role is None else change.role
    stays_admin = active and role is Role.ADMIN
    if was_admin and not stays_admin and active_admins <= 1:
        return "This is the last active admin; make somebody else an admin first."
    return None
