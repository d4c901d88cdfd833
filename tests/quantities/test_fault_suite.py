"""The faults that cost other systems energy and money: not a base unit, not a cent is lost here.

Each case folder (tests/cases/quantities) is told to a real site in the order of its arrival, with
meter changes, prices and bills between, and billed by the billing office. A quarter-hour that is
called measured must be the true one; what the readings cannot prove must be marked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from billing.accounts.account import Supply
from billing.office import BillingOffice
from billing.runs.review import ReviewedDraft
from billing.views.books import books_follower
from energy.base.finding import Severity
from energy.base.ids import id_of
from energy.base.period import span_of_days
from energy.base.quality import Quality
from energy.base.secrets import PersonVault
from energy.journal.corrections import Corrections
from energy.journal.decisions import Decisions
from energy.journal.directory import TableKeys
from energy.metering.codec import MAX_READINGS
from energy.metering.reading import Reading
from energy.views.findings import read_findings
from energy.views.usage import read_spans
from energy.views.validation.restoring import CHECKER
from energy.views.validation.validation import Validation
from tests.billing.samples import ISSUER
from tests.fixtures.meters import change_ratio, commission, counter_facts, find_meter, replace
from tests.fixtures.postgres import TestSite
from tests.quantities.fault_case import CASES, TARIFFS, FaultCase, read_case

pytestmark = pytest.mark.servers
CLERK, APPROVER = UUID(int=1), UUID(int=2)


class Plant:
    """A site with one register and one account, to which a case is told."""

    def __init__(self, site: TestSite, case: FaultCase) -> None:
        self.site, self.case = site, case
        register = case.document["register"]
        self.channel = site.counter(
            commissioned=False,
            facts=counter_facts(
                resolution=Fraction(register["resolution"]),
                modulus=register["modulus"],
                max_per_hour=register.get("max_per_hour"),
            ),
        )
        metering = site.application("metering")
        meter = find_meter(metering, site.site.key)
        commission(meter, multiplier=case.factor)
        metering.store(meter)
        vault = PersonVault(bytes(range(32)), TableKeys(site.writer))
        self.office = BillingOffice(site.writer, site.site, site.clock, vault, view_timeout_s=0.2)
        self.books = books_follower(site.writer, site.schema, site.clock)
        self.nets: list[Decimal | None] = []
        self.issued: list[UUID] = []
        self.open_account()

    def open_account(self) -> None:
        """Publish the tariff and let an account pay for the register."""
        self.office.name_issuer(ISSUER, command_id=id_of("t", "issuer"))
        tariff: str = self.case.document["tariff"]
        self.publish(tariff)
        first = self.case.days[0].replace(year=2018)
        self.office.open_account(
            account="A-1",
            name="Tenant",
            address="1 Road",
            email="tenant@town.example",
            language="en",
            opened_on=first,
            supplies=[Supply(point="m1", tariff=tariff, valid_from=first, valid_to=None)],
            command_id=id_of("t", "open"),
        )
        self.catch_up()

    def publish(self, tariff: str) -> None:
        """Make a tariff file binding."""
        text = (TARIFFS / f"{tariff}.toml").read_text(encoding="utf-8")
        self.office.publish_tariff(text, command_id=id_of("t", tariff), by=None)

    def catch_up(self) -> None:
        """Let the views come up to the journal; every entry can be folded."""
        self.site.project()
        while self.books.step():
            pass
        assert self.site.rows("SELECT * FROM {s}.parked") == []

    def tell(self) -> None:
        """Tell everything in its order."""
        for each in self.case.told:
            self.site.clock.move_to(max(self.site.clock.now(), each.at))
            match each.kind:
                case "readings":
                    self.read(each.readings)
                case "change":
                    self.change(each.table)
                case "price":
                    self.publish(each.table["tariff"])
                case "decision":
                    self.decide(each.table["code"], each.table["reason"])
                case "approval":
                    self.approve(each.table["code"])
                case "bill":
                    self.bill(each.at, issue=each.table.get("issue", False))
            self.catch_up()

    def read(self, told: tuple[tuple[datetime, int], ...]) -> None:
        """Bring readings into the journal, in batches as a spool seals them."""
        rows = [
            Reading(channel=self.channel, at=at, count=count, quality=Quality.MEASURED)
            for at, count in told
        ]
        for first in range(0, len(rows), MAX_READINGS):
            self.site.accept(*rows[first : first + MAX_READINGS])

    def change(self, table: dict[str, Any]) -> None:
        """Record a change of the meter."""
        metering = self.site.application("metering")
        meter = find_meter(metering, self.site.site.key)
        when, channel = table["at"], self.channel
        if table["kind"] == "replace":
            replace(
                meter,
                when=when,
                final={channel: table["final"]},
                start={channel: table["start"]},
                serial=table["serial"],
                multiplier=Fraction(table["multiplier"]),
            )
        elif table["kind"] == "reset":
            meter.record_reset(
                at=when,
                counts_before={channel: table["final"]},
                counts_after={channel: table["start"]},
                reason="a power cut",
                record={},
                command_id=id_of("t", "reset", when.isoformat()),
            )
        else:
            assert table["kind"] == "ratio", "no other change"
            change_ratio(
                meter,
                when=when,
                counts={channel: table["final"]},
                multiplier=Fraction(table["multiplier"]),
            )
        metering.store(meter)

    def decide(self, code: str, reason: str) -> None:
        """Resolve the open findings of a code."""
        with self.site.writer.connection() as connection:
            found = [
                row for row in read_findings(connection, self.site.schema) if row.key.code == code
            ]
        assert found, f"{code} was found"
        decisions = Decisions(self.site.writer, self.site.schema, self.site.clock)
        for row in found:
            decisions.resolve(row.key, reason=reason, by=APPROVER, command_id=row.finding)

    def approve(self, code: str) -> None:
        """Approve what the check of a code has proposed instead of wrong counts."""
        assert self.site.rows("SELECT FROM {s}.finding WHERE code = %s", code), f"{code} was found"
        proposed = self.site.rows(
            "SELECT correction FROM {s}.correction WHERE state = 'proposed' AND proposed_by = %s",
            CHECKER,
        )
        assert proposed, "the check proposes what the register showed"
        corrections = Corrections(self.site.writer, self.site.schema, self.site.clock)
        for (correction,) in proposed:
            corrections.approve(correction, by=APPROVER, command_id=id_of("t", str(correction)))

    def validate(self) -> None:
        """Look at everything that has come, as a bill run does before it opens."""
        validation = Validation(
            self.site.writer, self.site.schema, self.site.site.zone, self.site.clock
        )
        while True:
            looked = validation.look(supplied={})
            assert looked is not None, "nobody else looks"
            self.catch_up()
            if not looked.behind and not looked.told:
                return

    def bill(self, at: datetime, *, issue: bool) -> None:
        """Bill the days: keep the net, or None where a finding bars it; issue or give up."""
        name = at.isoformat()
        self.validate()
        run = self.office.open_run(*self.case.days, CLERK, id_of("run", name))
        self.catch_up()
        review = self.office.rate(run, command_id=id_of("rate", name))
        self.nets += [_net(draft) for draft in review.drafts]
        if issue:
            self.office.approve(run, APPROVER)
            self.office.issue(run, CLERK)
            self.issued += [draft.invoice for draft in review.drafts]
        else:
            self.office.abandon(run, CLERK, "looked at", command_id=id_of("leave", name))


def _net(draft: ReviewedDraft) -> Decimal | None:
    barred = [each for each in draft.findings if each.severity is Severity.DO_NOT_BILL]
    return None if barred else draft.total


@pytest.mark.parametrize("folder", CASES, ids=lambda each: each.name)
def test_not_a_base_unit_and_not_a_cent_is_lost(
    new_site: Callable[..., TestSite], folder: Path
) -> None:
    case = read_case(folder)
    plant = Plant(new_site(case.zone.key, at=case.told[0].at), case)
    plant.tell()
    period = span_of_days(*case.days, case.zone)
    with plant.site.writer.connection() as connection:
        span = read_spans(connection, plant.site.schema, [plant.channel], period)[plant.channel]
    called = span.quality.tolist()
    assert int(span.usage.sum()) == case.usage_wh
    assert called.count(Quality.INTERPOLATED) == case.interpolated
    assert called.count(Quality.MISSING) == case.missing
    wrong = [
        n
        for n, (found, true) in enumerate(zip(span.usage.tolist(), case.truth, strict=True))
        if found != true and called[n] == Quality.MEASURED
    ]
    assert wrong == []
    assert plant.nets == case.nets
    assert all(plant.office.re_rate(invoice).same for invoice in plant.issued)
