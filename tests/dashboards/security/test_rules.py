"""Rules of a site's sign-in are checked before they are kept."""

from __future__ import annotations

from typing import Any

import pytest

from dashboards.security.rules import SignInRules, is_within, networks_of, rules_of
from dashboards.security.scope import Role
from energy.base.errors import RefusedError

OFFICE = {"addresses": {"admin": ["10.1.0.0/16", "2001:db8::/32"]}}


def test_a_site_without_rules_asks_approvers_and_administrators_for_a_second_factor() -> None:
    rules = rules_of({})
    assert rules == SignInRules()
    assert [role for role in Role if rules.wants_factor({role})] == [
        Role.BILLING_APPROVER,
        Role.ADMIN,
    ]


@pytest.mark.parametrize(
    ("address", "holds"),
    [
        ("10.1.2.3", True),
        ("10.2.0.1", False),
        ("2001:db8::7", True),
        ("::ffff:10.1.2.3", True),
        ("", False),
        ("no address", False),
    ],
)
def test_a_role_holds_within_its_ranges_alone(address: str, holds: bool) -> None:
    held = rules_of(OFFICE).holding({Role.ADMIN, Role.VIEWER}, address)
    assert held == ({Role.ADMIN, Role.VIEWER} if holds else {Role.VIEWER})


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"second": []}, "second"),
        ({"second_factor": ["king"]}, "king"),
        ({"second_factor": "admin"}, "admin"),
        ({"addresses": {"admin": "10.1.0.0/16"}}, "10.1.0.0/16"),
        ({"addresses": {"admin": ["10.1.0.1/16"]}}, "10.1.0.1/16"),
        ({"addresses": {"king": []}}, "king"),
        ({"addresses": []}, "addresses"),
        ({"lock_failures": 0}, "3 to 100"),
        ({"lock_min": True}, "1 to 10080"),
    ],
)
def test_a_rule_that_is_none_is_refused(document: dict[str, Any], said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        rules_of(document)


def test_no_range_holds_nobody() -> None:
    assert not is_within("10.1.2.3", networks_of([]))
