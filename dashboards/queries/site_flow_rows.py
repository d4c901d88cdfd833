"""In: nothing. Out: what flows through a site in all utilities, as frozen values. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from energy.base.units import Utility


class Stage(StrEnum):
    """Where a node of the site's flow stands, in order."""

    SUPPLY = "supply"
    """An incomer, or a generator that uses nothing metered."""
    CONVERSION = "conversion"
    """A place that uses one utility and makes another."""
    DISTRIBUTION = "distribution"
    """The graph of a utility, between what comes in and the last meters."""
    USE = "use"
    """A place."""
    END = "end"
    """Tenants, own use, or what no meter accounts for."""


TENANTS, OWN, UNACCOUNTED = "tenants", "own", "unaccounted"
"""Keys of the ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteNode:
    """A node of the site's flow."""

    key: str
    name: str
    """"" for a distribution and an end: the reader's words stand there."""
    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePart:
    """What one utility carries from one node to the next, day by day."""

    source: str
    target: str
    utility: Utility
    days: tuple[int, ...]
    """What is known of each day. [base unit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFlow:
    """The flow of all utilities of a place over some days."""

    first: date
    last: date
    place: str
    """Name of the place; "" for the whole site."""
    nodes: tuple[SiteNode, ...]
    parts: tuple[SitePart, ...]
    unknown: tuple[str, ...]
    """Names of the metered nodes of which not all is known."""
