"""In: rules that the tick feeds, the views. Out: a value for each of their subjects. I/O: reads.

What stands in other rooms (balances of prepaid accounts, certificates) comes in through `Ports`:
alerts know neither bills nor the files of processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import psycopg

from energy.alerting.baseline_facts import Warmth, baseline_samples
from energy.alerting.rules.baseline import Baseline
from energy.alerting.rules.budget import Budget
from energy.alerting.rules.combination import Combination, Stood
from energy.alerting.rules.communication import Communication
from energy.alerting.rules.evaluate import Sample
from energy.alerting.rules.missing import Missing
from energy.alerting.rules.spec import RuleKind, RuleSpec, Subject, SubjectKind
from energy.base.clock import from_us, to_us
from energy.base.period import Period, day_period, local_day, midnight
from energy.base.units import Utility
from energy.metering.plans.plan import PlanNode
from energy.metering.supply.balance import NodeBalance
from energy.views.balance import balances
from energy.views.plan_figures import plan_figures
from energy.views.plans import read_plan
from energy.views.plant_rows import supplied_utilities

BASELINES = 100
"""Channels whose baselines are looked at in one tick."""
ENDED = -1
"""Days that are left of a certificate that cannot be read. [d]"""
Connection = psycopg.Connection[tuple[object, ...]]
Fact = tuple[RuleSpec, Sample]
"""A rule with its subject, and one value of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepaidBalance:
    """What is left on a prepaid account."""

    account: str
    balance: Decimal
    """[currency]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateEnd:
    """When a certificate stops to hold."""

    name: str
    """Where it is used: "web", or a source's key."""
    ends_at: datetime | None
    """Aware UTC; None where it cannot be read: it counts as one that has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What other rooms tell; each is asked once a tick, and only where a rule asks for it."""

    prepaid: Callable[[], Sequence[PrepaidBalance]] = field(default=tuple)
    certificates: Callable[[], Sequence[CertificateEnd]] = field(default=tuple)


class _Device(NamedTuple):
    """How a device answers its collector."""

    point: str
    source: str
    gateway: str
    seen: datetime | None
    failing_since: datetime | None
    told_at: datetime

    @property
    def facts(self) -> dict[str, str]:
        """Return by what a rule may mean it."""
        return {"point": self.point, "source": self.source, "gateway": self.gateway}


_Answering = tuple[Subject, datetime | None, datetime | None, datetime]
"""What it is about, when it was seen, since when it fails, when the collector told."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the views say at one tick; a table is read when the first rule asks for it."""

    connection: Connection
    schema: str
    zone: ZoneInfo
    ports: Ports
    now: datetime
    """The tick, aware UTC."""
    seen_us: Callable[[RuleSpec], int | None]
    """Returns the instant of the newest value that a rule and subject saw. [us]"""

    def of(self, spec: RuleSpec) -> Iterator[Fact]:
        """Yield what there is for a rule to judge, one value a subject.

        Args:
            spec: A rule of a kind in kinds.TICKED.
        """
        told: dict[RuleKind, Callable[[RuleSpec], Iterator[Fact]]] = {
            RuleKind.MISSING: self._missing,
            RuleKind.COMMUNICATION: self._communication,
            RuleKind.BALANCE: self._balance,
            RuleKind.BUDGET: self._budget,
            RuleKind.PREPAID: self._prepaid,
            RuleKind.CERTIFICATE: self._certificates,
            RuleKind.BASELINE: self._baseline,
            RuleKind.COMBINATION: self._combination,
        }
        yield from told[spec.kind](spec)

    def _missing(self, spec: RuleSpec) -> Iterator[Fact]:
        assert isinstance(spec.terms, Missing)
        last = self._latest.get(spec.subject.channel)
        if last is not None:
            for sample in self._aged(spec, last, spec.terms.for_s):
                yield spec, sample

    def _communication(self, spec: RuleSpec) -> Iterator[Fact]:
        assert isinstance(spec.terms, Communication)
        devices = [each for each in self._devices if _meant(spec, **each.facts)]
        for subject, seen, failing_since, told_at in _answering(devices, spec.meant.get("of")):
            about = replace(spec, subject=subject)
            # A collector that has stopped tells nothing: its last word ages.
            silent = min(failing_since or told_at, told_at)
            if failing_since is None and (self.now - told_at).total_seconds() < spec.terms.for_s:
                yield about, (to_us(max(seen or told_at, told_at)), 0, 0)
            else:
                for sample in self._aged(about, silent, spec.terms.for_s):
                    yield about, sample

    def _aged(self, spec: RuleSpec, since: datetime, for_s: int) -> Iterator[Sample]:
        """Yield how old something is: at the instant when the time was up, and the delay too."""
        age_s = int((self.now - since).total_seconds())
        channel = spec.subject.channel
        if age_s < for_s:
            yield to_us(since), channel, age_s
            return
        for up_s in sorted({for_s, for_s + spec.delay_s}):
            if age_s >= up_s:
                yield to_us(since + timedelta(seconds=up_s)), channel, age_s

    def _balance(self, spec: RuleSpec) -> Iterator[Fact]:
        end = midnight(local_day(self.now, self.zone), self.zone)
        for utility in supplied_utilities(self.connection, self.schema):
            if not _meant(spec, utility=utility):
                continue
            for node in self._balances(utility):
                about = replace(spec, subject=_node(utility, node.node.key))
                if node.share is None or not node.whole or not _meant(spec, node=node.node.key):
                    continue
                seen = self.seen_us(about)
                if seen is None or seen < to_us(end):
                    yield about, (to_us(end), 0, int(abs(node.share) * 100))

    def _balances(self, utility: str) -> list[NodeBalance]:
        """Return the balances of the last whole local day."""
        found = self._balanced.get(utility)
        if found is None:
            day = local_day(self.now, self.zone) - timedelta(days=1)
            period = day_period(day, self.zone)
            found = balances(self.connection, self.schema, self.zone, Utility(utility), period)
            self._balanced[utility] = found
        return found

    def _budget(self, spec: RuleSpec) -> Iterator[Fact]:
        assert isinstance(spec.terms, Budget)
        today = local_day(self.now, self.zone)
        begun = to_us(midnight(today, self.zone))
        if today.day <= spec.terms.least_days:
            return
        for node, utility in self._planned(today):
            about = replace(spec, subject=_node(utility, str(node)))
            seen = self.seen_us(about)
            if not _meant(spec, utility=utility, node=str(node)) or (seen or 0) >= begun:
                continue
            share = self._will_come_to(node, utility, today)
            if share is not None:
                yield about, (begun, 0, int(share * 10_000))

    def _planned(self, today: date) -> list[tuple[PlanNode, str]]:
        planned = read_plan(self.connection, self.schema, today.year)
        return sorted(
            {(each.node, each.utility.value) for each in planned if each.month == today.month},
            key=str,
        )

    def _will_come_to(self, node: PlanNode, utility: str, today: date) -> Fraction | None:
        """Return what the running month will come to as a share of its plan."""
        (figures,) = plan_figures(
            self.connection,
            self.schema,
            self.zone,
            node,
            today.year,
            utilities=[Utility(utility)],
        )
        month = figures.months[today.month - 1]
        if not month.plan or not month.known:
            return None
        return Fraction(month.known_usage * month.expected, month.known) / month.plan

    def _baseline(self, spec: RuleSpec) -> Iterator[Fact]:
        assert isinstance(spec.terms, Baseline)
        seen = self.seen_us(spec)
        hour = timedelta(hours=1)
        since = self.now - 2 * hour if seen is None else from_us(seen)
        # Hours are looked at as they come, so many channels a tick: learning takes its time.
        if self.now - since < hour or next(self._baselines, None) is None:
            return
        asked = (spec.subject.channel, spec.terms)
        period = Period(start=since, end=self.now)
        found = baseline_samples(self._warmth, asked, period)
        yield from ((spec, sample) for sample in found[-1:])

    def _prepaid(self, spec: RuleSpec) -> Iterator[Fact]:
        for each in self._prepaid_balances:
            if _meant(spec, account=each.account):
                subject = Subject(kind=SubjectKind.ACCOUNT, name=each.account)
                left = int((each.balance * 100).to_integral_value())
                yield replace(spec, subject=subject), (to_us(self.now), 0, left)

    def _certificates(self, spec: RuleSpec) -> Iterator[Fact]:
        for each in self._certificate_ends:
            if _meant(spec, certificate=each.name):
                subject = Subject(kind=SubjectKind.CERTIFICATE, name=each.name)
                end = each.ends_at
                left = ENDED if end is None else (end - self.now) // timedelta(days=1)
                yield replace(spec, subject=subject), (to_us(self.now), 0, left)

    def _combination(self, spec: RuleSpec) -> Iterator[Fact]:
        assert isinstance(spec.terms, Combination)
        at_us = to_us(self.now)
        since = self.now - timedelta(seconds=spec.terms.within_s)
        rows: list[tuple[Any, ...]] = self.connection.execute(
            "SELECT r.key, a.raised_at, a.cleared_at "
            f"FROM {self.schema}.alert AS a JOIN {self.schema}.rule AS r ON r.rule = a.rule "
            "WHERE r.key = ANY(%s) AND (a.cleared_at IS NULL OR a.cleared_at > %s "
            "OR a.raised_at > %s)",
            (list(spec.terms.keys), since, since),
        ).fetchall()
        stood: dict[str, list[Stood]] = {}
        for key, raised, cleared in rows:
            ended = None if cleared is None else to_us(cleared)
            stood.setdefault(key, []).append((to_us(raised), ended))
        yield spec, (at_us, 0, spec.terms.holding(stood, at_us))

    @cached_property
    def _latest(self) -> Mapping[int, datetime]:
        """Newest reading of each served channel, else when its device was put there."""
        rows: list[tuple[Any, ...]] = self.connection.execute(
            "SELECT c.number, coalesce(l.at, m.commissioned_at) "
            f"FROM {self.schema}.channel AS c JOIN {self.schema}.meter AS m USING (point) "
            f"LEFT JOIN {self.schema}.latest AS l ON l.channel = c.number "
            "WHERE m.serial IS NOT NULL AND m.retired_at IS NULL"
        ).fetchall()
        return {number: at for number, at in rows if at is not None}

    @cached_property
    def _devices(self) -> Sequence[_Device]:
        rows: list[tuple[Any, ...]] = self.connection.execute(
            "SELECT point, source, gateway, last_seen, failing_since, told_at "
            f"FROM {self.schema}.communication ORDER BY point"
        ).fetchall()
        return [_Device(*row) for row in rows]

    @cached_property
    def _warmth(self) -> Warmth:
        return Warmth(connection=self.connection, schema=self.schema, zone=self.zone)

    @cached_property
    def _baselines(self) -> Iterator[int]:
        return iter(range(BASELINES))

    @cached_property
    def _balanced(self) -> dict[str, list[NodeBalance]]:
        return {}

    @cached_property
    def _prepaid_balances(self) -> Sequence[PrepaidBalance]:
        return self.ports.prepaid()

    @cached_property
    def _certificate_ends(self) -> Sequence[CertificateEnd]:
        return self.ports.certificates()


def _answering(devices: Sequence[_Device], of: str | None) -> Iterator[_Answering]:
    """Yield how devices answer, each of them, or all of a source or a gateway together.

    Args:
        devices: By point.
        of: What they are taken together by; None: by nothing.
    """
    together: dict[str, list[_Device]] = {}
    for each in devices:
        together.setdefault(each.facts.get(of or "point", each.point), []).append(each)
    kind = SubjectKind(of) if of in ("source", "gateway") else SubjectKind.POINT
    for name, some in together.items():
        if not name:
            continue  # it is reached by no gateway
        failing = [each.failing_since for each in some if each.failing_since is not None]
        told_at = max(each.told_at for each in some)
        seen = max((each.seen for each in some if each.seen is not None), default=None)
        silent = max(failing) if len(failing) == len(some) else None
        yield Subject(kind=kind, name=name), seen, silent, told_at


def _node(utility: str, key: str) -> Subject:
    return Subject(kind=SubjectKind.NODE, name=f"{utility}/{key}")


def _meant(spec: RuleSpec, **facts: str) -> bool:
    """Return whether a rule is about what has these facts."""
    return all(spec.meant.get(name) in (None, value) for name, value in facts.items())
