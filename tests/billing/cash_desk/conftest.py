"""The till of tests of documents paid at a desk."""

from tests.billing.tills import till

__all__ = ["till"]
