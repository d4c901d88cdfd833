"""In: a site of real tables, its people, what is commanded there. Out: all of it served. I/O."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from playwright.sync_api import Page, expect

from dashboards.commands import Commands
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from energy.base.secrets import PersonVault
from energy.journal.directory import People, TableKeys
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import WEB
from tests.dashboards.e2e.conftest import served
from tests.dashboards.e2e.following import followed
from tests.dashboards.e2e.watch import PATIENCE_MS
from tests.dashboards.fakes import FakePerson, person_of, settings, web_over
from tests.energy.alerting.notices import book
from tests.fixtures.postgres import TestSite, command

Roles = Mapping[str, tuple[str, str]]
"""Role and language of each person, by the name that signs in."""


def vault_of(directory: Database) -> PersonVault:
    """Return the vault of a directory's people."""
    return PersonVault(b"k" * 32, TableKeys(directory))


def known(site: TestSite, directory: Database, roles: Roles) -> dict[str, FakePerson]:
    """Enter people in the directory; return them as the made-up doors let them in, by name."""
    people = People(directory, site.clock, vault_of(directory))
    return {name: entered(people, site.site.key, name, *roles[name]) for name in roles}


def entered(
    people: People, site_key: str, name: str, role: str, language: str, *, of_site: bool = False
) -> FakePerson:
    """Enter a person in the directory; return them as the made-up doors let them in.

    Args:
        people: The directory's.
        site_key: Names the site.
        name: Signs in so.
        role: What the person may do.
        language: Of their pages.
        of_site: Whether name and role are those of this site alone: the directory has others.
    """
    added = people.add(
        sign_in=f"{name}.{site_key}" if of_site else name,
        name=name.title(),
        password_hash="x",
        roles=[f"{role}@{site_key}" if of_site else role],
        language=language,
        command_id=command(site_key, name),
    )
    return replace(person_of(name, role), person=added, language=language)


@contextmanager
def site_served(
    site: TestSite,
    vault: PersonVault,
    commands: Callable[[Database], Commands],
    *people: FakePerson,
    tenancies: frozenset[str] = frozenset(),
    lock: threading.Lock | None = None,
) -> Iterator[str]:
    """Serve a site whose tables follow what people do; yield its address.

    Args:
        site: The site.
        vault: Of its people's names.
        commands: What is commanded there, over the database of its staff.
        people: Who may come in.
        tenancies: Whose tenants those are who are tenants alone: they see their own.
        lock: Held while the tables follow.
    """
    with ExitStack() as stack:
        staff, walled = Database(site.server.dsn(WEB), scope=STAFF), Database(site.server.dsn(WEB))
        stack.callback(staff.close)
        stack.callback(walled.close)
        at = SqlSite(
            database=staff,
            site=site.site,
            clock=site.clock,
            vault=vault,
            walled=walled if tenancies else None,
        )
        key, zone = site.site.key, site.site.zone
        web = web_over(
            SqlQueries(at),
            commands(staff),
            site.clock,
            *people,
            settings=replace(settings(), site_key=key, zone=zone, refresh_s=1),
        )
        web.people.tenancies = tenancies
        stack.enter_context(followed(lambda: book.settle(site), lock))
        yield stack.enter_context(served(web))


def press(page: Page, button: str, said: str) -> None:
    """Press a button and wait until the page says something of it."""
    page.get_by_role("button", name=button, exact=True).click()
    told = page.locator(".act-said .notice, .act-done .notice").filter(has_text=said)
    expect(told).to_be_visible(timeout=PATIENCE_MS)
