"""Who a person is decides what it may do; a role that nobody knows decides nothing."""

from __future__ import annotations

from dashboards.security.scope import Role, roles_of


def test_an_unknown_role_grants_nothing() -> None:
    assert roles_of(["viewer", "emperor"]) == {Role.VIEWER}
