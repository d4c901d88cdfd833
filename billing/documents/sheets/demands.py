"""In: what somebody owes. Out: payment notice, dunning letter, disconnection notice. Pure."""

from __future__ import annotations

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
)
from billing.documents.words import grouped

_LAST_LEVEL = 3


class PaymentNotice(Sheet):
    """What is to be paid until when; sealed, the amount in words."""

    def page(self) -> dict[str, Any]:
        """Return the paper."""
        told, words = self.content, self.words
        framed = Framed(
            title=words.word("payment_notice.title"),
            number=told["number"],
            dated=told["dated"],
            addressee=self.addressee(),
            facts=[
                *self.fact("number", told["number"]),
                *self.fact("dated", words.day(told["dated"])),
                *self.fact("account", told["to"]["account"]),
                *self.fact("building", told["to"]["building"]),
                *self.fact("due_on", words.day(told["due_on"])),
            ],
            amount_due=words.word("to_pay"),
            currency=told["currency"],
            total=grouped(told["total"]),
            tenant_url=told["tenant_url"],
            pays=True,
            reference=told["reference"],
            sealed=True,
        )
        total = amount_of(told["total"])
        blocks: list[Block] = [
            in_words(capital_rows(words, total, told["currency"])),
            *self.text("payment_notice.says", due_on=words.day(told["due_on"])),
            self._items(),
            *self.text("payment_notice.name", reference=told["reference"] or told["number"]),
        ]
        return frame(words, self.size, self.letterhead, framed) | {"blocks": blocks}

    def _items(self) -> Block:
        told, words = self.content, self.words
        rows = owed_rows(self)
        credit = amount_of(told["credit"])
        if credit:
            rows.append([words.word("credit"), "", "", "", f"−{grouped(credit)}"])
        total = [words.word("to_pay"), "", "", "", grouped(told["total"])]
        return owed_table(self, rows, total)


class DunningLetter(Sheet):
    """That documents are overdue: a reminder, a demand, a last demand."""

    def page(self) -> dict[str, Any]:
        """Return the paper."""
        told, words = self.content, self.words
        level = min(max(int(told["level"]), 1), _LAST_LEVEL)
        framed = Framed(
            title=words.word(f"dunning_letter.title_{level}"),
            number=told["number"],
            dated=told["dated"],
            addressee=self.addressee(),
            facts=[
                *self.fact("number", told["number"]),
                *self.fact("dated", words.day(told["dated"])),
                *self.fact("account", told["to"]["account"]),
                *self.fact("pay_by", words.day(told["pay_by"])),
            ],
            amount_due=words.word("to_pay"),
            currency=told["currency"],
            total=grouped(told["total"]),
            tenant_url=told["tenant_url"],
            pays=True,
            sealed=level == _LAST_LEVEL,
        )
        blocks = [
            *self.text(f"dunning_letter.says_{level}", pay_by=words.day(told["pay_by"])),
            self._items(),
            *self._consequence(),
            *self.text("dunning_letter.crossed"),
        ]
        return frame(words, self.size, self.letterhead, framed) | {"blocks": blocks}

    def _items(self) -> Block:
        told, words = self.content, self.words
        rows = owed_rows(self)
        for key in ("fee", "interest"):
            if amount_of(told[key]):
                rows.append([words.word(key), "", "", "", grouped(told[key])])
        return owed_table(self, rows, [words.word("to_pay"), "", "", "", grouped(told["total"])])

    def _consequence(self) -> list[Block]:
        day = self.content["disconnect_from"]
        if not day:
            return []
        rows = self.words.sentences("dunning_letter.disconnects", day=self.words.day(day))
        return [notice("\n".join(rows))]


class DisconnectionNotice(Sheet):
    """That supply is going to be cut, when at the earliest, and how to avert it."""

    def page(self) -> dict[str, Any]:
        """Return the paper."""
        told, words = self.content, self.words
        framed = Framed(
            title=words.word("disconnection_notice.title"),
            number=told["number"],
            dated=told["dated"],
            addressee=self.addressee(),
            facts=[
                *self.fact("number", told["number"]),
                *self.fact("dated", words.day(told["dated"])),
                *self.fact("account", told["to"]["account"]),
                *self.fact("pay_by", words.day(told["pay_by"])),
            ],
            amount_due=words.word("to_pay"),
            currency=told["currency"],
            total=grouped(told["owed"]),
            pays=True,
            sealed=True,
        )
        at = words.instant(told["not_before"], told["zone"])
        says = words.sentences("disconnection_notice.says", at=at)
        blocks = [
            notice("\n".join(says)),
            heading(words.word("disconnection_notice.points")),
            table(self.heads("point", "name"), told["points"], align="ll", wide={1: 1}),
            *self._balance(told),
            heading(words.word("disconnection_notice.averts")),
            *self.text("disconnection_notice.pay", pay_by=words.day(told["pay_by"])),
            *self.text("disconnection_notice.never"),
            *[{"kind": "text", "body": row, "soft": True} for row in self._rules()],
            signatures(
                words.word("approved_by", name=told["approved_by"]), words.word("handed_over")
            ),
        ]
        return frame(words, self.size, self.letterhead, framed) | {"blocks": blocks}

    def _rules(self) -> list[str]:
        return self.words.named_rows(self.content["rules"])

    def _balance(self, told: Json) -> list[Block]:
        currency = told["currency"]
        rows = [
            [self.words.word(key), f"{currency} {grouped(told[field])}"]
            for key, field in (("balance", "balance"), ("restore_at", "restore_at"))
            if told[field] is not None
        ]
        return [facts(rows)] if rows else []


def owed_rows(sheet: Sheet) -> list[list[str | None]]:
    """Return open documents as rows."""
    words = sheet.words
    return [
        [
            "\n".join(each for each in (owed["number"], words.named(owed["what"])) if each),
            words.day(owed["dated"]),
            words.day(owed["due_on"]),
            grouped(owed["amount"]),
            grouped(owed["open"]),
        ]
        for owed in sheet.content["items"]
    ]


def owed_table(sheet: Sheet, rows: list[list[str | None]], total: list[str]) -> Block:
    """Return open documents as a table with what is to be paid."""
    head = sheet.heads("document", "dated", "due_on", "amount", "open")
    return table(head, rows, align="lllrr", total=total)
