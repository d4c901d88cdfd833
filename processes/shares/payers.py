"""In: an account, a share, days. Out: who pays for it, in the books. I/O: PostgreSQL.

A site file names meters alone; what is computed (a share, a formula) gets its payer here. There is
one payer a day, as of every point.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from billing.account import Supply, account_id
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


def assign_payer(
    database: Database, site: Site, office: BillingOffice, account: str, supply: Supply
) -> None:
    """Let an account pay for a point; the same again is the same.

    Args:
        database: A pool in the writer's role; the views of the books have come up.
        site: The site.
        office: Its billing office.
        account: Key of the account.
        supply: The point, its tariff and the days.

    Raises:
        UnknownMeterError: There is no such point, or it has no usage.
        PayerError: There is no such account or tariff, the tariff is of another utility, or
            somebody else pays then.
        WrongStateError: The account pays for the point on some of the days by another tariff.
    """
    if office.books.find(account_id(site.key, account)) is None:
        raise PayerError.of("share.no_account", account=account)
    last = supply.valid_from.max if supply.valid_to is None else supply.valid_to
    last -= timedelta(days=1)
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
                raise PayerError.of("share.paid", point=supply.point, account=payer.account)
    office.assign_supply(account, supply, command_id=_command(site, account, supply))


def _command(site: Site, account: str, supply: Supply) -> UUID:
    days = (str(supply.valid_from), str(supply.valid_to))
    return id_of("share payer", site.key, account, supply.point, supply.tariff, *days)
