"""In: an account, a share, days. Out: who pays for it, in the books. I/O: PostgreSQL.

A site file names meters alone; what is computed (a share, a formula) gets its payer here. There is
one payer a day, as of every point.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from billing.accounts.account import Supply, account_id
from billing.office import BillingOffice
from billing.views.supply import SupplyReader, read_payers
from energy.base.errors import RefusedError, UnknownMeterError
from energy.base.ids import id_of
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.usage_channels import usage_channels

_ALWAYS = 2**62
"""Behind every position."""


class PayerError(RefusedError):
    """An account cannot pay for a point."""

    code = "share.payer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """That others pay no longer from the first day on, and why."""

    reason: str
    by: UUID


def assign_payer(
    database: Database,
    site: Site,
    office: BillingOffice,
    account: str,
    supply: Supply,
    *,
    instead: Instead | None = None,
) -> list[tuple[str, Supply]]:
    """Let an account pay for a point; the same again is the same.

    Args:
        database: A pool in the writer's role; the views of the books have come up.
        site: The site.
        office: Its billing office.
        account: Key of the account.
        supply: The point, its tariff and the days.
        instead: Ends what others pay for it from the first day on; None refuses them.

    Returns:
        Who paid before and pays no longer from the first day on, with the supply as it was.

    Raises:
        UnknownMeterError: There is no such point, or it has no usage.
        PayerError: There is no such account or tariff, the tariff is of another utility, or
            somebody else pays then.
        WrongStateError: The account pays for the point on some of the days by another tariff.
        AlreadyBilledError: Days that another would pay no longer are on an issued invoice.
    """
    if office.books.find(account_id(site.key, account)) is None:
        raise PayerError.of("share.no_account", account=account)
    last = supply.valid_from.max if supply.valid_to is None else supply.valid_to
    last -= timedelta(days=1)
    ended: list[tuple[str, Supply]] = []
    with database.connection() as connection:
        reader = SupplyReader(connection, site, _ALWAYS, _ALWAYS)
        utilities = {version.utility.value for version in reader.versions(supply.tariff)}
        if not utilities:
            raise PayerError.of("share.no_tariff", tariff=supply.tariff)
        channel = usage_channels(connection, site.schema, [supply.point]).get(supply.point)
        if channel is None:
            raise UnknownMeterError(supply.point)
        if utilities != {channel.utility}:
            priced = ", ".join(sorted(utilities)) or "-"
            raise PayerError.of(
                "share.tariff", tariff=supply.tariff, priced=priced, utility=channel.utility
            )
        for payer in read_payers(
            connection, site.schema, supply.valid_from, last, books_position=_ALWAYS
        ):
            mine = payer.account == account  # the office knows its own, and a command again
            if not mine and any(other.point == supply.point for other in payer.supplies):
                ended += _in_the_way(office, payer.account, supply, ends=instead is not None)
    command = _command(site, account, supply)
    if instead is None:
        office.assign_supply(account, supply, command_id=command)
        return ended
    office.take_over(account, supply, ended, instead.reason, instead.by, command_id=command)
    return ended


def _in_the_way(
    office: BillingOffice, account: str, supply: Supply, *, ends: bool
) -> list[tuple[str, Supply]]:
    """Return what another account pays of some days of a point, if it can end before them.

    Raises:
        PayerError: It shall not end, begins later, or would have to go on behind the days.
    """
    found = []
    for other in office.books.account(account).supplies:
        if not other.overlaps(supply):
            continue
        told = {"point": supply.point, "account": account, "first": other.valid_from}
        if not ends:
            raise PayerError.of("share.paid", **told)
        if other.valid_from >= supply.valid_from:
            raise PayerError.of("share.paid_later", **told)
        if supply.valid_to is not None and (
            other.valid_to is None or other.valid_to > supply.valid_to
        ):
            raise PayerError.of("share.paid_on", **told, until=supply.valid_to)
        found.append((account, other))
    return found


def _command(site: Site, account: str, supply: Supply) -> UUID:
    days = (str(supply.valid_from), str(supply.valid_to))
    return id_of("share payer", site.key, account, supply.point, supply.tariff, *days)
