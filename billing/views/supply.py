"""In: a metering point, a tariff, some days, two positions. Out: facts of a bill. I/O: PostgreSQL.

Reads as known at the positions that a bill run froze: usage at its mark, tariff versions at its
books position.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import psycopg

from billing.accounts.terms import BasisTerm, ContractTerms
from billing.basis.bands import in_only_period
from billing.basis.basis import BillingBasis
from billing.basis.register import Where
from billing.basis.suspended import used_while_suspended
from billing.invoices.invoice_facts import ComputedFacts, RegisterFacts, SupplyFacts
from billing.rating.quantities import History, named_by
from billing.tariffs.tariff import TariffVersion
from billing.views.account_terms import TermsBook
from billing.views.basis_facts import AskedSupply, BasisReader, changes_within
from billing.views.beside import read_beside
from billing.views.billed_history import read_billed_history
from billing.views.maxima import read_maxima
from billing.views.payers import Payer, read_payers
from billing.views.tariffs import read_versions
from energy.base.finding import Finding, Severity
from energy.base.period import Period, span_of_days
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.channel import Direction, Kind
from energy.metering.usage import UsageSpan
from energy.store.sites import Site
from energy.views.computed import channel_usage
from energy.views.computed_inputs import inputs_behind
from energy.views.grounds.asked import SiteAsked
from energy.views.grounds.reader import grounds_of
from energy.views.register_proof import RegisterProof, register_proofs
from energy.views.services import ANY_SOURCE, Service, points_of_source, read_services

__all__ = ["Payer", "SupplyReader", "read_payers"]
SHAPE_CODES = frozenset({"reading.missing"})
"""Findings that say nothing of a register read at both ends."""
CHANNEL_CODE = "bill.no_single_channel"
TARIFF_CODE = "bill.tariff_missing"
UTILITY_CODE = "bill.tariff_of_other_utility"
POINT_CODE = "bill.point_unknown"
Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class SupplyReader:
    """Reads facts of one site as known at two positions; parses each tariff version once."""

    connection: Connection
    site: Site
    metering_position: int
    books_position: int
    _parsed: dict[str, tuple[TariffVersion, ...]] = field(default_factory=dict)
    _services: dict[str, list[Service]] = field(default_factory=dict)
    _asked: SiteAsked = field(init=False)
    """Keeps what the bills of many tenants rest on alike."""
    _terms: TermsBook = field(init=False)

    def __post_init__(self) -> None:
        """Ask of the site as known at the metering position."""
        asked = SiteAsked(self.connection, self.site.schema, self.site.zone, self.metering_position)
        object.__setattr__(self, "_asked", asked)
        terms = TermsBook(self.connection, self.site.schema, self.books_position)
        object.__setattr__(self, "_terms", terms)

    def facts(
        self,
        point: str,
        tariff: str,
        first_day: date,
        last_day: date,
        *,
        account: str | None = None,
    ) -> SupplyFacts:
        """Return the facts of one supply over some local days.

        Args:
            point: The metering point.
            tariff: Its tariff.
            first_day: First local day.
            last_day: Last local day, included.
            account: Who pays; whoever does on the first day when None.
        """
        period = span_of_days(first_day, last_day, self.site.zone)
        versions = self.versions(tariff)
        meter = self._meter(point)
        findings: list[Finding] = []
        if not versions:
            findings.append(self._blocked(TARIFF_CODE, period, {"tariff": tariff}))
        if meter is None:
            findings.append(self._blocked(POINT_CODE, period, {"point": point}))
        name, utility = meter or (point, _utility(versions))
        if any(each.utility is not utility for each in versions):
            findings.append(self._blocked(UTILITY_CODE, period, {"tariff": tariff}))
            versions = ()
        channel = self._billing_channel(point, utility)
        terms = self._terms.of(point, account, first_day)
        after = last_day + timedelta(days=1)
        facts = SupplyFacts(
            point=point,
            name=name,
            utility=utility,
            tariff=tariff,
            versions=versions,
            first_day=first_day,
            last_day=last_day,
            channel=channel,
            span=None,
            registers=(),
            findings=findings,
            agreed=terms.agreed_within(point, first_day, after),
            suspended=terms.suspended_within(point, first_day, after),
            history=self._history(point, account, versions, first_day),
        )
        if channel is None:
            proof = {"point": point, "utility": utility.value}
            return replace(facts, findings=[*findings, self._blocked(CHANNEL_CODE, period, proof)])
        return self._counted(facts, channel, period, terms)

    def _history(
        self, point: str, account: str | None, versions: Sequence[TariffVersion], first_day: date
    ) -> History:
        """Return what earlier bills of the account say; nothing where no account is named."""
        if account is None:
            return History()
        return read_billed_history(
            self.connection,
            self.site.schema,
            account=account,
            point=point,
            versions=versions,
            first_day=first_day,
            books_position=self.books_position,
        )

    def _counted(
        self, facts: SupplyFacts, channel: int, period: Period, terms: ContractTerms
    ) -> SupplyFacts:
        """Return facts with the usage, and what it rests on."""
        span = self._span(channel, period)
        behind = self._findings_behind(channel, facts.point, period)
        behind += used_while_suspended(
            span,
            [(e.valid_from, e.valid_to) for e in facts.suspended if e.valid_to is not None],
            zone=self.site.zone,
            where=Where(channel=channel, position=self.metering_position),
        )
        needed = named_by(clause for each in facts.versions for clause in each.clauses)
        computed = self._computed(channel, period)
        known = (self.connection, self.site.schema, self.site.zone, self.metering_position)
        own_span = partial(self._span, period=period)
        beside = read_beside(known, (facts.point, channel), needed, period, usage_of=own_span)
        term = terms.basis_on(facts.point, facts.first_day)
        if term is None or term.basis is BillingBasis.INTERVALS:
            return replace(
                facts,
                span=span,
                computed=computed,
                beside=beside,
                registers=self._registers(channel, period),
                findings=[*facts.findings, *behind],
            )
        asked = AskedSupply(
            point=facts.point,
            channel=channel,
            first_day=facts.first_day,
            last_day=facts.last_day,
            changes=changes_within(
                (each.valid_from for each in facts.versions), facts.first_day, facts.last_day
            ),
            term=term,
            splits=terms.splits,
            shape=span,
        )
        reader = BasisReader(
            self.connection, self.site, self.metering_position, self.books_position
        )
        own, others = reader.facts(asked), reader.beside(asked, needed)
        findings = [each for each in behind if each.code not in SHAPE_CODES]
        sums = (*own.sums, *others.sums)
        return replace(
            facts,
            basis=term.basis,
            maxima=read_maxima(known, term, facts.first_day, facts.last_day),
            shape=span,
            computed=computed,
            beside=beside,
            sums=(*sums, *in_only_period(sums, facts.versions)),
            registers=own.registers,
            findings=[*facts.findings, *findings, *own.findings, *others.findings],
        )

    def _span(self, channel: int, period: Period) -> UsageSpan:
        where = (self.connection, self.site.schema, self.site.zone)
        span = channel_usage(*where, [channel], period, self.metering_position)[channel]
        return replace(span, shape_s=self._shape_s(channel))

    def basis_on(self, point: str, account: str, day: date) -> BasisTerm | None:
        """Return what is billed of an account's point on a day; None for its intervals."""
        return self._terms.of(point, account, day).basis_on(point, day)

    def versions(self, tariff: str) -> tuple[TariffVersion, ...]:
        """Return the versions of a tariff in use as known at the books position."""
        found = self._parsed.get(tariff)
        if found is None:
            schema = self.site.schema
            found = read_versions(self.connection, schema, tariff, self.books_position)
            self._parsed[tariff] = found
        return found

    def _meter(self, point: str) -> tuple[str, Utility] | None:
        return self._meters([point]).get(point)

    def _billing_channel(self, point: str, utility: Utility) -> int | None:
        numbers = self._billing([point]).get((point, utility.value), ())
        return numbers[0] if len(numbers) == 1 else None

    def _shape_s(self, channel: int) -> int:
        """Return how long the intervals are that a channel delivers; 0 where not longer. [s]."""
        return self._shapes([channel]).get(channel, 0)

    def _meters(self, points: Sequence[str]) -> dict[str, tuple[str, Utility]]:
        rows: list[tuple[Any, ...]] = self.connection.execute(
            f"SELECT point, name, utility FROM {self.site.schema}.meter "
            "WHERE point = ANY(%s) AND utility IS NOT NULL",
            (list(points),),
        ).fetchall()
        return {point: (name, Utility(utility)) for point, name, utility in rows}

    def _billing(self, points: Sequence[str]) -> dict[tuple[str, str], list[int]]:
        rows: list[tuple[Any, ...]] = self.connection.execute(
            f"SELECT point, utility, number FROM {self.site.schema}.channel "
            "WHERE point = ANY(%s) AND billing AND utility IS NOT NULL AND direction <> %s "
            "AND kind = ANY(%s) ORDER BY number",
            (list(points), Direction.EXPORT, [Kind.COUNTER, Kind.INTERVAL, Kind.COMPUTED]),
        ).fetchall()
        found: dict[tuple[str, str], list[int]] = {}
        for point, utility, number in rows:
            found.setdefault((point, utility), []).append(number)
        return found

    def _shapes(self, channels: Sequence[int]) -> dict[int, int]:
        rows: list[tuple[Any, ...]] = self.connection.execute(
            f"SELECT number, interval_s FROM {self.site.schema}.channel "
            f"JOIN {self.site.schema}.interval_channel ON channel = number "
            "WHERE number = ANY(%s) AND interval_s > grid_s",
            (list(channels),),
        ).fetchall()
        return dict(rows)

    def _registers(self, channel: int, period: Period) -> tuple[RegisterFacts, ...]:
        proofs = register_proofs(
            self.connection,
            self.site.schema,
            channel,
            period,
            as_of=self.metering_position,
        )
        return tuple(_register(proof) for proof in proofs)

    def _computed(self, channel: int, period: Period) -> ComputedFacts | None:
        grounds = grounds_of(self._asked, channel, period)
        if grounds is None:
            return None
        registers = [tuple(_register(p) for p in each.proofs) for each in grounds.registers]
        return ComputedFacts(grounds=grounds, registers=registers)

    def _findings_behind(self, channel: int, point: str, period: Period) -> list[Finding]:
        """Return the findings of a channel and of every channel that it is computed of."""
        where = (self.connection, self.site.schema, self.site.zone)
        behind = inputs_behind(*where, [channel], period, self.metering_position)
        found = self._known_findings(channel, point, period)
        for number in sorted(behind):
            for each in self._known_findings(number, self._point_of(number), period):
                if each not in found:
                    found.append(each)
        return found

    def _point_of(self, channel: int) -> str:
        row = self.connection.execute(
            f"SELECT point FROM {self.site.schema}.channel WHERE number = %s", (channel,)
        ).fetchone()
        assert row is not None, "what a channel rests on is a channel"
        return str(row[0])

    def _known_findings(self, channel: int, point: str, period: Period) -> list[Finding]:
        """Return the do-not-bill findings of the channel or its whole source, open at the mark.

        What explained or resolved one later does not change what the run knew; nor does another
        source that served the point later.
        """
        found = self._stored_findings([channel], period.start, period.end)
        return [each for each in found if each.channel or self._concerns(each, point, period)]

    def _stored_findings(
        self, channels: Sequence[int], start: datetime, end: datetime
    ) -> list[Finding]:
        """Return do-not-bill findings of channels and of all sources, open at the mark."""
        rows: list[tuple[Any, ...]] = self.connection.execute(
            "SELECT code, severity, channel, start_at, end_at, position, proof "
            f"FROM {self.site.schema}.finding WHERE severity = %(severity)s "
            "AND position <= %(known)s "
            "AND (explained_position IS NULL OR explained_position > %(known)s) "
            "AND (resolved_position IS NULL OR resolved_position > %(known)s) "
            "AND (channel = 0 OR channel = ANY(%(channels)s)) "
            "AND start_at < %(end)s AND end_at >= %(start)s ORDER BY start_at, code",
            {
                "severity": Severity.DO_NOT_BILL,
                "known": self.metering_position,
                "channels": list(channels),
                "start": start,
                "end": end,
            },
        ).fetchall()
        return [_finding(row) for row in rows]

    def _concerns(self, finding: Finding, point: str, period: Period) -> bool:
        """Return whether what is wrong with a whole source is wrong with a point's readings."""
        source = str(finding.proof.get("source", ""))
        if source in ANY_SOURCE:
            return True
        if point not in self._services:
            self._services[point] = read_services(
                self.connection, self.site.schema, points=[point], as_of=self.metering_position
            )
        spans = [(finding.start, finding.end), (period.start, period.end)]
        return bool(points_of_source(self._services[point], source, spans))

    def _blocked(self, code: str, period: Period, proof: Mapping[str, object]) -> Finding:
        return Finding(
            code=code,
            severity=Severity.DO_NOT_BILL,
            channel=None,
            start=period.start,
            end=period.end,
            position=self.metering_position,
            proof=proof,
        )


def _utility(versions: Sequence[TariffVersion]) -> Utility:
    return versions[0].utility if versions else Utility.ELECTRICITY


def _register(proof: RegisterProof) -> RegisterFacts:
    return RegisterFacts(
        serial=proof.opening.serial,
        opening_at=proof.opening.at,
        opening_count=proof.opening.count,
        opening_quality=Quality(proof.opening.quality),
        opening_position=proof.opening.position,
        closing_at=proof.closing.at,
        closing_count=proof.closing.count,
        closing_quality=Quality(proof.closing.quality),
        closing_position=proof.closing.position,
        multiplier=proof.multiplier,
        resolution=proof.resolution,
        modulus=proof.modulus,
        unit=proof.unit,
    )


def _finding(row: tuple[Any, ...]) -> Finding:
    code, severity, channel, start, end, position, proof = row
    assert isinstance(start, datetime)
    return Finding(
        code=code,
        severity=Severity(severity),
        channel=channel or None,
        start=start,
        end=end,
        position=position,
        proof=proof,
    )
