"""In: a rule, a past time, the readings that are kept. Out: when it would have fired. I/O: reads.

The same code judges as live (rules/evaluate.py), over readings as they are known now, old ones from
the journal. Nothing is stored, no alert is raised. When a version begins is left aside: the
question is what the rule would have done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from heapq import merge
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from energy.alerting.baseline_facts import Warmth, baseline_samples
from energy.alerting.facts import Facts, Ports
from energy.alerting.rules.baseline import Baseline
from energy.alerting.rules.combination import Combination, Stood
from energy.alerting.rules.evaluate import RuleState, Sample, evaluate
from energy.alerting.rules.kinds import KINDS
from energy.alerting.rules.missing import Missing
from energy.alerting.rules.spec import RuleKind, RuleSpec, Subject
from energy.alerting.rules.watched import state_name
from energy.alerting.signal import Signal, SignalState
from energy.base.clock import to_us
from energy.base.errors import RefusedError
from energy.base.period import Period, day_period, days_between, midnight
from energy.views.old_readings import readings_known

Connection = psycopg.Connection[tuple[object, ...]]
WITHOUT_PAST = frozenset(
    {RuleKind.COMMUNICATION, RuleKind.BUDGET, RuleKind.PREPAID, RuleKind.CERTIFICATE}
)
"""Kinds of which nobody keeps what was known when."""
HOUR = timedelta(hours=1)
LEARNT_DAYS = 28
"""Days of a baseline that are looked at together."""
Advance = Callable[[int, int], None]
"""Told how many local days are done, and of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One alert that there would have been."""

    subject: Subject
    raised_at: datetime
    cleared_at: datetime | None
    """None: it still stood at the end."""
    value: int
    """When it was raised. [count], or in the kind's own scale."""
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackTest:
    """What a rule would have done."""

    key: str
    period: Period
    subjects: int
    """What it looked at."""
    readings: int
    """Values that it judged."""
    cases: tuple[Case, ...]
    """By time."""

    @property
    def per_week(self) -> Fraction:
        """Return how often it would have fired a week."""
        days = Fraction((self.period.end - self.period.start) // HOUR, 24)
        return len(self.cases) * 7 / days

    @property
    def open_s(self) -> int:
        """Return how long its alerts would have stood, all of them together. [s]."""
        spans = ((each.cleared_at or self.period.end) - each.raised_at for each in self.cases)
        return int(sum(span.total_seconds() for span in spans))


@dataclass(frozen=True, kw_only=True)
class BackTester:
    """Lets rules judge the past of a site."""

    connection: Connection
    schema: str
    zone: ZoneInfo

    def run(self, specs: Sequence[RuleSpec], days: tuple[date, date], advance: Advance) -> BackTest:
        """Return what one version of a rule would have done.

        Args:
            specs: The rule, one a subject.
            days: First and last local day, both included.
            advance: Told how far it is.

        Raises:
            RefusedError: What the rule looks at has no past, or it looks at nothing.
        """
        if not specs:
            raise RefusedError.of("rule.about_nothing")
        kind = specs[0].kind
        if kind in WITHOUT_PAST:
            raise RefusedError.of("rule.no_past", kind=kind.value)
        timeless = [replace(each, valid_from=None, valid_to=None) for each in specs]
        states: dict[str, RuleState] = {}
        signals: list[Signal] = []
        about: dict[str, Subject] = {}
        heard: dict[int, int] = {}
        judged = 0
        every = days_between(*days)
        for n, day in enumerate(every):
            for spec, samples in self._told(timeless, day, heard):
                name = state_name(spec)
                about[name] = spec.subject
                found, states[name] = evaluate(spec, states.get(name, RuleState()), samples)
                signals += found
                judged += len(samples)
            advance(n + 1, len(every))
        subjects = {spec.subject.key: spec.subject for spec in timeless} | {
            each.key: each for each in about.values()
        }
        return BackTest(
            key=specs[0].key,
            period=Period(start=midnight(days[0], self.zone), end=_end(days[1], self.zone)),
            subjects=len(about) or len(subjects),
            readings=judged,
            cases=_cases(signals, timeless[0], list(subjects.values())),
        )

    def _told(
        self, specs: Sequence[RuleSpec], day: date, heard: dict[int, int]
    ) -> Iterator[tuple[RuleSpec, list[Sample]]]:
        """Yield what each subject would have been given on a day."""
        kind = specs[0].kind
        if kind is RuleKind.BASELINE:
            for spec in specs:
                yield spec, self._off_baseline(spec, day)
        elif KINDS[kind].watches:
            yield from self._readings(specs, day, heard)
        elif kind is RuleKind.BALANCE:
            facts = Facts(
                connection=self.connection,
                schema=self.schema,
                zone=self.zone,
                ports=Ports(),
                now=_end(day, self.zone),
                seen_us=lambda _: None,
            )
            for spec in specs:
                for about, sample in facts.of(spec):
                    yield about, [sample]
        else:
            for spec in specs:
                yield spec, self._standing(spec, day_period(day, self.zone))

    def _readings(
        self, specs: Sequence[RuleSpec], day: date, heard: dict[int, int]
    ) -> Iterator[tuple[RuleSpec, list[Sample]]]:
        period = day_period(day, self.zone)
        window = (to_us(period.start), to_us(period.end) - 1)
        channels = {n for spec in specs for n in (spec.subject.channel, *spec.beside)}
        known = readings_known(
            self.connection, self.schema, dict.fromkeys(sorted(channels), window)
        )
        told: dict[int, list[Sample]] = {
            n: [
                (at_us, n, count)
                for at_us, count in zip(each.at_us.tolist(), each.count.tolist(), strict=True)
                if window[0] <= at_us <= window[1]
            ]
            for n, each in known.items()
        }
        for spec in specs:
            every = (told.get(n, []) for n in (spec.subject.channel, *spec.beside))
            samples = list(merge(*every))
            if isinstance(spec.terms, Missing):
                samples = _ages(samples, spec, window, heard)
            yield spec, samples

    def _off_baseline(self, spec: RuleSpec, day: date) -> list[Sample]:
        """Return what a baseline said on a day; weeks are learnt at once, for learning is slow."""
        assert isinstance(spec.terms, Baseline)
        channel = spec.subject.channel
        last, samples = self._learnt.get(channel, (date.min, []))
        if day >= last:
            last = day + timedelta(days=LEARNT_DAYS)
            period = Period(start=midnight(day, self.zone), end=midnight(last, self.zone))
            asked = (channel, spec.terms)
            samples = baseline_samples(self._warmth, asked, period)
            self._learnt[channel] = last, samples
        begin, end = to_us(midnight(day, self.zone)), to_us(_end(day, self.zone))
        return [sample for sample in samples if begin < sample[0] <= end]

    @cached_property
    def _warmth(self) -> Warmth:
        return Warmth(connection=self.connection, schema=self.schema, zone=self.zone)

    @cached_property
    def _learnt(self) -> dict[int, tuple[date, list[Sample]]]:
        """By channel the first day not looked at yet, and what was said before."""
        return {}

    def _standing(self, spec: RuleSpec, period: Period) -> list[Sample]:
        """Return what a combination would have seen: whenever an alert of its rules changed."""
        assert isinstance(spec.terms, Combination)
        within = timedelta(seconds=spec.terms.within_s)
        rows: list[tuple[Any, ...]] = self.connection.execute(
            "SELECT r.key, a.raised_at, a.cleared_at "
            f"FROM {self.schema}.alert AS a JOIN {self.schema}.rule AS r ON r.rule = a.rule "
            "WHERE r.key = ANY(%s) AND a.raised_at < %s "
            "AND (a.cleared_at IS NULL OR greatest(a.cleared_at, a.raised_at + %s) >= %s)",
            (list(spec.terms.keys), period.end, within, period.start),
        ).fetchall()
        stood: dict[str, list[Stood]] = {}
        turns = {period.start}
        for key, raised, cleared in rows:
            stood.setdefault(key, []).append((to_us(raised), cleared and to_us(cleared)))
            turns |= {raised, raised + within, *([cleared] if cleared else [])}
        instants = sorted(to_us(each) for each in turns if period.start <= each < period.end)
        return [(at_us, 0, spec.terms.holding(stood, at_us)) for at_us in instants]


def _end(day: date, zone: ZoneInfo) -> datetime:
    return day_period(day, zone).end


def _ages(
    samples: Sequence[Sample], spec: RuleSpec, window: tuple[int, int], heard: dict[int, int]
) -> list[Sample]:
    """Return what the tick would have seen of readings: where they stayed away, and came back.

    Args:
        samples: Of one channel on one day.
        spec: A rule of kind `missing`.
        window: First and last instant of the day. [us]
        heard: Newest reading of each channel before; kept up. [us]
    """
    assert isinstance(spec.terms, Missing)
    channel, for_s = spec.subject.channel, spec.terms.for_s
    found: list[Sample] = []
    last = heard.get(channel, window[0])
    for at_us in [*(at_us for at_us, _, _ in samples), window[1]]:
        up = (last + 1_000_000 * up_s for up_s in sorted({for_s, for_s + spec.delay_s}))
        found += [(up_us, channel, for_s) for up_us in up if at_us >= up_us]
        if at_us < window[1]:
            found.append((at_us, channel, 0))
            last = at_us
    heard[channel] = last
    return found


def _cases(
    signals: Sequence[Signal], spec: RuleSpec, subjects: Sequence[Subject]
) -> tuple[Case, ...]:
    """Return the alerts that some signals would have made, by time."""
    of = {each.channel or each.key: each for each in subjects}
    cases: dict[object, Case] = {}
    for signal in signals:
        if signal.state is SignalState.RAISED:
            subject = of.get(signal.channel or signal.about, spec.subject)
            cases[signal.alert] = Case(
                subject=subject,
                raised_at=signal.at,
                cleared_at=None,
                value=signal.value,
                limit=signal.limit,
            )
        elif signal.alert in cases:
            cases[signal.alert] = replace(cases[signal.alert], cleared_at=signal.at)
    return tuple(sorted(cases.values(), key=lambda case: (case.raised_at, case.subject.key)))
