"""The events of a tariff version: those stored before this program are read as they were meant."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from billing.errors import WrongStateError
from billing.tariffs.published_tariff import PublishedTariff
from energy.base.ids import id_of


def published(golden: str = "{}") -> PublishedTariff:
    return PublishedTariff(
        site="town",
        tariff="t",
        valid_from=date(2020, 1, 1),
        version=1,
        utility="gas",
        document="{}",
        sha256="x",
        by=None,
        golden=golden,
        command_id=id_of("c"),
    )


def test_a_version_published_before_there_were_golden_bills_has_none() -> None:
    (told,) = published().collect_events()
    del told.__dict__["golden"]
    again = told.mutate(None)
    assert isinstance(again, PublishedTariff)
    assert (again.golden, again.sha256, again.withdrawn) == ("", "x", False)
    assert told.golden == ""


def test_a_version_is_withdrawn_once_and_its_events_say_which_it_is() -> None:
    version = published()
    version.withdraw("mistyped", by=UUID(int=1), command_id=id_of("w"))
    assert version.withdrawn
    assert version.seen(id_of("w"))
    with pytest.raises(WrongStateError, match="Publish a higher version"):
        version.withdraw("again", by=None, command_id=id_of("v"))
    told = version.collect_events()[1]
    assert isinstance(told, PublishedTariff.Withdrawn)
    assert (told.tariff, told.valid_from, told.version) == ("t", date(2020, 1, 1), 1)


def test_the_same_golden_bill_again_is_no_event() -> None:
    version = published()
    version.set_golden("{}", "same", by=None, command_id=id_of("g"))
    assert len(version.pending_events) == 1
    version.set_golden('{"net":"1"}', "digits", by=None, command_id=id_of("h"))
    assert version.golden == '{"net":"1"}'
