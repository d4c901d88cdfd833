"""In: receipts and replies of one gateway. Out: facts of notices, alerts acknowledged. I/O.

A receipt is kept until its message is known: it may come before our own record of the hand-over.
A reply acknowledges only what its sender was told of.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from energy.alerting.desk import AlertDesk
from energy.alerting.notices.codes import Wish, asked_by, short_code
from energy.alerting.notices.contact import Contact
from energy.alerting.notices.gateway import Gateway, Handed, Receipt, ReceiptState, Reply
from energy.alerting.notices.notice import Notice
from energy.alerting.notices.reads import ContactRow, contact_of_digest
from energy.alerting.notices.reply import NoticeReply, ReplyOutcome, reply_id
from energy.alerting.notices.sending import Office
from energy.base.errors import ConflictError, RefusedError
from energy.base.ids import id_of
from energy.journal.application import JournalApplication

RECEIPTS_KEPT = timedelta(days=2)
"""How long a receipt of which nobody knows the message is kept."""
ANSWERED_WITHIN = timedelta(days=7)
"""How long after a notice its reply acknowledges."""
log = structlog.get_logger("notices")


class Answering:
    """Takes what comes back by one gateway."""

    def __init__(self, office: Office, gateway: Gateway) -> None:
        """Take it for a site."""
        self._office = office
        self._gateway = gateway
        self._schema = office.site.schema
        self._operations = JournalApplication(
            office.database, office.site.schema, "operations", office.clock
        )

    def step(self) -> bool:
        """Take receipts and replies; return whether any came."""
        receipts = self._gateway.receipts()
        self._keep(receipts)
        taken = self._match()
        replies = self._gateway.replies()
        for reply in replies:
            self._answer(reply)
        return bool(receipts or replies or taken)

    def _keep(self, receipts: Sequence[Receipt]) -> None:
        """Store receipts at once: a gateway gives them once."""
        rows = [_row(self._gateway.name, each, self._office.clock.now()) for each in receipts]
        if not rows:
            return
        with self._office.database.transaction() as connection, connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {self._schema}.notice_receipt VALUES (%s, %s, %s, %s, %s, %s, %s) "
                "ON CONFLICT DO NOTHING",
                rows,
            )

    def _match(self) -> int:
        """Tell notices what their receipts say; return how many were told."""
        with self._office.database.connection() as connection:
            connection.execute(
                f"DELETE FROM {self._schema}.notice_receipt WHERE came_at < %s",
                (self._office.clock.now() - RECEIPTS_KEPT,),
            )
            rows: list[tuple[Any, ...]] = connection.execute(
                "SELECT r.reference, r.state, r.at, r.reason, n.notice "
                f"FROM {self._schema}.notice_receipt AS r JOIN {self._schema}.notice AS n "
                "ON (n.gateway = r.gateway AND n.reference = r.reference AND n.reference <> '') "
                "OR n.notice = r.key WHERE r.gateway = %s ORDER BY r.at LIMIT 500",
                (self._gateway.name,),
            ).fetchall()
        for reference, state, at, reason, notice in rows:
            receipt = Receipt(reference=reference, state=ReceiptState(state), at=at, reason=reason)
            self._tell(notice, receipt)
        return len(rows)

    def _tell(self, identity: UUID, receipt: Receipt) -> None:
        for attempt in (1, 2):
            notice = self._operations.find(identity)
            assert isinstance(notice, Notice), "the table notice holds notices"
            command = id_of("receipt", str(identity), receipt.reference, receipt.state)
            if receipt.state is ReceiptState.DELIVERED:
                self._hand_late(notice, receipt)
                notice.deliver(at=receipt.at, command_id=command)
            elif receipt.state is ReceiptState.FAILED:
                notice.fail(at=receipt.at, reason=receipt.reason[:200], command_id=command)
            try:
                self._operations.store(notice)
            except ConflictError:
                if attempt == 2:
                    return  # it is met again at the next step
            else:
                break
        with self._office.database.connection() as connection:
            connection.execute(
                f"DELETE FROM {self._schema}.notice_receipt "
                "WHERE gateway = %s AND reference = %s AND state = %s",
                (self._gateway.name, receipt.reference, receipt.state),
            )

    def _hand_late(self, notice: Notice, receipt: Receipt) -> None:
        """Note the hand-over that nobody could: we were cut off behind the gateway's answer."""
        notice.hand(
            Handed(reference=receipt.reference, known=True),
            gateway=self._gateway.name,
            currency="",
            language="",
            text="",
            with_it=0,
            command_id=id_of("notice", str(notice.id), "hand"),
        )

    def _answer(self, reply: Reply) -> None:
        """Do what a reply asks for, once, and keep it."""
        digest = self._office.vault.digest(reply.sender).hex()
        identity = reply_id(self._gateway.name, digest, reply.reference, reply.at)
        if self._operations.find(identity) is not None:
            return
        with self._office.database.connection() as connection:
            contact = contact_of_digest(connection, self._schema, self._gateway.kind, digest)
        if contact is None:
            outcome, alert = ReplyOutcome.STRANGER, None
        else:
            outcome, alert = self._done(contact, reply, identity)
        log.info("reply", gateway=self._gateway.name, outcome=outcome)
        kept = NoticeReply(
            gateway=self._gateway.name,
            way=str(self._gateway.kind),
            digest=digest,
            reference=reply.reference,
            at=reply.at,
            contact=contact.contact if contact else None,
            person=contact.person if contact else None,
            text_sealed=self._office.vault.seal(contact.person, reply.text) if contact else "",
            outcome=str(outcome),
            alert=alert,
            command_id=id_of("reply", str(identity)),
        )
        try:
            self._operations.store(kept)
        except ConflictError:
            log.info("another one took the reply")

    def _done(
        self, contact: ContactRow, reply: Reply, identity: UUID
    ) -> tuple[ReplyOutcome, UUID | None]:
        asked = asked_by(reply.text)
        match asked.wish:
            case Wish.OPT_OUT | Wish.OPT_IN:
                return self._opt(contact, asked.wish, identity), None
            case Wish.UNREAD:
                return ReplyOutcome.UNREAD, None
            case Wish.ACKNOWLEDGE:
                outcomes = [self._acknowledge(contact, code, identity) for code in asked.codes]
                return min(outcomes, key=lambda each: list(ReplyOutcome).index(each[0]))

    def _opt(self, contact: ContactRow, wish: Wish, identity: UUID) -> ReplyOutcome:
        known = self._operations.find(contact.contact)
        assert isinstance(known, Contact), "the table contact holds contacts"
        way = self._gateway.kind
        if wish is Wish.OPT_OUT:
            known.opt_out(way, by=None, command_id=identity)
        else:
            known.opt_in(way, by=None, command_id=identity)
        self._operations.store(known)
        return ReplyOutcome.OPTED_OUT if wish is Wish.OPT_OUT else ReplyOutcome.OPTED_IN

    def _acknowledge(
        self, contact: ContactRow, code: str, identity: UUID
    ) -> tuple[ReplyOutcome, UUID | None]:
        since = self._office.clock.now() - ANSWERED_WITHIN
        with self._office.database.connection() as connection:
            rows: list[tuple[Any, ...]] = connection.execute(
                f"SELECT DISTINCT subject FROM {self._schema}.notice WHERE contact = %s "
                "AND about = 'alert' AND handed_at > %s",
                (contact.contact, since),
            ).fetchall()
        meant = [alert for (alert,) in rows if short_code(alert) == code]
        if len(meant) != 1:
            return (ReplyOutcome.AMBIGUOUS if meant else ReplyOutcome.NOT_TOLD), None
        if not contact.acknowledges:
            return ReplyOutcome.NOT_ALLOWED, meant[0]
        desk = AlertDesk(self._office.database, self._office.site, self._office.clock)
        try:
            desk.acknowledge(
                meant[0],
                contact.user or contact.contact,
                command_id=id_of("reply acknowledges", str(identity), str(meant[0])),
            )
        except RefusedError:
            return ReplyOutcome.SEEN_ALREADY, meant[0]
        return ReplyOutcome.ACKNOWLEDGED, meant[0]


def _row(gateway: str, receipt: Receipt, now: datetime) -> tuple[object, ...]:
    return (
        gateway,
        receipt.reference,
        str(receipt.state),
        receipt.at,
        receipt.key,
        receipt.reason,
        now,
    )
