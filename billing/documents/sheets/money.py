"""In: what was charged, paid or put right. Out: receipt, statement, adjustment. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from billing.documents.adjusted import percent
from billing.documents.frame import Framed, frame
from billing.documents.page import capital_rows
from billing.documents.sheets.blocks import (
    Block,
    Json,
    Sheet,
    amount_of,
    facts,
    heading,
    in_words,
    notice,
    signatures,
    table,
    text,
)
from billing.documents.words import grouped, signed, unit_text


class Receipt(Sheet):
    """That money was received, or given back."""

    def page(self) -> dict[str, Any]:
        """Return the paper."""
        told, words = self.content, self.words
        at = words.instant(told["at"], told["zone"])
        framed = Framed(
            title=words.word("receipt.void_title" if told["voids"] else "receipt.title"),
            number=told["number"],
            dated=told["at"][:10],
            addressee=self.addressee(),
            facts=[
                *self.fact("number", told["number"]),
                *self.fact("at", at),
                *self.fact("account", told["to"]["account"]),
                *self.fact("card", told["card"]),
                *self.fact("means", words.named(told["means"])),
                *self.fact("desk", told["desk"]),
                *self.fact("cashier", told["cashier"]),
            ],
            amount_due=words.word("returned" if told["voids"] else "received"),
            currency=told["currency"],
            total=grouped(told["total"]),
            sealed=True,
        )
        return frame(words, self.size, self.letterhead, framed) | {"blocks": self._blocks(told)}

    def _blocks(self, told: Json) -> list[Block]:
        words = self.words
        total = amount_of(told["total"])
        blocks: list[Block] = []
        if told["voids"]:
            values = {"number": told["voids"], "reason": told["reason"]}
            blocks.append(notice("\n".join(words.sentences("receipt.voids", **values))))
        blocks += [self._items(told), in_words(capital_rows(words, total, told["currency"]))]
        rows = [
            [words.word(key), f"{told['currency']} {grouped(told[key])}"]
            for key in ("given", "change", "balance")
            if told[key] is not None
        ]
        blocks += [facts(rows)] if rows else []
        return [*blocks, *self.text("receipt.keep")]

    def _items(self, told: Json) -> Block:
        words = self.words
        total = grouped(told["total"])
        if self.size == "80mm":
            short = [[self._what(each), grouped(each["amount"])] for each in told["items"]]
            return table(["", ""], short, align="lr", total=[words.word("total"), total])
        rows = [
            [
                words.named(each["what"]),
                _quantity(each),
                each["price"] or "",
                grouped(each["amount"]),
            ]
            for each in told["items"]
        ]
        head = self.heads("what", "quantity", "price", "amount")
        return table(head, rows, align="lrrr", total=[words.word("total"), "", "", total])

    def _what(self, each: Json) -> str:
        """Return what was paid for, with quantity and price below it."""
        below = f"{_quantity(each)} × {each['price']}" if each["price"] else _quantity(each)
        return "\n".join(row for row in (self.words.named(each["what"]), below) if row)


class Statement(Sheet):
    """What was charged and paid in some days, and what is open."""

    def page(self) -> dict[str, Any]:
        """Return the paper."""
        told, words = self.content, self.words
        framed = Framed(
            title=words.word("statement.title"),
            number=told["to"]["account"],
            dated=told["dated"],
            addressee=self.addressee(),
            facts=[
                *self.fact("account", told["to"]["account"]),
                *self.fact("dated", words.day(told["dated"])),
                *self.fact("days", words.days(told["first_day"], told["last_day"])),
            ],
            amount_due=words.word("balance_open"),
            currency=told["currency"],
            total=grouped(told["closing"]),
            pays=amount_of(told["closing"]) > 0,
        )
        blocks = [self._rows(told)]
        if told["ageing"]:
            ageing = [[words.named(a["what"]), grouped(a["amount"])] for a in told["ageing"]]
            blocks += [heading(words.word("statement.ageing"))]
            blocks += [table(self.heads("overdue", "amount"), ageing, align="lr")]
        return frame(words, self.size, self.letterhead, framed) | {"blocks": blocks}

    def _rows(self, told: Json) -> Block:
        words = self.words
        carried = words.word("statement.opening")
        rows = [[carried, words.day(told["first_day"]), "", "", "", grouped(told["opening"])]]
        for each in told["rows"]:
            amount = Decimal(each["amount"])
            rows.append(
                [
                    words.named(each["what"]),
                    words.day(each["day"]),
                    each["document"],
                    grouped(amount) if amount >= 0 else "",
                    grouped(-amount) if amount < 0 else "",
                    grouped(each["balance"]),
                ]
            )
        total = [words.word("statement.closing"), "", "", "", "", grouped(told["closing"])]
        head = self.heads("what", "day", "document", "charged", "paid", "balance")
        return table(head, rows, align="lllrrr", total=total)


class Adjustment(Sheet):
    """What is refunded or charged later for periods billed already."""

    def page(self) -> dict[str, Any]:
        """Return the paper."""
        told, words = self.content, self.words
        total = amount_of(told["total"])
        framed = Framed(
            title=words.word("adjustment.title"),
            number=told["number"],
            dated=told["dated"],
            addressee=self.addressee(),
            facts=[
                *self.fact("number", told["number"]),
                *self.fact("dated", words.day(told["dated"])),
                *self.fact("account", told["to"]["account"]),
                *self.fact("settled_by", words.named(told["settled_by"])),
            ],
            amount_due=words.word("adjustment.refund" if total < 0 else "adjustment.charge"),
            currency=told["currency"],
            total=grouped(abs(total)),
            sealed=True,
        )
        blocks = [self._periods(told), *self._reasons(told), self._sums(told)]
        blocks.append(in_words(capital_rows(words, abs(total), told["currency"])))
        blocks += self.text("adjustment.how")
        blocks.append(signatures(words.word("made_by"), words.word("checked_by")))
        return frame(words, self.size, self.letterhead, framed) | {"blocks": blocks}

    def _periods(self, told: Json) -> Block:
        words = self.words
        rows = []
        for each in told["periods"]:
            days = words.days(each["first_day"], each["last_day"])
            below = ", ".join(row for row in (days, each["usage"]) if row)
            rows.append(
                [
                    f"{words.named(each['name'])}\n{below}",
                    each["corrects"],
                    grouped(each["charged"]),
                    grouped(each["due"]),
                    signed(each["difference"]),
                ]
            )
        head = self.heads("adjustment.period", "document", "charged", "should_be", "difference")
        return table(head, rows, align="llrrr", total=["", "", "", "", signed(told["net"])])

    def _reasons(self, told: Json) -> list[Block]:
        reasons = [row for p in told["periods"] for row in self.words.named_rows(p["reason"])]
        return [text(row, soft=True) for row in dict.fromkeys(reasons)]

    def _sums(self, told: Json) -> Block:
        words = self.words
        sums: dict[str, Decimal] = {}
        for each in told["periods"]:
            rate = each["tax_rate"]
            sums[rate] = sums.get(rate, Decimal(0)) + Decimal(each["tax"])
        rows = [[words.word("net"), signed(told["net"])]]
        rows += [
            [words.word("tax_of", rate=percent(rate)), signed(tax)] for rate, tax in sums.items()
        ]
        return facts([*rows, [words.word("total"), signed(told["total"])]])


def _quantity(each: Json) -> str:
    if each["quantity"] is None:
        return ""
    return f"{grouped(each['quantity'])} {unit_text(each['unit'])}".strip()
