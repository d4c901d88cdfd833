"""An act comes back from its fields with its documents, and with nothing that is none."""

from __future__ import annotations

import hashlib

import pytest

from processes.field_documents import Document
from processes.technician_act_fields import ActFieldsError, act_fields, act_of
from processes.technician_acts import Close
from processes.technician_values import Remarks

JPEG = b"\xff\xd8\xff\xe0 a photo"


def closing(content: bytes, media_type: str) -> Close:
    photo = Document(name="sheet.jpg", content=content, media_type=media_type)
    return Close(point="labs", remarks=Remarks(photos=(photo,)))


def test_a_signed_sheet_comes_back_whole() -> None:
    act = closing(JPEG, "image/jpeg")
    assert act_of("close", act_fields(act), lambda sha256: JPEG) == act


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"<svg onload='alert(1)'/>", "image/svg+xml"),
        (b"<svg onload='alert(1)'/>", "image/jpeg"),
        (JPEG, "text/html"),
    ],
)
def test_what_a_bundle_calls_a_photo_is_what_its_bytes_say(content: bytes, media_type: str) -> None:
    stored = act_fields(closing(content, media_type))
    with pytest.raises(ActFieldsError, match="is missing"):
        act_of("close", stored, lambda sha256: content)


def test_another_photo_under_the_same_hash_is_refused() -> None:
    stored = act_fields(closing(JPEG, "image/jpeg"))
    assert hashlib.sha256(JPEG + b".").hexdigest() not in str(stored)
    with pytest.raises(ActFieldsError, match="does not fit its hash"):
        act_of("close", stored, lambda sha256: JPEG + b".")
