"""In: a round of the plan, what a phone brought back. Out: its page, its entries. Pure.

The page is that of reading rounds (adapters/files/round.html): one file that a phone opens without
network, and whose result comes back as a file or as codes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.files.round_page import round_page
from adapters.files.round_result import PATROL_FORMAT, RoundResult
from dashboards.patrol_sheet import said_limits, said_value
from energy.base.text import t
from energy.service.rounds.bringing import Brought
from energy.service.rounds.errors import PatrolError
from energy.service.rounds.items import LogItem, LogKind, Stop
from energy.service.rounds.plans import Asked
from energy.service.rounds.reads import ValueRow
from energy.store.sites import Site

_SHARED = (
    *("download", "copy", "show", "code", "one_code", "code_next", "code_back", "text", "reader"),
    *("confirm", "no_last", "last", "progress"),
)
_OWN = ("how", "note", "no_number", "outside", "limits")
_DUE = "%Y%m%dT%H%M%SZ"
_NAMED = re.compile(r"([^.]+)\.([^.]+)(?:\.v([0-9]{1,6}))?")
Last = Mapping[tuple[str, str], ValueRow]
"""What was read last, by stop and value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A round as it is taken along."""

    name: str
    page: str
    values: int


def pack_of(site: Site, asked: Asked, last: Last, language: str) -> Pack:
    """Return the page of a round.

    Args:
        site: The site.
        asked: The round, and when it is due.
        last: What was read last.
        language: "en" or "zh".
    """
    local = asked.due_at.astimezone(site.zone)
    title = t(
        language,
        "patrol_page.title",
        name=asked.spec.name[language],
        due=f"{local:%Y-%m-%d %H:%M}",
        version=asked.version,
    )
    texts = {key: t(language, f"field_round.{key}") for key in _SHARED}
    texts |= {key: t(language, f"patrol_page.{key}") for key in _OWN}
    stops = [(stop, item) for stop in asked.spec.stops for item in stop.items]
    name = f"{asked.spec.key}.{asked.due_at:{_DUE}}"
    packed = f"{name}.v{asked.version}"
    content = {
        "format": PATROL_FORMAT,
        "site": site.key,
        "round": packed,
        "title": title,
        "texts": texts,
        "stops": [
            _field(number, stop, item, last.get((stop.key, item.key)), site, language)
            for number, (stop, item) in enumerate(stops, 1)
        ],
    }
    page = round_page(content, title=title, language=language)
    return Pack(name=f"patrol-{name}.html", page=page, values=len(stops))


def _field(
    number: int, stop: Stop, item: LogItem, last: ValueRow | None, site: Site, language: str
) -> dict[str, object]:
    """Return a log value as the page reads it."""
    chosen = item.kind is not LogKind.NUMBER
    read_at = None if last is None else last.read_at.astimezone(site.zone)
    return {
        "number": number,
        "key": f"{stop.key}/{item.key}",
        "point": stop.key,
        "quantity": item.key,
        "quantity_text": item.name[language],
        "name": stop.name[language],
        "where": stop.equipment or stop.spot.place or stop.spot.point,
        "serial": "",
        "unit": item.unit,
        "last": None if last is None else said_value(item, last.said, language),
        "last_text": "" if read_at is None else f"{read_at:%Y-%m-%d %H:%M}",
        "kind": str(item.kind),
        "choices": [[each, said_value(item, each, language)] for each in item.known]
        if chosen
        else None,
        "good": list(item.good),
        "low": item.low,
        "high": item.high,
        "limits": f"{said_limits(item, language)} {item.unit}".strip(),
    }


def round_meant(site: Site, result: RoundResult) -> tuple[str, datetime, int | None]:
    """Return key, due instant and version of the plan of the round that a result is of.

    A page of before it named its version has none.

    Raises:
        PatrolError: It is of another site, or names no round.
    """
    if result.site != site.key:
        raise PatrolError.of("other_site", other=result.site[:40], site=site.key)
    found = _NAMED.fullmatch(result.round)
    key, due, version = found.groups() if found else ("", "", None)
    try:
        due_at = datetime.strptime(due, _DUE).replace(tzinfo=UTC)
    except ValueError as error:
        raise PatrolError.of("no_pack", round=result.round[:60]) from error
    return key, due_at, None if version is None else int(version)


def entries_of(result: RoundResult) -> list[Brought]:
    """Return what was read, and for each stop the notes where nothing was."""
    read = [
        Brought(
            stop=each.point,
            value=each.quantity,
            said=each.value,
            read_at=each.at,
            note=each.note,
        )
        for each in result.entries
        if each.value is not None
    ]
    notes: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for each in result.entries:
        if each.value is None:
            notes[each.point].append((each.at, each.note))
    unread = [
        Brought(
            stop=stop,
            value="",
            said=None,
            read_at=max(at for at, _ in told),
            note="; ".join(dict.fromkeys(note for _, note in told)),
        )
        for stop, told in notes.items()
    ]
    return [*read, *unread]
