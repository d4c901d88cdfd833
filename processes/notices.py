"""In: the sites, their gateways. Out: alerts told to people, receipts and replies taken. I/O.

Rounds of their own, beside the other chores: each gateway of a site has its turns, so one that
hangs keeps neither the rules of the site nor the other gateways waiting.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from energy.alerting.notices.answering import Answering
from energy.alerting.notices.desk import NoticeDesk
from energy.alerting.notices.gateway import Gateway, GatewaySettings
from energy.alerting.notices.sending import Office, Sending
from energy.alerting.notices.shift_tests import ShiftTests
from energy.alerting.notices.telling import Telling
from energy.alerting.notices.views import notices_channel
from energy.service.duty.calling import called_by
from energy.store.sites import Site
from energy.system import System
from processes.gateways import gateway_of
from processes.notice_gateways import GatewayOfSites, configured_gateways, gateways_of
from processes.site_rounds import Chore, MakeChores, Rounds, SiteChores

MOST_THREADS = 4
TICK_EVERY_S = 5.0
"""How often it is looked whether a repeat or a level is due. [s]"""
SHIFTS_EVERY_S = 30.0
"""How often it is looked whether a shift has begun. [s]"""
TELL_EVERY_S = 0.5
"""Longest time until an alert fact is told whose NOTIFY was lost. [s]"""
SEND_EVERY_S = 0.5
"""Longest time until a notice goes whose time has come, or whose NOTIFY was lost. [s]"""
ANSWERS_EVERY_S = 2.0
"""How often a gateway is asked for receipts and replies. [s]"""
LOGIN_EVERY_S = 60.0
"""How often it is looked whether a gateway lets us in. [s]"""


class Notices:
    """Tells people of the alerts of every site of an installation."""

    def __init__(self, system: System, gateways: Sequence[GatewayOfSites] | None = None) -> None:
        """Prepare; nothing runs yet.

        Args:
            system: The process's system (role meterline_writer); a pool of its own is made.
            gateways: Instead of those of the settings.

        Raises:
            ConfigError: The file of gateways is wrong.
        """
        self._system = replace(system)
        self._gateways = configured_gateways(system.config) if gateways is None else gateways
        self._open: dict[str, Gateway] = {}
        for each in self._gateways:
            gateway_of(each.settings, system.clock)  # a wrong option stops the start, not a turn
        threads = min(MOST_THREADS, 1 + len(self._gateways))
        self.rounds = Rounds(self._system.database, self._turns, threads=threads)

    def run(self, stop: threading.Event) -> None:
        """Tell until stopped."""
        self.rounds.run(stop)

    def close(self) -> None:
        """Hang up and close the pool."""
        for gateway in self._open.values():
            gateway.close()
        self._system.close()

    def _turns(self) -> Mapping[str, MakeChores]:
        making: dict[str, MakeChores] = {}
        for site in self._system.sites():
            mine, order = gateways_of(self._gateways, site.key)
            making[site.key] = self._telling(site, order)
            office = self._office(site, order)
            for settings in mine:
                making[f"{site.key}/{settings.name}"] = self._sending(office, settings)
        return making

    def _office(self, site: Site, order: Mapping[str, Sequence[str]]) -> Office:
        url = self._system.config.web_url.rstrip("/")
        return Office(
            database=self._system.database,
            site=site,
            vault=self._system.vault,
            clock=self._system.clock,
            order=order,
            alert_url=f"{url}/alerts/{{alert}}" if url else "",
        )

    def _telling(self, site: Site, ways: Collection[str]) -> MakeChores:
        def make() -> SiteChores:
            database, clock = self._system.database, self._system.clock
            called = called_by(database, site)
            telling = Telling(database, site, clock, ways, called)
            desk = NoticeDesk(database, site, self._system.vault, clock)
            tests = ShiftTests(database, site, desk, clock, called)
            telling.begin()
            wakes = (notices_channel(site.schema),)
            return SiteChores(
                chores=(
                    Chore(name="tell", step=telling.follow, channels=wakes, every_s=TELL_EVERY_S),
                    Chore(name="repeat", step=telling.tick, channels=wakes, every_s=TICK_EVERY_S),
                    Chore(name="duty tests", step=tests.step, every_s=SHIFTS_EVERY_S),
                )
            )

        return make

    def _sending(self, office: Office, settings: GatewaySettings) -> MakeChores:
        def make() -> SiteChores:
            gateway = self._opened(office.site, settings)
            sending = Sending(office, gateway, settings)
            answering = Answering(office, gateway)
            wakes = (notices_channel(office.site.schema),)
            return SiteChores(
                chores=(
                    Chore(name="send", step=sending.step, channels=wakes, every_s=SEND_EVERY_S),
                    Chore(name="answers", step=answering.step, every_s=ANSWERS_EVERY_S),
                    Chore(name="login", step=gateway.login, every_s=LOGIN_EVERY_S),
                )
            )

        return make

    def _opened(self, site: Site, settings: GatewaySettings) -> Gateway:
        """Return a gateway made anew; what stood open before is hung up."""
        key = f"{site.key}/{settings.name}"
        if key in self._open:
            self._open[key].close()
        self._open[key] = gateway_of(settings, self._system.clock)
        return self._open[key]
