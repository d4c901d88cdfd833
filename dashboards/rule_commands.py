"""In: what a signed-in person does with rules and spans. Out: one event each. I/O by ports."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from dashboards.security.scope import Right, Scope
from energy.alerting.suppression import Expected, Why
from energy.base.ids import id_of


class RuleDesk(Protocol):
    """Where rules are switched on and withdrawn (energy/alerting/rule_desk.py)."""

    def enable(self, key: str, by: UUID, *, seen: int) -> int:
        """Switch on the newest version of a rule, if it is the one that was seen; return it."""
        ...

    def withdraw(self, key: str, by: UUID, *, seen: int) -> int:
        """Withdraw a rule, if its newest version is the one that was seen."""
        ...


class SpanDesk(Protocol):
    """Where it is declared that alerts are expected (energy/alerting/suppression_desk.py)."""

    def declare(self, expected: Expected, *, reason: str, by: UUID, command_id: UUID) -> int:
        """Expect alerts of something for a span."""
        ...

    def end(self, suppression: UUID, *, by: UUID) -> int:
        """Let a span be over now."""
        ...


class RuleCommands:
    """The acts on rules, and on spans in which alerts are expected, of one site."""

    def __init__(self, site: str, rules: RuleDesk, spans: SpanDesk) -> None:
        """Act at a site through its desks."""
        self._site, self._rules, self._spans = site, rules, spans

    def enable(self, scope: Scope, key: str, *, seen: int) -> int:
        """Switch on the version of a rule that was seen; return it.

        Raises:
            NotPermittedError: The person may not decide about rules.
            RefusedError: There is no such rule, or a newer version.
        """
        scope.demand(Right.DECIDE_READINGS, self._site)
        return self._rules.enable(key, scope.person, seen=seen)

    def withdraw(self, scope: Scope, key: str, *, seen: int) -> int:
        """Withdraw a rule with all its versions; return how many they were.

        Raises:
            NotPermittedError: The person may not decide about rules.
            RefusedError: There is no such rule, or a newer version.
        """
        scope.demand(Right.DECIDE_READINGS, self._site)
        return self._rules.withdraw(key, scope.person, seen=seen)

    def expect(
        self, scope: Scope, about: str, span: tuple[datetime, datetime], reason: str
    ) -> UUID:
        """Expect alerts of something while it is maintained; return the span's id.

        Args:
            scope: Who declares it.
            about: "node:UTILITY/KEY", "point:KEY" or "source:KEY".
            span: First instant and end.
            reason: Why.

        Raises:
            NotPermittedError: The person does not act on alerts.
            SuppressionError: There is no such thing, no reason, or the span cannot be so.
        """
        scope.demand(Right.ACKNOWLEDGE, self._site)
        begins, ends = span
        why = Why.MAINTENANCE  # a planned outage is planned, reviewed and told by its own verbs
        # The id is that of `alert suppress`: page and command that say the same are one span.
        said = (about, begins.isoformat(), ends.isoformat(), why)
        identity = id_of("suppression", self._site, *said)
        self._spans.declare(
            Expected(suppression=identity, why=why, about=about, begins_at=begins, ends_at=ends),
            reason=reason,
            by=scope.person,
            command_id=id_of("command", "suppress", str(identity)),
        )
        return identity

    def end(self, scope: Scope, suppression: UUID) -> int:
        """Let a span be over now; return the journal's position.

        Raises:
            NotPermittedError: The person does not act on alerts.
            SuppressionError: There is none.
        """
        scope.demand(Right.ACKNOWLEDGE, self._site)
        return self._spans.end(suppression, by=scope.person)
