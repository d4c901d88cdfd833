"""The exceptions to the tidy rules: each by name, each with its reason. Everything visible here."""

from __future__ import annotations

LONG_FUNCTIONS: dict[str, str] = {}
"""`file:function` longer than 60 lines, with its reason."""

LONG_MODULES: dict[str, str] = {}
"""Module longer than 400 lines, with its reason."""

CLOCK_FILES: dict[str, str] = {
    "energy/base/clock.py": "the one place that asks the machine for the time",
}
"""Files that may call what BANNED_CALLS names."""

EXAMPLES_FILES: dict[str, str] = {
    "tests/conftest.py": "the profile of a run",
    "tests/examples.py": "the one place that turns a number into settings",
}
"""Files that may set how many examples a property is tried on."""

PHRASES: dict[str, str] = {
    "data_age": "the word of the screens for how old the newest position is",
    "data_received": "asyncio's own name for what a protocol is told",
    "data_dir": "PostgreSQL's own word for its folder",
    "data_directory": "PostgreSQL's own word for its folder",
}
"""Parts of names in which a banned word has a meaning of its own."""

VAGUE_NAMES: dict[str, str] = {}
"""`file:name` of a class or function that may hold a banned word, with its reason."""

TEST_FOLDERS: dict[str, str] = {
    "tests/dashboards/browser": "pages as a person sees them, in a real Chromium",
    "tests/dashboards/e2e": "pages as a person sees them, in a real Chromium",
    "tests/dashboards/load": "many viewers at once",
    "tests/dashboards/visual": "figures compared with stored ones",
}
"""Folders of tests that mirror no folder of the tree."""

TEST_FILES: dict[str, str] = {
    "tests/billing/rating/test_oracle.py": "all of rating against a bill calculator by others",
    "tests/dashboards/security/test_matrix.py": "every page, callback and route as every role",
    "tests/simulator/test_extract_against_source.py": "the shipped extract against its origin",
    "tests/simulator/test_site_file.py": "the demo site's file, which is no module",
}
"""Test files inside the mirrored folders that stand for no single module, with their reason."""
