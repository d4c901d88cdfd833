"""In: supplies of a bill run. Out: what one person alone stated of their days. I/O: reads.

That a register was reset, or what it would have counted, is a statement about the plant: one person
makes it, as an exchange of a meter. The second person is who approves the bill, and has to see it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.invoices.invoice_facts import SupplyFacts
from billing.invoices.usage_shown import SHOWN_UNIT
from billing.money import exact_text
from billing.rating.stake import Payer, Stake, stake_of
from billing.views.supply import Connection
from energy.base.clock import from_us, to_us
from energy.base.finding import Finding, Severity
from energy.base.period import Period, span_of_days
from energy.base.quality import Quality
from energy.base.text import t
from energy.base.units import to_base
from energy.metering.meter import Meter
from energy.metering.review_case import DecisionKind
from energy.metering.usage import UsageSpan
from energy.store.sites import Site
from energy.views.computed_inputs import inputs_behind
from energy.views.old_readings import readings_known

STATED_CODE = "bill.stated_alone"
RESET, ESTIMATE = "reset", "estimate"
_Row = tuple[Any, ...]
"""Act, channel, point, person, first and last instant, position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one person stated of a channel."""

    act: str
    """RESET or ESTIMATE."""
    channel: int
    point: str
    by: str
    """Id of the person; empty where the record names none."""
    start: datetime
    """Last reading before what is stated."""
    end: datetime
    """First reading behind it."""
    position: int


def stated_words(language: str, proof: Mapping[str, object], author: str) -> str:
    """Return what a finding of this kind says was stated, in a language.

    Args:
        language: A code of SUPPORTED.
        proof: Of the finding.
        author: Name of the person.
    """
    told = {key: str(value) for key, value in proof.items()}
    key = "bill.stated_money" if told["amount"] else "bill.stated_no_money"
    money = t(language, key, amount=told["amount"], currency=told["currency"])
    act = f"bill.stated_{told['act']}"
    return t(language, act, by=author, usage=told["usage"], unit=told["unit"], money=money)


def author_of(proof: Mapping[str, object]) -> UUID | None:
    """Return who stated what a finding tells of; None where the record names nobody."""
    by = str(proof.get("by", ""))
    return UUID(by) if by else None


def read_statements(
    connection: Connection, site: Site, period: Period, position: int
) -> list[Statement]:
    """Return the resets and estimates that touch a period and that one person alone stated.

    Args:
        connection: Any connection that may read.
        site: The site.
        period: The days billed.
        position: Metering position of the bill run: as known there.
    """
    rows = _resets(connection, site.schema, position)
    rows += _estimates(connection, site.schema, position)
    stated = []
    for act, channel, point, by, first, last, told in _nearest(rows, period):
        start, end = _between_readings(connection, site.schema, channel, (first, last), position)
        if start < period.end and end > period.start:
            stated.append(
                Statement(
                    act=act,
                    channel=channel,
                    point=point,
                    by=by or "",
                    start=start,
                    end=end,
                    position=told,
                )
            )
    return stated


def stated_findings(
    connection: Connection,
    site: Site,
    supplies: Sequence[SupplyFacts],
    statements: Sequence[Statement],
    *,
    position: int,
    alone_up_to: Decimal,
) -> list[Finding]:
    """Return a warning for each statement an account's usage rests on; none where it is little.

    The money of an account is counted together: many small statements are one great one.

    Args:
        connection: Any connection that may read.
        site: The site.
        supplies: What the account pays for.
        statements: Of the run.
        position: Metering position of the run.
        alone_up_to: Most money that one person decides about. [currency]
    """
    found: list[tuple[Statement, SupplyFacts, UsageSpan, Stake]] = []
    for supply in supplies if statements else ():
        period = span_of_days(supply.first_day, supply.last_day, site.zone)
        for each in _behind(connection, site, supply, statements, period, position):
            part = None if supply.span is None else _part(supply.span, each)
            if part is not None and (stake := _stake(part, supply, each, site)) is not None:
                found.append((each, supply, part, stake))
    unknown = any(stake.unknown for *_, stake in found)
    if not unknown and sum((s.amount for *_, s in found), Decimal(0)) <= alone_up_to:
        return []
    return [_finding(each, supply, part, stake) for each, supply, part, stake in found]


def _behind(
    connection: Connection,
    site: Site,
    supply: SupplyFacts,
    statements: Sequence[Statement],
    period: Period,
    position: int,
) -> list[Statement]:
    """Return the statements about what a supply's usage is measured or computed of."""
    if supply.channel is None:
        return []
    where = (connection, site.schema, site.zone)
    behind = inputs_behind(*where, [supply.channel], period, position) | {supply.channel}
    return [each for each in statements if each.channel in behind]


def _part(span: UsageSpan, each: Statement) -> UsageSpan | None:
    """Return the usage of a statement's intervals; None where there is none of it."""
    step = timedelta(seconds=span.step_s)
    low = max((each.start - span.start) // step, 0)
    high = max(-((span.start - each.end) // step), 0)
    part = replace(
        span,
        start=span.start + low * step,
        usage=span.usage[low:high],
        quality=span.quality[low:high],
    )
    estimated = each.act == RESET or (part.quality == Quality.ESTIMATED).any()
    return part if len(part.usage) and estimated else None


def _stake(part: UsageSpan, supply: SupplyFacts, each: Statement, site: Site) -> Stake | None:
    payer = Payer(
        account="",
        versions=tuple(supply.versions),
        first_day=supply.first_day,
        last_day=supply.last_day,
        zone=site.zone,
    )
    return stake_of(part, None, [payer], site.currency, only_missing=each.act == ESTIMATE)


def _finding(each: Statement, supply: SupplyFacts, part: UsageSpan, stake: Stake) -> Finding:
    stated = part.usage if each.act == RESET else part.usage[part.quality == Quality.ESTIMATED]
    unit = SHOWN_UNIT[supply.utility]
    return Finding(
        code=STATED_CODE,
        severity=Severity.WARN,
        channel=each.channel,
        start=part.start,
        end=part.start + len(part.usage) * timedelta(seconds=part.step_s),
        position=each.position,
        proof={
            "act": each.act,
            "by": each.by,
            "point": each.point,
            "billed_at": supply.point,
            "usage": exact_text(int(stated.sum()) / to_base(supply.utility, unit)),
            "unit": unit,
            "amount": "" if stake.unknown else str(stake.amount),
            "currency": stake.currency,
        },
    )


def _nearest(rows: Sequence[_Row], period: Period) -> list[_Row]:
    """Return what is stated of instants in a period, and of each channel the nearest around it.

    Only the nearest can say what was used in the period: what lies further is bounded by it.
    """
    inside, before, behind = [], dict[int, list[_Row]](), dict[int, list[_Row]]()
    for row in rows:
        _, channel, *_, first, last, _ = row
        if last <= period.start:
            before.setdefault(channel, []).append(row)
        elif first >= period.end:
            behind.setdefault(channel, []).append(row)
        else:
            inside.append(row)
    last_ones = [max(each, key=lambda row: row[5]) for each in before.values()]
    first_ones = [min(each, key=lambda row: row[4]) for each in behind.values()]
    return sorted([*inside, *last_ones, *first_ones], key=lambda row: (row[6], row[1]))


def _between_readings(
    connection: Connection,
    schema: str,
    channel: int,
    stated: tuple[datetime, datetime],
    position: int,
) -> tuple[datetime, datetime]:
    """Return the last reading before a statement and the first behind it: its usage is between."""
    low, high = to_us(stated[0]), to_us(stated[1])
    known = readings_known(connection, schema, {channel: (low, high)}, as_of=position).get(channel)
    if known is None:
        return stated
    read = known.at_us[known.quality != Quality.ESTIMATED]
    before, behind = read[read < low], read[read > high]
    return (
        from_us(int(before[-1])) if len(before) else stated[0],
        from_us(int(behind[0])) if len(behind) else stated[1],
    )


def _resets(connection: Connection, schema: str, position: int) -> list[_Row]:
    """Return the resets of registers that nobody took back."""
    return connection.execute(
        "SELECT %(act)s, c.number, m.point, r.told -> 'record' ->> 'stated_by', r.at, r.at, "
        f"r.position FROM {schema}.meter AS m CROSS JOIN LATERAL ("
        "SELECT e.topic, e.notification_id AS position, e.told, "
        "(e.told -> 'at' ->> '_data_')::timestamptz AS at, lead(e.topic) OVER ("
        "PARTITION BY e.told -> 'at' ->> '_data_' ORDER BY e.notification_id) AS next FROM ("
        "SELECT topic, notification_id, convert_from(state, 'UTF8')::jsonb AS told "
        f"FROM {schema}.metering_events WHERE originator_id = m.meter AND topic = ANY(%(topics)s) "
        "AND notification_id <= %(known)s OFFSET 0) AS e) AS r "
        "CROSS JOIN LATERAL jsonb_object_keys(r.told -> 'counts_before') AS k (number) "
        f"JOIN {schema}.channel AS c ON c.number = k.number::int "
        "WHERE r.topic = %(reset)s AND r.next IS NULL ORDER BY r.position, c.number",
        {
            "act": RESET,
            "topics": [Meter.RegisterReset.TOPIC, Meter.ResetWithdrawn.TOPIC],
            "reset": Meter.RegisterReset.TOPIC,
            "known": position,
        },
    ).fetchall()


def _estimates(connection: Connection, schema: str, position: int) -> list[_Row]:
    """Return the estimates that no second person accepted with the case they were made for."""
    return connection.execute(
        "SELECT %(act)s, s.channel, c.point, s.proposed_by::text, s.first_at, s.last_at, "
        f"s.position FROM {schema}.correction AS s "
        f"JOIN {schema}.channel AS c ON c.number = s.channel "
        "WHERE s.kind = 'estimate' AND s.position <= %(known)s AND NOT EXISTS ("
        f"SELECT FROM {schema}.review_decision AS first "
        f"JOIN {schema}.review_decision AS last USING (review) "
        "WHERE first.estimate = s.correction AND last.kind = %(accepted)s "
        "AND last.decided_by <> s.proposed_by AND last.position <= %(known)s) "
        "ORDER BY s.position",
        {"act": ESTIMATE, "known": position, "accepted": DecisionKind.ACCEPTED},
    ).fetchall()
