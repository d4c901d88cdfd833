"""In: nothing. Out: the frozen rows about switching orders and permits. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from energy.service.switching.kinds import RequestKind
from energy.service.switching.reads import PermitRow, SwitchingRow, SwitchingStory, TemplateRow


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRequest:
    """What billing asks for, approved there, and no switching order carries out yet."""

    kind: RequestKind
    reference: str
    points: tuple[str, ...]
    ready: bool
    """Whether it was handed out there, and its time is not over."""
    valid_until: datetime | None
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitOut:
    """A permit to work that was not handed back, with its order."""

    number: str
    """Of the order."""
    about: str
    permit: PermitRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What ids and keys of some orders are called."""

    people: Mapping[UUID, str]
    nodes: Mapping[str, str]
    """By "node:UTILITY/KEY"."""

    def person(self, person: UUID | None) -> str:
        """Return the name of a person; "?" where it was erased, "" of nobody."""
        return "" if person is None else self.people.get(person, "?")

    def node(self, about: str) -> str:
        """Return the name of a node, its key where the graph has none any more."""
        return self.nodes.get(about) or about.partition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchingBoard:
    """The switching orders of a site."""

    orders: tuple[SwitchingRow, ...]
    """Not over, the nearest first."""
    past: tuple[SwitchingRow, ...]
    """Over, the latest first."""
    permits: tuple[PermitOut, ...]
    """Not handed back, what is to be handed back first at the top."""
    waiting: tuple[WaitingRequest, ...] | None
    """Requests of billing without an order; None for who sees no accounts."""
    names: Names


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchingPage:
    """One switching order with what belongs to it."""

    story: SwitchingStory
    related: Mapping[UUID, str]
    """Numbers of the orders that it takes back and that take it back."""
    back_gone: bool
    """Whether the order that took its steps back was withdrawn: another one may be written."""
    held_by: tuple[PermitOut, ...]
    """Permits of other orders that hold its node: nothing is told before they are back."""
    people: tuple[tuple[UUID, str], ...]
    """Who works at the site, by name; () for who may not act."""
    names: Names


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatePage:
    """The newest version of a template."""

    row: TemplateRow
    in_use: int
    """The version that orders are made from; 0 is none."""
    names: Names


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchingChoices:
    """What a new order is made of."""

    templates: tuple[TemplateRow, ...]
    """The newest reviewed version of each."""
    people: tuple[tuple[UUID, str], ...]
    waiting: tuple[WaitingRequest, ...]
