from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.poll import PollAnswer, PollFailure, PollResult
from energy.metering.reading import ReadingColumns
from processes.communication import Communication, Place

NOW = datetime(2019, 1, 1, tzinfo=UTC)


@dataclass
class Connection:
    connects: int


def result(*answered: tuple[str, int], failed: tuple[tuple[str, str], ...] = ()) -> PollResult:
    return PollResult(
        columns=ReadingColumns.of(()),
        failures=tuple(
            PollFailure(point=point, code=code, message=f"{code}: why", slot=NOW)
            for point, code in failed
        ),
        answered=tuple(PollAnswer(point, latency_us) for point, latency_us in answered),
    )


def known() -> Communication:
    """Two buses behind one gateway and a third one elsewhere."""
    communication = Communication()
    shared = Connection(2)
    place = Place(gateway="10.0.0.1", bus="10.0.0.1:502", connected=shared)
    communication.know("a", place, ["m1", "m2"])
    communication.know("b", place, ["m3"])
    second = Place(gateway="10.0.0.1", bus="10.0.0.1:503", connected=Connection(5))
    communication.know("c", second, ["m4"])
    communication.know("d", Place(gateway="10.0.0.2", bus="10.0.0.2:502"), ["m5"])
    return communication


def test_a_device_says_when_it_was_seen_how_fast_it_is_and_what_fails() -> None:
    communication = known()
    for number in range(1, 101):
        at = NOW + timedelta(seconds=number)
        communication.note(result(("m1", 1000 * number)), at)
    communication.note(result(failed=(("m2", "modbus.no_answer"),)), NOW)
    communication.note(result(failed=(("m2", "modbus.no_answer"),)), NOW)
    communication.note(result(failed=(("m2", "modbus.closed"),)), NOW)
    rows = {row["point"]: row for row in communication.devices()}
    assert communication.devices()[0]["point"] == "m2", "who fails stands first"
    first = rows["m1"]
    assert first["last_seen"] == (NOW + timedelta(seconds=100)).isoformat()
    assert (first["answers"], first["failures"], first["failing"]) == (100, 0, "")
    assert (first["latency_p50_us"], first["latency_p99_us"]) == (69_000, 100_000)
    second = rows["m2"]
    assert second["last_seen"] is None
    assert second["faults"] == {"modbus.closed": 1, "modbus.no_answer": 2}
    assert (second["failing"], second["message"]) == ("modbus.closed", "modbus.closed: why")
    assert communication.summary() == {"devices": 5, "failing": 1, "never_seen": 4}


def test_a_device_that_answers_again_fails_no_more_but_keeps_its_tally() -> None:
    communication = known()
    communication.note(result(failed=(("m1", "modbus.no_answer"),)), NOW)
    communication.note(result(("m1", 500)), NOW)
    row = next(row for row in communication.devices() if row["point"] == "m1")
    assert (row["failing"], row["failures"], row["answers"]) == ("", 1, 1)


def test_a_device_that_answers_in_part_fails() -> None:
    communication = known()
    partly = result(("m1", 500), failed=(("m1", "modbus.exception_configuration"),))
    communication.note(partly, NOW)
    row = next(row for row in communication.devices() if row["point"] == "m1")
    assert (row["failing"], row["last_seen"]) == (
        "modbus.exception_configuration",
        NOW.isoformat(),
    )


def test_buses_and_gateways_add_up_and_count_shared_connections_once() -> None:
    communication = known()
    communication.note(result(("m1", 1000), ("m3", 3000)), NOW)
    communication.note(result(("m4", 9000), failed=(("m2", "modbus.no_answer"),)), NOW)
    buses = {row["bus"]: row for row in communication.buses()}
    assert [(row["devices"], row["failing"], row["connects"]) for row in buses.values()] == [
        (3, 1, 2),
        (1, 0, 5),
        (1, 0, 0),
    ]
    assert buses["10.0.0.1:502"]["latency_p99_us"] == 3000
    gateways = {row["gateway"]: row for row in communication.gateways()}
    assert gateways["10.0.0.1"]["devices"] == 4
    assert gateways["10.0.0.1"]["connects"] == 7
    assert gateways["10.0.0.1"]["faults"] == {"modbus.no_answer": 1}
    assert gateways["10.0.0.2"]["last_seen"] is None


def test_a_device_fails_since_its_first_failure_after_the_last_whole_answer() -> None:
    communication = known()
    later = [NOW + timedelta(seconds=n) for n in range(4)]
    communication.note(result(("m1", 500)), later[0])
    communication.note(result(failed=(("m1", "modbus.no_answer"),)), later[1])
    communication.note(result(("m1", 500), failed=(("m1", "modbus.closed"),)), later[2])
    communication.note(result(failed=(("m1", "modbus.no_answer"),)), later[3])
    state = communication.states()[0]
    assert (state.point, state.failing_since) == ("m1", later[1])
    communication.note(result(("m1", 700)), later[3])
    state = communication.states()[0]
    assert (state.failing, state.failing_since, state.latency_p99_us) == ("", None, 700)
