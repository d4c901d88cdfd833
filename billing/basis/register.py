"""In: segments of a register, the days to cut at. Out: what it counted between the cuts. Pure.

Billing basis `register`: billing reading to billing reading. A cut is the midnight on which a span
begins or ends, or a tariff changes; the reading that stands for it is the one at that instant,
else the nearest one within the window that somebody read, else the nearest estimate. What is cut
is never weighted: without a reading at a day on which the price changes there is a finding, and a
person either enters a reading or has the register's difference divided by days.

The parts before a first commissioning and behind a last retirement need nothing: there a stated
count stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from billing.basis.counting import BillingReading, Counted, CountingSegment, Doubt, counted
from energy.base.finding import Finding, Severity
from energy.base.quality import Quality, worst_of

NO_READING_CODE = "bill.no_billing_reading"
NO_READING_AT_CHANGE_CODE = "bill.no_reading_at_change"
EXCHANGE_CODE = "bill.exchange_without_reading"
GAP_CODE = "bill.no_meter_between"
ESTIMATED_CODE = "bill.estimated_reading"
CHOICES = ("enter_reading", "estimate_by_days")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A midnight at which usage is cut."""

    day: date
    """Local day that begins there."""
    at: datetime
    read_at: datetime | None = None
    """Instant of the reading that an issued bill took for it: it is taken again."""
    by_days: bool = False
    """Whether a person chose to divide by days where no reading stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterSlice:
    """What a register counted between two cuts."""

    first_day: date
    last_day: date
    """Included."""
    base_units: int
    """[base unit]"""
    parts: tuple[Counted, ...]
    """One a device; of slices divided by days the parts of their sum."""
    by_days: bool = False
    """Whether the register's difference over several slices was divided by days."""

    @property
    def quality(self) -> Quality:
        """Return the worst quality of its readings; ESTIMATED where it was divided by days."""
        if self.by_days:
            return Quality.ESTIMATED
        return worst_of(
            each.quality for part in self.parts for each in (part.opening, part.closing)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterUsage:
    """What a register counted over some days."""

    slices: tuple[RegisterSlice, ...]
    """In order; none where a finding forbids it."""
    findings: tuple[Finding, ...]

    @property
    def base_units(self) -> int:
        """Return the whole. [base unit]."""
        return sum(each.base_units for each in self.slices)

    @property
    def parts(self) -> list[Counted]:
        """Return what each device counted over the whole, without what is counted twice."""
        parts: list[Counted] = []
        for each in self.slices:
            parts += [part for part in each.parts if part not in parts]
        return parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """The readings of a cut: of the device before it and of the one behind it."""

    cut: Cut
    before: tuple[int, BillingReading]
    """Place of the segment, and its reading."""
    behind: tuple[int, BillingReading]


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What findings name."""

    channel: int
    position: int


def register_usage(
    segments: Sequence[CountingSegment],
    cuts: Sequence[Cut],
    *,
    window: timedelta,
    where: Where,
) -> RegisterUsage:
    """Return what a register counted between cuts.

    Args:
        segments: Of one channel by their start, with the readings near the cuts.
        cuts: At least first and last, in order.
        window: How far from a cut a reading may stand and count for it.
        where: Channel and position of the findings.
    """
    assert len(cuts) > 1, "a span has two ends"
    stands = [stand_at(segments, cut, window) for cut in cuts]
    missing = [
        _missing(cut, cuts, where)
        for cut, stand in zip(cuts, stands, strict=True)
        if stand is None and not (cut.by_days and cut not in (cuts[0], cuts[-1]))
    ]
    if missing:
        return RegisterUsage(slices=(), findings=tuple(missing))
    slices: list[RegisterSlice] = []
    findings: list[Finding] = []
    for between in _between_stands(cuts, stands):
        parts, doubts = _parts(segments, between[0][1], between[-1][1], where)
        findings += doubts
        slices += _divided([cut for cut, _ in between], parts)
    barred = any(each.severity is Severity.DO_NOT_BILL for each in findings)
    findings += _gaps(segments, cuts, where)
    findings += _estimates(slices, where)
    return RegisterUsage(slices=() if barred else tuple(slices), findings=tuple(findings))


def stand_at(segments: Sequence[CountingSegment], cut: Cut, window: timedelta) -> Stand | None:
    """Return the readings that stand for a cut; None where there are none.

    Args:
        segments: Of one channel, by their start.
        cut: The cut.
        window: How far from it a reading may stand.
    """
    if not segments:
        return None
    behind = next(
        (n for n, each in enumerate(segments) if each.end is None or cut.at < each.end), None
    )
    if behind is None:
        return _one(cut, len(segments) - 1, segments[-1].closing)
    if segments[behind].start >= cut.at:
        opening = segments[behind].opening
        if behind == 0 or opening is None:
            return _one(cut, behind, opening)
        closing = segments[behind - 1].closing
        if closing is None:
            return None
        return Stand(cut=cut, before=(behind - 1, closing), behind=(behind, opening))
    return _one(cut, behind, _nearest(segments[behind].standing(), cut, window))


def _one(cut: Cut, place: int, reading: BillingReading | None) -> Stand | None:
    if reading is None:
        return None
    return Stand(cut=cut, before=(place, reading), behind=(place, reading))


def _nearest(
    standing: Sequence[BillingReading], cut: Cut, window: timedelta
) -> BillingReading | None:
    for wanted in (cut.read_at, cut.at):
        for each in standing:
            if each.at == wanted:
                return each
    near = [each for each in standing if abs(each.at - cut.at) <= window]
    read = [each for each in near if each.quality is not Quality.ESTIMATED]
    return min(read or near, key=lambda each: (abs(each.at - cut.at), each.at), default=None)


def _between_stands(
    cuts: Sequence[Cut], stands: Sequence[Stand | None]
) -> Iterator[list[tuple[Cut, Stand | None]]]:
    """Yield the cuts from one at which a reading stands to the next such one."""
    held: list[tuple[Cut, Stand | None]] = []
    for pair in zip(cuts, stands, strict=True):
        held.append(pair)
        if pair[1] is not None and len(held) > 1:
            yield held
            held = [pair]


def _parts(
    segments: Sequence[CountingSegment], first: Stand | None, last: Stand | None, where: Where
) -> tuple[list[Counted], list[Finding]]:
    """Return what each device counted between two stands, and why one cannot be told."""
    assert first is not None, "spans begin where a reading stands"
    assert last is not None, "and end there"
    (begin, opening), (end, closing) = first.behind, last.before
    parts: list[Counted] = []
    findings: list[Finding] = []
    for place in range(begin, end + 1):
        own = segments[place]
        low = opening if place == begin else own.opening
        high = closing if place == end else own.closing
        if low is None or high is None or high.at < low.at:
            at = own.start if low is None else own.end or last.cut.at
            findings.append(_finding(EXCHANGE_CODE, at, at, where, {"serial": own.serial}))
            continue
        found = counted(own, low, high)
        if isinstance(found, Doubt):
            findings.append(_doubted(found, where))
        else:
            parts.append(found)
    return parts, findings


def _gaps(segments: Sequence[CountingSegment], cuts: Sequence[Cut], where: Where) -> list[Finding]:
    """Return a warning a time between two devices in which nothing counted."""
    return [
        _finding(
            GAP_CODE,
            before.end,
            behind.start,
            where,
            {"serial": before.serial, "next_serial": behind.serial},
            Severity.WARN,
        )
        for before, behind in pairwise(segments)
        if before.end is not None
        and before.end < behind.start
        and before.end < cuts[-1].at
        and cuts[0].at < behind.start
    ]


def _divided(cuts: Sequence[Cut], parts: Sequence[Counted]) -> list[RegisterSlice]:
    """Return the slices between cuts: one, or several divided by days, the rest to the largest."""
    total = sum(each.base_units for each in parts)
    spans = [(a.day, b.day) for a, b in pairwise(cuts)]
    days = [(after - first).days for first, after in spans]
    units = largest_remainder(total, days) if len(spans) > 1 else [total]
    return [
        RegisterSlice(
            first_day=first,
            last_day=after - DAY,
            base_units=mine,
            parts=tuple(parts),
            by_days=len(spans) > 1,
        )
        for (first, after), mine in zip(spans, units, strict=True)
    ]


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Divide whole units by weights; the units left go to the largest remainders, in order."""
    whole = sum(weights)
    parts = [divmod(total * weight, whole) for weight in weights]
    units = [part for part, _ in parts]
    order = sorted(range(len(parts)), key=lambda n: (-parts[n][1], n))
    for n in order[: total - sum(units)]:
        units[n] += 1
    return units


def _missing(cut: Cut, cuts: Sequence[Cut], where: Where) -> Finding:
    ends = cut in (cuts[0], cuts[-1])
    code = NO_READING_CODE if ends else NO_READING_AT_CHANGE_CODE
    proof: dict[str, object] = {"day": cut.day.isoformat()}
    proof["choices"] = list(CHOICES[:1] if ends else CHOICES)
    return _finding(code, cut.at, cut.at, where, proof)


def _doubted(doubt: Doubt, where: Where) -> Finding:
    proof = {
        "serial": doubt.opening.serial,
        "before": doubt.opening.count,
        "after": doubt.closing.count,
    }
    return _finding(doubt.code, doubt.opening.at, doubt.closing.at, where, proof)


def _estimates(slices: Sequence[RegisterSlice], where: Where) -> list[Finding]:
    """Return a warning a reading that was estimated."""
    readings = {
        each.at: each
        for one in slices
        for part in one.parts
        for each in (part.opening, part.closing)
        if each.quality is Quality.ESTIMATED
    }
    return [
        _finding(
            ESTIMATED_CODE,
            at,
            at,
            where,
            {"serial": each.serial, "count": each.count},
            Severity.WARN,
        )
        for at, each in sorted(readings.items())
    ]


def _finding(
    code: str,
    start: datetime,
    end: datetime,
    where: Where,
    proof: Mapping[str, object],
    severity: Severity = Severity.DO_NOT_BILL,
) -> Finding:
    return Finding(
        code=code,
        severity=severity,
        channel=where.channel,
        start=start,
        end=end,
        position=where.position,
        proof=proof,
    )


def with_readings(segment: CountingSegment, readings: Sequence[BillingReading]) -> CountingSegment:
    """Return a segment with more of its readings; of one instant the one told first stays."""
    known = {each.at for each in segment.readings}
    more = [each for each in readings if each.at not in known]
    rows = sorted((*segment.readings, *more), key=lambda each: each.at)
    return replace(segment, readings=tuple(rows))
