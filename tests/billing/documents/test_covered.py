"""The shipped fonts have a glyph for every text of the program and for names as they occur."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from billing.documents.covered import code_points, covered, page_text, printable
from energy.base.text import catalogue

CAPITALS = "零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分厘整负人民币欧英镑港日美澳门新加坡"


def signs_of_catalogue() -> set[str]:
    texts = (text for translations in catalogue().values() for text in translations.values())
    return {sign for text in texts for sign in text if sign >= " "}


def test_every_sign_of_the_texts_and_every_capital_has_a_glyph() -> None:
    assert [sign for sign in sorted(signs_of_catalogue()) if ord(sign) not in covered()] == []
    assert [sign for sign in CAPITALS if ord(sign) not in covered()] == []


@pytest.mark.parametrize("part", ["paper", "invoice_page"])
def test_headings_are_bold_throughout(part: str) -> None:
    font = files("billing.documents").joinpath("fonts", "NotoSansSC-Bold.otf").read_bytes()
    bold = code_points(font)
    keys = [key for key in catalogue() if key.startswith(f"{part}.")]
    assert keys
    missing = {s for key in keys for t in catalogue()[key].values() for s in t if s >= " "}
    assert sorted(sign for sign in missing if ord(sign) not in bold) == []


def test_names_of_people_are_covered_beyond_the_first_standard() -> None:
    assert printable("喆玥瑄堃珺龍國") == "喆玥瑄堃珺龍國"


def test_what_no_font_has_is_marked_and_control_signs_are_blank() -> None:
    assert printable("a😀\tb\nc") == "a〓 b\nc"


def test_a_page_holds_nothing_that_cannot_be_printed_and_keeps_its_rows() -> None:
    page = {"title": "bell \x07", "rows": [("two\nrows", None, 3), {"deep": "\x1b[31m"}]}
    told = json.loads(page_text(page))
    assert told == {"title": "bell  ", "rows": [["two\nrows", None, 3], {"deep": " [31m"}]}
