"""In: a clock. Out: made-up rules, spans and figures behind the questions about them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from dashboards.queries.rows import Answer
from dashboards.queries.rule_rows import RuleTrial, SpanList, TrialCurve, TrialValue
from dashboards.security.scope import Right, Scope
from dashboards.selection import Selection
from energy.alerting.actors import Figures, Raised, figures
from energy.alerting.rule_reads import RuleRow
from energy.alerting.suppression import Expected, SuppressionError
from energy.alerting.suppression_desk import SpanRow
from energy.alerting.trial import CaseRow
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from tests.dashboards.fake_alerts import FakeAlerts
from tests.dashboards.fake_energy import SITE, ZONE

MEI = id_of("person", "mei")
ABOUT = "cam-b2-elec/active_power"


def _rule(key: str, version: int, *, enabled: bool = True, **spec: Any) -> RuleRow:
    return RuleRow(
        rule=id_of("rule", key, str(version)),
        key=key,
        version=version,
        kind=spec.get("kind", "threshold"),
        name=f"Rule of {key}",
        severity="high",
        enabled=enabled,
        valid_from=None if version == 1 else "2026-07-01T00:00:00+00:00",
        subjects=12 if key == "load-high" else 0,
        standing=2 if version == 1 else 0,
        spec={"key": key, "severity": "high", **spec},
    )


@dataclass
class FakeRuleDesk:
    """Rules and spans of a made-up site."""

    rules: list[RuleRow] = field(default_factory=list)
    spans: list[SpanRow] = field(default_factory=list)

    def enable(self, key: str, by: UUID, *, seen: int) -> int:
        found = [n for n, row in enumerate(self.rules) if (row.key, row.version) == (key, seen)]
        if not found:
            raise RefusedError.of("rule.unknown", key=key)
        self.rules[found[0]] = replace(self.rules[found[0]], enabled=True)
        return seen

    def withdraw(self, key: str, by: UUID, *, seen: int) -> int:
        self.rules = [row for row in self.rules if row.key != key]
        return seen

    def declare(self, expected: Expected, *, reason: str, by: UUID, command_id: UUID) -> int:
        if not reason:
            raise SuppressionError.of("no_reason")
        row = SpanRow(
            suppression=expected.suppression,
            why=str(expected.why),
            about=expected.about,
            reason=reason,
            begins_at=expected.begins_at,
            ends_at=expected.ends_at,
            person=by,
            ended_at=None,
        )
        self.spans.insert(0, row)
        return 1

    def end(self, suppression: UUID, *, by: UUID) -> int:
        self.spans = [
            replace(row, ended_at=row.begins_at) if row.suppression == suppression else row
            for row in self.spans
        ]
        return 1


@dataclass
class FakeRules(FakeAlerts):
    """Questions about rules too: one in two versions, one combination; a span that holds."""

    rule_desk: FakeRuleDesk = field(default_factory=FakeRuleDesk)

    def __post_init__(self) -> None:
        subject = {"quantity": "active_power", "equipment": "transformer"}
        now = self.clock.now()
        self.rule_desk.rules = [
            _rule("load-high", 1, subject=subject, terms={"above": "120000", "deadband": "500"}),
            _rule(
                "load-high",
                2,
                enabled=False,
                subject=subject,
                terms={"above": "110000", "deadband": "500"},
                delay_s=300,
            ),
            _rule("both", 1, kind="combination", subject={}, terms={"all_of": ["load-high"]}),
        ]
        self.rule_desk.spans = [
            SpanRow(
                suppression=id_of("span", str(n)),
                why=why,
                about=about,
                reason="A fan is being replaced",
                begins_at=now + timedelta(hours=ahead),
                ends_at=now + timedelta(hours=ahead + 3),
                person=MEI,
                ended_at=None,
            )
            for n, (why, about, ahead) in enumerate(
                (("maintenance", "point:cam-b2-elec", -1), ("outage", "node:electricity/f0", -9))
            )
        ]

    def rules(self, scope: Scope) -> Answer[tuple[RuleRow, ...]]:
        scope.demand(Right.READ_ENERGY, SITE)
        return self._answer(tuple(self.rule_desk.rules))

    def rule_trial(self, scope: Scope, key: str, selection: Selection) -> RuleTrial:
        scope.demand(Right.DECIDE_READINGS, SITE)
        if key != "load-high":
            raise RefusedError.of("rule.unknown", key=key)
        period = selection.period(ZONE)
        hours = range(int((period.end - period.start) / timedelta(hours=1)))
        values = tuple(
            TrialValue(
                at=period.start + timedelta(hours=n),
                least=90_000.0 + 2500 * (n % 12),
                greatest=92_000.0 + 2500 * (n % 12),
            )
            for n in hours
            if n % 24 not in {3, 4, 5}
        )
        cases = tuple(
            CaseRow(
                about=ABOUT if n else "cam-b3-elec/active_power",
                raised_at=period.start + timedelta(hours=8 + 24 * n),
                cleared_at=None if n == 6 else period.start + timedelta(hours=12 + 24 * n),
                value=Decimal(112_000),
                limit=Decimal(110_000),
                unit="W",
            )
            for n in range(selection.days)
        )
        return RuleTrial(
            key=key,
            first=selection.first,
            last=selection.last,
            start=period.start,
            end=period.end,
            subjects=12,
            readings=8064,
            per_week=Fraction(7 * len(cases), selection.days),
            open_s=14_400 * len(cases),
            cases=cases,
            curve=TrialCurve(about=ABOUT, unit="W", values=values, limits=(110_000.0,)),
        )

    def spans(self, scope: Scope) -> Answer[SpanList]:
        scope.demand(Right.READ_ENERGY, SITE)
        rows = tuple(self.rule_desk.spans)
        return self._answer(SpanList(rows=rows, names={MEI: "Mei Lin"}))

    def loudness(self, scope: Scope, selection: Selection) -> Answer[Figures]:
        scope.demand(Right.READ_ENERGY, SITE)
        period = selection.period(ZONE)
        raised = [
            Raised(
                what=f"load cam-b{2 + n % 3}-elec/active_power",
                severity="high",
                at=period.start + timedelta(seconds=20 * n),
                cleared_at=period.start + timedelta(hours=n),
            )
            for n in range(14)
        ]
        return self._answer(figures(raised, period))
