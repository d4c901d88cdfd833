"""A bill run knows what is wrong with everything that lies before its mark. I/O."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from energy.base.finding import Severity
from energy.metering.note import note
from energy.views.registry import load_channels
from processes.readings_state import corrections_at
from processes.validating import looked_before, validate_up_to
from tests.billing.conftest import metered, server, town
from tests.billing.town import CLERK, FIRST, LAST, Town, count_at
from tests.fixtures.doubts import barred, noted, rated_again, system_of

pytestmark = pytest.mark.servers
__all__ = ["metered", "server", "town"]  # fixtures
NOON = datetime(2019, 1, 2, 12, tzinfo=UTC)


def displayed(town: Town) -> None:
    """Let a round's sheet say that a register stood lower than what was read."""
    with town.database.connection() as connection:
        channel = load_channels(connection, town.site.schema)[1]
    corrections_at(system_of(town), town.site).enter(
        channel, [(NOON, count_at(1, NOON) - 5000)], note="round", by=CLERK, command_id=uuid4()
    )


def opened(town: Town) -> UUID:
    looked = looked_before(system_of(town), town.site, FIRST, LAST)
    return town.office.open_run(FIRST, LAST, CLERK, uuid4(), looked=looked)


def marks(town: Town) -> list[object]:
    town.catch_up()
    rows = town.rows(f"SELECT position FROM {town.site.schema}.mark ORDER BY 1")
    return [position for (position,) in rows]


def test_what_comes_between_the_look_and_the_mark_bars_the_run(metered: Town) -> None:
    metered.catch_up()
    validate_up_to(system_of(metered), metered.site)
    displayed(metered)
    run = opened(metered)
    assert barred(metered, rated_again(metered, run)) != []
    first, second = marks(metered)
    assert metered.office.books.run(run).metering_position == second
    told = metered.rows(f"SELECT position FROM {metered.site.schema}.finding ORDER BY 1")
    assert all(first < position < second for (position,) in told)  # type: ignore[operator]


def test_what_bars_other_days_or_bars_nothing_sets_no_other_mark(metered: Town) -> None:
    metered.catch_up()
    for code, day, severity in (
        ("register.frozen", 20, Severity.DO_NOT_BILL),
        ("register.zero_run", 2, Severity.WARN),
    ):
        first, last = (datetime(2019, 1, day, hour, tzinfo=UTC) for hour in (1, 2))
        told = note(code, first, last, source="checks", channel=1, severity=severity)
        looked = looked_before(system_of(metered), metered.site, FIRST, LAST)

        def meanwhile(mark: int, looked=looked, told=told) -> bool:  # noqa: ANN001
            noted(metered, told)
            return looked(mark)

        run = metered.office.open_run(FIRST, LAST, CLERK, uuid4(), looked=meanwhile)
        assert barred(metered, rated_again(metered, run)) == []
        metered.office.abandon(run, CLERK, "again", command_id=uuid4())
    assert len(marks(metered)) == 2
