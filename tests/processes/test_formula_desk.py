"""Formulas of a site: defined, computed, revised, known as then, retired."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID, uuid4

import pytest

from energy.base.errors import RefusedError, UnknownMeterError
from energy.base.ids import id_of
from energy.base.period import Period
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.channel import Kind
from energy.metering.formula.formula import FormulaStateError
from energy.metering.meter import MeterStateError
from energy.metering.places import PlaceAct, PlaceChange
from energy.metering.plant import PlaceTree
from energy.metering.usage_groups import Every
from energy.views.computed import channel_usage
from processes.formula_desk import FormulaDesk, FormulaFileError
from processes.usage_reads import (
    NoUsageError,
    PointIndicator,
    PointUsage,
    read_arrivals,
    read_usage,
)
from tests.fixtures.batches import MIDNIGHT, reading
from tests.fixtures.meters import (
    commission,
    counter_facts,
    find_meter,
    gauge_facts,
    interval_facts,
)
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
DAY = date(2019, 1, 1)
ANNE = UUID(int=7)
NET = """
[[formula]]
point = "net"
place = "b1"
utility = "electricity"
unit = "kWh"
billing = true
from = 2019-01-01
text = "[grid] - [pv]"
"""


def desk(site: TestSite) -> FormulaDesk:
    return FormulaDesk(site.writer, site.site, site.clock)


def define(site: TestSite, text: str) -> int | None:
    stored = desk(site).define(desk(site).read(text), by=ANNE, command_id=uuid4())
    site.project()
    return stored.position


def register(site: TestSite, channel: int, per_quarter: int, *, days: int = 2) -> None:
    """Bring a register that grows evenly by some counts of 10 Wh a quarter-hour."""
    counts = range(0, 96 * days + 1, 4)
    site.accept(*(reading(channel, 15 * n, per_quarter * n) for n in counts))
    site.project()


@pytest.fixture
def campus(site_schema: TestSite) -> TestSite:
    """A place with a grid meter of 1 kWh and a solar meter of 0.25 kWh a quarter-hour."""
    places = [{"key": "b1", "kind": "building", "name": "B1", "area_m2": "200"}]
    command = id_of("test", "places")
    site_schema.application("metering").store(
        PlaceTree(site=site_schema.site.key, places=places, command_id=command)
    )
    for point, count in (("grid", 100), ("pv", 25)):
        register(site_schema, site_schema.counter(point), count)
    return site_schema


def usage(site: TestSite, point: str, *, as_of: str | None = None, days: int = 1) -> list[object]:
    last = DAY + timedelta(days=days - 1)
    found = read_usage(site.writer, site.site, point, DAY, last, Every.DAY, as_of=as_of)
    assert isinstance(found, PointUsage)
    return [(each.usage, each.quality) for each in found.groups]


def indicator(site: TestSite, point: str, *, days: int = 1) -> list[object]:
    last = DAY + timedelta(days=days - 1)
    found = read_usage(site.writer, site.site, point, DAY, last, Every.DAY)
    assert isinstance(found, PointIndicator)
    return [(each.value, each.quality) for each in found.groups]


def test_what_is_computed_is_exact_and_worst_quality_is_inherited(campus: TestSite) -> None:
    define(campus, NET)
    assert usage(campus, "net", days=2) == [(72_000, Quality.INTERPOLATED)] * 2


def test_a_gap_of_an_input_is_missing_and_never_a_zero(campus: TestSite) -> None:
    define(campus, NET)
    assert usage(campus, "net", days=3)[2] == (None, Quality.MISSING)
    define(campus, NET.replace('"net"', '"sure"').replace("[pv]", "if_missing([pv], 0)"))
    late = campus.rows("SELECT number FROM {s}.channel WHERE point = 'grid'")[0][0]
    before = str(campus.application("metering").position())
    campus.accept(*(reading(late, 15 * n, 100 * n) for n in range(192, 289, 4)))
    campus.project()
    assert usage(campus, "net", days=3)[2] == (None, Quality.MISSING)
    assert usage(campus, "sure", days=3)[2] == (96_000, Quality.ESTIMATED)
    assert usage(campus, "sure", days=3, as_of=before)[2] == (None, Quality.MISSING)


def test_a_new_version_recomputes_its_own_days_alone_and_then_stays_known(campus: TestSite) -> None:
    unknown = str(campus.application("metering").position())
    define(campus, NET)
    campus.mark("billed")
    campus.project()
    campus.tick()
    desk(campus).revise(
        "net",
        text="[grid] - 2 * [pv]",
        constants=None,
        valid_from=date(2019, 1, 2),
        reason="half of the array was not metered",
        by=ANNE,
        command_id=uuid4(),
    )
    campus.project()
    whole, less = (72_000, Quality.INTERPOLATED), (48_000, Quality.INTERPOLATED)
    assert usage(campus, "net", days=2) == [whole, less]
    assert usage(campus, "net", days=2, as_of="billed") == [whole, whole]
    assert usage(campus, "net", as_of=unknown) == [(None, Quality.MISSING)]


def test_a_retired_formula_says_nothing_from_its_day_on(campus: TestSite) -> None:
    define(campus, NET)
    desk(campus).retire(
        "net", valid_from=date(2019, 1, 2), reason="sold", by=ANNE, command_id=uuid4()
    )
    campus.project()
    missing = (None, Quality.MISSING)
    assert usage(campus, "net", days=2) == [(72_000, Quality.INTERPOLATED), missing]
    with pytest.raises(FormulaStateError, match="retired since"):
        desk(campus).retire(
            "net", valid_from=date(2019, 1, 3), reason="again", by=ANNE, command_id=uuid4()
        )


def test_a_file_with_problems_names_them_all_and_writes_nothing(campus: TestSite) -> None:
    before = campus.application("metering").position()
    wrong = NET.replace("[pv]", "[pw]") + NET.replace('"net"', '"n2"').replace("[pv]", "5 {m3}")
    with pytest.raises(FormulaFileError) as caught:
        define(campus, wrong)
    first, second = caught.value.problems
    assert "Did you mean [pv]?" in first
    assert "column 10" in first
    assert "length^3" in second
    assert campus.application("metering").position() == before


def test_a_class_of_meters_counts_each_from_its_commissioning_on(campus: TestSite) -> None:
    every = "sum(meters(electricity, at=[b1], named=[*]))"
    define(campus, NET.replace("[grid] - [pv]", every))
    assert usage(campus, "net") == [(120_000, Quality.INTERPOLATED)]
    late = campus.counter("late", since=MIDNIGHT + timedelta(days=1))
    campus.accept(*(reading(late, 15 * n, 10 * n) for n in range(96, 193, 4)))
    campus.project()
    assert usage(campus, "net", days=2) == [
        (120_000, Quality.INTERPOLATED),
        (129_600, Quality.INTERPOLATED),
    ]


def test_a_meter_that_moves_counts_where_it_was(campus: TestSite) -> None:
    metering = campus.application("metering")
    tree = metering.find(id_of("place_tree", campus.site.key))
    assert isinstance(tree, PlaceTree)
    tree.change(
        valid_from=MIDNIGHT,
        changes=[
            PlaceChange(
                act=PlaceAct.DEFINED,
                place="b2",
                valid_from=MIDNIGHT,
                facts={"kind": "building", "name": "B2"},
            )
        ],
        reason="new",
        by=ANNE,
        command_id=uuid4(),
    )
    tree.move_points(
        valid_from=MIDNIGHT + timedelta(days=1),
        points=["pv"],
        place="b2",
        reason="moved",
        by=ANNE,
        command_id=uuid4(),
    )
    metering.store(tree)
    campus.project()
    for point, place in (("net", "b1"), ("other", "b2")):
        text = f"sum(meters(electricity, at=[{place}]))"
        define(campus, NET.replace("[grid] - [pv]", text).replace('"net"', f'"{point}"'))
    whole = (Quality.INTERPOLATED,)
    assert usage(campus, "net", days=2) == [(120_000, *whole), (96_000, *whole)]
    assert usage(campus, "other", days=2) == [(0, Quality.MEASURED), (24_000, *whole)]


def test_a_ratio_of_a_day_is_that_of_its_sums(campus: TestSite) -> None:
    share = """
        [[formula]]
        point = "self-use"
        place = "b1"
        unit = "%"
        from = 2019-01-01
        text = "[pv] / ([grid] + [pv])"
        [[formula]]
        point = "per-area"
        place = "b1"
        unit = "kWh/m2"
        from = 2019-01-01
        text = "[grid] / attribute([b1], area_m2)"
    """
    define(campus, share)
    assert indicator(campus, "self-use", days=2) == [(Fraction(20), Quality.INTERPOLATED)] * 2
    assert indicator(campus, "per-area") == [(Fraction(96, 200), Quality.INTERPOLATED)]
    assert indicator(campus, "per-area", days=3)[2] == (None, Quality.MISSING)


def test_heat_of_flow_and_temperatures(campus: TestSite) -> None:
    degrees = replace(gauge_facts(), unit="degC", resolution=Fraction(1, 10), utility=None)
    water = replace(counter_facts(quantity="volume"), unit="m3", utility=Utility.WATER)
    flow = campus.counter("hot", facts=degrees)
    back = campus.counter("cold", facts=degrees)
    register(campus, campus.counter("loop", facts=water), 10)
    campus.accept(*(reading(flow, 15 * n + 1, 705) for n in range(96)))
    campus.accept(*(reading(back, 15 * n + 1, 500 + n % 2) for n in range(96)))
    campus.project()
    define(
        campus,
        """
        [[formula]]
        point = "spread"
        place = "b1"
        unit = "K"
        from = 2019-01-01
        text = "[hot] - [cold]"
        [[formula]]
        point = "heat"
        place = "b1"
        utility = "heating"
        unit = "kWh"
        from = 2019-01-01
        text = "[loop] * 998 {kg/m3} * 4.18 {kJ/(kg*K)} * ([hot] - [cold])"
        """,
    )
    assert indicator(campus, "spread") == [(Fraction(2045, 100), Quality.MEASURED)]
    joule = sum(Fraction(998 * 4180, 10) * (205 - n % 2) / 10 for n in range(96))
    assert usage(campus, "heat") == [(round(joule / 100), Quality.INTERPOLATED)]


def test_constants_hold_from_their_days_on(campus: TestSite) -> None:
    dated = NET.replace("[grid] - [pv]", "[grid] * loss") + (
        'constants = [{name = "loss", values = [{from = 2019-01-01, value = "0.5"}, '
        '{from = 2019-01-02, value = "0.25"}]}]\n'
    )
    define(campus, dated)
    assert usage(campus, "net", days=2) == [
        (48_000, Quality.INTERPOLATED),
        (24_000, Quality.INTERPOLATED),
    ]


def test_formulas_rest_on_each_other_and_a_circle_is_refused_and_named(campus: TestSite) -> None:
    double = NET.replace('"net"', '"twice"').replace("[grid] - [pv]", "2 * [net]")
    define(campus, double + NET)
    assert usage(campus, "twice") == [(144_000, Quality.INTERPOLATED)]
    with pytest.raises(FormulaFileError, match="net -> twice -> net"):
        desk(campus).revise(
            "net",
            text="[twice]",
            constants=None,
            valid_from=date(2020, 1, 1),
            reason="by mistake",
            by=ANNE,
            command_id=uuid4(),
        )


def test_what_is_there_is_not_taken_over_and_what_is_computed_is_no_meter(
    campus: TestSite,
) -> None:
    define(campus, NET)
    before = campus.application("metering").position()
    stored = desk(campus).define(desk(campus).read(NET), by=ANNE, command_id=uuid4())
    assert (stored.points, stored.unchanged) == ((), ("net",))
    assert campus.application("metering").position() == before
    with pytest.raises(FormulaFileError, match="grid: the point exists"):
        define(campus, NET.replace('"net"', '"grid"'))
    for point, error in (("grid", RefusedError), ("gird", UnknownMeterError)):
        with pytest.raises(error, match=point):
            desk(campus).retire(point, valid_from=DAY, reason="none", by=ANNE, command_id=uuid4())
    with pytest.raises(NoUsageError, match="computed"):
        read_arrivals(campus.writer, campus.site, "net", DAY, DAY, since="1")
    meter = find_meter(campus.application("metering"), campus.site.key, "net")
    with pytest.raises(MeterStateError, match="computed"):
        commission(meter)


def test_a_class_that_gets_what_never_adds_up_is_missing_and_stops_nobody(
    campus: TestSite,
) -> None:
    gas = replace(counter_facts(quantity="volume"), unit="m3", utility=Utility.GAS)
    register(campus, campus.counter("g1", facts=gas), 10)
    text = NET.replace("[grid] - [pv]", "sum(meters(gas))").replace("electricity", "gas")
    define(campus, text.replace("kWh", "m3"))
    assert usage(campus, "net") == [(9_600, Quality.INTERPOLATED)]
    base = replace(gas, quantity="volume_base")
    register(campus, campus.counter("g2", facts=base), 10)
    assert usage(campus, "net") == [(None, Quality.MISSING)]
    define(campus, NET.replace('"net"', '"power"'))
    assert usage(campus, "power") == [(72_000, Quality.INTERPOLATED)]


def test_energy_by_passenger_is_the_ratio_of_a_day_s_sums(campus: TestSite) -> None:
    gates = replace(
        interval_facts(grid_s=3600),
        quantity="passengers",
        utility=None,
        unit="passenger",
        resolution=Fraction(1),
        billing=False,
    )
    number = campus.counter("gates", facts=gates)
    campus.project()
    define(
        campus,
        """
        [[formula]]
        point = "per-passenger"
        place = "b1"
        unit = "kWh/passenger"
        grid_s = 3600
        from = 2019-01-01
        text = "[grid] / [gates]"
        """,
    )
    campus.accept(*(reading(number, 60 * n, 3 * (n % 5)) for n in range(1, 49)))
    campus.project(rollups=True)
    first, second = (sum(3 * (n % 5) for n in hours) for hours in (range(1, 25), range(25, 49)))
    assert first != second
    assert indicator(campus, "per-passenger", days=3) == [
        (Fraction(96, first), Quality.INTERPOLATED),
        (Fraction(96, second), Quality.INTERPOLATED),
        (None, Quality.MISSING),
    ]


def test_power_factor_apparent_and_reactive_energy_of_kvarh_counters(campus: TestSite) -> None:
    facts = replace(counter_facts(quantity="reactive_energy_import"), utility=None, unit="kvarh")
    register(campus, campus.counter("reactive", facts=facts), 75)
    formulas = {
        "factor": ("1", "power_factor([grid], [reactive])"),
        "apparent": ("kVAh", "apparent([grid], [reactive])"),
        "twice": ("kvarh", "2 * [reactive]"),
    }
    define(
        campus,
        "".join(
            f'[[formula]]\npoint = "{point}"\nplace = "b1"\nunit = "{unit}"\n'
            f'from = 2019-01-01\ntext = "{text}"\n'
            for point, (unit, text) in formulas.items()
        ),
    )
    wanted = {"factor": Fraction(4, 5), "apparent": Fraction(120), "twice": Fraction(144)}
    for point, value in wanted.items():
        assert indicator(campus, point) == [(value, Quality.INTERPOLATED)]
        assert indicator(campus, point, days=3)[2] == (None, Quality.MISSING)


def test_measured_and_computed_channels_are_asked_at_one_door(campus: TestSite) -> None:
    define(campus, NET)
    ((net, kind),) = campus.rows("SELECT number, kind FROM {s}.channel WHERE point = 'net'")
    assert kind == Kind.COMPUTED
    part = Period(start=MIDNIGHT + timedelta(hours=7), end=MIDNIGHT + timedelta(hours=9))
    with campus.writer.connection() as connection:
        spans = channel_usage(connection, campus.schema, campus.site.zone, [net, 1], part)
    assert spans[net].usage.tolist() == [750] * 8
    assert spans[1].usage.tolist() == [1000] * 8
