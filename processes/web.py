"""In: the configuration. Out: the dashboard served by gunicorn until SIGTERM. I/O: TCP, PostgreSQL.

The process `web`: two workers of four threads; each worker builds its own system after the fork. It
serves the site that METERLINE_SITE names or the only one; with several sites all, by host name.
"""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from billing.accounts.account import account_id
from billing.bank.office import BankOffice
from billing.cash_desk.desk import Desk
from billing.enquiries.desk import EnquiryDesk
from billing.office import BillingOffice
from billing.prepaid.card_office import CardOffice
from billing.prepaid.office import PrepaidOffice
from billing.receivables.office import Receivables
from billing.takeover.office import TakeOverOffice
from billing.takeover.parallel import ParallelDesk
from billing.takeover.task_desk import TaskDesk
from billing.views.outage_tenants import supplied_by
from dashboards.app import create_app
from dashboards.commands import Commands
from dashboards.display_commands import DisplayCommands
from dashboards.duty_commands import DutyCommands, DutyDesks
from dashboards.equipment_commands import EquipmentCommands
from dashboards.money_commands import MoneyCommands
from dashboards.notice_commands import NoticeCommands
from dashboards.queries.asked_once import asked_once
from dashboards.queries.kept_answers import KeptAnswers
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.review_commands import ReviewCommands
from dashboards.rule_commands import RuleCommands
from dashboards.security.people import Doors
from dashboards.security.provider import Provider, provider_settings
from dashboards.security.proxies import Application, TrustedProxies
from dashboards.security.rules import networks_of
from dashboards.security.session_store import SqlSessionStore
from dashboards.settings import WebSettings
from dashboards.shift_report_commands import ShiftReportCommands
from dashboards.stamp_of_request import StampOfRequest
from dashboards.takeover_commands import TakeOverCommands
from dashboards.till_commands import TillCommands, WriteCard
from dashboards.work_commands import WorkCommands
from energy.alerting.desk import AlertDesk
from energy.alerting.notices.desk import NoticeDesk
from energy.alerting.outages.desk import OutageDesk
from energy.alerting.rule_desk import RuleDesk
from energy.alerting.sounding.desk import SoundDesk
from energy.alerting.suppression_desk import SuppressionDesk
from energy.base.clock import Clock
from energy.base.config import Config, load_config
from energy.base.errors import ConfigError, RefusedError
from energy.base.secrets import PersonVault
from energy.base.version import program_version
from energy.journal.access import Access
from energy.journal.application import JournalApplication
from energy.journal.factors import Factors
from energy.metering.conversion import ConversionFactors, read_conversion_factors
from energy.service.assurance.guard import EventGuard
from energy.service.duty.calling import posts_known
from energy.service.duty.desk import RosterDesk
from energy.service.duty.leave_desk import LeaveDesk
from energy.service.duty.log_desk import LogDesk
from energy.service.equipment.desk import EquipmentDesk
from energy.service.equipment.plan_desk import PlanDesk
from energy.service.note_desk import NoteDesk
from energy.service.reports.desk import ReportDesk
from energy.service.work.desk import IncidentDesk
from energy.service.work.order_desk import WorkOrderDesk
from energy.store.pool import Database
from energy.store.sites import Site
from energy.system import WEB, System, build
from processes.billing_office import billing_office, limits_of
from processes.card_writing import write_card, writer_of
from processes.display_desk import DisplayDesk
from processes.life import log_to_stderr
from processes.notice_gateways import gateways_named
from processes.papers.issued import BillPapers
from processes.review.screen_desk import ScreenDesk
from processes.web_service import services
from processes.web_sites import SiteServers

log = structlog.get_logger("web")
WORKERS = 2
THREADS = 4
STOP_S = 8
"""Time given to requests under way at a stop. [s]"""


def settings_of(site: Site, config: Config) -> WebSettings:
    """Return how a site is served: cookies by TLS alone, where TLS ends here or before."""
    return WebSettings(
        site_key=site.key,
        site_name=site.name,
        zone=site.zone,
        currency=site.currency,
        language=site.language,
        version=program_version(),
        provider=bool(config.oidc_issuer),
        secure_cookies=bool(config.web_certificate or config.web_proxies),
        factors=factors_of(site.key, config),
    )


def factors_of(site: str, config: Config) -> ConversionFactors:
    """Return the conversion factors of a site; the shipped ones where no file is named.

    Raises:
        ConfigError: The file cannot be read, or has problems.
    """
    if not config.factors:
        return ConversionFactors()
    try:
        text = Path(config.factors).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"factors: {config.factors} cannot be read: {error}.") from error
    return read_conversion_factors(text, site, config.factors)


def application_of(system: System) -> Flask | SiteServers:
    """Return what serves a system's sites: one server, or one by host name for each."""
    answers = KeptAnswers()  # of all sites together: the eyes of each see that site alone
    if not system.config.site and len(system.sites()) > 1:
        return SiteServers(system.database, lambda site: server_of(system, site, answers))
    return server_of(system, system.site, answers)


def notices_of(system: System, site: Site) -> NoticeCommands:
    """Return the writes of the pages of notices; groups may name posts of the plan of duty."""
    database, posts = system.database, posts_known(system.database, site)
    desk = NoticeDesk(database, site, system.vault, system.clock, posts)
    return NoticeCommands(site.key, desk)


def server_of(system: System, site: Site, answers: KeptAnswers | None = None) -> Flask:
    """Return the server of a site, wired to the system's database.

    Args:
        system: A system in the role of the web process.
        site: The site.
        answers: Where answers are kept; None: it has room of its own.
    """
    database, clock = system.database, system.clock
    at = SqlSite(
        database=database,
        site=site,
        clock=system.clock,
        vault=system.vault,
        walled=system.walled,
        limits=limits_of(system.config),
        gateways=gateways_named(system.config, site.key),
    )
    office = billing_office(system, site)
    papers = BillPapers(
        database=database,
        books=office.books,
        data_dir=system.config.data_dir,
        tenant_url=system.config.tenant_url,
    )
    return create_app(
        settings_of(site, system.config),
        queries=asked_once(SqlQueries(at), StampOfRequest(at.stamp), system.clock, answers),
        commands=Commands(
            site.key,
            alerts=AlertDesk(database, site, system.clock),
            outages=outages_of(database, site, system.clock),
            sound=SoundDesk(database, site.key, site.schema, system.clock),
            office=office,
            notes=NoteDesk(database, site.schema, system.clock),
            rules=RuleCommands(
                site.key,
                RuleDesk(database, site, system.clock),
                SuppressionDesk(database, site.schema, system.clock),
            ),
            notices=notices_of(system, site),
            work=work_of(office, database, system.clock),
            duty=duty_of(database, site, system.clock),
            equipment=equipment_of(database, site, system.clock),
            money=money_of(office, system.vault),
            till=till_of(office, clock, card_writing(system, site, CardOffice(office.books))),
            displays=displays_of(database, site, system.clock),
            review=ReviewCommands(site.key, ScreenDesk(system, site)),
            takeover=takeover_of(office, system.vault),
            enquiries=EnquiryDesk(office.books, system.clock, system.vault),
            shift_reports=shift_reports_of(database, site, system.clock),
            service=services(system, site, office.books),
        ),
        doors=doors_of(system),
        session_store=SqlSessionStore(database, system.vault.digest),
        clock=system.clock,
        provider=provider_of(system),
        render_pdf=papers.pdf,
    )


def outages_of(database: Database, site: Site, clock: Clock) -> OutageDesk:
    """Return the desk of planned outages, which asks who is supplied and what is assured."""
    supplied = supplied_by(database, site)
    return OutageDesk(database, site, clock, supplied, EventGuard(database, site, clock).outage)


def shift_reports_of(database: Database, site: Site, clock: Clock) -> ShiftReportCommands:
    """Return the writes of the pages of reports, wired to a site's desk."""
    return ShiftReportCommands(site.key, ReportDesk(database, site, clock))


def equipment_of(database: Database, site: Site, clock: Clock) -> EquipmentCommands:
    """Return the writes of the pages of equipment, wired to a site's desks."""
    facts = (database, site, clock)
    return EquipmentCommands(
        site.key, EquipmentDesk(*facts), PlanDesk(*facts), WorkOrderDesk(*facts)
    )


def duty_of(database: Database, site: Site, clock: Clock) -> DutyCommands:
    """Return the writes of the pages of duty, wired to a site's desks."""
    facts = (database, site, clock)
    desks = DutyDesks(rosters=RosterDesk(*facts), leave=LeaveDesk(*facts), log=LogDesk(*facts))
    return DutyCommands(site.key, desks)


def money_of(office: BillingOffice, vault: PersonVault) -> MoneyCommands:
    """Return the writes of the pages of money, wired to an office."""
    return MoneyCommands(
        site=office.site.key,
        payments=Receivables(office.books),
        bank=BankOffice(office.books, vault),
        corrections=office.corrections,
    )


def work_of(office: BillingOffice, database: Database, clock: Clock) -> WorkCommands:
    """Return the writes of incidents and work orders; accounts are those that the books know."""
    site, books = office.site, office.books

    def known(account: str) -> bool:
        return books.find(account_id(site.key, account)) is not None

    incidents = IncidentDesk(database, site, clock, known)
    return WorkCommands(site.key, incidents, WorkOrderDesk(database, site, clock))


def till_of(office: BillingOffice, clock: Clock, write: WriteCard) -> TillCommands:
    """Return the writes of the cash desks, wired to an office and to what writes cards."""
    books = office.books
    prepaid = PrepaidOffice(books, clock)
    return TillCommands(
        site=office.site.key,
        desk=lambda name: Desk(books, prepaid, name),
        cards=CardOffice(books),
        act=prepaid.act,
        write=write,
    )


def takeover_of(office: BillingOffice, vault: PersonVault) -> TakeOverCommands:
    """Return the writes of the take-over, wired to an office."""
    books = office.books
    metering = JournalApplication(books.database, books.schema, "metering", books.clock)
    return TakeOverCommands(
        site=office.site.key,
        loads=TakeOverOffice(books, metering, vault),
        parallel=ParallelDesk(books),
        wishes=TaskDesk(books, vault),
    )


def card_writing(system: System, site: Site, cards: CardOffice) -> WriteCard:
    """Return what writes a site's cards as the settings say; they are read at each write."""
    return lambda point, sale, act: write_card(
        system.database, site, cards, point, sale, writer_of(system.config), act
    )


def displays_of(database: Database, site: Site, clock: Clock) -> DisplayCommands:
    """Return the readings that people type, wired to a site's journal."""
    return DisplayCommands(site=site.key, desk=DisplayDesk(database, site, clock))


def doors_of(system: System) -> Doors:
    """Return the directory as the sign-in asks and tells it."""
    database, clock, vault = system.database, system.clock, system.vault
    return Doors(
        people=system.people,
        access=Access(database, clock, vault),
        factors=Factors(database, clock, vault),
        vault=vault,
    )


def provider_of(system: System) -> Provider | None:
    """Return the provider of the configuration; None where there is none.

    Raises:
        ConfigError: Its settings are incomplete.
    """
    config = system.config
    settings = provider_settings(
        config.oidc_issuer, config.oidc_client, config.oidc_secret, config.oidc_roles
    )
    return None if settings is None else Provider(settings=settings, clock=system.clock)


def tls_of(config: Config) -> dict[str, str]:
    """Return what gunicorn must know to serve by TLS; {} where it serves plain HTTP.

    Raises:
        ConfigError: One of certificate and key is missing.
    """
    files = {"certfile": config.web_certificate, "keyfile": config.web_key}
    if not any(files.values()):
        return {}
    for name, file in (("web_certificate", config.web_certificate), ("web_key", config.web_key)):
        if not file or not Path(file).is_file():
            raise ConfigError(f"{name} = {file!r} is no file. TLS needs a certificate and its key.")
    return files


def behind_proxies(application: Application, config: Config) -> Application:
    """Return an application that believes the proxies of the configuration, and no others.

    Raises:
        ConfigError: What is named is no address range.
    """
    named = [text.strip() for text in config.web_proxies.split(",") if text.strip()]
    if not named:
        return application
    try:
        return TrustedProxies(application, networks_of(named))
    except RefusedError as error:
        raise ConfigError(f"web_proxies: {error}") from error


class WebProcess(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with our settings instead of a command row."""

    def __init__(self, config: Config) -> None:
        """Serve where the configuration says."""
        self._config = config
        super().__init__()

    def load_config(self) -> None:
        """Give gunicorn its settings."""
        chosen: dict[str, Any] = {
            "bind": f"{self._config.web_host}:{self._config.web_port}",
            "workers": WORKERS,
            "threads": THREADS,
            "worker_class": "gthread",
            "graceful_timeout": STOP_S,
            "timeout": 60,
            "keepalive": 20,
            "control_socket_disable": True,
            "loglevel": "warning",
            "proc_name": "meterline-web",
            **tls_of(self._config),
        }
        for name, value in chosen.items():
            if name in self.cfg.settings:  # older gunicorn has no control socket to switch off
                self.cfg.set(name, value)

    def load(self) -> Application:
        """Build the server in a fresh worker: connections never cross a fork."""
        built = behind_proxies(application_of(build(WEB, config=self._config)), self._config)
        gc.collect()
        gc.freeze()  # what a worker holds for good is not looked through for every hundred pages
        return built


def main() -> None:
    """Serve until SIGTERM."""
    log_to_stderr("web")
    config = load_config()
    log.info("listening", host=config.web_host, port=config.web_port)
    WebProcess(config).run()


if __name__ == "__main__":
    main()
