"""An apportionment gets other keys and ends; what does not fit is refused."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from energy.metering.shares.apportionment import Apportionment, ShareError

BY, COMMAND = UUID(int=1), UUID(int=2)
MARCH = date(2019, 3, 1)


@pytest.fixture
def common() -> Apportionment:
    return Apportionment(
        site="s",
        key="common",
        name="Lobby",
        whole={"point": "lobby", "quantity": "active_energy_import"},
        grid_s=900,
        channels={"u1": 7},
        version={"valid_from": "2019-01-01"},
        decided_by=BY,
        command_id=COMMAND,
    )


def revise(common: Apportionment, day: date) -> None:
    version = {"valid_from": day.isoformat()}
    common.revise(version, {"u2": 8}, reason="agreed", by=BY, command_id=COMMAND)


def test_another_key_brings_its_new_parts(common: Apportionment) -> None:
    revise(common, MARCH)
    assert common.channels == {"u1": 7, "u2": 8}
    assert common.first_day == date(2019, 1, 1)
    revise(common, MARCH)
    assert len(common.versions) == 2


def test_what_has_ended_gets_no_later_key(common: Apportionment) -> None:
    common.end(valid_to=MARCH, reason="rebuilt", by=BY, command_id=COMMAND)
    with pytest.raises(ShareError, match="divided no longer from 2019-03-01 on"):
        revise(common, MARCH)
    revise(common, date(2019, 2, 28))


def test_it_does_not_end_before_it_begins(common: Apportionment) -> None:
    with pytest.raises(ShareError, match="begins on 2019-01-01"):
        common.end(valid_to=date(2019, 1, 1), reason="?", by=BY, command_id=COMMAND)
