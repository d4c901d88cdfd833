"""In: nothing. Out: the frozen rows about notices, and the questions that give them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from dashboards.queries.rows import Answer
from dashboards.security.scope import Scope
from dashboards.selection import Selection
from energy.alerting.notices.notice import NoticeState
from energy.alerting.notices.reports import (
    GatewayStanding,
    GatewayStatistics,
    NoticeRow,
    ReplyRow,
    TemplateRow,
)


class NoticeTab(StrEnum):
    """Which notices a list holds."""

    ALL = "all"
    """Those of the selected time."""
    WAITING = "waiting"
    """What is to be sent, whenever queued."""
    HANDED = "handed"
    DELIVERED = "delivered"
    FAILED = "failed"
    GIVEN_UP = "given-up"


STATES: Mapping[NoticeTab, tuple[NoticeState, ...]] = {
    NoticeTab.ALL: (),
    NoticeTab.WAITING: (NoticeState.QUEUED,),
    NoticeTab.HANDED: (NoticeState.HANDED, NoticeState.JOINED),
    NoticeTab.DELIVERED: (NoticeState.DELIVERED,),
    NoticeTab.FAILED: (NoticeState.FAILED,),
    NoticeTab.GIVEN_UP: (NoticeState.GIVEN_UP, NoticeState.WITHDRAWN),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeBoard:
    """The notices of a site as one tab and one selected time have them."""

    tab: NoticeTab
    rows: tuple[NoticeRow, ...]
    """The newest first; not more than some."""
    counts: Mapping[NoticeTab, int]
    names: Mapping[str, str]
    """Of contacts, by key, for who acts on alerts; empty for others. Addresses are never here."""
    gateways: tuple[GatewayStanding, ...]
    statistics: tuple[GatewayStatistics, ...]
    """Of what was handed over in the selected time."""
    ways: Mapping[str, tuple[str, ...]]
    """How each contact can be told, for who may send a test message; empty for others."""
    planned: bool
    """Whether there is a plan: without one nobody is told of anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertTold:
    """Who was told of one alert, and who is next."""

    rows: tuple[NoticeRow, ...] = ()
    replies: tuple[ReplyRow, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    level: int | None = None
    """The next level that is told unless somebody acknowledges; None: there is none."""
    level_at: datetime | None = None
    """When; None where it is due, or there is none."""
    planned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBook:
    """The texts of notices, as written and as in force."""

    newest: tuple[TemplateRow, ...]
    in_force: Mapping[str, Mapping[str, Mapping[str, str]]]
    """By key and language: those that a second person reviewed."""
    people: Mapping[UUID, str]
    """Names of who drafted and reviewed."""
    signature: Mapping[str, str]
    blocked: tuple[str, ...]
    """Words that gateways refuse, as the plan says."""


class NoticeQueries(Protocol):
    """Questions about notices."""

    def notice_board(
        self, scope: Scope, tab: NoticeTab, selection: Selection
    ) -> Answer[NoticeBoard]:
        """Return the notices of a tab, the gateways, and what went by them in the time."""
        ...

    def notice_texts(self, scope: Scope) -> Answer[TextBook]:
        """Return the texts of notices."""
        ...

    def await_operations(self, scope: Scope) -> None:
        """Wait until the views show what the journal of operations holds now, 2 s at most."""
        ...
