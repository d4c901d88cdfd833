"""A revision that was stored before plans could be withdrawn is read as one that withdraws none."""

from __future__ import annotations

from energy.base.ids import id_of
from energy.metering.plans.plan import PlanRevision


def test_an_event_without_the_later_field_withdraws_nothing() -> None:
    revision = PlanRevision(
        year=2026,
        rows=[],
        currency="GBP",
        reason="budget",
        file="plan.xlsx",
        proposed_by=id_of("person", "anna"),
        command_id=id_of("command", "one"),
        withdrawn=None,
    )
    (proposed,) = revision.pending_events
    del proposed.__dict__["withdrawn"]
    assert isinstance(proposed, PlanRevision.Created)
    assert proposed.withdrawn is None
    assert proposed.mutate(None).state == "proposed"
