"""At a page nobody has a command row: refusals there name none."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from billing.corrections.errors import NotCreditableError
from billing.prepaid.errors import DeskRefusedError
from dashboards.security.scope import Role
from dashboards.told import AT_SCREEN, code_text, codes_text, refusal_text
from energy.base.errors import EnergyError
from energy.base.text import LANGUAGES, catalogue
from tests.dashboards.test_pages import viewer

ROW = re.compile(r"`|--[a-z]")
"""What only a row of commands has."""
WHOLE = ("why.desk.", "why.review.", "why.correction.", "why.line_credit.")
"""Parts whose every refusal can come up at a page."""


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_a_refusal_says_at_the_screen_what_can_be_done_there() -> None:
    error = DeskRefusedError.of("again", amount="10.00 GBP", receipt="R-1")
    assert "--again" in error.told("en")
    assert "say so in the form" in refusal_text("en", error)
    assert "10.00 GBP" in refusal_text("zh", error)
    assert "bill show" not in refusal_text("en", NotCreditableError("CAM-1"))
    assert refusal_text("en", EnergyError("plain")) == "plain"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_refusal_of_desk_review_and_corrections_names_a_row_of_commands(language: str) -> None:
    texts = catalogue()
    keys = [key for key in texts if key.startswith(WHOLE)]
    assert len(keys) > 30
    shown = {key: texts.get(f"{AT_SCREEN}.{key}", texts[key])[language] for key in keys}
    assert {key: text for key, text in shown.items() if ROW.search(text)} == {}


def test_the_words_of_the_screens_stand_beside_those_of_the_rows() -> None:
    texts = catalogue()
    own = [key for key in texts if key.startswith(f"{AT_SCREEN}.")]
    assert own
    for key in own:
        row = texts[key.removeprefix(f"{AT_SCREEN}.")]
        for language in LANGUAGES:
            assert places(texts[key][language]) <= places(row[language]), key


def test_codes_are_told_in_words() -> None:
    who = viewer(Role.VIEWER, "en")
    assert code_text(who, "bill.usage_missing") != "bill.usage_missing"
    assert code_text(who, "nobody.knows") == "nobody.knows"
    assert codes_text(who, ["nobody.knows", "x.y"]) == "nobody.knows and x.y"
