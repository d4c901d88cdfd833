"""In: a table's name and a selection. Out: its rows, for the page and for the file. I/O by ports.

One registry, so that every file that leaves by a figure is written one way and noted one way.
"""

from __future__ import annotations

from collections.abc import Callable

from billing.ledger.sheets import Sheet
from dashboards.pages.load.tables import load_sheet
from dashboards.pages.parts import Parts
from dashboards.selection import Selection
from dashboards.viewer import Viewer

MakeSheet = Callable[[Parts, Viewer, Selection], Sheet | None]
TABLES: dict[str, MakeSheet] = {"load": load_sheet}
"""What a file's name stands for; None where the selection has no such table."""
