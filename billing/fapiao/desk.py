"""In: what people ask for. Out: requests, numbers, red letters in the books. I/O: the books.

Part of what other rooms ask: `require_creditable` refuses the credit of a bill whose fapiao stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from billing.fapiao.bill_fapiao import BillFapiao, bill_fapiao_id, left_of
from billing.fapiao.errors import FapiaoError
from billing.fapiao.lines import FapiaoLine, lines_of_bill
from billing.fapiao.number import FapiaoNumber, fapiao_number_id
from billing.fapiao.request import (
    Colour,
    FapiaoRequest,
    RequestState,
    checked_number,
    request_id,
)
from energy.journal.application import JournalApplication

Json = Mapping[str, Any]


def require_creditable(books: JournalApplication, site: str, bill: str) -> None:
    """Refuse to credit a bill whose fapiao stands; call it before a credit note is stored.

    Args:
        books: The application "books".
        site: Key of the site.
        bill: Number of the invoice.

    Raises:
        RedLetterPendingError: Its red-letter number is not imported yet.
    """
    found = books.find(bill_fapiao_id(site, bill))
    if found is not None:
        assert isinstance(found, BillFapiao), "the id says so"
        found.require_creditable()


class FapiaoDesk:
    """Commands on the fapiao of a site."""

    def __init__(self, books: JournalApplication, site: str) -> None:
        """Serve a site.

        Args:
            books: The application "books".
            site: Key of the site.
        """
        self._books = books
        self._site = site

    def ask(
        self, bills: Sequence[Json], *, by: UUID, command_id: UUID, split: bool = False
    ) -> list[FapiaoRequest]:
        """Ask for the fapiao of some bills: one for all, or one a utility and bill.

        Args:
            bills: Canonical documents of issued bills of one account, in one currency.
            by: Who asks.
            command_id: Of the command.
            split: One request for each utility of each bill.

        Returns:
            The requests; asked again while they wait, the same ones.

        Raises:
            FapiaoError: Nothing is left to ask for, or the bills are not of one account.
            ConflictError: Somebody else asked meanwhile.
        """
        _require_alike(bills)
        held = {bill["number"]: self._bill(bill["number"], command_id) for bill in bills}
        groups: dict[tuple[str, str], list[FapiaoLine]] = {}
        for bill in bills:
            lines = {line.charge: line for line in lines_of_bill(bill)}
            for charge in left_of(held[bill["number"]], list(lines)):
                line = lines[charge]
                group = (line.bill, line.utility) if split else (bills[0]["number"], "")
                groups.setdefault(group, []).append(line)
        if not groups:
            return self._waiting(held)
        made: list[FapiaoRequest] = []
        for (first, _), asked in groups.items():
            key = f"{first}-F{held[first].count + 1}"
            made.append(_blue(self._site, key, asked, bills[0], by=by, command_id=command_id))
            for number, charges in _by_bill(asked, first).items():
                held[number].ask(key, charges, command_id=command_id)
        self._books.store(*made, *held.values())
        return made

    def _waiting(self, held: Mapping[str, BillFapiao]) -> list[FapiaoRequest]:
        """Return the requests that hold all of some bills and wait for their numbers.

        Raises:
            FapiaoError: Some of it is issued: nothing is left to ask for.
        """
        keys = dict.fromkeys(key for bill in held.values() for key in bill.asked)
        requests = [self.request(key) for key in keys]
        if not requests or any(each.state is not RequestState.ASKED for each in requests):
            raise FapiaoError.of("nothing_left", bills=", ".join(held))
        return requests

    def ask_red(self, number: str, *, reason: str, by: UUID, command_id: UUID) -> FapiaoRequest:
        """Ask for the red-letter fapiao that takes one back.

        Args:
            number: Of the blue one.
            reason: Why.
            by: Who asks.
            command_id: Of the command.

        Raises:
            FapiaoError: No such fapiao was issued.
        """
        blue = self.numbered(number)
        key = f"{blue.key}-R"
        found = self._books.find(request_id(self._site, key))
        if found is None:
            found = FapiaoRequest(
                site=self._site,
                key=key,
                colour=Colour.RED.value,
                account=blue.account,
                currency=blue.currency,
                lines=[line.document() for line in blue.lines],
                takes_back=blue.number,
                reason=reason,
                by=by,
                command_id=command_id,
            )
            self._books.store(found)
        assert isinstance(found, FapiaoRequest), "the id says so"
        return found

    def take_number(
        self, key: str, number: str, *, issued_on: date, by: UUID, command_id: UUID
    ) -> bool:
        """Take the number of a request over.

        Returns:
            Whether it is new.

        Raises:
            FapiaoError: There is no such request, or the number cannot be its own.
        """
        request = self.request(key)
        clean = checked_number(number)
        used = self._books.find(self._number_id(clean))
        if used is not None and used.key != key:
            raise FapiaoError.of("number_used", number=clean, key=used.key)
        if not request.number_it(clean, issued_on=issued_on, by=by, command_id=command_id):
            return False
        bills = [self._bill(bill, command_id) for bill in request.bills]
        for bill in bills:
            if request.colour is Colour.RED:
                bill.take_back(request.takes_back, clean, command_id=command_id)
            else:
                bill.issue(key, clean, command_id=command_id)
        taken = FapiaoNumber(site=self._site, number=clean, key=key, command_id=command_id)
        self._books.store(request, *bills, taken)
        return True

    def withdraw(self, key: str, *, reason: str, by: UUID, command_id: UUID) -> None:
        """Give a request up; its lines can be asked for again.

        Raises:
            FapiaoError: There is none, or it is issued.
        """
        request = self.request(key)
        request.withdraw(reason=reason, by=by, command_id=command_id)
        bills = [self._bill(bill, command_id) for bill in request.bills]
        for bill in bills:
            if request.colour is Colour.BLUE:
                bill.release(key, command_id=command_id)
        self._books.store(request, *bills)

    def request(self, key: str) -> FapiaoRequest:
        """Return a request.

        Raises:
            FapiaoError: There is none.
        """
        found = self._books.find(request_id(self._site, key))
        if not isinstance(found, FapiaoRequest):
            raise FapiaoError.of("no_request", key=key)
        return found

    def numbered(self, number: str) -> FapiaoRequest:
        """Return the request that has a number.

        Raises:
            FapiaoError: None has.
        """
        taken = self._books.find(self._number_id(checked_number(number)))
        if not isinstance(taken, FapiaoNumber):
            raise FapiaoError.of("no_number", number=number)
        return self.request(taken.key)

    def _bill(self, number: str, command_id: UUID) -> BillFapiao:
        found = self._books.find(bill_fapiao_id(self._site, number))
        if found is None:
            return BillFapiao(site=self._site, bill=number, command_id=command_id)
        assert isinstance(found, BillFapiao), "the id says so"
        return found

    def _number_id(self, number: str) -> UUID:
        return fapiao_number_id(self._site, number)


def _require_alike(bills: Sequence[Json]) -> None:
    """Refuse bills that cannot stand on one fapiao.

    Raises:
        FapiaoError: A draft, a credit note, several accounts or currencies.
    """
    if not bills:
        raise FapiaoError.of("nothing_left", bills="")
    for bill in bills:
        if not bill["number"] or bill["kind"] != "invoice":
            raise FapiaoError.of("no_bill", bill=bill["number"] or "-")
    if len({(bill["account"]["key"], bill["currency"]) for bill in bills}) > 1:
        raise FapiaoError.of("several_accounts")


def _blue(
    site: str,
    key: str,
    lines: Sequence[FapiaoLine],
    bill: Json,
    *,
    by: UUID,
    command_id: UUID,
) -> FapiaoRequest:
    return FapiaoRequest(
        site=site,
        key=key,
        colour=Colour.BLUE.value,
        account=bill["account"]["key"],
        currency=bill["currency"],
        lines=[line.document() for line in lines],
        takes_back="",
        reason="",
        by=by,
        command_id=command_id,
    )


def _by_bill(lines: Sequence[FapiaoLine], first: str) -> dict[str, list[str]]:
    """Return the charge lines of each bill; the bill that names the request comes first."""
    found: dict[str, list[str]] = {first: []}
    for line in lines:
        found.setdefault(line.bill, []).append(line.charge)
    return found
