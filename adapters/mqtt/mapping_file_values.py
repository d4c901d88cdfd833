"""In: the values of one kind of message in a mapping file. Out: their rules, or problems. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from adapters.mapping_words import Rounding, check_unit, one_of
from adapters.mqtt.mapping import (
    OWN_QUANTITY,
    Meaning,
    Origin,
    Soundness,
    ValueRule,
    Where,
)
from adapters.number_text import WRITTEN, NumberFormat
from adapters.unit_factors import CHANNEL_UNIT, COUNT_UNIT
from energy.metering.site_file_checker import Checker

_VALUE_KEYS = {
    "at", "quantity", "unit", "scale", "name", "names", "number", "nulls", "suffix", "rounding",
    "required", "sound",
}  # fmt: skip
_MEANING_KEYS = {"quantity", "unit", "scale"}
_QUANTITY = re.compile(r"[a-z][a-z0-9_]*")
_PART = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_KEY = re.compile(r"\*([1-9])")


def read_where(checker: Checker, text: object, where: str, parts: frozenset[str]) -> Where | None:
    """Return a place written in a text; what is wrong goes to the checker's problems.

    Args:
        checker: Gathers problems.
        text: "/a/b" (JSON pointer, "*" for every element; "" is the whole message), "{part}" of
            the topic, "*1" for the name of the first "*".
        where: What to call it in a problem.
        parts: Named parts of the topic.
    """
    if text == "":
        return Where(text='""', origin=Origin.POINTER)
    if not isinstance(text, str):
        checker.problems.append(f'{where}: {text!r} is no place like "/device" or {{device}}')
        return None
    if text.startswith("/"):
        steps = [step.replace("~1", "/").replace("~0", "~") for step in text[1:].split("/")]
        return Where(text=text, origin=Origin.POINTER, steps=tuple(steps))
    if part := _PART.fullmatch(text):
        if part.group(1) not in parts:
            checker.problems.append(f"{where}: the topic has no part {text}")
        return Where(text=text, origin=Origin.TOPIC, part=part.group(1))
    if key := _KEY.fullmatch(text):
        return Where(text=text, origin=Origin.KEY, star=int(key.group(1)) - 1)
    checker.problems.append(
        f'{where}: {text!r} is neither a pointer "/a/b", nor a part {{a}}, nor a key "*1"'
    )
    return None


def read_value(
    checker: Checker, table: Mapping[str, Any], where: str, parts: frozenset[str]
) -> ValueRule | None:
    """Return one value's rule; what is wrong goes to the checker's problems.

    Args:
        checker: Gathers problems.
        table: A [[message.value]] table.
        where: What to call it in a problem.
        parts: Named parts of the topic.
    """
    before = len(checker.problems)
    checker.unknown_keys(table, _VALUE_KEYS, where)
    at = read_where(checker, table.get("at"), f"{where}: `at`", parts)
    if at is not None and at.origin is not Origin.POINTER:
        checker.problems.append(f"{where}: `at` must be a pointer into the message")
    number = one_of(checker, NumberFormat, table.get("number", "json"), f"{where}: number")
    rounding = one_of(checker, Rounding, table.get("rounding", "exact"), f"{where}: rounding")
    suffix = checker.text(table, "suffix", where) if "suffix" in table else ""
    if suffix and number is not None and number not in WRITTEN:
        checker.problems.append(f"{where}: `suffix` needs a `number` format of texts")
    name = table.get("name")
    named = read_where(checker, name, f"{where}: `name`", parts) if "name" in table else None
    names, meaning, unit, unit_at = _meanings(checker, table, where, parts)
    if len(checker.problems) > before or at is None:
        return None
    assert number is not None and rounding is not None, "else there is a problem"
    return ValueRule(
        at=at,
        meaning=meaning,
        name=named,
        names=names,
        unit=unit,
        unit_at=unit_at,
        number=number,
        nulls=frozenset(checker.words(table, "nulls", where)),
        suffix=suffix,
        rounding=rounding,
        required=checker.flag(table, "required", where),
        sound=_sound(checker, table.get("sound"), where, parts),
    )


def _meanings(
    checker: Checker, table: Mapping[str, Any], where: str, parts: frozenset[str]
) -> tuple[dict[str, Meaning] | None, Meaning | None, str, Where | None]:
    """Return what names mean, what the value means, and where its unit is."""
    names = table.get("names")
    if "name" in table:
        if "quantity" in table:
            checker.problems.append(f"{where}: `name` and `quantity` exclude each other")
        if names is None:
            unit, unit_at = _unit(checker, table, where, parts)
            return None, None, unit, unit_at
        if "unit" in table or "scale" in table:
            checker.problems.append(f"{where}: `unit` and `scale` belong into `names`")
        if not isinstance(names, dict) or not names:
            checker.problems.append(f"{where}: `names` is no table NAME = {{ quantity, unit }}")
            return None, None, "", None
        return (
            {key: _meaning(checker, row, f"{where}, {key!r}") for key, row in names.items()},
            None,
            "",
            None,
        )
    if names is not None:
        checker.problems.append(f"{where}: `names` needs `name`: where the name stands")
    unit, unit_at = _unit(checker, table, where, parts)
    rows = {key: each for key, each in table.items() if key in _MEANING_KEYS}
    return None, _meaning(checker, {**rows, "unit": unit}, where, own=True), unit, unit_at


def _unit(
    checker: Checker, table: Mapping[str, Any], where: str, parts: frozenset[str]
) -> tuple[str, Where | None]:
    unit = checker.text(table, "unit", where)
    if unit.startswith("/"):
        return CHANNEL_UNIT, read_where(checker, unit, f"{where}: `unit`", parts)
    check_unit(checker, unit, where)
    return unit, None


def _meaning(checker: Checker, row: object, where: str, *, own: bool = False) -> Meaning:
    if not isinstance(row, dict):
        checker.problems.append(f"{where} is no table {{ quantity, unit, scale }}")
        return Meaning(quantity=OWN_QUANTITY, unit=COUNT_UNIT)
    checker.unknown_keys(row, _MEANING_KEYS, where)
    quantity = row.get("quantity", OWN_QUANTITY)
    if not isinstance(quantity, str) or not (_QUANTITY.fullmatch(quantity) or quantity == ""):
        checker.problems.append(f"{where}: `quantity` must be a lower-case name")
        quantity = OWN_QUANTITY
    if not quantity and not own:
        checker.problems.append(f"{where}: `quantity` is missing")
    unit = checker.text(row, "unit", where) if not own else str(row.get("unit", ""))
    check_unit(checker, unit if not own else "", where)
    scale = checker.ratio(row.get("scale", "1"), "scale", where)
    if unit == COUNT_UNIT and scale != Fraction(1):
        checker.problems.append(f"{where}: a count has no `scale`")
    return Meaning(quantity=quantity, unit=unit, scale=scale)


def _sound(checker: Checker, table: object, where: str, parts: frozenset[str]) -> Soundness | None:
    if table is None:
        return None
    words = table.get("is") if isinstance(table, dict) else None
    if not isinstance(table, dict) or set(table) != {"at", "is"} or not isinstance(words, list):
        checker.problems.append(f"{where}: `sound` is no table {{ at, is = [...] }}")
        return None
    at = read_where(checker, table["at"], f"{where}: `sound`", parts)
    if at is None or not all(isinstance(word, (str, int)) for word in words):
        checker.problems.append(f"{where}: `sound.is` must list texts or whole numbers")
        return None
    return Soundness(at=at, words=frozenset(words))
