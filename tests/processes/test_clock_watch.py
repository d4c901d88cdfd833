from __future__ import annotations

from datetime import UTC, datetime, timedelta

from energy.base.clock import ManualClock
from energy.metering.note import Note
from energy.store.errors import StoreUnavailableError
from processes.clock_watch import HOST, METER, SERVER, ClockWatch
from processes.host_clock import HostClock

NOW = datetime(2026, 3, 29, 1, tzinfo=UTC)
GOOD = HostClock(synchronised=True, most_error_us=400)


def watch(
    told: list[Note],
    *,
    server_s: float = 0.0,
    host: HostClock | None = GOOD,
    meters: tuple[tuple[str, int | None], ...] = (),
) -> ClockWatch:
    clock = ManualClock(NOW)
    return ClockWatch(
        clock,
        told.extend,
        limit_us=2_000_000,
        host=lambda: host,
        server=lambda: clock.now() + timedelta(seconds=server_s),
        meters=lambda: meters,
    )


def test_clocks_within_the_limit_are_no_finding() -> None:
    told: list[Note] = []
    checked = watch(told, server_s=1.5, meters=(("t1", -2_500_000),))
    assert checked.check()
    assert told == []
    assert checked.complaints() == []
    assert checked.report is not None
    assert [round(o.ahead_us / 1e6, 1) for o in checked.report.offsets] == [1.5, -2.5]


def test_each_clock_that_is_off_is_a_finding_of_its_own_with_the_next_step() -> None:
    told: list[Note] = []
    bad = HostClock(synchronised=False, most_error_us=16_000_000)
    hour = 3_600_000_000
    checked = watch(told, server_s=-5.0, host=bad, meters=(("t1", hour), ("t2", None)))
    checked.check()
    assert [each.code for each in told] == [HOST, SERVER, METER]
    assert told[2].proof["point"] == "t1"
    server, meter = checked.complaints()
    assert "-5.0 s" in server
    assert "+3600 s" in meter
    assert checked.report is not None
    assert checked.report.unanswered == ("t2",)


def test_a_clock_that_stays_wrong_is_one_finding_a_day() -> None:
    told: list[Note] = []
    checked = watch(told, server_s=60.0)
    checked.check()
    checked.check()
    assert len({each.id for each in told}) == 1


def test_a_server_without_contact_is_asked_again_and_is_no_finding() -> None:
    def away() -> datetime:
        raise StoreUnavailableError("localhost", "it is away")

    told: list[Note] = []
    clock = ManualClock(NOW)
    checked = ClockWatch(clock, told.extend, limit_us=1, host=lambda: None, server=away)
    assert not checked.check()
    assert told == []
