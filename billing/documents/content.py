"""In: values of billing. Out: what every content of a paper shares, and its JSON. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from billing.money import plain

Named = Mapping[str, str]
"""A text in each language: {"en": ..., "zh": ...}."""


def json_of(value: object) -> Any:
    """Return a value as JSON has it: days and instants as ISO, amounts as plain text.

    Raises:
        TypeError: There is no JSON for it; a float is never one.
    """
    match value:
        case Enum():
            return value.value
        case bool() | int() | str() | None:
            return value
        case Decimal():
            return plain(value)
        case datetime() | date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            return {str(key): json_of(each) for key, each in value.items()}
        case Sequence():
            return [json_of(each) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: json_of(getattr(value, each.name)) for each in fields(value)}
    raise TypeError(f"no JSON for {type(value)}")


class Content:
    """Base of the contents."""

    __slots__ = ()
    KIND: ClassVar[str]
    """The paper it belongs to: a `papers.PaperKind`."""

    def document(self) -> dict[str, Any]:
        """Return the content as JSON values."""
        told = json_of(self)
        assert isinstance(told, dict), "a content is a dataclass"
        return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who a paper is written to."""

    account: str
    """Key of the account."""
    name: str
    address: str = ""
    tax_number: str = ""
    building: str = ""
