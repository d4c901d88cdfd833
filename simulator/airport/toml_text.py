"""In: tables of texts, numbers, days and lists. Out: TOML. Pure.

Just what a site file needs: nothing of the standard library writes TOML, and a library for twenty
rows would be one more to keep.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date

Value = str | int | bool | date | Sequence["Value"] | Mapping[str, "Value"]


def value_text(value: Value) -> str:
    """Return a value on one row."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case int():
            return str(value)
        case date():
            return value.isoformat()
        case Mapping():
            return "{" + ", ".join(f"{k} = {value_text(v)}" for k, v in value.items()) + "}"
        case _:
            return "[" + ", ".join(value_text(each) for each in value) + "]"


def table_text(head: str, table: Mapping[str, Value]) -> str:
    """Return one table; a list of tables or of pairs is written a row each.

    Args:
        head: With its brackets: "[site]", "[[meter]]".
        table: Key to value.
    """
    rows = [head]
    for key, value in table.items():
        if _long(value):
            assert isinstance(value, Sequence), "only lists are long"
            rows.append(f"{key} = [")
            rows += [f"  {value_text(each)}," for each in value]
            rows.append("]")
        else:
            rows.append(f"{key} = {value_text(value)}")
    return "\n".join(rows) + "\n"


def _long(value: Value) -> bool:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return False
    return any(isinstance(each, (Mapping, list, tuple)) for each in value)
