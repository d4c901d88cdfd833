"""Rules of the clock: once each, at the instant in data time, killed at any moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from energy.alerting.facts import CertificateEnd, Ports, PrepaidBalance
from energy.alerting.raising import Raising
from energy.alerting.signal import Signal, SignalState
from energy.alerting.ticker import Ticker, signal_of, stored_signal
from energy.base.clock import ManualClock
from energy.base.ids import id_of
from energy.store.communication import store_states
from processes.project import catch_up
from tests.energy.alerting.test_evaluator import evaluated, folded
from tests.energy.alerting.test_rule_reads import define
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.devices import device_state
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
MISSING: dict[str, Any] = {"kind": "missing", "subject": {"quantity": "*"}, "terms": {"for_s": 900}}


@pytest.fixture
def site(new_site: Any) -> TestSite:
    """A site with a counter of channel 1 and a gauge of channel 2, read at midnight."""
    site: TestSite = new_site(at=MIDNIGHT)
    site.counter(gauge=True)
    site.accept(reading(1, 0, 1000), reading(2, 0, 50))
    catch_up(site.writer, site.site, site.clock)
    return site


def ticked(site: TestSite, minutes: float, ports: Ports | None = None) -> int:
    site.clock.move_to(at(minutes))
    catch_up(site.writer, site.site, site.clock)
    changed = Ticker(site.writer, site.site, site.clock, ports).step()
    folded(site)
    return changed


def alerts(site: TestSite) -> list[tuple[Any, ...]]:
    return site.rows(
        "SELECT channel, raised_at, value, limit_value, cleared_at, historic "
        "FROM {s}.alert ORDER BY channel, raised_at"
    )


def test_missing_is_raised_where_the_time_was_up_and_cleared_by_the_next_reading(
    site: TestSite,
) -> None:
    define(site, "missing", **MISSING)
    assert ticked(site, 10) == 0
    assert ticked(site, 40) == 2
    assert ticked(site, 40.5) == 0, "a minute has one tick"
    assert ticked(site, 41) == 0
    site.accept(reading(2, 41, 50))
    assert ticked(site, 42) == 1
    assert alerts(site) == [
        (1, at(15), 40, 15, None, False),
        (2, at(15), 40, 15, at(41), False),
    ]


@pytest.mark.parametrize("minutes", [(16, 19, 20, 40), (40,)], ids=["awake", "asleep"])
def test_missing_with_a_delay_is_raised_when_that_is_over_too(
    site: TestSite, minutes: tuple[int, ...]
) -> None:
    define(site, "missing", **MISSING, delay_s=300)
    for minute in minutes:
        ticked(site, minute)
    assert {(row[0], row[1]) for row in alerts(site)} == {(1, at(20)), (2, at(20))}
    site.accept(reading(2, 41, 50))
    assert ticked(site, 42) == 1


@pytest.mark.parametrize("where", ["before the state", "behind the state"])
def test_killed_at_any_moment_raises_each_alert_once(
    site: TestSite, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    define(site, "low", kind="prepaid_low", subject={}, terms={"below": "20"})
    ports = Ports(prepaid=lambda: [PrepaidBalance(account="a", balance=Decimal("19.99"))])
    with monkeypatch.context() as patch:
        if where == "before the state":
            patch.setattr(Ticker, "_save", killed)
        else:
            patch.setattr(Raising, "_store", killed)
        with pytest.raises(Killed):
            ticked(site, 5, ports)
    for minute in (7, 8):
        ticked(site, minute, ports)
    raised_at = at(7) if where == "before the state" else at(5)
    assert [row[1:5] for row in alerts(site)] == [(raised_at, 1999, 2000, None)]


def test_two_tickers_at_once_raise_one_alert(site: TestSite) -> None:
    define(site, "missing", **MISSING)
    site.clock.move_to(at(40))
    one, other = (Ticker(site.writer, site.site, site.clock) for _ in range(2))
    assert (one.step(), other.step()) == (2, 0)


def test_views_that_are_behind_tell_nothing_of_what_is_missing(site: TestSite) -> None:
    define(site, "missing", **MISSING)
    site.accept(reading(1, 5, 1001))
    site.clock.move_to(at(40))
    assert Ticker(site.writer, site.site, site.clock).step() == 0
    assert ticked(site, 41) == 2


def test_device_that_does_not_answer_and_collector_that_has_stopped(site: TestSite) -> None:
    define(site, "comm", kind="communication", subject={"source": "bus"}, terms={"for_s": 600})

    def told(minutes: float, *devices: tuple[str, datetime | None]) -> None:
        states = [
            device_state(
                point,
                "bus" if point != "other" else "elsewhere",
                failing_since=since,
                last_seen=at(minutes) if since is None else None,
            )
            for point, since in devices
        ]
        store_states(site.writer, site.schema, states, at(minutes))

    def points() -> list[tuple[Any, ...]]:
        return site.rows(
            "SELECT raised_at, cleared_at FROM {s}.alert ORDER BY raised_at, cleared_at"
        )

    told(10, ("m1", at(2)), ("m2", None), ("other", at(0)))
    assert ticked(site, 10) == 0
    told(12, ("m1", at(2)), ("m2", None), ("other", at(0)))
    assert ticked(site, 12) == 1
    told(14, ("m1", None), ("m2", None), ("other", at(0)))
    assert ticked(site, 14) == 1
    assert points() == [(at(12), at(14))]
    assert ticked(site, 25) == 2, "the collector has said nothing since minute 14"
    assert points()[1:] == [(at(24), None)] * 2


def test_certificate_that_ends_soon_and_balance_that_is_low(site: TestSite) -> None:
    define(site, "cert", kind="certificate_expiry", subject={}, terms={"below": 30})
    define(site, "low", kind="prepaid_low", subject={"account": "a"}, terms={"below": "20.00"})
    ends = MIDNIGHT + timedelta(days=30, hours=1)
    ports = Ports(
        certificates=lambda: [CertificateEnd(name="web", ends_at=ends)],
        prepaid=lambda: [
            PrepaidBalance(account=account, balance=Decimal("-1.50")) for account in ("a", "b")
        ],
    )
    assert ticked(site, 10, ports) == 1
    assert ticked(site, 61, ports) == 1
    assert [row[1:4] for row in alerts(site)] == [(at(10), -150, 2000), (at(61), 29, 30)]


def test_certificate_that_cannot_be_read_is_an_alert_until_it_can(site: TestSite) -> None:
    define(site, "cert", kind="certificate_expiry", subject={}, terms={"below": 30})
    ends = [None, MIDNIGHT + timedelta(days=60)]
    ports = Ports(certificates=lambda: [CertificateEnd(name="web", ends_at=ends[0])])
    ticked(site, 10, ports)
    assert [row[1:] for row in alerts(site)] == [(at(10), -1, 30, None, False)]
    del ends[0]
    ticked(site, 11, ports)
    assert [row[4] for row in alerts(site)] == [at(11)]


def test_rules_that_stand_together(site: TestSite) -> None:
    for key, above in (("load", "60"), ("overload", "80")):
        define(site, key, terms={"above": above})
    both = {"all_of": ["load", "overload"]}
    define(site, "both", kind="combination", subject={}, terms=both)
    site.accept(reading(2, 1, 70))
    evaluated(site)
    assert ticked(site, 2) == 0
    site.accept(reading(2, 3, 90))
    evaluated(site)
    assert ticked(site, 4) == 1
    site.accept(reading(2, 5, 10))
    evaluated(site)
    assert ticked(site, 6) == 1
    (told,) = [row for row in alerts(site) if row[0] == 0]
    assert told[1:5] == (at(4), 2, 1, at(6))


def test_lost_data_are_told_once_and_clear_nothing(
    site: TestSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[SignalState, datetime]] = []
    take = Raising.take

    def taken(self: Raising, signals: Any) -> int:
        told.extend((each.state, each.at) for each in signals)
        return take(self, signals)

    define(site, "load", terms={"above": "60"})
    site.accept(reading(2, 1, 70))
    evaluated(site)
    monkeypatch.setattr(Raising, "take", taken)
    ticked(site, 50)
    assert told == []
    for minute in (62, 63, 64):
        ticked(site, minute)
    site.accept(reading(2, 65, 70))
    ticked(site, 66)
    unknown, known = (SignalState.UNKNOWN, at(61)), (SignalState.RAISED, at(65))
    assert list(dict.fromkeys(told)) == [unknown, known]
    assert alerts(site)[0][4] is None


def test_signal_is_stored_and_read_back() -> None:
    signal = Signal(
        alert=id_of("a"),
        rule=id_of("r"),
        state=SignalState.RAISED,
        at=MIDNIGHT,
        newest=at(5),
        value=7,
        channel=3,
        name="Load",
    )
    assert signal_of(stored_signal(signal)) == signal


def test_a_clock_that_ran_ahead_and_was_corrected_does_not_silence_the_rules(
    site: TestSite,
) -> None:
    define(site, "low", kind="prepaid_low", subject={}, terms={"below": "20"}, delay_s=120)
    left = Decimal("19.99")
    ports = Ports(prepaid=lambda: [PrepaidBalance(account="a", balance=left)])

    def told(minutes: float) -> None:
        clock = ManualClock(at(minutes))  # that of the site never runs backwards
        Ticker(site.writer, site.site, clock, ports).step()
        folded(site)

    told(60 * 24)  # a day too early
    told(5)
    told(6)
    assert alerts(site) == [], "its delay is counted by the corrected clock"
    told(7)
    assert [row[1] for row in alerts(site)] == [at(7)]
    told(60 * 24)
    left = Decimal(30)
    told(8)
    assert [row[4] for row in alerts(site)] == [at(8)]


def test_a_source_is_dead_when_none_of_its_devices_answers_and_tells_of_them(
    site: TestSite,
) -> None:
    terms = {"for_s": 300}
    ((source,),) = site.rows("SELECT source FROM {s}.meter")
    define(site, "dead", kind="communication", subject={"of": "source"}, terms=terms, cuts=True)
    define(site, "comm", kind="communication", subject={}, terms=terms)

    def told(minutes: float, **since: datetime | None) -> None:
        states = [device_state(point, source, failing_since=at_) for point, at_ in since.items()]
        store_states(site.writer, site.schema, states, at(minutes))
        ticked(site, minutes)

    def standing() -> list[tuple[Any, ...]]:
        return site.rows(
            "SELECT a.about, p.about FROM {s}.alert AS a LEFT JOIN {s}.alert AS p "
            "ON p.alert = a.parent WHERE a.cleared_at IS NULL ORDER BY 1"
        )

    told(6, m1=None, m2=at(1))
    assert standing() == [("point:m2", None)]
    told(12, m1=at(7), m2=at(1))
    dead = f"source:{source}"
    assert standing() == [("point:m1", dead), ("point:m2", None), (dead, None)]
    told(13, m1=at(7), m2=None)
    assert [about for about, _ in standing()] == ["point:m1"]
