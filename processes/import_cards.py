"""In: an export of a card system. Out: what it would bring, then its records in the books. I/O.

A record is known by (card system, number): the same one again adds nothing, another one under the
same number is a conflict and refused. All records of a file go into one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from adapters.files.card_mapping import CardMapping
from adapters.files.card_records import CardRow, read_cards
from adapters.files.piece import RefusedRow, Why
from adapters.files.table import open_table
from adapters.files.workbook import TableError
from billing.books import Books
from billing.prepaid.ic_card import CardFinding, CardRecord, ICCardRecord, implausible
from billing.views.ic_cards import known_records
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.base.text import Told, tell
from energy.store.attachment import MOST_OCTETS, keep_attachment
from energy.store.sites import Site
from energy.system import System
from processes.import_readings import file_hash, row_told, shown_name

MOST_RECORDS = 20_000
"""Records of one file: they go into one transaction."""
TOLD = 20


class CardsRefusedError(RefusedError):
    """An export has rows that cannot be taken; nothing was written."""

    code = "prepaid.import"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardsLooked:
    """What an export would bring."""

    file: str
    sha256: str
    new: tuple[CardRecord, ...]
    known: int
    refused: tuple[RefusedRow, ...]
    findings: tuple[CardFinding, ...]
    """What is implausible among the new records."""


def look_at_cards(system: System, site: Site, path: Path, mapping: CardMapping) -> CardsLooked:
    """Return what an export of a card system would bring; nothing is written.

    Args:
        system: Parts of a process that may read.
        site: The site.
        path: The file.
        mapping: What its cells mean.

    Raises:
        TableError: It is no such file, lacks a column, or has too many records.
    """
    sha256, _ = file_hash(path)
    rows: dict[str, CardRecord] = {}
    refused: list[RefusedRow] = []
    differing: dict[str, CardRecord] = {}
    wanted = [*mapping.columns.values(), *mapping.time.columns]
    with open_table(path, mapping.table, wanted) as table:
        for row in read_cards(table, mapping):
            if isinstance(row, RefusedRow):
                refused.append(row)
                continue
            record = _record(row, mapping, shown_name(path), sha256)
            there = rows.setdefault(record.record, record)
            if there is not record and not _same(there, record):
                refused.append(_conflict(record, tell("why.row.there", row=there.file_row)))
                differing.setdefault(record.record, record)
            if len(rows) > MOST_RECORDS:
                raise TableError.of("table.many_records", name=path.name, most=MOST_RECORDS)
    with system.database.connection() as connection:
        known = known_records(connection, site.schema, mapping.system, rows)
    refused += [  # of two that differ neither is chosen
        _conflict(rows[number], tell("why.row.there", row=other.file_row))
        for number, other in differing.items()
        if number not in known
    ]
    refused += [
        _conflict(rows[number], tell("why.row.in_file", file=there.file, row=there.file_row))
        for number, there in known.items()
        if not _same(there, rows[number])
    ]
    now = system.clock.now()
    late = [record for record in rows.values() if record.at > now]
    refused += [
        RefusedRow(each.file_row, Why.FUTURE, tell("why.row.card_future", at=each.at))
        for each in late
    ]
    gone = {*known, *(each.record for each in late)}
    conflicting = {row.row for row in refused}
    new = [r for r in rows.values() if r.record not in gone and r.file_row not in conflicting]
    return CardsLooked(
        file=shown_name(path),
        sha256=sha256,
        new=tuple(new),
        known=len(known),
        refused=tuple(sorted(refused, key=lambda row: row.row)),
        findings=tuple(implausible(new)),
    )


def write_cards(
    system: System,
    site: Site,
    path: Path,
    looked: CardsLooked,
    *,
    partial: bool,
    by: UUID | None,
) -> int | None:
    """Write the new records in one transaction; return the books' position, None for nothing new.

    Args:
        system: Parts of a process in the writer's role.
        site: The site.
        path: The file; kept where it is not too large.
        looked: What `look_at_cards` found.
        partial: Write the good records although others are refused.
        by: Who imports; None for the drop folder.

    Raises:
        CardsRefusedError: Rows are refused and `partial` is not asked for.
        ConflictError: Somebody else took a record over first; nothing was written.
    """
    if looked.refused and not partial:
        told = [row_told(row) for row in looked.refused[:TOLD]]
        told.append(tell("why.import.refused", number=len(looked.refused), file=looked.file))
        raise CardsRefusedError.of("import.rows", rows=told)
    if not looked.new:
        return None
    if path.stat().st_size <= MOST_OCTETS:
        with system.database.connection() as connection:
            keep_attachment(connection, site.schema, path.read_bytes(), "text/csv")
    books = Books(system.database, site, system.clock)
    return books.store(*(_event(site, record, by) for record in looked.new))


def _record(row: CardRow, mapping: CardMapping, file: str, sha256: str) -> CardRecord:
    return CardRecord(
        system=mapping.system,
        record=row.record,
        card=row.card,
        meter=row.meter,
        kind=row.kind.value,
        at=row.at,
        energy=row.energy,
        unit=mapping.unit,
        money=row.money,
        price=row.price,
        remaining=row.remaining,
        used=row.used,
        currency=mapping.currency,
        file=file,
        file_row=row.row,
        sha256=sha256,
    )


def _same(one: CardRecord, other: CardRecord) -> bool:
    """Return whether two records say the same, whatever file they stand in."""
    return replace(one, file="", file_row=0, sha256="") == replace(
        other, file="", file_row=0, sha256=""
    )


def _conflict(record: CardRecord, where: Told) -> RefusedRow:
    cause = tell("why.row.card_conflict", record=record.record, where=where)
    return RefusedRow(record.file_row, Why.CONFLICT, cause)


def _event(site: Site, record: CardRecord, by: UUID | None) -> ICCardRecord:
    return ICCardRecord(
        site=site.key,
        system=record.system,
        record=record.record,
        card=record.card,
        meter=record.meter,
        kind=record.kind,
        at=record.at,
        energy=record.energy,
        unit=record.unit,
        money=record.money,
        price=record.price,
        remaining=record.remaining,
        used=record.used,
        currency=record.currency,
        file=record.file,
        file_row=record.file_row,
        sha256=record.sha256,
        imported_by=by,
        command_id=id_of("import card", site.key, record.system, record.record),
    )
