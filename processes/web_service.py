"""In: a site's database, books and vault. Out: the writes of the pages of energy/service. Pure."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from billing.books import Books
from billing.enquiries.desk import EnquiryDesk
from billing.views.asked_supplies import asked_of
from billing.views.case_books import SiteCaseBooks
from billing.views.outage_tenants import supplied_by
from billing.views.service_desk import desk_books
from dashboards.assurance_commands import AssuranceCommands
from dashboards.case_commands import CaseCommands
from dashboards.inspection_commands import InspectionCommands
from dashboards.patrol_commands import PatrolCommands
from dashboards.request_commands import RequestCommands
from dashboards.service_commands import ServiceCommands
from dashboards.switching_commands import SwitchingCommands
from energy.base.clock import Clock
from energy.base.secrets import PersonVault
from energy.service.assurance.desk import AssuranceDesk
from energy.service.cases.desk import CaseDesk
from energy.service.contingency.desk import ContingencyDesk
from energy.service.inspection.desk import InspectionDesk
from energy.service.requests.article_desk import ArticleDesk
from energy.service.requests.desk import RequestDesk
from energy.service.requests.request import TenantRequest
from energy.service.rounds.desk import PatrolDesk
from energy.service.switching.desk import SwitchingDesk
from energy.store.pool import Database
from energy.store.sites import Site
from energy.system import System
from processes.inspection_screen import ScreenBilling
from processes.portal_requests import answer_in_portal


def services(system: System, site: Site, books: Books) -> ServiceCommands:
    """Return the writes of the pages of energy/service of a web process."""
    database, clock, vault = system.database, system.clock, system.vault
    inspections = inspections_of(system, site)
    return service_of(database, site, clock, books, vault, inspections=inspections)


def service_of(
    database: Database,
    site: Site,
    clock: Clock,
    books: Books,
    vault: PersonVault,
    *,
    inspections: InspectionCommands,
) -> ServiceCommands:
    """Return the writes of the pages of energy/service, which ask the books what they know."""
    switching = SwitchingDesk(database, site, clock, asked_of(books))
    cases = CaseDesk(database, site, clock, SiteCaseBooks(books))
    return ServiceCommands(
        cases=CaseCommands(site.key, cases),
        assurance=AssuranceCommands(
            site=site.key,
            events=AssuranceDesk(database, site, clock),
            emergencies=ContingencyDesk(database, site, clock),
            clock=clock,
        ),
        inspections=inspections,
        switching=SwitchingCommands(site.key, switching, clock),
        patrol=PatrolCommands(site.key, PatrolDesk(database, site, clock)),
        requests=requests_of(database, site, clock, books, vault),
    )


def inspections_of(system: System, site: Site) -> InspectionCommands:
    """Return the writes of the pages of inspections; what was missed is billed as adjustments."""
    database = system.database
    desk = InspectionDesk(database, site, system.clock, supplied_by(database, site))
    return InspectionCommands(site.key, desk, ScreenBilling(system, site, desk))


def requests_of(
    database: Database, site: Site, clock: Clock, books: Books, vault: PersonVault
) -> RequestCommands:
    """Return the writes of the service desk; what came by the portal is answered there."""
    desk = RequestDesk(database, site, clock, vault, desk_books(books))
    enquiries = EnquiryDesk(books, clock, vault)

    def answer(
        request: TenantRequest, words: str, articles: list[dict[str, Any]], by: UUID, seen: str
    ) -> None:
        answer_in_portal(enquiries, desk, site, request, words, articles, by=by, seen=seen)

    return RequestCommands(
        site=site.key,
        desk=desk,
        article_desk=ArticleDesk(database, site, clock),
        answer_in_portal=answer,
    )
