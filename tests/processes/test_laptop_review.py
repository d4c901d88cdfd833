"""Whoever decides decides alone, and what was done on both sides is never dropped in silence."""

from __future__ import annotations

from uuid import UUID

import pytest

from energy.store.laptop import APPLIED, REFUSED, REVIEW
from processes.laptop_review import ReviewError, accept, refuse, review_list
from processes.laptop_sync import SyncError, alone, take_bundle
from processes.technician_acts import Retire
from processes.technician_values import Remarks, Removed
from tests.fixtures.field import Field
from tests.processes.test_laptop_sync import PERSON, Laptop, laptop

__all__ = ["laptop"]
pytestmark = pytest.mark.servers
ADA, BO = UUID(int=0xA), UUID(int=0xB)


def test_two_syncs_at_once_never_judge_one_command_twice(laptop: Laptop, field: Field) -> None:
    laptop.commission()
    file, desk = laptop.write_bundle(), field.desk(laptop.port)
    with alone(desk):
        for act in (
            lambda: take_bundle(desk, file),
            lambda: accept(desk, "abcd", by=PERSON, reason="x"),
            lambda: refuse(desk, "abcd", by=PERSON, reason="x"),
        ):
            with pytest.raises(SyncError, match="Another sync or review"):
                act()
    assert take_bundle(desk, file).applied == 1
    with pytest.raises(ReviewError, match="No command in review"):
        accept(desk, "abcd", by=PERSON, reason="x")


def test_a_meter_retired_on_both_sides_for_one_reason_waits_for_a_person(
    laptop: Laptop, field: Field
) -> None:
    laptop.commission()
    laptop.sync()
    field.site.tick(60)
    for desk in (laptop.desk(), field.desk(laptop.port)):
        gone = Removed(displays=(field.display(2),), reason="demolished")
        desk.act(Retire(point="b2-elec", removed=gone, remarks=Remarks()))
        field.site.tick(3600)
    done = laptop.sync()
    assert [row.state for row in done.review] == [REVIEW]
    assert "was done here already" in done.review[0].reason


@pytest.mark.slow
def test_a_server_killed_behind_a_retirement_knows_it_for_the_laptop_s_own(
    laptop: Laptop, field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop.commission()
    laptop.sync()
    field.site.tick(60)
    gone = Removed(displays=(field.display(2),), reason="demolished")
    laptop.desk().act(Retire(point="b2-elec", removed=gone, remarks=Remarks()))
    with monkeypatch.context() as killed:
        killed.setattr("processes.laptop_sync.keep_command", _killed)
        with pytest.raises(KeyboardInterrupt):
            take_bundle(field.desk(laptop.port), laptop.write_bundle())
    done = laptop.sync()
    assert (done.applied, done.review) == (1, ())


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_an_act_under_another_s_pack_waits_for_one_who_decides_and_was_not_there(
    laptop: Laptop, field: Field
) -> None:
    laptop.take_pack(ADA)
    laptop.commission()
    laptop.take_pack(BO)
    desk, file = field.desk(laptop.port), laptop.write_bundle()
    done = take_bundle(desk, file, by=BO)
    assert (done.applied, [row.state for row in done.review]) == (0, [REVIEW])
    (row,) = review_list(desk)
    assert "another's pack" in row.reason
    assert (row.person, row.brought_by, row.decided_by) == (ADA, BO, None)
    beginning = str(row.command)[:8]
    with pytest.raises(ReviewError, match="your own"):
        accept(desk, beginning, by=ADA, reason="I know it is right")
    assert [each.state for each in review_list(desk)] == [REVIEW]
    assert accept(desk, beginning, by=PERSON, reason="Ada was there").decided_by == PERSON
    (row,) = review_list(desk, every=True)
    assert (row.state, row.person, row.brought_by) == (APPLIED, ADA, BO)


def test_who_made_a_command_may_take_it_back(laptop: Laptop, field: Field) -> None:
    laptop.take_pack(ADA)
    laptop.commission()
    laptop.take_pack(BO)
    desk = field.desk(laptop.port)
    (row,) = take_bundle(desk, laptop.write_bundle(), by=BO).review
    assert refuse(desk, str(row.command), by=ADA, reason="wrong meter").state == REFUSED
