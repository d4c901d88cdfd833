"""In: nothing. Out: the frozen rows about planned outages. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from energy.alerting.outages.reads import OutageState, Receipts
from energy.base.errors import EnergyError


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageLine:
    """An outage as a list has it."""

    outage: UUID
    utility: str
    node: str
    """Key of the node that is off."""
    name: str
    """Of the node."""
    state: OutageState
    version: int
    holds: int
    """The version that was told; 0 is none."""
    reason: str
    begins_at: datetime
    ends_at: datetime
    accounts: int | None
    """How many are affected, as reviewed; None where nobody reviewed it."""
    receipts: Receipts | None
    """Of the version that was told last."""

    def runs(self, now: datetime) -> bool:
        """Return whether its node is off now."""
        return bool(self.holds) and not self.state.over and self.begins_at <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageBoard:
    """The outages of a site."""

    running: tuple[OutageLine, ...]
    """Told, and within their span."""
    ahead: tuple[OutageLine, ...]
    """Drafts and what is to come, the nearest first."""
    past: tuple[OutageLine, ...]
    """Over or cancelled, the latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedRow:
    """A metering point that goes dark."""

    point: str
    meter: str
    """Name of the meter; "" where there is none."""
    protected: str
    """Why it must not be cut: a kind of the list of protected points; "" where it may."""
    account: str
    """Who pays there; "" where nobody does."""
    party: str
    """The name of who pays."""
    called: tuple[str, ...]
    """Names of the contacts who are told of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledRow:
    """A contact who is told, or would be."""

    name: str
    way: str
    protected: bool
    state: str = ""
    """How far the notice is; "" where there is none yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeLook:
    """What goes dark while a node is off."""

    utility: str
    node: str
    name: str
    dark: tuple[str, ...]
    """Names of the nodes, the node itself among them."""
    points: int
    protected: int
    """Points that must not be cut."""
    accounts: int
    rows: tuple[AffectedRow, ...] | None
    """Protected loads first; None for who sees no accounts."""
    called: tuple[CalledRow, ...] | None
    """Who is told, protected loads first; None for who sees no accounts."""
    unreached: tuple[str, ...] | None
    """Accounts of which nobody can be told; None for who sees no accounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeOutages:
    """A node, what goes dark with it now, and its outages that are not over."""

    look: NodeLook
    lines: tuple[OutageLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeChoice:
    """A node of a supply graph."""

    utility: str
    node: str
    name: str
    kind: str
    point: str | None = None
    """Metering point that counts what enters it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftText:
    """What contacts of one language would read."""

    language: str
    text: str
    segments: int
    """Parts of a short message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageStanding:
    """How far one outage is, by whom, and who received it: what news change."""

    line: OutageLine
    written_by: UUID
    author: str
    """Name of who wrote the newest version."""
    reviewed_by: str | None
    reviewed_at: datetime | None
    cancelled_by: str | None
    cancelled_at: datetime | None
    receipts: tuple[Receipts, ...]
    """By version, the newest first."""
    called: tuple[CalledRow, ...] | None
    """The notices of the newest version that was told; None for who sees no accounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutagePage:
    """One outage: how it stands, who is affected, what they read."""

    standing: OutageStanding
    look: NodeLook | None
    """As things stand; None where it is over or cancelled, or its node is gone."""
    draft: tuple[DraftText, ...]
    """What the version that waits for its review says; () where none waits, or none can be."""
    refusal: EnergyError | None
    """Why no text can be made."""
