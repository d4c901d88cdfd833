"""In: nothing. Out: a whole web process over a made-up campus. Pure.

Twelve buildings, a day with a hole, an estimated stretch, open alerts, a rated run and an issued
one: everything that the screens must be able to show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from dashboards.app import create_app
from dashboards.assurance_commands import AssuranceCommands
from dashboards.case_commands import CaseCommands
from dashboards.commands import Commands
from dashboards.display_commands import DisplayCommands
from dashboards.duty_commands import DutyCommands, DutyDesks
from dashboards.equipment_commands import EquipmentCommands
from dashboards.money_commands import MoneyCommands
from dashboards.notice_commands import NoticeCommands
from dashboards.patrol_commands import PatrolCommands
from dashboards.review_commands import ReviewCommands
from dashboards.rule_commands import RuleCommands
from dashboards.security.passwords import hashed
from dashboards.security.people import Doors
from dashboards.security.provider import Provider
from dashboards.service_commands import ServiceCommands
from dashboards.settings import WebSettings
from dashboards.shift_report_commands import ShiftReportCommands
from dashboards.switching_commands import SwitchingCommands
from dashboards.takeover_commands import TakeOverCommands
from dashboards.work_commands import WorkCommands
from energy.base.clock import Clock, ManualClock
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from tests.dashboards.fake_admin import FakeAdmin
from tests.dashboards.fake_alerts import ALERT, FakeAlertDesk
from tests.dashboards.fake_assurance import FakeAssurance, FakeAssuranceDesk
from tests.dashboards.fake_cases import FakeCaseDesk, FakeCases
from tests.dashboards.fake_doors import FakeDoors, FakeSessionStore
from tests.dashboards.fake_energy import INVOICE, NOW, RUN, SITE, ZONE
from tests.dashboards.fake_equipment import FakeEquipment
from tests.dashboards.fake_equipment_desk import FakeEquipmentDesk, FakePlanDesk
from tests.dashboards.fake_flows import FakeFlows
from tests.dashboards.fake_inspections import FakeInspections, inspection_commands
from tests.dashboards.fake_leave import FakeDutyDesk, FakeLeave
from tests.dashboards.fake_life import FakeLife
from tests.dashboards.fake_lines import FakeLines
from tests.dashboards.fake_load import FakeLoad
from tests.dashboards.fake_money import FakeMoney
from tests.dashboards.fake_notices import FakeNotices
from tests.dashboards.fake_orders import FakeOrders
from tests.dashboards.fake_outages import FakeOutageDesk, FakeOutages
from tests.dashboards.fake_patrol import FakePatrol, FakePatrolDesk
from tests.dashboards.fake_phone import FakePhone
from tests.dashboards.fake_plant import FakePlant
from tests.dashboards.fake_portal import FakePortal
from tests.dashboards.fake_quality import FakeQuality
from tests.dashboards.fake_reports import FakeReports
from tests.dashboards.fake_requests import FakeRequests
from tests.dashboards.fake_rules import FakeRules
from tests.dashboards.fake_service_desk import request_commands
from tests.dashboards.fake_shift_reports import FakeReportDesk, FakeShiftReports
from tests.dashboards.fake_sound import FakeSound
from tests.dashboards.fake_switching import FakeSwitching, FakeSwitchingDesk
from tests.dashboards.fake_takeover import FakeTakeOver
from tests.dashboards.fake_tariffs import FakeTariffs
from tests.dashboards.fake_tenants import FakeTenants
from tests.dashboards.fake_till import FakeTill, till_commands
from tests.dashboards.fake_work_desk import FakeIncidentDesk, FakeOrderDesk

__all__ = ["ALERT", "INVOICE", "NOW", "RUN", "SITE"]


def settings(*, language: str = "en", secure: bool = False) -> WebSettings:
    return WebSettings(
        site_key=SITE,
        site_name="Cambridge campus",
        zone=ZONE,
        currency="GBP",
        language=language,
        version="0.1.0",
        secure_cookies=secure,
    )


@dataclass(frozen=True)
class FakePerson:
    person: UUID
    sign_in: str
    name: str
    password_hash: str
    must_change: bool
    roles: tuple[str, ...]
    language: str = "en"
    disabled: bool = False


class FakePeople:
    def add(
        self,
        *,
        sign_in: str,
        name: str,
        password_hash: str,
        roles: Any,
        language: str,
        command_id: UUID,
        must_change: bool = True,
    ) -> UUID:
        self.people[sign_in.casefold()] = FakePerson(
            person=command_id,
            sign_in=sign_in,
            name=name,
            password_hash=password_hash,
            must_change=must_change,
            roles=tuple(roles),
            language=language,
        )
        return command_id

    def disable(self, person: UUID, by: UUID, command_id: UUID) -> None:
        self.journal.append(("disabled", str(person)))

    def enable(self, person: UUID, by: UUID, command_id: UUID) -> None:
        self.journal.append(("enabled", str(person)))

    def change_roles(self, person: UUID, roles: Any, by: UUID, command_id: UUID) -> None:
        if person == by:
            raise RefusedError.of("person.oneself")
        self.journal.append(("roles", *roles))
        for sign_in, found in self.people.items():
            if found.person == person:
                self.people[sign_in] = replace(found, roles=tuple(roles))

    def __init__(self, people: dict[str, FakePerson]) -> None:
        self.people = people
        self.journal: list[tuple[str, ...]] = []
        self.tenancies: frozenset[str] = frozenset()

    def by_sign_in(self, sign_in: str) -> FakePerson | None:
        return self.people.get(sign_in.strip().casefold())

    def get(self, person: UUID) -> FakePerson | None:
        return next((p for p in self.people.values() if p.person == person), None)

    def tenants(self, person: UUID, site: str, zone: ZoneInfo) -> frozenset[str]:
        return self.tenancies

    def sign_in(self, person: UUID, address: str, command_id: UUID) -> None:
        self.journal.append(("signed in", str(person)))

    def sign_out(self, person: UUID, address: str, command_id: UUID) -> None:
        self.journal.append(("signed out", str(person)))

    def sign_in_failed(self, sign_in: str, address: str) -> None:
        self.journal.append(("failed", sign_in))

    def change_password(self, person: UUID, password_hash: str, command_id: UUID) -> None:
        for sign_in, found in self.people.items():
            if found.person == person:
                self.people[sign_in] = replace(
                    found, password_hash=password_hash, must_change=False
                )


@dataclass
class FakeSite(
    FakeSound,
    FakeTakeOver,
    FakeTill,
    FakeLines,
    FakeTenants,
    FakeMoney,
    FakeAdmin,
    FakePortal,
    FakePlant,
    FakeOutages,
    FakeLeave,
    FakeSwitching,
    FakeAssurance,
    FakeShiftReports,
    FakeRequests,
    FakeCases,
    FakeInspections,
    FakePatrol,
    FakeEquipment,
    FakeLoad,
    FakeQuality,
    FakeReports,
    FakeLife,
    FakeFlows,
    FakeTariffs,
    FakePhone,
    FakeRules,
    FakeNotices,
    FakeOrders,
):
    """Queries, alert desk, billing office and note desk in one, over made-up rows."""


def commands_of(site: FakeSite) -> Commands:
    """Return the writes of a made-up site."""
    money = MoneyCommands(site=SITE, payments=site, bank=site, corrections=site)
    till = till_commands(site)
    displays = DisplayCommands(site=SITE, desk=site)
    desk = FakeDutyDesk(site)
    duty = DutyCommands(SITE, DutyDesks(rosters=desk, leave=desk, log=desk))
    return Commands(
        SITE,
        alerts=FakeAlertDesk(site, lambda person: site.names.get(person, "?")),
        outages=FakeOutageDesk(site),
        sound=site,
        office=site,
        notes=site,
        money=money,
        till=till,
        review=ReviewCommands(SITE, site.review_desk),
        displays=displays,
        takeover=TakeOverCommands(site=SITE, loads=site.old, parallel=site.old, wishes=site.old),
        rules=RuleCommands(SITE, site.rule_desk, site.rule_desk),
        notices=NoticeCommands(SITE, site.notice_desk),
        work=WorkCommands(
            SITE, FakeIncidentDesk(site.clock), FakeOrderDesk(site.clock, papers=site.photos)
        ),
        duty=duty,
        equipment=EquipmentCommands(
            SITE,
            FakeEquipmentDesk(site.clock),
            FakePlanDesk(site.clock),
            FakeOrderDesk(site.clock),
        ),
        enquiries=site,
        service=ServiceCommands(
            switching=SwitchingCommands(SITE, FakeSwitchingDesk(site.clock.now), site.clock),
            requests=request_commands(site.clock),
            cases=CaseCommands(SITE, FakeCaseDesk(site.clock.now)),
            inspections=inspection_commands(site.clock),
            patrol=PatrolCommands(SITE, FakePatrolDesk(site.clock.now())),
            assurance=AssuranceCommands(
                site=SITE,
                events=FakeAssuranceDesk(),
                emergencies=FakeAssuranceDesk(),
                clock=site.clock,
            ),
        ),
        shift_reports=ShiftReportCommands(SITE, FakeReportDesk()),
    )


def service_with(**rooms: Any) -> ServiceCommands:
    """Return the writes of energy/service of a test that needs a few rooms only."""
    every = (each.name for each in fields(ServiceCommands))
    return ServiceCommands(**(dict.fromkeys(every) | rooms))


def commands_with(site: str, **desks: Any) -> Commands:
    """Return the writes of a test that needs a few desks only."""
    every = ("alerts", "outages", "sound", "office", "notes", "money", "till", "displays", "review")
    return Commands(site, **(dict.fromkeys(every) | desks))


PASSWORD = "first-password-of-all"
EVERYTHING = ("energy_manager", "billing_clerk", "billing_approver", "technician")


@dataclass
class FakeWeb:
    """A whole web process over the made-up campus."""

    site: FakeSite
    people: FakePeople
    store: FakeSessionStore
    doors: FakeDoors
    server: object


@cache
def _password_hash() -> str:
    """Return the hash of PASSWORD: a tenth of a second, that every made-up person would cost."""
    return hashed(PASSWORD)


def person_of(sign_in: str, *roles: str, name: str = "", must_change: bool = False) -> FakePerson:
    """Return a person whose password is PASSWORD."""
    return FakePerson(
        person=id_of("person", sign_in),
        sign_in=sign_in,
        name=name or sign_in.title(),
        password_hash=_password_hash(),
        must_change=must_change,
        roles=roles,
    )


def web_over(
    queries: Any,
    commands: Commands,
    clock: Clock,
    *people: FakePerson,
    settings: WebSettings,
    site: FakeSite | None = None,
    rules: dict[str, Any] | None = None,
    provider: Provider | None = None,
) -> FakeWeb:
    """Return a web process over some queries and commands, made up or real, with made-up doors."""
    known = FakePeople({each.sign_in: each for each in people})
    store = FakeSessionStore()
    doors = FakeDoors(clock=clock, people=known, set_rules=rules or {"second_factor": []})
    server = create_app(
        settings,
        queries=queries,
        commands=commands,
        doors=Doors(people=known, access=doors, factors=doors, vault=doors),
        session_store=store,
        provider=provider,
        clock=clock,
        render_pdf=lambda _, document, language: f"%PDF-1.7 {language} {document}".encode(),
    )
    fake: Any = site
    return FakeWeb(site=fake, people=known, store=store, doors=doors, server=server)


def fake_web(
    *,
    roles: tuple[str, ...] = EVERYTHING,
    must_change: bool = False,
    clock: Clock | None = None,
    name: str = "Grace Hopper",
    rules: dict[str, Any] | None = None,
    secure: bool = False,
    provider: Provider | None = None,
    answers: Callable[[FakeSite], Any] = lambda site: site,
) -> FakeWeb:
    clock = clock or ManualClock(NOW)
    person = person_of("grace", *roles, name=name, must_change=must_change)
    site = FakeSite(clock=clock, names={person.person: name})
    return web_over(
        answers(site),
        commands_of(site),
        clock,
        person,
        settings=settings(secure=secure),
        site=site,
        rules=rules,
        provider=provider,
    )
