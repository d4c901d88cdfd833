"""In: nothing. Out: the frozen rows about rules of alerts, and the questions for them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Protocol
from uuid import UUID

from dashboards.queries.rows import Answer
from dashboards.security.scope import Scope
from dashboards.selection import Selection
from energy.alerting.actors import Figures
from energy.alerting.rule_reads import RuleRow
from energy.alerting.suppression_desk import SpanRow
from energy.alerting.trial import CaseRow


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanList:
    """The spans in which alerts are expected."""

    rows: tuple[SpanRow, ...]
    """The newest first; not more than some."""
    names: Mapping[UUID, str]
    """Of who declared them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialValue:
    """Least and greatest value of one step of a back-test."""

    at: datetime
    least: float
    greatest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialCurve:
    """What a rule looked at in a back-test, drawn."""

    about: str
    """Point and quantity."""
    unit: str
    values: tuple[TrialValue, ...]
    limits: tuple[float, ...]
    """Lines that the value is held against; none where the rule judges something else of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTrial:
    """How often a rule would have fired."""

    key: str
    first: date
    last: date
    start: datetime
    end: datetime
    subjects: int
    readings: int
    per_week: Fraction
    open_s: int
    cases: tuple[CaseRow, ...]
    curve: TrialCurve | None
    """Of the subject with most cases; None where it is no gauge."""


class RuleQueries(Protocol):
    """Questions about rules of alerts."""

    def rules(self, scope: Scope) -> Answer[tuple[RuleRow, ...]]:
        """Return every version of every rule that is not withdrawn, by key."""
        ...

    def rule_trial(self, scope: Scope, key: str, selection: Selection) -> RuleTrial:
        """Return what the newest version of a rule would have done in the selected days."""
        ...

    def spans(self, scope: Scope) -> Answer[SpanList]:
        """Return the spans in which alerts are expected, the newest first."""
        ...

    def loudness(self, scope: Scope, selection: Selection) -> Answer[Figures]:
        """Return how loud the selected time was, and who made the noise."""
        ...
