"""In: `user add|list|role|password|disable`. Out: people of the installation. I/O: directory."""

from __future__ import annotations

import secrets
from typing import Annotated
from uuid import UUID, uuid4

import typer

from energy.base.errors import RefusedError
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened, required
from scripts.commands.printing import print_json, print_table
from scripts.commands.tree import Json, group

if runs():
    from dashboards.security.passwords import hashed
    from energy.journal.people_rows import all_people
    from energy.system import WEB, WRITER
    from processes.installation import administrator

app = group("user")
Roles = Annotated[list[str], typer.Option("--role")]


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
                ", ".join(person.roles),
                person.language,
                at.text(_state(disabled=person.disabled, must_change=person.must_change)),
            )
            for person in people
        ]
        print_table([at.text(f"head.{key}") for key in keys], rows)


@app.command()
def role(ctx: typer.Context, sign_in: str, role: Roles, by: str | None = None) -> None:
    """Give a person other roles; their sessions end."""
    with opened(ctx, WRITER) as at:
        who = administrator(at.system, required(by, "--by", at.text("ask.by")))
        person = _person(at, sign_in)
        at.system.people.change_roles(person, role, who, uuid4())
        print(at.text("user.roles", sign_in=sign_in, roles=", ".join(role)))


@app.command()
def password(ctx: typer.Context, sign_in: str, by: str | None = None) -> None:
    """Print a new first password, for one that was lost; the person's sessions end."""
    with opened(ctx, WRITER) as at:
        who = administrator(at.system, required(by, "--by", at.text("ask.by")))
        first = _first_password()
        at.system.people.reset_password(_person(at, sign_in), hashed(first), who, uuid4())
        print(at.text("user.password", sign_in=sign_in, password=first))


@app.command()
def disable(ctx: typer.Context, sign_in: str, by: str | None = None) -> None:
    """Bar a person from signing in; their sessions end."""
    with opened(ctx, WRITER) as at:
        who = administrator(at.system, required(by, "--by", at.text("ask.by")))
        at.system.people.disable(_person(at, sign_in), who, uuid4())
        print(at.text("user.disabled", sign_in=sign_in))


def _first_password() -> str:
    return "-".join(secrets.token_hex(2) for _ in range(4))


def _person(at: Opened, sign_in: str) -> UUID:
    person = at.system.people.by_sign_in(sign_in)
    if person is None:
        raise RefusedError.of("person.unknown", sign_in=sign_in)
    return person.person


def _state(*, disabled: bool, must_change: bool) -> str:
    """Return the text key of a person's state."""
    if disabled:
        return "user.is_disabled"
    return "user.must_change" if must_change else "user.active"
