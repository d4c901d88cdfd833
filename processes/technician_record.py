"""In: what was found and done at a meter. Out: events, a first reading, sealed names. I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from energy.base.clock import to_us
from energy.base.ids import id_of
from energy.metering.codec import ZERO_HASH, batch_hash, encode
from energy.metering.reading import Reading, ReadingColumns, SpooledBatch
from processes.technician_checks import Check
from processes.technician_values import Remarks, Witnesses

if TYPE_CHECKING:  # the laptop has no database: these name what the server's desk passes in
    from energy.base.secrets import PersonVault
    from energy.store.sites import Site
    from energy.system import System
    from processes.technician_desk import FieldDesk


def first_batch(source: str, at: datetime, counts: Mapping[int, int], stream: UUID) -> SpooledBatch:
    """Return the technician's reading as a batch: a source epoch of its own.

    Args:
        source: Source of the device.
        at: Instant of the reading.
        counts: By channel number. [count]
        stream: The source epoch: fresh, or of the command that is given again.
    """
    columns = ReadingColumns.of(
        Reading(channel=number, at=at, count=count) for number, count in sorted(counts.items())
    )
    payload = encode(columns)
    own_hash = batch_hash(
        previous_hash=ZERO_HASH, stream=stream, sequence=1, source=source, payload=payload
    )
    return SpooledBatch(
        stream=stream,
        sequence=1,
        source=source,
        count=len(columns),
        first_us=to_us(at),
        last_us=to_us(at),
        payload=payload,
        previous_hash=ZERO_HASH,
        own_hash=own_hash,
    )


def record_of(
    desk: FieldDesk, remarks: Remarks, checks: Sequence[Check], origin: str
) -> dict[str, object]:
    """Return the record of an act: what was checked, by whom, which seals; its photos are kept.

    Args:
        desk: Seals the names and keeps the photos.
        remarks: What was said and photographed.
        checks: What was checked.
        origin: The command.
    """
    record: dict[str, object] = {
        "origin": origin,
        "checks": [_recorded(check) for check in checks],
        **desk.sealed(remarks.people),
    }
    record |= remarks.found
    if remarks.seals:
        record["seal"] = ", ".join(remarks.seals)
    for key in ("note", "location", "side"):
        if getattr(remarks, key):
            record[key] = getattr(remarks, key)
    if remarks.photos:
        record["photos"] = desk.keep(remarks.photos)
    return record


def _recorded(check: Check) -> dict[str, object]:
    """Return a check as the journal keeps it: in English, and how to tell it otherwise."""
    kept: dict[str, object] = {
        "name": check.name,
        "outcome": check.outcome.value,
        "text": check.text,
    }
    if check.code:
        kept |= {"title": check.title, "code": check.code, "values": dict(check.values)}
        kept |= {"of_old": True} if check.of_old else {}
    return kept


def sealed_names(system: System, site: Site, people: Witnesses) -> dict[str, dict[str, str]]:
    """Return who was there as a record holds it: sealed under the person's own key, by role.

    Args:
        system: Its vault seals the names.
        site: Names that sign in nowhere belong to it.
        people: Who was there.
    """
    roles = {"technician": people.technician, "witness": people.witness}
    sealed = {}
    for role, name in roles.items():
        if name.strip():
            person = _person(system, site, name.strip())
            sealed[role] = {"person": str(person), "name_sealed": system.vault.seal(person, name)}
    return sealed


def signed_by(vault: PersonVault, record: Mapping[str, Any], role: str) -> str:
    """Return the name of who was there in a role, "" where none is said or it is erased.

    Args:
        vault: Opens sealed names.
        record: Of an act.
        role: "technician" or "witness".
    """
    sealed = record.get(role)
    if not isinstance(sealed, Mapping):
        return ""
    return vault.open(UUID(sealed["person"]), sealed["name_sealed"]) or ""


def _person(system: System, site: Site, name: str) -> UUID:
    """Return the id of a person: of the directory's where the name signs in, else of the name.

    The name goes through the vault's keyed digest: nobody without the master key can guess it.
    """
    known = system.people.by_sign_in(name)
    if known is not None:
        return known.person
    return id_of("field person", site.key, system.vault.digest(name).hex())
