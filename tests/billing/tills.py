"""The fixture of a till: a new town with two accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.billing.till import Till
    from tests.billing.town import Town


@pytest.fixture
def till(town: Town) -> Till:
    """A town with the accounts A-b1 and A-b2."""
    from tests.billing.till import Till

    made = Till(town)
    made.open("b1", "b2")
    return made
