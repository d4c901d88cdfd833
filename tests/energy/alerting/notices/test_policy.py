"""Who is told, by which way and when; what goes alone and what goes as one message."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.plan import plan_from
from energy.alerting.notices.policy import Recipient, Sheaf, Wanted, not_before, recipients, sheaves
from energy.base.ids import id_of
from tests.energy.alerting.notices.test_plan import LONDON, spec

SMS, VOICE, MAIL = GatewayKind.SMS, GatewayKind.VOICE, GatewayKind.MAIL
NIGHT = datetime(2019, 1, 7, 23, tzinfo=UTC)
MORNING = datetime(2019, 1, 8, 7, tzinfo=UTC)
ADA, BEN = id_of("contact", "ada"), id_of("contact", "ben")
GROUPS = {"duty": ["ada", "ben", "nobody"], "managers": ["ada"]}


def people(**changed: Recipient) -> dict[str, Recipient]:
    ways = frozenset({SMS, VOICE, MAIL})
    known = {
        "ada": Recipient(contact=ADA, key="ada", ways=ways),
        "ben": Recipient(contact=BEN, key="ben", ways=frozenset({SMS})),
    }
    return known | changed


def asked(
    severity: str = "critical",
    level: int = 1,
    at: datetime = NIGHT,
    known: dict[str, Recipient] | None = None,
    used_up: tuple[tuple[UUID, GatewayKind], ...] = (),
    there: tuple[GatewayKind, ...] = (SMS, VOICE, MAIL),
) -> list[Wanted]:
    return recipients(
        plan_from(spec(), LONDON),
        severity=severity,
        rule="leak",
        level=level,
        groups=GROUPS,
        people=people() if known is None else known,
        used_up=used_up,
        there=there,
        now=at,
    )


def test_everybody_of_the_group_is_told_by_the_first_way() -> None:
    assert asked() == [Wanted(contact=each, way=SMS, not_before=NIGHT) for each in (ADA, BEN)]


def test_the_next_way_is_used_when_one_was_given_up_and_none_is_left_in_the_end() -> None:
    assert asked(used_up=((ADA, SMS), (BEN, SMS))) == [
        Wanted(contact=ADA, way=VOICE, not_before=NIGHT)
    ]


def test_a_way_without_a_gateway_is_waited_for_only_where_nothing_else_was_tried() -> None:
    assert [(each.contact, each.way) for each in asked(there=(VOICE,))] == [
        (ADA, VOICE),
        (BEN, SMS),
    ]
    assert asked(there=(SMS,), used_up=((ADA, SMS), (BEN, SMS))) == []


def test_a_row_counts_in_its_hours() -> None:
    assert asked(level=2) == []
    noon = datetime(2019, 1, 8, 12, tzinfo=UTC)
    assert [each.way for each in asked(level=2, at=noon)] == [MAIL]


def test_quiet_hours_hold_what_is_not_critical() -> None:
    assert {each.not_before for each in asked("medium")} == {MORNING}
    assert {each.not_before for each in asked("critical")} == {NIGHT}


def test_who_is_blocked_or_opted_out_is_told_nothing() -> None:
    ways = frozenset({SMS, VOICE})
    barred = Recipient(contact=ADA, key="ada", ways=ways, barred=True)
    silent = Recipient(contact=BEN, key="ben", ways=ways, opted_out=frozenset({SMS}))
    assert [(each.contact, each.way) for each in asked(known={"ada": barred, "ben": silent})] == [
        (BEN, VOICE)
    ]


def ids(*names: str) -> list[UUID]:
    return [id_of("n", name) for name in names]


def test_more_than_a_person_is_told_in_an_hour_comes_as_one_message() -> None:
    a, b, c, d = ids("a", "b", "c", "d")
    waiting = [(each, "medium") for each in (a, b, c, d)]
    assert sheaves(waiting, handed=0, per_hour=2) == (
        [Sheaf(lead=a), Sheaf(lead=b, with_it=(c, d))],
        [],
    )
    assert sheaves(waiting, handed=2, per_hour=2) == ([], [a, b, c, d])
    assert len(sheaves(waiting, handed=0, per_hour=0)[0]) == 4


def test_what_is_critical_waits_for_no_limit() -> None:
    a, b = ids("a", "b")
    assert sheaves([(a, "critical"), (b, "high")], handed=5, per_hour=5) == (
        [Sheaf(lead=a)],
        [b],
    )


def test_quiet_hours_end_by_the_wall_clock_in_the_night_of_the_change() -> None:
    plan = plan_from(spec(), LONDON)
    before = datetime(2019, 3, 30, 23, 30, 5, tzinfo=LONDON)
    assert not_before(plan, "medium", before) == datetime(2019, 3, 31, 7, tzinfo=LONDON)
    noon = datetime(2019, 3, 31, 12, tzinfo=LONDON)
    assert not_before(plan, "medium", noon) == noon
