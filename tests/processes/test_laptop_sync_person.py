"""A laptop's work comes in by the word of whose it is, or of one who decides on readings."""

from __future__ import annotations

from uuid import UUID

import pytest

from energy.base.secrets import PersonVault
from energy.store.laptop import APPLIED
from processes.laptop_file import LaptopFileError
from processes.laptop_review import review_list
from processes.laptop_sync import SyncError, take_bundle
from tests.fixtures.field import Field
from tests.processes.test_laptop_sync import Laptop, laptop

__all__ = ["laptop"]
pytestmark = pytest.mark.servers
ADA, BO, MINA = UUID(int=0xA), UUID(int=0xB), UUID(int=0xC)


def test_a_bundle_exchanged_behind_the_sign_in_is_not_taken(laptop: Laptop, field: Field) -> None:
    laptop.take_pack(ADA)
    laptop.commission()
    desk, file, before = field.desk(laptop.port), laptop.write_bundle(), field.position()
    with pytest.raises(SyncError, match="another person's pack"):
        take_bundle(desk, file, by=BO)
    with pytest.raises(SyncError, match="nobody has signed in"):
        take_bundle(desk, file)
    assert (review_list(desk, every=True), field.position()) == ([], before)


def test_who_decides_on_readings_brings_in_what_several_did(laptop: Laptop, field: Field) -> None:
    for person, unit in ((ADA, 2), (BO, 19)):
        laptop.take_pack(person)
        laptop.commission(unit, point=f"meter-{unit}")
    desk, file = field.desk(laptop.port), laptop.write_bundle()
    done = take_bundle(desk, file, by=MINA, decides=True)
    assert (done.applied, done.review) == (2, ())
    rows = review_list(desk, every=True)
    assert [(row.state, row.person, row.brought_by, row.decided_by) for row in rows] == [
        (APPLIED, ADA, MINA, MINA),
        (APPLIED, BO, MINA, MINA),
    ]


def test_a_pack_of_before_a_site_moved_does_not_come_in_but_a_new_one_brings_its_acts(
    laptop: Laptop, field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop.take_pack(ADA)
    laptop.commission()
    file, digest = laptop.write_bundle(), PersonVault.digest
    monkeypatch.setattr(
        PersonVault, "digest", lambda vault, text: digest(vault, f"another installation {text}")
    )
    with pytest.raises(LaptopFileError, match="seal"):
        take_bundle(field.desk(laptop.port), file, by=ADA)
    field.site.tick(60)
    laptop.take_pack(BO)
    done = take_bundle(field.desk(laptop.port), laptop.write_bundle(), by=BO)
    assert (done.applied, len(done.review)) == (0, 1)
