"""In: the context of a verb. Out: the installation it means, opened; texts. I/O: the database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn, cast
from uuid import UUID

import typer

from energy.base.text import t
from scripts.commands.tree import Meant, misused

if TYPE_CHECKING:  # a laptop has none of these: what needs a database is imported where it is used
    from typing_extensions import TypeIs

    from billing.books import Books
    from dashboards.queries.sql import SqlQueries
    from dashboards.security.scope import Right, Scope
    from energy.store.sites import Site
    from energy.system import System
    from processes.installation import Installation
    from processes.laptop_installation import LaptopInstallation
    from processes.laptop_pack import LaptopSite


def is_laptop(found: object) -> TypeIs[LaptopInstallation]:
    """Return whether this is a laptop."""
    from processes.laptop_installation import LaptopInstallation  # dear to import for a help page

    return isinstance(found, LaptopInstallation)


def installation_of(ctx: typer.Context) -> Installation:
    """Return the installation meant, found once.

    Raises:
        ConfigError: A setting is wrong.
        NotHereError: This is a laptop.
    """
    found = workplace_of(ctx)
    if is_laptop(found):
        raise found.not_here(ctx.info_name or "")
    return found


def workplace_of(ctx: typer.Context) -> Installation | LaptopInstallation:
    """Return the installation meant, or the laptop this is; found once.

    Raises:
        ConfigError: A setting is wrong.
    """
    root = ctx.find_root()
    if root.obj is None or isinstance(root.obj, Meant):
        from processes.installation import find_installation

        meant = root.obj or Meant()
        root.obj = find_installation(
            data_dir=meant.data_dir, site=meant.site, language=meant.language
        )
    found: Installation | LaptopInstallation = root.obj
    return found


@dataclass(frozen=True)
class Opened:
    """A site, opened for a verb."""

    installation: Installation
    system: System

    @cached_property
    def site(self) -> Site:
        """Return the site meant."""
        return self.installation.site(self.system)

    @property
    def language(self) -> str:
        """Return the language of the person at the terminal."""
        return self.installation.config.language

    @cached_property
    def queries(self) -> SqlQueries:
        """Return the questions that the screens ask too."""
        from dashboards.queries.sql import SqlQueries
        from dashboards.queries.sql_site import SqlSite

        at = SqlSite(
            database=self.system.database,
            site=self.site,
            clock=self.system.clock,
            vault=self.system.vault,
        )
        return SqlQueries(at)

    @cached_property
    def books(self) -> Books:
        """Return the books of the site."""
        from billing.books import Books

        return Books(self.system.database, self.site, self.system.clock)

    def settle(self, *applications: str) -> None:
        """Let tables come up to what is stored, so that whoever reads them next sees it.

        Args:
            applications: "metering", "operations" or "books", one at the least.

        Raises:
            JournalError: An entry cannot be folded.
        """
        from processes.settling import settle

        assert applications, "a verb says which tables it waits for"
        settle(self.system.database, self.site, self.system.clock, *applications)

    @property
    def scope(self) -> Scope:
        """Return the eyes of whoever may open the database: everything, by nobody's hand."""
        from dashboards.security.scope import Role, Scope

        return Scope(
            person=UUID(int=0),
            name="terminal",
            roles=frozenset({Role.ENERGY_MANAGER}),
            sites=frozenset({self.site.key}),
        )

    def text(self, key: str, **values: object) -> str:
        """Return a text of the commands."""
        return t(self.language, f"cli.{key}", **values)

    def say(self, key: str, **values: object) -> str:
        """Return a text of any part of the catalogue."""
        return t(self.language, key, **values)

    def word(self, value: Enum | str) -> str:
        """Return the word for a coded value, such as a quality or a state."""
        code = value.name.lower() if isinstance(value, Enum) else value
        return self.text(f"word.{code}")

    def name_of(self, person: UUID | None) -> str | None:
        """Return the name of a person, or that nobody has it (any more)."""
        from energy.metering.checks.catalogue import CHECKER

        if person is None:
            return None
        if person == CHECKER:
            return self.text("word.checker")
        known = self.system.people.get(person)
        if known is not None:
            return known.name
        return self.text("word.unknown_person", short=person.hex[:8])

    def person(self, sign_in: str | None, right: Right) -> UUID:
        """Return the person who acts, asked for where nobody was named.

        Raises:
            RefusedError: There is no such person.
            NotPermittedError: The person lacks the role.
        """
        from processes.installation import acting

        named = required(sign_in, "--by", self.text("ask.by"))
        return acting(self.system, named, self.site, right)

    def refuser(self, sign_in: str | None, author: UUID) -> UUID:
        """Return who refuses what was proposed: a person who may decide, or its author.

        Raises:
            RefusedError: There is no such person.
            NotPermittedError: The person lacks the role, and is not the author.
        """
        from dashboards.security.scope import Right
        from energy.base.errors import NotPermittedError

        named = required(sign_in, "--by", self.text("ask.by"))
        try:
            return self.person(named, Right.DECIDE_READINGS)
        except NotPermittedError:
            person = self.person(named, Right.STATE_READINGS)
            if person != author:
                raise
            return person


@dataclass(frozen=True)
class LaptopOpened:
    """A laptop, opened for a verb: what Opened is, but for the database."""

    verb: str
    installation: LaptopInstallation

    @property
    def system(self) -> NoReturn:
        """Refuse: a laptop has no database.

        Raises:
            NotHereError: Always.
        """
        raise self.installation.not_here(self.verb)

    @property
    def site(self) -> LaptopSite:
        """Return the site of the pack."""
        return self.installation.home.pack().site

    @property
    def language(self) -> str:
        """Return the language of the person at the terminal."""
        return self.installation.config.language

    def text(self, key: str, **values: object) -> str:
        """Return a text of the commands."""
        return t(self.language, f"cli.{key}", **values)

    def word(self, value: Enum | str) -> str:
        """Return the word for a coded value, such as a quality or a state."""
        code = value.name.lower() if isinstance(value, Enum) else value
        return self.text(f"word.{code}")


@contextmanager
def opened(ctx: typer.Context, role: str) -> Iterator[Opened]:
    """Give the installation with its database in a role.

    Args:
        ctx: The verb's context.
        role: Database role: WEB to read, WRITER to write, OWNER to make schemas.

    Raises:
        StoreUnavailableError: The database does not answer.
    """
    installation = workplace_of(ctx)
    if is_laptop(installation):
        try:
            yield cast("Opened", LaptopOpened(ctx.info_name or "", installation))
        finally:
            installation.close()
        return
    system = installation.system(role)
    try:
        yield Opened(installation=installation, system=system)
    finally:
        system.close()


def interactive() -> bool:
    """Return whether a person sits at the terminal."""
    return sys.stdin.isatty()


def required(value: str | None, option: str, question: str) -> str:
    """Return what was given, or ask for it at a terminal.

    Raises:
        click.UsageError: It is missing and nobody can be asked.
    """
    if value is not None and value.strip():
        return value.strip()
    if not interactive():
        raise misused("no_option", option=option, question=question)
    answer: str = typer.prompt(question)
    return answer.strip()
