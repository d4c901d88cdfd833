"""In: nothing. Out: the frozen rows about requests at the service desk and its articles. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from billing.views.service_desk import CallerRow
from dashboards.queries.portal_rows import OwnBill
from energy.service.requests.article_reads import ArticleRow, ArticleUse
from energy.service.requests.figures import Figures
from energy.service.requests.reads import CallRow, MadeRow, RequestFact, RequestRow
from energy.service.work.levels import Level
from energy.service.work.named import Named
from energy.service.work.reads import Clocks, LevelsRow

Callers = tuple[CallerRow, ...]


class RequestTab(StrEnum):
    """Which requests a list holds."""

    OPEN = "open"
    """Not closed."""
    MINE = "mine"
    """Open, owned by who looks or offered to him."""
    WAITING = "waiting"
    """Nobody has answered."""
    LATE = "late"
    """Open, and a clock runs on behind its end."""
    CALLS = "calls"
    """A call-back is to be made."""
    ENDED = "ended"
    """Closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLine:
    """A request as a list has it."""

    row: RequestRow
    clocks: Clocks
    """As they stand now."""
    level: Level
    """What is promised of its class, as it held when it was opened."""
    tenant_name: str
    """ "" of nobody known."""
    said_first: str
    """What the tenant said first."""
    owner: str
    offered: str
    """Name of who is to own it; "" of nobody."""
    call_at: datetime | None
    """When the next call-back is due; None: none is to be made."""

    @property
    def late(self) -> bool:
        """Return whether a clock of it runs on behind its end."""
        both = (self.clocks.response, self.clocks.resolution)
        return any(each.broken and not each.stopped for each in both)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLine:
    """A call-back with who makes it."""

    row: CallRow
    person_name: str
    missed: bool
    """As of now."""
    tenant_name: str = ""
    """ "" where it stands on the page of its request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestBoard:
    """The requests of a tab."""

    tab: RequestTab
    lines: tuple[RequestLine, ...]
    """The oldest first; of those that ended the last first."""
    counts: Mapping[RequestTab, int]
    calls: tuple[CallLine, ...]
    """Of the tab of call-backs: the one due first first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestForms:
    """What the forms of the desk offer; nothing for who may not serve."""

    people: tuple[tuple[UUID, str], ...] = ()
    """Whom a request may be given to, by name."""
    levels: tuple[Level, ...] = ()
    """Classes that hold now."""
    checklists: Mapping[str, Mapping[str, str]] | None = None
    """Names of the checklists by language, by key."""
    articles: tuple[ArticleRow, ...] = ()
    """That a tenant may be told from."""
    complaints: Sequence[Named] = ()
    """Classes of complaints, of the version that the request was opened under."""
    units: Sequence[Named] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage:
    """One request with what belongs to it."""

    line: RequestLine
    levels: LevelsRow
    """The version that it was opened under."""
    invoice: UUID | None
    """The bill that it is about, for who may read bills."""
    calls: tuple[CallLine, ...]
    made: tuple[MadeRow, ...]
    history: tuple[tuple[RequestFact, str], ...]
    """What happened, with what was said."""
    names: Mapping[UUID, str]
    """Of everybody in it."""
    forms: RequestForms


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantDesk:
    """A tenant as who takes a call wants to see it."""

    tenant: str
    """ "party/KEY" or "account/KEY"."""
    name: str
    accounts: tuple[str, ...]
    """That it has today."""
    meters: tuple[tuple[str, str], ...]
    """Key and name of the metering points that it is supplied by today."""
    bills: tuple[OwnBill, ...]
    """The newest first; none for who may read no bill."""
    requests: tuple[RequestLine, ...]
    """The newest first, closed ones too."""
    forms: RequestForms


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFigures:
    """How the desk did in a month, beside the months before it."""

    told: Figures
    before: tuple[Figures, ...]
    """The months before it, the oldest first."""
    named: Mapping[str, Mapping[str, str]]
    """Classes, classes of complaints and units by key: names by language."""
    uses: tuple[ArticleUse, ...]
    """How articles helped, whenever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleList:
    """Articles of the knowledge base, by key."""

    rows: tuple[ArticleRow, ...]
    """The newest version of each, reviewed or not."""
    uses: Mapping[str, ArticleUse]
    names: Mapping[UUID, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """One article."""

    newest: ArticleRow
    held: ArticleRow | None
    """The version that tenants are told from; None: none was reviewed."""
    names: Mapping[UUID, str]
    use: ArticleUse | None
