"""In: a clock. Out: made-up notices, gateways and texts behind the questions about them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from dashboards.queries.alert_rows import AlertStory
from dashboards.queries.notice_rows import STATES, AlertTold, NoticeBoard, NoticeTab, TextBook
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right, Scope
from dashboards.selection import Selection
from energy.alerting.notices.errors import NoticeError
from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.notice import NoticeState
from energy.alerting.notices.reports import (
    GatewayStanding,
    GatewayStatistics,
    NoticeRow,
    ReplyRow,
    TemplateRow,
)
from energy.alerting.notices.words import TemplateKey, check_wordings, shipped
from energy.base.ids import id_of
from tests.dashboards.fake_alerts import ALERT, FakeAlerts
from tests.dashboards.fake_energy import SITE

AUTHOR, SECOND = id_of("person", "author"), id_of("person", "second")
BLOCKED = ("lottery", "中奖")
SENT = "Airport Energy: high: Building 2 load above limit, 131.25 kW at 14:05. Reply 76745."


@dataclass
class FakeNoticeDesk:
    """Texts and tests of a made-up site."""

    done: list[tuple[Any, ...]] = field(default_factory=list)
    texts: dict[str, TemplateRow] = field(default_factory=dict)

    def draft(
        self, key: TemplateKey, wordings: dict[str, dict[str, str]], *, by: UUID, command_id: UUID
    ) -> None:
        check_wordings(wordings, key, BLOCKED)
        before = self.texts.get(key)
        self.texts[key] = TemplateRow(
            key=str(key),
            version=before.version + 1 if before else 1,
            wordings=wordings,
            drafted_by=by,
            reviewed_by=None,
        )

    def review(self, key: TemplateKey, *, by: UUID, command_id: UUID, seen: int) -> None:
        known = self.texts[key]
        if known.version != seen:
            raise NoticeError.of("drafted_anew", key=key)
        if known.drafted_by == by:
            raise NoticeError.of("own_draft", key=key)
        self.texts[key] = replace(known, reviewed_by=by)

    def test(self, key: str, way: GatewayKind, *, by: UUID, command_id: UUID) -> UUID:
        self.done.append(("test", key, way))
        return command_id


def _desk() -> FakeNoticeDesk:
    """Return a desk with one text in force and one that waits for its second person."""
    desk = FakeNoticeDesk()
    for key, reviewed in (("alert", SECOND), ("cleared", None)):
        desk.texts[key] = TemplateRow(
            key=key,
            version=1,
            wordings={
                language: {name: f"{text} -" for name, text in told.items()}
                for language, told in shipped(TemplateKey(key)).items()
            },
            drafted_by=AUTHOR,
            reviewed_by=reviewed,
        )
    return desk


@dataclass
class FakeNotices(FakeAlerts):
    """Questions about notices too: one of each state, two gateways, two texts."""

    notice_desk: FakeNoticeDesk = field(default_factory=_desk)
    waits: int = 0
    """How often somebody waited for what was written to `operations`."""

    def _notices(self) -> tuple[NoticeRow, ...]:
        made = [self._notice(n, state) for n, state in enumerate(NoticeState)]
        return tuple(reversed(made))

    def _notice(self, n: int, state: NoticeState) -> NoticeRow:
        queued = self.clock.now() - timedelta(minutes=30 - n)
        taken = state in {NoticeState.HANDED, NoticeState.DELIVERED, NoticeState.FAILED}
        return NoticeRow(
            notice=id_of("notice", str(n)),
            subject=ALERT,
            about="test" if n == 5 else "alert",
            template=("alert", "escalation", "repeat")[n % 3] if n != 5 else "test",
            level=0 if n == 5 else 1 + n % 2,
            repeat=0 if n == 5 else n % 3 // 2,
            contact=("ada", "li-wei")[n % 2],
            way=("sms", "mail")[n % 2],
            severity="high",
            state=str(state),
            gateway="operator-a" if n % 2 == 0 else "post-office",
            tries=n % 3,
            reason="connection refused" if n % 3 else "",
            queued_at=queued,
            handed_at=queued + timedelta(seconds=1.4) if taken else None,
            delivered_at=queued + timedelta(seconds=9) if state == "delivered" else None,
            text=SENT if taken else "",
            not_before=queued + timedelta(minutes=5 * (n == 0)),
            segments=1 if taken else None,
            cost=Decimal("0.045") if taken else None,
            currency="CNY" if taken else "",
        )

    def notice_board(
        self, scope: Scope, tab: NoticeTab, selection: Selection
    ) -> Answer[NoticeBoard]:
        scope.demand(Right.READ_ENERGY, SITE)
        acts = scope.may(Right.ACKNOWLEDGE)
        rows = self._notices()
        of = {
            each: tuple(row for row in rows if not states or row.state in states)
            for each, states in STATES.items()
        }
        board = NoticeBoard(
            tab=tab,
            rows=of[tab],
            counts={each: len(found) for each, found in of.items()},
            names={"ada": "Ada Bright", "li-wei": "李伟"} if acts else {},
            gateways=(
                self._gateway("operator-a", "sms", tried=2, outcome="down"),
                self._gateway("operator-b", "sms", tried=90, outcome="refused"),
                self._gateway("post-office", "mail"),
            ),
            statistics=self._statistics(),
            ways={"ada": ("mail", "sms"), "li-wei": ("mail",)} if acts else {},
            planned=True,
        )
        return self._answer(board)

    def _gateway(
        self, name: str, way: str, *, tried: int | None = None, outcome: str = ""
    ) -> GatewayStanding:
        now = self.clock.now()
        return GatewayStanding(
            gateway=name,
            way=way,
            waiting=1 if outcome == "down" else 0,
            handed_at=now - timedelta(minutes=20),
            delivered_at=now - timedelta(minutes=19),
            tried_at=None if tried is None else now - timedelta(minutes=tried),
            outcome=outcome,
            reason="connection refused" if outcome else "",
        )

    def _statistics(self) -> tuple[GatewayStatistics, ...]:
        return tuple(
            GatewayStatistics(
                gateway=name,
                handed=handed,
                delivered=handed - 2,
                failed=1,
                doubles=0,
                refused=n,
                down=2 - n,
                segments=handed + n,
                cost=Decimal(cost),
                currency="CNY",
                wait_s=3,
            )
            for n, (name, handed, cost) in enumerate(
                (("operator-a", 41, "1.845"), ("operator-b", 7, "0.42"), ("post-office", 12, "0"))
            )
        )

    def notice_texts(self, scope: Scope) -> Answer[TextBook]:
        scope.demand(Right.READ_ENERGY, SITE)
        rows = self.notice_desk.texts
        book = TextBook(
            newest=tuple(rows.values()),
            in_force={key: row.wordings for key, row in rows.items() if row.reviewed_by},
            people={AUTHOR: "Ada Brandt", SECOND: "Mei Lin"},
            signature={"en": "Airport Energy", "zh": "机场能源"},
            blocked=BLOCKED,
        )
        return self._answer(book)

    def await_operations(self, scope: Scope) -> None:
        scope.demand(Right.READ_ENERGY if scope.staff else Right.READ_OWN, SITE)
        self.waits += 1

    def alert(self, scope: Scope, alert: UUID) -> Answer[AlertStory] | None:
        answer = super().alert(scope, alert)
        if answer is None or alert != ALERT:
            return answer
        told = AlertTold(
            rows=self._notices()[:5],
            replies=(
                ReplyRow(
                    contact="ada",
                    way="sms",
                    gateway="operator-a",
                    outcome="acknowledged",
                    at=self.clock.now(),
                ),
            ),
            names={"ada": "Ada Bright"} if scope.may(Right.ACKNOWLEDGE) else {},
            level=2,
            level_at=self.clock.now() + timedelta(minutes=8),
            planned=True,
        )
        return replace(answer, rows=replace(answer.rows, told=told))
