"""In: a test site with a book, gateways. Out: the whole chain of notices, step by step. I/O."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from energy.alerting.alert import Alert
from energy.alerting.notices.answering import Answering
from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.notice import Notice
from energy.alerting.notices.sending import Office, Sending
from energy.alerting.notices.telling import Telling
from energy.base.secrets import PersonVault
from tests.energy.alerting.notices import book
from tests.energy.alerting.notices.loopback import LoopbackGateway, Operator, settings
from tests.fixtures.postgres import TestSite, command


@dataclass
class Chain:
    """Everything between an alert and its gateways; SMS by two of them, mail by one."""

    site: TestSite
    vault: PersonVault
    first: Operator
    second: Operator
    mail: Operator
    per_minute: int = 0
    gateways: list[tuple[LoopbackGateway, Sending]] = field(default_factory=list)

    def __post_init__(self) -> None:
        book.settle(self.site)
        self.telling = Telling(self.site.writer, self.site.site, self.site.clock)
        self.telling.begin()
        self.office = Office(
            database=self.site.writer,
            site=self.site.site,
            vault=self.vault,
            clock=self.site.clock,
            order={"sms": ["first", "second"], "mail": ["mail"]},
            alert_url="https://m.example/alerts?alert={alert}",
        )
        self.start()

    def start(self) -> None:
        """Begin with nothing in memory, as after a restart."""
        self.gateways = []
        for name, operator in (("first", self.first), ("second", self.second), ("mail", self.mail)):
            kind = GatewayKind.MAIL if name == "mail" else GatewayKind.SMS
            gateway = LoopbackGateway(name, operator, kind)
            sending = Sending(
                self.office, gateway, settings(name, kind, per_minute=self.per_minute)
            )
            self.gateways.append((gateway, sending))

    def go(self, seconds: float = 0) -> None:
        """Let everything be done that can be done at one instant."""
        self.site.tick(seconds)
        for _ in range(200):
            book.settle(self.site)
            more = self.telling.follow()
            self.telling.tick()
            book.settle(self.site)
            for gateway, sending in self.gateways:
                more |= sending.step()
                more |= Answering(self.office, gateway).step()
            if not more:
                return
        raise AssertionError("it never comes to rest")

    def claims_run_out(self) -> None:
        with self.site.writer.connection() as connection:
            connection.execute(
                f"UPDATE {self.site.schema}.notice_claim SET until = '-infinity'".encode()
            )

    def change(self, alert: UUID, act: Callable[[Alert], Any]) -> None:
        known = self.site.application("operations").find(alert)
        assert isinstance(known, Alert)
        act(known)
        self.site.application("operations").store(known)

    def acknowledge(self, alert: UUID) -> None:
        self.change(
            alert, lambda known: known.acknowledge(by=book.ADMIN, command_id=command("a", alert))
        )

    def clear(self, alert: UUID) -> None:
        now = self.site.clock.now()
        self.change(
            alert, lambda known: known.clear(at=now, value=1, command_id=command("c", alert))
        )

    def states(self) -> list[tuple[Any, ...]]:
        """Return whom each notice is for, by which way, and its state."""
        book.settle(self.site)
        return self.site.rows(
            "SELECT c.key, n.way, n.state FROM {s}.notice AS n JOIN {s}.contact AS c "
            "USING (contact) ORDER BY n.position, 1"
        )

    def notice(self, key: str) -> Notice:
        found = self.site.application("operations").find(UUID(key))
        assert isinstance(found, Notice)
        return found
