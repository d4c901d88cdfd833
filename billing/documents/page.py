"""In: a bill or credit note, a language, a letterhead. Out: the texts of its A4 page. Pure.

Everything that depends on language, number format or time zone is decided here; the template
only places texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from billing.documents.adjusted import adjusted_rows
from billing.documents.capitals import in_capitals
from billing.documents.chart import bars_svg, load_svg
from billing.documents.compared import compared_part
from billing.documents.frame import Framed, frame
from billing.documents.letterhead import Letterhead
from billing.documents.proofs import Proofs, counts_of
from billing.documents.words import Words, day_text, grouped, joined, unit_text
from billing.money import exact_text
from energy.base.text import t

__all__ = ["Page", "day_text", "grouped", "page_of"]
Json = Mapping[str, Any]
CREDIT_NOTE = "credit_note"
_SPANS = ("day", "month")
ACCENTS = {
    "electricity": "#1d5fd0",
    "gas": "#c2570c",
    "water": "#0b7a8f",
    "heating": "#b3261e",
    "cooling": "#2b7fbf",
    "steam": "#5b6472",
}
"""Colours of the utilities, those of `typ/parts.typ`."""
_CURVE, _OTHER = ACCENTS["electricity"], "#5b6675"


def page_of(document: Json, language: str) -> dict[str, Any]:
    """Return the texts of an invoice's page without anything around it.

    Args:
        document: The invoice's document.
        language: "en", "zh" or "both".
    """
    return Page({"invoice": document}, language).content()


class Page:
    """Sets one bill in one language, or in both."""

    def __init__(
        self, content: Json, language: str, letterhead: Letterhead | None = None, size: str = "a4"
    ) -> None:
        """Set a bill.

        Args:
            content: JSON of `contents.Bill` or `contents.CreditNote`.
            language: "en", "zh" or "both".
            letterhead: Of the billing entity.
            size: "a4" or "80mm".
        """
        self.document: Json = content["invoice"]
        self.bill = content
        self.words = Words(language, "invoice_page")
        self._letterhead = letterhead
        self._size = size

    def frame(self) -> dict[str, Any]:
        """Return what stands around the content."""
        document, words = self.document, self.words
        account, period = document["account"], document["period"]
        kind = "credit_note" if document["kind"] == CREDIT_NOTE else "title"
        told = Framed(
            title=words.word(kind),
            number=document["number"] or "",
            dated=document["dated"],
            draft="" if document["number"] else words.word("draft"),
            addressee=self._addressee(),
            facts=[
                [words.word("number"), document["number"] or "–"],
                [words.word("dated"), words.day(document["dated"])],
                [words.word("account"), account["key"]],
                [words.word("period"), words.days(period["first_day"], period["last_day"])],
                *self._last_facts(kind),
            ],
            amount_due=words.word("credited" if kind == CREDIT_NOTE else "amount_due"),
            currency=document["currency"],
            total=grouped(document["totals"]["total"]),
            tenant_url=self.bill.get("tenant_url", ""),
            pays=kind != CREDIT_NOTE,
            issuer=document["issuer"],
        )
        return frame(Words(words.language, "paper"), self._size, self._letterhead, told)

    def _addressee(self) -> list[str]:
        """Return the rows of name and address, with the tax number where one is known."""
        account = self.document["account"]
        rows = [account["name"] or "", *(account["address"] or "").split("\n")]
        if number := account.get("tax_number"):
            rows.append(f"{Words(self.words.language, 'paper').word('tax_number')} {number}")
        return rows

    def content(self) -> dict[str, Any]:
        """Return everything the template places."""
        bill, words = self.bill, self.words
        return self.frame() | {
            "words": self.in_words(),
            "notes": [*self.reason(), *self.replaced(), *self.why()],
            "supplies": [self.supply(supply) for supply in self.document["supplies"]],
            "adjustments": self.adjustments(),
            "compared": compared_part(words, bill),
            "tax": self.tax(),
            "proof_title": words.word("proof_title"),
            "proofs": self._proofs(),
            "proof_notes": joined([each.notes() for each in self._tellers()]),
        }

    def in_words(self) -> list[list[str]]:
        """Return the amount in words, one row a language; none where it is not asked for."""
        if not self.bill.get("capitals"):
            return []
        total, currency = Decimal(self.document["totals"]["total"]), self.document["currency"]
        return capital_rows(self.words, total, currency)

    def reason(self) -> list[str]:
        """Return why a credit note was written."""
        stated = self.bill.get("reason") or (self.document.get("corrects") or {}).get("reason")
        return self.words.named_rows(stated or {})

    def why(self) -> list[str]:
        """Return why the bill differs from the one before."""
        stated = self.bill.get("why") or (self.document.get("change") or {}).get("text") or {}
        return self.words.named_rows(stated)

    def replaced(self) -> list[str]:
        """Return which invoice this one replaces; nothing of an ordinary one."""
        replaces = self.document.get("replaces")
        if not replaces:
            return []
        values = {"number": replaces["number"], "credit_note": replaces["credit_note"]}
        return self.words.sentences("replaces", **values)

    def supply(self, supply: Json) -> dict[str, Any]:
        """Return a supply: readings, charges, days, load."""
        words = self.words
        unit = unit_text(supply["usage"]["unit"]) if supply["usage"] else ""
        total = supply["usage"]["total"] if supply["usage"] else None
        utility = words.utility(supply["utility"])
        tariffs = dict.fromkeys(words.named(tariff["name"]) for tariff in supply["tariffs"])
        net = sum((Decimal(charge["amount"]) for charge in supply["charges"]), Decimal(0))
        return {
            "utility": supply["utility"],
            "title": utility,
            "name": self._name(supply),
            "point": supply["point"],
            "tariff": ", ".join(tariffs),
            "usage": f"{grouped(total)} {unit}" if total else "–",
            "reading_head": [
                words.word(key)
                for key in ("meter", "opening", "closing", "difference", "multiplier")
            ],
            "readings": [self._reading(register) for register in supply["readings"]],
            "charge_head": [
                words.word(key) for key in ("clause", "charge", "quantity", "price", "amount")
            ],
            "charges": [self._charge(charge, supply) for charge in supply["charges"]],
            "no_charges": words.word("no_charges"),
            "subtotal_label": words.word("subtotal", name=_Lower(supply["utility"])),
            "subtotal": grouped(str(net)),
            "daily": self._daily(supply, unit),
            "loads": [
                self._load(load, supply)
                for load in self.bill.get("loads", ())
                if load["point"] == supply["point"]
            ],
        }

    def _name(self, supply: Json) -> str:
        """Return the name of a supply, with the inspections whose findings its usage holds."""
        orders = ", ".join(supply.get("inspections", ()))
        found = [self.words.word("inspected", orders=orders)] if orders else []
        return ", ".join([supply["name"], *found])

    def adjustments(self) -> dict[str, Any]:
        """Return what the bill settles of earlier periods."""
        return adjusted_rows(self.words, self.document.get("adjustments", ()))

    def tax(self) -> dict[str, Any]:
        """Return the sums by tax rate."""
        document, words = self.document, self.words
        totals = document["totals"]
        return {
            "head": [words.word(key) for key in ("tax_rate", "net", "tax", "gross")],
            "rows": [
                [
                    f"{exact_text(Fraction(row['rate']) * 100)} %",
                    grouped(row["net"]),
                    grouped(row["tax"]),
                    grouped(row["gross"]),
                ]
                for row in document["tax"]
            ],
            "total": [
                words.word("total"),
                *(grouped(totals[key]) for key in ("net", "tax", "total")),
            ],
        }

    def _last_facts(self, kind: str) -> list[list[str]]:
        """Return what closes the facts: until when to pay, or what is taken back."""
        words, corrects = self.words, self.document.get("corrects")
        if kind != CREDIT_NOTE:
            return [[words.word("due_on"), words.day(self.document["due_on"])]]
        if not corrects:
            return []
        return [[words.word("corrects"), f"{corrects['number']}, {words.day(corrects['dated'])}"]]

    def _reading(self, register: Json) -> dict[str, str]:
        _, _, decimals = register["closing"]["shown"].partition(".")
        difference = counts_of(register) * Fraction(register["resolution"])
        shown = exact_text(difference, least_digits=len(decimals))
        unit, zone = unit_text(register["unit"]), self.document["period"]["zone"]
        return {
            "serial": register["serial"],
            "opening": f"{grouped(register['opening']['shown'])} {unit}",
            "opening_at": self.words.instant(register["opening"]["at"], zone),
            "closing": f"{grouped(register['closing']['shown'])} {unit}",
            "closing_at": self.words.instant(register["closing"]["at"], zone),
            "difference": f"{grouped(shown)} {unit}",
            "multiplier": f"× {register['multiplier']}",
        }

    def _charge(self, charge: Json, supply: Json) -> dict[str, str]:
        unit, quantity = charge["unit"], charge["quantity"]
        number = "one" if quantity == "1" else "many"
        shown = self.words.word(f"unit.{unit}.{number}") if unit in _SPANS else unit_text(unit)
        days = (charge["first_day"], charge["last_day"])
        whole = days == (supply["first_day"], supply["last_day"])
        return {
            "clause": charge["clause"],
            "name": self.words.named(charge["name"]),
            "days": "" if whole else self.words.days(*days),
            "quantity": f"{quantity if '/' in quantity else grouped(quantity)} {shown}",
            "price": charge["price"],
            "amount": grouped(charge["amount"]),
        }

    def _daily(self, supply: Json, unit: str) -> dict[str, Any]:
        values = supply["daily"]
        known = [Decimal(value) for value in values if value is not None]
        top = max(known, default=Decimal(0))
        # Heights for the eye only: thousandths of the highest day.
        heights = [
            None if value is None else max(0, int(1000 * Decimal(value) / top)) if top else 0
            for value in values
        ]
        return {
            "label": self.words.word("daily", unit=unit),
            "top": self.words.word("daily_top", value=grouped(str(top)), unit=unit),
            "first": self.words.day(supply["first_day"]),
            "last": self.words.day(supply["last_day"]),
            "heights": heights,
            "svg": bars_svg(heights, ACCENTS.get(supply["utility"], _OTHER)),
        }

    def _load(self, load: Json, supply: Json) -> dict[str, str]:
        values = [None if each is None else Decimal(each) for each in load["values"]]
        limit = None if load["limit"] is None else Decimal(load["limit"])
        most = max((each for each in values if each is not None), default=Decimal(0))
        top = max(most, limit or Decimal(0)) or Decimal(1)
        at = self.words.instant(load["maximum_at"], self.document["period"]["zone"])
        label = self.words.word("load", unit=unit_text(load["unit"]))
        if limit is not None:
            agreed = self.words.word("load_limit", value=grouped(limit), unit=load["unit"])
            label = f"{label} ({agreed})"
        return {
            "label": label,
            "top": self.words.word(
                "load_top", value=grouped(most), unit=load["unit"], at=at
            ).strip(),
            "first": self.words.day(supply["first_day"]),
            "last": self.words.day(supply["last_day"]),
            "svg": load_svg(values, limit=limit, top=top, colour=_CURVE),
        }

    def _tellers(self) -> list[Proofs]:
        return [Proofs(self.document, language) for language in self.words.languages]

    def _proofs(self) -> list[dict[str, Any]]:
        """Return the footnotes of each supply."""
        tellers = self._tellers()
        return [
            {"title": f"{self.words.utility(s['utility'])}, {s['name']}", "rows": rows}
            for s in self.document["supplies"]
            if (rows := [row for teller in tellers for row in teller.of_supply(s)])
        ]


@dataclass(frozen=True, slots=True)
class _Lower:
    """The name of a utility inside a sentence."""

    utility: str

    def told(self, language: str) -> str:
        """Return it in a language."""
        return t(language, f"utility.{self.utility}").lower()


def capital_rows(words: Words, amount: Decimal, currency: str) -> list[list[str]]:
    """Return an amount in words, one row a language.

    Args:
        words: Of any part.
        amount: [currency]
        currency: ISO 4217.
    """
    label = Words(words.language, "paper").word("in_words")
    rows = [in_capitals(amount, currency, language) for language in words.languages]
    return [[label if n == 0 else "", row] for n, row in enumerate(rows)]
