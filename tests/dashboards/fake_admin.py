"""In: nothing. Out: made-up accounts, journals and acts behind the administration. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from dashboards.pages.admin.events import KINDS
from dashboards.queries.admin_rows import (
    AccountRow,
    AdminPage,
    EventPage,
    EventRow,
    FollowerRow,
    MachineRow,
)
from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.journal.access import Device
from tests.dashboards.fake_energy import SITE

THEN = datetime(2026, 7, 15, 8, tzinfo=UTC)
HOSTILE = "<img src=x onerror=alert(1)>"
PERSON = id_of("person", "locked")
PEOPLE = {"locked": "Lee Locked", "barred": "Bea Barred", "fresh": HOSTILE}


def account(sign_in: str, name: str) -> AccountRow:
    return AccountRow(
        person=id_of("person", sign_in),
        sign_in=sign_in,
        name=name,
        roles=("billing_approver", "viewer@north"),
        must_change=sign_in == "fresh",
        disabled=sign_in == "barred",
        factor=sign_in == "locked",
        locked_until=THEN + timedelta(days=1) if sign_in == "locked" else None,
    )


class FakeAdmin:
    """The administration's questions."""

    def admin(self, scope: Scope) -> AdminPage:
        scope.demand(Right.ADMINISTER, SITE)
        device = Device(
            device=id_of("device", "hall"),
            kind="kiosk",
            site=SITE,
            name="Hall",
            view="/",
            addresses=("10.1.0.0/16",),
            enrolled_at=THEN,
            ended=False,
        )
        journal = FollowerRow(
            schema="directory",
            application="directory",
            head=12_345,
            folded=12_345,
            sealed=12_000,
            signed=11_000,
            signed_at=THEN,
            parked=1,
        )
        return AdminPage(
            accounts=tuple(account(*each) for each in PEOPLE.items()),
            devices=(device,),
            journals=(journal,),
            machine=MachineRow(queue=3, archived_at=None, archive_failures=0),
        )

    def acts(
        self, scope: Scope, *, kind: str, person: UUID | None, before: datetime | None
    ) -> EventPage:
        scope.demand(Right.ADMINISTER, SITE)
        rows = tuple(
            EventRow(
                at=THEN - timedelta(minutes=n),
                kind=each,
                person=PERSON,
                by=None,
                subject=HOSTILE,
                address="203.0.113.7",
            )
            for n, each in enumerate(KINDS)
            if kind in {"", each}
        )
        return EventPage(rows=rows, names={PERSON: "Lee Locked"}, whole=False)
