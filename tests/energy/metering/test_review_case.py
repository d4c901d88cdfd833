"""Findings become cases: one cause at one point, as long as their spans touch."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from energy.base.finding import Severity
from energy.base.ids import id_of
from energy.base.text import catalogue
from energy.metering.review import acceptance_of
from energy.metering.review_case import (
    APART,
    CAUSES,
    TOUCHING,
    Case,
    CaseFinding,
    CaseState,
    Decision,
    DecisionKind,
    case_ids,
    cases_of,
    cause_of,
)

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
TODAY = date(2026, 11, 22)
FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)


def found(
    hours: float = 0,
    *,
    code: str = "register.jump",
    point: str | None = "m1",
    length: float = 1,
    position: int = 10,
    **more: Any,
) -> CaseFinding:
    start = NOON + timedelta(hours=hours)
    facts: dict[str, Any] = {
        "channel": 1,
        "end": start + timedelta(hours=length),
        "severity": Severity.DO_NOT_BILL,
    }
    return CaseFinding(
        finding=id_of("test finding", code, str(point), start.isoformat(), str(position)),
        code=code,
        start=start,
        position=position,
        point=point,
        **(facts | more),
    )


def decision(case: UUID, *findings: CaseFinding, number: int = 1, **more: Any) -> Decision:
    facts: dict[str, Any] = {
        "kind": DecisionKind.HELD,
        "until": date(2026, 12, 1),
        "correction": None,
        "correction_state": None,
        "estimate": None,
        "stated_position": None,
        "settled_by": None,
        "decided_by": UUID(int=1),
        "position": 100 + number,
    }
    return Decision(
        case=case,
        number=number,
        cause="step",
        point="m1",
        source="",
        findings=findings,
        reason="wait",
        evidence=(),
        stake=Decimal(1),
        currency="GBP",
        proposed_by=None,
        decided_at=NOON,
        command=UUID(int=2),
        **(facts | more),
    )


def only(*findings: CaseFinding, decisions: tuple[Decision, ...] = ()) -> Case:
    (case,) = cases_of(findings, decisions, TODAY)
    return case


def test_a_leap_and_the_fall_behind_it_are_one_case() -> None:
    case = only(found(1, code="register.negative_step", position=12), found(0))
    assert (case.cause, case.point) == ("step", "m1")
    assert case.codes == ("register.jump", "register.negative_step")
    assert (case.start, case.end) == (NOON, NOON + timedelta(hours=2))


def test_another_cause_point_or_a_span_far_away_is_a_case_of_its_own() -> None:
    near = found(1 + APART / timedelta(hours=1))
    far = found(2 + 2 * (1 + APART / timedelta(hours=1)))
    cases = cases_of(
        [found(), near, far, found(code="reading.conflict"), found(point="m2")], (), TODAY
    )
    assert sorted((c.cause, c.point, len(c.findings)) for c in cases) == [
        ("conflict", "m1", 1),
        ("step", "m1", 1),
        ("step", "m1", 2),
        ("step", "m2", 1),
    ]


def test_a_spike_each_day_is_a_story_a_day_and_a_clock_that_stays_wrong_is_one() -> None:
    spikes = [found(24 * n, length=0.5) for n in range(3)]
    assert [len(case.findings) for case in cases_of(spikes, (), TODAY)] == [1, 1, 1]
    hours = TOUCHING / timedelta(hours=1)
    clock = [found(hours * n, code="clock.meter_off", length=0) for n in range(3)]
    assert len(only(*clock).findings) == 3


def test_what_has_no_end_takes_in_whatever_comes_and_lasts() -> None:
    case = only(found(end=FOR_GOOD), found(5_000, position=99))
    assert (len(case.findings), case.lasts) == (2, True)


def test_a_whole_source_is_told_from_a_point_of_it() -> None:
    whole = found(code="entry.parked", point=None, channel=0, source="gw-1")
    other = found(code="entry.parked", point=None, channel=0, source="gw-2")
    cases = cases_of([whole, other, found(code="entry.parked")], (), TODAY)
    assert sorted((c.point or "", c.source) for c in cases) == [
        ("", "gw-1"),
        ("", "gw-2"),
        ("m1", ""),
    ]


def test_one_that_bars_the_bill_makes_the_case_bar_it() -> None:
    warns = found(severity=Severity.WARN)
    assert only(warns).severity is Severity.WARN
    assert only(warns, found(1)).severity is Severity.DO_NOT_BILL


def test_a_case_keeps_its_id_while_it_grows() -> None:
    first = found(position=5)
    before = only(first)
    assert only(found(-2, position=9), first).case == before.case
    assert only(first, found(1, position=8), found(2, position=9)).case == before.case


def test_a_held_case_stays_held_when_its_first_finding_is_explained() -> None:
    first, second = found(position=5), found(1, position=6)
    held = decision(only(first, second).case, first, second)
    case = only(second, decisions=(held,))
    assert (case.case, case.state, case.number) == (held.case, CaseState.HELD, 1)


def test_of_a_case_that_falls_apart_the_older_part_goes_on_with_it() -> None:
    first, middle, last = found(0, position=5), found(12, position=6), found(24, position=7)
    held = decision(only(first, middle, last).case, first, middle, last)
    cases = cases_of([last, first], (held,), TODAY)
    assert [(c.case == held.case, c.state) for c in cases] == [
        (True, CaseState.HELD),
        (False, CaseState.OPEN),
    ]
    assert len({c.case for c in cases}) == 2


def test_a_hold_is_over_on_its_day() -> None:
    one = found()
    held = decision(only(one).case, one, until=TODAY)
    case = only(one, decisions=(held,))
    assert (case.state, case.decision) == (CaseState.OPEN, held)


def test_a_case_waits_for_a_second_person_until_one_decided() -> None:
    one = found()
    case = only(one).case
    for kind, correction, state in (
        (DecisionKind.ACCEPTANCE_PROPOSED, None, CaseState.ACCEPTANCE),
        (DecisionKind.CORRECTION_PROPOSED, "proposed", CaseState.CORRECTION),
        (DecisionKind.CORRECTION_PROPOSED, "rejected", CaseState.OPEN),
        (DecisionKind.RELEASED, None, CaseState.OPEN),
    ):
        said = decision(case, one, kind=kind, correction_state=correction)
        assert only(one, decisions=(said,)).state is state


def test_what_an_estimate_left_goes_on_with_its_count_of_decisions() -> None:
    first, second = found(0, position=1), found(2, position=2)
    case = only(first, second)
    said = decision(case.case, second, kind=DecisionKind.ESTIMATED)
    rest = only(first, decisions=(said,))
    assert (rest.case, rest.number, rest.state) == (case.case, 1, CaseState.OPEN)


def test_who_proposed_is_known_of_each_finding_when_cases_join() -> None:
    mine, bridge, other = found(0, position=1), found(12, position=3), found(24, position=2)
    a, b = cases_of([mine, other], (), TODAY)
    kind = DecisionKind.ACCEPTANCE_PROPOSED
    told = (
        decision(a.case, mine, kind=kind, decided_by=UUID(int=1), position=21),
        decision(b.case, other, kind=kind, decided_by=UUID(int=2), position=22),
    )
    joined = only(mine, bridge, other, decisions=told)
    assert joined.proposers == {mine.finding: UUID(int=1), other.finding: UUID(int=2)}
    found_by = {who: acceptance_of(joined, UUID(int=who), alone=False) for who in (1, 2, 3)}
    assert found_by[1].ended == (other,)
    assert found_by[2].ended == (mine,)
    assert found_by[3].ended == (mine, other)
    assert found_by[3].proposed == (bridge,)
    assert acceptance_of(joined, UUID(int=1), alone=True).ended == (other,)
    assert acceptance_of(joined, UUID(int=3), alone=True).proposed == ()


def test_a_code_nobody_put_among_the_causes_is_its_own() -> None:
    assert cause_of("dlt645.null_value") == "dlt645.null_value"
    codes = [code for codes in CAUSES.values() for code in codes]
    assert len(codes) == len(set(codes))
    assert {f"cli.cause.{cause}" for cause in CAUSES} <= set(catalogue())


@given(
    st.lists(
        st.tuples(
            st.integers(0, 400),
            st.sampled_from(["register.jump", "reading.conflict", "usage.zero_run"]),
            st.sampled_from(["m1", "m2", None]),
            st.integers(0, 60),
        ),
        unique=True,
        max_size=30,
    ),
    st.randoms(use_true_random=False),
)
def test_cases_divide_the_findings_whatever_their_order(
    what: list[tuple[int, str, str | None, int]], chance: Any
) -> None:
    findings = [
        found(hours, code=code, point=point, length=length, position=n)
        for n, (hours, code, point, length) in enumerate(what)
    ]
    cases = cases_of(findings, (), TODAY)
    named = [each.finding for case in cases for each in case.findings]
    assert sorted(named) == sorted(each.finding for each in findings)
    assert len({case.case for case in cases}) == len(cases)
    chance.shuffle(findings)
    assert cases_of(findings, (), TODAY) == cases


def test_a_case_keeps_its_id_while_findings_of_the_same_doubt_take_each_others_place() -> None:
    fall = found(code="register.negative_step", position=10)
    kind = found(code="register.reset", position=20, severity=Severity.WARN)
    again = found(code="register.negative_step", position=30)
    whole = only(fall, kind).case
    assert whole == only(fall).case == only(kind).case == only(again).case
    assert only(found(30, position=5, code="register.negative_step")).case != whole


def test_what_was_accepted_and_is_doubtful_again_counts_its_decisions_on() -> None:
    fall = found(code="register.negative_step", position=10)
    case = only(fall).case
    assert case_ids([fall]) >= {case}
    accepted = decision(case, fall, kind=DecisionKind.ACCEPTED, until=None)
    back = only(found(code="register.negative_step", position=30), decisions=(accepted,))
    assert (back.case, back.number, back.state) == (case, 1, CaseState.OPEN)
