"""Documents are kept by their hash, once, and not beyond their size."""

from __future__ import annotations

import hashlib

import pytest

from energy.store.attachment import MOST_OCTETS, AttachmentError, keep_attachment
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers


def test_the_same_picture_twice_is_one_attachment(site_schema: TestSite) -> None:
    with site_schema.writer.connection() as connection:
        kept = {
            keep_attachment(connection, site_schema.schema, b"picture", "image/jpeg")
            for _ in range(2)
        }
    assert kept == {hashlib.sha256(b"picture").hexdigest()}
    assert site_schema.rows("SELECT media_type, content FROM {s}.attachment") == [
        ("image/jpeg", b"picture")
    ]


@pytest.mark.parametrize("octets", [0, MOST_OCTETS + 1])
def test_an_empty_or_huge_document_is_refused(site_schema: TestSite, octets: int) -> None:
    with (
        site_schema.writer.connection() as connection,
        pytest.raises(AttachmentError, match="20 MiB"),
    ):
        keep_attachment(connection, site_schema.schema, bytes(octets), "image/jpeg")
