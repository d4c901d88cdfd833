"""In: an installation. Out: its processes, running, and the facts they left. I/O.

Collector's parts, `processes.project` and `processes.jobs`, each a process; the gateway is a server
of this one that notes when each message came.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bench import machine
from bench.chain.place import SITE, TOKEN, Place, command_of
from energy.alerting.alert import Alert
from energy.alerting.notices.notice import Notice
from energy.base.clock import SystemClock, monotonic_s, wait
from energy.journal.application import EventDecoder
from energy.journal.recorder import entries_of, head_position
from energy.store.pool import Database
from energy.system import WRITER, database_of
from simulator.gateways.desk import Desk, Taken
from simulator.gateways.web import WebGateway

PATIENCE_S = 90.0
NO_MORE_S = 30.0
"""Where nothing has come for so long, nothing more is waited for. [s]"""
_LOOK_S = 0.1


class StampedDesk(Desk):
    """Notes when each message came."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.came: dict[str, datetime] = {}
        """First time, by the notice's id."""
        self._clock = SystemClock()

    def take(self, taken: Taken) -> None:
        """Note a message as taken."""
        self.came.setdefault(taken.key, self._clock.now())
        super().take(taken)


@contextmanager
def gateway() -> Iterator[tuple[WebGateway, StampedDesk]]:
    """Give a gateway that listens on the loopback."""
    server, desk = WebGateway(token=TOKEN), StampedDesk()
    server.desk = desk
    with server:
        yield server, desk


@dataclass(slots=True)
class Facts:
    """What the operations journal holds of alerts and notices."""

    alerts: list[Any] = field(default_factory=list)
    """Events that raised one."""
    parents: dict[Any, Any] = field(default_factory=dict)
    """Alert -> the alert that it is told on."""
    queued: dict[Any, list[Any]] = field(default_factory=dict)
    """Alert -> the events that queued its notices."""


class Running:
    """The processes of an installation."""

    def __init__(self, place: Place) -> None:
        """Start nothing yet."""
        self.place = place
        self.database: Database = database_of(place.config, WRITER, max_size=2)
        self._processes: dict[str, subprocess.Popen[str]] = {}
        self._logs = place.config.data_dir / "log"
        self._logs.mkdir(exist_ok=True)

    def start(self, port: int, name: str) -> None:
        """Start what the views, the rules and the notices need, then the collector.

        Args:
            port: Of the meters.
            name: Of this run: its spool is its own.
        """
        for each in ("project", "jobs"):
            self._launch(each, command_of(f"processes.{each}"))
        self.until(lambda: self._follows("notices"))
        before, _ = self.position("alert-evaluator", "metering")
        spool = self.place.config.data_dir / f"collect-{name}"
        arguments = (str(port), str(self.place.meters), str(spool))
        self._launch("collect", command_of("bench.chain.collector", *arguments))
        # Every meter was judged once: what stood from the run before is over.
        judged = before + 2 * self.place.meters
        self.until(lambda: self.position("alert-evaluator", "metering")[1] >= judged)

    def stop(self) -> dict[str, Any]:
        """End every process; return what the collector noted."""
        told, _ = self._processes["collect"].communicate(timeout=60)
        for name in ("jobs", "project"):
            self._processes[name].terminate()
        for name in ("jobs", "project"):
            self._processes[name].wait(30)
        self._processes.clear()
        noted: dict[str, Any] = json.loads(told)
        return noted

    def close(self) -> None:
        """End what still runs."""
        for each in self._processes.values():
            each.kill()
            each.wait()
        self.database.close()

    def until(self, holds: Callable[[], object], most_s: float = PATIENCE_S) -> bool:
        """Wait for something; return whether it came."""
        until_s = monotonic_s() + most_s
        while not holds():
            if monotonic_s() > until_s:
                return False
            for name, each in self._processes.items():
                assert each.poll() is None, f"{name} ended: see {self._logs / name}.log"
            wait(_LOOK_S)
        return True

    def until_so_many(self, count: Callable[[], int], wanted: int) -> bool:
        """Wait until something was counted; return whether it was.

        On a machine with other work it may take long: it is lost only when nothing comes any more.
        """
        before = -1
        while (now := count()) < wanted and now > before:
            before = now
            self.until(lambda: count() > before, NO_MORE_S)  # noqa: B023 - it is called at once
        return now >= wanted

    def position(self, follower: str, application: str) -> tuple[int, int]:
        """Return the head of an application and where a follower of it stands."""
        with self.database.connection() as connection:
            head = head_position(connection, SITE.schema, application)
            row = connection.execute(
                f"SELECT position FROM {SITE.schema}.follower WHERE name = %s", (follower,)
            ).fetchone()
        return head, int(str(row[0])) if row else 0

    def cpu_s(self) -> dict[str, float]:
        """Return the processor time used so far by each process and the database. [s]."""
        pids = {name: each.pid for name, each in self._processes.items()}
        if self.place.server.pid is not None:
            pids["postgres"] = self.place.server.pid
        return {name: machine.cpu_s(pid) for name, pid in pids.items()}

    def raised(self) -> int:
        """Return how many alerts the views show."""
        with self.database.connection() as connection:
            row = connection.execute(f"SELECT count(*) FROM {SITE.schema}.alert").fetchone()
        assert row is not None, "a count has a row"
        return int(str(row[0]))

    def caught_up(self) -> bool:
        """Return whether who tells of alerts has seen every fact."""
        head, at = self.position("notices", "operations")
        return head == at

    def facts(self, after: int) -> Facts:
        """Return what was stored of alerts and notices after a position of operations."""
        facts, decoder = Facts(), EventDecoder()
        with self.database.connection() as connection:
            entries = list(entries_of(connection, SITE.schema, "operations", after=after))
        for event in map(decoder.decode, entries):
            match event:
                case Alert.Created():
                    facts.alerts.append(event)
                    if event.parent is not None:
                        facts.parents[event.originator_id] = event.parent
                case Alert.Attached():
                    facts.parents[event.originator_id] = event.parent
                case Notice.Created():
                    facts.queued.setdefault(event.subject, []).append(event)
                case _:
                    pass
        return facts

    def _follows(self, name: str) -> bool:
        with self.database.connection() as connection:
            row = connection.execute(
                f"SELECT 1 FROM {SITE.schema}.follower WHERE name = %s", (name,)
            ).fetchone()
        return row is not None

    def _launch(self, name: str, command: list[str]) -> None:
        with (self._logs / f"{name}.log").open("a") as log:
            self._processes[name] = subprocess.Popen(
                command,
                env=self.place.environment(),
                stdin=subprocess.PIPE if name == "collect" else subprocess.DEVNULL,
                stdout=subprocess.PIPE if name == "collect" else log,
                stderr=log,
                text=True,
            )
