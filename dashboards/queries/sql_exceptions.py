"""Step 6, shown. From: an exception of a run. To: what a person decides by. I/O: PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.money import display_text
from billing.runs.review import ReviewedDraft
from billing.views.billed_before import channel_points
from dashboards.queries.exception_rows import EarlierBill, ExceptionPage, WaitingCorrection
from dashboards.queries.rows import Answer, UsageDay
from dashboards.queries.sql_runs import SqlRuns
from dashboards.queries.sql_site import BOOKS, Connection, Row, SqlSite
from dashboards.security.scope import Right, Scope
from energy.base.finding import Finding
from energy.base.period import span_of_days
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.usage_groups import Every, group_usage
from energy.views.computed import channel_usage
from energy.views.corrections import read_corrections
from energy.views.registry import load_channels

MOST_BILLS = 13
"""Earlier bills that are told: those of a year and one more."""
YEAR = timedelta(days=364)
"""A year before, the same weekday."""


class SqlExceptions:
    """Questions about single exceptions of bill runs in SQL."""

    def __init__(self, at: SqlSite, runs: SqlRuns) -> None:
        """Read one site's tables; the run itself comes from the runs' queries."""
        self._at = at
        self._runs = runs

    def run_exception(self, scope: Scope, run: UUID, key: str) -> Answer[ExceptionPage] | None:
        """Return one exception of a run; None where the run has none of the key (any more)."""
        answer = self._runs.run_review(scope, run)
        reviewed = self._runs.reviewed(scope, run)
        if answer is None or reviewed is None:
            return None
        row = next((each for each in answer.rows.exceptions if each.found.key == key), None)
        if row is None:
            return None
        at, found = self._at, row.found
        page = ExceptionPage(
            run=run, version=answer.rows.version, row=row, currency=at.site.currency
        )
        draft = next((d for d in reviewed.drafts if d.account == found.account), None)
        with at.read(scope, Right.READ_BILLS) as connection:
            if draft is not None and found.point is not None:
                days = reviewed.run.first_day, reviewed.run.last_day
                known = reviewed.run.metering_position
                page = self._of_point(connection, page, draft, (days, known))
            return at.answer(connection, page, follower=BOOKS)

    def _of_point(
        self,
        connection: Connection,
        page: ExceptionPage,
        draft: ReviewedDraft,
        of: tuple[tuple[date, date], int],
    ) -> ExceptionPage:
        """Return the page with the usage, registers and earlier bills of the point."""
        point, (days, known) = page.row.found.point or "", of
        blocks = [b for b in json.loads(draft.document)["supplies"] if b["point"] == point]
        if blocks:
            days = _days_of(blocks)
        points = channel_points(connection, self._at.schema)
        page = replace(
            page,
            findings=_findings(draft, point, points),
            registers=tuple(each for block in blocks for each in block["readings"]),
            unit=next((str(b["usage"]["unit"]) for b in blocks if b["usage"]), ""),
            bills=self._earlier_bills(connection, draft.account, point, days[0]),
        )
        channel = self._channel(connection, point)
        if channel is None:
            return page
        number, utility = channel
        many = days[1] - days[0] + timedelta(days=1)
        spans = (days, *((days[0] - back, days[1] - back) for back in (many, YEAR)))
        own, before, year = (self._usage(connection, number, span, known) for span in spans)
        return replace(
            page,
            utility=utility,
            days=own,
            before=before,
            last_year=year,
            waiting=self._waiting(connection, number),
        )

    def _waiting(self, connection: Connection, channel: int) -> tuple[WaitingCorrection, ...]:
        """Return the corrections of a channel's readings that wait for a second person."""
        at = self._at
        resolution = load_channels(connection, at.schema)[channel].facts.resolution
        rows = read_corrections(connection, at.schema, channels=(channel,), state="proposed")
        names = at.person_names(connection, [row.proposed_by for row in rows])
        return tuple(
            WaitingCorrection(
                correction=row.correction,
                readings=tuple(
                    (instant, display_text(count, resolution)) for instant, count in row.readings
                ),
                reason=row.reason,
                by=names.get(row.proposed_by, "?"),
            )
            for row in rows
        )

    def _channel(self, connection: Connection, point: str) -> tuple[int, Utility] | None:
        """Return the channel that a point is billed by; None unless there is one."""
        row: Row | None = connection.execute(
            f"SELECT number, utility FROM {self._at.schema}.channel WHERE point = %s AND billing "
            "AND utility IS NOT NULL AND direction <> 'export' ORDER BY number LIMIT 1",
            (point,),
        ).fetchone()
        return None if row is None else (int(row[0]), Utility(row[1]))

    def _usage(
        self, connection: Connection, channel: int, days: tuple[date, date], known: int
    ) -> tuple[UsageDay, ...]:
        """Return the usage of some local days as known at a mark."""
        site = self._at.site
        period = span_of_days(*days, site.zone)
        span = channel_usage(connection, site.schema, site.zone, [channel], period, known)[channel]
        return tuple(
            UsageDay(
                day=each.start.date(),
                usage=each.usage,
                quality=Quality.MISSING if each.usage is None else each.quality,
            )
            for each in group_usage(span, site.zone, Every.DAY)
        )

    def _earlier_bills(
        self, connection: Connection, account: str, point: str, first: date
    ) -> tuple[EarlierBill, ...]:
        rows: list[Row] = connection.execute(
            f"SELECT invoice, number, document FROM {self._at.schema}.invoice "
            "WHERE account = %s AND state = 'issued' AND kind = 'invoice' "
            "AND credited_by IS NULL AND last_day < %s ORDER BY last_day DESC LIMIT %s",
            (account, first, MOST_BILLS),
        ).fetchall()
        found: list[EarlierBill] = []
        for invoice, number, document in rows:
            blocks = [b for b in json.loads(document)["supplies"] if b["point"] == point]
            if blocks:
                found.append(_earlier(invoice, str(number), blocks))
        return tuple(found)


def _days_of(blocks: Sequence[Mapping[str, Any]]) -> tuple[date, date]:
    first = min(date.fromisoformat(each["first_day"]) for each in blocks)
    return first, max(date.fromisoformat(each["last_day"]) for each in blocks)


def _earlier(invoice: UUID, number: str, blocks: Sequence[Mapping[str, Any]]) -> EarlierBill:
    first, last = _days_of(blocks)
    totals = [each["usage"]["total"] if each["usage"] else None for each in blocks]
    amounts = (Decimal(charge["amount"]) for each in blocks for charge in each["charges"])
    return EarlierBill(
        invoice=invoice,
        number=number,
        first_day=first,
        last_day=last,
        usage=None if None in totals else sum((Decimal(t) for t in totals if t), Decimal(0)),
        amount=sum(amounts, Decimal(0)),
    )


def _findings(draft: ReviewedDraft, point: str, points: Mapping[int, str]) -> tuple[Finding, ...]:
    return tuple(
        each
        for each in draft.findings
        if (points.get(each.channel or 0) or each.proof.get("point") or point) == point
    )
