"""In: rounds and lags of sites. Out: their metrics and health. Pure but for the clock."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence

from prometheus_client.core import Metric

from energy.base.clock import Clock
from energy.views.progress import Lag
from processes.site_rounds import Rounds, failing_rows
from processes.vitals import Health, counter, gauge

TROUBLE_S = 30.0
"""Trouble shorter than this is not yet told as ill health. [s]"""
_FOLLOWER = ("site", "follower")
_CHORE = ("site", "chore")


class LagBoard:
    """The newest lag of every follower of every site."""

    def __init__(self, clock: Clock) -> None:
        """Begin empty.

        Args:
            clock: Tells the age of what is not folded.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._lags: dict[str, Sequence[Lag]] = {}

    def put(self, site: str, lags: Sequence[Lag]) -> None:
        """Keep what was read of a site."""
        with self._lock:
            self._lags[site] = lags

    def keep_only(self, sites: Collection[str]) -> None:
        """Forget the sites that are gone."""
        with self._lock:
            self._lags = {site: lags for site, lags in self._lags.items() if site in sites}

    def rows(self) -> list[tuple[str, Lag]]:
        """Return every lag with its site."""
        with self._lock:
            return [(site, lag) for site, lags in self._lags.items() for lag in lags]

    def worst_s(self) -> float:
        """Return the greatest lag. [s]."""
        now = self._clock.now()
        return max((lag.seconds(now) for _, lag in self.rows()), default=0.0)

    def metrics(self) -> Iterable[Metric]:
        """Return lag in entries and in seconds, by site and follower."""
        now = self._clock.now()
        rows = self.rows()
        yield gauge(
            "meterline_view_lag_entries",
            "Journal entries that a follower has still to fold.",
            _FOLLOWER,
            [((site, lag.follower), lag.entries) for site, lag in rows],
        )
        yield gauge(
            "meterline_view_lag_seconds",
            "Age of the oldest journal entry that a follower has still to fold.",
            _FOLLOWER,
            [((site, lag.follower), lag.seconds(now)) for site, lag in rows],
        )
        yield gauge(
            "meterline_view_position",
            "Journal position up to which a follower has folded.",
            _FOLLOWER,
            [((site, lag.follower), lag.position) for site, lag in rows],
        )


def rounds_metrics(*rounds: Rounds) -> Iterable[Metric]:
    """Return steps, errors and present failures of every chore, by site."""
    states = [state for each in rounds for state in each.states()]
    yield counter(
        "meterline_chore_steps",
        "Steps done for a site.",
        _CHORE,
        [((state.site, state.chore), state.steps) for state in states],
    )
    yield counter(
        "meterline_chore_errors",
        "Steps for a site that failed and were tried again.",
        _CHORE,
        [((state.site, state.chore), state.errors) for state in states],
    )
    yield gauge(
        "meterline_chore_failing_seconds",
        "How long a chore of a site has failed now; 0 when it works.",
        _CHORE,
        [((state.site, state.chore), state.failing_s) for state in states],
    )
    yield gauge(
        "meterline_database_up",
        "1 when the database answers.",
        (),
        [((), 0 if any(each.away for each in rounds) else 1)],
    )


def rounds_health(*rounds: Rounds, lags: LagBoard | None = None) -> Health:
    """Return whether the rounds go on, and what has failed for a while."""
    states = [state for each in rounds for state in each.states()]
    standing: list[str] = []
    for each in rounds:
        if each.away:
            standing.insert(0, f"The database is away: {each.away}")
        if each.silent_s() > TROUBLE_S:
            standing.insert(0, f"The round has stood still for {each.silent_s():.0f} s.")
    reasons = [*standing, *failing_rows(states, longer_than_s=TROUBLE_S)]
    failing = [
        {"site": state.site, "chore": state.chore, "cause": state.failing}
        for state in states
        if state.failing and state.failing_s > TROUBLE_S
    ]
    facts: dict[str, object] = {
        "sites": len({state.site for state in states}),
        "standing": standing,
        "failing": failing,
    }
    if lags is not None:
        facts["worst_lag_s"] = round(lags.worst_s(), 1)
    return Health(reasons=tuple(reasons), facts=facts)
