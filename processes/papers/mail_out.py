"""In: documents that go by mail. Out: sent, with a receipt in the books. I/O: books, a mail server.

Every mail is noted after the server's answer, one event each. Cut off in between, it is sent again
under the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import Path
from uuid import UUID, uuid4

from adapters.mail.post import Answer, MailServer, Post, open_post
from billing.accounts.account import Account
from billing.books import Books
from billing.delivery.errors import DeliveryError
from billing.delivery.mail import DocumentMail, MailState, mail_id
from billing.delivery.message import Letter, bounce_of, letter, mail_of
from billing.delivery.plan import Stop, Way
from billing.delivery.rendering import Rendering, made
from billing.views.documents import issued_documents, read_mails
from energy.base.secrets import ERASED, PersonVault
from energy.store.pool import Database
from processes.papers.issued import job_of
from processes.papers.print_queue import plan_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """What was put into the outbox."""

    numbers: list[str]
    without_address: list[str]
    """Accounts whose papers go by mail, but that have no address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What became of the outbox."""

    sent: int
    waiting: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """The mails of a site."""

    database: Database
    books: Books
    vault: PersonVault

    def queue(
        self,
        *,
        run: UUID | None,
        numbers: Sequence[str] | None,
        by: UUID,
        command_id: UUID,
    ) -> Queued:
        """Queue the documents that go by mail; those that were sent stay as they are.

        Args:
            run: Documents of this run.
            numbers: These documents, whichever way their account has.
            by: Who asks.
            command_id: Of the command.
        """
        plan = plan_of(self.books)
        with self.database.connection() as connection:
            wanted = None if numbers is None else list(numbers)
            found = issued_documents(connection, self.books.site.schema, run=run, numbers=wanted)
        queued, nowhere = [], []
        for invoice, number, account, _ in found:
            stop = plan.stop_of(account) if plan else Stop(account=account)
            if numbers is None and stop.way is Way.PRINT:
                continue
            if not self._address(account):
                nowhere.append(account)
            elif self._queue(invoice, number, account, by, command_id):
                queued.append(number)
        return Queued(numbers=queued, without_address=nowhere)

    def _queue(self, invoice: UUID, number: str, account: str, by: UUID, command_id: UUID) -> bool:
        mail: DocumentMail | None = self.books.find(mail_id(self.books.site.key, number))
        if mail is None:
            mail = DocumentMail(
                site=self.books.site.key,
                number=number,
                invoice=invoice,
                account=account,
                by=by,
                command_id=command_id,
            )
        elif mail.state in {MailState.FAILED, MailState.BOUNCED}:
            mail.ask_again(by=by, command_id=command_id)
        else:
            return False
        self.books.store(mail)
        return True

    def send(
        self,
        server: MailServer,
        sender: str,
        rendering: Rendering,
        *,
        tenant_url: str = "",
        done: Callable[[], None] = lambda: None,
    ) -> Sending:
        """Send what waits; a server that hangs up is called once more for the next mail.

        Args:
            server: Where mail is handed over.
            sender: Mail address of the office.
            rendering: What papers are set with.
            tenant_url: Address of the tenant's pages.
            done: Called after each mail.

        Raises:
            OSError: The server does not answer at all.
            smtplib.SMTPException: It does not let us in.
        """
        with self.database.connection() as connection:
            waiting = read_mails(connection, self.books.site.schema, state=MailState.QUEUED)
        counts = dict.fromkeys(MailState, 0)
        with ExitStack() as stack:
            post: Post | None = None
            for row in waiting:
                mail: DocumentMail = self.books.repository.get(row.mail)
                if mail.state is not MailState.QUEUED:  # the view is behind: it was sent
                    continue
                told = self._letter(mail, sender, rendering, tenant_url)
                post = post or stack.enter_context(open_post(server))
                answer = self._sent(post, mail, told)
                post = post if answer.taken or answer.reply[:3].isdigit() else None
                counts[mail.state] += 1
                done()
        return Sending(
            sent=counts[MailState.SENT],
            waiting=counts[MailState.QUEUED],
            failed=counts[MailState.FAILED],
        )

    def _sent(self, post: Post, mail: DocumentMail, told: Letter | None) -> Answer:
        """Send one mail and note what became of it."""
        if told is None:
            answer = Answer(taken=False, reply="no address", final=True)
        else:
            mail_ = mail_of(told, format_datetime(self.books.clock.now()))
            answer = post.send(mail_, sender=told.sender, to=told.to)
        if answer.taken:
            mail.sent(reply=answer.reply, command_id=uuid4())
        else:
            mail.fail(reply=answer.reply, final=answer.final, command_id=uuid4())
        self.books.store(mail)
        return answer

    def bounced(self, file: Path, *, by: UUID) -> DocumentMail:
        """Note that a mail came back, by the postmaster's mail.

        Raises:
            DeliveryError: It is no bounce of ours, or the mail was not sent.
        """
        found = bounce_of(file.read_bytes())
        mail = self.books.find(found.mail) if found else None
        if found is None or not isinstance(mail, DocumentMail):
            raise DeliveryError.of("no_bounce", file=file.name)
        mail.bounce(reason=found.reason, by=by, command_id=uuid4())
        self.books.store(mail)
        return mail

    def _letter(
        self, mail: DocumentMail, sender: str, rendering: Rendering, tenant_url: str
    ) -> Letter | None:
        to = self._address(mail.account)
        if not to:
            return None
        with self.database.connection() as connection:
            (found,) = issued_documents(connection, self.books.site.schema, numbers=[mail.number])
            site = self.books.site
            job = job_of(connection, site, mail.invoice, found[3], tenant_url=tenant_url)
        return letter(
            language=job.language,
            message=mail.message,
            sender=sender,
            to=to,
            issuer=job.content["invoice"]["issuer"]["name"],
            number=mail.number,
            pdf=made(job, rendering).pdf,
            page=job.content.get("tenant_url", ""),
        )

    def _address(self, account: str) -> str:
        """Return an account's mail address; "" where it has none, or it was erased."""
        found: Account = self.books.account(account)
        address = self.vault.open(found.person, found.email_sealed)
        return "" if address == ERASED else address.strip()
