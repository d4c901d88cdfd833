from __future__ import annotations

from adapters.mqtt.rivalry import MOST_S, SHORT_UNNAMED, STEADY_S, Rivalry


def test_a_collector_thrown_out_stays_away_longer_each_time() -> None:
    rivalry, now_s, waits = Rivalry("one"), 0.0, []
    for _ in range(10):
        rivalry.accepted(now_s)
        wait_s = rivalry.ended(now_s + 1, taken_over=True)
        assert wait_s is not None
        waits.append(wait_s)
    assert 30 <= waits[0] <= 60
    assert all(MOST_S / 2 <= each <= MOST_S for each in waits[6:])
    assert (rivalry.contested, rivalry.losses) == (True, 10)


def test_three_short_connections_tell_a_rival_where_the_broker_names_none() -> None:
    rivalry = Rivalry("one")
    ends = []
    for now_s in (0.0, 10.0, 20.0):
        rivalry.accepted(now_s)
        ends.append(rivalry.ended(now_s + 1, taken_over=False))
    assert ends[:2] == [None, None]
    assert ends[2] is not None and ends[2] >= 30
    assert rivalry.contested


def test_a_broker_that_restarts_or_refuses_is_no_rival() -> None:
    rivalry = Rivalry("one")
    assert rivalry.ended(5.0, taken_over=False) is None
    for now_s in (0.0, 100.0, 200.0, 300.0):
        rivalry.accepted(now_s)
        assert rivalry.ended(now_s + 60, taken_over=False) is None
    assert not rivalry.contested


def test_a_connection_that_lasts_ends_the_quarrel() -> None:
    rivalry = Rivalry("one")
    rivalry.accepted(0.0)
    rivalry.ended(1.0, taken_over=True)
    rivalry.accepted(100.0)
    rivalry.look(100.0 + STEADY_S)
    assert rivalry.contested
    rivalry.look(101.0 + STEADY_S)
    assert not rivalry.contested


def test_short_connections_to_a_broker_that_names_reasons_are_its_own_trouble() -> None:
    rivalry = Rivalry("collector")
    for number in range(SHORT_UNNAMED - 1):
        rivalry.accepted(number)
        assert rivalry.ended(number + 0.5, taken_over=False, names_reasons=True) is None
    rivalry.accepted(100.0)
    assert rivalry.ended(100.5, taken_over=False, names_reasons=True) is not None
