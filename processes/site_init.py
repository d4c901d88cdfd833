"""In: a site file. Out: the site's schema, meters, rules, tariffs and accounts. I/O: PostgreSQL.

The file is checked whole before anything is written; running it again after an interruption
continues where it stopped, because every id and command id is made of the file's own keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from billing.accounts.desk import AccountDesk
from billing.accounts.site_accounts import BooksPlan, read_books
from billing.office import BillingOffice
from energy.base.clock import Clock
from energy.base.errors import SiteFileError
from energy.base.ids import id_of
from energy.base.secrets import PersonVault
from energy.base.toml_text import NoTomlError, toml_of
from energy.journal.application import JournalApplication
from energy.journal.directory import found_site
from energy.metering.channel import Channel, ChannelFacts
from energy.metering.meter import Meter, facts_to_json, meter_id
from energy.metering.plant import ChannelRegister, PlaceTree, Source, SupplyGraph
from energy.metering.site_file import PlannedMeter, SitePlan, read_site
from energy.metering.site_file_channels import ProfileFacts
from energy.metering.site_file_checker import Checker
from energy.store.migrate import migrate_site
from energy.store.pool import Database
from energy.store.sites import Site, valid_key
from processes.formula_desk import FormulaDesk
from processes.meter_profiles import Product, load_product
from processes.project import catch_up
from processes.site_rules import define_at_first, rules_of_file


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSite:
    """A site file without a problem."""

    plan: SitePlan
    books: BooksPlan
    rules: tuple[dict[str, Any], ...]
    """Rules of alerts as events store them, version left open."""

    @property
    def site(self) -> Site:
        """Return the site it describes."""
        return Site(
            key=self.plan.key,
            name=self.plan.name,
            zone=self.plan.zone,
            currency=self.plan.currency,
            language=self.plan.language,
        )


def check_site_file(path: Path) -> CheckedSite:
    """Return the checked content of a site file and the tariff files it names.

    Raises:
        SiteFileError: Lists every problem; nothing was written.
    """
    try:
        document = toml_of(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SiteFileError([f"{path} cannot be read: {error.strerror}"]) from error
    except (NoTomlError, UnicodeDecodeError) as error:
        raise SiteFileError([f"{path} is no TOML file: {error}"]) from error
    plan, problems = read_site(document, _each_map_once())
    rules, rule_problems = rules_of_file(document, plan)
    problems += rule_problems
    misshapen = _misshapen(document)
    if misshapen:
        raise SiteFileError([*problems, *(p for p in misshapen if p not in problems)])
    utilities = {
        str(meter.get("point")): str(meter.get("utility")) for meter in document.get("meter", [])
    }
    utilities |= {
        str(each.get("point")): str(each.get("utility")) for each in document.get("formula", [])
    }
    books, book_problems = read_books(document, path.parent, utilities)
    problems += book_problems
    if plan is not None and not valid_key(plan.key):
        problems.append(f"[site]: key {plan.key!r} is none of a-z, 0-9 and _, at most 40 long")
    if problems or plan is None or books is None:
        raise SiteFileError(problems)
    return CheckedSite(plan=plan, books=books, rules=tuple(rules))


def _misshapen(document: dict[str, Any]) -> list[str]:
    """Return what is no list of tables where one is wanted: nothing in it can be checked."""
    checker = Checker(document)
    for name in ("meter", "tariff", "formula"):
        checker.tables(name)
    for n, account in enumerate(checker.tables("account"), 1):
        checker.rows(account, "supplies", f"account {account.get('key') or n!r}")
    return checker.problems


def init_site(
    checked: CheckedSite,
    owner: Database,
    writer: Database,
    clock: Clock,
    vault: PersonVault,
) -> Site:
    """Write a checked site; return it.

    Args:
        checked: The checked file.
        owner: Pool of meterline_owner: makes the schema.
        writer: Pool of meterline_writer: appends the events, folds the views.
        clock: The injected clock.
        vault: Seals the accounts' personal fields.
    """
    site, plan = checked.site, checked.plan
    with owner.connection() as connection:
        migrate_site(connection, site.key, at=clock.now())
    metering = JournalApplication(writer, site.schema, "metering", clock)
    _structures(metering, plan)
    _meters(metering, plan)
    catch_up(writer, site, clock)
    if plan.formulas:
        command = _command(plan.key, "formulas")
        FormulaDesk(writer, site, clock).define(plan.formulas, by=None, command_id=command)
    operations = JournalApplication(writer, site.schema, "operations", clock)
    define_at_first(operations, plan.key, checked.rules)
    office = BillingOffice(writer, site, clock, vault)
    _books(office, checked.books, plan.key)
    _agreed(AccountDesk(office.books, vault), checked.books, plan.key)
    catch_up(writer, site, clock)
    # The directory names the site last: nobody sees one that is half made.
    found_site(
        writer,
        clock,
        key=site.key,
        name=site.name,
        zone=site.zone.key,
        currency=site.currency,
        language=site.language,
        command_id=_command(site.key, "found"),
    )
    return site


def _each_map_once() -> ProfileFacts:
    """Return what looks a quantity up; a map is read once for a whole site file."""
    products: dict[str, Product] = {}

    def facts(profile: str, quantity: str) -> ChannelFacts:
        if profile not in products:
            products[profile] = load_product(profile)
        return products[profile].facts(quantity)

    return facts


def _command(site: str, *what: str) -> UUID:
    return id_of("site init", site, *what)


def _structures(metering: JournalApplication, plan: SitePlan) -> None:
    key = plan.key
    if metering.find(id_of("place_tree", key)) is None:
        places = PlaceTree(site=key, places=plan.places, command_id=_command(key, "places"))
        metering.store(places)
    for supply in plan.supplies:
        if metering.find(id_of("supply_graph", key, supply["utility"])) is None:
            command = _command(key, "supply", supply["utility"])
            metering.store(SupplyGraph(site=key, command_id=command, **supply))
    for source in plan.sources:
        if metering.find(id_of("source", key, source["key"])) is None:
            settings = {k: v for k, v in source.items() if k not in {"key", "kind"}}
            metering.store(
                Source(
                    site=key,
                    key=source["key"],
                    kind=source["kind"],
                    settings=settings,
                    command_id=_command(key, "source", source["key"]),
                )
            )


def _meters(metering: JournalApplication, plan: SitePlan) -> None:
    """Plan every point, number its channels and commission its device, a transaction each."""
    # The register is read once: it has an event a meter, and reading it for each of 5,000
    # meters would read 12 million of them.
    register: ChannelRegister | None = metering.find(id_of("channel_register", plan.key))
    for planned in plan.meters:
        if metering.find(meter_id(plan.key, planned.point)) is None:
            command = _command(plan.key, "meter", planned.point)
            register = register or ChannelRegister(site=plan.key, command_id=command)
            metering.store(register, _meter(plan.key, planned, register))


def _meter(site: str, planned: PlannedMeter, register: ChannelRegister) -> Meter:
    """Return a meter with its channels numbered, commissioned unless it is only planned."""
    command = _command(site, "meter", planned.point)
    first = register.take(point=planned.point, count=len(planned.channels), command_id=command)
    channels = [
        facts_to_json(Channel(number=first + n, point=planned.point, facts=facts))
        for n, facts in enumerate(planned.channels)
    ]
    meter = Meter(
        site=site,
        point=planned.point,
        name=planned.name,
        place=planned.place,
        utility="" if planned.utility is None else planned.utility.value,
        channels=channels,
        command_id=command,
    )
    if not planned.planned:
        meter.commission(
            at=planned.since,
            serial=planned.serial,
            profile=planned.profile,
            source=planned.source,
            address=planned.address,
            multiplier=planned.multiplier,
            start_counts={},
            record={"origin": "site file"},
            command_id=command,
        )
    return meter


def _books(office: BillingOffice, books: BooksPlan, site: str) -> None:
    if books.issuer is not None:
        office.name_issuer(books.issuer, command_id=_command(site, "issuer"))
    for n, text in enumerate(books.tariffs):
        office.publish_tariff(text, command_id=_command(site, "tariff", str(n)), by=None)
    for account in books.accounts:
        office.open_account(
            account=account.key,
            name=account.name,
            address=account.address,
            email=account.email,
            language=account.language,
            opened_on=account.opened_on,
            supplies=account.supplies,
            command_id=_command(site, "account", account.key),
        )


def _agreed(desk: AccountDesk, books: BooksPlan, site: str) -> None:
    for key, facts in books.parties.items():
        desk.put_party(key, facts, by=None, command_id=_command(site, "party", key))
    for account in books.accounts:
        if account.terms:
            command = partial(_command, site, "terms", account.key)
            desk.tell(
                account.key,
                partial(account.terms.tell, command_id=command),
                command_id=command(str(account.terms)),
            )
