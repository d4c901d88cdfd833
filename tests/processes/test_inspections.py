"""From a broken seal to the cents on a bill: found by two, approved by a third, said by the bill.

By hand: the gas meter of b1 shows 57.61 m³ in three days and 20 % too little, so 57.61 x 20/80 =
14.4025 m³ are missing, 14.403 m³ in whole litres. In kWh (x 39.5 / 3.6) 632.110 were billed and
790.143 flowed: 24.65 - 19.72 for gas and 1.60 - 1.28 for the levy are 5.25, with 20 % tax 6.30.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from billing.documents.adjusted import adjusted_rows
from billing.documents.words import Words
from billing.invoices.issuer import CorrectionMode
from billing.views.outage_tenants import supplied_by
from energy.base.config import Config
from energy.base.errors import ConflictError, RefusedError
from energy.base.ids import id_of
from energy.base.period import local_day, span_of_days
from energy.journal.application import JournalApplication
from energy.service.inspection.desk import InspectionDesk
from energy.service.inspection.errors import InspectionError
from energy.service.inspection.found import Claim, Evidence, Found
from energy.service.inspection.inspection import Inspection
from energy.service.inspection.kinds import FindingKind, InspectionState, Method
from energy.service.inspection.reads import InspectionRow, read_inspections
from energy.service.inspection.rules import parse_rules
from energy.service.work.desk import WorkPlanDesk
from energy.service.work.levels import parse_levels
from energy.service.work.order_desk import WorkOrderDesk
from energy.store.embedded import EmbeddedPostgres
from energy.system import WRITER, System
from energy.views.adjustments import read_adjustments
from processes.inspections import (
    Proposal,
    approve_back_billing,
    back_bill,
    draft_back_billing,
)
from processes.meter_life.adjust import approve_adjustment, reject_adjustment
from processes.settling import settle
from tests.billing.conftest import server, town
from tests.billing.corrections.story import Story
from tests.billing.town import Town
from tests.energy.service.inspection.test_rules import FILE
from tests.energy.service.work.test_levels import FILE as LEVELS
from tests.fixtures.supply import electricity, node

__all__ = ["server", "town"]
pytestmark = pytest.mark.servers
ANNA, BEN, CARL, DORA = (id_of("person", name) for name in ("anna", "ben", "carl", "dora"))
"""Anna and Ben inspect, Carl proposes, Dora approves."""
ONE, THREE = date(2019, 1, 1), date(2019, 1, 3)
MANAGER = frozenset({"energy_manager"})
BY_ERROR = Claim(method=Method.ERROR)


class Case:
    """A town, its parts of a process and its desk of inspections."""

    def __init__(self, town: Town, dsn: str, place: Path) -> None:
        self.town = town
        config = Config(data_dir=place, dsn=dsn, dsn_writer=dsn, pool_size=4)
        self.system = System(config=config, role=WRITER, clock=town.clock)
        self.site, self.clock = town.site, town.clock
        self.desk = InspectionDesk(
            town.database, town.site, town.clock, supplied_by(town.database, town.site)
        )
        self.orders = WorkOrderDesk(town.database, town.site, town.clock)

    def publish(self) -> None:
        first, rules = parse_rules(FILE)
        self.desk.publish(rules, valid_from=first, by=CARL, command_id=uuid4())
        plans = WorkPlanDesk(self.town.database, self.site, self.clock)
        day, levels = parse_levels(LEVELS)
        plans.publish_levels(levels, valid_from=day, by=CARL, command_id=uuid4())

    def work(self, order: UUID, act: str, by: UUID, **more: Any) -> None:
        made = uuid4()
        self.orders.act(
            order, lambda it: getattr(it, act)(by=by, command_id=made, **more), command_id=made
        )

    def inspected(self, found: Found) -> UUID:
        """Return the work order of an inspection of b1-gas that two people have carried out."""
        noted = self.desk.tell_seal("b1-gas", "wire cut", by=ANNA, command_id=uuid4())
        order = self.desk.order(
            noted, "critical", "look", inspectors=(ANNA, BEN), by=CARL, command_id=uuid4()
        )
        now = self.clock.now()
        self.work(order, "take", ANNA)
        self.work(order, "begin", ANNA, at=now, now=now)
        seen = Evidence(seen_at=now, seals=("0815 broken",), error_percent="-20")
        self.desk.tell_evidence(order, seen, by=BEN, command_id=uuid4())
        self.desk.tell_finding(order, found, by=ANNA, command_id=uuid4())
        self.work(order, "finish", ANNA)
        with pytest.raises(RefusedError, match="another person"):
            self.work(order, "sign", BEN)  # who told evidence did some of it
        return order

    def row(self, order: UUID) -> InspectionRow:
        settle(self.town.database, self.site, self.clock, "operations", "metering")
        with self.town.database.connection() as connection:
            (row,) = read_inspections(connection, self.site.schema, named=order.hex)
        return row

    def draft(self, order: UUID, claim: Claim = BY_ERROR) -> int:
        return self.drafted(order, claim).draft.total

    def propose(self, order: UUID, claim: Claim = BY_ERROR) -> UUID:
        made = self.drafted(order, claim)
        return back_bill(self.system, self.site, self.desk, self.row(order), made, CARL)

    def approve(self, order: UUID, by: UUID = DORA, roles: frozenset[str] = MANAGER) -> int:
        row = self.row(order)
        return approve_back_billing(self.system, self.site, self.desk, row, roles, by)

    def drafted(self, order: UUID, claim: Claim) -> Proposal:
        return draft_back_billing(self.system, self.site, self.desk, self.row(order), claim)


@pytest.fixture
def case(town: Town, server: EmbeddedPostgres, tmp_path: Path) -> Any:
    town.found()
    town.read()
    town.catch_up()
    made = Case(town, server.dsn(user=WRITER), tmp_path)
    made.publish()
    yield made
    made.system.close()


def slow(**changed: Any) -> Found:
    facts: dict[str, Any] = {
        "finding": FindingKind.METER_ERROR,
        "error_percent": Fraction(-20),
        "first": ONE,
        "last": THREE,
        "words": "slow in the test",
    }
    return Found(**{**facts, **changed})


@pytest.mark.parametrize("mode", list(CorrectionMode))
def test_what_an_inspection_found_is_on_the_bill_to_the_cent_with_its_reason(
    case: Case, mode: CorrectionMode
) -> None:
    story = Story(case.town)
    story.say_by(mode)
    story.bill(ONE, THREE)
    was = story.paid()["A-b1"]
    order = case.inspected(slow())
    with pytest.raises(InspectionError, match="not finished"):
        case.draft(order)
    case.work(order, "sign", DORA)
    adjustment = case.propose(order)
    assert case.propose(order) == adjustment, "said again"
    assert case.row(order).missed is not None
    for nobody in (ANNA, BEN, CARL):
        with pytest.raises(InspectionError, match="Who inspected or proposed"):
            case.approve(order, by=nobody)
    with pytest.raises(InspectionError, match="billing_approver"):
        case.approve(order, roles=frozenset({"billing_clerk"}))
    with pytest.raises(RefusedError, match="inspect approve W-2019-00001"):
        approve_adjustment(case.system, case.site, adjustment.hex, by=DORA)
    assert story.look().proposed == (), "nothing counts before it is approved"
    position = case.approve(order)
    assert case.approve(order) == position, "said again"
    row = case.row(order)
    assert (row.state, row.approved_by) == (InspectionState.APPROVED, DORA)
    assert row.missed is not None
    assert row.missed["total"] == 14_403
    assert story.look().proposed == ("CAM-2019-000001/1",)
    _, proposal = case.town.office.corrections.proposal("CAM-2019-000001/1")
    (cause,) = proposal.causes
    assert (cause["cause"], cause["inspections"]) == ("inspection", ["W-2019-00001"])
    assert Decimal(proposal.total) == Decimal("6.30")
    story.accept("CAM-2019-000001/1")
    if mode is CorrectionMode.CREDIT_REBILL:
        assert story.paid()["A-b1"] == was + Decimal("6.30")
        credit, again = story.documents()[-2:]
        assert "what inspection W-2019-00001 found" in str(credit)
        (block,) = [each for each in again["supplies"] if each["point"] == "b1-gas"]
        assert block["inspections"] == ["W-2019-00001"]
    else:
        begin = datetime(2019, 1, 4, tzinfo=UTC)
        case.town.read(first=begin + timedelta(minutes=15), last=begin + timedelta(days=1))
        case.town.catch_up()
        story.bill(date(2019, 1, 4), date(2019, 1, 4), ("A-b1",))
        (entry,) = story.documents()[-1]["adjustments"]
        assert (entry["inspections"], entry["gross"]) == (["W-2019-00001"], "6.30")
        shown = adjusted_rows(Words("en", "invoice_page"), [entry])
        assert "found by inspection W-2019-00001" in shown["rows"][0][0]
    assert story.all_same()


def test_other_methods_are_exact_and_within_the_rules(case: Case) -> None:
    order = case.inspected(slow(finding=FindingKind.WIRING, error_percent=None, first=THREE))
    case.work(order, "sign", DORA)
    # Day three shows 19.18 m³; the two days before 19.25 and 19.18, their mean is 19.215.
    two = (ONE, date(2019, 1, 2))
    assert case.draft(order, Claim(method=Method.COMPARISON, compared=two)) == 35
    load = Claim(method=Method.LOAD, load=Fraction("1.25"), hours=Fraction(16))
    assert case.draft(order, load) == 20_000 - 19_180
    wrong = (
        (BY_ERROR, "states no error"),
        (Claim(method=Method.COMPARISON), "days to compare"),
        (Claim(method=Method.COMPARISON, compared=(ONE, date(2019, 1, 4))), "Not all usage"),
        (Claim(method=Method.LOAD, load=Fraction(2), hours=Fraction(25)), "at most 24"),
        (Claim(method=Method.LOAD, load=Fraction("19.18") / 24, hours=Fraction(24)), "nothing was"),
    )
    for claim, told in wrong:
        with pytest.raises(InspectionError, match=told):
            case.draft(order, claim)
    adjustment = case.propose(order, load)
    with pytest.raises(InspectionError, match="waits"):
        case.propose(order, Claim(method=Method.COMPARISON, compared=two))
    reject_adjustment(case.system, case.site, adjustment.hex, reason="load", by=DORA)
    assert case.row(order).refused
    other = case.propose(order, load)
    assert other != adjustment, "the same words behind a refusal are another proposal"
    assert not case.row(order).refused
    case.approve(order)


def test_what_may_still_come_in_is_not_billed_as_missed(case: Case) -> None:
    today = local_day(case.clock.now(), case.site.zone)
    day = span_of_days(today, today, case.site.zone)
    order = case.inspected(
        slow(finding=FindingKind.WIRING, error_percent=None, first=today, last=today)
    )
    case.work(order, "sign", DORA)
    now, quarter = case.clock.now(), timedelta(minutes=15)
    case.town.read(first=day.start, last=now)
    case.town.catch_up()
    load = Claim(method=Method.LOAD, load=Fraction("1.25"), hours=Fraction(16))
    with pytest.raises(InspectionError, match=f"{today}, and that day is not over"):
        case.draft(order, load)
    case.clock.move_to(day.end)
    unknown = (day.end - now) // quarter
    with pytest.raises(InspectionError, match=f"{unknown} intervals of {today} to {today}"):
        case.draft(order, load)
    case.town.read(first=now + quarter, last=day.end)
    case.town.catch_up()
    draft = case.drafted(order, load).draft
    assert (draft.missing, draft.usage + draft.total) == (0, 20_000)


def test_what_lies_too_far_back_or_was_unfounded_is_not_billed(case: Case) -> None:
    far = case.inspected(slow(first=date(2018, 1, 31)))
    case.work(far, "sign", DORA)
    with pytest.raises(InspectionError, match="2018-02-01"):
        case.draft(far)
    case.town.clock.move_to(case.clock.now() + timedelta(days=1))
    none = case.inspected(
        slow(finding=FindingKind.UNFOUNDED, error_percent=None, first=None, last=None)
    )
    case.work(none, "sign", DORA)
    with pytest.raises(InspectionError, match="No days"):
        case.draft(none)


def test_an_approval_cut_between_the_journals_is_finished_by_anybody(case: Case) -> None:
    order = case.inspected(slow())
    case.work(order, "sign", DORA)
    adjustment = case.propose(order)
    done = approve_adjustment(
        case.system, case.site, adjustment.hex, inspection="W-2019-00001", by=DORA
    )
    assert case.row(order).state == InspectionState.PROPOSED, "cut here: it counts already"
    assert case.approve(order, by=CARL, roles=frozenset()) == done.decided_position
    row = case.row(order)
    assert (row.state, row.approved_by) == (InspectionState.APPROVED, DORA)
    assert case.approve(order) == done.decided_position, "said again by who approved it"
    with pytest.raises(InspectionError, match="approved"):
        case.approve(order, by=id_of("person", "eve"))


def test_of_two_who_propose_at_once_one_is_refused_and_leaves_nothing_waiting(case: Case) -> None:
    order = case.inspected(slow(finding=FindingKind.WIRING, error_percent=None, first=THREE))
    case.work(order, "sign", DORA)
    row = case.row(order)
    loads = [Claim(method=Method.LOAD, load=Fraction(n), hours=Fraction(16)) for n in (2, 3)]
    one, other = (draft_back_billing(case.system, case.site, case.desk, row, e) for e in loads)
    asked = case.desk.inspection

    def overtaken(identity: UUID) -> Inspection:
        case.desk.inspection = asked  # type: ignore[method-assign]  # once
        found = asked(identity)
        back_bill(case.system, case.site, case.desk, row, one, CARL)
        return found

    case.desk.inspection = overtaken  # type: ignore[method-assign]  # the other looks, one is faster
    with pytest.raises(InspectionError, match="waits"):
        back_bill(case.system, case.site, case.desk, row, other, id_of("person", "eve"))
    with case.town.database.connection() as connection:
        waiting = [
            each.adjustment
            for each in read_adjustments(connection, case.site.schema)
            if each.state == "proposed"
        ]
    assert waiting == [case.desk.inspection(order).adjustment]
    case.approve(order)


def test_what_others_hindered_again_and_again_leaves_nothing_waiting(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = case.inspected(slow())
    case.work(order, "sign", DORA)
    row = case.row(order)
    made = draft_back_billing(case.system, case.site, case.desk, row, BY_ERROR)

    def changed(*_: object, **__: object) -> None:
        raise ConflictError.of("known.changed")

    with monkeypatch.context() as patch:
        patch.setattr(case.desk, "back_bill", changed)
        with pytest.raises(ConflictError):
            back_bill(case.system, case.site, case.desk, row, made, CARL)
    with case.town.database.connection() as connection:
        states = [each.state for each in read_adjustments(connection, case.site.schema)]
    assert states == ["rejected"]


def test_an_inspection_of_a_point_charges_that_point_alone(case: Case) -> None:
    order = case.inspected(slow())
    case.work(order, "sign", DORA)
    with pytest.raises(InspectionError, match="is about b1-gas, not b2-gas"):
        case.draft(order, replace(BY_ERROR, point="b2-gas"))
    assert case.draft(order, replace(BY_ERROR, point="b1-gas")) == 14_403


def test_an_inspection_of_a_node_charges_a_point_that_it_feeds(case: Case) -> None:
    metering = JournalApplication(case.town.database, case.site.schema, "metering", case.clock)
    b1, b2 = (node(f"{each}-node", "grid", point=f"{each}-elec") for each in ("b1", "b2"))
    metering.store(electricity(case.site.key, node("grid", kind="incomer"), b1, b2))
    case.town.catch_up()
    order = case.inspected(slow())
    case.work(order, "sign", DORA)
    row = replace(case.row(order), about="node:electricity/b1-node")
    for point, told in (("", "name the metering point"), ("b2-elec", "is not fed by")):
        claim = replace(BY_ERROR, point=point)
        with pytest.raises(InspectionError, match=told):
            draft_back_billing(case.system, case.site, case.desk, row, claim)
    fed = replace(BY_ERROR, point="b1-elec")
    made = draft_back_billing(case.system, case.site, case.desk, row, fed)
    assert made.draft.point == "b1-elec"
