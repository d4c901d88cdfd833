"""In: rounds, shifts and runs. Out: reading sheet, cash-up sheet, run summary. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

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


class ReadingSheet(Sheet):
    """Meters to be read by hand, in walking order."""

    def page(self) -> dict[str, Any]:
        """Return the paper."""
        told, words = self.content, self.words
        framed = Framed(
            title=words.word("reading_sheet.title"),
            number=told["round"],
            dated=told["dated"],
            facts=[
                *self.fact("round", told["round"]),
                *self.fact("dated", words.day(told["dated"])),
                *self.fact("reader", told["reader"] or " "),
                *self.fact("meters", len(told["points"])),
            ],
        )
        blocks = [
            *[text(row) for row in words.named_rows(told["note"])],
            self._points(told),
            *self.text("reading_sheet.digits"),
            signatures(words.word("reader"), words.word("checked_by")),
        ]
        return frame(words, self.size, self.letterhead, framed) | {"blocks": blocks}

    def _points(self, told: Json) -> Block:
        head = self.heads("place", "meter", "before", "expected", "reading", "remark")
        rows = [self._point(n, each) for n, each in enumerate(told["points"], 1)]
        return table(head, rows, align="llrrrl", wide={0: 3, 5: 2}, roomy=True)

    def _point(self, number: int, each: Json) -> list[str | None]:
        where = " · ".join(row for row in (each["place"], each["name"]) if row)
        below = " · ".join(row for row in (each["point"], each["tenant"]) if row)
        bounds = f"{each['low']} –\n{each['high']}" if each["low"] or each["high"] else ""
        before = f"{each['before']}\n{self.words.day(each['before_on'])}".strip()
        reading = each["reading"] or _boxes(each["digits"], each["decimals"])
        return [
            f"{number}. {where}\n{below}",
            each["serial"],
            before,
            bounds,
            f"{reading} {unit_text(each['unit'])}",
            None,
        ]


class CashUpSheet(Sheet):
    """The end of a shift: what should be there, what is, who signed."""

    def page(self) -> dict[str, Any]:
        """Return the paper."""
        told, words = self.content, self.words
        zone = told["zone"]
        framed = Framed(
            title=words.word("cash_up_sheet.title"),
            number=told["shift"],
            dated=told["closed_at"][:10],
            facts=[
                *self.fact("shift", told["shift"]),
                *self.fact("desk", told["desk"]),
                *self.fact("cashier", told["cashier"]),
                *self.fact("opened_at", words.instant(told["opened_at"], zone)),
                *self.fact("closed_at", words.instant(told["closed_at"], zone)),
                *self.fact("receipts", _receipts(told)),
                *self.fact("voids", told["voids"]),
                *self.fact("float", f"{told['currency']} {grouped(told['float_'])}"),
            ],
        )
        blocks = [self._means(told), *self._difference(told)]
        blocks += [in_words(capital_rows(words, self._sum("counted"), told["currency"]))]
        blocks += [
            signatures(_signed(words.word("cashier"), told["signed_by"]), self._second(told))
        ]
        return frame(words, self.size, self.letterhead, framed) | {"blocks": blocks}

    def _means(self, told: Json) -> Block:
        words = self.words
        rows = [
            [
                words.named(each["means"]),
                str(each["count"]),
                grouped(each["expected"]),
                grouped(each["counted"]),
                signed(each["difference"]),
            ]
            for each in told["means"]
        ]
        sums = [grouped(self._sum(key)) for key in ("expected", "counted")]
        many = str(sum(each["count"] for each in told["means"]))
        head = self.heads("means", "count", "cash_expected", "counted", "difference")
        total = [words.word("total"), many, *sums, signed(self._sum("difference"))]
        return table(head, rows, align="lrrrr", total=total)

    def _difference(self, told: Json) -> list[Block]:
        difference = self._sum("difference")
        if not difference and not told["reason"]:
            return self.text("cash_up_sheet.no_difference")
        values = {"amount": f"{told['currency']} {signed(difference)}", "reason": told["reason"]}
        return [notice("\n".join(self.words.sentences("cash_up_sheet.difference", **values)))]

    def _second(self, told: Json) -> str:
        return _signed(self.words.word("checked_by"), told["seconded_by"])

    def _sum(self, key: str) -> Decimal:
        return sum((amount_of(each[key]) for each in self.content["means"]), Decimal(0))


class RunSummary(Sheet):
    """A bill run on one paper, for who approves it."""

    def page(self) -> dict[str, Any]:
        """Return the paper."""
        told, words = self.content, self.words
        framed = Framed(
            title=words.word("run_summary.title"),
            number=told["run"],
            dated=told["dated"],
            facts=[
                *self.fact("run", told["run"]),
                *self.fact("period", words.days(told["first_day"], told["last_day"])),
                *self.fact("state", words.named(told["state"])),
                *self.fact("dated", words.day(told["dated"])),
                *self.fact("bills", told["invoices"]),
                *self.fact("total", f"{told['currency']} {grouped(told['total'])}"),
            ],
        )
        blocks: list[Block] = []
        for part in told["tables"]:
            blocks += [heading(words.named(part["title"])), self._part(part)]
        blocks += [facts([["SHA-256", told["sha256"]]])]
        blocks += [
            signatures(
                _signed(words.word("opened_by"), told["opened_by"]),
                _signed(words.word("approver"), told["approved_by"]),
            )
        ]
        return frame(words, self.size, self.letterhead, framed) | {"blocks": blocks}

    def _part(self, part: Json) -> Block:
        heads = ["\n".join(self.words.named_rows(names)) for names in part["heads"]]
        rows = [self._row(row) for row in part["rows"]]
        total = self._row(part["total"]) if part["total"] else []
        return table(heads, rows, align="l" + "r" * (len(heads) - 1), total=total)

    def _row(self, row: Json) -> list[str]:
        return [self.words.named(row["what"]), *(_figure(each) for each in row["figures"])]


def _boxes(digits: int, decimals: int) -> str:
    """Return a box for each digit of a display."""
    return "□" * digits + (f",{'□' * decimals}" if decimals else "")


def _figure(value: object) -> str:
    """Return a figure: amounts grouped, texts as they are, a dash where nothing is known."""
    if value is None:
        return "–"
    text_of = str(value)
    try:
        return grouped(text_of)
    except ArithmeticError:
        return text_of


def _receipts(told: Json) -> str:
    first, last = told["first_receipt"], told["last_receipt"]
    span = f" ({first} – {last})" if first else ""
    return f"{told['receipts']}{span}"


def _signed(role: str, name: str) -> str:
    return f"{role}: {name}" if name else role
