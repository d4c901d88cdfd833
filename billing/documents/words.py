"""In: keys, names, days and amounts. Out: their texts in English, Chinese or both. Pure.

In both, Chinese stands first; days and instants are ISO, which both read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from billing.errors import DocumentError
from energy.base.text import LANGUAGES, tell

BOTH = "both"
UNIT_TEXT = {"m3": "m³", "m2": "m²", "100J": "100 J", "1": ""}


def require_language(language: str) -> None:
    """Refuse a language that papers do not have.

    Raises:
        DocumentError: It is neither of the languages nor both.
    """
    known = (*LANGUAGES, BOTH)
    if language not in known:
        raise DocumentError(f"No paper in language {language!r}. Use one of {', '.join(known)}.")


def grouped(number: str | Decimal) -> str:
    """Return a decimal with thousands separated: -1234567.80 becomes −1,234,567.80."""
    return format(Decimal(number), ",f").replace("-", "−")


def signed(number: str | Decimal) -> str:
    """Return an amount with its sign where it is not zero, in digits of equal width."""
    value = Decimal(number)
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{grouped(abs(value))}"


def day_text(day: str, language: str) -> str:
    """Return an ISO day as people write it: 31 Jan 2019, 2019年1月31日, 2019-01-31 in both."""
    when = date.fromisoformat(day[:10])
    if language == BOTH:
        return when.isoformat()
    if language == "zh":
        return f"{when.year}年{when.month}月{when.day}日"
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def unit_text(unit: str) -> str:
    """Return a unit as it is printed: m3 becomes m³."""
    return UNIT_TEXT.get(unit, unit)


@dataclass(frozen=True, slots=True)
class InWords:
    """A name that fills a place of a text in the language of that text."""

    names: Mapping[str, str]

    def told(self, language: str) -> str:
        """Return it in a language; English where it is missing."""
        return self.names.get(language) or self.names.get("en") or ""


class Words:
    """Texts of one part of the catalogue for one paper."""

    def __init__(self, language: str, part: str) -> None:
        """Speak a language.

        Args:
            language: "en", "zh" or "both".
            part: Of the catalogue; a key is looked up behind it.

        Raises:
            DocumentError: The language is unknown.
        """
        require_language(language)
        self.language = language
        self.languages: Sequence[str] = ("zh", "en") if language == BOTH else (language,)
        self._part = part

    def word(self, key: str, /, **values: object) -> str:
        """Return a text; in both languages beside each other."""
        return joined(self.sentences(key, **values))

    def sentences(self, key: str, /, **values: object) -> list[str]:
        """Return a text once a language."""
        told = tell(f"{self._part}.{key}", **values)
        return list(dict.fromkeys(told.told(language) for language in self.languages))

    def utility(self, utility: str) -> str:
        """Return the word for a utility, the one that lists and screens have, too."""
        told = tell(f"utility.{utility}")
        return joined(list(dict.fromkeys(told.told(language) for language in self.languages)))

    def named(self, names: Mapping[str, str]) -> str:
        """Return a name that comes in languages; English where one is missing, "" of none."""
        found = [names.get(each) or names.get("en") or "" for each in self.languages]
        return joined([each for each in dict.fromkeys(found) if each])

    def named_rows(self, names: Mapping[str, str]) -> list[str]:
        """Return a sentence that comes in languages, once a language."""
        found = [names.get(each) or names.get("en") or "" for each in self.languages]
        return [each for each in dict.fromkeys(found) if each]

    def day(self, day: str | None) -> str:
        """Return an ISO day as people write it; "" of none."""
        return day_text(day, self.language) if day else ""

    def days(self, first: str, last: str) -> str:
        """Return a span of days."""
        return f"{self.day(first)} – {self.day(last)}"

    def instant(self, at: str | None, zone: str) -> str:
        """Return an instant on the clock of a zone; "" of none."""
        if not at:
            return ""
        local = datetime.fromisoformat(at).astimezone(ZoneInfo(zone))
        return f"{self.day(local.date().isoformat())} {local:%H:%M}"


def joined(texts: Sequence[str]) -> str:
    """Return texts beside each other."""
    return " ".join(texts)
