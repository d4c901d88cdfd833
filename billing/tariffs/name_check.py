"""In: a tariff version. Out: which of its names cannot stand on a bill. Pure.

Asked when a file is checked or published, never of what is published: that is billed as it was.
"""

from __future__ import annotations

import unicodedata

from billing.tariffs.clauses import Names
from billing.tariffs.tariff import TariffVersion

LONGEST = 200
"""Of a name on a bill. [char]"""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Kinds of signs that nobody sees, or that turn the direction of what follows."""


def name_problems(tariff: TariffVersion) -> list[str]:
    """Return what is wrong with the names of a tariff, each with its path; nothing where all can.

    Args:
        tariff: The version.
    """
    named: list[tuple[str, Names]] = [("name", tariff.names)]
    named += [(f"periods[{number}].name", e.names) for number, e in enumerate(tariff.periods, 1)]
    named += [(f"charges[{number}].name", e.names) for number, e in enumerate(tariff.clauses, 1)]
    return [
        f"{place}: {problem}"
        for place, names in named
        for text in names.values()
        for problem in _problems(text)
    ]


def _problems(text: str) -> list[str]:
    found = []
    if len(text) > LONGEST:
        found.append(f"has {len(text)} characters, a bill has room for {LONGEST}; shorten it")
    unseen = dict.fromkeys(sign for sign in text if unicodedata.category(sign) in _UNSEEN)
    if unseen:
        codes = ", ".join(f"U+{ord(sign):04X}" for sign in list(unseen)[:5])
        found.append(f"holds signs that nobody sees ({codes}); take them out")
    return found
