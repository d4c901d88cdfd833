"""In: what is asked for of one bill. Out: whether it may be asked for, or credited. Pure.

One stream a bill, stored with the request in one transaction: no line is on two fapiao, and a bill
whose fapiao was issued cannot be credited before the red-letter number is known.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from eventsourcing.domain import event

from billing.fapiao.errors import FapiaoError, RedLetterPendingError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


def bill_fapiao_id(site: str, bill: str) -> UUID:
    """Return the id of what is asked for of a bill."""
    return id_of("bill_fapiao", site, bill)


class BillFapiao(JournalAggregate):
    """The fapiao of one bill."""

    TOPIC = "bill_fapiao"

    class Created(JournalAggregate.Created):
        """The bill is asked for the first time."""

        TOPIC = "bill_fapiao.opened"
        site: str
        bill: str

    class Asked(JournalAggregate.Event):
        """A request holds these charge lines of the bill."""

        TOPIC = "bill_fapiao.asked"
        request: str
        charges: list[str]

    class Released(JournalAggregate.Event):
        """The request was withdrawn; its lines can be asked for again."""

        TOPIC = "bill_fapiao.released"
        request: str

    class Issued(JournalAggregate.Event):
        """A fapiao holds them."""

        TOPIC = "bill_fapiao.issued"
        request: str
        number: str

    class TakenBack(JournalAggregate.Event):
        """A red-letter fapiao took one back."""

        TOPIC = "bill_fapiao.taken_back"
        number: str
        """Of the blue one."""
        red_number: str

    @staticmethod
    def create_id(*, site: str, bill: str, **_: object) -> UUID:
        """Return the id from site and bill."""
        return bill_fapiao_id(site, bill)

    @event(Created)
    def __init__(self, *, site: str, bill: str, command_id: UUID) -> None:
        """Begin without a fapiao."""
        self.bill = bill
        self.count = 0
        """How often it was asked for, ever."""
        self.asked: dict[str, list[str]] = {}
        """Charges of each live request."""
        self.issued: dict[str, str] = {}
        """Request of each fapiao that stands, by its number."""
        self.red: dict[str, str] = {}
        """Red-letter number of each one that was taken back."""

    @property
    def charges(self) -> set[str]:
        """Return the charge lines that a live request or a standing fapiao holds."""
        return {charge for charges in self.asked.values() for charge in charges}

    def require_creditable(self) -> None:
        """Refuse a credit while a fapiao stands.

        Raises:
            RedLetterPendingError: One is issued and not taken back yet.
        """
        if self.issued:
            numbers = ", ".join(self.issued)
            raise RedLetterPendingError.of("red_letter", bill=self.bill, numbers=numbers)

    def ask(self, request: str, charges: Sequence[str], *, command_id: UUID) -> None:
        """Note that a request holds charge lines.

        Raises:
            FapiaoError: Another one holds some of them.
        """
        if self.asked.get(request) == list(charges):
            return
        twice = sorted(self.charges & set(charges))
        if twice:
            raise FapiaoError.of("asked_already", bill=self.bill, charges=", ".join(twice))
        self._ask(request=request, charges=list(charges), command_id=command_id)

    def release(self, request: str, *, command_id: UUID) -> None:
        """Note that a request was withdrawn."""
        if request in self.asked and request not in self.issued.values():
            self._release(request=request, command_id=command_id)

    def issue(self, request: str, number: str, *, command_id: UUID) -> None:
        """Note that the platform issued what a request asked for."""
        if number not in self.issued and number not in self.red:
            self._issue(request=request, number=number, command_id=command_id)

    def take_back(self, number: str, red_number: str, *, command_id: UUID) -> None:
        """Note that a red-letter fapiao took one back; its lines can be asked for again.

        Raises:
            FapiaoError: No such fapiao stands.
        """
        if self.red.get(number) == red_number:
            return
        if number not in self.issued:
            raise FapiaoError.of("no_blue", bill=self.bill, number=number)
        self._take_back(number=number, red_number=red_number, command_id=command_id)

    @event(Asked)
    def _ask(self, *, request: str, charges: list[str], command_id: UUID) -> None:
        self.asked[request] = charges
        self.count += 1

    @event(Released)
    def _release(self, *, request: str, command_id: UUID) -> None:
        del self.asked[request]

    @event(Issued)
    def _issue(self, *, request: str, number: str, command_id: UUID) -> None:
        self.issued[number] = request

    @event(TakenBack)
    def _take_back(self, *, number: str, red_number: str, command_id: UUID) -> None:
        self.red[number] = red_number
        self.asked.pop(self.issued.pop(number), None)


def left_of(bill: BillFapiao | None, charges: Collection[str]) -> list[str]:
    """Return the charge lines that nobody asked for yet, in their order."""
    held = bill.charges if bill is not None else set()
    return [charge for charge in charges if charge not in held]
