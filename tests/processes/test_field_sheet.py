"""A sheet says what the journal says, on one A4; a label names the meter and its point."""

from __future__ import annotations

import io
import os
from fractions import Fraction
from pathlib import Path

import pytest
from pypdf import PdfReader

from energy.base.errors import UnknownMeterError
from energy.metering.label import label_text
from processes.field_sheet import label_of, sheet_of
from processes.technician_ratio import change_ratio
from processes.technician_retire import retire
from processes.technician_values import FieldRefusedError, NewPoint, Remarks, Removed, Witnesses
from tests.fixtures.field import Field
from tests.fixtures.meters import planned
from tests.fixtures.pictures import modules_of, qr_in

pytestmark = pytest.mark.servers
NEW = NewPoint(name="Building 2 main switchboard", place="b2", utility="electricity")
PEOPLE = Witnesses(technician="Ada Okoye", witness="Bo Lindqvist")


def text_of(pdf: bytes, name: str) -> str:
    """Return the text of a PDF of one page; keep the file where somebody wants to look at it."""
    folder = os.environ.get("METERLINE_KEEP_PAPERS")
    if folder:
        Path(folder, name).write_bytes(pdf)
    pages = PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) == 1
    return " ".join(pages[0].extract_text().split())


def served(field: Field, port: int) -> None:
    installed = field.installed(
        2,
        people=PEOPLE,
        seals=("A88123", "A88124"),
        location="Basement, room 0.14, board 3, left of the door",
        photos=(field.photo(),),
        multiplier=Fraction(40),
        sighted=field.sighted(port, 40),
        note="Cover screw replaced.",
    )
    field.technician(port).commission(installed, NEW, watch_s=60)
    field.site.tick(900)


def test_the_sheet_of_an_installation_holds_serial_reading_ratio_seals_checks_and_names(
    field: Field, port: int
) -> None:
    served(field, port)
    [(count,)] = field.site.rows("SELECT start_count FROM {s}.segment WHERE channel = 1")
    text = text_of(sheet_of(field.desk(port), "b2-elec", "en"), "sheet-installation-en.pdf")
    shown = f"{count // 100}.{count % 100:02}"
    for words in (
        "Meter installation",
        "b2-elec",
        "S-2",
        "× 40",
        shown,
        "A88123, A88124",
        "left of the door",
        "Ada Okoye",
        "Bo Lindqvist",
        "Tenant",
        "counter and power",
        field.photo().sha256[:16],
        "field close b2-elec --photo",
    ):
        assert words in text, words


def test_the_sheet_of_a_change_holds_both_meters(field: Field, port: int) -> None:
    served(field, port)
    removed = Removed(displays=(field.display(2),), reason="calibration is due")
    done = field.technician(port).replace(
        field.installed(
            102, source="", profile="", seals=("B1",), sighted=field.sighted(port, 40, 102)
        ),
        removed,
        watch_s=60,
    )
    for language, title in (("en", "Change of meter"), ("zh", "换表单")):
        text = text_of(sheet_of(field.desk(port), "b2-elec", language), f"change-{language}.pdf")
        final, first = (
            counts["active_energy_import"] for counts in (done.final_counts, done.counts)
        )
        for words in (title, "S-2", "S-102", "A88123", "B1", "calibration is due"):
            assert words in text, words
        for count in (final, first):
            assert f"{count // 100}.{count % 100:02}" in text


def test_the_sheets_of_a_removal_and_of_a_change_of_ratio_name_what_was_done(
    field: Field, port: int
) -> None:
    served(field, port)
    desk = field.desk(port)
    change_ratio(
        desk,
        "b2-elec",
        Fraction(60),
        reason="300/5",
        displays=(),
        remarks=Remarks(),
        sighted=field.sighted(port, 60),
    )
    text = text_of(sheet_of(desk, "b2-elec", "en"), "sheet-ratio-en.pdf")
    assert "Change of ratio" in text
    assert "× 40" in text
    assert "× 60" in text
    field.site.tick(60)
    gone = Removed(displays=(field.display(2),), reason="moved out")
    retire(desk, "b2-elec", gone, Remarks(people=PEOPLE))
    text = text_of(sheet_of(desk, "b2-elec", "zh"), "sheet-removal-zh.pdf")
    assert "表计拆除单" in text
    assert "moved out" in text
    with pytest.raises(FieldRefusedError, match="none to label"):
        label_of(desk, "b2-elec", "en", picture=True)


def test_a_planned_point_has_an_empty_form_and_an_unknown_one_none(field: Field, port: int) -> None:
    from adapters.modbus.register_map import load

    facts = [load("abb_b23_b24").facts("active_energy_import")]
    field.site.application("metering").store(planned(field.site.site.key, "b2-elec", 1, *facts))
    text = text_of(sheet_of(field.desk(port), "b2-elec", "en"), "sheet-empty-en.pdf")
    assert "fill in by hand" in text
    with pytest.raises(UnknownMeterError):
        sheet_of(field.desk(port), "roof", "en")


def test_a_label_bears_point_serial_and_both_as_a_qr_code(field: Field, port: int) -> None:
    served(field, port)
    desk = field.desk(port)
    pdf = label_of(desk, "b2-elec", "en", picture=False)
    text = text_of(pdf, "label.pdf")
    assert "b2-elec" in text
    assert "S-2" in text
    picture = label_of(desk, "b2-elec", "zh", picture=True)
    folder = os.environ.get("METERLINE_KEEP_PAPERS")
    if folder:
        Path(folder, "label.png").write_bytes(picture)
    wanted = label_text(field.site.site.key, "b2-elec", "S-2")
    assert wanted == f"meterline:{field.site.site.key}/b2-elec#S-2"
    assert qr_in(picture, side=len(modules_of(wanted))) == modules_of(wanted)
