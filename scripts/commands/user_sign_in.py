"""In: `user unlock|enable|erase|factor|rules`. Out: who may sign in how, who is erased. I/O."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import typer

from energy.base.errors import RefusedError
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened, required
from scripts.commands.printing import print_facts, print_json
from scripts.commands.tree import Json

if runs():
    from dashboards.security.rules import SignInRules, rules_of
    from energy.base.toml_text import NoTomlError, toml_of
    from energy.journal.access import Access
    from energy.journal.factors import Factors
    from energy.system import WEB, WRITER
    from processes.former import erase_person
    from processes.installation import administrator


def unlock(ctx: typer.Context, sign_in: str, by: str | None = None) -> None:
    """End the lock of a name whose sign-ins failed too often."""
    with opened(ctx, WRITER) as at:
        who = _administrator(at, by)
        _access(at).unlock(person_of(at, sign_in), who, uuid4())
        print(at.text("user.unlocked", sign_in=sign_in))


def enable(ctx: typer.Context, sign_in: str, by: str | None = None) -> None:
    """Let a person who was barred sign in again."""
    with opened(ctx, WRITER) as at:
        who = _administrator(at, by)
        at.system.people.enable(person_of(at, sign_in), who, uuid4())
        print(at.text("user.enabled", sign_in=sign_in))


def erase(ctx: typer.Context, sign_in: str, name: str | None = None, by: str | None = None) -> None:
    """Erase the personal fields of somebody who left; what they did stays, without a name."""
    with opened(ctx, WRITER) as at:
        who, person = _administrator(at, by), person_of(at, sign_in)
        known = at.system.people.get(person)
        assert known is not None, "it was just found"
        if not at.system.people.erased(person):
            said = required(name, "--name", at.text("ask.name"))
            if said.strip() != known.name:
                raise RefusedError.of("person.other_name", sign_in=sign_in, name=said)
        gone = erase_person(at.system, person, by=who, command_id=uuid4())
        at.settle("operations")
        print(at.text("user.erased", sign_in=sign_in, contacts=len(gone)))


def factor(ctx: typer.Context, sign_in: str, by: str | None = None) -> None:
    """Take a person's second factor away, for a phone that was lost; their sessions end."""
    with opened(ctx, WRITER) as at:
        who = _administrator(at, by)
        factors = Factors(at.system.database, at.system.clock, at.system.vault)
        factors.remove(person_of(at, sign_in), who, uuid4())
        print(at.text("user.factor_removed", sign_in=sign_in))


def rules(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument()] = None,
    *,
    by: str | None = None,
    as_json: Json = False,
) -> None:
    """Show the rules of a site's sign-in, or set those of a file; its sessions then end."""
    with opened(ctx, WEB if file is None else WRITER) as at:
        access = _access(at)
        if file is not None:
            who = _administrator(at, by)
            document = _document(file)
            rules_of(document)
            access.set_rules(at.site.key, json.dumps(document, sort_keys=True), who, uuid4())
            print(at.text("user.rules_set", site=at.site.key))
            return
        shown = _shown(rules_of(access.rules(at.site.key)))
        if as_json:
            print_json(shown)
            return
        print_facts([(key, str(value)) for key, value in shown.items()])


def person_of(at: Opened, sign_in: str) -> UUID:
    """Return a person by sign-in name.

    Raises:
        RefusedError: Nobody has the name.
    """
    person = at.system.people.by_sign_in(sign_in)
    if person is None:
        raise RefusedError.of("person.unknown", sign_in=sign_in)
    return person.person


def _administrator(at: Opened, by: str | None) -> UUID:
    return administrator(at.system, required(by, "--by", at.text("ask.by")))


def _access(at: Opened) -> Access:
    return Access(at.system.database, at.system.clock, at.system.vault)


def _document(file: Path) -> dict[str, object]:
    try:
        return toml_of(file.read_text(encoding="utf-8"))
    except (NoTomlError, UnicodeDecodeError) as error:
        raise RefusedError.of("rules.file", file=file, why=str(error)) from error


def _shown(rules: SignInRules) -> dict[str, object]:
    return {
        "second_factor": ", ".join(sorted(rules.second_factor)),
        **{
            f"addresses.{role}": ", ".join(str(network) for network in networks)
            for role, networks in rules.addresses.items()
        },
        "lock_failures": rules.lock_failures,
        "lock_within_min": rules.lock_within_min,
        "lock_min": rules.lock_min,
        "shift_h": rules.shift_h,
        "shift_at_h": rules.shift_at_h,
        "phone_days": rules.phone_days,
    }
