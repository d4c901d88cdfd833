"""Mail: sent with the server's answer; a real server on the loopback."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from adapters.mail.post import Answer, MailServer, Post, open_post
from energy.base.errors import ConfigError
from simulator.gateways.desk import Fault
from simulator.gateways.post_office import PostOffice

PDF = b"%PDF-1.7\r\n.\r\n..dots"
SENDER = "office@example.org"


def mail(to: str) -> EmailMessage:
    found = EmailMessage(policy=SMTP)
    found["From"], found["To"], found["Subject"] = SENDER, to, "能源"
    found["Message-ID"] = "<1@meterline>"
    found.set_content("请查收\n.\n")
    found.add_attachment(PDF, maintype="application", subtype="pdf", filename="a.pdf")
    return found


def send(post: Post, to: str = "tenant@example.org") -> Answer:
    return post.send(mail(to), sender=SENDER, to=to)


def test_a_mail_arrives_as_it_is_and_the_answer_is_kept() -> None:
    with PostOffice() as office:
        with open_post(MailServer.of(office.url)) as post:
            answer = send(post)
        (mail_,) = office.mails
    assert (answer.taken, answer.reply) == (True, "250 taken as 1")
    assert mail_["Subject"] == "能源"
    (part,) = mail_.iter_attachments()
    assert part.get_content() == PDF
    body = mail_.get_body()
    assert body is not None
    assert body.get_content().splitlines() == ["请查收", "."]


def test_one_refused_address_does_not_keep_the_next_mail() -> None:
    with PostOffice(refused={"gone@example.org"}, deferred={"full@example.org"}) as office:
        with open_post(MailServer.of(office.url)) as post:
            gone = send(post, "gone@example.org")
            full = send(post, "full@example.org")
            fine = send(post)
        assert len(office.mails) == 1
    assert (gone.taken, gone.final, gone.reply) == (False, True, "550 5.1.1 no such person: …")
    assert (full.taken, full.final, full.reply) == (False, False, "451 4.3.0 later")
    assert fine.taken


def test_an_answer_that_is_lost_is_no_receipt() -> None:
    with PostOffice(hang_up_after=0) as office:
        with open_post(MailServer.of(office.url)) as post:
            answer = send(post)
        assert len(office.mails) == 1
    assert (answer.taken, answer.final) == (False, False)
    assert "Disconnected" in answer.reply


def test_a_server_that_hung_up_is_noticed_before_the_next_mail() -> None:
    with PostOffice() as office, open_post(MailServer.of(office.url)) as post:
        assert post.answers()
        office.hang_up()
        assert not post.answers()


def test_a_server_that_says_nothing_is_waited_for_so_long_only() -> None:
    with PostOffice() as office:
        office.desk.plan(Fault.SLOW)
        server = MailServer(host="127.0.0.1", port=office.port, starttls=False, timeout_s=1)
        with open_post(server) as post:
            answer = send(post)
    assert (answer.taken, answer.final) == (False, False)
    assert "timed out" in answer.reply


def test_a_server_is_read_from_its_setting() -> None:
    server = MailServer.of("smtp://me%40x:p%3Aw@mail.example.org")
    assert (server.host, server.port, server.user) == ("mail.example.org", 587, "me@x")
    assert (server.password, server.starttls) == ("p:w", True)
    assert MailServer.of("smtps://mail.example.org").port == 465


@pytest.mark.parametrize("url", ["", "http://x", "smtp://", "smtp://mail.example.org:25?plain"])
def test_a_setting_that_is_no_server_or_bares_the_mail_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="mail_server"):
        MailServer.of(url)
