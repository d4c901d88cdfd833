"""In: a side that `field check` has proven. Out: the same at commissioning. I/O: a file.

A load stands on for minutes, not for the whole visit: what it proved is remembered for a day's
work, by link, unit and profile. The file is a memory, not a record; the record is the meter's.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from billing.money import exact_text
from energy.metering.channel import Side
from processes.technician_look import Look
from processes.technician_reading import billed
from processes.technician_values import SettledBefore

FILE = "field-checks.json"
KEPT = timedelta(hours=12)
_FIELDS = {"side", "ratio", "proofs", "at", "quantity", "register", "serial"}


def remember(folder: Path, look: Look) -> bool:
    """Keep the side that a look has proven; return whether it has proven one.

    Args:
        folder: Data directory.
        look: What was seen.
    """
    proofs = "" if look.side is None else str(look.side.values.get("proofs", ""))
    if look.side is None or look.side.side is None or not proofs or look.ratio is None:
        return False
    kept = {k: v for k, v in _read(folder).items() if _age(v, look.shown.at) <= KEPT}
    kept[_key(look.where, look.unit, look.shown.map.id)] = {
        "side": look.side.side.value,
        "ratio": exact_text(look.ratio),
        "proofs": proofs,
        "at": look.shown.at.isoformat(timespec="seconds"),
        **_device(look),
    }
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{FILE}.new"
    fresh.write_text(json.dumps(kept, indent=1, sort_keys=True), "utf-8")
    fresh.replace(folder / FILE)
    return True


def remembered(
    folder: Path, *, where: str, unit: int, profile: str, now: datetime
) -> SettledBefore | None:
    """Return what was proven at a device today; None where nothing was.

    Args:
        folder: Data directory.
        where: Link of the device.
        unit: Unit number.
        profile: Id of its profile.
        now: Instant; aware UTC.
    """
    row = _read(folder).get(_key(where, unit, profile))
    if row is None or _age(row, now) > KEPT:
        return None
    return SettledBefore(
        side=Side(row["side"]),
        ratio=Fraction(row["ratio"]),
        proofs=row["proofs"],
        at=row["at"],
        quantity=row["quantity"],
        register=Fraction(row["register"]) if row["register"] else None,
        serial=row["serial"],
    )


def _device(look: Look) -> dict[str, str]:
    """Return by what the device is known again: another may hang at its unit number by then."""
    quantity = billed(look.shown.map) or ""
    register = look.shown.values.get(quantity)
    return {
        "quantity": quantity,
        "register": "" if register is None else exact_text(register),
        "serial": str(look.shown.plate.get("serial_number", "")),
    }


def _key(where: str, unit: int, profile: str) -> str:
    return f"{where} unit {unit} {profile}"


def _age(row: dict[str, str], now: datetime) -> timedelta:
    return abs(now - datetime.fromisoformat(row["at"]))


def _read(folder: Path) -> dict[str, dict[str, str]]:
    """Return what is remembered; nothing where the file is damaged: it is looked at once more."""
    try:
        told: Any = json.loads((folder / FILE).read_text("utf-8"))
        return {key: row for key, row in told.items() if set(row) == _FIELDS}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
