"""In: a pack's file. Out: what a laptop knows of its site. I/O: reads one file.

Points, places, channels with their meters' whole history, last readings, the plan of the buses,
own profiles, and the channel numbers that new points of this laptop take.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from energy.base.clock import from_us, to_us
from energy.metering.channel import Channel, facts_from_json, facts_to_json
from energy.views.point_values import PlaceRow, PointRow
from processes.collector_plan import CollectPlan, plan_from_fields
from processes.laptop_file import FileKind, as_known, read_value

StoredRow = tuple[int, str, str]
"""Version, topic and state of a stored event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaptopSite:
    """The site of a pack."""

    key: str
    name: str
    zone: ZoneInfo
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Channel numbers that are this laptop's own."""

    first: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What a laptop knows of its site."""

    id: UUID
    site: LaptopSite
    made_at: datetime
    made_for: str
    """Who takes it along: a name."""
    key: bytes
    """Seals what the laptop sends."""
    position: int
    """Head of the metering journal when it was made."""
    numbers: Numbers
    points: tuple[PointRow, ...]
    places: tuple[PlaceRow, ...]
    channels: tuple[Channel, ...]
    newest: Mapping[int, tuple[datetime, int]]
    month: Mapping[int, tuple[datetime, int]]
    """First reading of the last month by channel: what a usual use is. [count]"""
    locations: Mapping[str, str]
    plan: CollectPlan
    persons: tuple[str, ...]
    """Sign-ins of the technicians."""
    streams: Mapping[UUID, tuple[StoredRow, ...]]
    """Events of meters, papers and the register of channels."""
    files: Mapping[str, str]
    """Own profiles and mappings: text by path below the home."""
    person: UUID | None = None
    """Whose it is: who signs in when its bundle is brought in. None of packs made before."""


def load_pack(path: Path) -> Pack:
    """Return the pack in a file.

    Raises:
        LaptopFileError: It is none, or damaged.
    """
    value = read_value(path, FileKind.PACK)
    with as_known(path):
        return _pack(value)


def pack_fields(pack: Pack) -> dict[str, Any]:
    """Return a pack as JSON has it."""
    return {
        "id": str(pack.id),
        "site": {**asdict(pack.site), "zone": pack.site.zone.key},
        "made_at": pack.made_at.isoformat(),
        "made_for": pack.made_for,
        "key": pack.key.hex(),
        "position": pack.position,
        "numbers": asdict(pack.numbers),
        "points": [_point_fields(row) for row in pack.points],
        "places": [asdict(row) for row in pack.places],
        "newest": _counts(pack.newest),
        "month": _counts(pack.month),
        "locations": dict(pack.locations),
        "plan": asdict(pack.plan),
        "persons": list(pack.persons),
        "channels": [_channel_fields(channel) for channel in pack.channels],
        "streams": {str(stream): list(rows) for stream, rows in pack.streams.items()},
        "files": dict(pack.files),
        "person": "" if pack.person is None else str(pack.person),
    }


def own_file(name: str) -> bool:
    """Return whether a pack may bring a file: a profile or a mapping, whatever the system."""
    path = PurePosixPath(name)
    strange = {"..", "."} & set(path.parts) or set(name) & set("\\:")
    own = path.parts[:1] in {("profiles",), ("mappings",)}
    return not strange and own and path.suffix == ".toml"


def _pack(value: dict[str, Any]) -> Pack:
    site = value["site"]
    return Pack(
        id=UUID(value["id"]),
        site=LaptopSite(**{**site, "zone": ZoneInfo(site["zone"])}),
        made_at=datetime.fromisoformat(value["made_at"]),
        made_for=value["made_for"],
        key=bytes.fromhex(value["key"]),
        position=value["position"],
        numbers=Numbers(**value["numbers"]),
        points=tuple(_point(row) for row in value["points"]),
        places=tuple(PlaceRow(**row) for row in value["places"]),
        channels=tuple(facts_from_json(row["point"], row["facts"]) for row in value["channels"]),
        newest=_instants(value["newest"]),
        month=_instants(value["month"]),
        locations=value["locations"],
        plan=plan_from_fields(value["plan"]),
        persons=tuple(value["persons"]),
        streams={
            UUID(stream): tuple((v, topic, state) for v, topic, state in rows)
            for stream, rows in value["streams"].items()
        },
        files=value["files"],
        person=UUID(value["person"]) if value.get("person") else None,
    )


def _point_fields(row: PointRow) -> dict[str, Any]:
    fields = asdict(row)
    for key in ("commissioned_at", "retired_at"):
        fields[key] = fields[key].isoformat() if fields[key] is not None else None
    return fields


def _point(fields: dict[str, Any]) -> PointRow:
    for key in ("commissioned_at", "retired_at"):
        fields[key] = datetime.fromisoformat(fields[key]) if fields[key] is not None else None
    return PointRow(**fields)


def _channel_fields(channel: Channel) -> dict[str, Any]:
    return {"point": channel.point, "facts": facts_to_json(channel)}


def _counts(rows: Mapping[int, tuple[datetime, int]]) -> dict[str, list[int]]:
    return {str(number): [to_us(at), count] for number, (at, count) in rows.items()}


def _instants(rows: Mapping[str, list[int]]) -> dict[int, tuple[datetime, int]]:
    return {int(number): (from_us(at_us), count) for number, (at_us, count) in rows.items()}
