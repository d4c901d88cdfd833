"""In: the questions of the screens. Out: the same, each answered once for equal eyes. I/O by ports.

A key is what a person may see (roles, sites, tenants: never who it is), the question with its
arguments, how far the views have come, and the minute. Eyes that differ share nothing. An answer
is worked out for eyes without a person, so that it cannot depend on one. Positions say that data
moved; the minute says that time did: intervals become due, days begin, tenants come and go. How
old the data are is worked out for everybody who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol, cast
from uuid import UUID

from dashboards.queries.kept_answers import KeptAnswers
from dashboards.queries.ports import Queries
from dashboards.queries.rows import Answer
from dashboards.security.scope import Scope
from energy.base.clock import Clock

QUESTIONS = frozenset(
    {
        "alert_board",
        "corrections",
        "energy_flow",
        "flow_page",
        "load_profile",
        "load_range",
        "open_alerts",
        "outages",
        "own_page",
        "own_usage",
        "places",
        "plans",
        "quality",
        "report",
        "review",
        "site_flow",
        "site_place",
        "tariffs",
        "tenants",
        "tiles",
        "token",
        "usage_calendar",
        "utilities",
    }
)
"""What many ask at once, or again and again. Everything else is asked anew each time; so is what
shows how devices answer, which collectors tell without any follower (`meters`, `meter`)."""
AWAITING = "await_"
"""Begin of the names of questions that wait for one's own write."""
NOBODY = UUID(int=0)


class Stamps(Protocol):
    """How far the views have come."""

    def now(self) -> Hashable:
        """Return a value that is another one as soon as any table of the site is."""
        ...

    def forget(self) -> None:
        """Look anew the next time, whatever is still remembered."""
        ...


class _AskedOnce:
    """Questions before which answers are kept."""

    def __init__(
        self, queries: Queries, stamps: Stamps, clock: Clock, answers: KeptAnswers
    ) -> None:
        """Stand before some questions."""
        self._queries = queries
        self._stamps = stamps
        self._clock = clock
        self._answers = answers

    def __getattr__(self, name: str) -> Any:
        """Return a question, by the name that the port gives it."""
        ask = getattr(self._queries, name)
        if name in QUESTIONS:
            return self._kept(name, ask)
        return self._awaiting(ask) if name.startswith(AWAITING) else ask

    def _kept(self, name: str, ask: Callable[..., Any]) -> Callable[..., Any]:
        def question(scope: Scope, *arguments: Hashable, **named: Hashable) -> Any:
            now = self._clock.now()
            asked = (name, arguments, tuple(sorted(named.items())))
            key = (eyes_of(scope), asked, self._stamps.now(), _minute(now))
            found = self._answers.get(key, lambda: ask(without_person(scope), *arguments, **named))
            return found.aged(now) if isinstance(found, Answer) else found

        return question

    def _awaiting(self, ask: Callable[..., Any]) -> Callable[..., Any]:
        def question(*arguments: Any, **named: Any) -> Any:
            found = ask(*arguments, **named)
            self._stamps.forget()
            return found

        return question


def asked_once(
    queries: Queries, stamps: Stamps, clock: Clock, answers: KeptAnswers | None = None
) -> Queries:
    """Return questions that are answered once for all who may see the same.

    Args:
        queries: Answers them.
        stamps: How far the views have come.
        clock: The clock by which they are answered.
        answers: Where answers are kept.
    """
    return cast("Queries", _AskedOnce(queries, stamps, clock, answers or KeptAnswers()))


def eyes_of(scope: Scope) -> Hashable:
    """Return what of a scope decides what it may see; equal for all who may see the same."""
    return scope.roles, scope.sites, scope.tenants


def without_person(scope: Scope) -> Scope:
    """Return the same eyes without a person or hands: an act that wants a PIN is refused."""
    return replace(scope, person=NOBODY, name="", only_view="", confirmed=lambda: False)


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // 60
