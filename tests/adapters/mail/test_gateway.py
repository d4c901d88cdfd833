"""Notices by mail: what a mail says, and what only this adapter does."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from adapters.mail.gateway import MailGateway
from energy.alerting.notices.gateway import (
    GatewayKind,
    GatewayRefusedError,
    GatewaySettings,
    Message,
)
from energy.base.clock import ManualClock
from energy.base.errors import ConfigError
from simulator.gateways.post_office import PostOffice

CLOCK = ManualClock(datetime(2026, 11, 23, 8, tzinfo=UTC))
MESSAGE = Message(
    key=UUID(int=7),
    to="duty@example.org",
    language="en",
    subject="Feeder 12\r\nBcc: thief@example.org",
    text="Feeder 12 tripped.\n.\nMeterline",
    link="https://m.example/alerts/7",
    camera="https://cam.example/12",
)


def gateway(office: PostOffice, **options: str) -> MailGateway:
    given = {"server": office.url, "sender": "energy@example.org", **options}
    settings = GatewaySettings(
        name="mail", kind=GatewayKind.MAIL, adapter="smtp", timeout_s=2, options=given
    )
    return MailGateway(settings, CLOCK)


def test_a_notice_brings_its_links_and_its_subject_is_one_row() -> None:
    with PostOffice() as office:
        way = gateway(office)
        handed = way.hand(MESSAGE)
        way.close()
    (mail,) = office.mails
    assert handed.reference == mail["Message-ID"] == f"<{UUID(int=7)}@notice.meterline>"
    assert mail["Subject"] == "Feeder 12 Bcc: thief@example.org"
    assert mail["Bcc"] is None
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().split() == [
        *["Feeder", "12", "tripped.", ".", "Meterline"],
        "https://m.example/alerts/7",
        "https://cam.example/12",
    ]


def test_one_sign_in_serves_many_mails_and_a_server_that_hung_up_is_called_again() -> None:
    with PostOffice() as office:
        way = gateway(office)
        way.hand(MESSAGE)
        way.hand(MESSAGE)
        assert office.desk.logins == 1
        office.hang_up()
        way.hand(MESSAGE)
        way.close()
        assert (office.desk.logins, len(office.mails)) == (2, 3)


@pytest.mark.parametrize("to", ["nobody", "a@b.example\r\nRCPT TO:<c@d.example>"])
def test_what_is_no_address_never_reaches_the_server(to: str) -> None:
    with PostOffice() as office, pytest.raises(GatewayRefusedError):
        gateway(office).hand(Message(key=UUID(int=7), to=to, language="en", subject="", text="x"))
    assert office.desk.logins == 0


def test_an_unknown_option_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"unknown option 'sendr'.*server, sender"):
        gateway(PostOffice(), sendr="x")
