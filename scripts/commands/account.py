"""In: `account` verbs. Out: accounts, contracts, moves, deposits told and shown. I/O: books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from billing.accounts.roles import PartyRole
from scripts.commands.account_deposit import add_deposits
from scripts.commands.account_terms import (
    DAY,
    From,
    On,
    Reason,
    add_terms,
    desk_of,
    done,
)
from scripts.commands.asked import runs
from scripts.commands.frame import opened
from scripts.commands.tree import Json, group, misused

if runs():
    from billing.accounts.cycle import periods_due
    from billing.accounts.desk import OpenAccount
    from billing.accounts.party_file import party_of_text
    from billing.accounts.terms import DatedParty
    from billing.views.account_terms import (
        read_accounts,
        read_contract,
        read_contracts,
        read_deposits,
        read_parties,
    )
    from dashboards.security.scope import Right
    from energy.base.ids import id_of
    from energy.base.period import local_day
    from energy.system import WEB, WRITER
    from processes.accounts.move_reading import Said
    from processes.accounts.moving import NOBODY, Asked, MovingDesk
    from scripts.commands.account_print import print_account, print_due, print_list, print_moved

app = group("account")
add_terms(app)
add_deposits(app)
Readings = Annotated[list[str] | None, typer.Option("--reading")]
Estimates = Annotated[list[str] | None, typer.Option("--estimate")]


@app.command("list")
def list_(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the accounts with what they pay for and whether a final bill is due."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_accounts(connection, at.site.schema, at.system.vault)
            contracts = read_contracts(connection, at.site.schema)
        print_list(at, rows, contracts, as_json=as_json)


@app.command()
def show(ctx: typer.Context, account: str, *, as_json: Json = False) -> None:
    """Show an account: parties, contracts, supplies, terms, deposits, moves."""
    with opened(ctx, WEB) as at:
        desk_of(at).books.account(account)
        with at.system.database.connection() as connection:
            terms = read_contract(connection, at.site.schema, account)
            keys = sorted({each.party for each in terms.parties})
            parties = read_parties(connection, at.site.schema, at.system.vault, keys)
            deposits = read_deposits(connection, at.site.schema, account)
        print_account(at, terms, parties, deposits, as_json=as_json)


@app.command()
def due(
    ctx: typer.Context,
    account: Annotated[str | None, typer.Argument()] = None,
    day: Annotated[datetime | None, typer.Option("--to", formats=DAY)] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show the spans that are over and not billed, by account and utility."""
    with opened(ctx, WEB) as at:
        yesterday = local_day(at.system.clock.now(), at.site.zone) - timedelta(days=1)
        up_to = yesterday if day is None else day.date()
        with at.system.database.connection() as connection:
            asked = None if account is None else [account]
            contracts = read_contracts(connection, at.site.schema, asked)
        spans = [
            (key, utility, span)
            for key, terms in sorted(contracts.items())
            for utility in sorted({each.utility for each in terms.supplies})
            for span in periods_due(terms, utility, up_to)
        ]
        print_due(at, spans, as_json=as_json)


@app.command("open")
def open_(
    ctx: typer.Context,
    account: str,
    name: Annotated[str, typer.Option()],
    address: Annotated[str, typer.Option()],
    email: Annotated[str, typer.Option()],
    day: On,
    language: str = "en",
    by: str | None = None,
) -> None:
    """Open an account; what it pays for comes by move-in or the site file (billing clerk)."""
    with opened(ctx, WRITER) as at:
        at.person(by, Right.ISSUE)
        asked = OpenAccount(
            account=account,
            name=name,
            address=address,
            email=email,
            language=language,
            opened_on=day.date(),
        )
        desk_of(at).open_many([asked], command=_words(name, address, email, language, day.date()))
        done(at, "account.opened", account=account, day=day.date())


@app.command()
def party(ctx: typer.Context, key: str, file: Path, by: str | None = None) -> None:
    """Take who a tenant, owner or payer is from a TOML file, stored sealed (billing clerk)."""
    text = file.read_text(encoding="utf-8")
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        command = id_of("party", at.site.key, key, _words(text), str(desk_of(at).books.position()))
        new = desk_of(at).put_party(key, party_of_text(text), by=person, command_id=command)
        done(at, "account.party" if new else "account.as_before", party=key)


@app.command()
def role(
    ctx: typer.Context,
    account: str,
    role: PartyRole,
    party: str,
    first: From,
    by: str | None = None,
) -> None:
    """Say which party is tenant, owner or payer of an account from a day on (billing clerk)."""
    dated = DatedParty(role=role, party=party, valid_from=first.date())
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        command = id_of("role", at.site.key, account, role, party, str(first.date()))
        desk_of(at).name_party(account, dated, by=person, command_id=command)
        done(at, "account.role", account=account, party=party, role=role, day=first.date())


@app.command("move-in")
def move_in(
    ctx: typer.Context,
    account: str,
    day: On,
    reason: Reason,
    point: Annotated[list[str], typer.Option()],
    tariff: str | None = None,
    reading: Readings = None,
    estimate: Estimates = None,
    by: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Let an account pay for points from a day on, instead of whoever did (billing clerk)."""
    asked = Asked(
        account=account,
        came=True,
        day=day.date(),
        points=tuple(point),
        tariff=tariff,
        said=_said(reading, estimate),
        reason=reason,
    )
    _move(ctx, asked, by, as_json=as_json)


@app.command("move-out")
def move_out(
    ctx: typer.Context,
    account: str,
    day: On,
    reason: Reason,
    point: list[str] | None = None,
    to: str | None = None,
    tariff: str | None = None,
    reading: Readings = None,
    estimate: Estimates = None,
    by: str | None = None,
    *,
    vacant: Annotated[bool, typer.Option("--nobody")] = False,
    as_json: Json = False,
) -> None:
    """Let an account pay no longer from a day on; its owner or another pays (billing clerk)."""
    asked = Asked(
        account=account,
        came=False,
        day=day.date(),
        points=tuple(point or ()),
        other=NOBODY if vacant else to,
        tariff=tariff,
        said=_said(reading, estimate),
        reason=reason,
    )
    _move(ctx, asked, by, as_json=as_json)


def _said(reading: Sequence[str] | None, estimate: Sequence[str] | None) -> dict[str, Said]:
    """Return what is said of the readings: POINT=VALUE, and points to estimate."""
    said = {point: Said(estimate=True) for point in estimate or ()}
    for word in reading or ():
        point, equals, value = word.partition("=")
        if not equals or not value.strip():
            raise misused("no_point_value", value=word)
        said[point.strip()] = Said(value=value.strip())
    return said


def _move(ctx: typer.Context, asked: Asked, by: str | None, *, as_json: bool) -> None:
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        moved = MovingDesk(at.system, at.site, desk_of(at)).move(asked, by=person)
        print_moved(at, moved, as_json=as_json)


def _words(*words: object) -> str:
    """Return the id of some words as a text."""
    return str(id_of("words", *(str(word).replace("\n", " ") for word in words)))
