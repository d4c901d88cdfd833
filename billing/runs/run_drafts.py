"""Step 5b of 6. From: usage and books as a bill run froze them. To: a draft an account. I/O: reads.

What forbids to bill an account at all (days billed already, a point paid by two) is a finding of
its draft, like a gap in its readings. A point whose days are all billed is left out where another
of the account is not, so that a supply assigned late gets an invoice of its own. Days that a card
pays for are left out, as known now: what was sold on a card is never billed. What one person
alone stated of the usage is a warning: the second person is who approves the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.accounts.account import PointDays, Supply
from billing.books import Books
from billing.corrections.bearing import adjustments_of, waiting_corrections
from billing.errors import ParkedBooksError
from billing.invoices.drafting import draft_invoice
from billing.invoices.invoice_facts import Draft, InvoiceFacts, Issuer
from billing.invoices.supply_rated import rated_together
from billing.runs.bill_run import BillRun
from billing.views.billed_before import billed_days, previous_documents
from billing.views.books import BOOKS_VIEWS
from billing.views.corrections import waiting_for
from billing.views.due import due_payers
from billing.views.find import parked_entries
from billing.views.holders import HolderBook, holder_findings, read_holders
from billing.views.payers import Payer, read_payers, without_cards
from billing.views.prepaid_points import card_spans
from billing.views.stated_alone import Statement, read_statements, stated_findings
from billing.views.supplies_ahead import AheadReader
from billing.views.supply import Connection
from energy.base.config import Config
from energy.base.finding import Finding, Severity
from energy.base.period import span_of_days
from energy.views.computed import asked_together

BILLED_CODE = "bill.already_billed"
SHARED_CODE = "bill.point_paid_twice"
TOGETHER = 200
"""Accounts whose supplies are read together: a month of six of each takes some 35 MB."""
LEFT_OUT_CODE = "bill.point_billed_before"
ALONE_UP_TO = Decimal(Config().review_alone_up_to)
"""The setting `review_alone_up_to` where nobody set it. [currency]"""


@dataclass(frozen=True, slots=True)
class RunDrafts:
    """Drafts the invoices of a site's bill runs."""

    books: Books
    alone_up_to: Decimal
    """Most money that one person decides about; what bears more is told to the approver."""

    def of(self, run: BillRun) -> dict[str, Draft]:
        """Return the draft of every account of a run that pays for something, by account.

        Raises:
            RatingError: A tariff period begins inside a usage interval.
            ParkedBooksError: The tables lack an entry of the books that the run should know.
        """
        self._refuse_parked(run)
        site = self.books.site
        with self.books.database.connection() as connection, asked_together():
            known = self._known(connection, run)
            reader = AheadReader(connection, site, run.metering_position, run.books_position)
            drafts: dict[str, Draft] = {}
            for payers in _parts(known.asked):
                parted = {each.account: known.parted(each) for each in payers}
                reader.read_ahead([_days(s) for each in parted.values() for s in each.left])
                told = [
                    self._corrected(
                        self._facts(run, each, parted[each.account], known, reader), known
                    )
                    for each in payers
                ]
                rated = iter(
                    rated_together(
                        [s for each in told for s in each.supplies], reader.metering_position
                    )
                )
                for facts in told:
                    before = [next(rated) for _ in facts.supplies]
                    drafts[facts.account] = draft_invoice(facts, before)
            return drafts

    def _known(self, connection: Connection, run: BillRun) -> _Known:
        """Return what all drafts of a run rest on alike."""
        site = self.books.site
        payers = read_payers(
            connection,
            site.schema,
            run.first_day,
            run.last_day,
            books_position=run.books_position,
            ended=self.books.ended_behind(run.books_position),
        )
        if run.by_cycle:
            payers = due_payers(connection, site.schema, payers, run.last_day)
        cards = card_spans(connection, site.schema, run.first_day, run.last_day)
        payers = without_cards(payers, cards)
        waiting = waiting_for(connection, site.schema, run.books_position)
        payers = [*payers, *self._only_corrected(waiting, payers)]
        period = span_of_days(run.first_day, run.last_day, site.zone)
        paying: dict[str, list[tuple[str, Supply]]] = {}
        for payer in payers:
            for supply in payer.supplies:
                paying.setdefault(supply.point, []).append((payer.account, supply))
        return _Known(
            asked=[each for each in payers if not run.accounts or each.account in run.accounts],
            paying=paying,
            billed=billed_days(connection, site.schema, run.first_day, run.last_day),
            waiting=waiting,
            previous=previous_documents(
                connection, site.schema, run.first_day, run.books_position, run.accounts
            ),
            stated=read_statements(connection, site, period, run.metering_position),
            held=read_holders(connection, site.schema, run.metering_position),
            issuer=self.books.issuer(as_of=run.books_position),
        )

    def _only_corrected(
        self, waiting: Mapping[str, Sequence[UUID]], payers: Sequence[Payer]
    ) -> list[Payer]:
        """Return the accounts that pay for nothing any more but owe a correction."""
        known = {payer.account for payer in payers}
        return [
            Payer(account=account, language=self.books.account(account).language, supplies=())
            for account, invoices in waiting.items()
            if account not in known and waiting_corrections(self.books, invoices)
        ]

    def _corrected(self, facts: InvoiceFacts, known: _Known) -> InvoiceFacts:
        """Return the facts with the corrections that no bill bears yet, and the bill before."""
        keys = waiting_corrections(self.books, known.waiting.get(facts.account, ()))
        return replace(
            facts,
            previous=known.previous.get(facts.account),
            corrections=keys,
            adjustments=adjustments_of(self.books, keys),
        )

    def _refuse_parked(self, run: BillRun) -> None:
        """Refuse to draft while the tables lack an entry of the books that the run should know."""
        with self.books.database.connection() as connection:
            parked = parked_entries(connection, self.books.schema, BOOKS_VIEWS, run.books_position)
        if parked:
            raise ParkedBooksError(run.key, parked)

    def _facts(
        self, run: BillRun, payer: Payer, billed: _Billed, known: _Known, reader: AheadReader
    ) -> InvoiceFacts:
        days = [_days(supply) for supply in billed.left]
        supplies = [
            reader.facts(
                supply.point, supply.tariff, each.first_day, each.last_day, account=payer.account
            )
            for supply, each in zip(billed.left, days, strict=True)
        ]
        findings = self._findings(run, payer, known, billed)
        findings += holder_findings(
            known.held, payer.account, days, zone=reader.site.zone, position=run.metering_position
        )
        findings += stated_findings(
            reader.connection,
            reader.site,
            supplies,
            known.stated,
            position=run.metering_position,
            alone_up_to=self.alone_up_to,
        )
        own = run.by_cycle and bool(days)
        return InvoiceFacts(
            issuer=known.issuer,
            account=payer.account,
            language=payer.language,
            currency=self.books.site.currency,
            zone=self.books.site.zone.key,
            first_day=min(each.first_day for each in days) if own else run.first_day,
            last_day=max(each.last_day for each in days) if own else run.last_day,
            dated=run.dated,
            supplies=supplies,
            findings=findings,
            run=run.key,
            metering_position=run.metering_position,
            books_position=run.books_position,
        )

    def _findings(
        self, run: BillRun, payer: Payer, known: _Known, billed: _Billed
    ) -> list[Finding]:
        """Return what forbids to bill the account at all, and what is left out of its invoice."""
        rows: list[tuple[str, Severity, dict[str, object]]] = [
            (
                SHARED_CODE,
                Severity.DO_NOT_BILL,
                {"point": point, "account": account},
            )
            for account, point in known.paid_too(payer.account, billed.left)
        ]
        for code, severity, supplies in (
            (BILLED_CODE, Severity.DO_NOT_BILL, billed.again),
            (LEFT_OUT_CODE, Severity.WARN, billed.out),
        ):
            rows += [
                (code, severity, {"account": payer.account, "point": supply.point})
                for supply in supplies
            ]
        period = span_of_days(run.first_day, run.last_day, self.books.site.zone)
        return [
            Finding(
                code=code,
                severity=severity,
                channel=None,
                start=period.start,
                end=period.end,
                position=run.metering_position,
                proof=proof,
            )
            for code, severity, proof in rows
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What all drafts of a run rest on alike, read once."""

    asked: Sequence[Payer]
    paying: Mapping[str, Sequence[tuple[str, Supply]]]
    """Who pays for each point."""
    billed: Mapping[str, Sequence[PointDays]]
    """Days on issued invoices, by account."""
    waiting: Mapping[str, Sequence[UUID]]
    """Invoices with corrections that no bill bears, by account."""
    previous: Mapping[str, Mapping[str, Any]]
    stated: Sequence[Statement]
    held: HolderBook
    issuer: Issuer

    def parted(self, payer: Payer) -> _Billed:
        """Return an account's supplies, parted by what is billed."""
        return _Billed.of(self.billed.get(payer.account, ()), payer.supplies)

    def paid_too(self, account: str, supplies: Sequence[Supply]) -> list[tuple[str, str]]:
        """Return who pays for the same days of some points, by account, each once a supply."""
        return sorted(
            {
                (other, mine.point): None
                for mine in supplies
                for other, theirs in self.paying.get(mine.point, ())
                if other != account and mine.overlaps(theirs)
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Billed:
    """An account's supplies, parted by what its issued invoices hold.

    Known as of now, not as of the run: what was issued since must not be issued again.
    """

    left: Sequence[Supply]
    """Drafted: not billed, or not billed as a whole."""
    again: Sequence[Supply]
    """Drafted, but some of the days are billed: a person must decide."""
    out: Sequence[Supply]
    """Left out: all their days are billed, and others of the account are not."""

    @classmethod
    def of(cls, billed: Sequence[PointDays], supplies: Sequence[Supply]) -> _Billed:
        """Part an account's supplies; where all are billed, all are drafted again."""
        counts = [_common_days(billed, _days(supply)) for supply in supplies]
        pairs = list(zip(supplies, counts, strict=True))
        out = [supply for supply, count in pairs if count >= _number_of_days(supply)]
        if len(out) == len(supplies):
            out = []
        return cls(
            left=[supply for supply in supplies if supply not in out],
            again=[supply for supply, count in pairs if count and supply not in out],
            out=out,
        )


def _days(supply: Supply) -> PointDays:
    assert supply.valid_to is not None, "supplies are cut to the run's days"
    return PointDays(
        point=supply.point,
        first_day=supply.valid_from,
        last_day=supply.valid_to - timedelta(days=1),
    )


def _common_days(billed: Sequence[PointDays], days: PointDays) -> int:
    """Return how many of a point's days are among some others."""
    return sum(
        max((min(days.last_day, old.last_day) - max(days.first_day, old.first_day)).days + 1, 0)
        for old in billed
        if old.point == days.point
    )


def _number_of_days(supply: Supply) -> int:
    days = _days(supply)
    return (days.last_day - days.first_day).days + 1


def _parts(payers: Sequence[Payer]) -> Iterator[Sequence[Payer]]:
    for first in range(0, len(payers), TOGETHER):
        yield payers[first : first + TOGETHER]
