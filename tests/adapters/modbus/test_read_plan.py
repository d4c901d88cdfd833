from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.modbus.read_plan import ReadBlock, plan_reads
from adapters.modbus.register_map import RegisterPoint, RegisterType, load
from energy.metering.channel import Kind
from tests.adapters.modbus.points import changed

SDM = load("eastron_sdm630")
SEED = SDM.point("voltage_l1")


@st.composite
def meters(draw: st.DrawFn) -> list[RegisterPoint]:
    """Points in random places that do not overlap."""
    at = 0
    points = []
    for number in range(draw(st.integers(0, 25))):
        kind = draw(st.sampled_from([Kind.COUNTER, Kind.GAUGE, Kind.GAUGE]))
        type_ = draw(st.sampled_from(RegisterType))
        at += draw(st.one_of(st.integers(0, 20), st.integers(0, 200)))
        points.append(changed(SEED, quantity=f"q{number}", address=at, type=type_, kind=kind))
        at += type_.width
    return draw(st.permutations(points))


def counter_blocks(blocks: tuple[ReadBlock, ...]) -> int:
    return sum(any(p.kind is Kind.COUNTER for p in block.points) for block in blocks)


@given(meters(), st.integers(0, 30), st.integers(4, 125))
def test_every_value_is_read_whole_and_once_within_the_limits(
    points: list[RegisterPoint], max_gap: int, max_count: int
) -> None:
    blocks = plan_reads(points, max_gap=max_gap, max_count=max_count)
    read = [point for block in blocks for point in block.points]
    assert sorted(p.quantity for p in read) == sorted(p.quantity for p in points)
    for block in blocks:
        assert 1 <= block.count <= max_count
        assert block.points[0].address == block.address
        assert block.points[-1].end == block.address + block.count
        for left, right in zip(block.points, block.points[1:], strict=False):
            assert 0 <= right.address - left.end <= max_gap


@given(meters())
def test_no_greedy_plan_needs_fewer_reads_unless_it_tears_counters_apart(
    points: list[RegisterPoint],
) -> None:
    greedy = 0
    start = end = -(10**6)
    for point in sorted(points, key=lambda p: p.address):
        if point.address - end > 16 or point.end - start > 125:
            greedy += 1
            start = point.address
        end = point.end
    gauges = [changed(point, kind=Kind.GAUGE) for point in points]
    assert len(plan_reads(gauges)) == greedy
    planned = plan_reads(points)
    assert len(planned) >= greedy
    assert len(planned) == greedy or counter_blocks(planned) < greedy


@given(meters())
def test_blocks_with_counters_are_asked_first(points: list[RegisterPoint]) -> None:
    kinds = [any(p.kind is Kind.COUNTER for p in block.points) for block in plan_reads(points)]
    assert kinds == sorted(kinds, reverse=True)


def test_counters_stay_in_one_block_though_the_span_must_be_cut() -> None:
    gauges = [changed(SEED, quantity=f"g{n}", address=2 * n) for n in range(60)]
    counters = [
        changed(SEED, quantity=f"c{n}", address=120 + 2 * n, kind=Kind.COUNTER) for n in range(8)
    ]
    first, second = plan_reads([*gauges, *counters])
    assert {p.quantity for p in first.points} >= {p.quantity for p in counters}
    assert not any(p.kind is Kind.COUNTER for p in second.points)


def test_a_whole_three_phase_meter_needs_four_reads() -> None:
    blocks = plan_reads(SDM.points.values())
    assert [(b.address, b.count) for b in blocks] == [(0, 80), (342, 16), (200, 6), (224, 16)]


def test_import_and_power_of_a_three_phase_meter_need_two_reads() -> None:
    points = [SDM.point("active_power"), SDM.point("active_energy_import")]
    assert [(b.address, b.count) for b in plan_reads(points)] == [(72, 2), (52, 2)]


def test_two_function_codes_are_never_one_read() -> None:
    points = [SEED, changed(SEED, quantity="other", address=2, function_code=3)]
    assert [b.function_code for b in plan_reads(points)] == [3, 4]


def test_a_plan_without_gap_has_no_holes() -> None:
    for block in plan_reads(SDM.points.values(), max_gap=0):
        assert not block.has_holes
