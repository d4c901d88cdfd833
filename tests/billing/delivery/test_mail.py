"""Mail of a document: what it says, tried again, given up, come back."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from billing.delivery.errors import DeliveryError
from billing.delivery.mail import MOST_ATTEMPTS, DocumentMail, MailState
from billing.delivery.message import Letter, bounce_of, letter, mail_of

BY = UUID(int=1)
DATED = "Tue, 03 Nov 2026 10:00:00 +0000"


def mail() -> DocumentMail:
    facts = {"site": "s", "number": "CAM-1", "invoice": uuid4(), "account": "A", "by": BY}
    return DocumentMail(**facts, command_id=uuid4())


def told(to: str = "tenant@example.org", language: str = "both") -> Letter:
    return letter(
        language=language,
        message=mail().message,
        sender="office@example.org",
        to=to,
        issuer="能源 Energy",
        number="CAM-1",
        pdf=b"%PDF-1.7\r\n.\r\n..dots",
        page="https://t.example/CAM-1",
    )


def test_a_mail_brings_the_pdf_as_it_is() -> None:
    mail_ = mail_of(told(), DATED)
    assert mail_["Message-ID"] == mail().message
    assert mail_["Subject"] == "能源 Energy：CAM-1 / 能源 Energy: CAM-1"
    (part,) = mail_.iter_attachments()
    assert part.get_filename() == "CAM-1.pdf"
    assert part.get_content() == b"%PDF-1.7\r\n.\r\n..dots"
    body = mail_.get_body()
    assert body is not None
    assert "请查收" in body.get_content()
    assert "https://t.example/CAM-1" in body.get_content()


def test_a_mail_is_tried_so_often_and_then_given_up() -> None:
    one = mail()
    for attempt in range(MOST_ATTEMPTS):
        assert one.state is MailState.QUEUED, attempt
        one.fail(reply="451 later", final=False, command_id=uuid4())
    assert one.state is MailState.FAILED
    one.ask_again(by=BY, command_id=uuid4())
    assert (one.state, one.attempts) == (MailState.QUEUED, 0)


def test_the_key_stays_over_attempts_and_changes_when_it_is_asked_again() -> None:
    one = mail()
    first = one.message
    one.fail(reply="451 later", final=False, command_id=uuid4())
    assert one.message == first
    one.sent(reply="250 ok", command_id=uuid4())
    one.sent(reply="250 ok", command_id=uuid4())
    with pytest.raises(DeliveryError, match="was sent by mail"):
        one.ask_again(by=BY, command_id=uuid4())
    one.bounce(reason="5.1.1 gone", by=BY, command_id=uuid4())
    one.ask_again(by=BY, command_id=uuid4())
    assert one.message != first


def test_what_was_not_sent_cannot_come_back() -> None:
    with pytest.raises(DeliveryError, match="was not sent"):
        mail().bounce(reason="x", by=BY, command_id=uuid4())


def test_a_bounce_names_the_mail_and_the_reason() -> None:
    one = mail()
    content = f"""From: mailer-daemon@example.org
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It did not work.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; gone@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 <gone@example.org> no such person

--b
Content-Type: text/rfc822-headers

Message-ID: {one.message}

--b--
"""
    found = bounce_of(content.encode())
    assert found is not None
    assert found.mail == one.id
    assert found.reason == "5.1.1 smtp; 550 <…> no such person"
    assert bounce_of(b"Subject: hello\n\nnothing of ours") is None
