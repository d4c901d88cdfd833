"""In: a fresh site. Out: its service desk, with service levels. I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from energy.base.ids import id_of
from energy.base.secrets import PersonVault
from energy.service.requests.article_desk import ArticleDesk
from energy.service.requests.asked import Asked, FromBooks
from energy.service.requests.desk import RequestDesk
from energy.service.requests.kinds import Category, Channel, Outcome, RequestKind
from energy.service.requests.reads import RequestRow, read_requests
from energy.service.work.desk import WorkPlanDesk
from energy.service.work.heard import Spot
from energy.service.work.levels import parse_levels
from energy.service.work.reads import Clocks, read_levels
from tests.energy.service.work.shop import fold
from tests.fixtures.postgres import TestSite, command

ANNA, BEN, CLARA = (id_of("person", name) for name in ("anna", "ben", "clara"))
TENANT = id_of("person", "party", "shop")
LEVELS = """
valid_from = 2019-01-01
reopen_days = 14

[[level]]
class = "service-request"
name = { en = "Service request", zh = "服务请求" }
response_min = 60
resolution_min = 600
counting = "round_the_clock"

[[level]]
class = "enquiry"
name = { en = "Enquiry", zh = "咨询" }
response_min = 60
resolution_min = 240
counting = "round_the_clock"

[[level]]
class = "complaint"
name = { en = "Complaint", zh = "投诉" }
response_min = 30
resolution_min = 480
counting = "round_the_clock"
second_person = true

[[complaint]]
class = "late"
name = { en = "Nobody came", zh = "未按时到场" }
points = 4

[[complaint]]
class = "rude"
name = { en = "Conduct", zh = "服务态度" }
points = 6

[[unit]]
unit = "meters"
name = { en = "Metering team", zh = "计量班" }
"""


class Keys:
    """Wrapped keys of persons, in memory."""

    def __init__(self) -> None:
        self.kept: dict[UUID, bytes] = {}

    def get(self, person: UUID) -> bytes | None:
        return self.kept.get(person)

    def put_if_absent(self, person: UUID, wrapped: bytes) -> bytes:
        return self.kept.setdefault(person, wrapped)


@dataclass
class Counter:
    """The service desk of a site."""

    site: TestSite
    keys: Keys = field(default_factory=Keys)

    @property
    def vault(self) -> PersonVault:
        return PersonVault(b"k" * 32, self.keys)

    @property
    def desk(self) -> RequestDesk:
        books = FromBooks(
            person_of={"party/shop": TENANT}.get, knows_invoice={"2019-0001"}.__contains__
        )
        at = self.site
        return RequestDesk(at.writer, at.site, at.clock, self.vault, books)

    @property
    def articles(self) -> ArticleDesk:
        return ArticleDesk(self.site.writer, self.site.site, self.site.clock)

    def publish(self) -> None:
        at = self.site
        first, levels = parse_levels(LEVELS)
        WorkPlanDesk(at.writer, at.site, at.clock).publish_levels(
            levels, valid_from=first, by=CLARA, command_id=command("levels")
        )

    def asked(self, **changed: Any) -> Asked:
        facts: dict[str, Any] = {
            "kind": RequestKind.ENQUIRY,
            "category": Category.BILL,
            "channel": Channel.PHONE,
            "tenant": "party/shop",
            "spot": Spot(),
            "heard_at": self.site.clock.now(),
        }
        return Asked(**{**facts, **changed})

    def open(self, name: object = "open", words: str = "why so much", **changed: Any) -> UUID:
        return self.desk.open(self.asked(**changed), words, by=ANNA, command_id=command(name))

    def do(self, request: UUID, act: str, *said: Any, by: UUID = ANNA, **more: Any) -> None:
        """Let somebody do something with a request, each time a new command."""
        made = command(act, request, by, *said, *more.values(), self.site.clock.now())
        self.desk.act(request, lambda it: getattr(it, act)(*said, by=by, command_id=made, **more))

    def answer(self, request: UUID, words: str = "because", by: UUID = ANNA, **more: Any) -> None:
        """Tell the tenant something by phone."""
        now = self.site.clock.now()
        made = command("answer", request, words, by, now)
        self.desk.act(
            request,
            lambda it: it.answer(
                Channel.PHONE,
                self.desk.sealed(it, words),
                **{"at": now, "now": now, **more},
                by=by,
                command_id=made,
            ),
        )

    def resolve(self, request: UUID, outcome: Outcome = Outcome.EXPLAINED, **more: Any) -> None:
        self.do(request, "resolve", outcome, "", **more)

    def row(self, request: UUID) -> RequestRow:
        fold(self.site)
        with self.site.writer.connection() as connection:
            (row,) = read_requests(connection, self.site.schema, request=request)
        return row

    def clocks(self, request: UUID) -> Clocks:
        row = self.row(request)
        with self.site.writer.connection() as connection:
            levels = read_levels(connection, self.site.schema)
        return row.clocks(levels, self.site.site.zone, self.site.clock.now())
