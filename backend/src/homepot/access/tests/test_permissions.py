from itertools import pairwise

from homepot.access.permissions import PERMISSIONS_OF, Permission, Role, permissions_of_token


def test_each_role_may_all_that_the_next_may_and_more() -> None:
    for stronger, weaker in pairwise(Role):
        assert PERMISSIONS_OF[stronger] > PERMISSIONS_OF[weaker]


def test_the_roles_may_what_was_promised() -> None:
    assert PERMISSIONS_OF[Role.VIEWER] == {Permission.FLEET_READ, Permission.TOKENS_OWN}
    assert PERMISSIONS_OF[Role.INSTALLER] - PERMISSIONS_OF[Role.VIEWER] == {Permission.FLEET_ENROL}
    assert PERMISSIONS_OF[Role.OPERATOR] - PERMISSIONS_OF[Role.INSTALLER] == {
        Permission.ALERTS_WRITE,
        Permission.FLEET_WRITE,
        Permission.COMMANDS_ISSUE,
        Permission.INCIDENTS_WRITE,
        Permission.TELEMETRY_WRITE,
    }
    assert PERMISSIONS_OF[Role.ADMIN] == set(Permission)


def test_a_token_may_what_both_its_scopes_and_its_owner_may() -> None:
    scopes = ["fleet:read", "users:manage", "of:yesterday"]
    assert permissions_of_token(Role.VIEWER, scopes) == {Permission.FLEET_READ}
    assert permissions_of_token(Role.ADMIN, scopes) == {
        Permission.FLEET_READ,
        Permission.USERS_MANAGE,
    }
    assert permissions_of_token(Role.ADMIN, []) == frozenset()
