"""In: a kind of paper. Out: a content as it could be, to try templates and to look at. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from billing.documents import contents
from billing.documents.letterhead import BankDetails, Letterhead, Picture
from billing.documents.papers import PaperKind
from billing.documents.samples_office import cash_up_sheet, reading_sheet, run_summary

_TO = contents.Party(
    account="T1-0234",
    name="航站楼咖啡有限公司 Terminal Coffee Ltd",
    address="Terminal 1, Unit 2-034\n机场路 1 号",
    tax_number="91330000MA0000000X",
    building="T1",
)
_ZONE = "Asia/Shanghai"
_URL = "https://meterline.example/t/T1-0234/2026-10"


def sample(kind: PaperKind) -> dict[str, Any]:
    """Return the content of a paper as its `document()` gives it."""
    return _SAMPLES[kind]().document()


def sample_letterhead() -> Letterhead:
    """Return a letterhead with logo, seal and a bank."""
    return Letterhead(
        name="示例机场能源有限公司 Example Airport Energy",
        address="机场路 8 号 / 8 Airport Road\n310000 杭州 Hangzhou",
        city="Hangzhou",
        postcode="310000",
        country="CN",
        tax_number="91330100MA27X0000Y",
        phone="+86 571 0000 0000",
        mail="billing@energy.example",
        website="energy.example",
        foot="Registered in Hangzhou",
        banks=(
            BankDetails(
                holder="示例机场能源有限公司",
                number="1202 0000 0000 0000 000",
                bank="中国工商银行 ICBC",
                code="ICBKCNBJ",
            ),
        ),
        logo=Picture(content=_LOGO.encode()),
        seal=Picture(content=_SEAL.encode()),
    )


_LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" '
    'rx="8" fill="#1d5fd0"/><path d="M8 26h8l4-14 4 20 4-12h4" stroke="#fff" stroke-width="3" '
    'fill="none"/></svg>'
)
_SEAL = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><g fill="none" '
    'stroke="#c8161d"><circle cx="50" cy="50" r="46" stroke-width="3"/><circle cx="50" cy="50" '
    'r="38" stroke-width="1"/></g><path fill="#c8161d" d="M50 30l4.7 14.5H70L57.600 53.500l4.700 '
    '14.500L50 59l-12.300 9 4.700-14.500L30 44.500h15.300z"/></svg>'
)


@cache
def _invoice() -> Mapping[str, Any]:
    text = files("billing.documents").joinpath("sample_bill.json").read_text("utf-8")
    found = json.loads(text)
    assert isinstance(found, dict), "it is the document of an invoice"
    return found


def _bill() -> contents.Bill:
    values = [Decimal(40 + 30 * (8 <= n % 24 <= 19) + n % 7) for n in range(31 * 24)]
    return contents.Bill(
        invoice=_invoice(),
        why={
            "en": "31 % more than last year: 24 % volume, from 9 January at night; 5 % price.",
            "zh": "比去年同期多 31 %：其中用量 24 %（1 月 9 日起的夜间），价格 5 %。",
        },
        compared_with={"en": "January 2018", "zh": "2018 年 1 月"},
        compared=(
            contents.Compared(
                point="cam-b2-elec",
                name="Building 2",
                unit="kWh",
                usage=Decimal("45299.147"),
                usage_before=Decimal("36531.000"),
                amount=Decimal("6915.84"),
                amount_before=Decimal("5279.10"),
            ),
        ),
        loads=(
            contents.Load(
                point="cam-b2-elec",
                unit="kW",
                values=values,
                maximum_at=datetime(2019, 1, 17, 9, 30, tzinfo=UTC),
                limit=Decimal(80),
            ),
        ),
        tenant_url=_URL,
        capitals=True,
    )


def _credit_note() -> contents.CreditNote:
    document = dict(_invoice())
    document |= {"kind": "credit_note", "number": "CAM-CN-2019-000001"}
    document["corrects"] = {"number": "CAM-2019-000001", "dated": "2019-02-01"}
    return contents.CreditNote(
        invoice=document,
        reason={
            "en": "The closing reading was corrected from 57,744.747 to 57,644.747 kWh.",
            "zh": "期末读数由 57,744.747 更正为 57,644.747 kWh。",
        },
    )


def _adjustment() -> contents.Adjustment:
    def period(month: int, charged: str, due: str, difference: str, tax: str) -> Any:
        return contents.AdjustedPeriod(
            name={"en": "Electricity, shop 2-034", "zh": "电费，2-034 号铺"},
            first_day=date(2026, month, 1),
            last_day=date(2026, month, 30),
            corrects=f"EAE-2026-000{month}34",
            charged=Decimal(charged),
            due=Decimal(due),
            difference=Decimal(difference),
            tax_rate=Decimal("0.13"),
            tax=Decimal(tax),
            usage="1,240.5 → 1,180.5 kWh",
            reason={"en": "Reading corrected after a photo.", "zh": "依据照片更正读数。"},
        )

    return contents.Adjustment(
        number="EAE-ADJ-2026-00012",
        dated=date(2026, 11, 3),
        to=_TO,
        currency="CNY",
        periods=(
            period(8, "1001.20", "952.76", "-48.44", "-6.30"),
            period(9, "1100.00", "1112.35", "12.35", "1.61"),
        ),
        net=Decimal("-36.09"),
        tax=Decimal("-4.69"),
        total=Decimal("-40.78"),
        settled_by={"en": "on the next bill", "zh": "并入下期账单"},
    )


def _owed(number: str, day: date, amount: str, open_: str) -> contents.Owed:
    return contents.Owed(
        number=number,
        dated=day,
        due_on=date(day.year, day.month, 28),
        amount=Decimal(amount),
        open=Decimal(open_),
        what={"en": "Electricity, water, cooling", "zh": "电费、水费、冷量费"},
    )


def _items() -> tuple[contents.Owed, ...]:
    return (
        _owed("EAE-2026-000834", date(2026, 9, 3), "11310.07", "1310.07"),
        _owed("EAE-2026-000934", date(2026, 10, 3), "9614.99", "9614.99"),
    )


def _payment_notice() -> contents.PaymentNotice:
    return contents.PaymentNotice(
        number="EAE-PN-2026-00471",
        dated=date(2026, 11, 3),
        due_on=date(2026, 11, 18),
        to=_TO,
        currency="CNY",
        items=_items(),
        credit=Decimal("25.04"),
        total=Decimal("10900.02"),
        reference="T1-0234",
        tenant_url=_URL,
    )


def _receipt() -> contents.Receipt:
    return contents.Receipt(
        number="R-2026-004711",
        at=datetime(2026, 11, 3, 2, 14, tzinfo=UTC),
        zone=_ZONE,
        to=_TO,
        currency="CNY",
        items=(
            contents.Paid(
                what={"en": "Electricity on card", "zh": "购电写卡"},
                amount=Decimal("409.05"),
                quantity=Decimal("500.00"),
                unit="kWh",
                price=Decimal("0.8181"),
            ),
            contents.Paid(what={"en": "Card", "zh": "卡工本费"}, amount=Decimal("20.00")),
        ),
        total=Decimal("429.05"),
        means={"en": "Cash", "zh": "现金"},
        given=Decimal("500.00"),
        change=Decimal("70.95"),
        card="0012 3456 7890",
        cashier="Li Na 李娜",
        desk="T1-A",
    )


def _statement() -> contents.Statement:
    def row(day: int, en: str, zh: str, document: str, amount: str, balance: str) -> Any:
        return contents.Entered(
            day=date(2026, 10, day),
            what={"en": en, "zh": zh},
            document=document,
            amount=Decimal(amount),
            balance=Decimal(balance),
        )

    return contents.Statement(
        dated=date(2026, 11, 3),
        first_day=date(2026, 10, 1),
        last_day=date(2026, 10, 31),
        to=_TO,
        currency="CNY",
        opening=Decimal("1310.07"),
        rows=(
            row(3, "Bill", "账单", "EAE-2026-000934", "9614.99", "10925.06"),
            row(14, "Payment by transfer", "银行转账", "B-20261014-7", "-5000.00", "5925.06"),
            row(20, "Late fee", "滞纳金", "EAE-LF-2026-00031", "12.40", "5937.46"),
            row(28, "Credit note", "退补单", "EAE-CN-2026-00005", "-113.20", "5824.26"),
        ),
        closing=Decimal("5824.26"),
        ageing=(
            contents.Aged(what={"en": "not yet due", "zh": "未到期"}, amount=Decimal("4514.19")),
            contents.Aged(
                what={"en": "1 to 30 days", "zh": "逾期 1–30 天"}, amount=Decimal("1310.07")
            ),
        ),
    )


def _dunning_letter() -> contents.DunningLetter:
    return contents.DunningLetter(
        level=3,
        number="EAE-D3-2026-00009",
        dated=date(2026, 11, 20),
        to=_TO,
        currency="CNY",
        items=_items(),
        fee=Decimal("20.00"),
        interest=Decimal("54.63"),
        total=Decimal("10999.69"),
        pay_by=date(2026, 11, 30),
        disconnect_from=date(2026, 12, 2),
        tenant_url=_URL,
    )


def _disconnection_notice() -> contents.DisconnectionNotice:
    return contents.DisconnectionNotice(
        number="EAE-DN-2026-00002",
        dated=date(2026, 11, 30),
        to=_TO,
        currency="CNY",
        points=(("t1-2-034-elec", "Shop 2-034 商铺"), ("t1-2-034-cool", "Shop 2-034 cooling 供冷")),
        owed=Decimal("10999.69"),
        balance=Decimal("-120.50"),
        not_before=datetime(2026, 12, 2, 1, 0, tzinfo=UTC),
        zone=_ZONE,
        pay_by=date(2026, 12, 1),
        restore_at=Decimal("200.00"),
        rules={
            "en": "Rule of supply 7.2 of the lease.",
            "zh": "依据租赁合同供能条款 7.2。",
        },
        approved_by="Wang Wei 王伟",
    )


_SAMPLES: Mapping[PaperKind, Callable[[], contents.Content]] = {
    PaperKind.BILL: _bill,
    PaperKind.ADJUSTMENT: _adjustment,
    PaperKind.CREDIT_NOTE: _credit_note,
    PaperKind.PAYMENT_NOTICE: _payment_notice,
    PaperKind.RECEIPT: _receipt,
    PaperKind.STATEMENT: _statement,
    PaperKind.READING_SHEET: reading_sheet,
    PaperKind.DUNNING_LETTER: _dunning_letter,
    PaperKind.DISCONNECTION_NOTICE: _disconnection_notice,
    PaperKind.CASH_UP_SHEET: cash_up_sheet,
    PaperKind.RUN_SUMMARY: run_summary,
}
