"""In: `user` verbs. Out: people of the installation, what they may see. I/O: directory."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

import typer

from energy.base.errors import RefusedError
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened, required
from scripts.commands.printing import print_json, print_table, worded
from scripts.commands.tree import Json, group
from scripts.commands.user_sign_in import enable, erase, factor, person_of, rules, unlock

if runs():
    from billing.accounts.desk import AccountDesk
    from dashboards.security.passwords import hashed
    from energy.journal.directory import roles_at
    from energy.journal.people_rows import all_people
    from energy.journal.tenancy import Tenancy, tenant_named
    from energy.system import WEB, WRITER
    from processes.installation import administrator

app = group("user")
for verb in (unlock, enable, erase, factor, rules):
    app.command()(verb)
Roles = Annotated[list[str], typer.Option("--role")]
TENANT = "tenant"
DAY = ["%Y-%m-%d"]
From = Annotated[datetime, typer.Option("--from", formats=DAY)]
Until = Annotated[datetime | None, typer.Option("--until", formats=DAY)]


@app.command()
def add(
    ctx: typer.Context,
    sign_in: str,
    role: Roles,
    name: str | None = None,
    language: Annotated[str, typer.Option("--screen-lang")] = "en",
) -> None:
    """Add a person; prints a first password, to be changed at the first sign-in."""
    with opened(ctx, WRITER) as at:
        full_name = required(name, "--name", at.text("ask.name"))
        password = _first_password()
        at.system.people.add(
            sign_in=sign_in,
            name=full_name,
            password_hash=hashed(password),
            roles=role,
            language=language,
            command_id=uuid4(),
        )
        print(at.text("user.added", sign_in=sign_in, password=password))


@app.command("list")
def list_(
    ctx: typer.Context,
    *,
    as_json: Json = False,
) -> None:
    """List everybody with their roles."""
    with opened(ctx, WEB) as at:
        people = all_people(at.system.database, at.system.vault)
        if as_json:
            print_json(people)
            return
        keys = ("sign_in", "name", "roles", "language", "state")
        rows = [
            (
                person.sign_in,
                person.name,
                ", ".join(_role(at, each) for each in person.roles),
                person.language,
                at.text(_state(disabled=person.disabled, must_change=person.must_change)),
            )
            for person in people
        ]
        print_table([at.text(f"head.{key}") for key in keys], rows)


def _role(at: Opened, role: str) -> str:
    """Return a role as `--role` takes it, behind its word where the reader's differs."""
    word = str(worded(at.language, "role", role))
    return word if word == role else f"{word} {role}"


@app.command()
def role(ctx: typer.Context, sign_in: str, role: Roles, by: str | None = None) -> None:
    """Give a person other roles; their sessions end."""
    with opened(ctx, WRITER) as at:
        who = administrator(at.system, required(by, "--by", at.text("ask.by")))
        person = person_of(at, sign_in)
        at.system.people.change_roles(person, role, who, uuid4())
        print(at.text("user.roles", sign_in=sign_in, roles=", ".join(role)))


@app.command()
def tenant(
    ctx: typer.Context,
    sign_in: str,
    first: From,
    until: Until = None,
    party: str | None = None,
    account: str | None = None,
    by: str | None = None,
) -> None:
    """Let a person see the meters and bills of a tenant, from a day on."""
    with opened(ctx, WRITER) as at:
        who = administrator(at.system, required(by, "--by", at.text("ask.by")))
        tenancy = Tenancy(
            person=_tenant_person(at, sign_in),
            site=at.site.key,
            tenant=_tenant(at, party, account),
            valid_from=first.date(),
            valid_to=None if until is None else until.date(),
        )
        at.system.people.give_access(tenancy, who, uuid4())
        key = "user.tenant" if until is None else "user.tenant_until"
        after = tenancy.valid_to or ""
        told = {"sign_in": sign_in, "tenant": tenancy.tenant, "first": tenancy.valid_from}
        print(at.text(key, **told, after=after))


@app.command()
def password(ctx: typer.Context, sign_in: str, by: str | None = None) -> None:
    """Print a new first password, for one that was lost; the person's sessions end."""
    with opened(ctx, WRITER) as at:
        who = administrator(at.system, required(by, "--by", at.text("ask.by")))
        first = _first_password()
        at.system.people.reset_password(person_of(at, sign_in), hashed(first), who, uuid4())
        print(at.text("user.password", sign_in=sign_in, password=first))


@app.command()
def disable(ctx: typer.Context, sign_in: str, by: str | None = None) -> None:
    """Bar a person from signing in; their sessions end."""
    with opened(ctx, WRITER) as at:
        who = administrator(at.system, required(by, "--by", at.text("ask.by")))
        at.system.people.disable(person_of(at, sign_in), who, uuid4())
        print(at.text("user.disabled", sign_in=sign_in))


def _tenant_person(at: Opened, sign_in: str) -> UUID:
    """Return a person who may see a tenant's own, which needs the role."""
    person = at.system.people.by_sign_in(sign_in)
    if person is None:
        raise RefusedError.of("person.unknown", sign_in=sign_in)
    if TENANT not in roles_at(person.roles, at.site.key):
        raise RefusedError.of("person.tenant_role", sign_in=sign_in)
    return person.person


def _tenant(at: Opened, party: str | None, account: str | None) -> str:
    """Return the name of the one tenant meant, which the site must know."""
    if (party is None) == (account is None):
        raise RefusedError.of("person.tenant_which")
    if party is not None:
        AccountDesk(at.books, at.system.vault).demand_party(party)
        return tenant_named("party", party)
    assert account is not None, "one of the two is there"
    at.books.account(account)
    return tenant_named("account", account)


def _first_password() -> str:
    return "-".join(secrets.token_hex(2) for _ in range(4))


def _state(*, disabled: bool, must_change: bool) -> str:
    """Return the text key of a person's state."""
    if disabled:
        return "user.is_disabled"
    return "user.must_change" if must_change else "user.active"
