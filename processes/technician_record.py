"""In: what was found and done at a meter. Out: events, a first reading, sealed names. I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from energy.base.aggregate import JournalAggregate
from energy.base.clock import to_us
from energy.base.errors import ConflictError
from energy.base.ids import id_of
from energy.base.secrets import PersonVault
from energy.journal.application import JournalApplication
from energy.metering.codec import ZERO_HASH, batch_hash, encode
from energy.metering.meter import Meter
from energy.metering.plant import ChannelRegister
from energy.metering.reading import Reading, ReadingColumns, SpooledBatch
from energy.store.errors import DATABASE_AWAY
from energy.store.sites import Site
from energy.system import System
from processes.field_documents import keep_documents
from processes.technician_checks import Check
from processes.technician_values import Remarks, Witnesses


def store_meter(
    metering: JournalApplication,
    meter: Meter,
    register: ChannelRegister | None,
    *papers: JournalAggregate,
) -> int:
    """Store a meter's new events, with the numbers it was given, in one transaction.

    An unknown commit is settled by the command id: what the journal holds is not stored again.

    Args:
        metering: The site's journal of meters.
        meter: With new events.
        register: Of the numbers it was given; None when it was planned before.
        papers: What is to be stored with it.

    Returns:
        The last position.

    Raises:
        ConflictError: Somebody else changed the point or took the numbers first.
    """
    aggregates = [*([register] if register is not None else []), meter, *papers]
    try:
        return metering.store(*aggregates)
    except (ConflictError, *DATABASE_AWAY):
        known: Meter | None = metering.find(meter.id)
        if known is None or not known.commands >= meter.commands:
            raise
        return metering.position()


def first_batch(source: str, at: datetime, counts: Mapping[int, int]) -> SpooledBatch:
    """Return the technician's reading as a batch: a source epoch of its own.

    Args:
        source: Source of the device.
        at: Instant of the reading.
        counts: By channel number. [count]
    """
    columns = ReadingColumns.of(
        Reading(channel=number, at=at, count=count) for number, count in sorted(counts.items())
    )
    stream, payload = uuid4(), encode(columns)
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
    system: System, site: Site, remarks: Remarks, checks: Sequence[Check], origin: str
) -> dict[str, object]:
    """Return the record of an act: what was checked, by whom, which seals; its photos are kept.

    Args:
        system: Its vault seals the names.
        site: The site; its schema keeps the photos.
        remarks: What was said and photographed.
        checks: What was checked.
        origin: The command.
    """
    record: dict[str, object] = {
        "origin": origin,
        "checks": [
            {"name": check.name, "outcome": check.outcome.value, "text": check.text}
            for check in checks
        ],
        **_sealed(system, site, remarks.people),
    }
    if remarks.seals:
        record["seal"] = ", ".join(remarks.seals)
    for key in ("note", "location", "side"):
        if getattr(remarks, key):
            record[key] = getattr(remarks, key)
    if remarks.photos:
        record["photos"] = keep_documents(system.database, site, remarks.photos)
    return record


def _sealed(system: System, site: Site, people: Witnesses) -> dict[str, dict[str, str]]:
    named = {"technician": people.technician, "witness": people.witness}
    sealed = {}
    for role, name in named.items():
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
