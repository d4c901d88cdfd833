"""In: an opened site. Out: its billing office, runs and invoices by name. I/O: the database."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from billing.office import BillingOffice
from billing.runs.exceptions import Limits
from billing.views.find import invoice_named, run_named
from dashboards.security.scope import Right
from energy.base.errors import NotPermittedError
from scripts.commands.frame import Opened


def office_of(at: Opened) -> BillingOffice:
    """Return the billing office of the site meant, with the limits that are set."""
    config = at.installation.config
    return BillingOffice(
        at.system.database,
        at.site,
        at.system.clock,
        at.system.vault,
        alone_up_to=Decimal(config.review_alone_up_to),
        limits=Limits(
            estimated_percent=config.bill_estimated_percent,
            band_percent=config.bill_band_percent,
            loss_percent=config.bill_loss_percent,
        ),
    )


def run_of(at: Opened, name: str) -> UUID:
    """Return a bill run by its key, its id or the beginning of its id.

    Raises:
        UnknownBillingObjectError: None is called so, or several are.
    """
    with at.system.database.connection() as connection:
        return run_named(connection, at.site.schema, name)


def invoice_of(at: Opened, name: str) -> UUID:
    """Return an invoice by its number, its id or the beginning of its id.

    Raises:
        UnknownBillingObjectError: None is called so, or several are.
    """
    with at.system.database.connection() as connection:
        return invoice_named(connection, at.site.schema, name)


def biller(at: Opened, by: str | None) -> UUID:
    """Return a person who bills or approves.

    Raises:
        RefusedError: There is no such person.
        NotPermittedError: The person has neither role.
    """
    try:
        return at.person(by, Right.ISSUE)
    except NotPermittedError:
        return at.person(by, Right.APPROVE)
