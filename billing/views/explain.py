"""In: a charge line of an issued invoice. Out: all it rests on, down to the journal. I/O: reads.

What the bill says stands in the bill; here is what lies behind it: the clause as published, the
meters that served the point with their ratios, and the journal entries of the register readings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from billing.invoices.invoice import Invoice
from billing.runs.errors import NoExplanationError
from energy.journal.entry import BATCH_TOPIC, Entry, decode_batch
from energy.journal.recorder import read_entries
from energy.store.sites import Site

Connection = psycopg.Connection[tuple[object, ...]]
Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What a charge line rests on, as JSON values."""

    number: str | None
    charge: Table
    """The line as billed: quantity x price, unrounded and rounded."""
    supply: Table
    """Point, days, usage and tariff version."""
    clause: Table | None
    """As published; None for an adjustment of a clause that is no more."""
    tariff: Table | None
    """Version, hash and position at which it was published."""
    readings: Sequence[Table]
    """Registers that open and close the days, each with the entries they came in."""
    meters: Sequence[Table]
    """Every meter of the point up to the bill's days, with its ratio and since when."""
    adjustments: Sequence[Table]
    """What decisions on the meter's error add, or the correction that this line is of."""
    known_at: Table
    """Positions of the journals up to which the bill knew."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "number": self.number,
            "charge": dict(self.charge),
            "supply": dict(self.supply),
            "clause": self.clause,
            "tariff": self.tariff,
            "readings": list(self.readings),
            "meters": list(self.meters),
            "adjustments": list(self.adjustments),
            "known_at": dict(self.known_at),
        }


def explain_charge(
    connection: Connection, site: Site, invoice: Invoice, charge: str
) -> Explanation:
    """Return what a charge line of an invoice rests on.

    Args:
        connection: Any connection that may read.
        site: The site.
        invoice: The invoice, draft or issued.
        charge: Id of the charge line, as `bill show --json` names it.

    Raises:
        NoExplanationError: The invoice has no such charge line.
        SegmentMissingError: An archived segment is not where the process looks for it.
    """
    document, provenance = json.loads(invoice.document), json.loads(invoice.provenance)
    found = next(
        ((b, c) for b in document["supplies"] for c in b["charges"] if c["charge"] == charge), None
    )
    borne = [] if found else list(_borne(document, charge))
    if found is None and not borne:
        raise NoExplanationError(invoice.number or str(invoice.id), charge)
    told = found[1] if found else borne[0]["charges"][0]
    block: Table = found[0] if found else {"point": told["point"], "tariffs": [], "readings": []}
    asked = next((s for s in provenance["supplies"] if s["point"] == block["point"]), None)
    tariff = _tariff(block, told["first_day"])
    published = _published(connection, site.schema, tariff)
    return Explanation(
        number=invoice.number,
        charge=told,
        supply=_supply(block),
        clause=_clause(published, told["clause"]),
        tariff=None if tariff is None else _version(tariff, published),
        readings=_readings(connection, site.schema, block, asked),
        meters=_meters(connection, site.schema, asked, provenance["metering_position"]),
        adjustments=[*block.get("adjusted", ()), *borne],
        known_at={
            "metering": provenance["metering_position"],
            "books": provenance["books_position"],
        },
    )


def _borne(document: Table, charge: str) -> Iterator[dict[str, Any]]:
    """Yield the adjustments that hold a charge line, each with that line alone."""
    for entry in document.get("adjustments", ()):
        mine = [each for each in entry["charges"] if each["charge"] == charge]
        if mine:
            yield {**entry, "charges": mine}


def _supply(block: Table) -> dict[str, Any]:
    keys = (
        *("point", "name", "utility", "first_day", "last_day", "usage", "computed"),
        "inspections",
    )
    return {key: block[key] for key in keys if key in block}


def _tariff(block: Table, day: str) -> Table | None:
    return next((t for t in block["tariffs"] if t["first_day"] <= day <= t["last_day"]), None)


def _published(connection: Connection, schema: str, tariff: Table | None) -> tuple[Table, int]:
    """Return the document of a tariff version and the position at which it was published."""
    if tariff is None:
        return {}, 0
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT document, position FROM {schema}.tariff_version WHERE sha256 = %s "
        "ORDER BY position LIMIT 1",
        (tariff["sha256"],),
    ).fetchone()
    if row is None:
        return {}, 0
    document = json.loads(row[0]) if isinstance(row[0], str) else row[0]
    return document, row[1]


def _version(tariff: Table, published: tuple[Table, int]) -> dict[str, Any]:
    keys = ("tariff", "version", "sha256", "first_day", "last_day", "unit")
    return {key: tariff[key] for key in keys} | {"position": published[1] or None}


def _clause(published: tuple[Table, int], clause: str) -> Table | None:
    """Return the clause of a tariff's document by its key or id, wherever it stands."""
    for value in published[0].values():
        if not isinstance(value, list):
            continue
        for each in value:
            if isinstance(each, Mapping) and clause in (each.get("key"), each.get("id")):
                return each
    return None


def _readings(
    connection: Connection, schema: str, block: Table, asked: Table | None
) -> list[dict[str, Any]]:
    """Return the registers of a supply with the journal entries of their readings."""
    own = list(zip(block["readings"], asked["readings"] if asked else (), strict=False))
    rows = [(register, list(positions)) for register, positions in own]
    registers = {each["point"]: each for each in block.get("computed", {}).get("registers", ())}
    for point, serial, opening, closing in (asked or {}).get("computed", ()):
        rows += [
            (register, [serial, opening, closing])
            for register in registers.get(point, {}).get("readings", ())
            if register["serial"] == serial
        ]
    found = []
    for register, (_, opening, closing) in rows:
        found.append(
            {
                **register,
                "opening": {
                    **register["opening"], "entry": entry_at(connection, schema, opening),
                },
                "closing": {
                    **register["closing"], "entry": entry_at(connection, schema, closing),
                },
            }
        )  # fmt: skip
    return found


def entry_at(connection: Connection, schema: str, position: int) -> dict[str, Any] | None:
    """Return where a reading stands in the journal: position, stream, topic, source and hash.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        position: Of the metering journal.

    Raises:
        SegmentMissingError: An archived segment is not where the process looks for it.
    """
    entries = read_entries(
        connection, schema, "metering", after=position - 1, limit=1, up_to=position
    )
    return _told(entries[0]) if entries else None


def _told(entry: Entry) -> dict[str, Any]:
    told: dict[str, Any] = {
        "position": entry.position,
        "stream": str(entry.stream),
        "number": entry.version,
        "topic": entry.topic,
    }
    if entry.topic == BATCH_TOPIC:
        batch = decode_batch(entry.state)
        told |= {
            "source": batch.source,
            "learned_at": batch.learned_at.isoformat(),
            "hash": batch.own_hash.hex(),
        }
    return told


def _meters(
    connection: Connection, schema: str, asked: Table | None, position: int
) -> list[dict[str, Any]]:
    """Return the meters of a supply's channel as known at a position, the oldest first."""
    if asked is None or asked["channel"] is None:
        return []
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT serial, multiplier, start_at, end_at, start_count, end_count, position "
        f"FROM {schema}.segment WHERE channel = %(channel)s AND position <= %(position)s "
        "ORDER BY start_at",
        {"channel": asked["channel"], "position": position},
    ).fetchall()
    keys = ("serial", "multiplier", "from", "to", "start_count", "end_count", "position")
    return [
        dict(zip(keys, (r[0], r[1], _iso(r[2]), _iso(r[3]), *r[4:]), strict=True)) for r in rows
    ]


def _iso(instant: Any) -> str | None:
    return None if instant is None else instant.isoformat()
