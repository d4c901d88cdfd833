"""In: what a tenant asks and the office answers. Out: events of the books. I/O: PostgreSQL.

Whose bill or meter it is, and who may answer, is checked by the caller.
"""

from __future__ import annotations

from uuid import UUID

from billing.accounts.account import person_of
from billing.books import Books
from billing.enquiries.enquiry import About, Enquiry, EnquiryError, Spoken, Subject, said
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.base.period import local_day
from energy.base.secrets import PersonVault
from energy.service.requests.kinds import RequestKind


class EnquiryDesk:
    """Where tenants ask and the office answers."""

    def __init__(self, books: Books, clock: Clock, vault: PersonVault) -> None:
        """Work on a site's books.

        Args:
            books: The site's books.
            clock: The injected clock.
            vault: Seals what is said.
        """
        self._books = books
        self._clock = clock
        self._vault = vault

    def ask(self, about: About, words: str, by: UUID, *, seen: str = "") -> UUID:
        """Ask; return the enquiry. The same person's same words about the same are one.

        Args:
            about: What it is about.
            words: What the person says.
            by: Who asks.
            seen: What the person had seen then: said again behind more, it is another.

        Raises:
            EnquiryError: Nothing was said, or too much; a dispute is about no bill.
        """
        plain = said(words)
        if about.kind is RequestKind.BILL_DISPUTE and about.subject is not Subject.BILL:
            raise EnquiryError.of("enquiry.which_bill")
        site = self._books.site
        command_id = id_of("ask", site.key, str(about), self._vault.token(plain), str(by), seen)
        enquiry = Enquiry.create_id(site=site.key, command_id=command_id)
        if self._books.find(enquiry) is not None:
            return enquiry
        asked = Enquiry(
            site=site.key,
            account=about.account,
            subject=str(about.subject),
            key=about.key,
            charge=about.charge,
            asked_on=local_day(self._clock.now(), site.zone),
            words_sealed=self._vault.seal(person_of(site.key, about.account), plain),
            by=by,
            command_id=command_id,
        )
        if about.kind is not RequestKind.ENQUIRY:
            asked.file(kind=str(about.kind), command_id=id_of("file", str(command_id)))
        self._books.store(asked)
        return enquiry

    def say(self, enquiry: UUID, words: str, by: UUID, *, of_office: bool, seen: str = "") -> int:
        """Answer, or go on asking; return which word of it that is, from 1.

        The same words of the same person again change nothing.

        Args:
            enquiry: What it belongs to.
            words: What the person says.
            by: Who says it.
            of_office: Whether it is the office's answer.
            seen: What the person had seen then: said again behind more, it is another.

        Raises:
            EnquiryError: There is no such enquiry; nothing was said, or too much.
        """
        plain = said(words)
        known = self._known(enquiry)
        command_id = id_of("say", str(enquiry), self._vault.token(plain), str(by), seen)
        if known.seen(command_id):
            return known.numbers[command_id]
        known.say(
            of_office=of_office,
            words_sealed=self._vault.seal(person_of(self._books.site.key, known.account), plain),
            by=by,
            command_id=command_id,
        )
        self._books.store(known)
        return known.numbers[command_id]

    def kind(self, enquiry: UUID) -> RequestKind:
        """Return what the tenant wants.

        Raises:
            EnquiryError: There is no such enquiry.
        """
        return self._known(enquiry).kind

    def spoken(self, enquiry: UUID) -> list[Spoken]:
        """Return who said something of an enquiry and when, the first first.

        Raises:
            EnquiryError: There is no such enquiry.
        """
        return self._known(enquiry).spoken

    def _known(self, enquiry: UUID) -> Enquiry:
        known = self._books.find(enquiry)
        if not isinstance(known, Enquiry):
            raise EnquiryError.of("enquiry.unknown")
        return known
