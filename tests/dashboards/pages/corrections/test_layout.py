"""A correction is decided by a second person, and its page shows old, new and difference."""

from __future__ import annotations

import pytest

from billing.corrections.errors import OwnCorrectionError
from dashboards.pages.acts import perform
from dashboards.pages.corrections.acts import ACCEPT, REJECT
from dashboards.pages.router import page_for
from dashboards.security.scope import Role
from energy.base.errors import EnergyError, NotPermittedError
from tests.dashboards.pages.money.test_acts import offered, site_of
from tests.dashboards.test_pages import nodes, parts, viewer

NAME = "CAM-2026-00002/1"
PATH = f"/bills/corrections/{NAME}"


@pytest.mark.parametrize("role", list(Role))
def test_only_an_approver_is_offered_a_decision_and_may_take_it(role: Role) -> None:
    given = parts()
    approver = role is Role.BILLING_APPROVER
    assert offered(given, role, PATH) == ({ACCEPT, REJECT} if approver else set())
    for act in (ACCEPT, REJECT):
        if not approver:
            with pytest.raises(NotPermittedError):
                perform(given, viewer(role), {"act": act, "about": NAME}, {"why": "seen"})
    assert site_of(given).decided.all == []


def test_accepted_twice_is_accepted_once_and_offered_no_more() -> None:
    given, approver = parts(), viewer(Role.BILLING_APPROVER)
    for _ in range(2):
        said = perform(given, approver, {"act": ACCEPT, "about": NAME}, {"why": ""})
    assert NAME in said
    assert site_of(given).decided.all == [(NAME, "applied", "")]
    assert offered(given, Role.BILLING_APPROVER, PATH) == set()


def test_a_rejection_needs_a_reason_and_one_s_own_is_refused() -> None:
    given, approver = parts(), viewer(Role.BILLING_APPROVER)
    with pytest.raises(EnergyError, match="reason"):
        perform(given, approver, {"act": REJECT, "about": NAME}, {"why": ""})
    site_of(given).raised_by = approver.scope.person
    with pytest.raises(OwnCorrectionError):
        perform(given, approver, {"act": ACCEPT, "about": NAME}, {"why": "mine"})
    assert site_of(given).decided.all == []


def test_the_page_shows_before_after_and_difference() -> None:
    shown = [n for n in nodes(page_for(parts(), viewer(Role.ADMIN), PATH)) if isinstance(n, str)]
    for word in ("12,480.210", "12,334.6", "2,674.51", "2,643.31", "-£31.20", "1/3", "2026-06-02"):
        assert word in shown
