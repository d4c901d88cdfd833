"""In: what every verb shares. Out: the installation meant, texts, exit codes. I/O: the terminal.

Exit codes: 0 done, 1 findings, 2 refused, 3 no contact.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, cast
from uuid import UUID

import click
import typer
from typer.core import TyperGroup

from energy.base.errors import EnergyError, RefusedError
from energy.base.text import t
from processes.laptop_installation import LaptopInstallation
from processes.technician_told import NoContactError
from scripts.commands.printing import harmless

if TYPE_CHECKING:  # a laptop has none of these: what needs a database is imported where it is used
    from dashboards.queries.sql import SqlQueries
    from dashboards.security.scope import Right, Scope
    from energy.store.sites import Site
    from energy.system import System
    from processes.installation import Installation
    from processes.laptop_pack import LaptopSite

DONE, FINDINGS, REFUSED, NO_CONTACT = 0, 1, 2, 3
GLOBAL = ("--data-dir", "--site", "--lang")
"""Options that may stand anywhere in the row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What the global options say."""

    data_dir: Path | None = None
    site: str | None = None
    language: str | None = None


class Verbs(TyperGroup):
    """The top of the verbs: global options anywhere, errors as messages and exit codes.

    A group's module is imported when its verb is asked for: most of a command's start is imports.
    """

    groups: ClassVar[tuple[str, ...]] = ()
    """Names of the groups, each a module `scripts.commands.<name>` with its `app`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the groups and the processes."""
        return [*self.groups, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a group or a process, imported now."""
        if cmd_name not in self.groups:
            return super().get_command(ctx, cmd_name)
        return typer.main.get_command(import_module(f"scripts.commands.{cmd_name}").app)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Let global options stand behind the verb too."""
        return super().parse_args(ctx, hoisted(args))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the verbs there are when one is unknown."""
        if args and args[0] not in self.list_commands(ctx):
            ctx.fail(f"No verb {args[0]!r}. There are: {', '.join(self.list_commands(ctx))}.")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a verb; what a person can mend is a message, never a traceback."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            language = _language(ctx)
            laptop = ctx.find_root().obj
            if isinstance(error, ModuleNotFoundError) and isinstance(laptop, LaptopInstallation):
                fail(laptop.not_here(" ".join(ctx.protected_args)), REFUSED, language)
            if _lost_contact(error):
                fail(error, NO_CONTACT, language)
            if isinstance(error, UnicodeDecodeError):
                fail(
                    RefusedError(f"The file is no UTF-8 text ({error}). Save it as UTF-8."), REFUSED
                )
            if isinstance(error, OSError) and error.filename:
                fail(RefusedError(f"{error.filename}: {error.strerror}. Check the path."), REFUSED)
            if isinstance(error, (EnergyError, OSError)):
                fail(error, REFUSED, language)
            raise


class Group(TyperGroup):
    """A group of verbs that names its own when one is unknown."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the verbs of the group when one is unknown."""
        if args and self.get_command(ctx, args[0]) is None:
            known = ", ".join(self.list_commands(ctx))
            ctx.fail(f"No verb {args[0]!r} in `{ctx.info_name}`. There are: {known}.")
        return super().resolve_command(ctx, args)


def group(name: str, summary: str) -> typer.Typer:
    """Return an empty group of verbs."""
    app = typer.Typer(
        name=name, help=summary, cls=Group, no_args_is_help=True, add_completion=False
    )
    app.callback(help=summary)(_nothing)  # keeps a group with one verb a group
    return app


def _nothing() -> None:
    """Have no options of its own."""


def hoisted(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with the global options first."""
    first: list[str] = []
    rest: list[str] = []
    row = list(arguments)
    while row:
        word = row.pop(0)
        if word == "--":
            rest += [word, *row]
            break
        if word in GLOBAL and row:
            first += [word, row.pop(0)]
        elif word.partition("=")[0] in GLOBAL:
            first.append(word)
        else:
            rest.append(word)
    return first + rest


def fail(error: BaseException, code: int, language: str = "en") -> NoReturn:
    """Print an error on standard error and end with a code.

    Args:
        error: What went wrong.
        code: Exit code.
        language: Of the person at the terminal.
    """
    if isinstance(error, EnergyError):
        typer.echo(harmless(f"{error.code}: {error.told(language)}"), err=True)
    else:
        typer.echo(harmless(str(error)), err=True)
    raise typer.Exit(code)


def _language(ctx: click.Context) -> str:
    """Return the language of the person at the terminal, as far as it was found."""
    found = ctx.find_root().obj
    if found is None or isinstance(found, Meant):
        return (found.language if found is not None else None) or "en"
    language: str = found.config.language
    return language


def _lost_contact(error: BaseException) -> bool:
    """Return whether somebody did not answer: device, database, broker."""
    if isinstance(error, NoContactError):
        return True
    if "psycopg" not in sys.modules:
        return False
    from processes.installation import lost_contact

    return lost_contact(error)


def installation_of(ctx: typer.Context) -> Installation:
    """Return the installation meant, found once.

    Raises:
        ConfigError: A setting is wrong.
        NotHereError: This is a laptop.
    """
    found = workplace_of(ctx)
    if isinstance(found, LaptopInstallation):
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

    def word(self, value: Enum | str) -> str:
        """Return the word for a coded value, such as a quality or a state."""
        code = value.name.lower() if isinstance(value, Enum) else value
        return self.text(f"word.{code}")

    def name_of(self, person: UUID | None) -> str | None:
        """Return the name of a person, the beginning of the id where it is unknown or erased."""
        if person is None:
            return None
        known = self.system.people.get(person)
        return known.name if known is not None else person.hex[:8]

    def person(self, sign_in: str | None, right: Right) -> UUID:
        """Return the person who acts, asked for where nobody was named.

        Raises:
            RefusedError: There is no such person.
            NotPermittedError: The person lacks the role.
        """
        from processes.installation import acting

        named = required(sign_in, "--by", self.text("ask.by"))
        return acting(self.system, named, self.site, right)


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
    if isinstance(installation, LaptopInstallation):
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
        raise click.UsageError(f"Missing option {option} ({question}).")
    answer: str = typer.prompt(question)
    return answer.strip()
