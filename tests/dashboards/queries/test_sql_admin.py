"""Accounts, journals and acts come from the directory and the journals themselves."""

from __future__ import annotations

from uuid import uuid4

import pytest

from dashboards.security.scope import Role, Scope
from energy.base.errors import NotPermittedError
from energy.journal.access import Access, Whence
from energy.journal.directory import People
from energy.journal.factors import Factors
from tests.dashboards.queries.conftest import WebTown

pytestmark = pytest.mark.servers


def scope(web: WebTown, role: Role = Role.ADMIN) -> Scope:
    return Scope(
        person=uuid4(), name="x", roles=frozenset({role}), sites=frozenset({web.town.site.key})
    )


def test_accounts_journals_and_acts_of_a_site(web_town: WebTown) -> None:
    town = web_town.town
    people = People(town.database, town.clock, town.vault)
    access = Access(town.database, town.clock, town.vault)
    name = f"ada-{town.site.key}"
    ada = people.add(
        sign_in=name,
        name="Ada",
        password_hash="hash",
        roles=["admin"],
        language="en",
        command_id=uuid4(),
    )
    root = uuid4()
    Factors(town.database, town.clock, town.vault).enrol(ada, "JBSWY3DP", [b"1"], uuid4())
    people.sign_in(ada, "203.0.113.7", uuid4())
    whence = Whence(site=town.site.key, address="203.0.113.9", agent="Phone")
    access.record("download", whence, person=ada, subject="bills/1.pdf")
    people.disable(ada, root, uuid4())
    found = web_town.queries.admin(scope(web_town))
    (row,) = (each for each in found.accounts if each.person == ada)
    assert (row.sign_in, row.factor, row.disabled, row.locked_until) == (name, True, True, None)
    assert [each.application for each in found.journals] == [
        "directory",
        "metering",
        "operations",
        "books",
    ]
    assert all(each.folded <= each.head for each in found.journals)
    acts = web_town.queries.acts(scope(web_town), kind="", person=ada, before=None)
    assert [each.kind for each in acts.rows] == [
        "person_disabled",
        "download",
        "signed_in",
        "person_factor_enrolled",
        "person_added",
    ]
    assert [each.address for each in acts.rows[1:3]] == ["203.0.113.9", "203.0.113.7"]
    assert acts.rows[0].by == root
    assert acts.names[ada] == "Ada"
    assert acts.whole
    only = web_town.queries.acts(scope(web_town), kind="download", person=None, before=None)
    assert [each.subject for each in only.rows if each.person == ada] == ["bills/1.pdf"]
    older = web_town.queries.acts(scope(web_town), kind="", person=ada, before=acts.rows[-1].at)
    assert older.rows == ()


def test_nobody_but_administrators_asks(web_town: WebTown) -> None:
    for role in set(Role) - {Role.ADMIN}:
        with pytest.raises(NotPermittedError):
            web_town.queries.admin(scope(web_town, role))
        with pytest.raises(NotPermittedError):
            web_town.queries.acts(scope(web_town, role), kind="", person=None, before=None)
