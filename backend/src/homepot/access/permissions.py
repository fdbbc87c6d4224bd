"""Who may do what. Pure: two enums and the table between them."""

from collections.abc import Iterable
from enum import StrEnum


class Permission(StrEnum):
    FLEET_READ = "fleet:read"
    FLEET_WRITE = "fleet:write"
    FLEET_ENROL = "fleet:enrol"
    COMMANDS_ISSUE = "commands:issue"
    INCIDENTS_WRITE = "incidents:write"
    USERS_MANAGE = "users:manage"
    TOKENS_OWN = "tokens:own"
    AUDIT_READ = "audit:read"
    TELEMETRY_WRITE = "telemetry:write"
    SETTINGS_WRITE = "settings:write"
    ALERTS_WRITE = "alerts:write"
    OPERATION_READ = "operation:read"


class Role(StrEnum):
    """The strongest first."""

    ADMIN = "admin"
    OPERATOR = "operator"
    INSTALLER = "installer"
    VIEWER = "viewer"


_VIEWER = frozenset({Permission.FLEET_READ, Permission.TOKENS_OWN})
_INSTALLER = _VIEWER | {Permission.FLEET_ENROL}
_OPERATOR = _INSTALLER | {
    Permission.FLEET_WRITE,
    Permission.COMMANDS_ISSUE,
    Permission.INCIDENTS_WRITE,
    Permission.TELEMETRY_WRITE,
    Permission.ALERTS_WRITE,
}

PERMISSIONS_OF: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.INSTALLER: _INSTALLER,
    Role.OPERATOR: _OPERATOR,
    Role.ADMIN: frozenset(Permission),
}


def permissions_of_token(role: Role, scopes: Iterable[str]) -> frozenset[Permission]:
    """What a token may: its scopes, and of those only what its owner may today.

    A scope this version does not know any more opens nothing.
    """
    return frozenset(one for one in PERMISSIONS_OF[role] if one.value in set(scopes))
