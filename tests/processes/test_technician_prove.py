"""The multiplier of a meter is proven at the meter, at the desk or without network."""

from __future__ import annotations

from fractions import Fraction

import pytest

from processes.meter_acts import Did, acts_of
from processes.technician_acts import Prove
from processes.technician_prove import prove_multiplier
from processes.technician_values import FieldRefusedError, NewPoint, Remarks, Sighted
from tests.fixtures.field import Field
from tests.processes.test_laptop_sync import PEOPLE, Laptop, laptop

__all__ = ["laptop"]
pytestmark = pytest.mark.servers


def test_a_multiplier_is_proven_without_network_and_the_server_agrees(
    laptop: Laptop, field: Field
) -> None:
    laptop.commission(multiplier=Fraction(40), sighted=field.sighted(laptop.port, 40))
    laptop.sync()
    field.site.tick(60)
    act = Prove(
        point="b2-elec",
        displays=(field.display(2),),
        remarks=Remarks(people=PEOPLE),
        sighted=field.sighted(laptop.port, 40),
    )
    laptop.desk().act(act)
    done = laptop.sync()
    assert (done.applied, done.review) == (1, ())
    last = acts_of(field.site.application("metering"), field.site.site.key, "b2-elec")[-1]
    assert last.did is Did.MULTIPLIER_PROVED


def test_what_no_meter_serves_and_what_is_on_record_as_another_side_is_refused(
    field: Field, port: int
) -> None:
    new = NewPoint(name="Building 2", place="b2", utility="electricity")
    field.technician(port).commission(field.installed(2), new, watch_s=0)
    before = field.position()
    plates = Sighted(ratio=Fraction(40), load=field.sighted(port, 1).load)
    with pytest.raises(FieldRefusedError, match="on the secondary side, you say primary"):
        prove_multiplier(field.desk(port), "b2-elec", (), plates, Remarks())
    assert field.position() == before
