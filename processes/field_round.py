"""In: the meters of a site. Out: a reading round as a page for a phone, or as sheets. I/O: reads.

A round takes the way through the place tree. Limits are a look, not a law: from the last reading
to three times the usage of the last month; a doubtful value is read twice, never refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from adapters.files.round_page import round_page
from billing.documents.field_paper import Paper, render_paper
from billing.money import exact_text
from energy.base.text import catalogue, t
from energy.metering.channel import Channel, Kind
from energy.metering.display_look import MONTH, SLACK, believed_per_hour
from energy.metering.meter_papers import MeterPapers, papers_id
from energy.views.point_values import PlaceRow, PointRow
from processes.technician_desk import FieldDesk
from processes.technician_values import FieldRefusedError

_TEXTS = (
    "reader",
    "how",
    "download",
    "copy",
    "show",
    "code",
    "one_code",
    "code_next",
    "code_back",
    "text",
    "serial",
    "last",
    "no_last",
    "note",
    "confirm",
    "no_number",
    "too_fine",
    "below",
    "above",
    "progress",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One meter of a round."""

    number: int
    key: str
    point: str
    quantity: str
    quantity_text: str
    name: str
    where: str
    """Place and location."""
    serial: str
    unit: str
    digits: int | None
    """Digits behind the point that the register has; None where the display is free."""
    last: str | None
    """Last value as the display should have shown it. [unit]"""
    last_at: str | None
    last_text: str
    per_hour: str | None
    """Most that is believed in an hour. [unit / h]"""
    slack: str
    """Difference that is no news. [unit]"""
    boxes: int
    """Digits before the point on a printed sheet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A way along some meters."""

    site: str
    round: str
    title: str
    language: str
    made_at: datetime
    stops: tuple[Stop, ...]

    def page(self) -> str:
        """Return the round as one HTML file."""
        texts = {key: self.text(key, raw=True) for key in _TEXTS}
        content = {
            "site": self.site,
            "round": self.round,
            "title": self.title,
            "texts": texts,
            "stops": [asdict(stop) for stop in self.stops],
        }
        return round_page(content, title=self.title, language=self.language)

    def sheets(self) -> bytes:
        """Return the round as PDF with boxes for the digits.

        Raises:
            DocumentError: It cannot be set.
        """
        keys = ("number", "meter", "last_reading", "reading", "time", "remark")
        page: Mapping[str, Any] = {
            "language": self.language,
            "title": self.title,
            "round": self.round,
            "reader": self.text("reader"),
            "date": self.text("date"),
            "signature": self.text("signature"),
            "how": self.text("how_sheet"),
            "head": [self.text(f"head.{key}") for key in keys],
            "serial": self.text("serial", raw=True),
            "page": self.text("page", raw=True),
            "stops": [asdict(stop) for stop in self.stops],
        }
        return render_paper(Paper.ROUND, page, dated=self.made_at)

    def text(self, key: str, *, raw: bool = False) -> str:
        """Return a text of the round; a raw one keeps its placeholders for the page."""
        text = t(self.language, f"field_round.{key}")
        return text if raw else text.replace("{site}", self.site)


def build_round(
    desk: FieldDesk, *, places_wanted: Sequence[str], points_wanted: Sequence[str], language: str
) -> Round:
    """Return a round along the meters at work.

    Args:
        desk: The site.
        places_wanted: Keys of places, with all that lies in them; none for the whole site.
        points_wanted: Only these points; none for all.
        language: "en" or "zh".

    Raises:
        FieldRefusedError: A place or a point is unknown, or no meter lies on the way.
    """
    desk.ready()
    tree = desk.places()
    served = _chosen(desk.points(), tree, places_wanted, points_wanted)
    if not served:
        raise FieldRefusedError.of("round.no_meter")
    now = desk.clock.now()
    stops = _stops(desk, served, tree, language, now)
    local = now.astimezone(desk.site.zone)
    return Round(
        site=desk.site.key,
        round=f"{desk.site.key}-{now:%Y%m%dT%H%M%SZ}",
        title=t(language, "field_round.title", site=desk.site.name, day=f"{local:%Y-%m-%d}"),
        language=language,
        made_at=now,
        stops=tuple(stops),
    )


def _chosen(
    every: Sequence[PointRow],
    tree: Sequence[PlaceRow],
    places_wanted: Sequence[str],
    points_wanted: Sequence[str],
) -> list[PointRow]:
    """Return the points at work on the way, in the order of the place tree."""
    order = _walk(tree)
    for place in places_wanted:
        if place not in order:
            raise FieldRefusedError.of("round.no_place", place=place)
    known = {row.point for row in every if row.served}
    for point in points_wanted:
        if point not in known:
            raise FieldRefusedError.of("round.no_point", point=point)
    parents = {place.key: place.parent for place in tree}
    inside = {key for key in order if _within(key, parents, set(places_wanted))}
    rows = [
        row
        for row in every
        if row.served
        and (not places_wanted or row.place in inside)
        and (not points_wanted or row.point in points_wanted)
    ]
    return sorted(rows, key=lambda row: (order.get(row.place, len(order)), row.point))


def _walk(tree: Sequence[PlaceRow]) -> dict[str, int]:
    """Return the place of each key on the way through the tree."""
    children: dict[str | None, list[str]] = {}
    for place in tree:
        children.setdefault(place.parent, []).append(place.key)
    order: dict[str, int] = {}
    waiting = list(reversed(children.get(None, [])))
    while waiting:
        key = waiting.pop()
        order[key] = len(order)
        waiting += reversed(children.get(key, []))
    return order


def _within(key: str, parents: Mapping[str, str | None], wanted: set[str]) -> bool:
    at: str | None = key
    while at is not None:
        if at in wanted:
            return True
        at = parents.get(at)
    return False


def _stops(
    desk: FieldDesk,
    served: Sequence[PointRow],
    tree: Sequence[PlaceRow],
    language: str,
    now: datetime,
) -> list[Stop]:
    names, every = {place.key: place.name for place in tree}, desk.channels()
    channels = {row.point: channel for row in served if (channel := _billed(every, row.point))}
    numbers = [channel.number for channel in channels.values()]
    newest = desk.newest(numbers)
    oldest = desk.first_since(numbers, now - MONTH)
    locations = desk.locations([row.point for row in served])
    stops: list[Stop] = []
    for row in served:
        channel = channels.get(row.point)
        if channel is None:
            continue  # gauges only: nothing to read
        where = " · ".join(filter(None, (names.get(row.place, row.place), locations[row.point])))
        stops.append(
            _stop(
                len(stops) + 1,
                row,
                channel,
                where=where,
                papers=_papers(desk, row),
                newest=newest.get(channel.number),
                oldest=oldest.get(channel.number),
                language=language,
                zone_of=desk,
            )
        )
    return stops


def _stop(
    number: int,
    row: PointRow,
    channel: Channel,
    *,
    where: str,
    papers: MeterPapers | None,
    newest: tuple[datetime, int] | None,
    oldest: tuple[datetime, int] | None,
    language: str,
    zone_of: FieldDesk,
) -> Stop:
    facts = channel.facts
    digits = len(exact_text(facts.resolution).partition(".")[2])
    key = f"quantity.{facts.quantity}"
    last, last_at, last_text, per_hour = None, None, "", None
    value = Fraction(0)
    if newest is not None:
        value = newest[1] * facts.resolution
        if papers is not None:
            shown = papers.display_at(
                str(row.serial), newest[1], resolution=facts.resolution, modulus=facts.modulus
            )
            value = value if shown is None else shown
        last, last_at = exact_text(value, least_digits=digits), newest[0].isoformat()
        last_text = f"{newest[0].astimezone(zone_of.site.zone):%Y-%m-%d %H:%M}"
        per_hour = _per_hour(newest, oldest, facts.resolution)
    return Stop(
        number=number,
        key=f"{row.point}/{facts.quantity}",
        point=row.point,
        quantity=facts.quantity,
        quantity_text=t(language, key) if key in catalogue() else facts.quantity,
        name=f"{row.name} ({row.point})" if row.name != row.point else row.point,
        where=where,
        serial=str(row.serial),
        unit=facts.unit,
        digits=digits if papers is None else None,
        last=last,
        last_at=last_at,
        last_text=last_text,
        per_hour=per_hour,
        slack=exact_text(SLACK * facts.resolution),
        boxes=max(6, len(str(int(abs(value))))),
    )


def _per_hour(
    newest: tuple[datetime, int], oldest: tuple[datetime, int] | None, resolution: Fraction
) -> str | None:
    """Return the most that is believed in an hour, from what the last month used. [unit / h]."""
    most = believed_per_hour(newest, oldest)
    if most is None:
        return None
    return f"{float(most * resolution):.6f}"  # for the eye of the phone only


def _papers(desk: FieldDesk, row: PointRow) -> MeterPapers | None:
    """Return the papers of a pulse meter whose display was anchored; None of every other."""
    if "device" not in row.address:
        return None
    papers: MeterPapers | None = desk.metering.find(papers_id(desk.site.key, row.point))
    return papers if papers is not None and str(row.serial) in papers.offsets else None


def _billed(every: Any, point: str) -> Channel | None:
    """Return the counter of a point that is read: the billed one, else the first."""
    counters = [c for c in every if c.point == point and c.facts.kind is Kind.COUNTER]
    return next((c for c in counters if c.facts.billing), counters[0] if counters else None)
