"""In: a site in the database. Out: a pack for a laptop. I/O: reads, one reservation of numbers.

A pack reserves channel numbers in the journal: what the laptop reads at new points bears numbers
that nobody else gives out, so that its readings need no second numbering.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from energy.base.ids import id_of
from energy.journal.people_rows import all_people
from energy.journal.streams import stored_streams
from energy.metering.meter import meter_id
from energy.metering.meter_papers import papers_id
from energy.metering.plant import ChannelRegister
from energy.views.point_values import PlaceRow, PointRow
from processes.collector_plan import with_overrides
from processes.laptop_errors import LaptopError
from processes.laptop_pack import LaptopSite, Numbers, Pack, load_pack
from processes.technician_site import SiteDesk

MONTH = timedelta(days=31)
NUMBERS = 500
"""Channel numbers of one pack: some fifty new meters."""


class PackError(LaptopError):
    """A pack cannot be made so."""

    code = "laptop.pack"


def require_own(path: Path, site: str, person: UUID, name: str) -> None:
    """Refuse to write over anything but an older pack of the same person for the same site.

    Args:
        path: Where a pack shall be written.
        site: Key of the site.
        person: Whose pack it will be.
        name: Theirs.

    Raises:
        PackError: Another pack, or something else, lies there.
    """
    if not path.exists():
        return
    try:
        there = load_pack(path)
    except LaptopError:
        raise PackError.of("out_there", path=path, name=name) from None
    if there.site.key != site or there.person != person:
        raise PackError.of("out_of_another", path=path, who=there.made_for, site=there.site.key)


def make_pack(
    desk: SiteDesk,
    *,
    made_for: str,
    places: Sequence[str] = (),
    numbers: int = NUMBERS,
    person: UUID | None = None,
) -> Pack:
    """Return what a technician takes along, and reserve its channel numbers.

    Args:
        desk: The site.
        made_for: Who takes it along, in words; one pack for one laptop.
        places: Only what lies in these places; all when empty. Every point is known by its
            serial and address all the same.
        numbers: Channel numbers to reserve.
        person: Whose it is: who signs in when its bundle is brought in.

    Raises:
        PackError: A place is unknown.
    """
    desk.ready()
    pack, site, now = uuid4(), desk.site, desk.clock.now()
    points, tree = desk.points(), desk.places()
    chosen = _chosen(points, tree, places)
    channels = tuple(channel for channel in desk.channels() if channel.point in chosen)
    wanted = [channel.number for channel in channels]
    streams = [of(site.key, point) for point in sorted(chosen) for of in (meter_id, papers_id)]
    with desk.database.connection() as connection:
        stored = stored_streams(connection, site.schema, "metering", streams)
    people = all_people(desk.database, desk.system.vault)
    return Pack(
        id=pack,
        site=LaptopSite(key=site.key, name=site.name, zone=site.zone, language=site.language),
        made_at=now,
        made_for=made_for,
        person=person,
        key=key_of(desk, pack, person),
        numbers=_reserved(desk, pack, numbers),
        position=desk.metering.position(),
        points=tuple(points),
        places=tuple(tree),
        channels=channels,
        newest=desk.newest(wanted),
        month=desk.first_since(wanted, now - MONTH),
        locations=desk.locations(sorted(chosen)),
        plan=with_overrides(desk.plan(), desk.environment),
        persons=tuple(p.sign_in for p in people if not p.disabled),
        streams=stored,
        files=_own_files(desk.system.config.data_dir),
    )


def key_of(desk: SiteDesk, pack: UUID, person: UUID | None) -> bytes:
    """Return the key with which a pack's laptop seals what it sends. [32 bytes].

    It follows from the master key: the server keeps nothing, and knows it again. A bundle that
    names another person than its pack does has another key.
    """
    whose = "" if person is None else f" {person}"
    root = desk.system.vault.digest(f"laptop pack {desk.site.key} {pack}{whose}")
    return hmac.new(root, b"laptop pack", hashlib.sha256).digest()


def reserved(desk: SiteDesk, pack: UUID) -> Numbers | None:
    """Return the channel numbers that a pack took; None when the journal knows no such pack."""
    register = id_of("channel_register", desk.site.key)
    for event in desk.metering.events.get(register):
        if isinstance(event, ChannelRegister.Numbered) and event.point == _name(pack):
            return Numbers(first=event.first, count=event.count)
    return None


def _reserved(desk: SiteDesk, pack: UUID, count: int) -> Numbers:
    first, register = desk.number(_name(pack), count, pack)
    assert register is not None, "the server's desk numbers by the register"
    desk.store(register)
    return Numbers(first=first, count=count)


def _name(pack: UUID) -> str:
    return f"pack {pack}"


def _chosen(
    points: Sequence[PointRow], tree: Sequence[PlaceRow], wanted: Collection[str]
) -> set[str]:
    parents = {place.key: place.parent for place in tree}
    unknown = sorted(set(wanted) - set(parents))
    if unknown:
        raise PackError.of("no_place", place=unknown[0])
    if not wanted:
        return {row.point for row in points}
    return {row.point for row in points if _within(row.place, parents, wanted)}


def _within(key: str, parents: dict[str, str | None], wanted: Collection[str]) -> bool:
    at: str | None = key
    while at is not None:
        if at in wanted:
            return True
        at = parents.get(at)
    return False


def _own_files(data_dir: Path) -> dict[str, str]:
    """Return the site's own profiles and mappings: text by path below the data directory."""
    found = {}
    for folder in ("profiles", "mappings"):
        for path in sorted((data_dir / folder).rglob("*.toml")):
            found[path.relative_to(data_dir).as_posix()] = path.read_text("utf-8")
    return found
