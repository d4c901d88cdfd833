"""In: a clock. Out: made-up requests, callers, articles behind the questions about them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from billing.views.service_desk import CallerRow
from dashboards.queries.portal_rows import OwnBill
from dashboards.queries.request_rows import (
    ArticleList,
    ArticlePage,
    Callers,
    CallLine,
    MonthFigures,
    RequestBoard,
    RequestForms,
    RequestLine,
    RequestPage,
    RequestTab,
    TenantDesk,
)
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.service.requests.article_reads import ArticleRow
from energy.service.requests.figures import Figures, figures
from energy.service.requests.phone import demanded
from energy.service.requests.reads import CallRow, MadeRow, RequestFact, RequestRow
from energy.service.work.clock import Pause
from energy.service.work.levels import LevelSet, parse_levels
from energy.service.work.reads import LevelsRow
from tests.dashboards.fake_articles import ADA, GRACE, KEY, MEI, USE, articles
from tests.dashboards.fake_energy import INVOICE, SITE, ZONE, FakeEnergy
from tests.energy.service.requests.counter import LEVELS

NAMES = {GRACE: "Grace Hopper", MEI: "Mei Lin", ADA: "Ada Lovelace"}
ASKED, LATE, WAITS, CALLED, SOLVED, CLOSED = (f"R-2026-{n:05}" for n in range(1, 7))
"""Of the portal, free; a late complaint; waits for the tenant; to be called; to be closed; over."""
PARTY = "party/harbour"
BILL = "CAM-2026-00002"


def levels() -> LevelSet:
    """Return service levels that know requests."""
    more = LEVELS.replace(
        'class = "enquiry"',
        'class = "bill-dispute"\nname = { en = "Bill dispute", zh = "账单异议" }\n'
        "response_min = 60\nresolution_min = 600\n"
        'counting = "round_the_clock"\n\n[[level]]\nclass = "enquiry"',
    )
    return parse_levels(more)[1]


@dataclass
class FakeRequests(FakeEnergy):
    """Questions about the service desk."""

    def _request_levels(self) -> LevelsRow:
        return LevelsRow(
            version=1,
            valid_from=date(2026, 1, 1),
            levels=levels(),
            author=ADA,
            published_at=datetime(2026, 1, 1, tzinfo=UTC),
        )

    def _request(self, number: str, state: str, minutes: int, **said: Any) -> RequestRow:
        heard = self.clock.now() - timedelta(minutes=minutes)
        answered = state != "open"
        facts: dict[str, Any] = {
            "kind": "enquiry",
            "category": "bill",
            "channel": "phone",
            "tenant": PARTY,
            "place": "",
            "node": "",
            "point": "",
            "invoice": "",
            "enquiry": None,
            "enquiry_words": 0,
            "level": "enquiry",
            "second_person": False,
            "owner": MEI,
            "claimed": True,
            "offered": None,
            "escalations": 0,
            "complaint": "",
            "justified": None,
            "unit": "",
            "points": 0,
            "judged_at": None,
            "outcome": "",
            "first_contact": None,
            "resolved_at": None,
            "resolved_by": None,
            "closed_at": None,
            "closed_by": None,
            "score": None,
            **said,
        }
        return RequestRow(
            request=id_of("request", number),
            number=number,
            person=id_of("person", "harbour"),
            words_sealed="s",
            levels=1,
            heard_at=heard,
            opened_at=heard,
            opened_by=MEI,
            state=state,
            responded_at=heard + timedelta(minutes=9) if answered else None,
            responded_by=MEI if answered else None,
            answers=int(answered),
            reopened=0,
            position=71,
            **facts,
        )

    def _all_requests(self) -> dict[str, RequestRow]:
        now = self.clock.now()
        complaint = {"kind": "complaint", "level": "complaint", "second_person": True}
        rows = (
            self._request(
                ASKED,
                "open",
                20,
                channel="portal",
                category="meter",
                enquiry=id_of("enquiry", "1"),
                enquiry_words=1,
                claimed=False,
                point="cam-b2-elec",
            ),
            self._request(
                LATE,
                "under_way",
                600,
                **complaint,
                category="conduct",
                complaint="late",
                owner=GRACE,
                escalations=1,
                offered=ADA,
            ),
            self._request(
                WAITS,
                "paused",
                200,
                kind="bill_dispute",
                level="bill-dispute",
                invoice=BILL,
                pauses=(Pause(begin=now - timedelta(minutes=90), end=None),),
            ),
            self._request(CALLED, "under_way", 100, tenant="", owner=GRACE, place="b2"),
            *self._over_requests(complaint),
        )
        return {row.number: row for row in rows}

    def _over_requests(self, complaint: dict[str, Any]) -> tuple[RequestRow, ...]:
        now = self.clock.now()
        over: dict[str, Any] = {
            "outcome": "explained",
            "first_contact": True,
            "resolved_at": now - timedelta(minutes=30),
            "resolved_by": MEI,
        }
        return (
            self._request(
                SOLVED,
                "resolved",
                150,
                **complaint,
                **over,
                complaint="rude",
                justified=True,
                unit="meters",
                points=6,
                judged_at=now - timedelta(minutes=40),
            ),
            self._request(
                CLOSED,
                "closed",
                700,
                kind="service_request",
                level="service-request",
                **over,
                closed_at=now - timedelta(minutes=10),
                closed_by=ADA,
                score=4,
            ),
        )

    def _request_line(self, row: RequestRow) -> RequestLine:
        known = self._request_levels()
        now = self.clock.now()
        return RequestLine(
            row=row,
            clocks=row.clocks({1: known}, ZONE, now),
            level=known.levels.of(row.level),
            tenant_name="Harbour Ltd" if row.tenant else "",
            said_first="Why is my bill twice that of May?\nNobody told me.",
            owner=NAMES[row.owner],
            offered=NAMES[row.offered] if row.offered else "",
            call_at=now - timedelta(minutes=5) if row.number == CALLED else None,
        )

    def _call(self, row: RequestRow, done: str = "") -> CallLine:
        now = self.clock.now()
        call = CallRow(
            call=id_of("call", row.number, done),
            request=row.request,
            number=row.number,
            due_at=now - timedelta(minutes=5),
            person=GRACE,
            set_by=MEI,
            outcome=done,
            done_at=now if done else None,
            done_by=GRACE if done else None,
        )
        return CallLine(row=call, person_name=NAMES[GRACE], missed=True, tenant_name="Harbour Ltd")

    def _request_forms(self, scope: Scope, *, kept: bool) -> RequestForms:
        if not scope.may(Right.SERVE):
            return RequestForms()
        held = levels()
        return RequestForms(
            people=tuple(sorted(NAMES.items(), key=lambda each: each[1])),
            levels=held.levels,
            checklists={"meter-swap": {"en": "Meter exchange", "zh": "换表"}},
            articles=articles()[:1] if kept else (),
            complaints=held.complaints if kept else (),
            units=held.units if kept else (),
        )

    def requests(self, scope: Scope, tab: RequestTab) -> Answer[RequestBoard]:
        scope.demand(Right.READ_REQUESTS, SITE)
        every = [self._request_line(row) for row in self._all_requests().values()]
        standing = [each for each in every if each.row.closed_at is None]
        tabs = {
            RequestTab.OPEN: standing,
            RequestTab.MINE: [e for e in standing if GRACE in {e.row.owner, e.row.offered}],
            RequestTab.WAITING: [e for e in standing if e.row.state == "open"],
            RequestTab.LATE: [e for e in standing if e.late],
            RequestTab.CALLS: [e for e in standing if e.call_at],
            RequestTab.ENDED: [e for e in every if e.row.closed_at],
        }
        calls = (self._call(self._all_requests()[CALLED]),) if tab is RequestTab.CALLS else ()
        counts = {each: len(lines) for each, lines in tabs.items()}
        board = RequestBoard(tab=tab, lines=tuple(tabs[tab]), counts=counts, calls=calls)
        return self._answer(board)

    def request(self, scope: Scope, number: str) -> Answer[RequestPage] | None:
        scope.demand(Right.READ_REQUESTS, SITE)
        row = self._all_requests().get(number)
        if row is None:
            return None
        called = number == CALLED
        return self._answer(
            RequestPage(
                line=self._request_line(row),
                levels=self._request_levels(),
                invoice=INVOICE if row.invoice and scope.may(Right.READ_BILLS) else None,
                calls=(self._call(row), self._call(row, "reached")) if called else (),
                made=(
                    MadeRow(kind="work_order", number="W-2026-00002", state="under_way"),
                    MadeRow(kind="incident", number="I-2026-00002", state="open"),
                )
                if number == LATE
                else (),
                history=self._request_facts(row),
                names=NAMES,
                forms=self._request_forms(scope, kept=True),
            )
        )

    def _request_facts(self, row: RequestRow) -> tuple[tuple[RequestFact, str], ...]:
        told: list[tuple[str, dict[str, Any], str]] = [("opened", {"number": row.number}, "Why?")]
        if row.answers:
            said = {"way": "phone", "articles": [KEY]}
            told.append(("answered", said, "It is tested; nobody pays for that."))
        if row.complaint:
            told.append(("classed", {"complaint": row.complaint}, ""))
            told.append(("made", {"kind": "work_order", "number": "W-2026-00002"}, ""))
            told.append(("escalated", {"to": str(ADA)}, "second time this month"))
        if row.resolved_at:
            told.append(("judged", {"justified": True, "unit": "meters"}, ""))
            told.append(("resolved", {"outcome": row.outcome}, ""))
        if row.score:
            told.append(("rated", {"score": row.score}, "Quick."))
        return tuple(
            (
                RequestFact(
                    act=f"tenant_request.{act}",
                    person=MEI,
                    at=row.opened_at + timedelta(minutes=4 * n),
                    told=said,
                    words_sealed="",
                ),
                words,
            )
            for n, (act, said, words) in enumerate(told)
        )

    def request_forms(self, scope: Scope) -> Answer[RequestForms]:
        scope.demand(Right.READ_REQUESTS, SITE)
        return self._answer(self._request_forms(scope, kept=False))

    def callers(self, scope: Scope, number: str) -> Callers:
        scope.demand(Right.READ_REQUESTS, SITE)
        if demanded(number).digits[-4:] != "0000":
            return ()
        return (
            CallerRow(
                party="harbour",
                name="Harbour Ltd",
                contact="Mia Moss",
                duty="facilities",
                accounts=("A-0002",),
            ),
        )

    def tenant_desk(self, scope: Scope, tenant: str) -> Answer[TenantDesk] | None:
        scope.demand(Right.READ_REQUESTS, SITE)
        if tenant != PARTY:
            return None
        bill = OwnBill(
            invoice=INVOICE,
            number=BILL,
            kind="invoice",
            account="A-0002",
            first_day=date(2026, 6, 1),
            last_day=date(2026, 6, 30),
            currency="GBP",
            total=Decimal("120.00"),
            open=Decimal("20.00"),
            due_on=date(2026, 7, 14),
        )
        rows = [row for row in self._all_requests().values() if row.tenant == tenant]
        return self._answer(
            TenantDesk(
                tenant=tenant,
                name="Harbour Ltd",
                accounts=("A-0002",),
                meters=(("cam-b2-elec", "Building 2"),),
                bills=(bill,) if scope.may(Right.READ_BILLS) else (),
                requests=tuple(self._request_line(row) for row in rows),
                forms=self._request_forms(scope, kept=False),
            )
        )

    def request_figures(self, scope: Scope, month: date) -> Answer[MonthFigures]:
        scope.demand(Right.READ_REQUESTS, SITE)
        first = month.replace(day=1)
        begin = datetime(2026, 1, 1, tzinfo=UTC)
        lines = [self._request_line(row) for row in self._all_requests().values()]
        end = begin + timedelta(days=365)

        def told(of: date, count: int) -> Figures:
            return figures(of, begin, end, [(each.row, each.clocks) for each in lines[:count]])

        held = levels()
        found = MonthFigures(
            told=told(first, 6),
            before=tuple(told(date(2025, n, 1), n % 6) for n in range(2, 13)),
            named={each.key: each.name for each in (*held.levels, *held.complaints, *held.units)},
            uses=(USE,),
        )
        return self._answer(found)

    def articles(self, scope: Scope) -> Answer[ArticleList]:
        scope.demand(Right.READ_REQUESTS, SITE)
        return self._answer(ArticleList(rows=articles(), uses={KEY: USE}, names=NAMES))

    def articles_found(self, scope: Scope, words: str) -> tuple[ArticleRow, ...]:
        scope.demand(Right.READ_REQUESTS, SITE)
        return articles()[:1] if "seal" in words or "铅封" in words else ()

    def article(self, scope: Scope, key: str) -> Answer[ArticlePage] | None:
        scope.demand(Right.READ_REQUESTS, SITE)
        found = next((each for each in articles() if each.key == key), None)
        if found is None:
            return None
        held = found if found.reviewed_at else None
        use = USE if held else None
        return self._answer(ArticlePage(newest=found, held=held, names=NAMES, use=use))
