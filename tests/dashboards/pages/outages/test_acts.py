"""What is typed about an outage reaches the desk once, as the person saw it, or is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dashboards.pages.acts import perform
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import UnknownSubjectError
from dashboards.security.scope import Role
from energy.base.errors import NotPermittedError
from energy.metering.pinned_note import PinnedNoteError
from tests.dashboards.fake_outages import DRAFT
from tests.dashboards.fakes import FakeSite
from tests.dashboards.test_pages import parts, viewer

SAID = {"first": "2026-08-01 06:00", "last": "2026-08-01 09:00", "reason": "new breaker"}


def done(given: Parts) -> list[tuple[str, object]]:
    """Return what was done; each act was waited for, and nothing else."""
    assert isinstance(given.queries, FakeSite)
    assert given.queries.waits == len(given.queries.done)
    return given.queries.done


def press(given: Parts, act: str, about: str, role: Role = Role.DESK, **typed: str) -> str:
    said = perform(given, viewer(role), {"act": act, "about": about}, typed)
    return said if isinstance(said, str) else said.words


def test_an_outage_is_planned_at_the_sites_clock_and_leads_to_its_draft() -> None:
    given = parts()
    said = perform(
        given, viewer(Role.DESK), {"act": "plan-outage", "about": "electricity/f0@7"}, SAID
    )
    assert not isinstance(said, str)
    assert said.links[0][1] == f"/outages/{DRAFT}"
    summer = (datetime(2026, 8, 1, 5, tzinfo=UTC), datetime(2026, 8, 1, 8, tzinfo=UTC))
    assert done(given) == [("plan", ("node:electricity/f0", *summer))]


def test_a_version_is_changed_reviewed_and_cancelled_as_it_was_seen() -> None:
    given = parts()
    about = f"{DRAFT}@2"
    assert "Version 3 waits" in press(given, "change-outage", about, **SAID)
    assert "Notices queued: 3" in press(given, "review-outage", about)
    assert "Notices queued: 3" in press(given, "cancel-outage", about, reason="rain")
    assert done(given) == [
        ("change", (DRAFT, 2)),
        ("review", (DRAFT, 2)),
        ("cancel", (DRAFT, "rain")),
    ]


@pytest.mark.parametrize("act", ["plan-outage", "change-outage", "review-outage", "cancel-outage"])
@pytest.mark.parametrize("role", [Role.VIEWER, Role.KIOSK, Role.BILLING_CLERK, Role.TENANT])
def test_who_may_not_act_is_refused(act: str, role: Role) -> None:
    given = parts()
    about = "electricity/f0@7" if act == "plan-outage" else f"{DRAFT}@1"
    with pytest.raises(NotPermittedError):
        press(given, act, about, role, **SAID)
    assert done(given) == []


@pytest.mark.parametrize(
    ("act", "about"),
    [
        ("plan-outage", "x/f0@7"),
        ("plan-outage", "electricity/f 0@7"),
        ("plan-outage", "electricity/f0"),
        ("change-outage", f"{DRAFT}"),
        ("review-outage", f"{DRAFT}@-1"),
        ("cancel-outage", "none@1"),
    ],
)
def test_what_does_not_exist_is_refused(act: str, about: str) -> None:
    given = parts()
    with pytest.raises(UnknownSubjectError):
        press(given, act, about, **SAID)
    assert done(given) == []


@pytest.mark.parametrize("first", ["", "tomorrow", "2026-03-29 01:30"])
def test_a_time_that_never_is_is_refused(first: str) -> None:
    given = parts()
    with pytest.raises(PinnedNoteError):
        press(given, "plan-outage", "electricity/f0@7", **{**SAID, "first": first})
    assert done(given) == []
