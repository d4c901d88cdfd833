"""In: a formula told in the words of a row. Out: the file that says the same. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class RowWords:
    """A formula as the options of `formula define` tell it."""

    text: str | None = None
    point: str | None = None
    place: str | None = None
    unit: str | None = None
    utility: str | None = None
    name: str | None = None
    first: date | None = None
    billing: bool = False


def told_by_words(words: RowWords) -> str:
    """Return the file of one formula; what was not told is missed by who reads it."""
    stated = {
        "point": words.point,
        "name": words.name,
        "place": words.place,
        "utility": words.utility,
        "unit": words.unit,
        "text": words.text,
    }
    rows = [f"{key} = {_quoted(value)}" for key, value in stated.items() if value is not None]
    if words.first is not None:
        rows.append(f"from = {words.first.isoformat()}")
    return "\n".join(["[[formula]]", *rows, f"billing = {json.dumps(words.billing)}", ""])


def _quoted(text: str) -> str:
    """Return a text as TOML quotes it: as JSON does, what DEL is too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
