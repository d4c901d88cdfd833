"""In: nothing. Out: two operators, a mail server, their settings, a certificate. I/O: loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from energy.alerting.notices.gateway import GatewayKind, GatewaySettings
from processes.notice_gateways import GatewayOfSites
from simulator.gateways.post_office import PostOffice
from simulator.gateways.web import WebGateway
from tests.command_centre.table import FOLDER

SHAPE = FOLDER.parents[1] / "adapters/sms/http/shape.sample.toml"


class Outside:
    """What the site's notices go to; judges by what was taken."""

    def __init__(self, first: WebGateway, second: WebGateway, mail: PostOffice) -> None:
        self.first, self.second, self.mail = first, second, mail
        self._receipted: set[tuple[str, int]] = set()

    @property
    def settings(self) -> list[GatewayOfSites]:
        """Return the gateways in the order in which they are tried."""
        every = (_sms("first", self.first), _sms("second", self.second), _mail(self.mail))
        return [GatewayOfSites(settings=each, site="") for each in every]

    def receipts(self) -> None:
        """Let the operators tell of each message that it arrived."""
        for name, web in (("first", self.first), ("second", self.second)):
            for number, taken in enumerate(web.desk.taken):
                if (name, number) not in self._receipted:
                    self._receipted.add((name, number))
                    web.receipts.append(web.receipt_of(taken.reference, state="DELIVRD"))

    @property
    def number(self) -> int:
        """Return how often a gateway took something."""
        sms = sum(len(web.desk.taken) for web in (self.first, self.second))
        return sms + len(self.mail.mails)


@contextmanager
def outside() -> Iterator[Outside]:
    """Let two operators and a mail server answer."""
    first, second, mail = WebGateway(token="secret"), WebGateway(token="secret"), PostOffice()
    with first, second, mail:
        yield Outside(first, second, mail)


def certificate(begins_at: datetime, ends_at: datetime) -> bytes:
    """Return a certificate of pages (PEM)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "kapok-bay.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begins_at - timedelta(days=300))
        .not_valid_after(ends_at)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def _sms(name: str, web: WebGateway) -> GatewaySettings:
    return GatewaySettings(
        name=name,
        kind=GatewayKind.SMS,
        adapter="http_sms",
        secret="secret",
        price=Decimal("0.05"),
        currency="CNY",
        timeout_s=2,
        options={"shape": str(SHAPE), "base": web.base, "sender": "10690000"},
    )


def _mail(office: PostOffice) -> GatewaySettings:
    return GatewaySettings(
        name="mail",
        kind=GatewayKind.MAIL,
        adapter="smtp",
        currency="CNY",
        timeout_s=2,
        options={"server": office.url, "sender": "energy@kapok-bay.example"},
    )
