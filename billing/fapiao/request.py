"""In: commands on a request for a fapiao. Out: requested, numbered, withdrawn. Pure.

A request names the lines of one or of several bills, or some lines of one. Which lines are asked
for already is decided by each bill's own aggregate (`bill_fapiao.py`), in the same transaction.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from billing.fapiao.errors import FapiaoError
from billing.fapiao.lines import FapiaoLine, line_of
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of

_NUMBER = re.compile(r"\d{20}")


class Colour(StrEnum):
    """What a fapiao says: blue charges, red takes back."""

    BLUE = "blue"
    RED = "red"


class RequestState(StrEnum):
    """How far a request is."""

    ASKED = "asked"
    NUMBERED = "numbered"
    WITHDRAWN = "withdrawn"


def request_id(site: str, key: str) -> UUID:
    """Return the id of a request."""
    return id_of("fapiao_request", site, key)


def checked_number(number: str) -> str:
    """Return the number of a digital fapiao.

    Raises:
        FapiaoError: It has not 20 digits.
    """
    compact = number.strip().replace(" ", "")
    if _NUMBER.fullmatch(compact) is None:
        raise FapiaoError.of("number", number=number)
    return compact


class FapiaoRequest(JournalAggregate):
    """One fapiao that the tax platform is asked for."""

    TOPIC = "fapiao_request"

    class Created(JournalAggregate.Created):
        """It was asked for."""

        TOPIC = "fapiao_request.asked"
        site: str
        key: str
        colour: str
        account: str
        currency: str
        lines: list[dict[str, object]]
        takes_back: str
        """Of a red one: the number of the blue one; else ""."""
        reason: str
        by: UUID

    class Numbered(JournalAggregate.Event):
        """The platform issued it."""

        TOPIC = "fapiao_request.numbered"
        key: str
        number: str
        issued_on: date
        by: UUID

    class Withdrawn(JournalAggregate.Event):
        """It is not wanted any more."""

        TOPIC = "fapiao_request.withdrawn"
        key: str
        reason: str
        by: UUID

    @staticmethod
    def create_id(*, site: str, key: str, **_: object) -> UUID:
        """Return the id from site and key."""
        return request_id(site, key)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        key: str,
        colour: str,
        account: str,
        currency: str,
        lines: list[dict[str, object]],
        takes_back: str,
        reason: str,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Ask for it."""
        self.key = key
        self.colour = Colour(colour)
        self.account = account
        self.currency = currency
        self.lines: Sequence[FapiaoLine] = [line_of(row) for row in lines]
        self.takes_back = takes_back
        self.reason = reason
        self.state = RequestState.ASKED
        self.number = ""

    @property
    def bills(self) -> list[str]:
        """Return the numbers of its bills."""
        return list(dict.fromkeys(line.bill for line in self.lines))

    @property
    def total(self) -> Decimal:
        """Return what it says with tax. [currency]."""
        return sum((line.amount + line.tax for line in self.lines), Decimal(0))

    def number_it(self, number: str, *, issued_on: date, by: UUID, command_id: UUID) -> bool:
        """Take the number over; the same one again changes nothing.

        Returns:
            Whether it is new.

        Raises:
            FapiaoError: It has another number, was withdrawn, or the number is none.
        """
        clean = checked_number(number)
        if self.number == clean:
            return False
        if self.number:
            raise FapiaoError.of("other_number", key=self.key, known=self.number, number=clean)
        if self.state is RequestState.WITHDRAWN:
            raise FapiaoError.of("withdrawn", key=self.key)
        self._number(key=self.key, number=clean, issued_on=issued_on, by=by, command_id=command_id)
        return True

    def withdraw(self, *, reason: str, by: UUID, command_id: UUID) -> None:
        """Give it up before it is issued.

        Raises:
            FapiaoError: It is issued: only a red one takes it back.
        """
        if self.state is RequestState.NUMBERED:
            raise FapiaoError.of("issued", key=self.key, number=self.number)
        if self.state is RequestState.ASKED:
            self._withdraw(key=self.key, reason=reason, by=by, command_id=command_id)

    @event(Numbered)
    def _number(
        self, *, key: str, number: str, issued_on: date, by: UUID, command_id: UUID
    ) -> None:
        self.number = number
        self.state = RequestState.NUMBERED

    @event(Withdrawn)
    def _withdraw(self, *, key: str, reason: str, by: UUID, command_id: UUID) -> None:
        self.state = RequestState.WITHDRAWN
