"""The files shipped with the screens are the ones that were built."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

ASSETS = Path(__file__).resolve().parents[2] / "dashboards" / "assets"


def test_plotly_bundle_matches_its_checksum() -> None:
    rows = (ASSETS / "plotly.sha256").read_text().splitlines()
    stated = dict(reversed(row.split()) for row in rows)
    assert set(stated) == {path.name for path in ASSETS.glob("plotly-*.js")}
    for name, digest in stated.items():
        assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() == digest


def test_plotly_bundle_stays_small_and_has_no_eval() -> None:
    (bundle,) = ASSETS.glob("plotly-*.min.js")
    text = bundle.read_text(encoding="utf-8")
    assert len(text) < 1_500_000
    assert re.search(r"new Function\(|[^.\w]eval\(", text) is None


def test_every_icon_of_the_style_sheet_exists() -> None:
    css = "".join(path.read_text(encoding="utf-8") for path in ASSETS.glob("*.css"))
    named = set(re.findall(r'url\("(icons/[\w-]+\.svg)"\)', css))
    assert named == {f"icons/{path.name}" for path in (ASSETS / "icons").glob("*.svg")}


def test_style_sheet_asks_no_other_site() -> None:
    for path in ASSETS.glob("*.css"):
        assert "http" not in path.read_text(encoding="utf-8"), path.name
