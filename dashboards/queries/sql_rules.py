"""Step 5a. From: rules, kept readings, spans, alerts. To: the rules' rows. I/O: PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import timedelta
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from psycopg.errors import QueryCanceled

from dashboards.queries.rows import Answer
from dashboards.queries.rule_rows import RuleTrial, SpanList, TrialCurve, TrialValue
from dashboards.queries.sql_site import OPERATIONS, Connection, SqlSite
from dashboards.security.scope import Right, Scope
from dashboards.selection import Selection
from energy.alerting.actor_reads import read_raised
from energy.alerting.actors import Figures, figures
from energy.alerting.backtest import BackTest, BackTester
from energy.alerting.rule_reads import RuleRow, list_rules, read_channels
from energy.alerting.rules.kinds import WatchedChannel
from energy.alerting.rules.spec import RuleSpec
from energy.alerting.suppression_desk import read_spans
from energy.alerting.trial import case_rows, channel_name, specs_on_trial
from energy.base.clock import from_us, monotonic_s, to_us
from energy.base.errors import RefusedError
from energy.base.period import Period
from energy.metering.channel import Kind
from energy.views.old_readings import readings_known

MOST_SPANS = 200
MOST_TRIAL_DAYS = 31
"""Longest back-test of a page. [d]"""
TRIAL_S = 20
"""Time given to a back-test of a page; the command has all that it needs. [s]"""
STEPS = 600
"""Steps of a drawn curve."""
LIMITS = ("above", "below")


class SqlRules:
    """Questions about rules of alerts in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at
        self._testing = Lock()

    def rules(self, scope: Scope) -> Answer[tuple[RuleRow, ...]]:
        """Return every version of every rule that is not withdrawn, by key."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            rows = list_rules(connection, self._at.schema, self._at.site.zone)
            return self._at.answer(connection, tuple(rows), follower=OPERATIONS)

    def rule_trial(self, scope: Scope, key: str, selection: Selection) -> RuleTrial:
        """Return what the newest version of a rule would have done in the selected days.

        One at a time in each worker, of some days, for some seconds: people wait for pages.

        Raises:
            NotPermittedError: The person may not decide about rules.
            RefusedError: There is no such rule or it has no past; too many days; out of time;
                another one is running.
        """
        if not scope.may(Right.DECIDE_READINGS):  # who may need not give the PIN to look
            self._at.demand(scope, Right.DECIDE_READINGS)
        if selection.days > MOST_TRIAL_DAYS:
            raise RefusedError.of("rule.too_many_days", most=MOST_TRIAL_DAYS, key=key)
        if not self._testing.acquire(blocking=False):
            raise RefusedError.of("rule.busy")
        try:
            with self._at.read(scope, Right.READ_ENERGY) as connection:
                connection.execute(f"SET LOCAL statement_timeout = '{TRIAL_S}s'")
                return self._tried(connection, key, selection)
        except QueryCanceled as error:
            raise RefusedError.of(
                "rule.too_long", seconds=TRIAL_S, done=1, days=selection.days, key=key
            ) from error
        finally:
            self._testing.release()

    def _tried(self, connection: Connection, key: str, selection: Selection) -> RuleTrial:
        site = self._at.site
        versions = [
            row.spec for row in list_rules(connection, site.schema, site.zone) if row.key == key
        ]
        channels = read_channels(connection, site.schema)
        specs = specs_on_trial(site, key, versions, channels)
        tester = BackTester(connection=connection, schema=site.schema, zone=site.zone)
        days = (selection.first, selection.last)
        found = tester.run(specs, days, _in_time(key))
        return RuleTrial(
            key=key,
            first=selection.first,
            last=selection.last,
            start=found.period.start,
            end=found.period.end,
            subjects=found.subjects,
            readings=found.readings,
            per_week=found.per_week,
            open_s=found.open_s,
            cases=tuple(case_rows(channels, site.zone, specs[0], found)),
            curve=self._curve(connection, specs, found, channels),
        )

    def _curve(
        self,
        connection: Connection,
        specs: Sequence[RuleSpec],
        found: BackTest,
        channels: Mapping[int, WatchedChannel],
    ) -> TrialCurve | None:
        """Return the values of the subject with most cases, the first one where none has any."""
        counted = Counter(case.subject.channel for case in found.cases if case.subject.channel)
        number = counted.most_common(1)[0][0] if counted else specs[0].subject.channel
        channel = channels.get(number)
        spec = next((each for each in specs if each.subject.channel == number), None)
        if channel is None or spec is None or channel.kind not in {Kind.GAUGE, Kind.INTERVAL}:
            return None  # of a register only the pace says something
        window = (to_us(found.period.start), to_us(found.period.end) - 1)
        known = readings_known(connection, self._at.schema, {number: window}).get(number)
        values: tuple[TrialValue, ...] = ()
        if known is not None:
            within = (known.at_us >= window[0]) & (known.at_us <= window[1])
            values = _steps(known.at_us[within], known.count[within], found.period, channel)
        return TrialCurve(
            about=channel_name(channel),
            unit=channel.unit,
            values=values,
            limits=_limits(spec, channel),
        )

    def spans(self, scope: Scope) -> Answer[SpanList]:
        """Return the spans in which alerts are expected, the newest first."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            rows = read_spans(connection, self._at.schema)[:MOST_SPANS]
            names = self._at.person_names(connection, list({row.person for row in rows}))
            found = SpanList(rows=tuple(rows), names=names)
            return self._at.answer(connection, found, follower=OPERATIONS)

    def loudness(self, scope: Scope, selection: Selection) -> Answer[Figures]:
        """Return how loud the selected time was, and who made the noise."""
        period = selection.period(self._at.site.zone)
        now = self._at.clock.now()
        if period.start < now < period.end:  # what is to come is neither loud nor silent
            period = Period(start=period.start, end=max(now, period.start + timedelta(minutes=10)))
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            found = figures(read_raised(connection, self._at.schema, period), period)
            return self._at.answer(connection, found, follower=OPERATIONS)


def _in_time(key: str) -> Callable[[int, int], None]:
    """Return what ends a back-test that takes too long for a page."""
    until = monotonic_s() + TRIAL_S

    def advance(done: int, days: int) -> None:
        if done < days and monotonic_s() > until:
            raise RefusedError.of("rule.too_long", seconds=TRIAL_S, done=done, days=days, key=key)

    return advance


def _steps(
    at_us: NDArray[np.int64], count: NDArray[np.int64], period: Period, channel: WatchedChannel
) -> tuple[TrialValue, ...]:
    """Return least and greatest value of each step that has readings."""
    start = to_us(period.start)
    step_us = max((to_us(period.end) - start) // STEPS, 1)
    step = (at_us - start) // step_us
    edges = np.flatnonzero(np.diff(step, prepend=-1))
    if not edges.size:
        return ()
    factor = np.full(len(at_us), float(channel.per_count))
    for until_us, per_count in reversed(channel.former):
        factor[at_us < until_us] = float(per_count)
    values = count * factor
    least, most = np.minimum.reduceat(values, edges), np.maximum.reduceat(values, edges)
    return tuple(
        TrialValue(
            at=from_us(int(at)),
            least=float(low),
            greatest=float(high),
        )
        for at, low, high in zip(at_us[edges], least, most, strict=True)
    )


def _limits(spec: RuleSpec, channel: WatchedChannel) -> tuple[float, ...]:
    """Return the lines that a value is held against, where the rule judges the value itself."""
    if spec.terms.scale is not None:
        return ()
    named = {each.name for each in fields(spec.terms)} & set(LIMITS)  # type: ignore[arg-type]
    told = [getattr(spec.terms, name) for name in LIMITS if name in named]
    return tuple(float(limit * channel.per_count) for limit in told if limit is not None)
