"""A certificate and a signed sheet are kept by their hash and shown with the meter."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from energy.base.errors import UnknownMeterError
from energy.views.point_rows import record_at
from processes.field_documents import DocumentRefusedError, kept_document
from processes.meter_acts import Did, acts_of
from processes.technician_papers import Certificate, calibrate, close_record
from processes.technician_values import FieldRefusedError, NewPoint, Remarks, Removed, Witnesses
from tests.fixtures.field import Field

pytestmark = pytest.mark.servers
NEW = NewPoint(name="Building 2", place="b2", utility="electricity")


def certificate(field: Field, **changes: date) -> Certificate:
    return Certificate(
        document=field.photo("certificate.pdf", b"%PDF-1.7 certificate"),
        laboratory="Metrology Institute",
        tested_on=changes.get("tested_on", date(2018, 11, 5)),
        valid_until=changes.get("valid_until", date(2026, 11, 4)),
        error_percent=Fraction("-0.12"),
    )


def record(field: Field) -> dict[str, object]:
    with field.system.database.connection() as connection:
        return record_at(connection, field.site.schema, "b2-elec")


def test_a_certificate_is_kept_shown_and_goes_with_its_meter(field: Field, port: int) -> None:
    field.technician(port).commission(field.installed(2), NEW, watch_s=0)
    filed = calibrate(field.desk(port), "b2-elec", certificate(field), Remarks())
    assert (filed.serial, filed.expired, filed.again) == ("S-2", False, False)
    assert record(field)["calibration"] == {
        "certificate": filed.documents[0],
        "laboratory": "Metrology Institute",
        "tested_on": "2018-11-05",
        "valid_until": "2026-11-04",
        "error_percent": "-3/25",
    }
    digest, media_type, content = kept_document(
        field.system.database, field.site.site, filed.documents[0][:12]
    )
    assert (digest, media_type, content) == (
        filed.documents[0],
        "application/pdf",
        b"%PDF-1.7 certificate",
    )
    field.site.tick(900)
    gone = Removed(displays=(field.display(2),), reason="burnt")
    field.technician(port).replace(field.installed(102), gone, watch_s=0)
    assert "calibration" not in record(field)


def test_the_same_certificate_again_writes_nothing_and_an_old_one_says_so(
    field: Field, port: int
) -> None:
    field.technician(port).commission(field.installed(2), NEW, watch_s=0)
    old = certificate(field, tested_on=date(2010, 1, 1), valid_until=date(2018, 12, 31))
    assert calibrate(field.desk(port), "b2-elec", old, Remarks()).expired
    before = field.position()
    again = calibrate(field.desk(port), "b2-elec", old, Remarks())
    assert again.again
    assert field.position() == before


def test_a_point_without_a_meter_has_no_certificate(field: Field, port: int) -> None:
    with pytest.raises(UnknownMeterError):
        calibrate(field.desk(port), "b2-elec", certificate(field), Remarks())


def test_the_photo_of_the_signed_sheet_closes_the_record_of_the_last_act(
    field: Field, port: int
) -> None:
    seen = field.photo()
    people = Witnesses(technician="Ada Okoye", witness="Bo Lindqvist")
    installed = field.installed(2, photos=(seen,), location="Room 0.14, board 3", people=people)
    field.technician(port).commission(installed, NEW, watch_s=0)
    assert record(field)["location"] == "Room 0.14, board 3"
    assert "closed" not in record(field)
    sheet = field.photo("sheet.jpg", b"\xff\xd8\xff\xe0 signed")
    filed = close_record(field.desk(port), "b2-elec", Remarks(photos=(sheet,)))
    assert (filed.act, filed.documents) == ("commissioned", (sheet.sha256,))
    closed = record(field)["closed"]
    assert isinstance(closed, dict)
    assert closed["sheets"] == [sheet.sha256]
    assert close_record(field.desk(port), "b2-elec", Remarks(photos=(sheet,))).again
    acts = acts_of(field.desk(port).metering, field.site.site.key, "b2-elec")
    assert [(act.did, act.documents) for act in acts] == [
        (Did.COMMISSIONED, [seen.sha256]),
        (Did.RECORD_CLOSED, [sheet.sha256]),
    ]


def test_nothing_is_closed_before_something_was_done(field: Field, port: int) -> None:
    with pytest.raises(UnknownMeterError):
        close_record(field.desk(port), "b2-elec", Remarks())


def test_a_document_is_found_by_the_beginning_of_its_hash_only(field: Field) -> None:
    for name in ("abcd", "xyz!", "ab"):
        with pytest.raises(DocumentRefusedError, match="meter history"):
            kept_document(field.system.database, field.site.site, name)


def test_a_retired_point_closes_the_record_of_its_removal(field: Field, port: int) -> None:
    from processes.technician_retire import retire

    field.technician(port).commission(field.installed(2), NEW, watch_s=0)
    field.site.tick(900)
    gone = Removed(displays=(field.display(2),), reason="moved out")
    retire(field.desk(port), "b2-elec", gone, Remarks())
    sheet = field.photo("sheet.jpg", b"\xff\xd8\xff\xe0 signed")
    assert close_record(field.desk(port), "b2-elec", Remarks(photos=(sheet,))).act == "retired"
    with pytest.raises(FieldRefusedError, match="No meter serves"):
        calibrate(field.desk(port), "b2-elec", certificate(field), Remarks())
