"""In: somebody who left. Out: their personal fields, which nobody reads any more. I/O: PostgreSQL.

What a person did stays: facts name an id, and hashes cover sealed text. What made the id a person
is gone with its keys: name, sign-in, addresses of sign-ins, and each contact that was the person.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from energy.alerting.notices.desk import NoticeDesk
from energy.alerting.notices.reads import read_contacts
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.base.period import local_day
from energy.service.cases.reads import read_cases
from energy.service.duty.calling import posts_known
from energy.service.duty.reads import read_sheets
from energy.service.requests.reads import read_calls, read_requests
from energy.service.switching.reads import read_permits, read_switching
from energy.service.work.reads import read_incidents, read_orders
from energy.store.sites import Site, list_sites
from energy.system import System


def erase_person(system: System, person: UUID, *, by: UUID, command_id: UUID) -> list[str]:
    """Erase the personal fields of somebody who left, at every site of the installation.

    Cut off at any step, the same again does what is left.

    Args:
        system: Of the installation, as role meterline_writer.
        person: Who left; barred from signing in already.
        by: The administrator.
        command_id: The command's id.

    Returns:
        The contacts erased with them: "SITE/KEY".

    Raises:
        RefusedError: There is no such person, who may still sign in, is oneself, owns open work
            or stands in a roster to come.
    """
    sites = list_sites(system.database)
    held = [each for site in sites for each in _held(system, site, person)]
    if held:
        raise RefusedError.of("person.holds", what=", ".join(held))
    system.people.erase(person, by, command_id)
    return [each for site in sites for each in _forgotten(system, site, person, by, command_id)]


def _held(system: System, site: Site, person: UUID) -> list[str]:
    """Return what would be nobody's: numbers of open work, requests and switching, slots."""
    today = local_day(system.clock.now(), site.zone)
    with system.database.connection() as connection:
        work = [
            *(each.number for each in read_incidents(connection, site.schema, owner=person)),
            *(each.number for each in read_orders(connection, site.schema, doer=person)),
            *(each.number for each in read_cases(connection, site.schema, owner=person)),
        ]
        asked = {
            *(each.number for each in read_requests(connection, site.schema, owner=person)),
            *(each.number for each in read_calls(connection, site.schema, person=person)),
        }
        switching = [
            order.number
            for order in read_switching(connection, site.schema, over=False)
            if person in (order.operator, order.guardian)
            or any(
                permit.holder == person and permit.returned_at is None
                for permit in read_permits(connection, site.schema, order.switching_order)
            )
        ]
        slots = [
            str(key)
            for sheet in read_sheets(connection, site.schema, today, date.max)
            for key, filled in sheet.slots.items()
            if filled.person == person and key.day >= today
        ]
    return [*work, *sorted(asked), *switching, *sorted(slots)]


def _forgotten(system: System, site: Site, person: UUID, by: UUID, command_id: UUID) -> list[str]:
    """Erase the contacts of a site that are the person."""
    posts = posts_known(system.database, site)
    desk = NoticeDesk(system.database, site, system.vault, system.clock, posts)
    with system.database.connection() as connection:
        theirs = [each for each in read_contacts(connection, site.schema) if each.user == person]
    for contact in theirs:
        command = id_of("command", str(command_id), site.key, contact.key)
        desk.erase(contact.key, by=by, command_id=command)
    return [f"{site.key}/{contact.key}" for contact in theirs]
