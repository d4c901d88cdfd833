"""The small town of the billing tests, on one server for all tests of papers."""

from __future__ import annotations

from tests.billing.conftest import metered, server, town

__all__ = ["metered", "server", "town"]
