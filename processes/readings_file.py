"""In: readings as people write them, or a CSV file. Out: instants and counts, and back. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from adapters.number_text import exact_number
from billing.money import exact_text
from energy.base.clock import from_us
from energy.base.text import Told, tell
from energy.base.wall_time import instants_of
from energy.metering.channel import Channel
from energy.metering.correction import MAX_STATED, StatementError

if TYPE_CHECKING:
    from energy.views.readings_told import ReadingRow

IMPORTED = ("point", "quantity", "at", "value")
"""Columns of a file with readings taken from displays."""
MOST_TOLD = 20
"""Most wrong rows of a file that are told at once."""
EXPORTED = (
    "point",
    "quantity",
    "at",
    "learned_at",
    "count",
    "value",
    "unit",
    "quality",
    "position",
    "standing",
    "until_position",
)


def stated_readings(
    words: Iterable[str], channel: Channel, zone: ZoneInfo
) -> list[tuple[datetime, int]]:
    """Return readings given as TIME=VALUE, the value as the display shows it.

    Args:
        words: For example "2019-01-02 10:15=4711.5".
        channel: The channel: its unit and resolution.
        zone: The site's zone: an instant without offset is local.

    Raises:
        StatementError: One is not of that form, or the register cannot show the value.
    """
    readings = []
    for word in words:
        at, equals, value = word.rpartition("=")
        if not equals:
            raise StatementError.of("reading.no_reading", word=word)
        readings.append((instant_of(at, zone), count_of(value, channel)))
    return readings


def instant_of(text: str, zone: ZoneInfo) -> datetime:
    """Return an instant from ISO text; local where it bears no offset.

    Raises:
        StatementError: It is none, or clocks showed it twice or never and no offset is stated.
    """
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise StatementError.of("reading.no_instant", text=text) from None
    if at.tzinfo is not None:
        return at.astimezone(UTC)
    try:
        meant = instants_of(at, zone)
    except OverflowError:
        raise StatementError.of("reading.no_instant", text=text) from None
    if len(meant) == 1:
        return from_us(meant[0])
    if not meant:
        raise StatementError.of("reading.never", text=text.strip(), zone=zone.key)
    first, second = (from_us(each).astimezone(zone).isoformat(" ", "minutes") for each in meant)
    raise StatementError.of("reading.both", text=text.strip(), first=first, second=second)


def count_of(text: str, channel: Channel) -> int:
    """Return the count of a displayed value. [count].

    Raises:
        StatementError: It is no number, or finer than the register's resolution.
    """
    facts = channel.facts
    value = exact_number(text.strip())
    if value is None:
        raise StatementError.of("reading.no_number", text=text)
    count = value / facts.resolution
    if count.denominator != 1:
        step = exact_text(facts.resolution)
        raise StatementError.of(
            "reading.too_fine", text=text.strip(), unit=facts.unit, point=channel.point, step=step
        )
    return int(count)


def read_file(
    text: str, channels: Mapping[tuple[str, str], Channel], zone: ZoneInfo
) -> dict[int, list[tuple[datetime, int]]]:
    """Return the readings of a CSV file by channel number.

    Args:
        text: Columns point, quantity, at, value; the first row names them.
        channels: Channels by point and quantity; the billed one under an empty quantity.
        zone: The site's zone: an instant without offset is local.

    Raises:
        StatementError: The file is not of that form; names every wrong row.
    """
    table = csv.DictReader(io.StringIO(text))
    if table.fieldnames is None:
        raise StatementError.of("reading.file_empty", known=", ".join(IMPORTED))
    missing = {"point", "at", "value"} - set(table.fieldnames)
    if missing:
        raise StatementError.of(
            "reading.file_lacks", missing=", ".join(sorted(missing)), known=", ".join(IMPORTED)
        )
    found: dict[int, list[tuple[datetime, int]]] = {}
    wrong: list[Told] = []
    for number, row in enumerate(table, start=2):
        try:
            if any(row[name] is None for name in ("point", "at", "value")):
                raise StatementError.of("reading.row_short")
            channel = _channel_of(
                row["point"].strip(), (row.get("quantity") or "").strip(), channels
            )
            reading = (instant_of(row["at"], zone), count_of(row["value"], channel))
        except StatementError as error:
            wrong.append(tell("why.reading.row", number=number, error=error))
        else:
            found.setdefault(channel.number, []).append(reading)
    require_none(wrong)
    if not found:
        raise StatementError.of("reading.file_empty", known=", ".join(IMPORTED))
    return found


def require_none(wrong: Sequence[Told]) -> None:
    """Refuse a file of which something is wrong: everything at once, the first of very much.

    Raises:
        StatementError: Something is.
    """
    if wrong:
        rows, more = list(wrong[:MOST_TOLD]), len(wrong) - MOST_TOLD
        if more > 0:
            rows.append(tell("why.reading.rows_more", more=more))
        raise StatementError.of("reading.rows_wrong", number=len(wrong), rows=rows)


def _channel_of(point: str, quantity: str, channels: Mapping[tuple[str, str], Channel]) -> Channel:
    """Return the channel of a row.

    Raises:
        StatementError: There is no such point, or it has no such quantity.
    """
    found = channels.get((point, quantity))
    if found is not None:
        return found
    known = sorted(name for at, name in channels if at == point and name)
    if not known:
        raise StatementError.of("reading.row_point", point=point)
    names = ", ".join(known)
    raise StatementError.of("reading.row_quantity", point=point, quantity=quantity, known=names)


def written_readings(rows: Iterable[tuple[str, str, datetime, str]]) -> str:
    """Return readings from displays as the text of a file that `read_file` takes.

    Args:
        rows: Point, quantity, instant (aware) and value as the display showed it.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(IMPORTED)
    for point, quantity, at, value in rows:
        writer.writerow((point, quantity, at.isoformat(), value))
    return out.getvalue()


def chunks(readings: Sequence[tuple[datetime, int]]) -> Iterator[list[tuple[datetime, int]]]:
    """Yield as many readings as one statement may hold, by instant."""
    ordered = sorted(readings)
    for start in range(0, len(ordered), MAX_STATED):
        yield ordered[start : start + MAX_STATED]


def write_file(rows: Sequence[ReadingRow]) -> str:
    """Return readings as CSV: exact values, ISO instants in UTC."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(EXPORTED)
    for row in rows:
        writer.writerow(
            (
                row.point,
                row.quantity,
                row.at.isoformat(),
                "" if row.learned_at is None else row.learned_at.isoformat(),
                row.count,
                exact_text(row.value),
                row.unit,
                row.quality.name.lower(),
                row.position,
                row.standing.value,
                "" if row.until_position is None else row.until_position,
            )
        )
    return out.getvalue()
