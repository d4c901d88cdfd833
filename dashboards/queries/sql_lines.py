"""Step 6, shown. From: a charge line and a day. To: intervals, readings. I/O: PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from billing.tariffs.tariff import TariffVersion
from billing.views.explain import entry_at
from billing.views.tariffs import known_sources
from dashboards.queries.bands import bands_of
from dashboards.queries.bill_document import DocumentLine, lines_of
from dashboards.queries.line_rows import EntryRow, LineDay, LineInterval, LineReading
from dashboards.queries.rows import Answer, TariffBand
from dashboards.queries.sql_bills import SqlBills
from dashboards.queries.sql_site import BOOKS, Connection, Row, SqlSite
from dashboards.queries.sql_tariff_bands import stored_tariff
from dashboards.security.scope import Right, Scope
from energy.base.period import day_period
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.channel import Kind
from energy.views.computed import channel_usage
from energy.views.readings_told import read_readings
from energy.views.registry import load_channels


class SqlLines:
    """Questions about single days of charge lines in SQL."""

    def __init__(self, at: SqlSite, bills: SqlBills) -> None:
        """Read one site's tables; bills come from the bills' queries."""
        self._at = at
        self._line_bills = bills

    def line_day(
        self, scope: Scope, invoice: UUID, number: int, day: date
    ) -> Answer[LineDay] | None:
        """Return a day of a charge line; None unless the line charges that day by a register."""
        with self._at.read(scope, Right.READ_BILLS) as connection:
            stored = self._line_bills.stored(connection, invoice)
            lines = [] if stored is None else lines_of(json.loads(stored[14]))
            if stored is None or not 1 <= number <= len(lines):
                return None
            line, provenance = lines[number - 1], json.loads(stored[15])
            row = line.row
            assert row.first_day is not None, "a line of a document has days"
            assert row.last_day is not None, "a line of a document has days"
            channel = _channel(line, provenance, day)
            if channel is None or not row.first_day <= day <= row.last_day:
                return None
            known: int = provenance["metering_position"]
            bands = self._line_bands(connection, line, day, provenance["books_position"])
            readings = self._line_readings(connection, line, channel, day, known)
            found = LineDay(
                bill=self._line_bills.invoice_row(stored),
                line=row,
                day=day,
                utility=Utility(line.supply["utility"]),
                known=known,
                intervals=self._line_intervals(connection, line, (channel, day, known), bands),
                readings=readings,
                entries=entries_of(
                    connection, self._at.schema, (each.position for each in readings)
                ),
            )
            return self._at.answer(connection, found, follower=BOOKS)

    def _line_bands(
        self, connection: Connection, line: DocumentLine, day: date, books: int
    ) -> tuple[TariffBand, ...]:
        row: Row | None = connection.execute(
            f"SELECT document FROM {self._at.schema}.tariff_version WHERE sha256 = %s "
            "ORDER BY position LIMIT 1",
            (line.tariff.get("sha256"),),
        ).fetchone()
        sources = known_sources(connection, self._at.schema, books)
        version: TariffVersion | None = None if row is None else stored_tariff(row[0], sources)
        return () if version is None else bands_of(version, day, self._at.site.zone)

    def _line_intervals(
        self,
        connection: Connection,
        line: DocumentLine,
        of: tuple[int, date, int],
        bands: tuple[TariffBand, ...],
    ) -> tuple[LineInterval, ...]:
        channel, day, known = of
        site, period = self._at.site, line.charge.get("period")
        span = channel_usage(
            connection, site.schema, site.zone, [channel], day_period(day, site.zone), known
        )[channel]
        step = timedelta(seconds=span.step_s)
        found: list[LineInterval] = []
        for n, (usage, code) in enumerate(
            zip(span.usage.tolist(), span.quality.tolist(), strict=True)
        ):
            start, quality = span.start + n * step, Quality(code)
            band = next((each for each in bands if each.start <= start < each.end), None)
            found.append(
                LineInterval(
                    start=start,
                    usage=None if quality is Quality.MISSING else usage,
                    quality=quality,
                    period=None if band is None else band.names,
                    charged=period is None or (band is not None and band.key == period),
                )
            )
        return tuple(found)

    def _line_readings(
        self, connection: Connection, line: DocumentLine, channel: int, day: date, known: int
    ) -> tuple[LineReading, ...]:
        """Return the readings that counted for the bill, the next midnight's too."""
        facts = load_channels(connection, self._at.schema, only=[channel])[channel].facts
        if facts.kind is Kind.COMPUTED:
            return ()
        rows = read_readings(
            self._at.database,
            self._at.site,
            line.supply["point"],
            day,
            day + timedelta(days=1),
            quantity=facts.quantity,
            as_of=str(known),
        )
        end = day_period(day, self._at.site.zone).end
        return tuple(
            LineReading(
                at=each.at,
                value=each.value,
                unit=each.unit,
                count=each.count,
                quality=each.quality,
                position=each.position,
            )
            for each in rows
            if each.at <= end
        )


def entries_of(
    connection: Connection, schema: str, positions: Iterable[int]
) -> dict[int, EntryRow]:
    """Return the journal entries at some positions; where there is none it is left out."""
    found: dict[int, EntryRow] = {}
    for position in sorted(set(positions) - {0}):
        told = entry_at(connection, schema, position)
        if told is not None:
            found[position] = _entry(told)
    return found


def _entry(told: dict[str, Any]) -> EntryRow:
    learned = told.get("learned_at")
    return EntryRow(
        position=told["position"],
        topic=told["topic"],
        stream=told["stream"],
        number=told["number"],
        source=told.get("source", ""),
        learned_at=None if learned is None else datetime.fromisoformat(learned),
        sha256=told.get("hash", ""),
    )


def _channel(line: DocumentLine, provenance: Any, day: date) -> int | None:
    """Return the channel that a line rests on, on a day; None where no register is charged."""
    if not line.by_register:
        return None
    for told in provenance["supplies"]:
        if told["point"] == line.supply["point"] and told["channel"] is not None:
            first, last = (date.fromisoformat(told[key]) for key in ("first_day", "last_day"))
            if first <= day <= last:
                return int(told["channel"])
    return None
