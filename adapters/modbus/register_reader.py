"""In: the text of a register map. Out: the map, checked whole. Pure.

Every problem is listed at once, and a map with a problem is not used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from adapters.errors import RegisterMapError
from adapters.modbus.register_point import Identify, Null, PlatePoint, RegisterPoint
from adapters.modbus.register_point_reader import (
    is_plate,
    overlaps,
    read_identify,
    read_plate,
    read_point,
)
from adapters.modbus.register_product import (
    MOST_REGISTERS,
    Discovery,
    RegisterMap,
    SerialDefaults,
)
from adapters.profile_fields import Fields
from adapters.profile_point import Trust
from adapters.toml_text import table_in

LINKS = frozenset({"rtu", "tcp", "udp", "tls"})
UTILITIES = frozenset({"electricity", "water", "gas", "heating", "cooling", "steam", "none"})
MAP_KEYS = frozenset({
    "schema_version", "id", "vendor", "models", "utility", "trust", "sources", "links", "serial",
    "function_code", "word_order", "side", "note", "nulls", "identify", "constant", "ratios",
    "missing", "max_registers", "allow_transaction_zero", "discovery", "point",
})  # fmt: skip


def parse(text: str, *, name: str) -> RegisterMap:
    """Return the checked map written in a text.

    Args:
        text: TOML.
        name: Name for messages; must equal the map's id.

    Raises:
        RegisterMapError: Lists every problem.
    """
    fields = Fields(table_in(text, name=name, wrong=RegisterMapError), [])
    read = _map(fields, name)
    if fields.problems:
        raise RegisterMapError(name, fields.problems)
    return read


def _map(fields: Fields, name: str) -> RegisterMap:
    _heading(fields, name)
    nulls = _nested(fields, "nulls", frozenset({"unsigned", "signed"}))
    points, plate = _points(fields)
    identify = _identify(fields)
    constant = fields.text("constant", "") or None
    if constant is not None and constant not in plate:
        fields.problem(f"constant {constant!r} must be a [[point]] of kind text or config")
    return RegisterMap(
        id=name,
        vendor=fields.text("vendor"),
        models=fields.texts("models"),
        trust=fields.one_of(Trust, "trust") or Trust.SINGLE,
        sources=fields.texts("sources"),
        word_order=_word_order(fields),
        unsigned_null=nulls.one_or_none(Null, "unsigned", default="none"),
        signed_null=nulls.one_or_none(Null, "signed", default="none"),
        points=points,
        plate=plate,
        identify=identify,
        constant=constant,
        max_registers=fields.whole("max_registers", 4, MOST_REGISTERS) or MOST_REGISTERS,
        allow_transaction_zero=fields.flag("allow_transaction_zero"),
        links=_links(fields),
        serial=_serial(fields),
        utility=_utility(fields),
        ratios=fields.texts("ratios", needed=False),
        missing=fields.texts("missing", needed=False),
        note=fields.text("note", ""),
        discovery=_discovery(fields) if "discovery" in fields.table else None,
    )


def _heading(fields: Fields, name: str) -> None:
    fields.heading(name, MAP_KEYS)
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        fields.problem("id must be lower-case letters, digits and _")


def _word_order(fields: Fields) -> str:
    word_order = fields.text("word_order")
    if word_order not in {"big", "little"}:
        fields.problem('word_order must be "big" or "little"')
    return word_order


def _utility(fields: Fields) -> str:
    utility = fields.text("utility")
    if utility not in UTILITIES:
        fields.problem(f"utility must be one of {', '.join(sorted(UTILITIES))}")
    return utility


def _links(fields: Fields) -> tuple[str, ...]:
    links = fields.texts("links")
    if set(links) - LINKS:
        fields.problem(f"links may be {', '.join(sorted(LINKS))}")
    return links


def _serial(fields: Fields) -> SerialDefaults:
    nested = _nested(fields, "serial", frozenset({"bauds", "formats", "unit"}))
    formats = nested.texts("formats", needed=False)
    if not all(re.fullmatch(r"[78][NEO][12]", each) for each in formats):
        nested.problem('formats are texts such as "8N1"')
    return SerialDefaults(
        bauds=nested.wholes("bauds", 300, 1_000_000),
        formats=formats,
        unit=nested.whole("unit", 1, 247),
    )


def _nested(fields: Fields, key: str, keys: frozenset[str]) -> Fields:
    table = fields.table.get(key, {})
    if not isinstance(table, dict):
        fields.problem(f"{key} must be a table with {', '.join(sorted(keys))}")
        table = {}
    nested = Fields(table, fields.problems, key)
    nested.only(keys)
    return nested


def _points(fields: Fields) -> tuple[dict[str, RegisterPoint], dict[str, PlatePoint]]:
    rows = fields.tables("point")
    if not rows:
        fields.problem("there is no [[point]]")
    points: list[RegisterPoint] = []
    plate: list[PlatePoint] = []
    for row in rows:
        each = _row(fields, row, f"point {row.get('quantity')!r}")
        if is_plate(row):
            text = read_plate(each)
            plate += [] if text is None else [text]
        else:
            point = read_point(each)
            points += [] if point is None else [point]
    fields.problems += overlaps([*points, *plate])
    if rows and not any(not is_plate(row) for row in rows):
        fields.problem("no [[point]] may become a channel")
    return {p.quantity: p for p in points}, {p.quantity: p for p in plate}


def _row(fields: Fields, row: Mapping[str, object], where: str) -> Fields:
    return fields.below(row, where, ("utility", "side", "trust", "function_code"))


def _identify(fields: Fields) -> tuple[Identify, ...]:
    rules = [
        read_identify(_row(fields, row, f"identify {number}"))
        for number, row in enumerate(fields.tables("identify"), 1)
    ]
    return tuple(rule for rule in rules if rule is not None)


def _discovery(fields: Fields) -> Discovery:
    nested = _nested(fields, "discovery", frozenset({"marker", "bases", "models", "common"}))
    common = [
        read_plate(_row(fields, row, f"discovery.common {row.get('quantity')!r}"))
        for row in nested.tables("common")
    ]
    found = Discovery(
        marker=nested.whole("marker", 1, 2**32 - 1) or 1,
        bases=nested.wholes("bases", 0, 65533),
        models=nested.wholes("models", 1, 65534),
        common={point.quantity: point for point in common if point is not None},
    )
    if "marker" not in nested.table or not found.bases or not found.models:
        nested.problem("marker, bases and models must be stated")
    return found
