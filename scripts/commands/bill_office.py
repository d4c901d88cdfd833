"""In: an opened site. Out: its billing office, runs and invoices by name. I/O: the database."""

from __future__ import annotations

from uuid import UUID

from billing.office import BillingOffice
from billing.views.find import invoice_named, run_named
from processes.billing_office import billing_office
from scripts.commands.frame import Opened


def office_of(at: Opened) -> BillingOffice:
    """Return the billing office of the site meant, with the limits that are set."""
    return billing_office(at.system, at.site)


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
