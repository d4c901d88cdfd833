"""The tables are read through one function, which says whose eyes it is."""

from __future__ import annotations

import re
from pathlib import Path

import dashboards.queries

FOLDER = Path(dashboards.queries.__file__).parent
PAST = re.compile(r"\.(?:database|walled)\.(?:connection|transaction|direct)\(")
HEALTH = ("sql_energy.py", "            with self._at.database.connection() as connection:")
"""Asks for positions and the age of the newest reading, for a probe that nobody signs in for."""


TOLD = ("sql_enquiries.py", "        with at.database.transaction() as connection:")
"""How far a request is, of enquiries that the wall let the caller see."""


def test_no_query_opens_a_connection_past_the_wall() -> None:
    found = [
        (path.name, row)
        for path in sorted(FOLDER.glob("*.py"))
        if path.name != "sql_site.py"
        for row in path.read_text(encoding="utf-8").splitlines()
        if PAST.search(row)
    ]
    assert found == [HEALTH, TOLD], "read through SqlSite.read, or the wall is past"
