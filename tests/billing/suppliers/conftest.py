"""A till of its own for each test."""

from __future__ import annotations

from tests.billing.tills import till

__all__ = ["till"]
