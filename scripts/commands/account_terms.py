"""In: `account` verbs about terms. Out: what is agreed from when, told to contracts. I/O: books."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from billing.accounts.roles import FixedCharges
from billing.basis.basis import BillingBasis
from scripts.commands.asked import runs
from scripts.commands.frame import opened
from scripts.commands.tree import misused
from scripts.commands.typed import number_of

if runs():
    from billing.accounts.agreed import UNITS, AgreedQuantity
    from billing.accounts.contract import Contract
    from billing.accounts.cycle import MONTHS, DatedCycle, ReadingCycle
    from billing.accounts.desk import AccountDesk
    from billing.accounts.terms import BasisTerm, SignedContract
    from billing.views.account_terms import require_tariff
    from dashboards.security.scope import Right
    from energy.base.ids import id_of
    from energy.system import WRITER

if TYPE_CHECKING:
    from scripts.commands.frame import Opened

DAY = ["%Y-%m-%d"]
On = Annotated[datetime, typer.Option("--day", formats=DAY)]
From = Annotated[datetime, typer.Option("--from", formats=DAY)]
Until = Annotated[datetime | None, typer.Option("--until", formats=DAY)]
Reason = Annotated[str, typer.Option()]


def add_terms(app: typer.Typer) -> None:
    """Add the verbs to a group."""
    for verb in (sign, end, agree, tariff, basis, cycle, suspend, resume, split):
        app.command()(verb)


def desk_of(at: Opened) -> AccountDesk:
    """Return the desk of the site meant."""
    return AccountDesk(at.books, at.system.vault)


def done(at: Opened, key: str, **values: object) -> None:
    """Let the tables come up to what was stored, and say so."""
    at.settle("books")
    print(at.text(key, **values))


def sign(
    ctx: typer.Context,
    account: str,
    number: str,
    signed: Annotated[datetime, typer.Option("--signed-on", formats=DAY)],
    first: From,
    until: Until = None,
    utility: list[str] | None = None,
    document: str = "",
    by: str | None = None,
) -> None:
    """Note a contract that was signed with an account (billing clerk)."""
    contract = SignedContract(
        number=number,
        signed_on=signed.date(),
        valid_from=first.date(),
        valid_to=_day(until),
        utilities=tuple(utility or ()),
        document=document,
    )
    _tell(
        ctx,
        by,
        account,
        ("sign", number, str(contract)),
        lambda known, who, command: known.sign(contract, by=who, command_id=command),
        "account.signed",
        number=number,
    )


def end(
    ctx: typer.Context, account: str, number: str, day: On, reason: Reason, by: str | None = None
) -> None:
    """Let a contract hold no longer from a day on (billing clerk)."""
    _tell(
        ctx,
        by,
        account,
        ("end", number, str(day.date())),
        lambda known, who, command: known.end(
            number, day.date(), reason=reason, by=who, command_id=command
        ),
        "account.ended",
        number=number,
        day=day.date(),
    )


def agree(
    ctx: typer.Context,
    account: str,
    point: str,
    name: str,
    value: str,
    first: From,
    until: Until = None,
    unit: str | None = None,
    contract: str = "",
    by: str | None = None,
) -> None:
    """Let an agreed quantity hold for a point: demand, kVA, area, hours (billing clerk)."""
    quantity = AgreedQuantity(
        name=name,
        unit=unit or UNITS.get(name, ""),
        value=number_of(value, "VALUE"),
        valid_from=first.date(),
        valid_to=_day(until),
    )
    _tell(
        ctx,
        by,
        account,
        ("agree", point, str(quantity)),
        lambda known, who, command: known.agree(
            point, quantity, contract=contract, by=who, command_id=command
        ),
        "account.agreed",
        supplied=(point, first.date()),
        name=name,
        value=value,
        point=point,
        day=first.date(),
    )


def tariff(
    ctx: typer.Context,
    account: str,
    point: str,
    tariff: str,
    first: From,
    reason: Reason,
    by: str | None = None,
) -> None:
    """Let another tariff hold for a supply from a day on; the bill is cut there (billing clerk)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        with at.system.database.connection() as connection:
            require_tariff(connection, at.site.schema, point, tariff)
        command = id_of("tariff of", at.site.key, account, point, tariff, str(first.date()))
        before = desk_of(at).change_tariff(
            account, point, tariff, first.date(), reason=reason, by=person, command_id=command
        )
        done(at, "account.tariff", point=point, tariff=tariff, before=before, day=first.date())


def basis(
    ctx: typer.Context,
    account: str,
    point: str,
    basis: BillingBasis,
    first: From,
    window: Annotated[int, typer.Option("--window-hours", min=0)] = 72,
    tolerance: Annotated[str, typer.Option("--tolerance-percent")] = "0.5",
    register: list[str] | None = None,
    by: str | None = None,
) -> None:
    """Say what of a point is billed from a day on: intervals, registers, bands (billing clerk)."""
    pairs = [each.partition("=") for each in register or ()]
    if any(not band or not period for band, _, period in pairs):
        raise misused("no_band", value=next(b for b, _, p in pairs if not b or not p))
    term = BasisTerm(
        point=point,
        basis=basis,
        valid_from=first.date(),
        window_h=window,
        tolerance_percent=number_of(tolerance, "--tolerance-percent"),
        registers={band: period for band, _, period in pairs},
    )
    _tell(
        ctx,
        by,
        account,
        ("basis", point, str(term)),
        lambda known, who, command: known.set_basis(term, by=who, command_id=command),
        "account.basis",
        supplied=(point, first.date()),
        point=point,
        basis=basis,
        day=first.date(),
    )


def cycle(
    ctx: typer.Context,
    account: str,
    first: From,
    months: int = 1,
    anchor: Annotated[int, typer.Option("--anchor-day", min=1, max=28)] = 1,
    anchor_month: Annotated[int, typer.Option(min=1, max=12)] = 1,
    utility: str = "",
    by: str | None = None,
) -> None:
    """Say in which cycle an account is read and billed from a day on (billing clerk)."""
    if months not in MONTHS:
        raise misused("none_of", option="--months", value=months, known=", ".join(map(str, MONTHS)))
    made = ReadingCycle(months=months, anchor_day=anchor, anchor_month=anchor_month)
    dated = DatedCycle(cycle=made, valid_from=first.date())
    _tell(
        ctx,
        by,
        account,
        ("cycle", utility, str(dated)),
        lambda known, who, command: known.set_cycle(utility, dated, by=who, command_id=command),
        "account.cycle",
        day=first.date(),
    )


def suspend(
    ctx: typer.Context,
    account: str,
    point: str,
    first: From,
    reason: Reason,
    fixed: Annotated[FixedCharges, typer.Option("--fixed-charges")] = FixedCharges.DUE,
    by: str | None = None,
) -> None:
    """Suspend a supply from a day on; fixed charges stay due or are waived (billing clerk)."""
    _tell(
        ctx,
        by,
        account,
        ("suspend", point, str(first.date()), fixed),
        lambda known, who, command: known.suspend(
            point, first.date(), fixed_charges=fixed, reason=reason, by=who, command_id=command
        ),
        "account.suspended",
        supplied=(point, first.date()),
        point=point,
        day=first.date(),
    )


def resume(
    ctx: typer.Context, account: str, point: str, first: From, by: str | None = None
) -> None:
    """Let a suspended supply go on from a day on (billing clerk)."""
    _tell(
        ctx,
        by,
        account,
        ("resume", point, str(first.date())),
        lambda known, who, command: known.resume(point, first.date(), by=who, command_id=command),
        "account.resumed",
        point=point,
        day=first.date(),
    )


def split(
    ctx: typer.Context, account: str, point: str, day: On, reason: Reason, by: str | None = None
) -> None:
    """Divide a register's difference by days at a day without reading (billing clerk)."""
    _tell(
        ctx,
        by,
        account,
        ("split", point, str(day.date())),
        lambda known, who, command: known.split_by_days(
            point, day.date(), reason=reason, by=who, command_id=command
        ),
        "account.split",
        supplied=(point, day.date()),
        point=point,
        day=day.date(),
    )


def _day(told: datetime | None) -> date | None:
    return None if told is None else told.date()


def _tell(
    ctx: typer.Context,
    by: str | None,
    account: str,
    words: tuple[str, ...],
    told: Callable[[Contract, UUID, UUID], None],
    key: str,
    *,
    supplied: tuple[str, date] | None = None,
    **values: object,
) -> None:
    """Say something of a contract; the same words at once are the same command.

    Args:
        ctx: The verb's context.
        by: Sign-in of the person.
        account: Key of the account.
        words: What is said.
        told: Takes contract, person, command id.
        key: Of the text that tells what was done.
        supplied: Point and day: the account must pay for it then, or later on.
        values: What fills the text.
    """
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        desk = desk_of(at)
        if supplied is not None:
            desk.supplied(account, *supplied)
        acts = str(desk.acts(account))
        command = id_of("account", at.site.key, account, *words, str(person), acts)
        desk.tell(account, lambda known: told(known, person, command), command_id=command)
        done(at, key, account=account, **values)
