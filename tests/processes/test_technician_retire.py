"""A meter is taken away, or counts behind another ratio: one instant, both parts billable."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from energy.base.errors import UnknownMeterError
from energy.base.period import Period
from energy.metering.reading import Reading
from energy.views.usage import read_spans
from processes.collect_plan_file import plan_from_registry
from processes.collector_plan import CollectPlan
from processes.meter_acts import Did, acts_of
from processes.technician_ratio import change_ratio
from processes.technician_retire import retire
from processes.technician_values import (
    ChecksFailedError,
    Done,
    FieldRefusedError,
    NewPoint,
    NoContactError,
    Remarks,
    Removed,
    Witnesses,
)
from tests.fixtures.field import Field
from tests.fixtures.gateway import gateway
from tests.fixtures.postgres import NOON

pytestmark = pytest.mark.servers
NEW = NewPoint(name="Building 2", place="b2", utility="electricity")


def served(field: Field, port: int) -> Done:
    done = field.technician(port).commission(field.installed(2), NEW, watch_s=0)
    plan_from_registry(field.system.database, field.site.site).save(field.plan_file)
    field.site.tick(900)
    return done


def removed(field: Field, **changes: object) -> Removed:
    display = str(changes.get("display", field.display(2)))
    return Removed(displays=(display,), reason=str(changes.get("reason", "tenant moved out")))


def test_a_retired_meter_is_billable_to_its_final_count_and_asked_no_more(
    field: Field, port: int
) -> None:
    start = served(field, port).counts["active_energy_import"]
    photo = field.photo()
    remarks = Remarks(people=Witnesses(technician="Ada Okoye"), photos=(photo,))
    done = retire(field.desk(port), "b2-elec", removed(field), remarks)
    assert done.final_counts == {"active_energy_import": field.count(2)}
    assert field.meter().serial is None
    assert CollectPlan.load(field.plan_file).meters == ()
    field.site.project()
    period = Period(start=NOON, end=NOON + timedelta(hours=1))
    with field.system.database.connection() as connection:
        span = read_spans(connection, field.site.schema, [1], period)[1]
    assert int(span.usage.sum()) == (done.final_counts["active_energy_import"] - start) * 10
    last = acts_of(field.desk(port).metering, field.site.site.key, "b2-elec")[-1]
    assert (last.did, last.serial, last.reason) == (Did.RETIRED, "S-2", "tenant moved out")
    assert last.documents == [photo.sha256]
    [(content,)] = field.site.rows("SELECT content FROM {s}.attachment")
    assert bytes(content) == photo.content


def test_the_same_removal_again_writes_nothing_and_another_names_the_first(
    field: Field, port: int
) -> None:
    served(field, port)
    first = retire(field.desk(port), "b2-elec", removed(field), Remarks())
    before = field.position()
    again = retire(field.desk(port), "b2-elec", removed(field), Remarks())
    assert again.again
    assert again.at == first.at
    with pytest.raises(FieldRefusedError, match=r"\(2019-01-01 12:15 UTC, tenant moved out\)"):
        retire(field.desk(port), "b2-elec", removed(field, reason="burnt"), Remarks())
    assert field.position() == before


def test_a_final_display_that_is_not_the_register_retires_nothing(field: Field, port: int) -> None:
    served(field, port)
    before = field.position()
    wrong = removed(field, display=str(field.count(2)))
    with pytest.raises(ChecksFailedError, match="scale off by 100"):
        retire(field.desk(port), "b2-elec", wrong, Remarks())
    assert field.position() == before
    assert [m.point for m in CollectPlan.load(field.plan_file).meters] == ["b2-elec"]


def test_a_silent_meter_is_retired_by_its_display(field: Field, port: int) -> None:
    served(field, port)
    said = removed(field)
    with gateway([], field.site.clock) as nobody:
        done = retire(field.desk(nobody), "b2-elec", said, Remarks())
    assert done.final_counts == {"active_energy_import": int(Fraction(said.displays[0]) * 100)}
    assert [check.outcome.value for check in done.checks] == ["noted"]


def test_a_point_that_is_unknown_or_was_never_served_has_nothing_to_retire(
    field: Field, port: int
) -> None:
    with pytest.raises(UnknownMeterError):
        retire(field.desk(port), "roof", removed(field), Remarks())


def test_usage_counts_with_the_old_ratio_before_and_the_new_one_after_the_change(
    field: Field, port: int
) -> None:
    start = served(field, port).counts["active_energy_import"]
    done = change_ratio(
        field.desk(port),
        "b2-elec",
        Fraction(40),
        reason="transformers changed to 200/5",
        displays=(field.display(2),),
        remarks=Remarks(seals=("A1",)),
        sighted=field.sighted(port, 40),
    )
    changed = done.counts["active_energy_import"]
    assert changed == field.count(2)
    field.site.clock.move_to(NOON + timedelta(hours=1))
    last = field.count(2)
    field.site.accept(Reading(channel=1, at=field.site.clock.now(), count=last))
    field.site.project()
    period = Period(start=NOON, end=NOON + timedelta(hours=1))
    with field.system.database.connection() as connection:
        span = read_spans(connection, field.site.schema, [1], period)[1]
    assert int(span.usage.sum()) == (changed - start) * 10 + (last - changed) * 10 * 40
    act = acts_of(field.desk(port).metering, field.site.site.key, "b2-elec")[-1]
    assert (act.did, act.old_multiplier, act.multiplier) == (Did.RATIO_CHANGED, "1", "40")


def test_the_same_ratio_again_writes_nothing_and_a_silent_meter_cannot_change_it(
    field: Field, port: int
) -> None:
    served(field, port)
    desk = field.desk(port)
    with pytest.raises(FieldRefusedError, match="counts with 1 already"):
        change_ratio(desk, "b2-elec", Fraction(1), reason="?", displays=(), remarks=Remarks())
    told: dict[str, Any] = {"reason": "new", "displays": (), "remarks": Remarks()}
    change_ratio(desk, "b2-elec", Fraction(40), sighted=field.sighted(port, 40), **told)
    before = field.position()
    again = change_ratio(
        desk, "b2-elec", Fraction(40), reason="new", displays=(), remarks=Remarks()
    )
    assert again.again
    with gateway([], field.site.clock) as nobody, pytest.raises(NoContactError):
        change_ratio(
            field.desk(nobody), "b2-elec", Fraction(80), reason="?", displays=(), remarks=Remarks()
        )
    assert field.position() == before


def test_another_ratio_is_believed_by_the_rule_of_commissioning(field: Field, port: int) -> None:
    served(field, port)
    desk, before = field.desk(port), field.position()
    told: dict[str, Any] = {"reason": "300/5", "displays": (), "remarks": Remarks()}
    with pytest.raises(ChecksFailedError, match=r"not proven\. Switch a known load on"):
        change_ratio(desk, "b2-elec", Fraction(60), **told)
    with pytest.raises(ChecksFailedError, match="CT ratio applied twice"):
        change_ratio(desk, "b2-elec", Fraction(60), sighted=field.sighted(port, 1), **told)
    people = Remarks(people=Witnesses(technician="Ada Okoye", witness="Bo Lindqvist"))
    with pytest.raises(ChecksFailedError, match="not proven"):  # the side is not theirs to say
        change_ratio(desk, "b2-elec", Fraction(60), **{**told, "remarks": people})
    assert (field.position(), field.meter().multiplier) == (before, "1")
    change_ratio(desk, "b2-elec", Fraction(60), sighted=field.sighted(port, 60), **told)
    field.site.tick(60)
    with pytest.raises(ChecksFailedError, match="1 rests on typing alone"):
        change_ratio(desk, "b2-elec", Fraction(1), **told)
    with pytest.raises(ChecksFailedError, match="1 rests on typing alone"):
        change_ratio(desk, "b2-elec", Fraction(1), sighted=field.sighted(port, 60), **told)
    done = change_ratio(desk, "b2-elec", Fraction(1), sighted=field.sighted(port, 1), **told)
    assert "shows the load as it is" in {check.name: check.text for check in done.checks}["ratio"]
    assert field.meter().multiplier == "1"
