"""In: a metering point, a tariff, some days, two positions. Out: facts of a bill. I/O: PostgreSQL.

Reads as known at the positions that a bill run froze: usage at its mark, tariff versions at its
books position.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import psycopg

from billing.account import Account, Supply
from billing.invoice_facts import ComputedFacts, RegisterFacts, SupplyFacts
from billing.tariff import TariffVersion
from billing.tariff_file import tariff_of
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

CHANNEL_CODE = "bill.no_single_channel"
TARIFF_CODE = "bill.tariff_missing"
UTILITY_CODE = "bill.tariff_of_other_utility"
POINT_CODE = "bill.point_unknown"
Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """An account with the points it pays for in some days."""

    account: str
    language: str
    supplies: tuple[Supply, ...]
    """Cut to the days, ends included as `valid_to` exclusive."""


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

    def __post_init__(self) -> None:
        """Ask of the site as known at the metering position."""
        asked = SiteAsked(self.connection, self.site.schema, self.site.zone, self.metering_position)
        object.__setattr__(self, "_asked", asked)

    def facts(self, point: str, tariff: str, first_day: date, last_day: date) -> SupplyFacts:
        """Return the facts of one supply over some local days.

        Args:
            point: The metering point.
            tariff: Its tariff.
            first_day: First local day.
            last_day: Last local day, included.
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
        registers: tuple[RegisterFacts, ...] = ()
        span: UsageSpan | None = None
        if channel is None:
            proof = {"point": point, "utility": utility.value}
            findings.append(self._blocked(CHANNEL_CODE, period, proof))
        else:
            span = channel_usage(
                self.connection,
                self.site.schema,
                self.site.zone,
                [channel],
                period,
                self.metering_position,
            )[channel]
            span = replace(span, shape_s=self._shape_s(channel))
            registers = self._registers(channel, period)
            findings.extend(self._findings_behind(channel, point, period))
        return SupplyFacts(
            point=point,
            name=name,
            utility=utility,
            tariff=tariff,
            versions=versions,
            first_day=first_day,
            last_day=last_day,
            channel=channel,
            span=span,
            registers=registers,
            findings=findings,
            computed=None if channel is None else self._computed(channel, period),
        )

    def versions(self, tariff: str) -> tuple[TariffVersion, ...]:
        """Return the versions of a tariff published up to the books position."""
        found = self._parsed.get(tariff)
        if found is None:
            rows = self.connection.execute(
                f"SELECT document FROM {self.site.schema}.tariff_version "
                "WHERE tariff = %s AND position <= %s ORDER BY valid_from, version",
                (tariff, self.books_position),
            ).fetchall()
            found = tuple(tariff_of(_document(row[0])) for row in rows)
            self._parsed[tariff] = found
        return found

    def _meter(self, point: str) -> tuple[str, Utility] | None:
        row: tuple[Any, ...] | None = self.connection.execute(
            f"SELECT name, utility FROM {self.site.schema}.meter WHERE point = %s",
            (point,),
        ).fetchone()
        return None if row is None else (row[0], Utility(row[1]))

    def _billing_channel(self, point: str, utility: Utility) -> int | None:
        rows: list[tuple[Any, ...]] = self.connection.execute(
            f"SELECT number FROM {self.site.schema}.channel WHERE point = %s AND billing "
            "AND utility = %s AND direction <> %s AND kind = ANY(%s)",
            (point, utility, Direction.EXPORT, [Kind.COUNTER, Kind.INTERVAL, Kind.COMPUTED]),
        ).fetchall()
        return rows[0][0] if len(rows) == 1 else None

    def _shape_s(self, channel: int) -> int:
        """Return how long the intervals are that a channel delivers; 0 where not longer. [s]."""
        row: tuple[Any, ...] | None = self.connection.execute(
            f"SELECT interval_s FROM {self.site.schema}.channel "
            f"JOIN {self.site.schema}.interval_channel ON channel = number "
            "WHERE number = %s AND interval_s > grid_s",
            (channel,),
        ).fetchone()
        return 0 if row is None else row[0]

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
        rows: list[tuple[Any, ...]] = self.connection.execute(
            "SELECT code, severity, channel, start_at, end_at, position, proof "
            f"FROM {self.site.schema}.finding WHERE severity = %(severity)s "
            "AND position <= %(known)s "
            "AND (explained_position IS NULL OR explained_position > %(known)s) "
            "AND (resolved_position IS NULL OR resolved_position > %(known)s) "
            "AND channel IN (%(channel)s, 0) "
            "AND start_at < %(end)s AND end_at >= %(start)s ORDER BY start_at, code",
            {
                "severity": Severity.DO_NOT_BILL,
                "known": self.metering_position,
                "channel": channel,
                "start": period.start,
                "end": period.end,
            },
        ).fetchall()
        found = [_finding(row) for row in rows]
        return [each for each in found if each.channel or self._concerns(each, point, period)]

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


def read_payers(
    connection: Connection,
    schema: str,
    first_day: date,
    last_day: date,
    *,
    books_position: int,
    ended: Sequence[Account.SupplyEnded] = (),
) -> list[Payer]:
    """Return every account known to pay for a point in some days, by account and point.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        first_day: First local day.
        last_day: Last local day, included.
        books_position: What the books learned after it is not known.
        ended: What was said behind it of supplies that end (`Books.ended_behind`).
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT a.account, a.language, c.point, c.tariff, greatest(c.valid_from, %(first)s), "
        "least(c.valid_to, %(last)s::date + 1) "
        f"FROM {schema}.account AS a JOIN (SELECT k.account, k.point, k.tariff, k.valid_from, "
        "k.position, CASE WHEN e.point IS NULL THEN k.valid_to ELSE e.was END AS valid_to "
        f"FROM {schema}.account_channel AS k LEFT JOIN unnest(%(ended)s::text[], "
        "%(points)s::text[], %(begun)s::date[], %(was)s::date[]) "
        "AS e (account, point, valid_from, was) USING (account, point, valid_from)) "
        "AS c USING (account) WHERE c.valid_from <= %(last)s "
        "AND (c.valid_to IS NULL OR c.valid_to > %(first)s) "
        "AND a.position <= %(known)s AND c.position <= %(known)s "
        "ORDER BY a.account, c.point, c.valid_from",
        {
            "first": first_day,
            "last": last_day,
            "known": books_position,
            "ended": [each.account for each in ended],
            "points": [each.point for each in ended],
            "begun": [each.valid_from for each in ended],
            "was": [each.was_valid_to for each in ended],
        },
    ).fetchall()
    payers: dict[str, Payer] = {}
    for account, language, point, tariff, valid_from, valid_to in rows:
        supply = Supply(point=point, tariff=tariff, valid_from=valid_from, valid_to=valid_to)
        earlier = payers[account].supplies if account in payers else ()
        payers[account] = Payer(account=account, language=language, supplies=(*earlier, supply))
    return list(payers.values())


def _document(stored: object) -> Mapping[str, Any]:
    """Return a jsonb column as a mapping, however the connection reads it."""
    document = json.loads(stored) if isinstance(stored, str) else stored
    assert isinstance(document, Mapping), "a tariff document is a table"
    return document


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
