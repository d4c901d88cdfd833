"""In: the clocks of host, server and meters. Out: findings on those that are off. I/O: a thread.

Asked soon after the start and then daily. Readings of polled meters are dated by the host's clock,
so it counts most: the kernel says whether anybody keeps it right, the database server's clock is
a second opinion. Meters that have a clock are asked for it, for their frozen values and tariffs
follow it; pushed messages are judged one by one where they arrive.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog

from adapters.errors import SpoolError
from energy.base.clock import Clock, monotonic_s
from energy.base.errors import EnergyError
from energy.base.ids import id_of
from energy.metering.note import Note, note
from energy.store.errors import DATABASE_AWAY
from processes.host_clock import HostClock

FIRST_S, AGAIN_S, DAY_S = 60.0, 900.0, 86_400.0
"""First check after the start; again where the server had no contact; then daily. [s]"""
HOST, SERVER = "clock.host_not_kept", "clock.host_off"
METER = "clock.meter_off"
_log = structlog.get_logger("collect")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockOffset:
    """How far one clock is ahead of the host's."""

    whose: str
    """"server", or a metering point."""
    ahead_us: int
    """[us]"""
    within_us: int = 0
    """How exactly that is known. [us]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReport:
    """What one check saw."""

    at: datetime
    host: HostClock | None
    """None where the kernel cannot be asked."""
    offsets: tuple[ClockOffset, ...]
    unanswered: tuple[str, ...] = ()
    """Clocks that gave no answer."""

    def facts(self) -> dict[str, object]:
        """Return it as JSON values."""
        return {
            "at": self.at.isoformat(),
            "host": asdict(self.host) if self.host else None,
            "offsets": [asdict(offset) for offset in self.offsets],
            "unanswered": list(self.unanswered),
        }


def server_offset(ask: Callable[[], datetime], clock: Clock) -> ClockOffset:
    """Return how far the server's clock is ahead, from one question.

    Args:
        ask: Returns the server's time.
        clock: The host's.
    """
    asked, began_s = clock.now(), monotonic_s()
    theirs = ask()
    half = timedelta(seconds=(monotonic_s() - began_s) / 2)
    return ClockOffset(
        whose="server",
        ahead_us=round((theirs - asked - half) / timedelta(microseconds=1)),
        within_us=round(half / timedelta(microseconds=1)),
    )


def judged(report: ClockReport, limit_us: int) -> list[Note]:
    """Return a note for each clock beyond the limit; one a day at most. Pure.

    Args:
        report: What a check saw.
        limit_us: How far a clock may be off. [us]
    """
    notes = []
    if report.host is not None and not report.host.synchronised:
        notes.append(_note(HOST, report.at, "host", {"most_error_us": report.host.most_error_us}))
    for offset in report.offsets:
        if abs(offset.ahead_us) - offset.within_us <= limit_us:
            continue
        code = SERVER if offset.whose == "server" else METER
        proof = {"ahead_us": offset.ahead_us, "within_us": offset.within_us, "limit_us": limit_us}
        notes.append(_note(code, report.at, offset.whose, proof))
    return notes


def _note(code: str, at: datetime, whose: str, proof: Mapping[str, object]) -> Note:
    return note(
        code,
        at,
        at,
        proof={"point" if code == METER else "clock": whose, **proof},
        note_id=id_of("clock", code, whose, f"{at:%Y-%m-%d}"),
    )


class ClockWatch:
    """Checks the clocks of one collector."""

    def __init__(
        self,
        clock: Clock,
        tell: Callable[[list[Note]], None],
        *,
        limit_us: int,
        host: Callable[[], HostClock | None],
        server: Callable[[], datetime] | None = None,
        meters: Callable[[], Iterable[tuple[str, int | None]]] = tuple,
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            clock: The host's.
            tell: Takes notes for the journal.
            limit_us: How far a clock may be off. [us]
            host: Asks the kernel.
            server: Asks the database server; None where there is none.
            meters: Asks the meters: metering point, and how far ahead [us] or no answer.
        """
        self._clock = clock
        self._tell = tell
        self._limit_us = limit_us
        self._host = host
        self._server = server
        self._meters = meters
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clocks", daemon=True)
        self.report: ClockReport | None = None
        """Of the last check."""
        self._complaints: list[str] = []

    def start(self) -> None:
        """Begin to check."""
        self._thread.start()

    def finish(self) -> None:
        """Stop."""
        self._stop.set()  # it may wait for a database or a meter: nobody waits for it

    def complaints(self) -> list[str]:
        """Return which clocks are off, a sentence each."""
        return list(self._complaints)

    def check(self) -> bool:
        """Check once; returns whether every clock has answered."""
        offsets, unanswered = [], []
        if self._server is not None:
            try:
                offsets.append(server_offset(self._server, self._clock))
            except (EnergyError, *DATABASE_AWAY):
                unanswered.append("server")
        for point, ahead_us in self._meters():
            if ahead_us is None:
                unanswered.append(point)
            else:
                offsets.append(ClockOffset(whose=point, ahead_us=ahead_us, within_us=1_000_000))
        self.report = ClockReport(
            at=self._clock.now(),
            host=self._host(),
            offsets=tuple(offsets),
            unanswered=tuple(unanswered),
        )
        notes = judged(self.report, self._limit_us)
        # Whether anybody keeps the clock is worth knowing; that it is off is worth an alarm.
        self._complaints = [_sentence(each) for each in notes if each.code != HOST]
        if notes:
            self._tell(notes)
        return "server" not in unanswered

    def _run(self) -> None:
        rest_s = FIRST_S
        while not self._stop.wait(rest_s):
            try:
                rest_s = DAY_S if self.check() else AGAIN_S
            except SpoolError as error:
                rest_s = AGAIN_S
                _log.error(error.code, cause=str(error))


def _sentence(told: Note) -> str:
    ahead_s = told.proof["ahead_us"] / 1e6
    if told.code == SERVER:
        return (
            f"the database server's clock is {ahead_s:+.1f} s against this machine's: set the one "
            "that is wrong by NTP; readings are dated by this machine"
        )
    return (
        f"the clock of the meter at {told.proof['point']} is {ahead_s:+.0f} s against this "
        "machine's: set it at the meter, its frozen values and tariffs follow it"
    )
