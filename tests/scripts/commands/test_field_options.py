"""Numbers that are typed are bounded before anything is done with them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import click
import pytest

from scripts.commands.field_options import ratio_of, unit_given

NOWHERE: Any = None
"""No installation is needed to look at what was given."""


@pytest.mark.parametrize("text", ["1e9999999", "1e400", "1e9_9_9", "1_0", "0", "-1", "9" * 5000])
def test_a_ratio_that_is_none_is_refused_at_once(text: str) -> None:
    with click.Context(click.Command("field")), pytest.raises(click.UsageError, match="--ratio"):
        ratio_of(text, "--ratio")
    assert ratio_of("2000/5") == Fraction(400)
    assert ratio_of(None) is None


def test_a_unit_of_thousands_of_digits_is_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = "9" * 5000
    monkeypatch.setattr("scripts.commands.field_options.asked", lambda *_: typed)
    with click.Context(click.Command("field")), pytest.raises(click.UsageError, match="--unit"):
        unit_given(NOWHERE, None)
