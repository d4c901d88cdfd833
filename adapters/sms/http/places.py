"""In: texts with places, and values. Out: the texts filled; values found in an answer. Pure.

A place is a name in braces; whatever stands in none is sent as it is. A path names where a value
stands in JSON: "data.0.id" is the id of the first of data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

_PLACE = re.compile(r"\{([a-z_]+)\}")


def places_in(value: object) -> Iterator[str]:
    """Yield the names of the places of a text, or of all texts of tables and lists."""
    if isinstance(value, str):
        yield from _PLACE.findall(value)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from places_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from places_in(each)


def filled(value: object, values: Mapping[str, object]) -> object:
    """Return a text, or tables and lists of texts, with their places filled.

    A text that is one place alone becomes the value itself, be it a list or a number.
    """
    if isinstance(value, str):
        whole = _PLACE.fullmatch(value)
        if whole is not None:
            return values[whole[1]]
        return _PLACE.sub(lambda found: str(values[found[1]]), value)
    if isinstance(value, Mapping):
        return {key: filled(each, values) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, values) for each in value]
    return value


def found_at(value: object, path: str) -> object:
    """Return what stands at a path; None where nothing does. "" is the whole value."""
    for step in filter(None, path.split(".")):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def text_at(value: object, path: str) -> str:
    """Return what stands at a path as a text; "" where nothing does, or a table or list."""
    found = found_at(value, path) if path else None
    if isinstance(found, bool):
        return str(found).lower()
    return str(found) if isinstance(found, str | int | Decimal) else ""
