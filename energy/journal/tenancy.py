"""In: who is to see whose meters and bills. Out: dated events, and the tenants of a day. I/O.

A tenant is named by kind and key: "party/KEY" is every account which that party has as tenant or
payer, on the days it has it; "account/KEY" is one account, for sites that name no parties. The
days of a binding say when the person may look; what is seen then is decided by the contracts.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from energy.base.errors import RefusedError
from energy.journal.application import JournalApplication
from energy.journal.tenancy_events import TenantAccess
from energy.store.pool import Database
from energy.store.sites import DIRECTORY

KINDS = ("party", "account")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenancy:
    """That a person sees what belongs to a tenant, on some local days."""

    person: UUID
    site: str
    tenant: str
    valid_from: date
    valid_to: date | None
    """First day no more; None while it lasts."""


def tenant_named(kind: str, key: str) -> str:
    """Return the name of a tenant as scopes and policies know it.

    Args:
        kind: One of KINDS.
        key: Key of the party or the account.
    """
    assert kind in KINDS, "the caller has an option for each"
    return f"{kind}/{key}"


def access_given(
    application: JournalApplication, tenancy: Tenancy, *, by: UUID, command_id: UUID
) -> TenantAccess:
    """Return the binding with these days, to be stored; the same days again change nothing.

    Args:
        application: The directory's journal.
        tenancy: Who sees whom, and when.
        by: The administrator who acts.
        command_id: Of the command.

    Raises:
        RefusedError: The days end before they begin.
    """
    if tenancy.valid_to is not None and tenancy.valid_to < tenancy.valid_from:
        raise RefusedError.of("person.tenant_days")
    days = (tenancy.valid_from, tenancy.valid_to)
    facts: dict[str, Any] = {**asdict(tenancy), "by": by, "command_id": command_id}
    known = application.find(TenantAccess.create_id(**facts))
    if known is None:
        return TenantAccess(**facts)
    assert isinstance(known, TenantAccess), "the id is of such a pair"
    if known.days != days and not known.seen(command_id):
        known.change(**facts)
    return known


def tenancies(database: Database, person: UUID) -> list[Tenancy]:
    """Return every tenant a person may see or saw once, by site and name."""
    with database.connection() as connection:
        rows: list[tuple[Any, ...]] = connection.execute(
            "SELECT person, site, tenant, valid_from, valid_to "
            f"FROM {DIRECTORY}.tenant_access WHERE person = %s ORDER BY site, tenant",
            (person,),
        ).fetchall()
    return [
        Tenancy(person=who, site=site, tenant=tenant, valid_from=first, valid_to=after)
        for who, site, tenant, first, after in rows
    ]


def tenants_on(database: Database, person: UUID, site: str, day: date) -> frozenset[str]:
    """Return the tenants that a person sees at a site on a local day."""
    return frozenset(
        each.tenant
        for each in tenancies(database, person)
        if each.site == site
        and each.valid_from <= day
        and (each.valid_to is None or day < each.valid_to)
    )
