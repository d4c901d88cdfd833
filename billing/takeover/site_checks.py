"""In: the rows of a workbook, what the site knows. Out: what the site does not bear. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from billing.accounts.terms import BasisTerm
from billing.basis.basis import BillingBasis
from billing.money import exact_text
from billing.takeover.known import KnownPoint, KnownSite
from billing.takeover.problems import Problems
from billing.takeover.sheets import Sheet
from billing.takeover.workbook import Row, Sheets
from energy.base.period import local_day, midnight
from energy.metering.channel import Channel, Kind

WINDOW = timedelta(
    hours=BasisTerm(point="", basis=BillingBasis.REGISTER, valid_from=date.max).window_h
)
"""How far from a first day the last billing reading of a register may stand."""


def check_site(sheets: Sheets, known: KnownSite, problems: Problems) -> None:
    """Note everything of a workbook that the site does not bear.

    Args:
        sheets: Its rows.
        known: What the site knows.
        problems: Takes what is found.
    """
    for sheet in (Sheet.CONTRACTS, Sheet.AGREED, Sheet.READINGS, Sheet.METERS):
        for row in sheets[sheet]:
            if row["point"] and row["point"] not in known.points:
                problems.note(sheet, row.number, "point", "unknown_point", point=row["point"])
    for row in sheets[Sheet.CONTRACTS]:
        _supply(row, known, problems)
    for row in sheets[Sheet.READINGS]:
        _reading(row, known, problems)
    _openings(sheets, known, problems)
    for row in sheets[Sheet.METERS]:
        _age(row, known, problems)
    for row in sheets[Sheet.RECEIVABLES]:
        if row["number"] in known.items:
            problems.note(Sheet.RECEIVABLES, row.number, "number", "there_already",
                          key=row["number"])  # fmt: skip
    for row in sheets[Sheet.NUMBERS]:
        year = row.amount("year")
        if year is not None and (row["prefix"], int(year)) in known.series:
            problems.note(Sheet.NUMBERS, row.number, "prefix", "series_begun",
                          prefix=row["prefix"], year=int(year))  # fmt: skip


def instant_of(row: Row, known: KnownSite) -> datetime | None:
    """Return the instant of a billing reading, aware UTC; None where it is not told.

    A day without a time means the midnight with which it begins.
    """
    told = row["read_at"]
    if not told:
        return None
    if "T" not in told:
        return midnight(date.fromisoformat(told), known.zone)
    return datetime.fromisoformat(told).replace(tzinfo=known.zone).astimezone(UTC)


def count_of(row: Row, channel: Channel) -> int | None:
    """Return what a register showed as a count; None where it cannot show that. [count]."""
    value = row.amount("reading")
    if value is None:
        return None
    count = Fraction(value) / channel.facts.resolution
    if count.denominator != 1:
        return None
    modulus = channel.facts.modulus
    return int(count) if modulus is None or count < modulus else None


def channel_of(row: Row, known: KnownSite) -> Channel | None:
    """Return the channel of a reading; None where its point has none such."""
    point = known.points.get(row["point"])
    return None if point is None else point.channels.get(row["quantity"])


def _supply(row: Row, known: KnownSite, problems: Problems) -> None:
    """Check tariff and payer of a supply."""
    where = Sheet.CONTRACTS, row.number
    point, tariff = known.points.get(row["point"]), known.tariffs.get(row["tariff"])
    first = row.day("valid_from")
    if row["tariff"] and tariff is None:
        problems.note(*where, "tariff", "unknown_tariff", tariff=row["tariff"])
    if tariff is not None and point is not None and tariff[0] != point.utility:
        problems.note(*where, "tariff", "other_utility", tariff=row["tariff"], of=tariff[0],
                      point=row["point"], utility=point.utility or "-")  # fmt: skip
    if tariff is not None and first is not None and first < tariff[1]:
        problems.note(*where, "valid_from", "before_tariff", tariff=row["tariff"], day=tariff[1])
    if first is None:
        return
    last = row.day("valid_to") or date.max
    for account, begins, ends in known.payers.get(row["point"], ()):
        if begins < last and first < (ends or date.max):
            problems.note(*where, "point", "paid_already", point=row["point"], account=account)


def _reading(row: Row, known: KnownSite, problems: Problems) -> None:
    """Check that a meter of the site can have shown a reading."""
    where = Sheet.READINGS, row.number
    point = known.points.get(row["point"])
    if point is None:
        return
    channel = point.channels.get(row["quantity"])
    if channel is None or channel.facts.kind is not Kind.COUNTER:
        quantities = ", ".join(sorted(q for q in point.channels if q)) or "-"
        problems.note(*where, "quantity", "no_channel", point=row["point"], known=quantities)
        return
    _serial(row, point, Sheet.READINGS, problems)
    if row["reading"] and count_of(row, channel) is None:
        step = exact_text(channel.facts.resolution)
        most = channel.facts.modulus
        shown = "-" if most is None else exact_text((most - 1) * channel.facts.resolution)
        problems.note(*where, "reading", "not_shown", value=row["reading"], step=step, most=shown,
                      unit=channel.facts.unit)  # fmt: skip
    at = instant_of(row, known)
    if at is not None and at > known.now:
        problems.note(*where, "read_at", "future")
    if at is not None and (point.since is None or at < point.since):
        since = "-" if point.since is None else point.since.astimezone(known.zone)
        problems.note(*where, "read_at", "before_service", serial=point.serial or "-",
                      since=f"{since:%Y-%m-%d %H:%M}" if point.since else since)  # fmt: skip


def _serial(row: Row, point: KnownPoint, sheet: Sheet, problems: Problems) -> None:
    if row["serial"] and row["serial"] != point.serial:
        problems.note(sheet, row.number, "serial", "other_serial", serial=row["serial"],
                      point=row["point"], known=point.serial or "-")  # fmt: skip


def _openings(sheets: Sheets, known: KnownSite, problems: Problems) -> None:
    """Note supplies billed by register without a last billing reading near their first day."""
    read: dict[str, list[datetime]] = {}
    for row in sheets[Sheet.READINGS]:
        at, channel = instant_of(row, known), channel_of(row, known)
        if at is not None and channel is not None:
            read.setdefault(row["point"], []).append(at)
    for row in sheets[Sheet.CONTRACTS]:
        first = row.day("valid_from")
        if row["basis"] != BillingBasis.REGISTER or first is None:
            continue
        cut = midnight(first, known.zone)
        if row["point"] in known.points and not any(
            abs(at - cut) <= WINDOW for at in read.get(row["point"], ())
        ):
            problems.note(
                Sheet.CONTRACTS, row.number, "basis", "no_opening", point=row["point"],
                day=first, hours=int(WINDOW.total_seconds() // 3600),
            )  # fmt: skip


def _age(row: Row, known: KnownSite, problems: Problems) -> None:
    """Check that the meter of an age serves the point."""
    point = known.points.get(row["point"])
    if point is None:
        return
    _serial(row, point, Sheet.METERS, problems)
    if not point.serial:
        problems.note(Sheet.METERS, row.number, "point", "no_meter", point=row["point"])
    installed = row.day("installed_on")
    today = local_day(known.now, known.zone)
    if installed is not None and installed > today:
        problems.note(Sheet.METERS, row.number, "installed_on", "future")
    until = row.day("calibration_valid_until")
    if until is not None and installed is not None and until <= installed:
        problems.note(Sheet.METERS, row.number, "calibration_valid_until", "days_backwards")
