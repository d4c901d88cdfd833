"""In: the polled sources of a collector. Out: which of them it may ask. I/O: a file, PostgreSQL.

A bus of one machine has the lease of that machine (adapters/bus_lease). Between machines the
database decides: the first collector that claims a source asks it; another one leaves it alone
and says whose it is. Without contact a collector goes on with what it knew: the box that was cut
off is the one that stands beside the bus.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from uuid import UUID, uuid4

import structlog

from energy.base.errors import EnergyError
from energy.store.errors import DATABASE_AWAY
from energy.store.source_claims import Claim

FILE = "collector.id"
RENEW_S = 10.0
"""Time between two renewals. [s]"""
FIRST_S = 3.0
"""Longest wait for the first answer of the database; then every source is asked. [s]"""
Claimer = Callable[[UUID, str, Sequence[str]], list[Claim]]
"""Claims sources for a collector; returns who asks each."""
_log = structlog.get_logger("collect")


def collector_id(folder: Path) -> UUID:
    """Return the identity of the collector whose spool lies in a folder, made if absent."""
    file = folder / FILE
    try:
        return UUID(file.read_text("utf-8").strip())
    except (OSError, ValueError):
        made = uuid4()
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{made}\n", "utf-8")
        return made


class SourceLease:
    """Which sources are ours to ask."""

    def __init__(
        self,
        owner: UUID,
        wanted: Callable[[], Collection[str]],
        claim: Claimer,
        release: Callable[[UUID], None],
    ) -> None:
        """Prepare; nothing is claimed yet.

        Args:
            owner: This collector.
            wanted: Gives the sources that it polls now.
            claim: Claims them.
            release: Gives all of them back.
        """
        self._owner = owner
        self._wanted = wanted
        self._claim = claim
        self._release = release
        self._theirs: dict[str, Claim] = {}
        self._has_contact = False
        self._answered = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)

    def start(self) -> None:
        """Begin to claim; waits a moment for the first answer of the database."""
        self._thread.start()
        self._answered.wait(FIRST_S)  # else every source is ours

    def finish(self) -> None:
        """Give back what was claimed, where there is contact."""
        self._stop.set()
        if self._has_contact:
            self._thread.join(timeout=2.0)

    def is_ours(self, source: str) -> bool:
        """Return whether to ask a source now; from any thread."""
        return source not in self._theirs

    def complaints(self) -> list[str]:
        """Return which sources somebody else asks, a sentence each."""
        return [
            f"source {claim.source} is asked by the collector on {claim.name} (last heard of at "
            f"{claim.renewed_at:%H:%M:%S} UTC), so not by this one: name each collector's own "
            "sources in its setting collect_sources"
            for claim in sorted(self._theirs.values(), key=lambda claim: claim.source)
        ]

    def renew(self) -> None:
        """Claim once."""
        wanted = sorted(self._wanted())
        try:
            claims = self._claim(self._owner, socket.gethostname(), wanted) if wanted else []
        except (EnergyError, *DATABASE_AWAY):
            self._has_contact = False
            self._answered.set()
            return
        self._has_contact = True
        theirs = {claim.source: claim for claim in claims if claim.owner != self._owner}
        for source in theirs.keys() - self._theirs.keys():
            _log.error("collect.source_elsewhere", source=source, machine=theirs[source].name)
        for source in self._theirs.keys() - theirs.keys():
            _log.info("collect.source_ours", source=source)
        self._theirs = theirs
        self._answered.set()

    def _run(self) -> None:
        self.renew()
        while not self._stop.wait(RENEW_S):
            self.renew()
        if self._has_contact:
            try:
                self._release(self._owner)
            except (EnergyError, *DATABASE_AWAY) as error:
                _log.info("lease.not_given_back", cause=str(error))
