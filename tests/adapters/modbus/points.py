"""Points of a map, changed for a test."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from adapters.modbus.register_point import RegisterPoint
from energy.metering.channel import ChannelFacts

FACTS = {each.name for each in fields(ChannelFacts)}


def changed(point: RegisterPoint, **stated: Any) -> RegisterPoint:
    """Return a point with another place, or another meaning."""
    meaning = {key: value for key, value in stated.items() if key in FACTS}
    place = {key: value for key, value in stated.items() if key not in FACTS}
    return replace(point, facts=replace(point.facts, **meaning), **place)
