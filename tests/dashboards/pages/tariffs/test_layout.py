"""The page of a tariff says its seasons and day classes in the reader's language."""

from __future__ import annotations

import pytest

from dashboards.pages.router import page_for
from dashboards.security.scope import Role
from dashboards.viewer import key_word
from tests.dashboards.page_paths import PATHS
from tests.dashboards.test_pages import nodes, parts, viewer


@pytest.mark.parametrize(("language", "winter"), [("en", "Week: winter"), ("zh", "一周时段：冬季")])
def test_a_season_is_said_in_the_language_of_the_reader(language: str, winter: str) -> None:
    shown = list(nodes(page_for(parts(), viewer(Role.VIEWER, language), PATHS["tariff"])))
    assert winter in shown


def test_a_key_that_nobody_knows_stands_as_the_file_has_it() -> None:
    reader = viewer(Role.VIEWER, "zh")
    assert key_word(reader, "season", "Monsoon-2") == "Monsoon-2"
    assert key_word(reader, "season", "Winter") == "冬季"
    assert key_word(reader, "day_class", "holiday") == "法定节假日"
