"""In: the weeks when they are over. Out: nothing was edited, lost or told anew. I/O: PostgreSQL."""

from __future__ import annotations

import json

from processes.view_rebuild import rebuild_views, verify_views
from tests.energy_company.company import Company
from tests.energy_company.judge import state_of
from tests.energy_company.office import Office


def rebuilt_the_tables_are_the_same(at: Company, tables: tuple[str, ...]) -> None:
    """Fold everything anew: the same rows, and nothing is stored or told a second time."""
    site, count = at.site, "SELECT count(*), max(notification_id) FROM {s}.operations_events"
    before, entries = state_of(at, tables), site.rows(count)
    for verified in verify_views(at.owner, site.site, "all", at.clock, tell=_nobody):
        assert verified.equal, verified
    rebuild_views(at.owner, site.site, "operations", at.clock, wait_s=5, tell=_nobody)
    at.watch()
    assert state_of(at, tables) == before
    assert site.rows(count) == entries


def the_journal_holds_without_the_name_of_who_left(at: Company, office: Office) -> None:
    """Seal and verify every entry; of Mia her work is there and her name is not."""
    office.row("journal seal")
    told = json.loads(office.row("journal verify --json").stdout)
    assert told["chain_ok"], told
    assert at.system.people.erased(at.who("mia"))
    rows = at.site.rows("SELECT count(*) FROM {s}.work_order WHERE done_by = %s", at.who("mia"))
    assert rows == [(4,)], "her four orders stay hers"
    known = at.site.rows("SELECT key, erased FROM {s}.contact WHERE erased")
    assert [key for key, _ in known] == ["mia"]
    assert "Mia" not in office.row("user list").stdout


def _nobody(*_: object) -> None:
    """Be told how far it has come."""
