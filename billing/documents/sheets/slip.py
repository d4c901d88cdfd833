"""In: a bill or credit note. Out: the same on a roll of 80 mm, block by block. Pure."""

from __future__ import annotations

from typing import Any

from billing.documents.letterhead import Letterhead
from billing.documents.page import Page
from billing.documents.sheets.blocks import Block, Json, facts, heading, in_words, table, text


def slip_page(content: Json, language: str, letterhead: Letterhead | None) -> dict[str, Any]:
    """Return a bill as the roll shows it: what is owed for what, without the proofs.

    Args:
        content: JSON of `contents.Bill` or `contents.CreditNote`.
        language: "en", "zh" or "both".
        letterhead: Of the billing entity.
    """
    page = Page(content, language, letterhead, "80mm")
    words = page.words
    blocks: list[Block] = []
    rows = page.in_words()
    blocks += [in_words(rows)] if rows else []
    blocks += [text(row) for row in (*page.reason(), *page.replaced(), *page.why())]
    for supply in page.document["supplies"]:
        blocks += _supply(page.supply(supply))
    adjusted = page.adjustments()
    if adjusted["rows"]:
        short = [[row[0].strip(), row[-1]] for row in adjusted["rows"]]
        total = [adjusted["total"][0], adjusted["total"][-1]]
        blocks += [heading(adjusted["title"]), table(["", ""], short, align="lr", total=total)]
    tax = page.tax()
    blocks += [heading(words.word("sums"))]
    for row in (*tax["rows"], tax["total"]):
        blocks += [text(row[0], soft=True), facts(list(zip(tax["head"][1:], row[1:], strict=True)))]
    return page.frame() | {"blocks": blocks}


def _supply(supply: dict[str, Any]) -> list[Block]:
    title = f"{supply['title']} · {supply['name']}"
    where = " · ".join(each for each in (supply["point"], supply["usage"]) if each != "–")
    blocks: list[Block] = [heading(title), text(where, soft=True)]
    heads = supply["reading_head"]
    for row in supply["readings"]:
        told = [
            [f"{heads[0]} {row['serial']}", row["multiplier"]],
            [f"{heads[1]} {row['opening_at']}", row["opening"]],
            [f"{heads[2]} {row['closing_at']}", row["closing"]],
            [heads[3], row["difference"]],
        ]
        blocks.append(facts(told))
    if not supply["charges"]:
        return [*blocks, text(supply["no_charges"])]
    charges = [[_charge(row), row["amount"]] for row in supply["charges"]]
    total = [supply["subtotal_label"], supply["subtotal"]]
    blocks.append(table(["", ""], charges, align="lr", total=total))
    if supply["daily"]["heights"]:
        blocks.append({"kind": "bars", "utility": supply["utility"]} | supply["daily"])
    return blocks


def _charge(row: dict[str, str]) -> str:
    below = [row["days"], f"{row['quantity']} × {row['price']}"]
    return "\n".join([row["name"], *(each for each in below if each)])
