"""In: accounts, points, contracts, items of an offer. Out: what a supply case asks. I/O: reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from billing.accounts.account import account_id
from billing.accounts.roles import PartyRole
from billing.accounts.terms import ContractTerms
from billing.books import Books
from billing.money import exponent_of, round_half_up
from billing.views.account_terms import read_contract
from energy.service.cases.errors import CaseError
from energy.service.cases.ports import BilledDays, MovedOut, PaidDays, SignedSheet
from energy.service.cases.quotation import QuotedItem, Sums

_ROLES = (PartyRole.TENANT, PartyRole.PAYER)
_MOST_PERCENT = 100


@dataclass(frozen=True, slots=True)
class SiteCaseBooks:
    """Answers `energy.service.cases.ports.CaseBooks` from the books of a site."""

    books: Books

    def knows(self, tenant: str) -> bool:
        """Return whether there is a party or account: "party/KEY", "account/KEY"."""
        kind, _, key = tenant.partition("/")
        if kind == "account":
            return self.books.find(account_id(self.books.site.key, key)) is not None
        return bool(self._rows("SELECT 1 FROM {s}.party WHERE party = %s LIMIT 1", key))

    def tenants(self, account: str, day: date) -> frozenset[str]:
        """Return who an account is on a day or later: itself, and its parties as "party/KEY"."""
        terms = self._terms(account)
        held = {terms.party_on(role, day) for role in _ROLES}
        later = {e.party for e in terms.parties if e.role in _ROLES and e.valid_from > day}
        parties = {f"party/{key}" for key in held | later if key is not None}
        return frozenset({f"account/{account}", *parties})

    def contract(self, account: str, number: str) -> SignedSheet | None:
        """Return a contract that was signed with an account; None where there is none."""
        for each in self._terms(account).contracts:
            if each.number == number:
                return SignedSheet(
                    number=each.number,
                    signed_on=each.signed_on,
                    valid_to=each.valid_to,
                    utilities=each.utilities,
                )
        return None

    def paid(self, account: str, point: str) -> Sequence[PaidDays]:
        """Return the days on which an account pays for a point, in order; a tariff cuts none."""
        own = [each for each in self._terms(account).supplies if each.point == point]
        found: list[PaidDays] = []
        for each in sorted(own, key=lambda supply: supply.valid_from):
            first = each.valid_from
            if found and found[-1].after == first:
                first = found.pop().first_day
            found.append(PaidDays(first_day=first, after=each.valid_to))
        return found

    def payer(self, point: str, day: date) -> str | None:
        """Return the account that pays for a point on a day; None: nobody does."""
        rows = self._rows(
            "SELECT account FROM {s}.account_channel WHERE point = %s AND valid_from <= %s "
            "AND (valid_to IS NULL OR valid_to > %s) LIMIT 1",
            point,
            day,
            day,
        )
        return str(rows[0][0]) if rows else None

    def billed(self, account: str, point: str) -> Sequence[BilledDays]:
        """Return the days of a point on issued invoices of an account, in order."""
        rows = self._rows(
            "SELECT i.number, d.first_day, d.last_day FROM {s}.billed_days AS d "
            "JOIN {s}.invoice AS i USING (invoice) WHERE d.account = %s AND d.point = %s "
            "AND d.until_position IS NULL AND i.state = 'issued' ORDER BY d.first_day, i.number",
            account,
            point,
        )
        return [BilledDays(invoice=row[0], first_day=row[1], last_day=row[2]) for row in rows]

    def moved_out(self, account: str, point: str) -> MovedOut | None:
        """Return how a point left an account the last time; None where it never did."""
        found = [
            (move, moved)
            for move in self._terms(account).moves
            if not move.came
            for moved in move.points
            if moved.point == point
        ]
        if not found:
            return None
        move, moved = max(found, key=lambda pair: pair[0].day)
        return MovedOut(day=move.day, to=move.other or "", shown=moved.shown, how=moved.how)

    def suspended_from(self, account: str, point: str, day: date) -> date | None:
        """Return from which day on the supply that is suspended on a day is so; None: it is not."""
        for each in self._terms(account).suspensions:
            lasts = each.valid_to is None or each.valid_to > day
            if each.point == point and each.valid_from <= day and lasts:
                return each.valid_from
        return None

    def sums(self, items: Sequence[QuotedItem], tax_percent: Decimal) -> Sums:
        """Return net, tax and total in the site's currency; the tax is rounded once.

        Raises:
            CaseError: An amount has more digits than the currency, or the tax is none.
        """
        currency = self.books.site.currency
        digits = exponent_of(currency)
        if not 0 <= tax_percent <= _MOST_PERCENT:
            raise CaseError.of("tax", most=_MOST_PERCENT)
        for each in items:
            if round_half_up(each.amount, digits) != each.amount:
                raise CaseError.of("digits", what=each.what, digits=digits, currency=currency)
        net = round_half_up(sum((each.amount for each in items), Decimal(0)), digits)
        tax = round_half_up(Fraction(net) * Fraction(tax_percent) / 100, digits)
        return Sums(net=net, tax=tax, total=net + tax, currency=currency)

    def _terms(self, account: str) -> ContractTerms:
        with self.books.database.connection() as connection:
            return read_contract(connection, self.books.site.schema, account)

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self.books.database.connection() as connection:
            told = query.format(s=self.books.site.schema).encode()
            return connection.execute(told, values).fetchall()
