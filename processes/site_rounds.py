"""In: what each site needs done. Out: it is done, site after site, by a few threads. I/O.

One listener connection hears the NOTIFY of every site; a look each half second finds what a lost
NOTIFY left. A site with work takes its place in a queue and gets one step of each of its chores a
turn, by one thread at a time: a site with a long backlog, a site whose fold fails and a site whose
tables are locked cost the others one turn. A chore that fails is made anew and tried again with
growing pauses.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from adapters.backoff import Backoff
from energy.base.clock import monotonic_s, wait
from energy.base.errors import EnergyError
from energy.journal.follower import POLL_S, LostRaceError
from energy.store.errors import DATABASE_AWAY
from energy.store.listener import Listener
from energy.store.pool import Database

TICK_S = 0.2
"""How often the queue is looked at when no NOTIFY comes. [s]"""
LOOK_EVERY_S = 0.5
"""How often it is looked whether chores have work of which no NOTIFY told. [s]"""
SITES_EVERY_S = 2.0
"""How often the directory is asked for new sites. [s]"""
LONGEST_PAUSE_S = 30.0
"""Longest pause before a failing chore is tried again. [s]"""
LOCK_TIMEOUT_S = 2.0
"""Longest wait for a lock of one site: its thread is wanted by the others. [s]"""

log = structlog.get_logger("rounds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """One thing to be done for a site again and again."""

    name: str
    step: Callable[[], object]
    """Does a bounded piece; returns whether more of it waits (truthy)."""
    channels: tuple[str, ...] = ()
    """NOTIFY channels that wake it."""
    every_s: float | None = None
    """Longest time between two steps; None: only when woken or found by the look. [s]"""
    then: tuple[str, ...] = ()
    """Chores of the same site to be done when this one has come to the end of its work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteChores:
    """The chores of one site, with what they keep in memory."""

    chores: tuple[Chore, ...]
    look: Callable[[], Collection[str]] = tuple
    """Returns the names of the chores that have work; asked every LOOK_EVERY_S."""


MakeChores = Callable[[], SiteChores]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoreState:
    """How one chore of one site is doing; for metrics and health."""

    site: str
    chore: str
    steps: int
    errors: int
    failing: str
    """Why the last try failed; empty when it did not."""
    failing_s: float
    """How long it has failed now. [s]"""


@dataclass(slots=True)
class _Doing:
    """A chore and how it is doing."""

    chore: Chore
    rest: Backoff
    due_s: float = 0.0
    not_before_s: float = 0.0
    steps: int = 0
    errors: int = 0
    failing: str = ""
    failing_since_s: float = 0.0

    def wake(self, now_s: float) -> None:
        self.due_s = min(self.due_s, now_s)

    def is_due(self, now_s: float) -> bool:
        return max(self.due_s, self.not_before_s) <= now_s


LOOK, MAKE = "look", "make"


@dataclass(slots=True)
class _Turn:
    """A site's place in the round."""

    site: str
    make: _Doing
    """Makes its chores anew."""
    doing: dict[str, _Doing] = field(default_factory=dict)
    waiting: bool = False
    """In the queue or in the hands of a thread."""
    stale: bool = True
    """Its chores are to be made anew before the next step."""
    gone: bool = False

    def is_due(self, now_s: float) -> bool:
        if self.stale:
            return self.make.is_due(now_s)
        return any(doing.is_due(now_s) for doing in self.doing.values())


class Rounds:
    """Serves every site of an installation with one pool and a few threads."""

    def __init__(
        self,
        database: Database,
        sites: Callable[[], Mapping[str, MakeChores]],
        *,
        threads: int,
    ) -> None:
        """Prepare; nothing runs yet.

        Args:
            database: The process's pool; a connection of its own listens.
            sites: Returns how to make the chores of each site that there is now.
            threads: Threads that do chores, and so connections used at a time.
        """
        self._database = database
        self._sites = sites
        self._threads = threads
        self._turns: dict[str, _Turn] = {}
        self._queue: deque[_Turn] = deque()
        self._queued = threading.Condition()
        self._channels: dict[str, list[tuple[_Turn, str]]] = {}
        self._stopping = False
        self._sites_due_s = 0.0
        self._seen_s = 0.0
        self.away = ""
        """Why the database could not be asked the last time; empty when it could."""

    def run(self, stop: threading.Event) -> None:
        """Go round until stopped; a lost database is waited for."""
        workers = [
            threading.Thread(target=self._work, name=f"round-{n}", daemon=True)
            for n in range(self._threads)
        ]
        for worker in workers:
            worker.start()
        listener: Listener | None = None
        while not stop.is_set():
            self._seen_s = monotonic_s()
            try:
                if listener is None:
                    listener = Listener(self._database)
                    self._wake_all()
                self._refresh(listener)
                self._enqueue_due()
                for channel in listener.notes(TICK_S):
                    self._wake(channel)
                self.away = ""
            except DATABASE_AWAY as error:
                if not self.away:
                    log.warning("waits for the database", error=str(error))
                self.away = f"{type(error).__name__}: {error}"
                _closed(listener)
                listener = None
                wait(POLL_S, stop)
        _closed(listener)
        with self._queued:
            self._stopping = True
            self._queued.notify_all()
        for worker in workers:
            worker.join(timeout=8.0)

    def states(self) -> list[ChoreState]:
        """Return how every chore is doing."""
        now_s = monotonic_s()
        return [
            ChoreState(
                site=turn.site,
                chore=name,
                steps=doing.steps,
                errors=doing.errors,
                failing=doing.failing,
                failing_s=now_s - doing.failing_since_s if doing.failing else 0.0,
            )
            for turn in list(self._turns.values())
            for name, doing in [(MAKE, turn.make), *list(turn.doing.items())]
        ]

    def silent_s(self) -> float:
        """Return how long ago the round was last alive. [s]."""
        return monotonic_s() - self._seen_s

    def _refresh(self, listener: Listener) -> None:
        """Take up new sites, let go of those that are gone, listen to every channel."""
        now_s = monotonic_s()
        if now_s >= self._sites_due_s:
            self._sites_due_s = now_s + SITES_EVERY_S
            known = self._sites()
            for site, make in known.items():
                if site not in self._turns:
                    log.info("site taken up", site=site)
                    self._turns[site] = self._turn(site, make)
            for site in set(self._turns) - set(known):
                log.info("site let go", site=site)
                self._turns.pop(site).gone = True
        with self._queued:
            channels = sorted(self._channels)
        for channel in channels:
            if listener.listen(channel):
                self._wake(channel)  # what came before we listened

    def _turn(self, site: str, make: MakeChores) -> _Turn:
        chore = Chore(name=MAKE, step=lambda: self._make(turn, make))
        turn = _Turn(site, _doing(site, chore))
        return turn

    def _wake(self, channel: str) -> None:
        now_s = monotonic_s()
        with self._queued:
            for turn, name in self._channels.get(channel, ()):
                if name in turn.doing:
                    turn.doing[name].wake(now_s)
                    self._put(turn)

    def _wake_all(self) -> None:
        now_s = monotonic_s()
        with self._queued:
            for turn in self._turns.values():
                for doing in turn.doing.values():
                    doing.wake(now_s)

    def _enqueue_due(self) -> None:
        now_s = monotonic_s()
        with self._queued:
            for turn in self._turns.values():
                if turn.is_due(now_s):
                    self._put(turn)

    def _put(self, turn: _Turn) -> None:
        """Queue a site at the tail, once; the lock is held."""
        if not turn.waiting and not turn.gone:
            turn.waiting = True
            self._queue.append(turn)
            self._queued.notify()

    def _work(self) -> None:
        while True:
            with self._queued:
                while not self._queue and not self._stopping:
                    self._queued.wait()
                if self._stopping:
                    return
                turn = self._queue.popleft()
            try:
                self._take_turn(turn)
            finally:
                with self._queued:
                    turn.waiting = False
                    if turn.is_due(monotonic_s()):
                        self._put(turn)

    def _take_turn(self, turn: _Turn) -> None:
        """Do one step of each chore that is due; this thread alone has the site now."""
        if turn.stale:
            self._step(turn, turn.make)
        for name in list(turn.doing):
            doing = turn.doing[name]
            if turn.stale or turn.gone or self._stopping:
                return
            if doing.is_due(monotonic_s()):
                self._step(turn, doing)

    def _make(self, turn: _Turn, make: MakeChores) -> None:
        """Make a site's chores, fresh of memory; counters go on."""
        made = make()
        chores = (Chore(name=LOOK, step=_looker(turn, made), every_s=LOOK_EVERY_S), *made.chores)
        doing = {}
        for chore in chores:
            doing[chore.name] = turn.doing.get(chore.name) or _doing(turn.site, chore)
            doing[chore.name].chore = chore
        with self._queued:
            turn.doing = doing
            turn.stale = False
            for channel in {channel for chore in chores for channel in chore.channels}:
                waked = [(t, n) for t, n in self._channels.get(channel, []) if t is not turn]
                mine = [(turn, c.name) for c in chores if channel in c.channels]
                self._channels[channel] = waked + mine

    def _step(self, turn: _Turn, doing: _Doing) -> None:
        chore = doing.chore
        now_s = monotonic_s()
        doing.due_s = now_s + chore.every_s if chore.every_s is not None else float("inf")
        try:
            more = bool(chore.step())
        except LostRaceError:
            doing.not_before_s = monotonic_s() + POLL_S  # another process serves it: let it
            doing.wake(doing.not_before_s)
            return
        except Exception as error:  # noqa: BLE001 - whatever fails, the other sites go on
            self._failed(turn, doing, error)
            return
        doing.steps += 1
        if doing.failing:
            log.info("chore works again", site=turn.site, chore=chore.name)
            doing.failing = ""
            doing.rest.reset()
        for name in (chore.name,) if more else chore.then:
            turn.doing[name].wake(now_s)

    def _failed(self, turn: _Turn, doing: _Doing, error: Exception) -> None:
        cause = f"{type(error).__name__}: {error}"
        pause_s = doing.rest.next_s()
        doing.errors += 1
        doing.not_before_s = monotonic_s() + pause_s
        doing.wake(doing.not_before_s)
        kind = cause.split(":", maxsplit=1)[0]
        if kind != doing.failing.split(":", maxsplit=1)[0]:
            row = {"site": turn.site, "chore": doing.chore.name, "cause": cause}
            if isinstance(error, (*DATABASE_AWAY, EnergyError)):
                log.warning("chore waits", **row)
            else:
                log.error("chore failed", exc_info=error, **row)
            if not doing.failing:
                doing.failing_since_s = monotonic_s()
        doing.failing = cause
        turn.stale = True  # what it kept in memory may be half done
        turn.make.wake(doing.not_before_s if doing is turn.make else monotonic_s())


def _looker(turn: _Turn, made: SiteChores) -> Callable[[], bool]:
    def step() -> bool:
        now_s = monotonic_s()
        for name in made.look():
            turn.doing[name].wake(now_s)
        return False

    return step


def _doing(site: str, chore: Chore) -> _Doing:
    return _Doing(chore, Backoff(f"{site}/{chore.name}", first_s=1.0, most_s=LONGEST_PAUSE_S))


def _closed(listener: Listener | None) -> None:
    if listener is not None:
        listener.close()


def failing_rows(states: Sequence[ChoreState], *, longer_than_s: float) -> list[str]:
    """Return a row for each chore that has failed for a while.

    Args:
        states: How the chores are doing.
        longer_than_s: Shorter trouble is not told. [s]
    """
    return [
        f"{state.site}/{state.chore} fails for {state.failing_s:.0f} s: {state.failing}"
        for state in states
        if state.failing and state.failing_s > longer_than_s
    ]
