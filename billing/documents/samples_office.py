"""In: nothing. Out: samples of the papers of the office. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from billing.documents import contents

_ZONE = "Asia/Shanghai"


def reading_sheet() -> contents.ReadingSheet:
    """Return the sample of a reading sheet."""

    def point(n: int) -> contents.SheetPoint:
        return contents.SheetPoint(
            point=f"t1-2-{30 + n:03d}-elec",
            name=f"Shop 2-{30 + n:03d}",
            place="T1 / L2 / 东侧 East",
            serial=f"2026{n:06d}",
            unit="kWh",
            digits=6,
            decimals=2,
            before=f"{12345 + 611 * n}.50",
            before_on=date(2026, 10, 25),
            low=f"{12345 + 611 * n + 300}",
            high=f"{12345 + 611 * n + 900}",
            tenant=f"T1-{230 + n:04d}",
        )

    return contents.ReadingSheet(
        round="T1-L2 / 2026-11",
        dated=date(2026, 11, 25),
        reader="",
        points=tuple(point(n) for n in range(1, 9)),
        note={"en": "Key of room 2-031 at the gate.", "zh": "2-031 房间钥匙在门岗。"},
    )


def cash_up_sheet() -> contents.CashUpSheet:
    """Return the sample of a cash-up sheet."""

    def means(en: str, zh: str, count: int, expected: str, counted: str) -> contents.MeansCounted:
        return contents.MeansCounted(
            means={"en": en, "zh": zh},
            count=count,
            expected=Decimal(expected),
            counted=Decimal(counted),
            difference=Decimal(counted) - Decimal(expected),
        )

    return contents.CashUpSheet(
        shift="T1-A-2026-11-03-1",
        desk="T1-A",
        cashier="Li Na 李娜",
        opened_at=datetime(2026, 11, 3, 0, 0, tzinfo=UTC),
        closed_at=datetime(2026, 11, 3, 9, 5, tzinfo=UTC),
        zone=_ZONE,
        currency="CNY",
        float_=Decimal("500.00"),
        means=(
            means("Cash", "现金", 14, "4210.55", "4210.05"),
            means("WeChat Pay", "微信支付", 41, "12030.00", "12030.00"),
            means("Bank card", "银行卡", 6, "3300.40", "3300.40"),
        ),
        receipts=61,
        voids=1,
        first_receipt="R-2026-004651",
        last_receipt="R-2026-004711",
        reason="Half a yuan too little change kept.",
        signed_by="Li Na 李娜",
    )


def run_summary() -> contents.RunSummary:
    """Return the sample of a run summary."""

    def row(en: str, zh: str, *figures: Decimal | int | str | None) -> contents.SummaryRow:
        return contents.SummaryRow(what={"en": en, "zh": zh}, figures=figures)

    def named(en: str, zh: str) -> dict[str, str]:
        return {"en": en, "zh": zh}

    utilities = contents.SummaryTable(
        title=named("Utilities", "能源种类"),
        heads=(
            named("Utility", "种类"),
            named("Bills", "账单数"),
            named("Quantity", "用量"),
            named("Net", "不含税金额"),
        ),
        rows=(
            row("Electricity", "电", 498, "1,204,553.2 kWh", Decimal("811402.10")),
            row("Water", "水", 311, "20,114.050 m³", Decimal("70399.18")),
        ),
        total=row("Total", "合计", 500, "", Decimal("881801.28")),
    )
    exceptions = contents.SummaryTable(
        title=named("Exceptions", "异常"),
        heads=(named("Cause", "原因"), named("Number", "数量"), named("Money", "金额")),
        rows=(
            row("Estimated share above 10 %", "估算比例超过 10 %", 31, Decimal("40210.00")),
            row("Zero usage", "零用量", 12, None),
        ),
    )
    return contents.RunSummary(
        run="2026-10/all",
        state=named("rated, waits for approval", "已计费，待批准"),
        first_day=date(2026, 10, 1),
        last_day=date(2026, 10, 31),
        dated=date(2026, 11, 3),
        currency="CNY",
        invoices=500,
        total=Decimal("996435.45"),
        tables=(utilities, exceptions),
        sha256="5f6d81deecad22b9f455e420dcac8a12e4c2c07613ecd4a83c17299107cf0bf8",
        opened_by="Li Na 李娜",
    )
