"""What a person reads who broke off, or whose file cannot be used."""

from __future__ import annotations

import pytest

from scripts.commands.refusals import interruption


@pytest.mark.parametrize("place", ["field check", "meter show", "finding list"])
def test_breaking_off_a_verb_that_only_reads_leaves_nothing_written(place: str) -> None:
    assert interruption(place.split(), "en") == "Interrupted; nothing was written."


@pytest.mark.parametrize("place", ["field sync", "finding resolve", "bill run"])
def test_breaking_off_any_other_verb_promises_nothing(place: str) -> None:
    said = interruption(place.split(), "en")
    assert said == "Interrupted. Look what was written before you repeat it."
