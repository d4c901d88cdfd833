"""A table of meters is taken whole or not at all, and every row has its verdict."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.files.workbook import TableRow
from energy.base.finding import Severity
from energy.metering.meter import Meter, meter_id
from energy.metering.plant import Source
from energy.views.findings import FindingRow, read_findings
from energy.views.noted import FOR_GOOD
from energy.views.unproven import MULTIPLIER_UNPROVEN
from processes.collect_plan_file import plan_from_registry
from processes.meter_acts import Did, acts_of
from processes.meter_import import Imported, ImportRefusedError, Verdict, import_meters
from processes.technician import Technician
from processes.technician_prove import prove_multiplier
from processes.technician_values import (
    ChecksFailedError,
    NewPoint,
    Remarks,
    Removed,
    Sighted,
    Witnesses,
)
from tests.fixtures.field import Field
from tests.fixtures.postgres import command

pytestmark = pytest.mark.servers
SHOP = {
    "point": "shop-1",
    "name": "Shop 1",
    "place": "b2",
    "utility": "electricity",
    "profile": "abb_b23_b24",
    "source": "modbus-1",
    "unit": "11",
    "multiplier": "200/5",
}
AT_WORK = {"serial": "S-11", "since": "2018-12-01", "start": "15203.4", "seal": "A1"}
AT_WORK |= {"side": "secondary"}


def table(*rows: dict[str, str]) -> list[TableRow]:
    heads = {key for row in rows for key in row}
    return [
        TableRow(number=n, cells={head: row.get(head, "") for head in heads})
        for n, row in enumerate(rows, start=2)
    ]


def take(
    field: Field, *rows: dict[str, str], dry_run: bool = False, partial: bool = False
) -> Imported:
    return import_meters(field.desk(1), table(*rows), dry_run=dry_run, partial=partial)


def found(field: Field, point: str) -> Meter | None:
    meter: Meter | None = field.site.application("metering").find(
        meter_id(field.site.site.key, point)
    )
    return meter


def test_rows_with_a_serial_are_at_work_and_rows_without_wait_for_a_technician(
    field: Field,
) -> None:
    gas = {**SHOP, "point": "shop-1-gas", "utility": "gas", "profile": "pulse", "unit": ""}
    gas |= {"device": "box-7", "pulse_weight": "0.01", "multiplier": ""}
    brought = take(field, {**SHOP, **AT_WORK}, gas, {**SHOP, "point": "shop-2", "unit": ""})
    assert [row.verdict for row in brought.rows] == [
        Verdict.COMMISSIONED,
        Verdict.PLANNED,
        Verdict.PLANNED,
    ]
    meter = found(field, "shop-1")
    assert meter is not None
    assert (meter.serial, meter.multiplier, meter.address) == ("S-11", "40", {"unit": 11})
    [(start, record)] = field.site.rows(
        "SELECT s.start_count, m.record FROM {s}.segment AS s JOIN {s}.meter AS m ON m.point = "
        "'shop-1' WHERE s.channel = 1"
    )
    assert (start, record["seal"]) == (1_520_340, "A1")
    planned = found(field, "shop-1-gas")
    assert planned is not None
    assert planned.serial is None
    assert planned.channels[0]["resolution"] == "1/100"
    plan = plan_from_registry(field.system.database, field.site.site)
    assert [meter.point for meter in plan.meters] == ["shop-1"]


def test_a_dry_run_judges_every_row_and_writes_nothing(field: Field, port: int) -> None:
    field.technician(port).commission(
        field.installed(2), NewPoint(name="B2", place="b2", utility="electricity"), watch_s=0
    )
    before = field.position()
    wrong = [
        {**SHOP, **AT_WORK, "serial": "S-2"},
        {**SHOP, "point": "p2", "place": "roof"},
        {**SHOP, "point": "p3", "unit": "2"},
        {**SHOP, "point": "p4", "unit": "300"},
        {**SHOP, "point": "p5", "unit": "15", "profile": "dream"},
        {**SHOP, "point": "p6", "unit": "16", "utility": "gas"},
        {**SHOP, "point": "p7", "unit": "17", "multiplier": "-4"},
        {**SHOP, **AT_WORK, "point": "p8", "unit": "18", "since": ""},
        {**SHOP, **AT_WORK, "point": "p9", "unit": "19", "serial": "S-19", "since": "2030-01-01"},
        {**SHOP, **AT_WORK, "point": "p10", "unit": "20", "serial": "S-20", "start": "1.234"},
        {**SHOP, "point": "p2"},
        {**SHOP, "point": "b2-elec", "serial": "S-99"},
        {**SHOP, "point": "p13", "unit": "21", "serial": "", "start": "5"},
    ]
    brought = take(field, {**SHOP, "point": "good"}, *wrong, dry_run=True)
    texts = [str(row.text) for row in brought.rows]
    assert [row.verdict for row in brought.rows] == [Verdict.PLANNED, *[Verdict.REFUSED] * 13]
    for text, words in zip(
        texts[1:],
        [
            "already commissioned at b2-elec since 2019-01-01",
            "no place 'roof'",
            "2 of modbus-1 already commissioned at b2-elec",
            "unit '300' is none of 1 to 247",
            "dream",
            "measures electricity, not gas",
            "multiplier '-4'",
            "has no `since`",
            "lies in the future",
            "finer than the register",
            "stands in row 4 already",
            "use `field commission` or `field replace`",
            "need a serial",
        ],
        strict=True,
    ):
        assert words in text, text
    assert field.position() == before


def test_chinese_tenant_meters_come_in_by_the_number_on_their_plates(field: Field) -> None:
    field.site.application("metering").store(
        Source(
            site=field.site.site.key,
            key="tenants",
            kind="dlt645",
            settings={"host": "127.0.0.1", "port": 4001},
            command_id=command("tenants"),
        )
    )
    field.site.project()
    row = {**SHOP, **AT_WORK, "source": "tenants", "profile": "dlt645_three_phase", "unit": ""}
    row |= {"serial": "12345678", "side": "", "start": "15203.41"}
    twice = {**row, "point": "p2", "serial": "S-9", "meter": "000012345678"}
    brought = take(field, {**row, "meter": "12345678"}, twice, dry_run=True)
    assert [each.verdict for each in brought.rows] == [Verdict.COMMISSIONED, Verdict.REFUSED]
    assert "12345678 of tenants stands in row 2 already" in str(brought.rows[1].text)
    take(field, {**row, "meter": "12345678"})
    [meter] = plan_from_registry(field.system.database, field.site.site).meters
    assert meter.address == {"meter": "12345678"}


def test_one_refused_row_stops_all_unless_the_rest_is_asked_for(field: Field) -> None:
    before = field.position()
    rows = [SHOP, {**SHOP, "point": "p2", "place": "roof"}]
    with pytest.raises(ImportRefusedError, match="row 3: no place 'roof'") as refused:
        take(field, *rows)
    assert "--partial" in str(refused.value)
    assert field.position() == before
    brought = take(field, *rows, partial=True)
    assert (brought.written, brought.refused) == (1, 1)
    assert found(field, "shop-1") is not None


def test_the_same_table_again_finds_everything_there(field: Field) -> None:
    take(field, SHOP, {**SHOP, **AT_WORK, "point": "shop-2", "unit": "12"})
    before = field.position()
    again = take(field, SHOP, {**SHOP, **AT_WORK, "point": "shop-2", "unit": "12"})
    assert {row.verdict for row in again.rows} == {Verdict.THERE}
    assert (again.written, field.position()) == (0, before)


def test_two_rows_never_share_a_serial_or_an_address(field: Field) -> None:
    one = {**SHOP, **AT_WORK}
    others = [{**one, "point": "p2", "unit": "12"}, {**SHOP, "point": "p3"}]
    brought = take(field, one, *others, dry_run=True)
    assert [str(row.text) for row in brought.rows[1:]] == [
        "serial stands in row 2 already",
        "11 of modbus-1 stands in row 2 already",
    ]


def test_a_meter_that_its_source_cannot_ask_never_spoils_the_plan(field: Field) -> None:
    box = {**SHOP, **AT_WORK, "profile": "pulse", "unit": "", "device": "box-7"}
    brought = take(field, {**box, "multiplier": "", "pulse_weight": "0.01", "side": ""})
    plan_from_registry(field.system.database, field.site.site)
    [refused] = brought.rows
    assert refused.verdict is Verdict.REFUSED
    assert "modbus-1 is a modbus_tcp source: address needs unit = 1 to 255" in str(refused.text)


def test_a_table_without_a_needed_column_is_refused_and_chinese_heads_are_taken(
    field: Field,
) -> None:
    with pytest.raises(ImportRefusedError, match="lacks the column profile"):
        take(field, {key: value for key, value in SHOP.items() if key != "profile"})
    names = {"point": "计量点", "name": "名称", "place": "位置", "profile": "设备档案"}
    brought = take(field, {names.get(key, key): value for key, value in SHOP.items()})
    assert brought.written == 1


def test_a_multiplier_of_a_table_bars_every_bill_until_it_is_proven_at_the_meter(
    field: Field, port: int
) -> None:
    row = {**SHOP, **AT_WORK, "unit": "2", "start": field.display(2)}
    brought = take(field, row, {**SHOP, **AT_WORK, "point": "p2", "multiplier": "1", "serial": "S"})
    assert "x 40 is not proven: no bill until `field prove shop-1`" in str(brought.rows[0].text)
    assert "proven" not in str(brought.rows[1].text)
    [held] = findings(field)
    assert (held.key.code, held.point, held.end) == (MULTIPLIER_UNPROVEN, "shop-1", FOR_GOOD)
    assert held.severity == Severity.DO_NOT_BILL
    desk = field.desk(port)
    with pytest.raises(ChecksFailedError, match=r"not proven\. Switch a known load on"):
        prove_multiplier(desk, "shop-1", (), Sighted(), Remarks())
    with pytest.raises(ChecksFailedError, match="CT ratio applied twice"):
        prove_multiplier(desk, "shop-1", (), field.sighted(port, 1), Remarks())
    with pytest.raises(ChecksFailedError, match=r"they differ by"):
        prove_multiplier(desk, "shop-1", ("1.5",), field.sighted(port, 40), Remarks())
    assert len(findings(field)) == 1
    people = Remarks(people=Witnesses(technician="Ada Okoye"))
    done = prove_multiplier(desk, "shop-1", (field.display(2),), field.sighted(port, 40), people)
    assert {check.name: check.text for check in done.checks}["side"].startswith("secondary, proven")
    assert findings(field) == []
    assert [row.explained_position for row in findings(field, open_only=False)] == [done.position]
    assert prove_multiplier(desk, "shop-1", (), Sighted(), Remarks()).again
    last = acts_of(desk.metering, field.site.site.key, "shop-1")[-1]
    assert (last.did, last.serial) == (Did.MULTIPLIER_PROVED, "S-11")
    [(record,)] = field.site.rows("SELECT record FROM {s}.meter WHERE point = 'shop-1'")
    assert (record["proof"]["multiplier"], record["proof"]["side"]) == ("40", "secondary")


def test_what_an_unproven_meter_counted_waits_for_a_person_when_it_goes(
    field: Field, port: int
) -> None:
    take(field, {**SHOP, **AT_WORK, "unit": "2", "start": field.display(2)})
    desk = field.desk(port)
    removed = Removed(displays=(field.display(2),), reason="calibration is due")
    told: dict[str, Any] = {"source": "", "profile": "", "side": None, "point": "shop-1"}
    with pytest.raises(ChecksFailedError, match="not proven"):  # a table's ratio proves no other
        Technician(desk).replace(field.installed(102, **told), removed, watch_s=0)
    new = field.installed(102, sighted=field.sighted(port, 40, 102), **told)
    done = Technician(desk).replace(new, removed, watch_s=0)
    ended, held = findings(field, open_only=False)
    assert (ended.open, ended.end.isoformat(), held.open) == (True, done.at, False)


def findings(field: Field, *, open_only: bool = True) -> list[FindingRow]:
    with field.system.database.connection() as connection:
        return read_findings(connection, field.site.schema, open_only=open_only)
