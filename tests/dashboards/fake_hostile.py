"""In: a made-up site's answers. Out: the same with hostile texts where people give names. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import fields, is_dataclass, replace
from typing import Any

from eventsourcing.domain import Aggregate

from energy.service.reports.table import Column

IMAGE = "<img src=x onerror=alert(1)>"
FORMULA = "=cmd|' /C calc'!A0"
NAMES = (
    IMAGE,
    "</script><script>alert(2)</script>",
    "\u202egnp.exe\u202c \u0645\u0628\u0646\u0649 \u200f",
    FORMULA,
    "W" * 10_000,
    "{{7*7}} %s ${x} \\\" ' & `",
)
"""An element that acts, an end of a script, writing from right to left, a formula, a long name."""
GIVEN = frozenset(
    {
        "name",
        "place",
        "rule",
        "meter",
        "profile",
        "address",
        "seal",
        "message",
        "text",
        "author",
        "about",
        "owner",
        "reason",
        "opened_by",
        "approved_by",
        "acknowledged_by",
        "decided_by",
        "by",
        "beside_place",
        "tariff",
        "title",
        "note",
        "device",
        "contact",
        "agent",
        "label",
        "party",
        "instead",
        "tenant_name",
        "person_name",
        "said_first",
    }
)
"""Fields whose texts come from people or devices; keys and states are the program's own."""


class HostileSite:
    """A made-up site's questions, answered with hostile names."""

    def __init__(self, site: Any) -> None:
        self._site = site
        self._given = 0

    def __getattr__(self, asked: str) -> Any:
        found = getattr(self._site, asked)
        if not callable(found):
            return found
        return self._asked(found)

    def _asked(self, ask: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *told, **also: self._hostile(ask(*told, **also))

    def _hostile(self, found: Any, name: str = "") -> Any:
        if isinstance(found, Aggregate):
            given = copy(found)  # made by its events, not by its fields
            for key in GIVEN & vars(found).keys():
                setattr(given, key, self._hostile(getattr(found, key), key))
            return given
        if isinstance(found, Column):
            return found  # the program names columns
        if is_dataclass(found) and not isinstance(found, type):
            inside = {f.name: getattr(found, f.name) for f in fields(found) if f.init}
            return replace(found, **{n: self._hostile(v, n) for n, v in inside.items()})
        if isinstance(found, tuple | list) and not hasattr(found, "_fields"):
            return type(found)(self._hostile(each, name) for each in found)
        if isinstance(found, Mapping) and name == "names":
            return {key: self._next() for key in found}
        return self._next() if type(found) is str and found and name in GIVEN else found

    def _next(self) -> str:
        self._given += 1
        return NAMES[self._given % len(NAMES)]
