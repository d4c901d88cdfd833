"""The sheet of handover: what stands, what is put aside, whether the duty phones were reached."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

from pypdf import PdfReader

from energy.alerting.desk import AlertDesk
from energy.alerting.notices.desk import NoticeDesk
from energy.alerting.notices.shift_tests import ShiftTests
from energy.base.clock import SystemClock
from tests.energy.alerting.notices import book
from tests.fixtures.postgres import command, new_site
from tests.scripts.commands.test_notice import desk, said
from tests.scripts.commands.test_readings import Row, pytestmark, row

__all__ = ["desk", "new_site", "pytestmark", "row"]
LONG = "=cmd|' /C calc'!A0 " + "fan" * 3000


def _busy(row: Row, folder: Path) -> None:
    """One alert stands, one is on the shelf; the duty phones were told, nobody answered yet."""
    site, clock = row.site, SystemClock()
    raised = [book.an_alert(site, name, "medium", clock.now()) for name in ("leak", "drift")]
    book.settle(site)
    until, why = clock.now() + timedelta(hours=2), LONG
    shelf = AlertDesk(site.writer, site.site, clock)
    shelf.shelve(raised[1].id, until, why, by=book.ADMIN, command_id=command("shelve"))
    begin = (clock.now() - timedelta(minutes=30)).astimezone(site.site.zone)
    shift = f'[[shift_test]]\nat = "{begin:%H:%M}"\ngroup = "duty"\nway = "sms"\nwithin_s = 7200\n'
    (folder / "shifts.toml").write_text(book.PLAN + shift, "utf-8")
    row(f"notice set-plan {folder / 'shifts.toml'} --by root")
    people = NoticeDesk(site.writer, site.site, book.vault(), clock)
    ShiftTests(site.writer, site.site, people, clock).step()
    book.settle(site)


def test_an_empty_sheet_says_what_there_is_none_of(row: Row) -> None:
    told = said(row("alert handover"))
    assert "None was sent: the plan of notices has no [[shift_test]]" in told
    assert "Open alerts (0) None." in told
    assert row.json("alert handover")["open"] == []


def test_the_duty_phones_and_what_stands_are_on_the_sheet(desk: Row, tmp_path: Path) -> None:
    _busy(desk, tmp_path)
    found = desk.json("alert handover")
    assert [(each["contact"], each["state"]) for each in found["phones"]] == [
        ("ada", "waiting"),
        ("li", "waiting"),
    ]
    assert len(found["open"]) == len(found["shelved"]) == 1
    assert found["shelved"][0]["reason"] == LONG
    assert "Shelved (1)" in said(desk("alert handover"))


def test_the_sheet_to_sign_is_a_pdf_in_both_languages(desk: Row, tmp_path: Path) -> None:
    _busy(desk, tmp_path)
    for language, words in (("en", "Taken over by"), ("zh", "接班人")):
        file = tmp_path / f"{language}.pdf"
        desk(f"alert handover --lang {language} --file {file}")
        pages = PdfReader(io.BytesIO(file.read_bytes())).pages
        text = "".join("".join(page.extract_text() for page in pages).split())
        assert words.replace(" ", "") in text
        assert "ada" in text
        assert "fan" * 40 in text.replace("\u200b", "")
        assert len(pages) == 1
    assert "is not a .pdf" in said(desk(f"alert handover --file {tmp_path / 'x.txt'}", code=2))
