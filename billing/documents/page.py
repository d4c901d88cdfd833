"""In: an invoice's canonical JSON and a language. Out: the texts of its page, ready to set. Pure.

Everything that depends on language, number format or time zone is decided here; the template
only places texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from billing.documents.computed import computed_rows, value_text
from billing.money import exact_text
from energy.base.text import t

Json = Mapping[str, Any]
UNIT_TEXT = {"m3": "m³", "100J": "100 J"}
_SPANS = ("day", "month")
_KEPT_INTERVALS = ("measured", "corrected")


def page_of(document: Json, language: str) -> dict[str, Any]:
    """Return the texts of an invoice's page.

    Args:
        document: The invoice's document.
        language: "en" or "zh".
    """
    return Page(document, language).content()


def grouped(number: str) -> str:
    """Return a plain decimal with thousands separated: 1234567.80 becomes 1,234,567.80."""
    return format(Decimal(number), ",f")


def day_text(day: str, language: str) -> str:
    """Return an ISO day as people write it: 31 Jan 2019, 2019年1月31日."""
    when = date.fromisoformat(day)
    if language == "zh":
        return f"{when.year}年{when.month}月{when.day}日"
    return f"{when.day} {when:%b} {when.year}"


class Page:
    """Sets one invoice in one language."""

    def __init__(self, document: Json, language: str) -> None:
        """Set a document.

        Args:
            document: The invoice's document.
            language: "en" or "zh".
        """
        self._document = document
        self._language = language
        self._zone = ZoneInfo(document["period"]["zone"])

    def content(self) -> dict[str, Any]:
        """Return everything the template places."""
        document = self._document
        account, period = document["account"], document["period"]
        span = f"{self._day(period['first_day'])} – {self._day(period['last_day'])}"
        return {
            "language": self._language,
            "title": self._t("title"),
            "draft": "" if document["number"] else self._t("draft"),
            "issuer": document["issuer"],
            "tax_number": self._labelled("tax_number", document["issuer"]["tax_number"]),
            "date": document["dated"],
            "number": document["number"] or "",
            "billed_to": self._t("billed_to"),
            "addressee": [account["name"] or "", *(account["address"] or "").split("\n")],
            "facts": [
                [self._t("number"), document["number"] or "–"],
                [self._t("dated"), self._day(document["dated"])],
                [self._t("account"), account["key"]],
                [self._t("period"), span],
                [self._t("due_on"), self._day(document["due_on"])],
            ],
            "amount_due": self._t("amount_due"),
            "currency": document["currency"],
            "total": grouped(document["totals"]["total"]),
            "supplies": [self._supply(supply) for supply in document["supplies"]],
            "tax": self._tax(),
            "proof_title": self._t("proof_title"),
            "proofs": self._proofs(),
            "proof_notes": self._notes(),
            "page": self._t("page", page="{page}", pages="{pages}"),
        }

    def _supply(self, supply: Json) -> dict[str, Any]:
        unit = _unit(supply["usage"]["unit"]) if supply["usage"] else ""
        total = supply["usage"]["total"] if supply["usage"] else None
        return {
            "utility": supply["utility"],
            "title": self._t(f"utility.{supply['utility']}"),
            "name": supply["name"],
            "point": supply["point"],
            "tariff": ", ".join(
                dict.fromkeys(self._name(tariff["name"]) for tariff in supply["tariffs"])
            ),
            "usage": f"{grouped(total)} {unit}" if total else "–",
            "reading_head": [
                self._t(key) for key in ("meter", "opening", "closing", "difference", "multiplier")
            ],
            "readings": [self._reading(register) for register in supply["readings"]],
            "charge_head": [
                self._t(key) for key in ("clause", "charge", "quantity", "price", "amount")
            ],
            "charges": [self._charge(charge, supply) for charge in supply["charges"]],
            "no_charges": self._t("no_charges"),
            "subtotal_label": self._t(
                "subtotal", name=self._t(f"utility.{supply['utility']}").lower()
            ),
            "subtotal": grouped(
                str(sum((Decimal(c["amount"]) for c in supply["charges"]), Decimal(0)))
            ),
            "daily": self._daily(supply, unit),
        }

    def _reading(self, register: Json) -> dict[str, str]:
        _, _, decimals = register["closing"]["shown"].partition(".")
        difference = _counts(register) * Fraction(register["resolution"])
        shown = exact_text(difference, least_digits=len(decimals))
        unit = _unit(register["unit"])
        return {
            "serial": register["serial"],
            "opening": f"{grouped(register['opening']['shown'])} {unit}",
            "opening_at": self._instant(register["opening"]["at"]),
            "closing": f"{grouped(register['closing']['shown'])} {unit}",
            "closing_at": self._instant(register["closing"]["at"]),
            "difference": f"{grouped(shown)} {unit}",
            "multiplier": f"× {register['multiplier']}",
        }

    def _charge(self, charge: Json, supply: Json) -> dict[str, str]:
        unit, quantity = charge["unit"], charge["quantity"]
        number = "one" if quantity == "1" else "many"
        shown = self._t(f"unit.{unit}.{number}") if unit in _SPANS else _unit(unit)
        days = (charge["first_day"], charge["last_day"])
        whole = days == (supply["first_day"], supply["last_day"])
        return {
            "clause": charge["clause"],
            "name": self._name(charge["name"]),
            "days": "" if whole else f"{self._day(days[0])} – {self._day(days[1])}",
            "quantity": f"{quantity if '/' in quantity else grouped(quantity)} {shown}",
            "price": charge["price"],
            "amount": grouped(charge["amount"]),
        }

    def _daily(self, supply: Json, unit: str) -> dict[str, Any]:
        values = supply["daily"]
        known = [Decimal(value) for value in values if value is not None]
        top = max(known, default=Decimal(0))
        return {
            "label": self._t("daily", unit=unit),
            "top": self._t("daily_top", value=grouped(str(top)), unit=unit),
            "first": self._day(supply["first_day"]),
            "last": self._day(supply["last_day"]),
            # Heights for the eye only: thousandths of the highest day.
            "heights": [
                None if value is None else int(1000 * Decimal(value) / top) if top > 0 else 0
                for value in values
            ],
        }

    def _tax(self) -> dict[str, Any]:
        document = self._document
        totals = document["totals"]
        return {
            "head": [self._t(key) for key in ("tax_rate", "net", "tax", "gross")],
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
                self._t("total"),
                *(grouped(totals[key]) for key in ("net", "tax", "total")),
            ],
        }

    def _proofs(self) -> list[dict[str, Any]]:
        """Return the footnotes of each supply."""
        return [
            {"title": f"{self._t('utility.' + s['utility'])}, {s['name']}", "rows": rows}
            for s in self._document["supplies"]
            if (rows := self._supply_proofs(s))
        ]

    def _notes(self) -> str:
        """Return what holds for all supplies."""
        document = self._document
        rows = [self._t("proof_rounding")]
        if any("/" in c["quantity"] for s in document["supplies"] for c in s["charges"]):
            rows.append(self._t("proof_month"))
        for key in ("prices", "tax"):
            field = "mode" if key == "prices" else "rounding"
            kinds = dict.fromkeys(row[field] for row in document["tax"])
            rows += [self._t(f"{key}_{kind}") for kind in kinds]
        rows.append(self._t("attached"))
        return ("" if self._language == "zh" else " ").join(rows)

    def _supply_proofs(self, supply: Json) -> list[str]:
        rows = [
            row
            for register in supply["readings"]
            if supply["usage"] is not None
            for row in self._register_proof(register, supply["usage"])
        ]
        if "computed" in supply:
            rows += self._computed_proofs(supply["computed"])
        elif not supply["readings"] and supply["usage"] and supply["usage"]["total"]:
            unit, total = _unit(supply["usage"]["unit"]), grouped(supply["usage"]["total"])
            rows.append(self._t("proof_intervals", usage=total, unit=unit))
        for tariff in supply["tariffs"]:
            if tariff["gas"] and supply["usage"] and supply["usage"]["total"]:
                rows.append(
                    self._t(
                        "proof_gas",
                        usage=grouped(supply["usage"]["total"]),
                        correction=tariff["gas"]["correction"],
                        calorific=tariff["gas"]["calorific_mj_per_m3"],
                    )
                )
            rows.append(
                self._t(
                    "proof_tariff",
                    name=self._name(tariff["name"]),
                    version=tariff["version"],
                    first_day=self._day(tariff["first_day"]),
                    last_day=self._day(tariff["last_day"]),
                    sha256=tariff["sha256"][:16],
                )
            )
        if any(charge["period"] for charge in supply["charges"]):
            rows.append(self._t("proof_periods", zone=self._document["period"]["zone"]))
        return rows + self._quality_proofs(supply["charges"])

    def _computed_proofs(self, computed: Json) -> list[str]:
        """Return what a share or formula rests on, down to the registers."""
        rows = computed_rows(computed, self._language, self._day)
        for each in computed["registers"]:
            told = [row for one in each["readings"] for row in self._register_proof(one, one)]
            rows += [self._say("computed.register", point=each["point"], told=row) for row in told]
            if not each["readings"]:
                value = value_text(each, self._language)
                rows.append(self._say("computed.no_register", point=each["point"], value=value))
        return rows

    def _register_proof(self, register: Json, shown: Json) -> list[str]:
        """Return how a register proves its usage, in the unit of `shown`."""
        counts = _counts(register)
        shown_unit = shown["unit"]
        per_unit = _PER_SHOWN.get((register["unit"], shown_unit), Fraction(1))
        used = counts * Fraction(register["resolution"]) * Fraction(register["multiplier"])
        rows = [
            self._t(
                "proof_register",
                serial=register["serial"],
                opening=grouped(register["opening"]["shown"]),
                closing=grouped(register["closing"]["shown"]),
                unit=_unit(register["unit"]),
                multiplier=register["multiplier"],
                usage=grouped(exact_text(used * per_unit, least_digits=3)),
                shown_unit=_unit(shown_unit),
            )
        ]
        if register["closing"]["count"] < register["opening"]["count"]:
            modulus = grouped(str(register["modulus"]))
            rows.append(self._t("proof_rollover", serial=register["serial"], modulus=modulus))
        return rows

    def _quality_proofs(self, charges: Sequence[Json]) -> list[str]:
        return [
            self._t(
                "proof_quality",
                clause=charge["clause"],
                intervals=grouped(str(count)),
                all=grouped(str(sum(charge["quality"]["intervals"].values()))),
                quality=self._t(f"quality.{quality}"),
            )
            for charge in charges
            if charge["quality"]
            for quality, count in charge["quality"]["intervals"].items()
            if quality not in _KEPT_INTERVALS
        ]

    def _labelled(self, key: str, value: str) -> str:
        return f"{self._t(key)} {value}" if value else ""

    def _t(self, key: str, **values: object) -> str:
        return self._say(f"invoice_page.{key}", **values)

    def _say(self, key: str, **values: object) -> str:
        return t(self._language, key, **values)

    def _day(self, day: str) -> str:
        return day_text(day, self._language)

    def _instant(self, at: str) -> str:
        local = datetime.fromisoformat(at).astimezone(self._zone)
        return f"{self._day(local.date().isoformat())} {local:%H:%M}"

    def _name(self, names: Json) -> str:
        return str(names.get(self._language) or names["en"])


_PER_SHOWN = {
    ("Wh", "kWh"): Fraction(1, 1000),
    ("MWh", "kWh"): Fraction(1000),
    ("L", "m3"): Fraction(1, 1000),
    ("kWh", "GJ"): Fraction("0.0036"),
    ("MWh", "GJ"): Fraction("3.6"),
    ("MJ", "GJ"): Fraction(1, 1000),
    ("kg", "t"): Fraction(1, 1000),
    ("g", "t"): Fraction(1, 1_000_000),
}
"""Shown units in one unit of a register."""


def _unit(unit: str) -> str:
    return UNIT_TEXT.get(unit, unit)


def _counts(register: Json) -> int:
    """Return the counts between opening and closing, over one rollover at most. [count]."""
    counts = int(register["closing"]["count"]) - int(register["opening"]["count"])
    return counts + int(register["modulus"]) if counts < 0 and register["modulus"] else counts
