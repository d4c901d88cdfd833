"""In: what a person types of money and days. Out: values, or a refusal; the offices. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from scripts.commands.frame import Opened

if TYPE_CHECKING:  # dear to import: a help page needs none of it
    from billing.bank.office import BankOffice
    from billing.receivables.collecting import Collecting
    from billing.receivables.office import Receivables

Day = Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"])]
Item = Annotated[list[str] | None, typer.Option("--item")]
Reason = Annotated[str, typer.Option()]


def day_of(at: Opened, day: datetime | None) -> date:
    """Return the local day meant; today where none is given."""
    from energy.base.period import local_day

    return day.date() if day is not None else local_day(at.system.clock.now(), at.site.zone)


def past_day_of(at: Opened, day: datetime | None) -> date:
    """Return the day meant on which money moved; today where none is named.

    Raises:
        PaymentError: It is still to come: what is booked then could not be taken back before.
    """
    from billing.receivables.errors import PaymentError

    on, today = day_of(at, day), day_of(at, None)
    if on > today:
        raise PaymentError.of("day_ahead", on=on, today=today)
    return on


def once(at: Opened, *said: object) -> UUID:
    """Return the id of a command by what was said: said again after a lost contact, it is one."""
    from energy.base.ids import id_of

    return id_of("said", at.site.key, *(" ".join(str(each).split()) for each in said))


def receivables_of(at: Opened) -> Receivables:
    """Return the money of the accounts."""
    from billing.receivables.office import Receivables

    return Receivables(at.books)


def bank_of(at: Opened) -> BankOffice:
    """Return the bank entries of the site."""
    from billing.bank.office import BankOffice

    return BankOffice(at.books, at.system.vault)


def collecting_of(at: Opened) -> Collecting:
    """Return what is done about late accounts."""
    from billing.receivables.collecting import Collecting

    return Collecting(at.books, at.system.vault)
