"""In: a folder of tests/cases/bills. Out: its bills, as printed, from a real site. I/O: PostgreSQL.

The README of the folder tells what its files hold. Meters come of the product's own site file,
readings by its journal, bills by its billing office: nothing stands in for anything.
"""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.accounts.account import Supply
from billing.accounts.desk import AccountDesk
from billing.accounts.site_contracts import TERM_KEYS, read_terms_of
from billing.invoices.issuer import CorrectionMode
from billing.office import BillingOffice
from billing.receivables.collecting import Collecting
from billing.receivables.dunning_file import read_rules
from billing.runs.bill_run import Choice
from billing.tariffs.price_table import read_price_file
from billing.tariffs.tariff_office import TariffOffice
from billing.views.books import books_follower
from billing.views.corrections import read_corrections
from energy.base.config import Config
from energy.base.ids import id_of
from energy.base.secrets import PersonVault
from energy.journal.directory import TableKeys
from energy.metering.channel import Channel
from energy.metering.codec import MAX_READINGS
from energy.metering.meter import Meter, meter_id
from energy.metering.reading import Reading
from energy.store.pool import Database
from energy.system import OWNER, WRITER, System
from energy.views.registry import load_channels
from processes.estimates.draft import draft_estimate, record_estimate
from processes.shares.define import ShareDesk
from processes.site_init import check_site_file, init_site
from tests.billing.samples import ISSUER
from tests.bills.printed import printed_of
from tests.fixtures.postgres import TestSite

FOLDER = Path(__file__).parents[1] / "cases" / "bills"
CASES = sorted(each for each in FOLDER.iterdir() if (each / "case.toml").exists())
CLERK, APPROVER = UUID(int=1), UUID(int=2)
HEAD = """
[site]
key = "{key}"
name = "Town"
zone = "{zone}"
currency = "{currency}"
language = "en"
[[place]]
key = "town"
kind = "campus"
name = "Town"
[[source]]
key = "files"
kind = "file"
"""
"""Stands ahead of every site.toml: what no bill depends on."""
SUPPLY_KEYS = {"point", "tariff", "from", "to"}


class BillCase:
    """A site of one case, and what is done to it."""

    def __init__(self, site: TestSite, folder: Path, place: Path) -> None:
        """Found the site of a folder.

        Args:
            site: Fresh, in the case's zone.
            folder: Of the case.
            place: Empty folder for the whole site file.
        """
        self.folder = folder
        self.case = document_of(folder)
        self.site = site
        self.zone = ZoneInfo(self.case["zone"])
        self.found(place)
        self.office = BillingOffice(
            site.writer, site.site, site.clock, self.vault, view_timeout_s=0.2
        )
        self.books = books_follower(site.writer, site.schema, site.clock)
        with site.writer.connection() as connection:
            channels = load_channels(connection, site.schema).values()
        self.channels = {(each.point, each.facts.quantity): each for each in channels}

    def found(self, place: Path) -> None:
        """Let `site init` make the meters of the site file."""
        site, case = self.site, self.case
        head = HEAD.format(key=site.site.key, zone=case["zone"], currency=case["currency"])
        rest = (self.folder / "site.toml").read_text(encoding="utf-8")
        path = place / "site.toml"
        path.write_text(head + rest, encoding="utf-8")
        self.vault = PersonVault(bytes(range(32)), TableKeys(site.writer))
        owner = Database(site.server.dsn(OWNER))
        try:
            founded = init_site(check_site_file(path), owner, site.writer, site.clock, self.vault)
        finally:
            owner.close()
        site.site = replace(founded, key=site.site.key)

    def told(self) -> list[dict[str, Any]]:
        """Tell everything in its order; return what each bill prints, by account."""
        self.change_meters()
        self.contracts()
        bills = self.case.get("bill") or [{}]
        printed: list[dict[str, Any]] = []
        for number, bill in enumerate(bills):
            self.read(after_bill=number)
            self.estimate(after_bill=number)
            self.catch_up()
            days = (
                bill.get("first_day", self.case["first_day"]),
                bill.get("last_day", self.case["last_day"]),
            )
            printed.append(self.bill(number, *days))
        return [*printed, self.late_fees()] if "late" in self.case else printed

    def change_meters(self) -> None:
        """Record every change of a meter."""
        metering = self.site.application("metering")
        for change in self.case.get("change", ()):
            key = meter_id(self.site.site.key, change["point"])
            meter = metering.find(key)
            assert isinstance(meter, Meter), "a point of the site file"
            command = id_of("case", str(key), change["at"].isoformat())
            told: dict[str, Any] = {"at": change["at"], "record": {}, "command_id": command}
            final = self.counts(change["point"], change.get("final", {}))
            device: dict[str, Any] = {"profile": "", "source": "files", "address": {}}
            device |= {"serial": change.get("serial")}
            device |= {"start_counts": self.counts(change["point"], change.get("start", {}))}
            if change["kind"] != "retire":
                told["multiplier"] = Fraction(change["multiplier"])
            if change["kind"] != "commission":
                told["reason"] = "stated"
            match change["kind"]:
                case "ratio":
                    meter.change_ratio(counts=final, **told)
                case "replace":
                    meter.replace(final_counts=final, **device, **told)
                case "retire":
                    meter.retire(final_counts=final, **told)
                case "commission":
                    meter.commission(**device, **told)
            metering.store(meter)

    def counts(self, point: str, shown: Mapping[str, str]) -> dict[int, int]:
        """Return the counts of what displays showed, by channel."""
        channels = {quantity: self.channels[point, quantity] for quantity in shown}
        return {each.number: count_of(each, shown[name]) for name, each in channels.items()}

    def contracts(self) -> None:
        """Publish tariffs, divide what is shared, open accounts with their terms."""
        office = self.office
        office.name_issuer(ISSUER, command_id=id_of("case", "issuer"))
        mode = CorrectionMode.ADJUST_NEXT
        office.corrections.set_mode(mode, by=CLERK, command_id=id_of("case", "mode"))
        for path in sorted(self.folder.glob("tariff*.yaml")):
            text = path.read_text(encoding="utf-8")
            office.publish_tariff(
                text, command_id=id_of("case", path.name), by=None, ending=path.suffix
            )
        for path in sorted(self.folder.glob("prices*.csv")):
            table = read_price_file(path.read_text(encoding="utf-8"), path.suffix, path.stem)
            TariffOffice(office.books).publish_prices(
                table, "", command_id=id_of("case", path.name), by=None
            )
        self.catch_up()
        if (share := self.folder / "share.toml").exists():
            desk = ShareDesk(self.site.writer, self.site.site, self.site.clock)
            desk.define(share.read_text(encoding="utf-8"), by=CLERK)
            self.catch_up()
        for account in tomllib.loads((self.folder / "contract.toml").read_text("utf-8"))["account"]:
            self.open_account(account)
        self.catch_up()

    def open_account(self, account: Mapping[str, Any]) -> None:
        """Open an account as a site file tells of it."""
        key, opened = account["key"], account.get("opened_on", date(2015, 1, 1))
        supplies = account["supplies"]
        assert all(set(each) <= SUPPLY_KEYS for each in supplies), "supplies have no other keys"
        self.office.open_account(
            account=key,
            name=account.get("name", f"Tenant {key}"),
            address="1 Road",
            email="tenant@town.example",
            language="en",
            opened_on=opened,
            supplies=[
                Supply(
                    point=each["point"],
                    tariff=each["tariff"],
                    valid_from=each.get("from", opened),
                    valid_to=each.get("to"),
                )
                for each in supplies
            ],
            command_id=id_of("case", "open", key),
        )
        assert set(account) <= {"key", "name", "opened_on", "supplies", *TERM_KEYS}, key
        terms, problems = read_terms_of(account, key, [each["point"] for each in supplies], [])
        assert problems == []
        if terms:
            AccountDesk(self.office.books, self.vault).tell(
                key,
                lambda contract: terms.tell(
                    contract, command_id=lambda words: id_of("case", key, words)
                ),
                command_id=id_of("case", "terms", key),
            )

    def read(self, *, after_bill: int) -> None:
        """Bring readings into the journal: those told before the first bill, or behind a later."""
        found = [
            reading
            for row in rows_of(self.folder)
            if int(row["after_bill"] or 0) == after_bill
            for reading in self.readings(row)
        ]
        for first in range(0, len(found), MAX_READINGS):
            self.site.accept(*found[first : first + MAX_READINGS])

    def readings(self, row: Mapping[str, str]) -> Iterator[Reading]:
        """Yield the readings of a row: so many, in equal steps, from the first instant on."""
        channel = self.channels[row["point"], row["quantity"]]
        first, step = count_of(channel, row["shows"]), count_of(channel, row["step"] or "0")
        begun, every = (
            datetime.fromisoformat(row["first"]),
            timedelta(minutes=int(row["every_min"] or 0)),
        )
        for n in range(int(row["readings"] or 1)):
            count = first + n * step
            if channel.facts.modulus is not None:
                count %= channel.facts.modulus
            yield Reading(channel=channel.number, at=begun.astimezone(UTC) + n * every, count=count)

    def estimate(self, *, after_bill: int) -> None:
        """State what a person estimates, by the product's methods."""
        system = System(config=Config(site=self.site.site.key), role=WRITER, clock=self.site.clock)
        system.__dict__["database"] = self.site.writer
        for each in self.case.get("estimate", ()):
            if each.get("after_bill", 0) != after_bill:
                continue
            self.catch_up()
            self.after(each["last"])
            options = {key: each[key] for key in ("total", "days", "weeks") if key in each}
            draft = draft_estimate(
                system,
                self.site.site,
                self.channels[each["point"], each["quantity"]],
                each["first"],
                each["last"],
                each["method"],
                options=options,
            )
            command = id_of("case", "estimate", each["first"].isoformat())
            record_estimate(
                system, self.site.site, draft, reason="not read", by=CLERK, command_id=command
            )

    def after(self, instant: datetime) -> None:
        """Let the clock stand behind an instant."""
        self.site.clock.move_to(max(self.site.clock.now(), instant + timedelta(hours=9)))

    def catch_up(self) -> None:
        """Let the views come up to the journal; every entry can be folded."""
        while True:
            self.site.project()
            if not self.books.step():
                break
        assert self.site.rows("SELECT * FROM {s}.parked") == []

    def bill(self, number: int, first_day: date, last_day: date) -> dict[str, Any]:
        """Open, rate, approve and issue a run; return its bills as printed, by account."""
        office = self.office
        self.after(datetime.combine(last_day + timedelta(days=4), time(), self.zone))
        self.settle_corrections(number)
        run = office.open_run(first_day, last_day, CLERK, id_of("case", "run", str(number)))
        self.catch_up()
        review = office.rate(run, command_id=id_of("case", "rate", str(number)))
        barred = {each.account: told_findings(each.findings) for each in review.drafts}
        if any(finding.severity.value == "do_not_bill" for finding in review.findings):
            office.abandon(run, CLERK, "barred", command_id=id_of("case", "give up", str(number)))
            self.catch_up()
            return {account: {"findings": found} for account, found in barred.items()}
        asked = [(each.account, each.cause) for each in office.reviewed(run).undecided]
        office.decide(run, CLERK, Choice.ACCEPT, "looked at", command_id=id_of("case", str(run)))
        office.approve(run, APPROVER)
        office.issue(run, CLERK)
        self.catch_up()
        issued = {each.account: office.books.invoice(each.invoice) for each in review.drafts}
        assert all(office.re_rate(each.id).same for each in issued.values())
        return {
            account: printed_of(json.loads(each.document))
            | found_of(barred[account])
            | asked_of({cause for of, cause in asked if of == account})
            for account, each in sorted(issued.items())
        }

    def late_fees(self) -> dict[str, Any]:
        """Charge what being late costs on some days; return the fees, by account."""
        late, desk = self.case["late"], Collecting(self.office.books, self.vault)
        rules = read_rules((self.folder / "late_fee.toml").read_bytes())
        desk.set_rules(rules, by=CLERK, command_id=id_of("case", "rules"))
        charged: dict[str, Any] = {}
        for day in late["charged_on"]:
            self.after(datetime.combine(day, time(), self.zone))
            self.catch_up()
            for due in desk.due_fees(day):
                desk.charge(due, day, command_id=id_of("case", "fee", day.isoformat()))
                fees = charged.setdefault(due.item.account, {"late_fees": []})
                fees["late_fees"].append([day.isoformat(), str(due.amount)])
                self.catch_up()
                if day == late["disputed_from"]:
                    desk.open_dispute(
                        due.item.number,
                        Decimal(late["disputed"]),
                        on=day,
                        reason="not ours",
                        by=CLERK,
                        command_id=id_of("case", "dispute"),
                    )
                    self.catch_up()
        return charged

    def settle_corrections(self, number: int) -> None:
        """Accept what later readings change of earlier bills."""
        if number == 0:
            return
        desk = self.office.corrections
        command = id_of("case", "look", str(number))
        desk.find(by=None, command_id=command, caught_up=self.catch_up)
        self.catch_up()
        with self.site.writer.connection() as connection:
            waiting = read_corrections(connection, self.site.schema, states=("proposed",))
        for name in sorted(row.name for row in waiting):
            command = id_of("case", "accept", name)
            desk.accept(name, by=APPROVER, why="read later", command_id=command)
            self.catch_up()


def document_of(folder: Path) -> dict[str, Any]:
    """Return what case.toml says."""
    return tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))


def rows_of(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of readings.csv."""
    with (folder / "readings.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def count_of(channel: Channel, shown: str) -> int:
    """Return the count of what a display shows.

    Args:
        channel: With its resolution. [unit / count]
        shown: What is read. [unit]
    """
    count = Fraction(shown) / channel.facts.resolution
    assert count.denominator == 1, f"{channel.key} shows no such digits: {shown}"
    return count.numerator


def told_findings(findings: Any) -> list[str]:
    """Return the codes of findings, each once."""
    return sorted({each.code for each in findings})


def found_of(codes: list[str]) -> dict[str, Any]:
    """Return what a bill says of findings; nothing where there is none."""
    return {"findings": codes} if codes else {}


def asked_of(causes: Collection[str]) -> dict[str, Any]:
    """Return what a person had to decide before the bill was issued; nothing where nothing."""
    return {"decided": sorted(causes)} if causes else {}
