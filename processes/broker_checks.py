"""In: the brokers of a plan. Out: whether each keeps what it must, once, in the background. I/O."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import structlog

from adapters.backoff import Backoff
from adapters.mqtt.broker_check import BrokerReport, Keeping, check_broker
from adapters.mqtt.source import MqttSettings, MqttSource
from energy.base.clock import wait

AFTER_S = 10.0
"""Time between the collector's start and the check: the readings go first. [s]"""
LONGEST_S = 600.0

_log = structlog.get_logger("collect")


class BrokerChecks:
    """Checks each broker once, as soon as it answers."""

    def __init__(self, sources: Sequence[MqttSource], *, after_s: float = AFTER_S) -> None:
        """Prepare.

        Args:
            sources: Sources whose brokers are checked, each broker once.
            after_s: Time before the check. [s]
        """
        brokers = {(s.settings.host, s.settings.port): s.settings for s in sources if s.keeps}
        self._after_s = after_s
        self._stop = threading.Event()
        self._reports: dict[str, BrokerReport] = {}
        self._threads = [
            threading.Thread(target=self._run, args=(each,), name="broker check", daemon=True)
            for each in brokers.values()
        ]

    def start(self) -> None:
        """Begin in the background."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """End, also in mid-check."""
        self._stop.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(2.0)

    def complaints(self) -> list[str]:
        """Return what is wrong with the brokers, a sentence each; from any thread."""
        return [
            f"broker {broker}: {report.says}"
            for broker, report in sorted(self._reports.items())
            if report.keeping is Keeping.DROPS
        ]

    def _run(self, settings: MqttSettings) -> None:
        broker = f"{settings.host}:{settings.port}"
        waits = Backoff(f"{broker} check", first_s=30.0, most_s=LONGEST_S)
        pause_s = self._after_s
        while not wait(pause_s, self._stop):
            report = check_broker(
                host=settings.host,
                port=settings.port,
                client_id=settings.client_id,
                access=settings.access,
                stop=self._stop,
            )
            self._reports[broker] = report
            if report.keeping is not Keeping.UNKNOWN:
                break
            pause_s = waits.next_s()
        else:
            return
        tell = _log.info if report.keeping is Keeping.KEEPS else _log.warning
        tell(f"mqtt.broker_{report.keeping}", broker=broker, cause=report.says)
