"""In: a table of meters. Out: a verdict on each row, then all of them planned at once. I/O.

A row with a serial is a meter at work since a day; one without is a point that a technician will
commission. Nothing is written unless every row passes, or the rest is asked for by --partial;
what is written goes into the journal in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from adapters.files.piece import Cause
from adapters.files.workbook import TableRow, hidden_sign
from billing.money import exact_text
from energy.base.errors import EnergyError, RefusedError
from energy.base.ids import id_of
from energy.base.text import Told, tell
from energy.base.units import Utility
from energy.metering.channel import (
    Channel,
    ChannelFacts,
    Kind,
    check_multiplier,
)
from energy.metering.meter import UNPROVEN, Meter, facts_to_json
from energy.metering.plant import ChannelRegister
from energy.views.point_values import PointRow
from processes.collector_plan import SourcePlan, address_problem
from processes.meter_cells import (
    RowError,
    address_of,
    facts_of,
    place_of,
    ratio_in,
    require_ratio,
    side_stated,
)
from processes.meter_columns import HEADS, NEEDED, by_key
from processes.readings_file import count_of, instant_of
from processes.technician_facts import billed_counter, with_side
from processes.technician_site import SiteDesk


class Verdict(StrEnum):
    """What becomes of a row."""

    PLANNED = "planned"
    COMMISSIONED = "commissioned"
    THERE = "there"
    """The site has this very meter already."""
    REFUSED = "refused"


class ImportRefusedError(RefusedError):
    """A table has rows that cannot be taken; nothing was written."""

    code = "field.import"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReport:
    """One row and what becomes of it."""

    row: int
    point: str
    verdict: Verdict
    text: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a table brought, or would bring."""

    rows: tuple[RowReport, ...]
    written: int
    position: int

    @property
    def refused(self) -> int:
        """Return how many rows cannot be taken."""
        return sum(row.verdict is Verdict.REFUSED for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A row that passed."""

    cells: Mapping[str, str]
    facts: tuple[ChannelFacts, ...]
    multiplier: Fraction
    address: dict[str, int | str]
    since: datetime | None
    start: int | None

    @property
    def unproven(self) -> bool:
        """Return whether a meter at work counts by a multiplier that rests on the table alone."""
        return self.since is not None and self.multiplier != 1


@dataclass(slots=True)
class _Taken:
    """What is in use: of the site, then of the rows above."""

    serials: dict[str, Told] = field(default_factory=dict)
    addresses: dict[tuple[str, str], Told] = field(default_factory=dict)
    points: dict[str, Told] = field(default_factory=dict)


def import_meters(
    desk: SiteDesk, table: Sequence[TableRow], *, dry_run: bool, partial: bool
) -> Imported:
    """Plan the meters of a table.

    Args:
        desk: The site.
        table: Its rows.
        dry_run: Write nothing.
        partial: Write the rows that pass although others do not.

    Raises:
        ImportRefusedError: The table lacks a column, or rows are refused and `partial` is not
            asked for; lists them.
    """
    desk.ready()
    rows = [(row.number, by_key(row)) for row in table]
    if rows and (missing := [key for key in NEEDED if key not in rows[0][1]]):
        raise ImportRefusedError.of(
            "table.lacks", missing=", ".join(missing), known=", ".join(HEADS)
        )
    judge = _Judge.of(desk)
    reports, wanted = [], []
    for number, cells in rows:
        point = cells.get("point", "")
        try:
            verdict, passed, text = judge.row(number, cells)
        except RowError as error:
            verdict, passed, text = Verdict.REFUSED, None, error.cause
        reports.append(RowReport(row=number, point=point, verdict=verdict, text=text))
        if passed is not None:
            wanted.append(passed)
    found = Imported(rows=tuple(reports), written=0, position=desk.metering.position())
    if dry_run or not wanted:
        return found
    if found.refused and not partial:
        refused = [row for row in reports if row.verdict is Verdict.REFUSED]
        told = [tell("why.import.row", row=row.row, cause=row.text) for row in refused]
        told.append(tell("why.meters.refused", number=len(refused)))
        raise ImportRefusedError.of("import.rows", rows=told)
    return Imported(rows=tuple(reports), written=len(wanted), position=_store(desk, wanted))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    """Looks at rows, one after the other."""

    desk: SiteDesk
    places: frozenset[str]
    sources: Mapping[str, SourcePlan]
    known: Mapping[str, PointRow]
    taken: _Taken

    @staticmethod
    def of(desk: SiteDesk) -> _Judge:
        """Return a judge who knows the site."""
        keys = frozenset(place.key for place in desk.places())
        taken = _Taken()
        known = {row.point: row for row in desk.points()}
        for row in known.values():
            if row.served:
                since = f"{row.commissioned_at:%Y-%m-%d}" if row.commissioned_at else "?"
                served = {"point": row.point, "since": since}
                taken.serials[str(row.serial)] = tell("why.meters.serial_served", **served)
                where = tell("why.meters.address_served", **served)
                taken.addresses[str(row.source), place_of(row.address)] = where
        sources = {source.key: source for source in desk.plan().sources}
        return _Judge(desk=desk, places=keys, sources=sources, known=known, taken=taken)

    def row(self, number: int, cells: Mapping[str, str]) -> tuple[Verdict, _Wanted | None, Cause]:
        """Return what becomes of a row.

        Raises:
            RowError: It cannot be taken.
        """
        point, serial = cells["point"], cells.get("serial", "")
        for key, text in cells.items():
            if sign := hidden_sign(text):
                raise RowError(tell("why.meters.sign", key=key, sign=sign))
        for key in NEEDED:
            if not cells[key]:
                raise RowError(tell("why.meters.empty", key=key))
        if point in self.taken.points:
            raise RowError(
                tell("why.meters.point_twice", point=point, where=self.taken.points[point])
            )
        self.taken.points[point] = tell("why.row.there", row=number)
        there = self.known.get(point)
        if there is not None:
            if (there.serial or "") == serial:
                return Verdict.THERE, None, tell("why.meters.there")
            raise RowError(tell("why.meters.point_there", point=point, serial=there.serial or "-"))
        if cells["place"] not in self.places:
            raise RowError(tell("why.meters.no_place", place=cells["place"]))
        wanted = self._wanted(cells)
        self._free(number, cells, wanted)
        verdict = Verdict.COMMISSIONED if serial else Verdict.PLANNED
        channels = ", ".join(facts.quantity for facts in wanted.facts)
        if not wanted.unproven:
            return verdict, wanted, channels
        ratio = exact_text(wanted.multiplier)
        told = {"channels": channels, "multiplier": ratio, "point": point}
        return verdict, wanted, tell("why.meters.unproven", **told)

    def _wanted(self, cells: Mapping[str, str]) -> _Wanted:
        try:
            utility = Utility(cells["utility"])
        except ValueError:
            raise RowError(
                tell("why.meters.utility", utility=cells["utility"], known=", ".join(Utility))
            ) from None
        try:
            facts = tuple(facts_of(cells, utility))
            multiplier = ratio_in(cells.get("multiplier", ""), "multiplier") or Fraction(1)
            check_multiplier(facts, multiplier)
            for each in facts:
                if each.utility is not None and each.utility is not utility:
                    raise RowError(
                        tell(
                            "why.meters.other_utility",
                            profile=cells["profile"],
                            measured=each.utility,
                            utility=utility,
                        )
                    )
            since, start = self._begin(cells, facts)
            if since is not None:
                stated = side_stated(cells.get("side", ""))
                facts = tuple(with_side(facts, stated, multiplier, cells["profile"]))
                require_ratio(cells, facts)
        except EnergyError as error:
            raise RowError(error.message or str(error)) from error
        return _Wanted(
            cells=cells,
            facts=facts,
            multiplier=multiplier,
            address=address_of(cells),
            since=since,
            start=start,
        )

    def _begin(
        self, cells: Mapping[str, str], facts: Sequence[ChannelFacts]
    ) -> tuple[datetime | None, int | None]:
        """Return since when a meter is at work, and its count then. [count]."""
        serial, since, start = (cells.get(key, "") for key in ("serial", "since", "start"))
        if not serial:
            if since or start:
                raise RowError(tell("why.meters.whose_start"))
            return None, None
        if not since:
            raise RowError(tell("why.meters.no_since", serial=serial))
        if cells.get("source", "") not in self.sources:
            known = ", ".join(sorted(self.sources)) or "none"
            raise RowError(
                tell("why.meters.no_source", source=cells.get("source", ""), known=known)
            )
        at = instant_of(since, self.desk.site.zone)
        if at > self.desk.clock.now():
            raise RowError(tell("why.meters.future", since=since))
        if not start:
            return at, None
        channel = Channel(number=0, point=cells["point"], facts=billed_counter(facts))
        return at, count_of(start, channel)

    def _free(self, number: int, cells: Mapping[str, str], wanted: _Wanted) -> None:
        """Refuse a serial or an address that is in use, then take both."""
        serial, source = cells.get("serial", ""), cells.get("source", "")
        if serial:
            if serial in self.taken.serials:
                raise RowError(self.taken.serials[serial])
            self.taken.serials[serial] = tell("why.meters.serial_twice", row=number)
        if serial and not wanted.address:
            raise RowError(tell("why.meters.no_address"))
        if serial:  # a meter that no plan can hold would stop the plans of all others
            its = self.sources[source]
            _, problem = address_problem(its, wanted.address, len(wanted.facts))
            if problem is not None:
                raise RowError(
                    tell("why.meters.wrong_source", source=source, kind=its.kind, problem=problem)
                )
        value = place_of(wanted.address)
        where = self.taken.addresses.get((source, value)) if value else None
        if where is not None:
            raise RowError(
                tell("why.meters.address_twice", value=value, source=source, where=where)
            )
        if value:
            self.taken.addresses[source, value] = tell("why.meters.address_row", row=number)


def _store(desk: SiteDesk, wanted: Sequence[_Wanted]) -> int:
    """Plan all points in one transaction; return the position."""
    key = desk.site.key
    command = id_of("field import", key, *(each.cells["point"] for each in wanted))
    register = desk.metering.find(id_of("channel_register", key)) or ChannelRegister(
        site=key, command_id=command
    )
    meters = [_meter(register, key, each) for each in wanted]
    position = desk.metering.store(register, *meters)
    desk.settle()
    desk.publish(desk.plan())
    return position


def _meter(register: ChannelRegister, site: str, wanted: _Wanted) -> Meter:
    cells = wanted.cells
    command = id_of("field import", site, cells["point"])
    first = register.take(point=cells["point"], count=len(wanted.facts), command_id=command)
    channels = [
        Channel(number=first + n, point=cells["point"], facts=facts)
        for n, facts in enumerate(wanted.facts)
    ]
    meter = Meter(
        site=site,
        point=cells["point"],
        name=cells["name"],
        place=cells["place"],
        utility=Utility(cells["utility"]).value,
        channels=[facts_to_json(channel) for channel in channels],
        command_id=command,
    )
    if wanted.since is None:
        return meter
    billed = billed_counter(wanted.facts)
    counters = [c for c in channels if c.facts is billed and c.facts.kind is Kind.COUNTER]
    record = {"origin": "field import"}
    record |= {key: cells[key] for key in ("seal", "location") if cells.get(key)}
    if wanted.unproven:
        record[UNPROVEN] = str(wanted.multiplier)
    meter.commission(
        at=wanted.since,
        serial=cells["serial"],
        profile=cells["profile"],
        source=cells["source"],
        address=wanted.address,
        multiplier=wanted.multiplier,
        start_counts={} if wanted.start is None else {c.number: wanted.start for c in counters},
        record=record,
        command_id=command,
    )
    return meter
