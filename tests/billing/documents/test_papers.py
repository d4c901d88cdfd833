"""Every paper, in each language and size: it can be set, says its amounts, stays the same."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from decimal import Decimal

import pypdf
import pytest

from billing.documents.letterhead import Letterhead, Picture
from billing.documents.papers import BILLS, PaperKind, paper, paper_pictures
from billing.documents.samples import sample, sample_letterhead
from billing.documents.words import grouped
from billing.errors import DocumentError

TITLES = {
    PaperKind.BILL: ("Invoice", "账单"),
    PaperKind.ADJUSTMENT: ("Adjustment", "退补单"),
    PaperKind.CREDIT_NOTE: ("Credit note", "退补单（冲减）"),
    PaperKind.PAYMENT_NOTICE: ("Payment notice", "缴费通知单"),
    PaperKind.RECEIPT: ("Receipt", "收据"),
    PaperKind.STATEMENT: ("Statement of account", "对账单"),
    PaperKind.READING_SHEET: ("Reading sheet", "抄表单"),
    PaperKind.DUNNING_LETTER: ("Last demand", "最后催缴通知书"),
    PaperKind.DISCONNECTION_NOTICE: ("Notice of disconnection", "停供通知书"),
    PaperKind.CASH_UP_SHEET: ("Cash-up", "班次结账单"),
    PaperKind.RUN_SUMMARY: ("Bill run", "出账汇总表"),
}


def text_of(pdf: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    return "\n".join(page.extract_text() for page in reader.pages)


@pytest.mark.parametrize("kind", list(PaperKind))
def test_a_paper_in_both_languages_has_both_titles_and_no_tax_invoice(kind: PaperKind) -> None:
    text = text_of(paper(kind, sample(kind), language="both", letterhead=sample_letterhead()))
    english, chinese = TITLES[kind]
    assert chinese in text
    assert english in text
    assert "发票" not in text
    assert "Example Airport Energy" in text or kind in BILLS


@pytest.mark.parametrize("kind", list(PaperKind))
def test_one_language_stands_alone_on_the_roll(kind: PaperKind) -> None:
    english, chinese = TITLES[kind]
    text = text_of(paper(kind, sample(kind), language="zh", size="80mm"))
    assert chinese in text
    assert english not in text
    assert "发票" not in text


def test_the_roll_is_one_page_of_80_mm() -> None:
    pdf = paper(PaperKind.BILL, sample(PaperKind.BILL), language="en", size="80mm")
    (page,) = pypdf.PdfReader(io.BytesIO(pdf)).pages
    assert round(float(page.mediabox.width) * 25.4 / 72) == 80


def test_a_payment_notice_says_its_amount_in_figures_and_in_words() -> None:
    kind = PaperKind.PAYMENT_NOTICE
    text = text_of(paper(kind, sample(kind), language="both", letterhead=sample_letterhead()))
    assert "CNY 10,900.02" in text
    assert "人民币壹万零玖佰元零贰分" in text
    assert "CNY ten thousand nine hundred and 02/100" in text
    assert "1202 0000 0000 0000 000" in text


def test_open_items_less_credit_are_what_the_sample_asks_for() -> None:
    told = sample(PaperKind.PAYMENT_NOTICE)
    open_ = sum((Decimal(each["open"]) for each in told["items"]), Decimal(0))
    assert open_ - Decimal(told["credit"]) == Decimal(told["total"])


def test_the_same_content_gives_the_same_bytes() -> None:
    kind = PaperKind.RECEIPT
    first = paper(kind, sample(kind), language="zh", size="80mm", letterhead=sample_letterhead())
    paper(PaperKind.STATEMENT, sample(PaperKind.STATEMENT), language="en")
    again = paper(kind, sample(kind), language="zh", size="80mm", letterhead=sample_letterhead())
    assert again == first


def test_a_bill_bears_comparison_load_reason_and_the_tenants_page() -> None:
    text = text_of(paper(PaperKind.BILL, sample(PaperKind.BILL), language="en"))
    for expected in ("+24.0 %", "+31.0 %", "agreed 80 kW", "31 % more", "Details on your page"):
        assert expected in text


def test_adjustments_of_a_bill_are_named_with_what_was_and_is() -> None:
    document = json.loads(json.dumps(sample(PaperKind.BILL)["invoice"]))
    charge = {
        "name": {"en": "Energy, day", "zh": "日间电量电费"},
        "unit": "kWh",
        "was": {"quantity": "100.00", "price": "0.21", "amount": "21.00"},
        "now": {"quantity": "110.00", "price": "0.21", "amount": "23.10"},
        "amount": "2.10",
    }
    entry = {
        "corrects": {"number": "CAM-2018-000003", "dated": "2019-01-01"},
        "name": {"en": "December", "zh": "十二月"},
        "period": {"first_day": "2018-12-01", "last_day": "2018-12-31"},
        "charges": [charge],
        "tax_rate": "0.20",
        "net": "2.10",
        "tax": "0.42",
        "gross": "2.52",
    }
    document["adjustments"] = [entry]
    text = text_of(paper(PaperKind.BILL, {"invoice": document}, language="en"))
    assert "corrects CAM-2018-000003" in text
    assert "100.00 × 0.21 → 110.00 × 0.21 kWh = +2.10" in text
    assert "+2.52" in text


def test_a_credit_note_names_what_it_takes_back_and_asks_for_no_money() -> None:
    kind = PaperKind.CREDIT_NOTE
    text = text_of(paper(kind, sample(kind), language="en", letterhead=sample_letterhead()))
    assert "CAM-2019-000001, 1 Feb 2019" in text
    assert "Credited" in text
    assert "Please pay to" not in text


def test_a_name_without_a_glyph_does_not_stop_a_paper() -> None:
    told = sample(PaperKind.RECEIPT)
    told["to"]["name"] = "喆玥 😀 \x07𠮷"
    text = text_of(paper(PaperKind.RECEIPT, told, language="zh"))
    assert "喆玥 〓" in text


def test_a_preview_is_a_picture() -> None:
    (page,) = paper_pictures(PaperKind.RECEIPT, sample(PaperKind.RECEIPT), language="en", ppi=40)
    assert page.startswith(b"\x89PNG")


@pytest.mark.parametrize(("language", "size"), [("fr", "a4"), ("en", "a5")])
def test_an_unknown_language_or_size_is_refused(language: str, size: str) -> None:
    with pytest.raises(DocumentError, match="Use one of"):
        paper(
            PaperKind.RECEIPT,
            sample(PaperKind.RECEIPT),
            language=language,  # type: ignore[arg-type]
            size=size,  # type: ignore[arg-type]
        )


def test_a_letterhead_is_kept_by_the_hashes_of_its_pictures() -> None:
    head = sample_letterhead()
    stored = json.loads(json.dumps(head.document()))
    assert head.logo is not None and head.seal is not None
    known = {each.sha256: each.content for each in (head.logo, head.seal)}
    assert Letterhead.of(stored, known.__getitem__) == head
    assert replace(head, logo=None).document()["logo_sha256"] == ""


def test_a_file_that_is_no_picture_is_refused() -> None:
    with pytest.raises(DocumentError, match="PNG, JPEG or SVG"):
        Picture(content=b"GIF89a")


def test_figures_of_a_summary_are_grouped_and_texts_stay() -> None:
    text = text_of(paper(PaperKind.RUN_SUMMARY, sample(PaperKind.RUN_SUMMARY), language="en"))
    assert grouped("881801.28") in text
    assert "1,204,553.2 kWh" in text
