"""In: a point, an instant. Out: its formula, its versions, how a value comes about. I/O: reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from energy.base.errors import RefusedError, UnknownMeterError
from energy.base.period import day_period, local_day
from energy.base.units import Utility
from energy.metering.channel import Channel
from energy.metering.formula.version import FormulaVersion, in_force
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.formula.explain import Step, around, explained
from energy.views.formula.rows import Connection, formula_channels, formula_versions
from energy.views.formula.usage import Asked, formula_pieces
from energy.views.point_rows import channels_of
from energy.views.readings_told import position_when
from energy.views.registry import load_channels


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaRow:
    """A formula as it holds on a day."""

    point: str
    channel: int
    quantity: str
    utility: Utility | None
    unit: str
    billing: bool
    version: int
    valid_from: date
    text: str | None
    """None where it is retired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaShown:
    """A formula with its versions and what it rests on."""

    row: FormulaRow
    versions: tuple[FormulaVersion, ...]
    """In the order in which they were told."""
    inputs: tuple[str, ...]
    """Keys of the channels it rests on today, by number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """How a value of a formula comes about."""

    point: str
    start: datetime
    """Aware, in the site's zone."""
    end: datetime
    """Aware, in the site's zone."""
    as_of: int | None
    """Metering position; None for now."""
    steps: tuple[Step, ...]


def list_formulas(database: Database, site: Site, day: date) -> list[FormulaRow]:
    """Return every formula as it holds on a local day, by point.

    Args:
        database: Any pool that may read.
        site: The site.
        day: The local day; before its first version a formula is told as that will hold.
    """
    with database.connection() as connection:
        versions = formula_versions(connection, site.schema)
        channels = load_channels(connection, site.schema, only=list(versions))
    rows = [_row(channels[number], own, day) for number, own in versions.items()]
    return sorted(rows, key=lambda row: row.point)


def show_formula(database: Database, site: Site, point: str, day: date) -> FormulaShown:
    """Return a formula with its versions.

    Args:
        database: Any pool that may read.
        site: The site.
        point: Its point.
        day: Today, local.

    Raises:
        UnknownMeterError: There is no such point.
        RefusedError: It has no formula.
    """
    with database.connection() as connection:
        channel = _channel(connection, site, point)
        versions = formula_versions(connection, site.schema, channels=[channel.number])
        asked = Asked(
            connection=connection,
            schema=site.schema,
            zone=site.zone,
            period=day_period(day, site.zone),
        )
        inputs = {
            n: i for piece in formula_pieces(asked, [channel]) for n, i in piece.inputs.items()
        }
    own = versions[channel.number]
    return FormulaShown(
        row=_row(channel, own, day),
        versions=tuple(own),
        inputs=tuple(inputs[number].channel.key for number in sorted(inputs)),
    )


def explain_formula(
    database: Database,
    site: Site,
    point: str,
    at: datetime,
    *,
    day: bool = False,
    as_of: str | None = None,
) -> Explained:
    """Return how the value of a formula comes about.

    Args:
        database: Any pool that may read.
        site: The site.
        point: Its point.
        at: An instant of the interval asked for, aware.
        day: The whole local day instead of one interval.
        as_of: Position, instant or mark; None for now.

    Raises:
        UnknownMeterError: There is no such point.
        RefusedError: It has no formula.
        UnknownKnowledgeError: Nothing is known at `as_of`.
    """
    with database.connection() as connection:
        channel = _channel(connection, site, point)
        position = position_when(connection, site, as_of)
        whole = day_period(local_day(at, site.zone), site.zone)
        asked = Asked(
            connection=connection,
            schema=site.schema,
            zone=site.zone,
            period=whole if day else around(at, channel, site.zone),
            as_of=position,
        )
        steps = explained(asked, channel)
    return Explained(
        point=point,
        start=asked.period.start.astimezone(site.zone),
        end=asked.period.end.astimezone(site.zone),
        as_of=asked.as_of,
        steps=tuple(steps),
    )


def digits_of(value: Fraction | None, places: int = 6) -> str | None:
    """Return a value for a screen: exact where its digits end early, else rounded half up.

    Args:
        value: The value.
        places: Most digits behind the point.
    """
    if value is None:
        return None
    scaled = value * 10**places
    whole = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    text = f"{whole:0{places + 1}d}"
    shown = f"{text[:-places]}.{text[-places:]}".rstrip("0").rstrip(".")
    return f"-{shown}" if value < 0 and whole else shown


def _channel(connection: Connection, site: Site, point: str) -> Channel:
    number = formula_channels(connection, site.schema).get(point)
    if number is not None:
        return load_channels(connection, site.schema, only=[number])[number]
    if not channels_of(connection, site.schema, point):
        raise UnknownMeterError(point)
    raise RefusedError.of("formula.none", point=point)


def _row(channel: Channel, versions: Sequence[FormulaVersion], day: date) -> FormulaRow:
    held = in_force(versions, day) or min(versions, key=lambda each: each.valid_from)
    facts = channel.facts
    return FormulaRow(
        point=channel.point,
        channel=channel.number,
        quantity=facts.quantity,
        utility=facts.utility,
        unit=facts.unit,
        billing=facts.billing,
        version=held.version,
        valid_from=held.valid_from,
        text=held.text,
    )
