"""In: a site's usage, a span. Out: what a report tells of energy, demand and data. I/O: reads.

Every place is summed as the load page sums it, so that a report and a curve never differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import numpy as np

from dashboards.figures.load_days import peak_of
from dashboards.formats import UNITS
from dashboards.queries.load_curve import curve_of
from dashboards.queries.load_rows import LoadCurve
from dashboards.queries.sql_load import SqlLoad
from dashboards.queries.sql_site import Connection, SqlSite
from energy.base.clock import to_us
from energy.base.period import Period, grid_floor, local_day, month_period
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.completeness import Completeness, expected_intervals, together
from energy.metering.plans.plan import NodeKind
from energy.metering.usage import UsageSpan
from energy.service.reports.kinds import Span
from energy.service.reports.plan import ReportPlan
from energy.service.reports.table import MOST_ROWS, Cell, Column, ReportTable, Series
from energy.views.completeness import MEASURED, served_spans
from energy.views.computed import channel_usage
from energy.views.node_usage import MonthUsage, NodeSpan, month_sum
from energy.views.places import places_at
from energy.views.plans import PlannedMonth, read_plan
from energy.views.usage_channels import coarsest_grid

WHOLE = ""
"""Key and name of the whole site among the areas."""
_HOUR_S = 3600
_THOUSAND = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a report tells of usage."""

    tables: tuple[ReportTable, ...]
    series: tuple[Series, ...]
    facts: Mapping[str, Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Area:
    key: str
    name: str
    plan: str
    """Key of the place whose plan is its own; "" without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A time of the report: its areas' channels, and what they used."""

    period: Period
    spans: Mapping[tuple[Utility, str], list[NodeSpan]]
    usage: Mapping[int, UsageSpan]

    def sum_of(self, utility: Utility, area: str) -> MonthUsage:
        """Return what an area used."""
        return month_sum(self.usage, self.spans[utility, area], 0, self.period)


class UsageReads:
    """Gathers what one report tells of usage."""

    def __init__(self, at: SqlSite, connection: Connection, span: Span, plan: ReportPlan) -> None:
        """Prepare.

        Args:
            at: The site's tables.
            connection: One transaction, so that all tells of one position.
            span: Of the report.
            plan: Whose agreed demand is the limit.
        """
        self._at, self._connection, self._span, self._plan = at, connection, span, plan
        self._load = SqlLoad(at)
        self._channels = at.usage_channels(connection)
        self._grid_s = self._coarsest()

    def told(self) -> Told:
        """Return everything."""
        areas = self._areas()
        now = self._part(areas, self._span.period, everything=True)
        beside = [self._part(areas, each) for each in (self._span.previous, self._span.alike)]
        energy = self._energy(areas, now, beside)
        peaks, series, facts = self._peaks(now)
        quality, meters = self._quality(now)
        facts = facts | {"electricity_wh": self._electricity(energy)} | self._summed(now.period)
        return Told(tables=(energy, peaks, quality, meters), series=series, facts=facts)

    def _coarsest(self) -> int:
        """Return the coarsest interval of the meters: sums begin and end on it. [s]."""
        numbers = [number for own in self._channels.values() for number in own.values()]
        return coarsest_grid(self._connection, self._at.schema, numbers) or _HOUR_S

    def _summed(self, held: Period) -> dict[str, Cell]:
        """Return from when to when is summed, where a span is not of whole intervals."""
        if held == self._span.period:
            return {}
        return {"summed_begin": _iso(held.start), "summed_end": _iso(held.end)}

    def _areas(self) -> list[_Area]:
        """Return the whole site and its main areas: what is below its only root, or its roots."""
        tree = places_at(self._connection, self._at.schema, self._span.period.end)
        roots = [key for key, place in tree.items() if place.parent is None]
        top = roots[0] if len(roots) == 1 else ""
        found = sorted(
            (place.name, key) for key, place in tree.items() if place.parent == (top or None)
        )
        whole = _Area(key="", name=WHOLE, plan=top)
        return [whole, *(_Area(key=key, name=name, plan=key) for name, key in found)]

    def _part(self, areas: Sequence[_Area], period: Period, *, everything: bool = False) -> _Part:
        zone = self._at.site.zone
        begin, end = (grid_floor(at, self._grid_s, zone) for at in (period.start, period.end))
        held = Period(start=begin, end=end)
        spans = {
            (utility, area.key): self._load.place_spans(self._connection, area.key, utility, held)
            for utility in self._channels
            for area in areas
        }
        wanted = {n for own in spans.values() for each in own for n in each.channels}
        if everything:
            wanted |= {n for own in self._channels.values() for n in own.values()}
        usage = channel_usage(self._connection, self._at.schema, zone, sorted(wanted), held)
        return _Part(period=held, spans=spans, usage=usage)

    def _energy(self, areas: Sequence[_Area], now: _Part, beside: Sequence[_Part]) -> ReportTable:
        planned = self._planned()
        rows: list[tuple[Cell, ...]] = []
        for utility in self._channels:
            for area in areas:
                parts = [each.sum_of(utility, area.key) for each in (now, *beside)]
                if not any(each.expected for each in parts):
                    continue
                told = [cell for each in parts for cell in _known(each)]
                plan = planned.get((area.plan, utility))
                rows.append((str(utility), area.name, *told, plan))
        heads = ("used", "missing", "previous", "previous_missing", "alike", "alike_missing")
        kinds = ("usage", "permille") * 3
        columns = [Column(name="utility", kind="word:utility"), Column(name="area", kind="text")]
        columns += [Column(name=n, kind=k) for n, k in zip(heads, kinds, strict=True)]
        columns.append(Column(name="plan", kind="usage"))
        return ReportTable(key="energy", columns=tuple(columns), rows=tuple(rows), names=2)

    def _planned(self) -> dict[tuple[str, Utility], int]:
        """Return what is planned for the span: of each month, the part that the span has of it."""
        zone, period = self._at.site.zone, self._span.period
        last = local_day(period.end - timedelta(microseconds=1), zone)
        years = range(local_day(period.start, zone).year, last.year + 1)
        sums: dict[tuple[str, Utility], Fraction] = {}
        for year in years:
            for row in read_plan(self._connection, self._at.schema, year):
                part = _overlap(row, year, period, self._at)
                if part and row.node.kind is NodeKind.PLACE:
                    key = row.node.key, row.utility
                    sums[key] = sums.get(key, Fraction(0)) + part
        return {key: int(value) for key, value in sums.items()}

    def _peaks(self, now: _Part) -> tuple[ReportTable, tuple[Series, ...], dict[str, Cell]]:
        first = local_day(now.period.start, self._at.site.zone)
        rows: list[tuple[Cell, ...]] = []
        series: list[Series] = []
        facts: dict[str, Cell] = {}
        for utility in self._channels:
            spans = now.spans[utility, WHOLE]
            used = {n: now.usage[n] for each in spans for n in each.channels}
            if not used:
                continue
            curve = curve_of(used, spans, first, now.period)
            limit = self._limit(utility)
            rows.append((str(utility), *_peak(curve, limit)))
            series.append(_series(utility, curve))
            if utility is Utility.ELECTRICITY:
                facts = self._peak_facts(curve, limit)
        columns = (
            *(
                ("utility", "word:utility"),
                ("rate", "rate"),
                ("at", "instant"),
                ("window", "minutes"),
            ),
            *(("limit", "rate"), ("of_limit", "permille"), ("unknown", "permille")),
        )
        table = ReportTable(
            key="peaks",
            columns=tuple(Column(name=name, kind=kind) for name, kind in columns),
            rows=tuple(rows),
        )
        return table, tuple(series), facts

    def _limit(self, utility: Utility) -> int | None:
        """Return the agreed demand as a rate. [base unit / h]."""
        if utility is not Utility.ELECTRICITY or self._plan.contract_kw is None:
            return None
        return int(self._plan.contract_kw * UNITS[utility][0].per_unit)

    def _peak_facts(self, curve: LoadCurve, limit: int | None) -> dict[str, Cell]:
        found = peak_of(curve)
        if found is None:
            return {"contract_w": limit}
        usage, at = found
        local = at.astimezone(self._at.site.zone)
        return {
            "peak_w": usage * _HOUR_S // curve.step_s,
            "peak_at": _iso(at),
            "peak_local": f"{local:%m-%d %H:%M}",
            "contract_w": limit,
        }

    def _quality(self, now: _Part) -> tuple[ReportTable, ReportTable]:
        served = served_spans(self._connection, self._at.schema)
        by_utility: list[tuple[Cell, ...]] = []
        meters: list[tuple[Cell, ...]] = []
        for utility, channels in self._channels.items():
            told = [
                (point, now.usage[number], _completeness(now.usage[number], served.get(number, ())))
                for point, number in channels.items()
                if number in now.usage
            ]
            whole = together(each for _, _, each in told)
            suspect = sum(_suspect(span) for _, span, _ in told)
            by_utility.append(
                (
                    *(str(utility), len(told), whole.expected, whole.measured, whole.shaped),
                    *(whole.estimated, whole.missing, suspect, _permille(whole.score)),
                )
            )
            meters += [
                (
                    *(point, str(utility), _sum_of(span), _permille(each.score)),
                    *(each.missing, each.estimated, _suspect(span)),
                )
                for point, span, each in told
            ]
        meters.sort(key=_worst)
        return _quality_table(by_utility), _meter_table(meters)

    def _electricity(self, energy: ReportTable) -> Cell:
        place = energy.column("used")
        for row in energy.rows:
            if row[:2] == (str(Utility.ELECTRICITY), WHOLE):
                return row[place]
        return None


def _known(told: MonthUsage) -> Iterator[Cell]:
    """Yield what is known of a sum, and the share that is missing: none only where nothing is."""
    if not told.expected or not told.known:
        yield from (None, _THOUSAND if told.expected else None)
        return
    yield told.known_usage
    yield -(-(told.expected - told.known) * _THOUSAND // told.expected)


def _overlap(row: PlannedMonth, year: int, period: Period, at: SqlSite) -> Fraction:
    month = month_period(year, row.month, at.site.zone)
    begin, end = max(month.start, period.start), min(month.end, period.end)
    if begin >= end:
        return Fraction(0)
    return row.base * Fraction(to_us(end) - to_us(begin), to_us(month.end) - to_us(month.start))


def _peak(curve: LoadCurve, limit: int | None) -> tuple[Cell, ...]:
    found, unknown = peak_of(curve), int((~curve.whole).sum())
    share = -(-unknown * _THOUSAND // max(len(curve.whole), 1))
    minutes = curve.step_s // 60
    if found is None:
        return (None, None, minutes, limit, None, share)
    rate = found[0] * _HOUR_S // curve.step_s
    of_limit = rate * _THOUSAND // limit if limit else None
    return (rate, _iso(found[1]), minutes, limit, of_limit, share)


def _series(utility: Utility, curve: LoadCurve) -> Series:
    whole = curve.whole.tolist()
    values = [int(v) if w else None for v, w in zip(curve.usage.tolist(), whole, strict=True)]
    return Series(key=str(utility), step_s=curve.step_s, values=tuple(values))


def _completeness(span: UsageSpan, served: Sequence[tuple[int, int]]) -> Completeness:
    """Return how the intervals of a channel came to be."""
    measured, shaped, estimated = (
        int(np.isin(span.quality, [int(code) for code in codes]).sum())
        for codes in (MEASURED, (Quality.INTERPOLATED,), (Quality.ESTIMATED,))
    )
    step_us = span.step_s * 1_000_000
    expected = expected_intervals(served, to_us(span.start), to_us(span.end), step_us)
    return Completeness(
        expected=max(expected, measured + shaped + estimated),
        measured=measured,
        shaped=shaped,
        estimated=estimated,
    )


def _suspect(span: UsageSpan) -> int:
    return int((span.quality == Quality.SUSPECT).sum())


def _sum_of(span: UsageSpan) -> int | None:
    """Return what is known of a channel; None where nothing is. [base unit]."""
    good: Any = span.quality < Quality.SUSPECT
    return int(span.usage[good].sum(dtype=np.int64)) if good.any() else None


def _permille(share: Fraction | None) -> int | None:
    return None if share is None else int(share * _THOUSAND)


def _worst(row: tuple[Cell, ...]) -> tuple[int, str]:
    return -(int(row[4] or 0) + int(row[5] or 0) + int(row[6] or 0)), str(row[0])


def _quality_table(rows: Sequence[tuple[Cell, ...]]) -> ReportTable:
    counts = ("meters", "expected", "measured", "shaped", "estimated", "missing", "suspect")
    columns = [Column(name="utility", kind="word:utility")]
    columns += [Column(name=name, kind="count") for name in counts]
    columns.append(Column(name="complete", kind="permille"))
    return ReportTable(key="quality", columns=tuple(columns), rows=tuple(rows))


def _meter_table(rows: Sequence[tuple[Cell, ...]]) -> ReportTable:
    columns = (
        *(("point", "text"), ("utility", "word:utility"), ("used", "usage")),
        *(("complete", "permille"), ("missing", "count"), ("estimated", "count")),
        ("suspect", "count"),
    )
    return ReportTable(
        key="meters",
        columns=tuple(Column(name=name, kind=kind) for name, kind in columns),
        rows=tuple(rows[:MOST_ROWS]),
        names=2,
        more=max(0, len(rows) - MOST_ROWS),
    )


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
