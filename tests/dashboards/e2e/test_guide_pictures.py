"""The pictures of the guides can be taken of any site in use, and stand where guides show them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.screenshots import GUIDE, shoot_guide
from tests.dashboards.e2e.conftest import Visit

DOCS = Path(__file__).parents[3] / "docs"
PNG = b"\x89PNG"


@pytest.mark.browser
def test_every_picture_is_taken(visit: Callable[..., Visit], tmp_path: Path) -> None:
    begun = visit("energy_manager")
    assert shoot_guide(begun.page, begun.url, tmp_path) == len(GUIDE)
    taken = {file.stem for file in tmp_path.glob("*.png") if file.read_bytes().startswith(PNG)}
    assert taken == set(GUIDE)
    assert begun.watch.faults == []


def test_every_picture_is_shown_by_a_guide() -> None:
    guides = "".join(file.read_text(encoding="utf-8") for file in DOCS.rglob("*.md"))
    for name in GUIDE:
        assert (DOCS / "pictures" / f"{name}.png").is_file(), name
        assert f"pictures/{name}.png)" in guides, name
