"""At a real Chromium an order is approved by two, told and read back, stopped, and aborted.

Real tables and desk; the made-up doors let four people in.
"""

from __future__ import annotations

import pytest

from tests.fixtures.postgres import database_server, new_site, site_schema

__all__ = ["database_server", "new_site", "site_schema"]
pytestmark = [pytest.mark.browser, pytest.mark.servers]
PEOPLE = {"grace": "technician", "ben": "technician", "ada": "energy_manager", "eve": "desk"}
