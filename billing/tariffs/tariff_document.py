"""In: the text of a file of the billing office and its ending. Out: a JSON document. Pure.

The same content in YAML, JSON or TOML is the same document and has the same hash. Days are ISO
texts; a number with a point or exponent that stands without quotes is refused with its place.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any

from billing.canonical import canonical_json
from billing.checked_table import BareNumber, bare_numbers
from billing.errors import TariffFileError
from billing.tariffs.yaml_text import LONGEST, NoYamlError, yaml_of
from energy.base.toml_text import NoTomlError, toml_of

TOML, YAML, JSON = ".toml", ".yaml", ".json"
ENDINGS = (YAML, ".yml", JSON, TOML)
WIDEST = 2**63
_SHOWN = 160


class _NoTableError(ValueError):
    """A text holds something, but no table."""


def document_of(text: str, ending: str = TOML) -> dict[str, object]:
    """Return a file as a JSON document.

    Args:
        text: The file's content.
        ending: Of the file's name: .yaml, .yml, .json or .toml.

    Raises:
        TariffFileError: The file is not what its ending says, or holds a float.
    """
    reader = _READERS.get(ending.lower())
    if reader is None:
        raise TariffFileError([f"file: must end in one of {', '.join(ENDINGS)}, not {ending!r}"])
    try:
        raw = reader(text.removeprefix("\ufeff"))
    except (NoYamlError, NoTomlError, ValueError) as error:
        kind = {".yml": "YAML"}.get(ending.lower(), ending[1:].upper())
        raise TariffFileError([f"file: not {kind}: {str(error)[:_SHOWN]}"]) from None
    bare = list(bare_numbers(raw))
    if bare:
        raise TariffFileError(
            [f'{path}: is a float; write it as a string: "{number}"' for path, number in bare]
        )
    document = {key: _jsonable(value) for key, value in raw.items()}
    try:
        canonical_json(document).encode()
    except UnicodeEncodeError:
        raise TariffFileError(["file: holds half a sign (a lone surrogate)"]) from None
    return document


def _toml(text: str) -> Mapping[str, object]:
    toml_of(text)  # refuses what no reader should meet
    return tomllib.loads(text, parse_float=BareNumber)


def _json(text: str) -> Mapping[str, object]:
    if len(text) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} signs")
    try:
        made = json.loads(
            text,
            parse_float=BareNumber,
            parse_int=_whole,
            parse_constant=BareNumber,
            object_pairs_hook=_once,
        )
    except RecursionError:
        raise ValueError("its lists or tables lie too deep in each other") from None
    if not isinstance(made, dict):
        raise _NoTableError('it is no table; begin with {"tariff": "NAME"')
    return made


def _whole(text: str) -> int | BareNumber:
    number = int(text) if len(text.removeprefix("-")) <= len(str(WIDEST)) else WIDEST
    return number if -WIDEST <= number < WIDEST else BareNumber(text[:_SHOWN])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key!r} stands twice in one table")
        found[key] = value
    return found


_READERS: dict[str, Callable[[str], Mapping[str, object]]] = {
    YAML: yaml_of,
    ".yml": yaml_of,
    JSON: _json,
    TOML: _toml,
}


def _jsonable(value: object) -> object:
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _jsonable(within) for key, within in value.items()}
    if isinstance(value, list):
        return [_jsonable(within) for within in value]
    return value
