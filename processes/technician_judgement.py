"""In: a code and its values. Out: a check whose text is in the reader's language. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from energy.base.text import t
from processes.technician_checks import Check, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What was judged, how it came out and why; the text is made where it is read."""

    name: str
    """Key of its name: `look.name.<name>`."""
    outcome: Outcome
    code: str
    """Key of its text: `look.<code>`."""
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """Return the reason with cause and next step."""
        return t(language, f"look.{self.code}", **self.values)

    def title(self, language: str) -> str:
        """Return what was judged."""
        return t(language, f"look.name.{self.name}")

    def check(self) -> Check:
        """Return it as records and tables have it."""
        return Check.of(self.name, self.outcome, self.code, **self.values)


def digits(value: float, places: int = 4) -> str:
    """Return a figure for eyes: so many digits that count, no exponent, no empty decimals."""
    if not value:
        return "0"
    plain = format(Decimal(f"{value:.{places}g}"), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def listed(phases: Sequence[int]) -> str:
    """Return phases as people write them: "L1, L3"."""
    return ", ".join(f"L{phase}" for phase in phases)
