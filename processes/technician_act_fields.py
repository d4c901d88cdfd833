"""In: an act of a technician. Out: it as JSON has it, its documents by their hash; and back. Pure.

Fields that acts gain later need nothing here: a value that an older program wrote has their
defaults.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from typing import Any

import msgspec

from energy.base.media_type import media_type_of
from processes.field_documents import Document
from processes.laptop_errors import LaptopError
from processes.technician_acts import ACTS, FieldAct

_DOCUMENT = {"name", "media_type", "sha256"}


class ActFieldsError(LaptopError):
    """A stored act is none that this program knows."""

    code = "laptop.act"


def act_fields(act: FieldAct[Any]) -> dict[str, Any]:
    """Return an act as JSON has it; documents stand there by their hash."""
    plain = _plain(act)
    assert isinstance(plain, dict), "an act is a dataclass"
    return plain


def documents_in(act: FieldAct[Any]) -> dict[str, Document]:
    """Return the documents of an act by hash."""
    found: dict[str, Document] = {}
    _gather(act, found)
    return found


def act_of(verb: str, stored: Mapping[str, Any], content: Callable[[str], bytes]) -> FieldAct[Any]:
    """Return the act that `act_fields` gave.

    Args:
        verb: Name of its verb.
        stored: Its fields.
        content: Returns a document by its SHA-256 in hex.

    Raises:
        ActFieldsError: It is none, or a document does not fit its hash.
    """
    if verb not in ACTS:
        raise ActFieldsError.of("unknown_act", verb=verb)
    try:
        act: FieldAct[Any] = msgspec.convert(
            _whole(stored, content),
            ACTS[verb],
            dec_hook=_hook,
            builtin_types=(bytes,),
        )
    except (msgspec.ValidationError, ValueError) as error:
        raise ActFieldsError.of("act_unread", verb=verb, error=error) from error
    return act


def _plain(value: object) -> Any:
    if isinstance(value, Document):
        return {"name": value.name, "media_type": value.media_type, "sha256": value.sha256}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    match value:
        case Enum():
            return value.value
        case Fraction():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case tuple() | list():
            return [_plain(each) for each in value]
        case str() | int() | bool() | None:
            return value
    raise TypeError(f"no JSON for {type(value)}")


def _gather(value: object, found: dict[str, Document]) -> None:
    if isinstance(value, Document):
        found[value.sha256] = value
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            _gather(getattr(value, field.name), found)
    elif isinstance(value, tuple):
        for each in value:
            _gather(each, found)


def _whole(value: Any, content: Callable[[str], bytes]) -> Any:
    if isinstance(value, dict):
        if set(value) == _DOCUMENT:
            octets = content(value["sha256"])
            whole = hashlib.sha256(octets).hexdigest() == value["sha256"]
            if not whole or media_type_of(octets) != value["media_type"]:
                raise ActFieldsError.of("document_unfit", document=value["sha256"][:16])
            return {"name": value["name"], "media_type": value["media_type"], "content": octets}
        return {key: _whole(each, content) for key, each in value.items()}
    if isinstance(value, list):
        return [_whole(each, content) for each in value]
    return value


def _hook(wanted: type, value: Any) -> Any:
    if wanted is Fraction:
        return Fraction(value)
    raise NotImplementedError(f"no {wanted}")
