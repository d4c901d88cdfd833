"""In: nothing. Out: every kind of key by its name; a new one is a file and a row here. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from energy.metering.shares import area, energy, fixed, headcount
from energy.metering.shares.part import Key, KeyKind

KEYS: Mapping[KeyKind, Key] = {
    key.kind: key for key in (area.KEY, energy.KEY, headcount.KEY, fixed.KEY)
}
