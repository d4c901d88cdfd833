"""In: an invoice's document. Out: how its amounts came to be, sentence by sentence. Pure.

Each proof is written in one language; a page in both shows both, one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from billing.documents.computed import computed_rows, value_text
from billing.documents.words import day_text, grouped, unit_text
from billing.money import exact_text
from energy.base.text import t

Json = Mapping[str, Any]
_KEPT_INTERVALS = ("measured", "corrected")


class Proofs:
    """Tells in one language how an invoice came to be."""

    def __init__(self, document: Json, language: str) -> None:
        """Tell of a document.

        Args:
            document: The invoice's document.
            language: "en" or "zh".
        """
        self._document = document
        self._language = language

    def notes(self) -> str:
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

    def of_supply(self, supply: Json) -> list[str]:
        """Return what a supply's charges rest on: registers, formulas, tariffs, quality."""
        rows = [
            row
            for register in supply["readings"]
            if supply["usage"] is not None
            for row in self._register_proof(register, supply["usage"])
        ]
        if "computed" in supply:
            rows += self._computed_proofs(supply["computed"])
        elif not supply["readings"] and supply["usage"] and supply["usage"]["total"]:
            unit, total = unit_text(supply["usage"]["unit"]), grouped(supply["usage"]["total"])
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
                    name=str(tariff["name"].get(self._language) or tariff["name"]["en"]),
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
        counts = counts_of(register)
        shown_unit = shown["unit"]
        per_unit = _PER_SHOWN.get((register["unit"], shown_unit), Fraction(1))
        used = counts * Fraction(register["resolution"]) * Fraction(register["multiplier"])
        rows = [
            self._t(
                "proof_register",
                serial=register["serial"],
                opening=grouped(register["opening"]["shown"]),
                closing=grouped(register["closing"]["shown"]),
                unit=unit_text(register["unit"]),
                multiplier=register["multiplier"],
                usage=grouped(exact_text(used * per_unit, least_digits=3)),
                shown_unit=unit_text(shown_unit),
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

    def _t(self, key: str, **values: object) -> str:
        return self._say(f"invoice_page.{key}", **values)

    def _say(self, key: str, **values: object) -> str:
        return t(self._language, key, **values)

    def _day(self, day: str) -> str:
        return day_text(day, self._language)


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


def counts_of(register: Json) -> int:
    """Return the counts between opening and closing, over one rollover at most. [count]."""
    counts = int(register["closing"]["count"]) - int(register["opening"]["count"])
    return counts + int(register["modulus"]) if counts < 0 and register["modulus"] else counts
