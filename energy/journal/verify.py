"""In: the journal of a schema. Out: whether it is whole, else where it breaks. I/O: reads.

Checked, in one snapshot and one walk by position (energy/journal/audit.py): positions without a
gap up to the head; versions of every stream; every batch's own hash, its link to the batch before,
its count and its times; that what was learned later stands later; every entry against the seal,
and the seal against the signed heads of the database and of the folder beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from energy.journal.archive_read import SegmentMissingError
from energy.journal.audit import Audit, Verified
from energy.journal.chain import DamagedError, SealRow, SignedHead
from energy.journal.export import Advance, snapshot
from energy.journal.recorder import entries_of, head_position
from energy.journal.seal import seal_rows
from energy.journal.seal_head import read_head_files, table_heads
from energy.journal.seal_keys import public_keys

__all__ = ["Proofs", "Verified", "proofs_in", "verify"]
_FETCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """What is known of a journal outside its database."""

    heads: Sequence[SignedHead] = ()
    keys: Mapping[str, bytes] | None = None
    """Public keys, PEM by id; None takes signatures unchecked."""
    folders: Sequence[Path] = ()
    """Where archived segments lie."""


def proofs_in(seals: Path, schema: str, folders: Sequence[Path] = ()) -> Proofs:
    """Return the signed heads and public keys that lie in a folder of signed heads.

    Args:
        seals: The folder.
        schema: Schema of the journal.
        folders: Where archived segments lie.

    Raises:
        HeadFileError, SealKeyError: A file there is damaged.
    """
    return Proofs(
        heads=read_head_files(seals, schema), keys=public_keys(seals, schema), folders=folders
    )


def verify(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    application: str,
    *,
    proofs: Proofs = Proofs(),
    advance: Advance | None = None,
) -> Verified:
    """Verify one application's journal in one snapshot.

    Args:
        connection: Any connection that may read the events and the seal.
        schema: Schema of the application.
        application: "metering", "operations", "books" or "directory".
        proofs: Signed heads, keys and segments outside the database; without keys the signatures
            in the database are not checked.
        advance: Told now and then how far it is.
    """
    with snapshot(connection):
        head = head_position(connection, schema, application)
        heads = [*table_heads(connection, schema, application), *proofs.heads]
        audit = Audit(application, heads=heads, keys=proofs.keys)
        rows = seal_rows(connection, schema, application)
        row = next(rows, None)
        try:
            for entry in entries_of(connection, schema, application, folders=proofs.folders):
                row = _given(audit, rows, row, entry.position)
                audit.entry(entry)
                if advance is not None and entry.position % _FETCH == 0:
                    advance(application, entry.position, head)
        except (SegmentMissingError, DamagedError) as error:
            audit.absent(audit.position + 1, str(error))
        _given(audit, rows, row, 2**62)
    return audit.result(head)


def _given(
    audit: Audit, rows: Iterator[SealRow], row: SealRow | None, position: int
) -> SealRow | None:
    """Give the audit every row of the seal that begins up to a position; return the next one."""
    while row is not None and row.first <= position:
        audit.seal(row)
        row = next(rows, None)
    return row
