"""In: a document for somebody. Out: the mail, and what came back read. Pure.

A bounce is read as RFC 3464 has it: the part message/delivery-status says why, the part with the
headers of our mail says which.
"""

from __future__ import annotations

import email
import re
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.policy import SMTP, default
from uuid import UUID

from energy.base.mail_text import one_row, without_addresses
from energy.base.text import t

_OURS = re.compile(r"<(?P<id>[0-9a-f-]{36})\.(?P<tries>\d+)@meterline>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail says."""

    message: str
    """Message-ID."""
    sender: str
    to: str
    subject: str
    body: str
    file_name: str
    pdf: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A mail that came back."""

    mail: UUID
    reason: str


def letter(
    *,
    language: str,
    message: str,
    sender: str,
    to: str,
    issuer: str,
    number: str,
    pdf: bytes,
    page: str = "",
) -> Letter:
    """Return the letter that brings a document.

    Args:
        language: "en", "zh", or "both": Chinese, then English.
        message: Message-ID.
        sender: Mail address it comes from.
        to: Mail address it goes to.
        issuer: Name of the billing entity.
        number: Of the document.
        pdf: The document.
        page: The tenant's page; "" without one.
    """
    languages = ("zh", "en") if language == "both" else (language,)
    values = {"issuer": issuer, "number": number, "page": page}
    key = "delivery.mail_body_page" if page else "delivery.mail_body"
    return Letter(
        message=message,
        sender=sender,
        to=to,
        subject=" / ".join(t(each, "delivery.mail_subject", **values) for each in languages),
        body="\n\n".join(t(each, key, **values) for each in languages),
        file_name=f"{number}.pdf",
        pdf=pdf,
    )


def mail_of(told: Letter, dated: str) -> EmailMessage:
    """Return the mail of a letter.

    Args:
        told: The letter.
        dated: As RFC 5322 has it.
    """
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = told.message
    mail["From"], mail["To"] = told.sender, told.to
    mail["Subject"], mail["Date"] = one_row(told.subject), dated
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(told.body)
    mail.add_attachment(told.pdf, maintype="application", subtype="pdf", filename=told.file_name)
    return mail


def bounce_of(content: bytes) -> Bounce | None:
    """Return which mail came back and why; None where it is no bounce of ours.

    Args:
        content: A mail as the postmaster sent it.
    """
    mail = email.message_from_bytes(content, policy=default)
    found = _OURS.search(content.decode("utf-8", errors="replace"))
    if found is None:
        return None
    reasons = [reason for part in mail.walk() for reason in _reasons(part)]
    reason = "; ".join(dict.fromkeys(reasons)) or str(mail["Subject"] or "")
    return Bounce(mail=UUID(found["id"]), reason=without_addresses(reason))


def _reasons(part: Message) -> list[str]:
    """Return status and diagnosis of a part, where it is a recipient's."""
    if part.get("Final-Recipient") is None:
        return []
    told = [part.get("Status"), part.get("Diagnostic-Code")]
    return [" ".join(str(each) for each in told if each)]
