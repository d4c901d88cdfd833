"""Files of every layout give the readings that were written, or a refusal that names its row."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from adapters.files.piece import Why
from adapters.files.workbook import TableError
from energy.base.clock import to_us
from energy.base.quality import Quality
from energy.metering.channel import Channel
from tests.examples import tried
from tests.fixtures.files import (
    HEAD,
    LONG_CSV,
    WIDE_CSV,
    Said,
    channel,
    json_list,
    local,
    long_csv,
    mapping,
    read,
    sheet,
    wide_csv,
)
from tests.fixtures.meters import interval_facts

CHANNELS = [channel(1, "m1"), channel(2, "m2"), channel(3, "m3")]
AUTUMN = to_us(datetime(2026, 10, 24, 22, tzinfo=UTC))
"""Midnight in Berlin, three hours before its clocks are put back."""
QUARTER_US = 900_000_000
JSON = (
    HEAD.format(id="m", kind="json", layout="long")
    + """rows = "/data/rows"
[time]
columns = ["at"]
format = "epoch_ms"
[value]
column = "value"
number = "json"
unit = "kWh"
[name]
columns = ["/meter/no"]
unlisted = "key"
"""
)
SHEET = (
    HEAD.format(id="m", kind="xlsx", layout="wide")
    + """[time]
columns = ["time"]
format = "excel"
zone = "Asia/Shanghai"
[value]
number = "plain"
unit = "kWh"
[name]
unlisted = "key"
"""
)
some_readings = st.dictionaries(
    st.tuples(st.sampled_from(["m1", "m2", "m3"]), st.integers(0, 3000)),
    st.integers(-(10**7), 10**9),
    min_size=1,
    max_size=40,
)


def said_of(found: dict[tuple[str, int], int], base_us: int, step_us: int) -> list[Said]:
    return [(point, base_us + n * step_us, count) for (point, n), count in found.items()]


@tried(25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=some_readings, more=st.data(), layout=st.sampled_from(["wide", "long"]))
def test_what_is_written_in_any_layout_and_order_is_read_back(
    tmp_path: Path, found: dict[tuple[str, int], int], more: st.DataObject, layout: str
) -> None:
    ordered = said_of(found, to_us(datetime(2026, 1, 1, tzinfo=UTC)), QUARTER_US)
    said = more.draw(st.permutations(ordered))
    path = tmp_path / "readings.csv"
    octets = wide_csv(said) if layout == "wide" else long_csv(said, ends="\r\n")
    path.write_bytes(octets)
    rule = mapping(tmp_path, WIDE_CSV if layout == "wide" else LONG_CSV)
    got = read(path, rule, CHANNELS)
    assert got.refused == []
    assert sorted(got.said) == sorted(said)


@tried(10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=some_readings, how=st.sampled_from(["dates", "serials", "json"]))
def test_workbooks_and_json_are_read_back_exactly(
    tmp_path: Path, found: dict[tuple[str, int], int], how: str
) -> None:
    said = said_of(found, to_us(datetime(2026, 1, 1, tzinfo=UTC)), QUARTER_US)
    path = tmp_path / "readings"
    if how == "json":
        path.write_bytes(json_list(said))
        got = read(path, mapping(tmp_path, JSON), CHANNELS)
    else:
        rows: list[list[object]] = [["time", "m1", "m2", "m3"]]
        for point, at_us, count in said:
            wall = local(at_us, "Asia/Shanghai")
            days = (wall - datetime(1899, 12, 30)).total_seconds() / 86_400  # noqa: DTZ001
            cells = [count / 100 if point == name else None for name in ("m1", "m2", "m3")]
            rows.append([wall if how == "dates" else days, *cells])
        sheet(path, rows)
        got = read(path, mapping(tmp_path, SHEET), CHANNELS)
    assert got.refused == []
    assert sorted(got.said) == sorted(said)


def autumn_rows() -> list[Said]:
    """Return 12 quarter-hours through the hour that happens twice."""
    return [("m1", AUTUMN + n * QUARTER_US, 100 * n) for n in range(6, 18)]


def test_the_hour_that_happens_twice_is_told_apart_by_the_order_of_rows(tmp_path: Path) -> None:
    said = autumn_rows()
    path = tmp_path / "autumn.csv"
    path.write_bytes(wide_csv(said))
    text = WIDE_CSV.replace('zone = "Europe/Berlin"', 'zone = "Europe/Berlin"\ntwice = "order"')
    got = read(path, mapping(tmp_path, text), CHANNELS)
    assert (sorted(got.said), got.refused) == (said, [])


@pytest.mark.parametrize("step", [1, 4], ids=["quarter-hours", "hours"])
def test_a_file_that_goes_back_in_time_does_not_swap_the_two_hours(
    tmp_path: Path, step: int
) -> None:
    said = [("m1", AUTUMN + n * QUARTER_US, 100 * n) for n in range(4, 20, step)]
    text = WIDE_CSV.replace('zone = "Europe/Berlin"', 'zone = "Europe/Berlin"\ntwice = "order"')
    head, *ordered = wide_csv(said).splitlines(keepends=True)
    path = tmp_path / "back.csv"
    path.write_bytes(head + b"".join(reversed(ordered)))
    got = read(path, mapping(tmp_path, text), CHANNELS)
    twice = range(AUTUMN + 8 * QUARTER_US, AUTUMN + 16 * QUARTER_US)
    assert sorted(got.said) == [each for each in said if each[1] not in twice]
    assert {row.why for row in got.refused} == {Why.TWICE}
    assert "goes back in time" in str(got.refused[0].cause)


def test_the_hour_that_happens_twice_is_refused_where_nothing_tells_it_apart(
    tmp_path: Path,
) -> None:
    path = tmp_path / "autumn.csv"
    path.write_bytes(wide_csv(autumn_rows()))
    got = read(path, mapping(tmp_path, WIDE_CSV), CHANNELS)
    assert len(got.said) == 4
    assert {row.why for row in got.refused} == {Why.TWICE}
    assert "state `twice`" in str(got.refused[0].cause)


def test_one_of_the_two_hours_alone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "autumn.csv"
    path.write_bytes(wide_csv(autumn_rows()[:6]))
    text = WIDE_CSV.replace('zone = "Europe/Berlin"', 'zone = "Europe/Berlin"\ntwice = "order"')
    got = read(path, mapping(tmp_path, text), CHANNELS)
    assert [(row.row, row.why) for row in got.refused] == [(n, Why.TWICE) for n in (4, 5, 6, 7)]


def test_the_hour_that_happens_twice_is_told_apart_by_a_column_in_any_order(tmp_path: Path) -> None:
    said = autumn_rows()
    rows = []
    for _, at_us, count in reversed(said):
        hour = "S" if at_us < AUTUMN + 10_800_000_000 else "W"
        rows.append(f"{local(at_us, 'Europe/Berlin'):%d.%m.%Y %H:%M};{hour};{count // 100},00")
    path = tmp_path / "autumn.csv"
    path.write_text("\n".join(["time;zone;m1", *rows]) + "\n")
    text = WIDE_CSV.replace(
        'zone = "Europe/Berlin"',
        'zone = "Europe/Berlin"\ntwice = "column"\ntwice_column = "zone"\n'
        'earlier = ["S"]\nlater = ["W"]',
    )
    got = read(path, mapping(tmp_path, text), CHANNELS)
    assert (sorted(got.said), got.refused) == (said, [])


INTERVALS = LONG_CSV.replace('kind = "registers"', 'kind = "intervals"\ninterval_s = 900')


@pytest.mark.parametrize(("stamp", "shift_us"), [("end", 0), ("start", QUARTER_US)])
def test_an_interval_is_the_one_that_ends_at_the_instant(
    tmp_path: Path, stamp: str, shift_us: int
) -> None:
    path = tmp_path / "i.csv"
    path.write_text("point,time,value\nm1,2026-01-01T00:15:00Z,1.25\nm1,2026-01-01T00:20:00Z,1\n")
    text = INTERVALS.replace("interval_s = 900", f'interval_s = 900\nstamp = "{stamp}"')
    got = read(
        path, mapping(tmp_path, text), [Channel(number=1, point="m1", facts=interval_facts())]
    )
    assert got.said == [("m1", to_us(datetime(2026, 1, 1, 0, 15, tzinfo=UTC)) + shift_us, 125)]
    assert [(row.row, row.why) for row in got.refused] == [(3, Why.GRID)]


def test_a_quality_column_says_how_good_a_value_is(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    rows = ["1,ok", "2,E", "3,?", "4,x", ",ok"]
    at = "2026-01-01T0{}:00:00Z"
    path.write_text(
        "point,time,value,q\n" + "".join(f"m1,{at.format(n)},{row}\n" for n, row in enumerate(rows))
    )
    text = (
        LONG_CSV
        + '[quality]\ncolumn = "q"\nmeasured = ["ok"]\nestimated = ["E"]\nmissing = ["x"]\n'
    )
    got = read(path, mapping(tmp_path, text), CHANNELS)
    assert got.quality == [Quality.MEASURED, Quality.ESTIMATED]
    assert [(row.row, row.why) for row in got.refused] == [(4, Why.QUALITY)]
    assert got.empty == 2
    text = text.replace("[quality]\n", '[quality]\nothers = "suspect"\n')
    assert Quality.SUSPECT in read(path, mapping(tmp_path, text), CHANNELS).quality


@pytest.mark.parametrize(
    ("row", "why", "cause"),
    [
        ("m1,29.03.2026,1", Why.TIME, "is no time in format iso"),
        ("m1,2026-01-01T00:00:00,1", Why.TIME, "has no zone"),
        ("m1,,1", Why.TIME, "is no time"),
        ("m9,2026-01-01T00:00:00Z,1", Why.NAME, "no point 'm9'"),
        ("m1/volume,2026-01-01T00:00:00Z,1", Why.NAME, "no channel 'volume'"),
        ("<script>alert(1)</script>,2026-01-01T00:00:00Z,1", Why.NAME, "no point"),
        ("../../etc/passwd,2026-01-01T00:00:00Z,1", Why.NAME, "no point"),
        ("'; DROP TABLE reading; --,2026-01-01T00:00:00Z,1", Why.NAME, "no point"),
        ("m1,2026-01-01T00:00:00Z,1.234", Why.VALUE, "no whole number of steps"),
        ('m1,2026-01-01T00:00:00Z,"1,5"', Why.VALUE, "number format 'plain'"),
        ("m1,2026-01-01T00:00:00Z,12 kWh", Why.VALUE, "number format 'plain'"),
        ("m1,2026-01-01T00:00:00Z,NaN", Why.VALUE, "number format 'plain'"),
        ("m1,2026-01-01T00:00:00Z,1e9", Why.VALUE, "number format 'plain'"),
        ("m1,2026-01-01T00:00:00Z," + "9" * 30, Why.VALUE, "more than any register"),
        ('m1,2026-01-01T00:00:00Z,"1"2', Why.ROW, "no CSV"),
        ("m1,2026-01-01T00:00:00Z,\0", Why.ROW, "NUL"),
        ("m1,2026-01-01T00:00:00Z,1,5", Why.ROW, "4 cells under 3 heads"),
    ],
)
def test_a_wrong_row_is_refused_with_cause_and_the_others_are_read(
    tmp_path: Path, row: str, why: Why, cause: str
) -> None:
    path = tmp_path / "f.csv"
    good = "m2,2026-01-01T00:00:00Z,1\n"
    path.write_text(f"point,time,value\n{good}{row}\n{good.replace('T00', 'T01')}")
    got = read(path, mapping(tmp_path, LONG_CSV), CHANNELS)
    assert [(each.row, each.why) for each in got.refused] == [(3, why)]
    assert cause in str(got.refused[0].cause)
    assert [point for point, _, _ in got.said] == ["m2", "m2"]


def test_a_time_that_never_was_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("time;m1\n29.03.2026 01:59;1\n29.03.2026 02:00;2\n29.03.2026 24:00;3\n")
    got = read(path, mapping(tmp_path, WIDE_CSV), CHANNELS)
    assert [(row.row, row.why) for row in got.refused] == [(3, Why.TIME)]
    assert "clocks were put forward" in str(got.refused[0].cause)
    assert got.said[1][1] == to_us(datetime(2026, 3, 29, 22, tzinfo=UTC))


def test_a_foreign_octet_costs_its_row_only(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(
        b"point,time,value\nm1,2026-01-01T00:00:00Z,1\nm\xff1,2026-01-01T01:00:00Z,2\n"
        b"m1,2026-01-01T02:00:00Z,3\n"
    )
    got = read(path, mapping(tmp_path, LONG_CSV), CHANNELS)
    assert [(row.row, row.why) for row in got.refused] == [(3, Why.ROW)]
    assert "no utf-8" in str(got.refused[0].cause)
    assert len(got.said) == 2


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("zeit;m1\n", "no column 'time'"),
        ("time;m1;other\n1;2;3\n", "'other': "),
        ("time\n", "no column holds values"),
        (";;;\n1;2\n", "names no column"),
    ],
)
def test_columns_that_do_not_fit_the_mapping_refuse_the_file(
    tmp_path: Path, text: str, cause: str
) -> None:
    path = tmp_path / "f.csv"
    path.write_text(text)
    with pytest.raises(TableError, match="column") as error:
        read(path, mapping(tmp_path, WIDE_CSV), CHANNELS)
    assert cause in str(error.value)


SHARED = Path(os.environ.get("METERLINE_SHARED", Path(__file__).parents[4] / "shared")) / "data"
NREL = SHARED / "nrel-rsf" / "rsf_measured_2011_raw.csv.gz"


@pytest.mark.skipif(not NREL.exists(), reason="the shared samples are not here")
def test_a_real_year_of_a_building_is_read_but_for_the_nights_of_the_clock(tmp_path: Path) -> None:
    path = tmp_path / "building.csv"
    path.write_bytes(gzip.decompress(NREL.read_bytes()))
    text = (
        HEAD.format(id="m", kind="csv", layout="wide").replace("registers", "intervals")
        + """interval_s = 3600
[time]
columns = ["Date and Time"]
format = "local"
pattern = "%m/%d/%Y %H:%M"
zone = "America/Denver"
twice = "order"
[value]
number = "plain"
unit = "kWh"
[name]
unlisted = "ignore"
[[channel]]
name = "Total Building (kW)"
point = "m1"
[[channel]]
name = "PV (kW)"
point = "m2"
"""
    )
    hourly = interval_facts(grid_s=3600)
    got = read(
        path,
        mapping(tmp_path, text),
        [Channel(number=n, point=point, facts=hourly) for n, point in ((1, "m1"), (2, "m2"))],
    )
    assert {(row.row, row.why) for row in got.refused} == {(1707, Why.TIME), (7418, Why.TWICE)}
    assert len(got.said) == 2 * (8759 - 2)
    assert got.said[0] == ("m1", to_us(datetime(2011, 1, 1, 8, tzinfo=UTC)), 108_000)
