"""In: a system and a site. Out: its billing office, with the limits that are set. No I/O."""

from __future__ import annotations

from decimal import Decimal

from billing.office import BillingOffice
from billing.runs.exceptions import Limits
from energy.base.config import Config
from energy.store.sites import Site
from energy.system import System


def billing_office(system: System, site: Site) -> BillingOffice:
    """Return the billing office of a site; every process that bills has it from here.

    Args:
        system: The system; its settings say from where on something is an exception.
        site: The site.
    """
    return BillingOffice(
        system.database,
        site,
        system.clock,
        system.vault,
        alone_up_to=Decimal(system.config.review_alone_up_to),
        limits=limits_of(system.config),
    )


def limits_of(config: Config) -> Limits:
    """Return from where on something of a bill is an exception."""
    return Limits(
        estimated_percent=config.bill_estimated_percent,
        band_percent=config.bill_band_percent,
        loss_percent=config.bill_loss_percent,
    )
