from __future__ import annotations

import pytest

from energy.store.listener import Listener
from tests.fixtures.batches import reading
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers


def test_one_listener_hears_the_appends_of_many_sites(
    site_schema: TestSite, new_site: object
) -> None:
    other: TestSite = new_site()  # type: ignore[operator]
    listener = Listener(site_schema.writer)
    for site in (site_schema, other):
        assert listener.listen(f"{site.schema}_metering")
        assert not listener.listen(f"{site.schema}_metering")
    assert listener.notes(0.01) == []
    for site in (other, site_schema):
        site.accept(reading(1, 0, 1))
        assert listener.notes(5.0) == [f"{site.schema}_metering"]
    listener.close()
